"""Sums of a period: of each store, day, hour of the day, weekday and hour. A question each, whatever the period.

Without a filter by the clock days are read, with one their hours. Every question names its organisation and its stores.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.models import Placement, Settings
from comptoir.apps.traffic.periods import Period

OF_DAYS: Final[LiteralString] = (
    "coalesce(sum(t.visitors), 0), sum(t.transactions), sum(t.sales), sum(t.items), sum(t.returned),"
    " coalesce(sum(t.staff_hours), 0), sum(t.x_t), sum(t.s_t), sum(t.t_h), sum(t.h_t), sum(t.s_h), sum(t.x_h),"
    " sum(t.hours)::int, sum(t.hours_t)::int, sum(t.hours_h)::int, coalesce(sum(t.labour_cost), 0), sum(t.s_c),"
    " sum(t.t_o), sum(t.o_t), sum(t.sold), sum(t.hours_c)::int, sum(t.hours_o)::int,"
    " sum(t.hours_e)::int, sum(t.hours_p)::int"
)
# The same of hours: transactions and items as the chain counts them.
X: Final[LiteralString] = "(t.transactions + t.return_receipts * %(return_receipts)s)"
KNOWN_T: Final[LiteralString] = " FILTER (WHERE t.visitors IS NOT NULL)"
KNOWN_H: Final[LiteralString] = " FILTER (WHERE t.staff_hours IS NOT NULL)"
KNOWN_BOTH: Final[LiteralString] = " FILTER (WHERE t.visitors IS NOT NULL AND t.staff_hours IS NOT NULL)"
KNOWN_OPEN: Final[LiteralString] = " FILTER (WHERE t.visitors IS NOT NULL AND t.open_hours IS NOT NULL)"
OF_HOURS: Final[LiteralString] = (
    "coalesce(sum(t.visitors), 0), sum("
    + X
    + "), sum(t.sales), sum(t.items - t.returned * %(returned)s), sum(t.returned), coalesce(sum(t.staff_hours), 0),"
    " coalesce(sum(" + X + ")" + KNOWN_T + ", 0), coalesce(sum(t.sales)" + KNOWN_T + ", 0),"
    " coalesce(sum(t.visitors)" + KNOWN_BOTH + ", 0), coalesce(sum(t.staff_hours)" + KNOWN_BOTH + ", 0),"
    " coalesce(sum(t.sales)" + KNOWN_H + ", 0), coalesce(sum(" + X + ")" + KNOWN_H + ", 0),"
    " count(*)::int, count(t.visitors)::int, count(t.staff_hours)::int, coalesce(sum(t.labour_cost), 0),"
    " coalesce(sum(t.sales) FILTER (WHERE t.labour_cost IS NOT NULL), 0),"
    " coalesce(sum(t.visitors)" + KNOWN_OPEN + ", 0), coalesce(sum(t.open_hours)" + KNOWN_OPEN + ", 0), sum(t.items),"
    " count(t.labour_cost)::int, (count(*)" + KNOWN_OPEN + ")::int,"
    " (count(t.visitors) FILTER (WHERE t.traffic_status = 'estimated'))::int,"
    " (count(t.staff_hours) FILTER (WHERE t.staff_status = 'planned'))::int"
)
MINE: Final[LiteralString] = (
    " WHERE t.organisation_id = %(organisation)s AND t.store_id = ANY(%(stores)s)"
    " AND t.business_date BETWEEN %(since)s AND %(until)s"
)
THERE: Final[LiteralString] = (
    " AND (SELECT p.node_id FROM traffic_placement AS p WHERE p.organisation_id = t.organisation_id"
    " AND p.store_id = t.store_id AND p.since <= t.business_date ORDER BY p.since DESC LIMIT 1) = ANY(%(nodes)s)"
)
"""Of each day the stores that were in some nodes."""
STORE: Final[LiteralString] = " JOIN accounts_store AS s ON s.organisation_id = t.organisation_id AND s.id = t.store_id"
LOCAL: Final[LiteralString] = "(t.hour AT TIME ZONE s.timezone)"
BY_CLOCK: Final[LiteralString] = (
    " AND CASE WHEN %(opens)s::time < %(closes)s::time THEN "
    + LOCAL
    + "::time >= %(opens)s AND "
    + LOCAL
    + "::time < %(closes)s ELSE "
    + LOCAL
    + "::time >= %(opens)s OR "
    + LOCAL
    + "::time < %(closes)s END"
)
IN_BUSINESS: Final[LiteralString] = " AND coalesce(t.open_hours, 1) > 0"

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
    known: dict[tuple[Period, str], list[tuple[Any, ...]]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """What was answered before: a page asks for the same sums in several places. Make a new one for each page."""

    @cached_property
    def settings(self) -> Settings:
        """How the chain counts."""
        return settings_of(self.organisation_id)

    @property
    def is_part(self) -> bool:
        """Whether some hours of the day are left out."""
        return self.opens is not None or self.business

    def counts(self, begin: time, open_hours: Decimal | None) -> bool:
        """Whether an hour does that begins then by the store's clock; as the statements below say."""
        if self.business:
            return open_hours is None or open_hours > 0
        if self.opens is None or self.closes is None:
            return True
        if self.opens < self.closes:
            return self.opens <= begin < self.closes
        return begin >= self.opens or begin < self.closes


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
    return {row[0]: _sums(scope, row[1:]) for row in _asked(scope, period, "t.store_id")}


