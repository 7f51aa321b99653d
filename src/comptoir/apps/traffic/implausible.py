"""Hours that counted more than three times what is usual for them (traffic-analytics.md 3.3).

Usual is the median of the same weekday and hour of the eight weeks before, of at least four that were measured. Of less
than one visitor one is taken: three people where nobody ever comes are no fault of a counter.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection

from comptoir.apps.traffic.filling import AT_LEAST_WEEKS, WEEKS

StoreDay = tuple[UUID, date]
TIMES: Final = 3
SQL: Final[LiteralString] = (
    "SELECT h.store_id, h.business_date, h.hour, percentile_cont(0.5) WITHIN GROUP (ORDER BY p.visitors)"
    " FROM unnest(%(stores)s::uuid[], %(days)s::date[]) AS w (store_id, day)"
    " JOIN accounts_store AS s ON s.organisation_id = %(organisation)s AND s.id = w.store_id"
    " JOIN traffic_hour AS h ON h.organisation_id = s.organisation_id AND h.store_id = w.store_id"
    " AND h.business_date = w.day AND h.traffic_status = 'measured' AND h.visitors > %(times)s"
    " CROSS JOIN generate_series(1, %(weeks)s) AS week"
    " JOIN traffic_hour AS p ON p.organisation_id = h.organisation_id AND p.store_id = h.store_id"
    " AND p.hour = ((h.hour AT TIME ZONE s.timezone) - week * interval '7 days') AT TIME ZONE s.timezone"
    " AND p.traffic_status IN ('measured', 'zero')"
    " GROUP BY h.store_id, h.business_date, h.hour, h.visitors HAVING count(*) >= %(least)s"
    " AND h.visitors > %(times)s * greatest(percentile_cont(0.5) WITHIN GROUP (ORDER BY p.visitors), 1)"
)


def hours(organisation_id: UUID, days: Collection[StoreDay]) -> dict[StoreDay, dict[datetime, Decimal]]:
    """Of these days of these stores the hours that are above, each with what is usual."""
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "stores": [store for store, _day in days],
        "days": [day for _store, day in days],
        "weeks": WEEKS,
        "least": AT_LEAST_WEEKS,
        "times": TIMES,
    }
    found: dict[StoreDay, dict[datetime, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SQL, values)
        for store_id, day, hour, usual in cursor.fetchall():
            found.setdefault((store_id, day), {})[hour] = Decimal(str(usual))
    return found
