"""What somebody gets by itself, reports by mail and files alike: who that is, of which stores, and when next."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import catching_up, chains
from comptoir.apps.traffic.export_tables import ExportPlan
from comptoir.apps.traffic.models import ReportMail
from comptoir.core.accounts import reach
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.roles import Role, may
from comptoir.core.installations import modules
from comptoir.kernel.ids import new_id, public_id

DAILY: Final = "daily"
RHYTHMS: Final = (DAILY, "weekly")
SUMMARY: Final = "summary"
"""The mail that is none of the reports' own."""
Subscription = ReportMail | ExportPlan


def next_time(rhythm: str, hour: int, zone: ZoneInfo, after: datetime) -> datetime:
    """The next such hour of the chain's clock; a weekly one on Monday."""
    day = after.astimezone(zone).date()
    while True:
        at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if at > after and (rhythm == DAILY or day.weekday() == 0):
            return at
        day += timedelta(days=1)


def add_mail(
    *,
    organisation_id: UUID,
    user: User,
    rhythm: str,
    hour: int,
    language: str,
    store_ids: frozenset[UUID] | None,
    node_id: UUID | None = None,
    zone: ZoneInfo,
    now: datetime,
    report: str = SUMMARY,
    asked: Mapping[str, list[str]] | None = None,
) -> ReportMail:
    """A mail to oneself, over the stores one sees. `report`: SUMMARY, or one of those that have a page, with the
    parameters `asked` of that page."""
    return ReportMail.objects.create(
        organisation_id=organisation_id,
        id=new_id(),
        user_id=user.pk,
        report=report,
        rhythm=rhythm,
        hour=hour,
        language=language,
        store_ids=None if store_ids is None else [str(each) for each in store_ids],
        node_id=node_id,
        asked=dict(asked or {}),
        due_at=next_time(rhythm, hour, zone, now),
        created_at=now,
    )


def move_on(row: Subscription, places: list[chains.Place], *, now: datetime) -> datetime:
    """To its next time, by the clock of the first place; returns the one that has come."""
    zone = ZoneInfo(places[0].store.timezone) if places else ZoneInfo("UTC")
    slot, row.due_at = row.due_at, next_time(row.rhythm, row.hour, zone, now)
    row.save(update_fields=["due_at"])
    return slot


def reader_of(row: Subscription) -> User | None:
    """Whoever asked for it, while he is of the house and may read of traffic."""
    found = _membership(row)
    is_reader = found is not None and found.user.is_active and may(Role(found.role), "traffic.view")
    return found.user if found is not None and is_reader else None


def is_off(row: Subscription) -> bool:
    """Whether the chain has no traffic any more."""
    return modules.is_off_everywhere(row.organisation_id, catching_up.APP)


def role_of(row: Subscription) -> Role | None:
    """What the reader is in the house today; None where he is nothing."""
    found = _membership(row)
    return None if found is None else Role(found.role)


def sees_staff(row: Subscription) -> bool:
    """Whether hours worked are a matter of the reader, by the role of today."""
    role = role_of(row)
    return role is not None and may(role, "traffic.staff")


def places_of(row: Subscription, *, now: datetime) -> list[chains.Place]:
    """The stores that it is about, of those that whoever asked for it sees now."""
    places = chains.places(row.organisation_id, store_ids=store_ids_of(row), now=now)
    if row.node_id is None:
        return places
    inside = chains.below(row.organisation_id, row.node_id)
    return [each for each in places if each.node_id in inside]


def asked_of(row: Subscription) -> dict[str, list[str]]:
    """Its parameters as an address says them, with the store or level it is about: old ones have none but that."""
    found: dict[str, list[str]] = dict(row.asked)
    if row.node_id is not None:
        return {**found, "at": [public_id("nod", row.node_id)]}
    if row.store_ids is not None and len(row.store_ids) == 1:
        return {**found, "at": [public_id("sto", UUID(row.store_ids[0]))]}
    return found


def store_ids_of(row: Subscription) -> frozenset[UUID] | None:
    """Those of the chosen stores, or of all, that are seen now; None for all of the chain."""
    asked = None if row.store_ids is None else {UUID(each) for each in row.store_ids}
    return reach.within(asked, reach.stores_of(row.organisation_id, row.user_id))


def _membership(row: Subscription) -> Membership | None:
    rows = Membership.objects.filter(organisation_id=row.organisation_id, user_id=row.user_id)
    return rows.select_related("user").first()
