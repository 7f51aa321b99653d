"""Weeks, and weekdays of months by the hour, are made anew with each of their days, in the same transaction.

At no moment do they differ from them.

Whoever changes hours or days of a store holds its lock (`day_lock`), so no two make the same week.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection

from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.periods import WEEK, Period, week_of, weekday_of_month
from comptoir.apps.traffic.summing import DAYS, HOURS, MINE, OF_A_CLOCK, OF_HOUR, counted_as, totals_of

StoreDay = tuple[UUID, date]
BETWEEN: Final[LiteralString] = " AND t.business_date BETWEEN %(first)s AND %(last)s"
ON: Final[LiteralString] = " AND t.business_date = ANY(%(dates)s)"
CLOCK: Final[LiteralString] = "store_id, since, clock, in_business"


@dataclass(frozen=True)
class Kept:
    """A table of sums: its key beside the organisation, what it is added up from, which sums of it, and how.

    `part_of`: the days of which the row of a day is made. They are `step` days apart.
    """

    table: LiteralString
    key: LiteralString
    rows: LiteralString
    names: tuple[str, ...]
    part_of: Callable[[date], Period]
    step: int = 1

    @property
    def columns(self) -> LiteralString:
        """The names of its sums."""
        return ", ".join(self.names)


KEPT: Final = (
    Kept("traffic_week", "store_id, since", DAYS + MINE + BETWEEN, tuple(OF_HOUR), week_of),
    Kept("traffic_weekclock", CLOCK, HOURS + MINE + BETWEEN, tuple(OF_HOUR), week_of),
    Kept("traffic_monthclock", CLOCK, HOURS + MINE + ON, OF_A_CLOCK, weekday_of_month, WEEK.days),
)


def _listed(prefix: LiteralString, names: LiteralString) -> LiteralString:
    return ", ".join(prefix + each for each in names.split(", "))


def _added_up(kept: Kept) -> LiteralString:
    """`made`: what the rows of `wanted` are, by their days or hours as they stand."""
    own = _listed("t.", kept.key).replace("t.since", "w.since")
    apart: LiteralString = "" if kept.step == 1 else " AND (t.business_date - w.since) %% %(step)s = 0"
    return (
        "WITH wanted AS (SELECT * FROM unnest(%(ids)s::uuid[], %(begins)s::date[], %(ends)s::date[])"  # noqa: S608
        " AS w (store_id, since, until)), made (" + kept.key + ", " + kept.columns + ") AS (SELECT " + own + ", "
        + totals_of(kept.names) + " FROM (" + kept.rows + ") AS t JOIN wanted AS w ON w.store_id = t.store_id"
        " AND t.business_date BETWEEN w.since AND w.until" + apart + " GROUP BY " + own + ")"
    )  # fmt: skip


def _is_same(kept: Kept) -> LiteralString:
    return " AND ".join("m." + each + " = t." + each for each in kept.key.split(", "))


def _made_anew(kept: Kept) -> LiteralString:
    """Only what is different is written."""
    key, columns = kept.key, kept.columns
    own, new = _listed("t.", columns), _listed("excluded.", columns)
    return (
        _added_up(kept) + ", gone AS (DELETE FROM " + kept.table + " AS t USING wanted AS w"  # noqa: S608
        " WHERE t.organisation_id = %(organisation)s AND t.store_id = w.store_id AND t.since = w.since"
        " AND NOT EXISTS (SELECT 1 FROM made AS m WHERE " + _is_same(kept) + "))"
        " INSERT INTO " + kept.table + " AS t (organisation_id, " + key + ", " + columns + ")"
        " SELECT %(organisation)s, " + key + ", " + columns + " FROM made"
        " ON CONFLICT (organisation_id, " + key + ") DO UPDATE SET (" + columns + ") = (" + new + ")"
        " WHERE (" + own + ") IS DISTINCT FROM (" + new + ")"
    )  # fmt: skip


def _behind(kept: Kept) -> LiteralString:
    """Rows that are not what they are added up from, missing and needless ones included."""
    mine: LiteralString = "t.organisation_id = %(organisation)s AND (t.store_id, t.since) IN"
    mine += " (SELECT store_id, since FROM wanted)"
    listed = kept.key + ", " + kept.columns
    return (
        _added_up(kept) + ", kept AS (SELECT " + listed + " FROM " + kept.table + " AS t WHERE " + mine + ")"  # noqa: S608
        " SELECT DISTINCT store_id, since FROM ((TABLE made EXCEPT TABLE kept) UNION ALL"
        " (TABLE kept EXCEPT TABLE made)) AS wrong"
    )


MADE_ANEW: Final = tuple((each, _made_anew(each)) for each in KEPT)
BEHIND: Final = tuple((each, _behind(each)) for each in KEPT)


def make(organisation_id: UUID, days: Collection[StoreDay]) -> None:
    """The weeks that these days of these stores are in, and the same weekdays of their months, from all of their days
    and hours. Within the transaction that changed them, under the locks of the stores."""
    if days:
        counted = counted_as(settings_of(organisation_id))
        with connection.cursor() as cursor:
            for kept, statement in MADE_ANEW:
                cursor.execute(statement, counted | _values(organisation_id, days, kept))


def behind(organisation_id: UUID, days: Collection[StoreDay]) -> set[StoreDay]:
    """The first days of weeks, and of weekdays of months, of these days that are not what their days and hours come to:
    made by a program that did not know of them, for one. Whoever makes that day anew makes them right."""
    found: set[StoreDay] = set()
    if days:
        counted = counted_as(settings_of(organisation_id))
        with connection.cursor() as cursor:
            for kept, statement in BEHIND:
                cursor.execute(statement, counted | _values(organisation_id, days, kept))
                found |= set(cursor.fetchall())
    return found


def _values(organisation_id: UUID, days: Collection[StoreDay], kept: Kept) -> dict[str, Any]:
    parts = sorted({(store, kept.part_of(day)) for store, day in days})
    stretches = {part for _store, part in parts}
    return {
        "organisation": organisation_id,
        "stores": list({store for store, _part in parts}),
        "ids": [store for store, _part in parts],
        "begins": [part.since for _store, part in parts],
        "ends": [part.until for _store, part in parts],
        "first": min(each.since for each in stretches),
        "last": max(each.until for each in stretches),
        "dates": sorted({day for each in stretches for day in list(each.days())[:: kept.step]}),
        "step": kept.step,
    }
