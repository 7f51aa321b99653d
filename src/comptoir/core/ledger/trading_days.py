"""Which trading days changed: what others make of a day is old once its revision is another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from comptoir.core import prepared
from comptoir.core.ledger.models import TradingDay

REVISIONS: Final[LiteralString] = (
    "SELECT store_id, business_date, revision FROM ledger_tradingday WHERE organisation_id = %(organisation)s"
    " AND store_id = ANY(%(stores)s) AND business_date BETWEEN %(since)s AND %(until)s"
)
"""What `revisions` answers, for those whose own days lie beside it: mostly none differs, so none is fetched."""


@dataclass(frozen=True)
class Changed:
    """A trading day of a store, and its revision."""

    organisation_id: UUID
    store_id: UUID
    business_date: date
    revision: int


TOUCH_SQL: Final[LiteralString] = (
    "INSERT INTO ledger_tradingday AS day (organisation_id, store_id, business_date, revision, changed_at)"
    " SELECT %(organisation)s, %(store)s, business_date, 1, clock_timestamp()"
    " FROM unnest(%(days)s::date[]) AS touched (business_date)"
    " ON CONFLICT (organisation_id, store_id, business_date)"
    " DO UPDATE SET revision = day.revision + 1, changed_at = excluded.changed_at"
)
"""What `touch` does, for whoever changes figures in the same statement."""


def touch(organisation_id: UUID, store_id: UUID, days: Collection[date]) -> None:
    """Another revision of these days, in the transaction that changes their figures; it holds the store's lock."""
    if not days:
        return
    with prepared.cursor() as cursor:
        cursor.execute(TOUCH_SQL, {"organisation": organisation_id, "store": store_id, "days": sorted(days)})


def changed(*, since: datetime, limit: int) -> list[Changed]:
    """Days of all organisations that changed at `since` or later, the earliest change first."""
    rows = TradingDay.objects.filter(changed_at__gte=since).order_by("changed_at")
    return [Changed(*row) for row in rows.values_list(*Changed.__dataclass_fields__)[:limit]]


def revisions(
    organisation_id: UUID, *, store_ids: Collection[UUID], since: date, until: date
) -> dict[tuple[UUID, date], int]:
    """The revision of each day that has figures, from `since` to `until` included."""
    rows = TradingDay.objects.filter(
        organisation_id=organisation_id, store_id__in=store_ids, business_date__range=(since, until)
    )
    return {
        (store, day): revision for store, day, revision in rows.values_list("store_id", "business_date", "revision")
    }
