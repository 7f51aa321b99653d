"""Figures of what a period is compared with: of several stretches of days together, as one question each."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Beside, Period
from comptoir.apps.traffic.reports.reading import Scope

Key = TypeVar("Key")


def over(
    ask: Callable[[Scope, Period], dict[Key, Sums]], scope: Scope, beside: Beside, part: Period
) -> dict[Key, Sums]:
    """What `ask` answers of the counterparts of a part of the period, added up by key.

    Where only some days count, each has its own counterpart beside it, whatever weekday that is.
    """
    found: dict[Key, Sums] = {}
    theirs = counterparts(scope, beside, part)
    for days in beside.of(part):
        for key, sums in ask(theirs, days).items():
            found[key] = found[key] + sums if key in found else sums
    return found


def counterparts(scope: Scope, beside: Beside, part: Period) -> Scope:
    """The same of the days that those of a part of the period are compared with."""
    mine = scope.chosen(part)
    if mine is None:
        return scope
    theirs = (beside.day(day) for day in mine)
    return replace(scope, days=frozenset(day for day in theirs if day is not None))
