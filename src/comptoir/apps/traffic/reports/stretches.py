"""Figures of several stretches of days together, as one question each."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports.reading import Scope

Key = TypeVar("Key")


def over(ask: Callable[[Scope, Period], dict[Key, Sums]], scope: Scope, stretches: Iterable[Period]) -> dict[Key, Sums]:
    """What `ask` answers of each, added up by key."""
    found: dict[Key, Sums] = {}
    for days in stretches:
        for key, sums in ask(scope, days).items():
            found[key] = found[key] + sums if key in found else sums
    return found
