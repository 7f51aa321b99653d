"""Late changes: what moved after its trading day was over, with what it was before and what it is now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from django.db import connection

from comptoir.kernel.ids import public_id
from comptoir.pos.model import Sale

PAGE: Final = 100

# A change is late once its store is in a later trading day than the one it belongs to.
LATE: Final[LiteralString] = "((r.replaced_at AT TIME ZONE st.timezone) - st.day_start::interval)::date > {day}"
MINE: Final[LiteralString] = (
    " JOIN accounts_store AS st ON st.organisation_id = {row}.organisation_id AND st.id = {row}.store_id"
    " WHERE r.organisation_id = %(organisation)s AND (%(stores)s::uuid[] IS NULL OR {row}.store_id = ANY(%(stores)s))"
    " AND (%(since)s::date IS NULL OR {row}.business_date >= %(since)s)"
    " AND (%(until)s::date IS NULL OR {row}.business_date <= %(until)s)"
)
# What a day's figures are made of: a new name of a register is no late change.
FIGURES: Final[LiteralString] = (
    "({row}->>'state', {row}->>'counted', {row}->>'total', {row}->>'tax', {row}->>'tip', {row}->>'closed_at')"
)
NEWEST: Final[LiteralString] = " ORDER BY r.replaced_at DESC, 1 LIMIT %(limit)s"
SALES_SQL: Final[LiteralString] = (
    "SELECT s.id, s.store_id, s.business_date, r.replaced_at, r.document, coalesce(n.document, s.document)"  # noqa: S608 - every part is written here
    " FROM ledger_salerevision AS r"
    " JOIN ledger_sale AS s ON s.organisation_id = r.organisation_id AND s.id = r.sale_id"
    " LEFT JOIN ledger_salerevision AS n ON n.organisation_id = r.organisation_id AND n.sale_id = r.sale_id"
    " AND n.revision = r.revision + 1"
    + MINE.format(row="s")
    + " AND r.document->>'state' = 'closed' AND "
    + FIGURES.format(row="r.document")
    + " IS DISTINCT FROM "
    + FIGURES.format(row="coalesce(n.document, s.document)")
    + " AND "
    + LATE.format(day="s.business_date")
    + NEWEST
)
CLOCK_SQL: Final[LiteralString] = (
    "SELECT c.id, c.store_id, r.business_date, r.replaced_at, c.staff_name, c.staff_id,"  # noqa: S608 - every part is written here
    " r.started_at, r.ended_at, coalesce(n.started_at, c.started_at), CASE WHEN n.revision IS NULL THEN c.ended_at"
    " ELSE n.ended_at END, r.deleted, CASE WHEN n.revision IS NULL THEN c.deleted ELSE n.deleted END"
    " FROM ledger_clockentryrevision AS r"
    " JOIN ledger_clockentry AS c ON c.organisation_id = r.organisation_id AND c.id = r.clock_entry_id"
    " LEFT JOIN ledger_clockentryrevision AS n ON n.organisation_id = r.organisation_id"
    " AND n.clock_entry_id = r.clock_entry_id AND n.revision = r.revision + 1"
    + MINE.format(row="c")
    + " AND "
    + LATE.format(day="r.business_date")
    # Whoever goes home after midnight ends a shift of yesterday: no correction.
    + " AND r.ended_at IS NOT NULL"
    + NEWEST
)


@dataclass(frozen=True)
class LateSale:
    """A closed sale that is something else now."""

    sale_id: UUID
    store_id: UUID
    business_date: date
    noticed_at: datetime
    before: Sale
    after: Sale

    @property
    def public_id(self) -> str:
        """`sal_…`"""
        return public_id("sal", self.sale_id)


@dataclass(frozen=True)
class Worked:
    """From when to when; `is_deleted`: the vendor does not have it (any more)."""

    started_at: datetime
    ended_at: datetime | None
    is_deleted: bool


@dataclass(frozen=True)
class LateClockEntry:
    """A time at work that was ended already and is something else now."""

    entry_id: UUID
    store_id: UUID
    business_date: date
    noticed_at: datetime
    staff: str
    before: Worked
    after: Worked


Late = LateSale | LateClockEntry


def changes(
    organisation_id: UUID,
    *,
    store_ids: Collection[UUID] | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int = PAGE,
) -> list[Late]:
    """Late changes of trading days `since` to `until` (inclusive), the latest noticed first."""
    values = {
        "organisation": organisation_id,
        "stores": None if store_ids is None else list(store_ids),
        "since": since,
        "until": until,
        "limit": limit,
    }
    found: list[Late] = [
        LateSale(sale_id, store_id, day, at, _sale(before), _sale(after))
        for sale_id, store_id, day, at, before, after in _rows(SALES_SQL, values)
    ]
    found += [
        LateClockEntry(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4] or row[5],
            Worked(row[6], row[7], row[10]),
            Worked(row[8], row[9], row[11]),
        )
        for row in _rows(CLOCK_SQL, values)
    ]
    return sorted(found, key=lambda each: each.noticed_at, reverse=True)[:limit]


def _rows(statement: LiteralString, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _sale(document: Any) -> Sale:
    text = document if isinstance(document, str | bytes) else msgspec.json.encode(document)
    return msgspec.json.decode(text, type=Sale)
