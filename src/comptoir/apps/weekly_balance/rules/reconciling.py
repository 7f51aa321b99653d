"""The checks R1 to R8 (weekly-balance.md 7): pure, each with its tolerance and what a failure does."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from comptoir.apps.weekly_balance.rules.figures import Figures, class_amounts, is_counted, net_of
from comptoir.apps.weekly_balance.rules.terms import ALWAYS_COUNTED, Choices, FieldType, Preset
from comptoir.pos.model import Credit, Sale

ZERO: Final = Decimal(0)
PER_RECEIPT: Final = Decimal("0.01")
DIGITS: Final = "0123456789"
MOST_NUMBERS: Final = 10**5
"""Numbers that lie further apart were begun anew."""


class Rule(StrEnum):
    """The names of the checks."""

    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"
    R5 = "R5"
    R6 = "R6"
    R7 = "R7"
    R8 = "R8"


BLOCKING: Final = frozenset({Rule.R1, Rule.R2, Rule.R6})
"""Failures that keep a day from being confirmed; R3 joins them when the client asks for it."""


@dataclass(frozen=True)
class Failure:
    """A check that does not hold. `where` names the interval, receipt, register or payment type; `by` is how much."""

    rule: Rule
    where: str = ""
    by: Decimal = ZERO
    blocks: bool = False


def equations(parts: Mapping[str, Figures], choices: Choices) -> list[Failure]:
    """R1: the preset's equation between net and gross in every interval, without tolerance.

    Under `vat` the difference of gross and net is tax, of which any amount may be right.
    """
    if choices.preset is Preset.VAT:
        return []
    found = []
    for where, each in parts.items():
        gross, net = each.get(FieldType.GROSS_SALES), each.get(FieldType.NET_SALES)
        discounts, returns = each.get(FieldType.DISCOUNTS), each.get(FieldType.RETURNS)
        if gross is None or net is None or discounts is None or returns is None:
            continue
        by = net - net_of(gross, discounts, returns, choices)
        if by:
            found.append(Failure(Rule.R1, where, by, blocks=True))
    return found


def sums(parts: Iterable[Figures], whole: Figures) -> list[Failure]:
    """R2: what intervals add up to is the day, what days add up to is the week; unrounded, without tolerance."""
    return [Failure(Rule.R2, kind, by, blocks=True) for kind, by in _differences(parts, whole)]


def registers(parts: Mapping[str, Figures], whole: Figures, *, unallocated: bool, strict: bool) -> list[Failure]:
    """R3: registers add up to the department, and none with sales is left unallocated.

    It blocks only for a client that asks for it (`strict`).
    """
    found = [Failure(Rule.R3, kind, by, blocks=strict) for kind, by in _differences(parts.values(), whole)]
    return [*found, Failure(Rule.R3, "unallocated", blocks=strict)] if unallocated else found


def takings(sales: Iterable[tuple[str, Sale]], choices: Choices) -> list[Failure]:
    """R4: what a receipt sold, with everything that is no sale, is what was paid, to 0.01 a receipt; it warns.

    What is owed of a sale on account or a layby is no difference.
    """
    found = []
    for name, sale in sales:
        if not is_counted(sale):
            continue
        by_class = class_amounts(sale, choices)
        sold = sum(by_class.values(), ZERO) + (sale.service_charge or ZERO)
        tips = sum((each.tip for each in sale.payments), ZERO)
        paid = sum((each.amount for each in sale.payments), ZERO) + tips
        by = paid - sold - tips
        owes = sale.credit is not Credit.NONE and by < 0
        if abs(by) > PER_RECEIPT and not owes:
            found.append(Failure(Rule.R4, name, by))
    return found


def bridge(sales: Collection[Sale], choices: Choices) -> dict[str, Decimal]:
    """From net sales with tax to what was paid: one amount for each class beside goods, tips and service charge."""
    found: dict[str, Decimal] = {"net_with_tax": ZERO}
    for sale in sales:
        if not is_counted(sale):
            continue
        for what, amount in class_amounts(sale, choices).items():
            name = "net_with_tax" if what in ALWAYS_COUNTED else str(what)
            found[name] = found.get(name, ZERO) + amount
        paid = sum((each.amount for each in sale.payments), ZERO)
        for name, amount in (
            ("owed", min(paid - sale.total, ZERO) if sale.credit is not Credit.NONE else ZERO),
            ("service_charge", sale.service_charge or ZERO),
            ("tip", sum((each.tip for each in sale.payments), ZERO)),
        ):
            if amount:
                found[name] = found.get(name, ZERO) + amount
    found["paid"] = sum((each.amount + each.tip for sale in sales if is_counted(sale) for each in sale.payments), ZERO)
    return found


def closures(ours: Mapping[str, Decimal], tills: Mapping[str, Decimal]) -> list[Failure]:
    """R5: payment totals per type and register are those of the till's closures; it warns, by type."""
    return [
        Failure(Rule.R5, kind, tills.get(kind, ZERO) - ours.get(kind, ZERO))
        for kind in sorted({*ours, *tills})
        if ours.get(kind, ZERO) != tills.get(kind, ZERO)
    ]


def holes(
    windows: Sequence[tuple[datetime, datetime]], begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The times of [begin, end) that no window covers."""
    found, reached = [], begin
    for start, stop in sorted(windows):
        if start >= end:
            break
        if start > reached:
            found.append((reached, start))
        reached = max(reached, stop)
    return [*found, (reached, end)] if reached < end else found


def coverage(windows: Sequence[tuple[datetime, datetime]], begin: datetime, end: datetime) -> list[Failure]:
    """R6: what was imported covers the business day without a hole."""
    return [
        Failure(Rule.R6, f"{start:%Y-%m-%dT%H:%MZ}/{stop:%H:%MZ}", blocks=True)
        for start, stop in holes(windows, begin, end)
    ]


def numbering(numbers: Mapping[str, Collection[str]]) -> list[Failure]:
    """R7: receipt numbers of each register without gaps, prefix by prefix, where they end in a plain number; it warns.

    The failure names the register and the first number that is missing; `by` is how many are.
    """
    found = []
    for register, texts in sorted(numbers.items()):
        have: defaultdict[str, set[int]] = defaultdict(set)
        for text in texts:
            prefix = text.rstrip(DIGITS)
            if prefix != text:
                have[prefix].add(int(text[len(prefix) :]))
        for prefix, known in sorted(have.items()):
            first, last = min(known), max(known)
            missing = sorted(set(range(first, last + 1)) - known) if last - first < MOST_NUMBERS else []
            if missing:
                found.append(Failure(Rule.R7, f"{register}: {prefix}{missing[0]}", Decimal(len(missing))))
    return found


def aggregate(ours: tuple[int, Decimal], sources: tuple[int, Decimal] | None) -> list[Failure]:
    """R8: number and sum of the source's own aggregate, where it offers one; it warns."""
    if sources is None or ours == sources:
        return []
    count_by, sum_by = sources[0] - ours[0], sources[1] - ours[1]
    return [Failure(Rule.R8, name, by) for name, by in (("count", Decimal(count_by)), ("sum", sum_by)) if by]


def _differences(parts: Iterable[Figures], whole: Figures) -> list[tuple[str, Decimal]]:
    total: Figures = {}
    for each in parts:
        for kind, value in each.items():
            total[kind] = total.get(kind, ZERO) + value
    kinds = sorted({*total, *whole})
    return [
        (str(kind), total.get(kind, ZERO) - whole.get(kind, ZERO))
        for kind in kinds
        if total.get(kind, ZERO) != whole.get(kind, ZERO)
    ]
