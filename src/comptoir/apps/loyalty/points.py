"""The rules of earning, pure: what a sale is worth, and what is left of it after a refund (loyalty.md 1.4, 1.5, 1.7).

Amounts are integers in minor units (cents, whole yen) of the sale's own currency; points are integers. No floats.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from comptoir.kernel.money import to_minor

TOO_OLD: Final = timedelta(days=30)
CLOCK_SKEW: Final = timedelta(minutes=5)


class Rounding(StrEnum):
    """How a fraction of a point is settled, once per sale (loyalty.md 1.4)."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


class Basis(StrEnum):
    """Which amount of a sale earns; tips never do (loyalty.md 1.4)."""

    WITH_TAX = "with_tax"
    WITHOUT_TAX = "without_tax"


class State(StrEnum):
    """Where a sale stands in the programme (loyalty.md 1.2)."""

    INELIGIBLE = "ineligible"
    OPEN = "open"
    CREDITED = "credited"
    ADJUSTED = "adjusted"
    VOIDED = "voided"


class Reason(StrEnum):
    """Why a sale earns nothing."""

    NONE = ""
    BELOW_MINIMUM = "below_minimum"
    NO_WHOLE_POINT = "no_whole_point"
    NOTHING_PAID = "nothing_paid"
    TOO_OLD = "too_old"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Rule:
    """One version of the earn rule: `rate_points` for every `rate_minor`, from `minimum_order` on (inclusive).

    `most_per_sale` is the most that one sale earns, None without such a limit.
    """

    version: int
    rate_points: int
    rate_minor: int
    minimum_order: int
    rounding: Rounding
    basis: Basis = Basis.WITH_TAX
    most_per_sale: int | None = None


@dataclass(frozen=True)
class Facts:
    """What the ledger knows of a sale, as far as the rules care.

    `total` is the bill as it was closed, `net` what refunds, voids and counter-entries have left of it; both with tax
    and without tips, in minor units. `eligible` is what of the net earns. `is_final` says that the bill is closed and
    counts in sales.
    """

    is_final: bool
    total: int
    net: int
    eligible: int
    is_too_old: bool


@dataclass(frozen=True)
class Verdict:
    """What a sale that nobody has claimed is worth now."""

    state: State
    reason: Reason
    eligible: int
    points: int


def eligible_amount(net: Decimal, currency: str) -> int:
    """Minor units that earn: what is left of the bill with tax, without tips, never below 0 (loyalty.md 1.4)."""
    return max(0, to_minor(net, currency))


def points_for(eligible: int, rule: Rule) -> int:
    """Points for an eligible amount: 0 below the minimum, else rounded once, as the rule says (loyalty.md 1.4)."""
    if eligible < rule.minimum_order or eligible <= 0:
        return 0
    return at_most(_rounded(eligible * rule.rate_points, rule), rule.most_per_sale)


def at_most(points: int, limit: int | None) -> int:
    """Points under a limit; None is none."""
    return points if limit is None else min(points, max(0, limit))


def _rounded(product: int, rule: Rule) -> int:
    match rule.rounding:
        case Rounding.FLOOR:
            return product // rule.rate_minor
        case Rounding.HALF_UP:
            return (2 * product + rule.rate_minor) // (2 * rule.rate_minor)
        case Rounding.CEIL:
            return -(-product // rule.rate_minor)


def judge(facts: Facts, rule: Rule) -> Verdict:
    """Whether a sale waits for a customer, and for how many points (loyalty.md 1.2, 1.4)."""
    if not facts.is_final:
        return Verdict(State.VOIDED, Reason.CANCELLED, 0, 0)
    eligible = max(0, facts.eligible)
    points = points_for(eligible, rule)
    if facts.total == 0 and facts.net <= 0:
        return Verdict(State.INELIGIBLE, Reason.NOTHING_PAID, 0, 0)
    if facts.net <= 0:
        return Verdict(State.VOIDED, Reason.REFUNDED, 0, 0)
    if eligible < rule.minimum_order:
        return Verdict(State.INELIGIBLE, Reason.BELOW_MINIMUM, eligible, 0)
    if points == 0:
        return Verdict(State.INELIGIBLE, Reason.NO_WHOLE_POINT, eligible, 0)
    if facts.is_too_old:
        return Verdict(State.INELIGIBLE, Reason.TOO_OLD, eligible, points)
    return Verdict(State.OPEN, Reason.NONE, eligible, points)


def state_once_credited(verdict: Verdict, *, has_reversals: bool) -> State:
    """Where a claimed sale stands: whatever happens to it, it stays with the one who claimed it."""
    if verdict.state is State.VOIDED:
        return State.VOIDED
    return State.ADJUSTED if has_reversals else State.CREDITED


def correction(target: int, given: int) -> int:
    """The one entry that brings what was given to what the sale is worth now; 0: nothing to write (loyalty.md 1.7).

    Recomputing on the net amount, instead of taking points off refund by refund, makes refunds in any number and any
    order end at the same total.
    """
    return target - given


def at_zero(delta: int, forgiven: int, left: int | None) -> int:
    """What of a correction is written where a balance stops at 0: what was forgiven before comes back first.

    `left` is the balance, None where it does not stop. What is written less `delta` is forgiven anew.
    """
    if delta > 0:
        return delta - min(forgiven, delta)
    return delta if left is None else max(delta, -max(0, left))


def earning_instant(closed_at: datetime, arrived_at: datetime) -> datetime:
    """The instant whose rule counts: the close, or the arrival when a till's clock runs ahead (loyalty.md 1.4, E19)."""
    return arrived_at if closed_at - arrived_at > CLOCK_SKEW else closed_at


def is_too_old(closed_at: datetime, arrived_at: datetime) -> bool:
    """A sale that reaches us a month after its close is kept for review, and waits for nobody (loyalty.md E20)."""
    return arrived_at - closed_at > TOO_OLD
