"""Sums of a period: of each store, day, hour of the day, weekday and hour. A question each, whatever the period.

Without a filter by the clock days are read, and whole weeks where all of their days count; with one their hours. Every
question names its organisation and its stores.
"""

from collections.abc import Collection, Container, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from comptoir.apps.traffic import summing
from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.models import Settings
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import statements
from comptoir.apps.traffic.reports.statements import (
    BETWEEN,
    BY_CLOCK,
    BY_MONTH,
    BY_WEEK,
    DATE,
    EDGES,
    HOUR,
    MONTH,
    ONLY,
    STORE,
    THERE,
    WEEK,
    WEEKDAY,
    WHOLE,
    Level,
)
from comptoir.apps.traffic.summing import OF_A_CLOCK
from comptoir.core.accounts.tree_tables import Placement
from comptoir.kernel import arrays

LONG: Final = 14
"""From so many days on sums that are kept are read."""

# One step into the key for each store, however many years it has.
LATEST_SQL: Final[LiteralString] = (
    "SELECT s.id, latest.hour FROM unnest(%s::uuid[]) AS s (id)"
    " CROSS JOIN LATERAL (SELECT t.hour FROM traffic_hour AS t"
    " WHERE t.organisation_id = %s AND t.store_id = s.id ORDER BY t.hour DESC LIMIT 1) AS latest"
)


@dataclass(frozen=True)
class Scope:
    """Which stores of a chain, and at which hours of their own clocks; `opens` None is the whole day.

    `nodes`: of each store only the days on which it was in one of them (TA-39); None for all.

    `days`: of a period only those that are among them; None for all.

    `business`: only hours in which a location was open, all of them where nobody typed when it is. Without
    `sees_staff` nothing is known of hours worked, whatever is asked.
    """

    organisation_id: UUID
    store_ids: Collection[UUID]
    opens: time | None = None
    closes: time | None = None
    business: bool = False
    sees_staff: bool = True
    nodes: frozenset[UUID] | None = None
    days: Container[date] | None = None
    known: dict[Hashable, list[tuple[Any, ...]]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was answered before: a page asks for the same sums in several places. Make a new one for each page."""

    @cached_property
    def settings(self) -> Settings:
        """How the chain counts."""
        return settings_of(self.organisation_id)

    @cached_property
    def stores(self) -> str:
        """As statements take them: a page asks a dozen."""
        return arrays.of_ids(self.store_ids)

    @property
    def is_part(self) -> bool:
        """Whether some hours of the day are left out."""
        return self.opens is not None or self.business

    def includes(self, day: date) -> bool:
        """Whether a business date counts."""
        return self.days is None or day in self.days

    def chosen(self, period: Period, weekday: int | None = None) -> list[date] | None:
        """The dates of a period that count, or those of them that are one weekday; None for all."""
        if self.days is None and weekday is None:
            return None
        return [day for day in period.days() if self.includes(day) and weekday in (None, day.weekday())]

    def counts(self, begin: time, open_hours: Decimal | None) -> bool:
        """Whether an hour does that begins then by the store's clock; as the statements below say."""
        if self.business:
            return open_hours is None or open_hours > 0
        if self.opens is None or self.closes is None:
            return True
        if self.opens < self.closes:
            return self.opens <= begin < self.closes
        return begin >= self.opens or begin < self.closes


def on_days(rows: "QuerySet[Any, Any]", scope: Scope, period: Period) -> "QuerySet[Any, Any]":
    """Of rows with a store and a business date those of the days of a period that count, where the nodes are."""
    days = scope.chosen(period)
    if days is None:
        return there(rows.filter(business_date__range=(period.since, period.until)), scope)
    return there(rows.filter(business_date__in=days), scope)


def there(rows: "QuerySet[Any, Any]", scope: Scope) -> "QuerySet[Any, Any]":
    """Of rows with a store and a business date those that the scope's nodes are about."""
    if scope.nodes is None:
        return rows
    same = {name: OuterRef(name) for name in ("organisation_id", "store_id")}
    placed = Placement.objects.filter(**same, since__lte=OuterRef("business_date")).order_by("-since")
    found: QuerySet[Any, Any] = rows.annotate(was_in=Subquery(placed.values("node_id")[:1]))
    return found.filter(was_in__in=list(scope.nodes))


def by_store(scope: Scope, period: Period) -> dict[UUID, Sums]:
    """Each store's sums."""
    return {row[0]: _sums(scope, row[1:]) for row in _asked(scope, period, STORE, level=BY_WEEK)}


def by_day(scope: Scope, period: Period) -> dict[date, Sums]:
    """Each business date's sums, of all stores together."""
    return {row[0]: _sums(scope, row[1:]) for row in _asked(scope, period, DATE)}


def by_week(scope: Scope, period: Period) -> dict[date, Sums]:
    """The sums of each week from Monday on, by its first day; of the first and last the days within the period."""
    rows = _asked(scope, period, WEEK, level=BY_WEEK)
    return {row[0]: _sums(scope, row[1:]) for row in rows}


def by_month(scope: Scope, period: Period) -> dict[date, Sums]:
    """Each calendar month's sums, by its first day."""
    rows = _asked(scope, period, MONTH, level=BY_WEEK)
    return {row[0]: _sums(scope, row[1:]) for row in rows}


def by_store_day(scope: Scope, period: Period) -> dict[tuple[UUID, date], Sums]:
    """Each store's and day's sums."""
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in _asked(scope, period, STORE, DATE)}


