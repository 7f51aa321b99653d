"""Budgets of locations: typed for a day, or spread over a week, a month or a year; or told by a file.

Typed for longer than a day, a budget is spread by the location's own weekdays: as their sums of the latest eight weeks
are to one another, evenly where nothing is known of these. The parts add up to what was typed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from comptoir.apps.traffic import budget_changes, location_ids
from comptoir.apps.traffic.budget_changes import Amounts
from comptoir.apps.traffic.budget_tables import MEASURES, Budget, BudgetChange
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.counting.lines import NUMBER, Columns, Fault, lines
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import decimal_places
from comptoir.kernel.shares import share

DAY: Final = timedelta(days=1)
LEARNED_FROM: Final = timedelta(weeks=8)
LONGEST: Final = 400
MOST: Final = Decimal(10) ** 12
EVEN: Final = (Decimal(1),) * 7
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "location": ("location id", "location_id", "location"),
    "date": ("date", "business date", "business_date", "day"),
    "visitors": ("visitors", "traffic", "traffic in", "traffic_in"),
    "transactions": ("transactions",),
    "sales": ("sales", "net sales", "sales_net"),
    "items": ("items", "items sold", "items_sold"),
    "staff_hours": ("staff hours", "staff_hours"),
}


def smallest(measure: str, currency: str) -> Decimal:
    """The smallest part of a budget: the currency's smallest coin, a quarter of an hour, one."""
    if measure == "sales":
        return Decimal(1).scaleb(-decimal_places(currency))
    return Decimal("0.25") if measure == "staff_hours" else Decimal(1)


def weekdays(store: Store, measure: str, *, today: date) -> Sequence[Decimal]:
    """What a location has on each weekday, Monday first, by its latest eight weeks; alike while nothing is known."""
    rows = Day.objects.filter(
        organisation_id=store.organisation_id,
        store_id=store.id,
        business_date__range=(today - LEARNED_FROM, today - DAY),
    )
    found = [Decimal(0)] * 7
    for number, amount in rows.values_list("business_date__iso_week_day").annotate(amount=Sum(measure)):
        found[number - 1] = max(Decimal(0), amount or Decimal(0))
    return found if any(found) else EVEN


def spread(
    *,
    store: Store,
    measure: str,
    first: date,
    last: date,
    amount: Decimal | None,
    actor: str,
    now: datetime,
    today: date,
) -> BudgetChange | None:
    """Set the budget of some days, which are to have so much together; None takes theirs away. Returns what moved.

    Raises RuleBroken (422) for a period the wrong way round or of more than 400 days, and for less than nought.
    """
    if last < first:
        raise RuleBroken(_("The last day comes before the first."), code="window_empty", status=422)
    days = [first + number * DAY for number in range((last - first).days + 1)]
    if len(days) > LONGEST:
        raise RuleBroken(_("A budget is for 400 days at most."), code="budget_too_long", status=422)
    if amount is not None and not 0 <= amount <= MOST:
        raise RuleBroken(_("A budget is never below nought."), code="number_negative", status=422)
    parts: Sequence[Decimal | None] = [None] * len(days)
    if amount is not None:
        by_weekday = weekdays(store, measure, today=today) if len(days) > 1 else EVEN
        weights = [by_weekday[day.weekday()] for day in days]
        parts = share(
            amount, weights if any(weights) else [Decimal(1)] * len(days), smallest=smallest(measure, store.currency)
        )
    return save(
        organisation_id=store.organisation_id,
        amounts={(store.id, day): {measure: part} for day, part in zip(days, parts, strict=True)},
        name=store.name,
        actor=actor,
        now=now,
    )


