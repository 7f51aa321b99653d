"""Who pays which part of a bill: equal shares, kept with it, and items that guests claim (pay-at-table.md 1.7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from comptoir.apps.pay_at_table.amounts import Claim, claimed, equal_shares
from comptoir.apps.pay_at_table.models import MOVING, Bill, GuestPayment, Intent, State
from comptoir.apps.pay_at_table.provider_tables import SplitPlan
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import to_minor

GIVEN_BACK: Final = (State.REFUNDED, State.REFUND_PENDING_POS)


@dataclass(frozen=True)
class Wanted:
    """What a guest wants of a line, 0 being the first: so many of its pieces, or one of `parts` equal parts."""

    line: int
    quantity: int | None = None
    parts: int | None = None


def lines_of(bill: Bill) -> list[dict[str, Any]]:
    """What can be claimed: the lines of the bill, what belongs to a line with it; `total` in minor units."""
    shown: list[dict[str, Any]] = []
    places: dict[int, int] = {}
    for number, line in enumerate(bill.lines):
        parent = line.get("parent")
        total = to_minor(Decimal(str(line["total"])), bill.currency)
        if parent is None or parent not in places:
            places[number] = len(shown)
            shown.append(
                {
                    "line": len(shown),
                    "sku": line.get("sku", ""),
                    "name": line.get("name", ""),
                    "quantity": str(line["quantity"]),
                    "total": total,
                    "with": [],
                }
            )
        else:
            places[number] = places[parent]
            head = shown[places[parent]]
            head["total"] += total
            head["with"].append(line.get("name", ""))
    return shown


def shares(bill: Bill, *, number: int, free: int, now: datetime) -> tuple[SplitPlan, tuple[int, ...]]:
    """Keep a bill's plan of equal shares and say what each share still to be paid comes to; `free` is what is payable.

    Raises RuleBroken where a share would be nothing.

    Asked again with the same number, the plan stays: whatever a share that was paid came to, the rest is divided by the
    shares that are left, and the last one pays what remains.
    """
    with transaction.atomic():
        plan, made = SplitPlan.objects.select_for_update().get_or_create(
            organisation_id=bill.organisation_id,
            integration_id=bill.integration_id,
            visit_id=bill.visit_id,
            defaults={"shares": number, "created_at": now},
        )
        if not made and plan.shares != number:
            plan.shares, plan.created_at = number, now
            plan.save(update_fields=["shares", "created_at"])
    left = max(1, number - _shares_gone(bill, plan, now))
    return plan, equal_shares(free, left)


def _shares_gone(bill: Bill, plan: SplitPlan, now: datetime) -> int:
    """How many guests paid, or are paying, since the plan was made."""
    mine = {"organisation_id": bill.organisation_id, "integration_id": bill.integration_id, "check_id": bill.check_id}
    live = Intent.objects.filter(**mine, state=IntentState.HELD, expires_at__gt=now, created_at__gte=plan.created_at)
    paid = GuestPayment.objects.filter(
        **mine, is_test=False, state__in=[*MOVING, State.APPLIED], created_at__gte=plan.created_at
    )
    return live.count() + paid.count()


def claims_for(bill: Bill, wanted: Sequence[Wanted], *, beside: str = "", now: datetime) -> list[dict[str, int]]:
    """The free parts of what is wanted, as they are kept. Raises RuleBroken `items_taken`, `amount_invalid`."""
    lines, taken = lines_of(bill), _taken(bill, beside=beside, now=now)
    found: list[dict[str, int]] = []
    for want in wanted:
        if not 0 <= want.line < len(lines):
            raise RuleBroken("The bill has no such item.", code="amount_invalid", status=422)
        pieces = Decimal(lines[want.line]["quantity"])
        parts = want.parts or (int(pieces) if pieces == int(pieces) and pieces > 0 else 1)
        number = 1 if want.parts else want.quantity or parts
        others = taken[want.line]
        if any(kept["parts"] != parts for kept in others):
            raise RuleBroken("Somebody else pays this item, in other parts.", code="items_taken", status=409)
        gone = {kept["part"] for kept in others}
        free = [part for part in range(1, parts + 1) if part not in gone]
        if len(free) < number:
            raise RuleBroken("Somebody else pays this item.", code="items_taken", status=409)
        mine = [{"line": want.line, "part": part, "parts": parts} for part in free[:number]]
        others.extend(mine)
        found.extend(mine)
    return found


def comes_to(bill: Bill, claims: Iterable[Mapping[str, int]]) -> int:
    """What claimed parts come to, with their part of the bill's service charge and discounts. Raises RuleBroken."""
    weights = [max(0, line["total"]) for line in lines_of(bill)]
    parts = [Claim(each["line"], each["part"], each["parts"]) for each in claims]
    return claimed(total=max(0, bill.total), lines=weights, claims=parts)


def _taken(bill: Bill, *, beside: str, now: datetime) -> defaultdict[int, list[dict[str, int]]]:
    """Parts that others pay or have paid, by line."""
    mine = {"organisation_id": bill.organisation_id, "integration_id": bill.integration_id, "check_id": bill.check_id}
    live = Intent.objects.filter(**mine, state=IntentState.HELD, expires_at__gt=now)
    if beside:
        live = live.exclude(session=beside)
    paid = GuestPayment.objects.filter(**mine).exclude(state__in=GIVEN_BACK)
    taken: defaultdict[int, list[dict[str, int]]] = defaultdict(list)
    for claims in [*live.values_list("claims", flat=True), *paid.values_list("claims", flat=True)]:
        for claim in claims:
            taken[claim["line"]].append(claim)
    return taken
