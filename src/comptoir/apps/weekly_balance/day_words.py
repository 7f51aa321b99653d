"""A day's history, targets and sums as its page says them."""

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import budgeting, trail, wording
from comptoir.apps.weekly_balance.models import Change, Field
from comptoir.apps.weekly_balance.reads import DayView
from comptoir.apps.weekly_balance.rules import budgets
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.web.parts import Moment

UNMOVED: Final = (trail.REOPEN_ASKED, trail.REOPEN_REFUSED, trail.REOPEN_WITHDRAWN)


def history(found: DayView, people: dict[str, str]) -> list[Moment]:
    """Every change of the day and its numbers, the newest first."""
    return [
        Moment(
            at=each.at,
            title=_title(each, found),
            detail=" · ".join(filter(None, [_cause(each), each.reason])),
            who=wording.actor(each.actor, people),
        )
        for each in found.changes
    ]


def _cause(change: Change) -> str:
    """Why; of what the title says already, nothing."""
    return "" if change.cause in (*UNMOVED, trail.APPROVED, trail.RELEASED) else wording.cause(change.cause)


def _title(change: Change, found: DayView) -> str:
    """What became what; of a difference that waits or was refused, what stands and what the till says."""
    name = next((wording.field_name(each.name) for each in found.fields if each.id == change.field_id), _("Day"))
    before, after = _kept(change.before, change, found), _kept(change.after, change, found)
    if change.cause in (trail.ASKED, trail.KEPT):
        words = _("%(name)s: %(standing)s stands, the till says %(proposed)s")
        return words % {"name": name, "standing": before, "proposed": after}
    if change.cause in (trail.APPROVED, trail.RELEASED):
        return f"{name}: {after} · {wording.cause(change.cause)}"
    if change.cause in UNMOVED:
        return f"{name}: {wording.cause(change.cause)}"
    return f"{name}: {before} → {after}"


def _kept(kept: str, change: Change, found: DayView) -> str:
    """What the trail keeps of a number or a day, as people read it."""
    kind = next((FieldType(each.field_type) for each in found.fields if each.id == change.field_id), None)
    if kind is not None and kept:
        return wording.bare(Decimal(kept), kind, found.department.currency)
    if change.field_id is None and change.cause != trail.NOTE and kept in list(DayState):
        return str(wording.DAYS[DayState(kept)][1])
    return kept or wording.UNKNOWN


def is_rounded(found: DayView, field: Field) -> bool:
    """Whether the hours as they are shown do not add up to the day as it is shown: both are right, and rounded once."""
    hours = [value for (_start, of), value in found.hours.items() if of == field.id]
    number = found.numbers[field.id]
    total = number.measured if hours and number.measured == number.value else None
    return wording.is_rounded(hours, total, FieldType(field.field_type), found.department.currency)


def targets(found: DayView) -> list[tuple[str, str, str, list[str]]]:
    """What was meant to be: the day's target, its index, and the target of each hour where there is a profile."""
    department, lines = found.department, []
    numbers = {FieldType(each.field_type): found.numbers[each.id].value for each in found.fields}
    for (kind, _day), amount in sorted(budgeting.of(department, [found.day]).items()):
        hours = budgeting.by_hour(department, amount, kind, found.intervals)
        lines.append(
            (
                str(wording.TYPES[kind]),
                wording.number(amount, kind, department.currency),
                wording.tenths(budgets.index(numbers.get(kind), amount)),
                [wording.bare(each, kind, department.currency) for each in hours],
            )
        )
    return lines
