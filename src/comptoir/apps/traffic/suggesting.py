"""A target of visitors for each staff hour, out of a location's own figures (traffic-analytics.md 4, notes).

Of at least six weeks, conversion by weekday; where it peaks, visitors for each staff hour (STAR) are the suggestion: so
many visitors an hour of staff served when most of them bought. Nothing is set by it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.kpis import HUNDRED, ZERO
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.models import Store

LOOKED_AT: Final = timedelta(weeks=12)
LEAST_DAYS: Final = 6
"""A weekday speaks that has so many days: six weeks of it."""
COVERAGE: Final = Decimal("0.8")
"""A day counts of which so much is known: visitors, and staff, of its hours (4.2)."""
TENTH: Final = Decimal("0.1")


@dataclass(frozen=True)
class Weekday:
    """What one weekday was over these weeks: `days` that count, of 0 Monday to 6 Sunday. Ratios are of sums."""

    number: int
    days: int
    conversion: Decimal | None
    star: Decimal | None

    @property
    def speaks(self) -> bool:
        """Whether there are days enough, and both figures."""
        return self.days >= LEAST_DAYS and self.conversion is not None and bool(self.star)


@dataclass(frozen=True)
class Suggestion:
    """The weekdays it comes from, and which of them it is; `peak` is None where none of them has six weeks."""

    since: date
    until: date
    weekdays: tuple[Weekday, ...]
    peak: Weekday | None

    @property
    def target(self) -> Decimal | None:
        """Visitors for each staff hour, to a tenth."""
        return self.peak.star.quantize(TENTH, ROUND_HALF_UP) if self.peak and self.peak.star else None


def target(store: Store, *, today: date) -> Suggestion:
    """Of the latest twelve weeks that are over; of several weekdays that peak alike the first."""
    since, until = today - LOOKED_AT, today - timedelta(days=1)
    found: defaultdict[int, list[Day]] = defaultdict(list)
    rows = Day.objects.filter(
        organisation_id=store.organisation_id, store_id=store.id, business_date__range=(since, until), hours__gt=0
    )
    for row in rows:
        if min(row.hours_t, row.hours_h) >= COVERAGE * row.hours:
            found[row.business_date.weekday()].append(row)
    weekdays = tuple(_weekday(number, found[number]) for number in range(7))
    speaking = [each for each in weekdays if each.speaks]
    peak = max(speaking, key=lambda each: (each.conversion or ZERO, -each.number), default=None)
    return Suggestion(since, until, weekdays, peak)


def _weekday(number: int, days: list[Day]) -> Weekday:
    visitors = sum((each.visitors or ZERO for each in days), ZERO)
    return Weekday(
        number,
        len(days),
        kpis.ratio(sum((each.x_t for each in days), ZERO), visitors, times=HUNDRED),
        kpis.ratio(sum((each.t_h for each in days), ZERO), sum((each.h_t for each in days), ZERO)),
    )
