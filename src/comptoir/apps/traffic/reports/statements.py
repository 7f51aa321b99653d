"""Statements over rows of sums (`summing`): which of them a question is about, and by what they are added up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, LiteralString

from comptoir.apps.traffic import summing
from comptoir.apps.traffic.periods import Period, whole_months, whole_weeks

BETWEEN: Final[LiteralString] = " AND t.business_date BETWEEN %(since)s AND %(until)s"
MINE: Final[LiteralString] = summing.MINE + BETWEEN
THERE: Final[LiteralString] = (
    " AND (SELECT p.node_id FROM accounts_placement AS p WHERE p.organisation_id = t.organisation_id"
    " AND p.store_id = t.store_id AND p.since <= t.business_date ORDER BY p.since DESC LIMIT 1) = ANY(%(nodes)s)"
)
"""Of each day the stores that were in some nodes."""
BY_CLOCK: Final[LiteralString] = (
    " AND CASE WHEN %(opens)s::time < %(closes)s::time THEN {clock} >= %(opens)s AND {clock} < %(closes)s"
    " ELSE {clock} >= %(opens)s OR {clock} < %(closes)s END"
)
WHOLE: Final[LiteralString] = " AND t.since BETWEEN %(first)s AND %(last)s"
ONLY: Final[LiteralString] = " AND t.business_date = ANY(%(days)s)"
EDGES: Final[tuple[LiteralString, LiteralString]] = (
    " AND t.business_date >= %(since)s AND t.business_date < %(first)s",
    " AND t.business_date > %(last)s AND t.business_date <= %(until)s",
)
STORE: Final[LiteralString] = "t.store_id"
# As a timestamp: else it is asked of the clock of a zone, row by row.
WEEK: Final[LiteralString] = "date_trunc('week', t.business_date::timestamp)::date"
MONTH: Final[LiteralString] = "date_trunc('month', t.business_date::timestamp)::date"
WEEKDAY: Final[LiteralString] = "extract(isodow FROM t.business_date)::int - 1"
DATE: Final[LiteralString] = "t.business_date"
HOUR: Final[LiteralString] = "extract(hour FROM t.clock)::int"


@dataclass(frozen=True)
class Level:
    """Sums that are kept: which part of a period is made of whole ones, and their rows, of hours and of days."""

    whole: Callable[[Period], Period | None]
    hours: LiteralString
    days: LiteralString = ""


BY_WEEK: Final = Level(whole_weeks, summing.WEEKS_OF_HOURS, summing.WEEKS)
BY_MONTH: Final = Level(whole_months, summing.MONTHS_OF_WEEKDAYS)
"""Of hours by the weekday alone."""
RAW: Final[dict[LiteralString, LiteralString]] = {
    STORE: STORE,
    DATE: DATE,
    "t.hour": "t.hour",
    HOUR: "t.clock",
    **dict.fromkeys((WEEK, MONTH, WEEKDAY), DATE),
}
"""The columns that are told apart before a key is worked out of them: once for each of theirs, not for each row."""


def together(parts: list[LiteralString], group: tuple[LiteralString, ...], only: tuple[str, ...]) -> LiteralString:
    """Their sums by group. Each part is added up by itself: rows that only pass through a union cost as much again."""
    raw = tuple(dict.fromkeys(RAW[each] for each in group))
    rows = each_of(parts, raw, only)
    if len(parts) == 1 and raw == group:
        return rows
    names: LiteralString = ", ".join(each.removeprefix("t.") for each in raw)
    head: LiteralString = "SELECT " + ", ".join(group) + ", " + summing.totals(only)
    return (
        head + " FROM (" + rows + ") AS t (" + names + ", " + summing.COLUMNS + ")"
        " GROUP BY " + ", ".join(("1", "2")[: len(group)])
    )  # fmt: skip


def each_of(parts: list[LiteralString], group: tuple[LiteralString, ...], only: tuple[str, ...] = ()) -> LiteralString:
    """The sums of each part by columns, one after the other."""
    head: LiteralString = "SELECT " + ", ".join(group) + ", " + summing.totals(only) + " FROM ("  # noqa: S608
    tail: LiteralString = ") AS t GROUP BY " + ", ".join(("1", "2")[: len(group)])
    return " UNION ALL ".join(head + part + tail for part in parts)
