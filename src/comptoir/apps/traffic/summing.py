"""Hours, days and weeks as rows of `kpis.Sums` in SQL: said once, for questions and for what is added up in advance.

Every statement is about one organisation's stores (`%(organisation)s`, `%(stores)s`). The rows of each level have the
same columns: `store_id`, `business_date`, those of the sums, and of hours and their weeks `clock` and `in_business`.
"""

from collections.abc import Collection, Mapping
from typing import Final, LiteralString

from comptoir.apps.traffic.models import Settings

STORE: Final[LiteralString] = " JOIN accounts_store AS s ON s.organisation_id = t.organisation_id AND s.id = t.store_id"
LOCAL: Final[LiteralString] = "(t.hour AT TIME ZONE s.timezone)"
# Transactions and items as the chain counts them.
X: Final[LiteralString] = "t.transactions + t.return_receipts * %(return_receipts)s"
KNOWN_T: Final[LiteralString] = "t.visitors IS NOT NULL"
KNOWN_H: Final[LiteralString] = "t.staff_hours IS NOT NULL"
KNOWN_C: Final[LiteralString] = "t.labour_cost IS NOT NULL"
KNOWN_BOTH: Final[LiteralString] = KNOWN_T + " AND " + KNOWN_H
KNOWN_OPEN: Final[LiteralString] = KNOWN_T + " AND t.open_hours IS NOT NULL"


def _where(known: LiteralString, value: LiteralString) -> LiteralString:
    return "CASE WHEN " + known + " THEN " + value + " ELSE 0 END"


OF_HOUR: Final[Mapping[str, LiteralString]] = {
    "visitors": "coalesce(t.visitors, 0)",
    "transactions": X,
    "sales": "t.sales",
    "items": "t.items - t.returned * %(returned)s",
    "returned": "t.returned",
    "staff_hours": "coalesce(t.staff_hours, 0)",
    "x_t": _where(KNOWN_T, X),
    "s_t": _where(KNOWN_T, "t.sales"),
    "t_h": _where(KNOWN_BOTH, "t.visitors"),
    "h_t": _where(KNOWN_BOTH, "t.staff_hours"),
    "s_h": _where(KNOWN_H, "t.sales"),
    "x_h": _where(KNOWN_H, X),
    "hours": "1",
    "hours_t": "(" + KNOWN_T + ")::int",
    "hours_h": "(" + KNOWN_H + ")::int",
    "labour_cost": "coalesce(t.labour_cost, 0)",
    "s_c": _where(KNOWN_C, "t.sales"),
    "t_o": _where(KNOWN_OPEN, "t.visitors"),
    "o_t": _where(KNOWN_OPEN, "t.open_hours"),
    "sold": "t.items",
    "hours_c": "(" + KNOWN_C + ")::int",
    "hours_o": "(" + KNOWN_OPEN + ")::int",
    "hours_e": "(" + KNOWN_T + " AND t.traffic_status = 'estimated')::int",
    "hours_p": "(" + KNOWN_H + " AND t.staff_status = 'planned')::int",
}
OF_DAY: Final[Mapping[str, LiteralString]] = {
    name: "coalesce(t." + name + ", 0)" if name in ("visitors", "staff_hours", "labour_cost") else "t." + name
    for name in OF_HOUR
}
COLUMNS: Final[LiteralString] = ", ".join(OF_HOUR)
OF_A_CLOCK: Final = ("visitors", "transactions", "sales", "staff_hours", "x_t", "hours", "hours_t", "hours_h")
"""What is asked of hours by the weekday: less than half of all, and there are many of them."""


def _added(name: str) -> LiteralString:
    return "sum(t." + name + ")" + ("::int" if name.startswith("hours") else "")


def totals(only: Collection[str] = ()) -> LiteralString:
    """Of any of the rows, in the order of `kpis.Sums`; `only` some of them, the others nought."""
    return ", ".join(_added(name) if not only or name in only else "0" for name in OF_HOUR)


def totals_of(names: Collection[str]) -> LiteralString:
    """Of any of the rows these sums, and nothing for the others."""
    return ", ".join(_added(name) for name in names)


TOTALS: Final = totals()
IN_BUSINESS: Final[LiteralString] = "coalesce(t.open_hours, 1) > 0"
HOURS: Final[LiteralString] = (
    "SELECT t.store_id, t.business_date, t.hour, "  # noqa: S608
    + LOCAL
    + "::time AS clock, "
    + IN_BUSINESS
    + " AS in_business, "
    + ", ".join(value + " AS " + name for name, value in OF_HOUR.items())
    + " FROM traffic_hour AS t"
    + STORE
)
DAYS: Final[LiteralString] = (
    "SELECT t.store_id, t.business_date, "  # noqa: S608
    + ", ".join(value + " AS " + name for name, value in OF_DAY.items())
    + " FROM traffic_day AS t"
)
WEEKS: Final[LiteralString] = (
    "SELECT t.store_id, t.since AS business_date, "  # noqa: S608
    + COLUMNS
    + " FROM traffic_week AS t"
)
WEEKS_OF_HOURS: Final[LiteralString] = (
    "SELECT t.store_id, t.since AS business_date, NULL::timestamptz AS hour, t.clock, t.in_business, "  # noqa: S608
    + COLUMNS
    + " FROM traffic_weekclock AS t"
)
MONTHS_OF_WEEKDAYS: Final[LiteralString] = (
    "SELECT t.store_id, t.since AS business_date, t.clock, t.in_business, "  # noqa: S608
    + ", ".join(OF_A_CLOCK)
    + " FROM traffic_monthclock AS t"
)
"""With the sums of OF_A_CLOCK alone; `business_date` is the first such weekday of its month."""
MINE: Final[LiteralString] = " WHERE t.organisation_id = %(organisation)s AND t.store_id = ANY(%(stores)s)"


def counted_as(said: Settings) -> dict[str, int]:
    """The chain's way of counting, for the rows of hours."""
    receipts = {"sales": 0, "all": 1, "net": -1}[said.transactions]
    return {"return_receipts": receipts, "returned": int(said.subtract_returns)}
