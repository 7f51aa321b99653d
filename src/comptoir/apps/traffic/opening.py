"""When locations are open: as somebody typed it, else as their own figures of the latest weeks say.

A shop that is closed at night is not silent: what alerts call silence is time in which it was open.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from comptoir.apps.traffic.alert_tables import BusinessException, BusinessHours
from comptoir.core.accounts.models import Store

DAY: Final = timedelta(days=1)
LEARNED_FROM: Final = timedelta(days=28)
OFTEN: Final = 2
"""An hour of the week counts as open where people came or bought in it in so many of the four weeks, or more."""
FARTHEST: Final = timedelta(days=15)
"""Silence is counted no further back than this: it is long enough for any alert."""
LEARNED_SQL: Final[LiteralString] = (
    "SELECT t.store_id, extract(isodow FROM t.hour AT TIME ZONE s.timezone)::int - 1,"
    " (t.hour AT TIME ZONE s.timezone)::time FROM traffic_hour AS t"
    " JOIN accounts_store AS s ON s.organisation_id = t.organisation_id AND s.id = t.store_id"
    " WHERE t.organisation_id = %(organisation)s AND t.store_id = ANY(%(stores)s)"
    " AND t.hour BETWEEN %(since)s AND %(until)s AND (t.visitors > 0 OR t.transactions > 0)"
    " GROUP BY 1, 2, 3 HAVING count(*) >= %(often)s ORDER BY 1, 2, 3"
)
# Mostly an hour and the same of a week before are found with the first step into the key.
SOON_SQL: Final[LiteralString] = (
    "SELECT s.id FROM accounts_store AS s CROSS JOIN LATERAL (SELECT FROM traffic_hour AS t JOIN traffic_hour AS p"
    " ON p.organisation_id = t.organisation_id AND p.store_id = t.store_id"
    " AND p.hour = (t.hour AT TIME ZONE s.timezone - interval '7 days') AT TIME ZONE s.timezone"
    " WHERE t.organisation_id = s.organisation_id AND t.store_id = s.id AND t.hour <= %(until)s"
    " AND p.hour >= %(since)s AND p.hour AT TIME ZONE s.timezone = t.hour AT TIME ZONE s.timezone - interval '7 days'"
    " AND (t.visitors > 0 OR t.transactions > 0) AND (p.visitors > 0 OR p.transactions > 0)"
    " AND t.hour >= %(since)s::timestamptz + interval '6 days' LIMIT 1) AS twice"
    " WHERE s.organisation_id = %(organisation)s AND s.id = ANY(%(stores)s)"
)

Span = tuple[time, time]


@dataclass(frozen=True)
class Calendar:
    """The open hours of one location. `week` is by weekday, 0 Monday; `dates` are other than usual."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    dates: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    is_typed: bool = True

    @property
    def is_known(self) -> bool:
        """Whether anything is: of a location nobody knows to be open nobody can say that it is silent."""
        return bool(self.week)

    def spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The times within in which it is open, in UTC; those of the night before that reach in included."""
        day = since.astimezone(self.zone).date() - DAY
        last = until.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.dates.get(day, self.week.get(day.weekday(), ())):
                begin = datetime.combine(day, opens, self.zone).astimezone(UTC)
                end_day = day if closes > opens else day + DAY
                end = datetime.combine(end_day, closes, self.zone).astimezone(UTC)
                if max(begin, since) < min(end, until):
                    yield max(begin, since), min(end, until)
            day += DAY

    def open_between(self, since: datetime, until: datetime) -> timedelta:
        """How long it was open in between."""
        return sum((end - begin for begin, end in self.spans(max(since, until - FARTHEST), until)), timedelta(0))

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this moment."""
        return any(True for _ in self.spans(at, at + timedelta(microseconds=1)))


def calendars(organisation_id: UUID, stores: Collection[Store], *, now: datetime) -> dict[UUID, Calendar]:
    """Each location's, typed or learned."""
    typed, dates = _typed(organisation_id), _dates(organisation_id)
    untyped = [each for each in stores if each.id not in typed]
    learned = _learned(organisation_id, untyped, now) if untyped else {}
    return {
        each.id: Calendar(
            ZoneInfo(each.timezone),
            typed.get(each.id) or learned.get(each.id, {}),
            dates.get(each.id, {}),
            is_typed=each.id in typed,
        )
        for each in stores
    }


def unknown(organisation_id: UUID, stores: Collection[Store], *, now: datetime) -> set[UUID]:
    """The locations of which nobody knows when they are open: those whose calendar is not known."""
    typed = _typed(organisation_id)
    untyped = {each.id: each for each in stores if each.id not in typed}
    for store_id in _learned_soon(organisation_id, list(untyped), now) if untyped else ():
        del untyped[store_id]
    return untyped.keys() - (_learned(organisation_id, list(untyped.values()), now) if untyped else {}).keys()


def typed(organisation_id: UUID, stores: Collection[Store]) -> dict[UUID, Calendar]:
    """Of the locations whose hours somebody typed: figures are no guess, so nothing learned goes into them."""
    weeks, dates = _typed(organisation_id), _dates(organisation_id)
    return {
        each.id: Calendar(ZoneInfo(each.timezone), weeks[each.id], dates.get(each.id, {}))
        for each in stores
        if each.id in weeks
    }


def _typed(organisation_id: UUID) -> dict[UUID, dict[int, tuple[Span, ...]]]:
    found: defaultdict[UUID, dict[int, tuple[Span, ...]]] = defaultdict(dict)
    for row in BusinessHours.objects.filter(organisation_id=organisation_id):
        found[row.store_id][row.weekday] = ((row.opens, row.closes),)
    return dict(found)


def _dates(organisation_id: UUID) -> dict[UUID, dict[date, tuple[Span, ...]]]:
    found: defaultdict[UUID, dict[date, tuple[Span, ...]]] = defaultdict(dict)
    for row in BusinessException.objects.filter(organisation_id=organisation_id):
        found[row.store_id][row.on] = () if row.opens is None or row.closes is None else ((row.opens, row.closes),)
    return dict(found)


def _learned_soon(organisation_id: UUID, store_ids: list[UUID], now: datetime) -> list[UUID]:
    """Of some stores those of which `_learned` knows something, as far as that is seen without reading four weeks."""
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "stores": store_ids,
        "since": now - LEARNED_FROM,
        "until": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(SOON_SQL, values)
        return [store_id for (store_id,) in cursor.fetchall()]


def _learned(
    organisation_id: UUID, stores: Collection[Store], now: datetime
) -> dict[UUID, dict[int, tuple[Span, ...]]]:
    """Hours of the week in which people came or bought, often enough in the latest four weeks."""
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "stores": [each.id for each in stores],
        "since": now - LEARNED_FROM,
        "until": now,
        "often": OFTEN,
    }
    found: defaultdict[UUID, defaultdict[int, tuple[Span, ...]]] = defaultdict(lambda: defaultdict(tuple))
    with connection.cursor() as cursor:
        cursor.execute(LEARNED_SQL, values)
        for store_id, weekday, begin in cursor.fetchall():
            end = (datetime.combine(date.min, begin) + timedelta(hours=1)).time()
            found[store_id][weekday] = (*found[store_id][weekday], (begin, end))
    return {store_id: dict(week) for store_id, week in found.items()}
