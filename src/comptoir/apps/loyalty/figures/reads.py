"""What the programme did each business day: who joined, points given and spent, guests who came back.

Each row counts in the day of its own store: zone and day start are the store's. Three queries, whatever the period.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection

from comptoir.apps.loyalty.models import OF_SALES, Kind

GIVEN: Final = (*OF_SALES, Kind.BONUS)
SPENT: Final = (Kind.SPEND, Kind.RETURN)

DAY: Final[LiteralString] = "(({at} AT TIME ZONE s.timezone) - s.day_start::interval)::date"
STORES: Final[LiteralString] = (
    " JOIN accounts_store AS s ON s.organisation_id = t.organisation_id AND s.id = t.store_id"
    " WHERE t.organisation_id = %(organisation)s AND (%(stores)s::uuid[] IS NULL OR t.store_id = ANY(%(stores)s))"
)
ENTRIES_SQL: Final = (
    f"SELECT {DAY.format(at='t.created_at')} AS day,"
    " sum(t.points) FILTER (WHERE t.kind = ANY(%(given)s)), -sum(t.points) FILTER (WHERE t.kind = ANY(%(spent)s))"
    f" FROM loyalty_entry AS t{STORES}"
    " AND t.created_at >= %(since)s::date - 2 AND t.created_at < %(until)s::date + 3 GROUP BY day"
)
ENROLLED_SQL: Final = (
    f"SELECT {DAY.format(at='t.enrolled_at')} AS day, count(*) FROM loyalty_member AS t{STORES}"
    " AND t.merged_into IS NULL"
    " AND t.enrolled_at >= %(since)s::date - 2 AND t.enrolled_at < %(until)s::date + 3 GROUP BY day"
)
RETURNED_SQL: Final = (
    f"SELECT t.business_date AS day, count(DISTINCT t.member_id) FROM loyalty_offer AS t{STORES}"
    " AND t.member_id IS NOT NULL AND t.business_date BETWEEN %(since)s AND %(until)s"
    " AND EXISTS (SELECT FROM loyalty_offer AS before WHERE before.organisation_id = t.organisation_id"
    " AND before.member_id = t.member_id AND before.business_date < t.business_date)"
    " GROUP BY day"
)


@dataclass(frozen=True)
class Day:
    """One business day. Points given are what sales brought and corrections took; spent, what rewards cost."""

    day: date
    enrolled: int = 0
    given: int = 0
    spent: int = 0
    returned: int = 0


@dataclass(frozen=True)
class Totals:
    """Sums of a period; `returned` counts each guest once a day."""

    enrolled: int
    given: int
    spent: int
    returned: int


def days(organisation_id: UUID, *, since: date, until: date, store_ids: Collection[UUID] | None = None) -> list[Day]:
    """Every day from `since` to `until`, days on which nothing happened included."""
    asked: dict[str, Any] = {
        "organisation": organisation_id,
        "since": since,
        "until": until,
        "stores": None if store_ids is None else sorted(store_ids),
        "given": [str(each) for each in GIVEN],
        "spent": [str(each) for each in SPENT],
    }
    points = {day: (given or 0, spent or 0) for day, given, spent in _asked(ENTRIES_SQL, asked)}
    enrolled: dict[date, int] = dict(_asked(ENROLLED_SQL, asked))
    returned: dict[date, int] = dict(_asked(RETURNED_SQL, asked))
    return [
        Day(
            day=day,
            enrolled=enrolled.get(day, 0),
            given=int(points.get(day, (0, 0))[0]),
            spent=int(points.get(day, (0, 0))[1]),
            returned=returned.get(day, 0),
        )
        for day in (since + timedelta(days=number) for number in range((until - since).days + 1))
    ]


def totals(rows: Iterable[Day]) -> Totals:
    """The sums."""
    found = list(rows)
    return Totals(
        enrolled=sum(each.enrolled for each in found),
        given=sum(each.given for each in found),
        spent=sum(each.spent for each in found),
        returned=sum(each.returned for each in found),
    )


def _asked(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