def by_hour(scope: Scope, period: Period) -> dict[int, Sums]:
    """Sums by the hour of each store's own clock: everybody's 10 o'clock together (TA-31)."""
    return {row[0]: _sums(scope, row[1:]) for row in _asked(scope, period, HOUR, hours=True, level=BY_WEEK)}


def by_weekday_and_hour(scope: Scope, period: Period) -> dict[tuple[int, int], Sums]:
    """Sums by weekday (0 Monday) of the business date and hour of the clock; a repeated hour is in its label.

    Of the sums those of OF_A_CLOCK; the others are nought.
    """
    rows = _asked(scope, period, WEEKDAY, HOUR, hours=True, level=BY_MONTH, only=OF_A_CLOCK)
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in rows}


def by_store_and_clock(scope: Scope, period: Period) -> dict[tuple[UUID, int], Sums]:
    """Each store's sums by the hour of its own clock."""
    rows = _asked(scope, period, STORE, HOUR, hours=True, level=BY_WEEK)
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in rows}


def by_day_and_hour(
    scope: Scope, period: Period, weekday: int, *, only: tuple[str, ...] = OF_A_CLOCK
) -> dict[tuple[date, int], Sums]:
    """Sums of each day that is this weekday (0 Monday) and hour of the clock; a repeated hour is in its label.

    Of the sums those of `only`; the others are nought.
    """
    rows = _asked(scope, period, DATE, HOUR, hours=True, only=only, weekday=weekday)
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in rows}


def by_store_and_hour(scope: Scope, period: Period) -> dict[tuple[UUID, datetime], Sums]:
    """Each hour of each store by its UTC instant: for one day, or a few."""
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in _asked(scope, period, STORE, "t.hour", hours=True)}


def by_store_before(scope: Scope, store_ids: Collection[UUID], day: date, hour: datetime) -> dict[UUID, Sums]:
    """What some of the stores had on a day before an hour of it begins (UTC)."""
    rows = _asked(scope, Period(day, day), STORE, hours=True, before=(frozenset(store_ids), hour))
    return {row[0]: _sums(scope, row[1:]) for row in rows}


