"""States of cells and days, and what an import may do to a cell (weekly-balance.md 1.1, 1.2): pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken


class CellState(StrEnum):
    """Where a number comes from. That it is approved is the day's confirmation, or a supervisor's own act."""

    EMPTY = "empty"
    IMPORTED = "imported"
    MANUAL = "manual"
    CORRECTED = "corrected"


class DayState(StrEnum):
    """Where a department's business day is on its way to being final."""

    OPEN = "open"
    INCOMPLETE = "incomplete"
    READY = "ready"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"


class WeekState(StrEnum):
    """Derived from the days, never stored."""

    OPEN = "open"
    PARTLY_CONFIRMED = "partly_confirmed"
    CONFIRMED = "confirmed"


class Outcome(StrEnum):
    """What becomes of a proposal."""

    SAME = "same"
    """Equal proposals change nothing: no revision, no audit."""
    WRITE = "write"
    PENDING = "pending"
    """Kept as it is; the difference waits for somebody as a pending correction."""
    REPLACE = "replace"
    """Written over a number that a person typed or approved: listed by name in the result."""


@dataclass(frozen=True)
class Cell:
    """One number. `measured` is the till's, None as long as there is none; `typed` a person's, over it or alone."""

    measured: Decimal | None = None
    typed: Decimal | None = None
    is_approved: bool = False

    @property
    def value(self) -> Decimal | None:
        """What is shown; None is not known."""
        return self.measured if self.typed is None else self.typed

    @property
    def state(self) -> CellState:
        """Imported, typed, typed over an imported one, or nothing."""
        if self.typed is None:
            return CellState.EMPTY if self.measured is None else CellState.IMPORTED
        return CellState.MANUAL if self.measured is None else CellState.CORRECTED


def outcome(cell: Cell, proposal: Decimal, *, overwrite: bool) -> Outcome:
    """What an import does with its value for a cell (the table of 1.2)."""
    if cell.value is None:
        return Outcome.WRITE
    if cell.value == proposal:
        return Outcome.SAME
    if cell.typed is None and not cell.is_approved:
        return Outcome.WRITE
    return Outcome.REPLACE if overwrite else Outcome.PENDING


NEXT: dict[DayState, frozenset[DayState]] = {
    DayState.OPEN: frozenset({DayState.INCOMPLETE, DayState.READY}),
    DayState.INCOMPLETE: frozenset({DayState.OPEN, DayState.READY}),
    DayState.READY: frozenset({DayState.OPEN, DayState.INCOMPLETE, DayState.CONFIRMED}),
    DayState.CONFIRMED: frozenset({DayState.REOPENED}),
    DayState.REOPENED: frozenset({DayState.CONFIRMED}),
}


def move(before: DayState, after: DayState) -> DayState:
    """The day's next state. Raises RuleBroken for a step that there is not."""
    if after not in NEXT[before]:
        raise RuleBroken(
            _("The day has moved on meanwhile. Load the page again and look at it anew."),
            code="day_state",
            status=409,
            for_log=f"{before} to {after}",
        )
    return after


def week_state(days: list[DayState]) -> tuple[WeekState, int]:
    """The week's state, and how many of its days are confirmed."""
    confirmed = sum(each is DayState.CONFIRMED for each in days)
    if not confirmed:
        return WeekState.OPEN, 0
    return (WeekState.CONFIRMED if confirmed == len(days) else WeekState.PARTLY_CONFIRMED), confirmed
