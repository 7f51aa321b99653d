"""Real closures, and the second action of a deletion: what the till brought is left out of traffic, and can come back.

The rows are the truth and the days follow them in batches (`catching_up.leave_out`): cut off at any moment, the next
run does the rest.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from comptoir.apps.traffic import day_lock
from comptoir.apps.traffic.left_out_tables import LeftOut
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

FROM_THE_TILL: Final = ("transactions", "sales", "items", "staff_hours")
BESIDE: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
Source = Literal["till", "counter", "person"]


@dataclass(frozen=True)
class Progress:
    """Days that are made anew, of all that have to be."""

    done: int
    all: int


def close(*, store: Store, since: datetime, until: datetime, actor: str, now: datetime) -> None:
    """It was really closed in between: on return nothing of that time is filled. The caller's transaction."""
    LeftOut.objects.create(
        organisation_id=store.organisation_id,
        id=new_id(),
        store_id=store.id,
        kind=LeftOut.CLOSURE,
        since=since,
        until=until,
        actor=actor,
        at=now,
    )
    _again(store, since, until)
    details = {"since": since.isoformat(), "until": until.isoformat()}
    _note(store, "traffic.closure_kept_empty", actor, now, details)


@transaction.atomic
def remove(*, store: Store, actor: str, now: datetime) -> None:
    """Leave out of traffic whatever its integrations brought until now. Pressed again it reaches until then."""
    LeftOut.objects.update_or_create(
        organisation_id=store.organisation_id,
        store_id=store.id,
        kind=LeftOut.REMOVED,
        taken_back_at=None,
        defaults={"until": now, "actor": actor, "at": now},
        create_defaults={"id": new_id(), "until": now, "actor": actor, "at": now},
    )
    days = _again(store, None, now)
    _note(store, "traffic.imported_removed", actor, now, {"days": days})


@transaction.atomic
def bring_back(*, store: Store, left_out_id: UUID, actor: str, now: datetime) -> None:
    """What was left out shows again, as far as the ledger has it. Raises RuleBroken (`not_found`, 404)."""
    rows = LeftOut.objects.filter(
        organisation_id=store.organisation_id, store_id=store.id, id=left_out_id, taken_back_at=None
    )
    row = rows.first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    rows.update(taken_back_at=now)
    _again(store, row.since, row.until)
    _note(store, "traffic.left_out_brought_back", actor, now, {"kind": row.kind})


def of_store(store: Store) -> list[LeftOut]:
    """What is left out of a location, the latest first."""
    return list(_standing(store.organisation_id, [store.id]).order_by("-until"))


def imported_days(store: Store) -> int:
    """On how many days something of the till is shown; staff that is only planned is not of it."""
    rows = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id)
    return rows.exclude(transactions=0, return_receipts=0, sales=0, items=0, hours_p=F("hours_h")).count()


def progress(store: Store) -> Progress | None:
    """How far the days are; None where all is done."""
    rows = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id)
    waiting, every = rows.filter(ledger_revision=Day.AGAIN).count(), rows.count()
    return Progress(every - waiting, every) if waiting else None


def unfinished() -> set[UUID]:
    """Chains in which days wait because of what is left out: a job that was lost is started again."""
    found = set()
    for organisation_id, store_id in LeftOut.objects.values_list("organisation_id", "store_id").distinct():
        if Day.objects.filter(organisation_id=organisation_id, store_id=store_id, ledger_revision=Day.AGAIN).exists():
            found.add(organisation_id)
    return found


class Spans:
    """What is left out of some stores, read once."""

    def __init__(self, organisation_id: UUID, store_ids: Collection[UUID]) -> None:
        self._rows: defaultdict[UUID, list[LeftOut]] = defaultdict(list)
        for row in _standing(organisation_id, store_ids):
            self._rows[row.store_id].append(row)

    def hides(self, store_id: UUID, hour: datetime, by: Source = "till") -> bool:
        """Whether an hour is left out of what the till and its clock say, or what counters say; of people never."""
        rows = [] if by == "person" else self._rows.get(store_id, [])
        return any(_covers(row, hour) for row in rows if by == "till" or row.kind == LeftOut.CLOSURE)


def _covers(row: LeftOut, hour: datetime) -> bool:
    """A closure leaves out whole hours alone; a removal the one that runs as well."""
    last = row.until - HOUR if row.kind == LeftOut.CLOSURE else row.until - timedelta.resolution
    return (row.since is None or row.since <= hour) and hour <= last


def _standing(organisation_id: UUID, store_ids: Collection[UUID]) -> QuerySet[LeftOut]:
    return LeftOut.objects.filter(organisation_id=organisation_id, store_id__in=store_ids, taken_back_at=None)


def _again(store: Store, since: datetime | None, until: datetime) -> int:
    rows = Day.objects.filter(
        organisation_id=store.organisation_id, store_id=store.id, business_date__lte=(until + BESIDE).date()
    )
    if since is not None:
        rows = rows.filter(business_date__gte=(since - BESIDE).date())
    return day_lock.make_anew(rows)


def _note(store: Store, what: str, actor: str, now: datetime, details: Mapping[str, object]) -> None:
    note(organisation_id=store.organisation_id, actor=actor, what=what, subject=store.name, details=details, now=now)
