"""Set what was taken beside what the till shows, row by row; pure. Amounts are minor units (pay-at-table.md 3.5, P10).

A row's `difference` is what the till shows more than it should: nought when it is as it should be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

NEAR: Final = timedelta(minutes=15)


class Row(StrEnum):
    """What a row of the report says."""

    MATCHED = "matched"
    MATCHED_BY_AMOUNT = "matched_by_amount"
    AMOUNT_DIFFERS = "amount_differs"
    TIP_DIFFERS = "tip_differs"
    METHOD_DIFFERS = "method_differs"
    MISSING_ON_POS = "missing_on_pos"
    MISSING_AT_PROVIDER = "missing_at_provider"
    DUPLICATE_ON_POS = "duplicate_on_pos"
    SETTLED_MANUALLY = "settled_manually"
    REFUNDED = "refunded"
    REFUNDED_NOT_REMOVED = "refunded_not_removed"
    REMOVED_NOT_REFUNDED = "removed_not_refunded"
    TEST_PAYMENT = "test_payment"
    TEST_SETTLED = "test_settled"


OF_TESTS: Final = frozenset({Row.TEST_PAYMENT, Row.TEST_SETTLED})


@dataclass(frozen=True)
class Taken:
    """A payment of ours. `stands` is `applied`, `settled_manually`, `refunded` or `open`, of what of its `amount` was
    not `given_back`; `tip` is of the till. Of a test nothing was taken: what the till shows of it is a difference
    until somebody says that it was removed; then it is a settled row, with whatever the till still shows."""

    id: str
    provider_payment_id: str
    kind: str
    amount: int
    given_back: int
    tip: int
    method: str
    check_id: str
    references: frozenset[str]
    stands: str
    reason: str
    at: datetime
    is_test: bool = False

    @property
    def due(self) -> int:
        """What belongs on the till."""
        return self.amount - self.given_back


@dataclass(frozen=True)
class Line:
    """A payment on a bill of the till, open or closed; an open one does not show its tip."""

    check_id: str
    reference: str
    amount: int
    tip: int | None
    method: str
    at: datetime


@dataclass(frozen=True)
class Matched:
    """One row: what was taken, what the till has, and what differs."""

    state: Row
    taken: Taken | None = None
    lines: tuple[Line, ...] = ()
    difference: int = 0


@dataclass
class Totals:
    """Of one method kind: taken is the sum of applied, settled by hand, refunded and open (P10)."""

    taken: int = 0
    applied: int = 0
    settled_manually: int = 0
    refunded: int = 0
    open: int = 0
    tips: int = 0
    on_pos: int = 0
    difference: int = 0


@dataclass
class Day:
    """All of it."""

    rows: list[Matched] = field(default_factory=list)
    totals: dict[str, Totals] = field(default_factory=dict)

    @property
    def difference(self) -> int:
        """What the till shows more than it should."""
        return sum(row.difference for row in self.rows)


def match(payments: Sequence[Taken], lines: Sequence[Line], *, kinds: dict[str, str], foreign: frozenset[str]) -> Day:
    """`kinds` is the kind of each method of ours; `foreign` are references of other days, which are no business of this
    one. A line without a reference belongs to a payment of the same amount on the same bill, or within 15 minutes."""
    by_reference: dict[str, list[Line]] = {}
    for line in lines:
        by_reference.setdefault(line.reference, []).append(line)
    loose = [line for line in by_reference.get("", []) if line.method in kinds]
    day = Day()
    used: set[str] = set()
    for payment in payments:
        ours = [line for each in sorted(payment.references) for line in by_reference.get(each, [])]
        used |= payment.references
        day.rows.append(_row(payment, ours, loose))
    unknown = [
        line
        for reference, found in by_reference.items()
        if reference and reference not in used | foreign
        for line in found
        if line.method in kinds
    ]
    day.rows += [Matched(Row.MISSING_AT_PROVIDER, lines=(each,), difference=each.amount) for each in [*loose, *unknown]]
    _sum(day, kinds)
    return day


def _row(payment: Taken, ours: list[Line], loose: list[Line]) -> Matched:
    if payment.is_test:
        if payment.stands == "settled_manually":
            return Matched(Row.TEST_SETTLED, payment, tuple(ours))
        return Matched(Row.TEST_PAYMENT, payment, tuple(ours), sum(line.amount for line in ours))
    if len(ours) > 1:
        return Matched(Row.DUPLICATE_ON_POS, payment, tuple(ours), _difference(payment, ours))
    if ours:
        return Matched(_state_of(payment, ours[0]), payment, tuple(ours), _difference(payment, ours))
    if payment.stands == "refunded":
        return Matched(Row.REFUNDED, payment)
    if payment.stands == "open":
        gone = payment.reason == "reversed_on_pos"
        return Matched(Row.REMOVED_NOT_REFUNDED if gone else Row.MISSING_ON_POS, payment)
    found = _nearest(payment, loose)
    if payment.stands == "settled_manually":
        return Matched(Row.SETTLED_MANUALLY, payment, (found,) if found else ())
    if found is None:
        return Matched(Row.MISSING_ON_POS, payment, (), -payment.due)
    return Matched(Row.MATCHED_BY_AMOUNT, payment, (found,))


def _state_of(payment: Taken, line: Line) -> Row:
    if payment.stands == "refunded" or (payment.given_back and line.amount > payment.due):
        return Row.REFUNDED_NOT_REMOVED
    if line.amount != payment.due:
        return Row.AMOUNT_DIFFERS
    if line.method != payment.method:
        return Row.METHOD_DIFFERS
    return Row.TIP_DIFFERS if line.tip not in (None, payment.tip) else Row.MATCHED


def _difference(payment: Taken, ours: Iterable[Line]) -> int:
    expected = payment.due if payment.stands == "applied" else 0
    return sum(line.amount for line in ours) - expected


def _nearest(payment: Taken, loose: list[Line]) -> Line | None:
    """Takes it out of `loose`: a line belongs to one payment."""
    alike = [
        line
        for line in loose
        if line.amount == payment.due and (line.check_id == payment.check_id or abs(line.at - payment.at) <= NEAR)
    ]
    on_bill = [line for line in alike if line.check_id == payment.check_id]
    found = (on_bill or alike)[:1]
    if not found or (not on_bill and len(alike) > 1):
        return None
    loose.remove(found[0])
    return found[0]


def _sum(day: Day, kinds: dict[str, str]) -> None:
    for row in day.rows:
        kind = row.taken.kind if row.taken else kinds.get(row.lines[0].method, "card")
        totals = day.totals.setdefault(kind, Totals())
        if row.state in OF_TESTS:
            totals.on_pos += row.difference
            totals.difference += row.difference
            continue
        if row.taken is not None:
            totals.taken += row.taken.amount
            totals.tips += row.taken.tip
            totals.refunded += row.taken.given_back
            setattr(totals, row.taken.stands, getattr(totals, row.taken.stands) + row.taken.due)
        if row.state is not Row.SETTLED_MANUALLY:
            totals.on_pos += sum(line.amount for line in row.lines)
        totals.difference += row.difference
