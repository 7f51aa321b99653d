"""What edits and files of budgets changed, so that the latest can be taken back and each is known by whom."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from comptoir.apps.traffic.budget_tables import MEASURES, Budget, BudgetChange
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

Amounts = Mapping[tuple[UUID, date], Mapping[str, Decimal | None]]
"""Of a location and business date, what is set by measure; None takes it away."""
Moved = list[tuple[UUID, date, str, Decimal | None, Decimal | None]]
"""Location, date, measure, before and after of what became another."""

KEPT: Final = timedelta(days=90)
STORED: Final = Decimal("0.000001")


def hold(organisation_id: UUID) -> None:
    """One at a time changes the budgets of a chain, until the transaction ends: what stands is what is replaced."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('traffic budgets ' || %s, 0))", [str(organisation_id)]
        )


def moved(organisation_id: UUID, amounts: Amounts) -> Moved:
    """What these amounts would make another; whoever asks holds the chain's budgets."""
    standing = _standing(organisation_id, amounts)
    found: Moved = []
    for key, said in sorted(amounts.items()):
        for measure, amount in said.items():
            before, after = standing.get(key, {}).get(measure), amount if amount is None else amount.quantize(STORED)
            if before != after:
                found.append((*key, measure, before, after))
    return found


def told(moved: Moved) -> dict[str, str]:
    """The sums of each measure before and after, for the record of activity."""
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for _store, _day, measure, before, after in moved:
        sums[measure][0] += before or 0
        sums[measure][1] += after or 0
    return {measure: f"{_plain(before)} → {_plain(after)}" for measure, (before, after) in sums.items()}


def keep(organisation_id: UUID, moved: Moved, *, name: str, actor: str, now: datetime) -> BudgetChange | None:
    """Write it down; None where nothing moved."""
    if not moved:
        return None
    return BudgetChange.objects.create(
        organisation_id=organisation_id,
        id=new_id(),
        actor=actor,
        name=name[:200],
        days=len({each[:2] for each in moved}),
        moved=[[str(store), day.isoformat(), measure, _text(a), _text(b)] for store, day, measure, a, b in moved],
        at=now,
    )


def one(organisation_id: UUID, change_id: UUID, store_ids: Collection[UUID]) -> BudgetChange:
    """Raises RuleBroken (404) where there is none, or it is of other locations too."""
    found = BudgetChange.objects.filter(organisation_id=organisation_id, id=change_id).first()
    if found is None or not _stores(found) <= {str(each) for each in store_ids}:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def before(organisation_id: UUID, change: BudgetChange) -> tuple[Amounts, int]:
    """What stood before it, where it still stands as it set it; and how many amounts were set again since."""
    rows = [
        (UUID(store), date.fromisoformat(day), measure, _amount(was), _amount(became))
        for store, day, measure, was, became in change.moved
    ]
    standing = _standing(organisation_id, {(store, day): {} for store, day, *_rest in rows})
    amounts: defaultdict[tuple[UUID, date], dict[str, Decimal | None]] = defaultdict(dict)
    left = 0
    for store, day, measure, was, became in rows:
        if standing.get((store, day), {}).get(measure) == became:
            amounts[store, day][measure] = was
        else:
            left += 1
    return amounts, left


def latest(organisation_id: UUID, store_ids: Collection[UUID], *, most: int = 5) -> list[BudgetChange]:
    """The latest that are of these locations alone, the newest first."""
    mine = {str(each) for each in store_ids}
    rows = BudgetChange.objects.filter(organisation_id=organisation_id).order_by("-at", "-id")[: 4 * most]
    return [each for each in rows if _stores(each) <= mine][:most]


def forget_old(*, now: datetime) -> None:
    """Nobody takes back what was set a quarter ago."""
    BudgetChange.objects.filter(at__lt=now - KEPT).delete()


def _standing(
    organisation_id: UUID, amounts: Mapping[tuple[UUID, date], object]
) -> dict[tuple[UUID, date], dict[str, Decimal | None]]:
    days = [day for _store, day in amounts]
    rows = Budget.objects.filter(
        organisation_id=organisation_id,
        store_id__in={store for store, _day in amounts},
        business_date__range=(min(days), max(days)),
    )
    found = rows.values_list("store_id", "business_date", *MEASURES)
    return {(row[0], row[1]): dict(zip(MEASURES, row[2:], strict=True)) for row in found}


def _stores(change: BudgetChange) -> set[str]:
    return {each[0] for each in change.moved}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