def by_day(scope: Scope, period: Period) -> dict[date, Sums]:
    """Each business date's sums, of all stores together."""
    return {row[0]: _sums(scope, row[1:]) for row in _asked(scope, period, "t.business_date")}


def by_store_day(scope: Scope, period: Period) -> dict[tuple[UUID, date], Sums]:
    """Each store's and day's sums."""
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in _asked(scope, period, "t.store_id, t.business_date")}


def by_hour(scope: Scope, period: Period) -> dict[int, Sums]:
    """Sums by the hour of each store's own clock: everybody's 10 o'clock together (TA-31)."""
    rows = _asked(scope, period, "extract(hour FROM " + LOCAL + ")::int", hours=True)
    return {row[0]: _sums(scope, row[1:]) for row in rows}


def by_weekday_and_hour(scope: Scope, period: Period) -> dict[tuple[int, int], Sums]:
    """Sums by weekday (0 Monday) of the business date and hour of the clock; a repeated hour is in its label."""
    group: LiteralString = "extract(isodow FROM t.business_date)::int - 1, extract(hour FROM " + LOCAL + ")::int"
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in _asked(scope, period, group, hours=True)}


def by_store_and_clock(scope: Scope, period: Period) -> dict[tuple[UUID, int], Sums]:
    """Each store's sums by the hour of its own clock."""
    rows = _asked(scope, period, "t.store_id, extract(hour FROM " + LOCAL + ")::int", hours=True)
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in rows}


def by_month(scope: Scope, period: Period) -> dict[date, Sums]:
    """Each calendar month's sums, by its first day."""
    rows = _asked(scope, period, "date_trunc('month', t.business_date)::date")
    return {row[0]: _sums(scope, row[1:]) for row in rows}


def by_day_and_hour(scope: Scope, period: Period, weekday: int) -> dict[tuple[date, int], Sums]:
    """Sums of each day that is this weekday (0 Monday) and hour of the clock; a repeated hour is in its label."""
    group: LiteralString = "t.business_date, extract(hour FROM " + LOCAL + ")::int"
    rows = _asked(scope, period, group, hours=True, weekday=weekday)
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in rows}


def by_store_and_hour(scope: Scope, period: Period) -> dict[tuple[UUID, datetime], Sums]:
    """Each hour of each store by its UTC instant: for one day, or a few."""
    return {(row[0], row[1]): _sums(scope, row[2:]) for row in _asked(scope, period, "t.store_id, t.hour", hours=True)}


def latest_hours(organisation_id: UUID, store_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """The latest hour of each store in which anything is known."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL, [list(store_ids), organisation_id])
        return dict(cursor.fetchall())


def _asked(
    scope: Scope, period: Period, group: LiteralString, *, hours: bool = False, weekday: int | None = None
) -> list[tuple[Any, ...]]:
    asked = (period, group if weekday is None else f"{group} {weekday}")
    if asked in scope.known:
        return scope.known[asked]
    said = scope.settings
    values: dict[str, Any] = {
        "organisation": scope.organisation_id,
        "stores": list(scope.store_ids),
        "since": period.since,
        "until": period.until,
        "opens": scope.opens,
        "closes": scope.closes,
        "nodes": list(scope.nodes or ()),
        "return_receipts": {"sales": 0, "all": 1, "net": -1}[said.transactions],
        "returned": int(said.subtract_returns),
        "weekday": weekday,
    }
    statement: LiteralString
    if hours or scope.is_part:
        statement = "SELECT " + group + ", " + OF_HOURS + " FROM traffic_hour AS t" + STORE + MINE  # noqa: S608
        statement += BY_CLOCK if scope.opens is not None else ""
        statement += IN_BUSINESS if scope.business else ""
        statement += " AND extract(isodow FROM t.business_date)::int - 1 = %(weekday)s" if weekday is not None else ""
    else:
        statement = "SELECT " + group + ", " + OF_DAYS + " FROM traffic_day AS t" + MINE  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement + (THERE if scope.nodes is not None else "") + " GROUP BY " + group, values)
        found = scope.known[asked] = list(cursor.fetchall())
    return found


def _sums(scope: Scope, row: tuple[Any, ...]) -> Sums:
    values: list[Any] = [Decimal(0) if value is None else value for value in row]
    found = Sums(*values)
    return found if scope.sees_staff else found.without_staff
