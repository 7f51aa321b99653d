"""Weeks are made anew with each of their days, in the same transaction: at no moment do they differ from them.

Whoever changes hours or days of a store holds its lock (`day_lock`), so no two make the same week.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection

from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.periods import week_of
from comptoir.apps.traffic.summing import COLUMNS, DAYS, HOURS, MINE, TOTALS, counted_as

StoreDay = tuple[UUID, date]
BETWEEN: Final[LiteralString] = " AND t.business_date BETWEEN %(first)s AND %(last)s"
KEYS: Final[dict[LiteralString, tuple[LiteralString, LiteralString]]] = {
    "traffic_week": ("store_id, since", DAYS + MINE + BETWEEN),
    "traffic_weekclock": ("store_id, since, clock, in_business", HOURS + MINE + BETWEEN),
}
"""Each table with its key beside the organisation, and the rows that it is added up from."""


def _listed(prefix: LiteralString, names: LiteralString) -> LiteralString:
    return ", ".join(prefix + each for each in names.split(", "))


def _added_up(table: LiteralString) -> LiteralString:
    """`made`: what the weeks of `wanted` are, by their days or hours as they stand."""
    key, rows = KEYS[table]
    own = _listed("t.", key).replace("t.since", "w.since")
    return (
        "WITH wanted AS (SELECT * FROM unnest(%(ids)s::uuid[], %(begins)s::date[], %(ends)s::date[])"  # noqa: S608
        " AS w (store_id, since, until)), made (" + key + ", " + COLUMNS + ") AS (SELECT " + own + ", " + TOTALS
        + " FROM (" + rows + ") AS t JOIN wanted AS w ON w.store_id = t.store_id"
        " AND t.business_date BETWEEN w.since AND w.until GROUP BY " + own + ")"
    )  # fmt: skip


def _is_same(table: LiteralString) -> LiteralString:
    return " AND ".join("m." + each + " = t." + each for each in KEYS[table][0].split(", "))


def _made_anew(table: LiteralString) -> LiteralString:
    """Only what is different is written."""
    key, own, new = KEYS[table][0], _listed("t.", COLUMNS), _listed("excluded.", COLUMNS)
    return (
        _added_up(table) + ", gone AS (DELETE FROM " + table + " AS t USING wanted AS w"  # noqa: S608
        " WHERE t.organisation_id = %(organisation)s AND t.store_id = w.store_id AND t.since = w.since"
        " AND NOT EXISTS (SELECT 1 FROM made AS m WHERE " + _is_same(table) + "))"
        " INSERT INTO " + table + " AS t (organisation_id, " + key + ", " + COLUMNS + ")"
        " SELECT %(organisation)s, " + key + ", " + COLUMNS + " FROM made"
        " ON CONFLICT (organisation_id, " + key + ") DO UPDATE SET (" + COLUMNS + ") = (" + new + ")"
        " WHERE (" + own + ") IS DISTINCT FROM (" + new + ")"
    )  # fmt: skip


def _behind(table: LiteralString) -> LiteralString:
    """Weeks with rows that are not what they are added up from, missing and needless ones included."""
    key = KEYS[table][0]
    mine: LiteralString = "t.organisation_id = %(organisation)s AND (t.store_id, t.since) IN"
    mine += " (SELECT store_id, since FROM wanted)"
    return (
        _added_up(table) + ", kept AS (SELECT " + key + ", " + COLUMNS + " FROM " + table + " AS t WHERE " + mine + ")"  # noqa: S608
        " SELECT DISTINCT store_id, since FROM ((TABLE made EXCEPT TABLE kept) UNION ALL"
        " (TABLE kept EXCEPT TABLE made)) AS wrong"
    )


MADE_ANEW: Final = tuple(_made_anew(each) for each in KEYS)
BEHIND: Final = tuple(_behind(each) for each in KEYS)


def make(organisation_id: UUID, days: Collection[StoreDay]) -> None:
    """The weeks that these days of these stores are in, from all of their days and hours. Within the transaction that
    changed them, under the locks of the stores."""
    if days:
        with connection.cursor() as cursor:
            for statement in MADE_ANEW:
                cursor.execute(statement, _values(organisation_id, days))


def behind(organisation_id: UUID, days: Collection[StoreDay]) -> set[StoreDay]:
    """The weeks of these days, by their first, that are not what their days and hours come to: made by a program that
    did not know of weeks, for one. Whoever makes that day anew makes them right."""
    found: set[StoreDay] = set()
    with connection.cursor() as cursor:
        for statement in BEHIND if days else ():
            cursor.execute(statement, _values(organisation_id, days))
            found |= set(cursor.fetchall())
    return found


def _values(organisation_id: UUID, days: Collection[StoreDay]) -> dict[str, Any]:
    weeks = sorted({(store, week_of(day)) for store, day in days})
    return {
        "organisation": organisation_id,
        "stores": list({store for store, _week in weeks}),
        "ids": [store for store, _week in weeks],
        "begins": [week.since for _store, week in weeks],
        "ends": [week.until for _store, week in weeks],
        "first": min(week.since for _store, week in weeks),
        "last": max(week.until for _store, week in weeks),
        **counted_as(settings_of(organisation_id)),
    }