def latest_hours(organisation_id: UUID, store_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """The latest hour of each store in which anything is known."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL, [list(store_ids), organisation_id])
        return dict(cursor.fetchall())


def _asked(
    scope: Scope,
    period: Period,
    *group: LiteralString,
    hours: bool = False,
    level: Level | None = None,
    only: tuple[str, ...] = (),
    weekday: int | None = None,
    before: tuple[frozenset[UUID], datetime] | None = None,
) -> list[tuple[Any, ...]]:
    """`level`: the group is one of its sums too, so these may be read where the period has them whole. `before`: of
    some of the stores hours before one (UTC)."""
    asked = (period, group, only, weekday, before)
    if asked in scope.known:
        return scope.known[asked]
    parts = _parts(scope, period, hours=hours, level=level, weekday=weekday)
    values = _values(scope, period, level, weekday)
    if before is not None:
        parts = [each + " AND t.hour < %(before)s" for each in parts]
        some = arrays.of_ids(each for each in scope.store_ids if each in before[0])
        values |= {"stores": some, "before": before[1]}
    with connection.cursor() as cursor:
        cursor.execute(statements.together(parts, group, only), values)
        found = scope.known[asked] = list(cursor.fetchall())
    return found


def ahead(scope: Scope, period: Period) -> None:
    """What `by_store` and `by_week` will be asked, as one question: where some hours are left out, a year has tens of
    thousands of rows, which are added up once for both."""
    if not scope.is_part or _whole(scope, period, BY_WEEK) is None:
        return
    own = statements.each_of(_parts(scope, period, level=BY_WEEK), (STORE, DATE))
    statement: LiteralString = "WITH t (store_id, business_date, " + summing.COLUMNS + ") AS MATERIALIZED (" + own + ")"
    statement += " SELECT t.store_id, " + WEEK + " AS week, " + summing.TOTALS + " FROM t"  # noqa: S608
    statement += " GROUP BY GROUPING SETS ((t.store_id), (week))"
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(scope, period, BY_WEEK))
        found = list(cursor.fetchall())
    nothing_else: tuple[Hashable, ...] = ((), None, None)
    scope.known[period, (STORE,), *nothing_else] = [(store, *sums) for store, week, *sums in found if week is None]
    scope.known[period, (WEEK,), *nothing_else] = [(week, *sums) for store, week, *sums in found if store is None]


def _whole(scope: Scope, period: Period, level: Level | None) -> Period | None:
    """The part of it of which sums are kept, where these may be read."""
    is_whole = scope.nodes is None and scope.days is None and period.length >= LONG
    return level.whole(period) if level and is_whole else None


def _values(scope: Scope, period: Period, level: Level | None, weekday: int | None = None) -> dict[str, Any]:
    whole = _whole(scope, period, level)
    return {
        "organisation": scope.organisation_id,
        "stores": scope.stores,
        "since": period.since,
        "until": period.until,
        "first": whole.since if whole else None,
        "last": whole.until if whole else None,
        "opens": scope.opens,
        "closes": scope.closes,
        "nodes": list(scope.nodes or ()),
        "days": scope.chosen(period, weekday),
        **summing.counted_as(scope.settings),
    }


def _parts(
    scope: Scope, period: Period, *, level: Level | None, hours: bool = False, weekday: int | None = None
) -> list[LiteralString]:
    """The rows that a question of a period is about: the sums that are kept of it, and what lies at both ends."""
    of_hours = hours or scope.is_part
    own: LiteralString = (summing.HOURS if of_hours else summing.DAYS) + summing.MINE
    at: LiteralString = _at_hours(scope, summing.LOCAL + "::time", summing.IN_BUSINESS)
    if level is None or _whole(scope, period, level) is None:
        which: LiteralString = BETWEEN if scope.days is None and weekday is None else ONLY
        return [own + which + (THERE if scope.nodes is not None else "") + at]
    kept: LiteralString = (level.hours if of_hours else level.days) + summing.MINE + WHOLE
    return [kept + _at_hours(scope, "t.clock", "t.in_business"), *(own + edge + at for edge in EDGES)]


def _at_hours(scope: Scope, clock: LiteralString, in_business: LiteralString) -> LiteralString:
    if scope.business:
        return " AND " + in_business
    return BY_CLOCK.replace("{clock}", clock) if scope.opens is not None else ""


def _sums(scope: Scope, row: tuple[Any, ...]) -> Sums:
    values: list[Any] = [Decimal(0) if value is None else value for value in row]
    found = Sums(*values)
    return found if scope.sees_staff else found.without_staff
