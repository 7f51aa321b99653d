"""Staffing fit: by the hour of the clock, staff beside what the target asks for (traffic-analytics.md 6.1).

The target is visitors for each hour of staff (STAR). What it asks for are visitors ÷ target hours of staff; over or
under are the hours worked less these. Both sides count only hours in which visitors and staff are known (4.1), of
locations that have a target.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports.reading import Scope

ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Fit:
    """Sums of hours, and how many hours of staff the targets ask for the visitors of those that know both."""

    sums: Sums = field(default_factory=Sums)
    needed: Decimal = ZERO

    def __add__(self, other: "Fit") -> "Fit":
        return Fit(self.sums + other.sums, self.needed + other.needed)

    @property
    def is_known(self) -> bool:
        """Whether both sides are, in any hour."""
        return bool(self.sums.t_h or self.sums.h_t)

    @property
    def visitors(self) -> Decimal | None:
        """Of hours that know both."""
        return self.sums.t_h if self.is_known else None

    @property
    def staff_hours(self) -> Decimal | None:
        """Of hours that know both."""
        return self.sums.h_t if self.is_known else None

    @property
    def hours_at_target(self) -> Decimal | None:
        """What the targets ask for."""
        return self.needed if self.is_known else None

    @property
    def star(self) -> Decimal | None:
        """Visitors for each hour of staff."""
        return kpis.BY_SLUG["star"].of(self.sums)

    @property
    def target(self) -> Decimal | None:
        """The target of a location; of several the one that asks for as many hours as theirs do together."""
        return kpis.ratio(self.sums.t_h, self.needed)

    @property
    def over(self) -> Decimal | None:
        """Hours of staff above what the targets ask for; below nought, so many too few."""
        return self.sums.h_t - self.needed if self.is_known else None


@dataclass(frozen=True)
class Report:
    """By hour of the clock, by location, of each location's hours, and all.

    `without_target` are locations that have none, `unknown` those that have one and no hour that knows both.
    """

    hours: tuple[tuple[int, Fit], ...]
    places: tuple[tuple[Place, Fit], ...]
    cells: tuple[tuple[Place, int, Fit], ...]
    whole: Fit
    without_target: tuple[str, ...]
    unknown: tuple[str, ...]


def fit(scope: Scope, places: Sequence[Place], period: Period, *, day_start: int = 0) -> Report:
    """The report, of one question. `day_start` is the hour at which the trading day begins: after midnight is last."""
    chosen = set(scope.store_ids)
    mine = [each for each in places if each.store.id in chosen]
    aims = {each.store.id: each.location.target_star for each in mine if each.location.target_star}
    by_hour: defaultdict[int, Fit] = defaultdict(Fit)
    by_store: defaultdict[UUID, Fit] = defaultdict(Fit)
    cells: dict[tuple[UUID, int], Fit] = {}
    aiming = replace(scope, store_ids=list(aims))  # others are no part of it: a year has many hours
    for (store_id, hour), sums in (reading.by_store_and_clock(aiming, period) if aims else {}).items():
        found = cells[store_id, hour] = Fit(sums, sums.t_h / aims[store_id])
        by_hour[hour] += found
        by_store[store_id] += found
    order = sorted(by_hour, key=lambda each: (each - day_start) % 24)
    known = [each for each in mine if by_store[each.store.id].is_known]
    return Report(
        tuple((hour, by_hour[hour]) for hour in order),
        tuple((each, by_store[each.store.id]) for each in known),
        tuple(
            (each, hour, cells[each.store.id, hour])
            for each in known
            for hour in order
            if (each.store.id, hour) in cells
        ),
        sum(by_store.values(), start=Fit()),
        tuple(each.store.name for each in mine if each.store.id not in aims),
        tuple(each.store.name for each in mine if each.store.id in aims and each not in known),
    )
