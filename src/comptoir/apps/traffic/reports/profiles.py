"""The average profile of a weekday: what an hour of a usual Wednesday has (traffic-analytics.md 4.2).

The mean over days of their sums. A day whose visitors are known in less than 80 % of its hours is left out, of all
figures alike, so that the profile's ratios are of its own sums. The repeated hour of a day of 25 hours is in its label.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from comptoir.apps.traffic.kpis import Kpi, Sums
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.summing import OF_A_CLOCK

WEEKS: Final = 8
LEAST_KNOWN: Final = Decimal("0.8")
ADDED: Final = frozenset({"visitors", "transactions", "sales", "items", "staff_hours", "labour_cost"})
"""Figures that are sums: theirs is a mean. The others are ratios of sums, of all days together."""


@dataclass(frozen=True)
class Profile:
    """`totals` of each hour over the days that count, `counted` how many of those know its visitors."""

    weekday: int
    days: tuple[date, ...]
    left_out: tuple[date, ...]
    totals: Mapping[int, Sums]
    counted: Mapping[int, int]

    def of(self, kpi: Kpi, hour: int) -> Decimal | None:
        """An hour's figure; None where nothing is known. An hour without a sale has nought of them."""
        found = self.totals.get(hour)
        if found is None or not self.days:
            return None
        value = kpi.of(found)
        if value is None or kpi.slug not in ADDED:
            return value
        return value / (self.counted[hour] if kpi.slug == "visitors" else len(self.days))


def of_weekday(scope: reading.Scope, weekday: int, *, before: date, only: tuple[str, ...] = OF_A_CLOCK) -> Profile:
    """The latest eight such days before a date (`weekday` 0 is Monday), as far as they have figures.

    `only` are the sums that figures will be made of, beside those that say which days count.
    """
    weeks = Period(before - timedelta(weeks=WEEKS), before - timedelta(days=1))
    found = reading.by_day_and_hour(scope, weeks, weekday, only=tuple(dict.fromkeys((*only, "hours", "hours_t"))))
    days: defaultdict[date, Sums] = defaultdict(Sums)
    for (day, _hour), sums in found.items():
        days[day] += sums
    is_counted = any(each.hours_t for each in days.values())
    known = {day for day, each in days.items() if not is_counted or each.hours_t >= LEAST_KNOWN * each.hours}
    totals: defaultdict[int, Sums] = defaultdict(Sums)
    counted: defaultdict[int, int] = defaultdict(int)
    for (day, hour), sums in found.items():
        if day in known:
            totals[hour] += sums
            counted[hour] += bool(sums.hours_t)
    return Profile(weekday, tuple(sorted(known)), tuple(sorted(days.keys() - known)), totals, counted)
