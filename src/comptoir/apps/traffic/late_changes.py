"""What moved after its day was over, listed; reading the past for the first time moves nothing (reference, 5)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Min

from comptoir.apps.traffic import filling, planned
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.left_out import Spans
from comptoir.apps.traffic.making import ZERO, Made, StoreDay
from comptoir.apps.traffic.models import Change, Hour
from comptoir.core.accounts.models import Store
from comptoir.core.intake.importing import reads as imports
from comptoir.core.ledger import staff_hours
from comptoir.kernel.clock import business_date
from comptoir.kernel.ids import new_id

KINDS: Final = ("visitors", "transactions", "sales", "items", "staff_hours")
BOUGHT: Final = ("transactions", "sales", "items")
TYPED: Final = "typed"
TAKEN_BACK: Final = "taken_back"
ESTIMATED: Final = "estimated"
PLANNED: Final = planned.PLANNED
COUNTING: Final = "counting"
TILL: Final = "till"
CLOCK: Final = "clock"
COUNTER: Final = "counter"
STILL_NEW: Final = timedelta(days=2)
"""Until then the past of a store's clock, or of its sales, is being read for the first time."""
MOST_IMPORTS: Final = 1000
Key = tuple[UUID, datetime]


def tell(
    organisation_id: UUID,
    stores: Mapping[UUID, Store],
    made: Mapping[Key, Made],
    known: Mapping[Key, Hour],
    changed: Collection[Key],
    again: Collection[StoreDay],
    now: datetime,
) -> None:
    """List what moved of days that are over and were known before.

    `again` are days that are made anew although nothing was told of them: the chain counts in another way.
    """
    firsts = _Firsts(organisation_id, list(stores), known.values(), now)
    today = {
        each.id: business_date(now, zone=ZoneInfo(each.timezone), day_start=each.day_start) for each in stores.values()
    }
    hidden = Spans(organisation_id, list(stores))
    rows = []
    for key in sorted(changed):
        store_id, hour = key
        day = made[key].business_date if key in made else known[key].business_date
        if (store_id, day) not in firsts.days or day >= today[store_id]:
            continue
        for kind in KINDS:
            old = getattr(known[key], kind) if key in known else None
            new = made[key].values[kind] if key in made else None
            if _is_guess(kind, made.get(key), known.get(key)):
                continue
            if hidden.hides(store_id, hour, "counter" if kind == "visitors" else "till"):
                continue  # somebody said so: nothing moved at the till
            if _is_another(kind, old, new) and not firsts.is_first(kind, day, known.get(key), key):
                cause = _cause(kind, made.get(key), known.get(key), is_again=(store_id, day) in again)
                facts = {"store_id": store_id, "hour": hour, "business_date": day, "kind": kind, "old": old, "new": new}
                facts["cause"] = cause
                rows.append(Change(organisation_id=organisation_id, id=new_id(), seen_at=now, **facts))
    Change.objects.bulk_create(rows, batch_size=1000)


GUESSES: Final = {"visitors": ("traffic_status", filling.ESTIMATED), "staff_hours": ("staff_status", planned.PLANNED)}


def _is_guess(kind: str, made: Made | None, known: Hour | None) -> bool:
    """Whether nothing was measured, before or after: an estimate or plan that comes or goes moves no known figure."""
    if kind not in GUESSES:
        return False
    status, guess = GUESSES[kind]
    old = getattr(known, status) if known and getattr(known, kind) is not None else guess
    new = made.values[status] if made and made.values[kind] is not None else guess
    return bool(old == new == guess)


def usual(kind: str) -> str:
    """Where a figure of this kind comes from."""
    return CLOCK if kind == "staff_hours" else COUNTER if kind == "visitors" else TILL


def _cause(kind: str, made: Made | None, known: Hour | None, *, is_again: bool) -> str:
    """Why a figure moved, as far as its two sides say."""
    if made is not None and kind in made.values["tailored"].split(","):
        return TYPED
    if known is not None and kind in known.tailored.split(","):
        return TAKEN_BACK
    statuses = {made.values["traffic_status"] if made else "", known.traffic_status if known else ""}
    if kind == "visitors" and ESTIMATED in statuses:
        return ESTIMATED
    statuses = {made.values["staff_status"] if made else "", known.staff_status if known else ""}
    if kind == "staff_hours" and PLANNED in statuses:
        return PLANNED
    return COUNTING if is_again and kind in BOUGHT else usual(kind)


def _is_another(kind: str, old: Decimal | None, new: Decimal | None) -> bool:
    """Not known is not nought, but where nothing can be unknown."""
    can_be_unknown = kind not in BOUGHT
    return (old or ZERO) != (new or ZERO) or (can_be_unknown and (old is None) != (new is None))


class _Firsts:
    """What of some days is told for the first time: each feed has a past of its own, and they come in any order."""

    def __init__(
        self, organisation_id: UUID, store_ids: Collection[UUID], known: Collection[Hour], now: datetime
    ) -> None:
        self._organisation_id, self._store_ids, self._now = organisation_id, store_ids, now
        self.days: set[StoreDay] = {(row.store_id, row.business_date) for row in known}
        self._counted = {(row.store_id, row.business_date) for row in known if row.visitors is not None}
        self._bought = {
            (row.store_id, row.business_date)
            for row in known
            if row.transactions or row.return_receipts or row.sales or row.items
        }

    def is_first(self, kind: str, day: date, known: Hour | None, key: Key) -> bool:
        """Whether a figure comes out of the past that is only being read; what was planned told of nothing."""
        store_id, hour = key
        if kind == "staff_hours":
            was_told = known is not None and known.staff_hours is not None and known.staff_status != PLANNED
            return not was_told and store_id in self._new_clocks
        if kind == "visitors":
            # Told of hours before it was known here: what it remembered.
            return (store_id, day) not in self._counted and hour < self._counted_since.get(store_id, hour)
        return (store_id, day) not in self._bought and any(
            start <= hour < end for start, end in self._imports.get(store_id, ())
        )

    @cached_property
    def _new_clocks(self) -> set[UUID]:
        found = staff_hours.first_told(self._organisation_id, self._store_ids)
        return {store_id for store_id, first in found.items() if self._now - first < STILL_NEW}

    @cached_property
    def _counted_since(self) -> dict[UUID, datetime]:
        rows = Counter.objects.filter(organisation_id=self._organisation_id, store_id__in=self._store_ids)
        return dict(rows.order_by().values_list("store_id").annotate(first=Min("created_at")))

    @cached_property
    def _imports(self) -> dict[UUID, list[tuple[datetime, datetime]]]:
        """Times of which sales are being read, or were a moment ago."""
        runs = imports.import_runs(
            self._organisation_id, store_ids=self._store_ids, is_scheduled=False, limit=MOST_IMPORTS, now=self._now
        )
        found: dict[UUID, list[tuple[datetime, datetime]]] = {}
        for run in runs:
            if self._now - run.started_at < STILL_NEW:
                found.setdefault(run.store_id, []).append((run.start, run.end))
        return found
