"""What a guest may pay of a bill, and how a bill is split; pure. All amounts are minor units of the bill's currency.

Source of the rules: pay-at-table.md 1.7 and invariants P3 and P9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from comptoir.kernel.errors import RuleBroken

MOST_SHARES: Final = 100
LARGEST_AMOUNT: Final = 10**11
"""E40: beyond it somebody mistook the unit."""


@dataclass(frozen=True)
class Claim:
    """`part` of `parts` of one line; `line` is its place on the bill."""

    line: int
    part: int
    parts: int


def payable(*, total: int, paid: int, held: int) -> int:
    """What a new guest may still pay: never below zero, also on a bill that was overpaid or is a credit (E22)."""
    return max(0, max(0, total - paid) - held)


def check_guest_amount(*, amount: int, tip: int, tip_confirmed: bool) -> None:
    """Raises RuleBroken: `amount_invalid`, `tip_unconfirmed` (E25: a tip above the amount is asked for twice)."""
    if not 0 < amount <= LARGEST_AMOUNT or not 0 <= tip <= LARGEST_AMOUNT:
        raise RuleBroken("The amount is not one that can be paid.", code="amount_invalid", status=422)
    if tip > amount and not tip_confirmed:
        raise RuleBroken("The tip is more than the amount; confirm it.", code="tip_unconfirmed", status=422)


def check_payable(*, amount: int, payable_now: int, least: int = 1) -> None:
    """Whether this part may be taken. The last part may be below `least`. Raises RuleBroken."""
    if amount > payable_now:
        words = "Less is left to pay than this amount."
        raise RuleBroken(words, code="amount_exceeds_payable", status=409)
    if amount < least and amount != payable_now:
        raise RuleBroken("The amount is below the least that may be paid.", code="amount_invalid", status=422)


def equal_shares(remaining: int, shares: int) -> tuple[int, ...]:
    """Shares that differ by one unit at most, the larger first. Raises RuleBroken where a share would be nothing."""
    if not 0 < shares <= MOST_SHARES or remaining < shares:
        raise RuleBroken("A bill is split into shares of at least one unit.", code="amount_invalid", status=422)
    share, more = divmod(remaining, shares)
    return tuple(share + 1 if number < more else share for number in range(shares))


def spread(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount in proportion, exactly: largest remainder, the earlier one first. Weights are not negative."""
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise RuleBroken("Nothing to spread an amount over.", code="amount_invalid", status=422)
    floors = [amount * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda each: (-(amount * weights[each] % whole), each))
    for place in order[: amount - sum(floors)]:
        floors[place] += 1
    return tuple(floors)


def part_of(amount: int, claim: Claim) -> int:
    """What one of equal parts of a line comes to: part 1 to `parts`, together the line."""
    if not 1 <= claim.part <= claim.parts <= MOST_SHARES:
        raise RuleBroken("There is no such part of this line.", code="amount_invalid", status=422)
    share, more = divmod(amount, claim.parts)
    return share + 1 if claim.part <= more else share


def claimed(*, total: int, lines: Sequence[int], claims: Sequence[Claim]) -> int:
    """What the claimed lines come to, with their part of the bill's service charge and discounts. Raises RuleBroken."""
    if len({(claim.line, claim.part, claim.parts) for claim in claims}) != len(claims) or not claims:
        raise RuleBroken("An item can be paid once.", code="amount_invalid", status=422)
    shares = spread(total, lines)
    if any(not 0 <= claim.line < len(lines) for claim in claims):
        raise RuleBroken("The bill has no such item.", code="amount_invalid", status=422)
    return sum(part_of(shares[claim.line], claim) for claim in claims)