@transaction.atomic
def save(
    *,
    organisation_id: UUID,
    amounts: Amounts,
    name: str,
    actor: str,
    now: datetime,
    what: str = "traffic.budget_saved",
) -> BudgetChange | None:
    """Set what is named of each location and day, and leave the rest of it; a day without any budget is none.

    Returns what became another, which can be taken back; None where everything stood already.
    """
    budget_changes.hold(organisation_id)
    moved = budget_changes.moved(organisation_id, amounts)
    for measure in MEASURES:
        rows = [
            Budget(organisation_id=organisation_id, store_id=store_id, business_date=day, **{measure: said[measure]})
            for (store_id, day), said in sorted(amounts.items())
            if measure in said
        ]
        Budget.objects.bulk_create(
            rows,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["organisation_id", "store_id", "business_date"],
            update_fields=[measure],
        )
    empty = Q(**{f"{measure}__isnull": True for measure in MEASURES})
    Budget.objects.filter(empty, organisation_id=organisation_id).delete()
    days = sorted({day for _store_id, day in amounts})
    note(
        organisation_id=organisation_id,
        actor=actor,
        what=what,
        subject=f"{name} {days[0]} – {days[-1]}",
        details={"days": len(amounts), **budget_changes.told(moved)},
        now=now,
    )
    return budget_changes.keep(organisation_id, moved, name=name, actor=actor, now=now)


@transaction.atomic
def take_back(
    *, organisation_id: UUID, change_id: UUID, store_ids: Collection[UUID], actor: str, now: datetime
) -> tuple[BudgetChange | None, int]:
    """What an edit or a file set is as it was before, except where somebody set it again since.

    Returns the change that this is itself, and how many amounts were left as they are. Twice changes nothing. Raises
    RuleBroken (`not_found`, 404), also where it is of a location that is none of these.
    """
    budget_changes.hold(organisation_id)
    change = budget_changes.one(organisation_id, change_id, store_ids)
    if change.taken_back_at is not None:
        return None, 0
    BudgetChange.objects.filter(organisation_id=organisation_id, id=change.id).update(taken_back_at=now)
    amounts, left = budget_changes.before(organisation_id, change)
    if not amounts:
        return None, left
    said = {
        "organisation_id": organisation_id,
        "name": _("Taken back: %(name)s") % {"name": change.name},
        "actor": actor,
        "now": now,
    }
    return save(**said, amounts=amounts, what="traffic.budget_taken_back"), left  # type: ignore[arg-type]


@dataclass(frozen=True)
class Taken:
    """What became of a file: `taken` of `rows`, and why not the others."""

    rows: int
    taken: int
    faults: tuple[Fault, ...]
    change: BudgetChange | None = None


def take(*, organisation_id: UUID, content: bytes, places: Sequence[Place], actor: str, now: datetime) -> Taken:
    """Read a file with a row for each location and day; an empty cell leaves what stands. A day told twice: the latter.

    Raises RuleBroken for what is no such file.
    """
    told = lines(content)
    columns = Columns(next(told, (1, []))[1], NAMES, needed=("location", "date"), figures=("sales", *MEASURES))
    named = location_ids.by_names(each.location for each in places)
    stores = {name: each.store_id for name, each in named.items()}
    amounts: dict[tuple[UUID, date], Mapping[str, Decimal | None]] = {}
    faults: list[Fault] = []
    number = 0
    for line, cells in told:
        if any(each.strip() for each in cells):
            number += 1
            found = _row(line, cells, columns, stores)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                amounts[found[0]] = {**amounts.get(found[0], {}), **found[1]}
    change = None
    if amounts:
        change = save(organisation_id=organisation_id, amounts=amounts, name=_("A file"), actor=actor, now=now)
    return Taken(number, number - len(faults), tuple(faults), change)


def _row(
    line: int, cells: Sequence[str], columns: Columns, stores: Mapping[str, UUID]
) -> tuple[tuple[UUID, date], dict[str, Decimal | None]] | Fault:
    location, when = columns.cell(cells, "location"), columns.cell(cells, "date")
    store_id = stores.get(location_ids.shown(location))
    if store_id is None:
        return Fault(line, _("no location with this id: %(said)s") % {"said": location[:40]})
    try:
        day = date.fromisoformat(when)
    except ValueError:
        return Fault(line, _("no date such as 2026-05-20: %(said)s") % {"said": when[:40]})
    amounts: dict[str, Decimal | None] = {}
    for measure in MEASURES:
        said = columns.cell(cells, measure)
        if not said:
            continue
        if not NUMBER.fullmatch(said) or not 0 <= Decimal(said) <= MOST:
            return Fault(line, _("this is no number: %(said)s") % {"said": said[:40]})
        amounts[measure] = Decimal(said)
    return ((store_id, day), amounts) if amounts else Fault(line, _("no budget in this row"))
