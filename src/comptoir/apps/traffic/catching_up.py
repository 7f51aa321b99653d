"""Which days are made anew: those whose figures in the ledger are of another revision, of locations in operation.

A location that is paused is left as it is; back in operation, everything that happened meanwhile is simply not made
yet, so the hole fills by itself (TA-08, TA-09).
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from comptoir.apps.traffic import filling, left_out, making, planned, projection, weeks
from comptoir.apps.traffic.count_tables import SetAside
from comptoir.apps.traffic.counting.aside import take_up
from comptoir.apps.traffic.left_out_tables import LeftOut
from comptoir.apps.traffic.models import Change, Day, ImportJob, Location
from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.stores import stores
from comptoir.core.connections.models import LocationLink
from comptoir.core.installations import modules
from comptoir.core.ledger import trading_days
from comptoir.core.outbox.live import notify_live

APP: Final = "traffic"
LIVE_TOPIC: Final = "traffic"
MOST: Final = 20_000
EVER: Final = (date(2000, 1, 1), date(2999, 12, 31))


def in_operation(organisation_id: UUID) -> set[UUID]:
    """The stores whose figures come in: with the app on, operational, and fed by no job that is off."""
    off = {store for store, _app in modules.switched_off([organisation_id], app=APP)}
    rows = Location.objects.filter(organisation_id=organisation_id).exclude(status=Location.OPERATIONAL)
    paused = ImportJob.objects.filter(organisation_id=organisation_id, active=False, connection_id__isnull=False)
    links = LocationLink.objects.filter(
        organisation_id=organisation_id, connection_id__in=paused.values_list("connection_id", flat=True)
    )
    without = off | set(rows.values_list("store_id", flat=True)) | set(links.values_list("store_id", flat=True))
    return {each.id for each in stores(organisation_id)} - without


def lately(*, organisation_id: UUID, since: datetime, now: datetime) -> int:
    """Make anew what changed since; returns how many hours changed."""
    changed = [
        each for each in trading_days.changed(since=since, limit=MOST) if each.organisation_id == organisation_id
    ]
    if not changed:
        return 0
    working = in_operation(organisation_id)
    days = {(each.store_id, each.business_date) for each in changed if each.store_id in working}
    if not days:
        return 0
    first, last = min(day for _store, day in days), max(day for _store, day in days)
    behind = projection.stale(organisation_id, {store for store, _day in days}, since=first, until=last)
    return _restate(organisation_id, [each for each in behind if each in days], now)


def everything(*, organisation_id: UUID, now: datetime) -> int:
    """Make anew whatever is behind, the newest days first."""
    take_up(organisation_id=organisation_id, now=now)
    since, until = EVER
    working = in_operation(organisation_id)
    behind = set(projection.stale(organisation_id, working, since=since, until=until))
    open_ones = [each for each in stores(organisation_id) if each.id in working]
    behind |= set(filling.due(organisation_id, open_ones, now=now))
    behind |= set(planned.due(organisation_id, open_ones, now=now))
    made = Day.objects.filter(organisation_id=organisation_id, store_id__in=working)
    behind |= weeks.behind(organisation_id, list(made.values_list("store_id", "business_date")))
    return _restate(organisation_id, sorted(behind, key=lambda each: each[1], reverse=True), now)


def leave_out(*, organisation_id: UUID, now: datetime) -> int:
    """Make anew the days of locations of which somebody said that something is left out, in operation or not.

    Each batch is a transaction: cut off, the next run does the rest. Returns how many days.
    """
    said = LeftOut.objects.filter(organisation_id=organisation_id)
    waiting = Day.objects.filter(
        organisation_id=organisation_id, store_id__in=set(said.values_list("store_id", flat=True))
    )
    rows = waiting.filter(ledger_revision=Day.AGAIN).order_by("-business_date")
    days = list(rows.values_list("store_id", "business_date"))
    for start in range(0, len(days), projection.AT_ONCE):
        projection.restate(organisation_id, days[start : start + projection.AT_ONCE], now=now)
        notify_live(organisation_id, LIVE_TOPIC)
    for row in said.filter(kind=LeftOut.REMOVED, taken_back_at=None):
        changes = Change.objects.filter(organisation_id=organisation_id, store_id=row.store_id, hour__lt=row.until)
        changes.filter(kind__in=left_out.FROM_THE_TILL).delete()
    return len(days)


def fresh(organisation_id: UUID, store_ids: set[UUID], *, since: date, until: date, now: datetime) -> None:
    """Before a page is read: a few days that are behind are made on the spot.

    What moved is told to the others' open pages, which a job that finds nothing to do any more would not. That
    somebody worked on meanwhile is not: each page that asks would have all others ask again.
    """
    behind = projection.stale(organisation_id, store_ids, since=since, until=until)
    if not behind:  # mostly nothing is, and then it is no matter which stores are in operation
        return
    working = store_ids & in_operation(organisation_id)
    behind = [each for each in behind if each[0] in working]
    if not 0 < len(behind) <= projection.AT_ONCE:
        return
    at_work = projection.going_on(organisation_id, working, since=since, until=until)
    if projection.restate(organisation_id, [each for each in behind if each not in at_work], now=now):
        notify_live(organisation_id, LIVE_TOPIC)
    projection.restate(organisation_id, [each for each in behind if each in at_work], now=now)


def organisations(*, since: datetime) -> set[UUID]:
    """The chains with a day that changed lately."""
    return {each.organisation_id for each in trading_days.changed(since=since, limit=MOST)}


def all_chains() -> list[UUID]:
    """Every organisation."""
    return list(Organisation.objects.values_list("id", flat=True))


def forget_old(*, now: datetime) -> None:
    """Rows of files for places that never appeared."""
    SetAside.objects.filter(kept_until__lt=now).delete()


def _restate(organisation_id: UUID, days: list[making.StoreDay], now: datetime) -> int:
    changed = 0
    for start in range(0, len(days), projection.AT_ONCE):
        changed += projection.restate(organisation_id, days[start : start + projection.AT_ONCE], now=now)
    if changed:
        notify_live(organisation_id, LIVE_TOPIC)
    return changed
