"""Sales between Python and PostgreSQL, many at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from django.db import connection

from comptoir.core import prepared
from comptoir.core.ledger.precedence import Key
from comptoir.kernel import arrays
from comptoir.kernel.money import to_minor
from comptoir.pos.model import Sale, SaleKind, SaleState, Source


class StoredSale(msgspec.Struct, frozen=True, kw_only=True):
    """A sale with what the ledger knows beside its content."""

    id: UUID
    store_id: UUID
    provider: str
    sale: Sale
    content_hash: bytes
    revision: int
    source: Source
    observed_at: datetime
    first_seen_at: datetime
    updated_at: datetime


COLUMNS: Final[LiteralString] = (
    "id, store_id, provider, document::text, content_hash, revision, source, observed_at, first_seen_at, updated_at"
)
# What is written of a sale, each with its type.
WRITTEN: Final[tuple[tuple[LiteralString, LiteralString], ...]] = (
    ("id", "uuid"),
    ("store_id", "uuid"),
    ("provider", "text"),
    ("location_id", "text"),
    ("external_id", "text"),
    ("previous_external_id", "text"),
    ("kind", "text"),
    ("state", "text"),
    ("counted", "bool"),
    ("currency", "text"),
    ("opened_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("business_date", "date"),
    ("total", "bigint"),
    ("tip", "bigint"),
    ("receipt_number", "text"),
    ("register_id", "text"),
    ("register_name", "text"),
    ("table_name", "text"),
    ("unbalanced", "bool"),
    ("document", "jsonb"),
    ("content_hash", "bytea"),
    ("revision", "int"),
    ("source", "text"),
    ("observed_at", "timestamptz"),
    ("first_seen_at", "timestamptz"),
    ("updated_at", "timestamptz"),
)
KEPT: Final = frozenset({"id", "store_id", "provider", "location_id", "external_id", "first_seen_at"})
_NAMES: Final[LiteralString] = ", ".join(name for name, _ in WRITTEN)
_TYPED: Final[LiteralString] = ", ".join(f"{name} {kind}" for name, kind in WRITTEN)
_UPDATES: Final[LiteralString] = ", ".join(f"{name} = excluded.{name}" for name, _ in WRITTEN if name not in KEPT)
UPSERT_SQL: Final[LiteralString] = (
    f"INSERT INTO ledger_sale (organisation_id, {_NAMES})"
    f" SELECT %s, {_NAMES} FROM json_to_recordset(%s::json) AS new ({_TYPED})"
    f" ON CONFLICT (organisation_id, provider, location_id, external_id) DO UPDATE SET {_UPDATES}"
)
COPY_SQL: Final[LiteralString] = f"COPY ledger_sale (organisation_id, {_NAMES}) FROM STDIN"
COPIED: Final = 20
"""From so many new sales on: for fewer, the two messages more cost more than is won."""


def lock_locations(organisation_id: UUID, provider: str, location_ids: Collection[str]) -> None:
    """Let writers of one location take turns until the transaction ends.

    The store's lock does not do it: a location that moved, or is linked nowhere, comes in at the doors of two stores.
    """
    names = [f"{organisation_id} {provider} {location}" for location in sorted(location_ids)]
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name", [names]
        )


def load(organisation_id: UUID, provider: str, keys: Collection[Key]) -> dict[Key, StoredSale]:
    """The stored sales among these (location, external id)."""
    if not keys:
        return {}
    with prepared.cursor() as cursor:
        cursor.execute(
            # By arrays, which the planner looks up in the index that has them: of single values it takes any index
            # that begins with the organisation, as long as it knows none of its bills, and reads all of them.
            f"SELECT {COLUMNS} FROM ledger_sale WHERE organisation_id = (SELECT %s::uuid) AND provider = %s"
            " AND location_id = ANY(%s::text[]) AND external_id = ANY(%s::text[])",
            [organisation_id, provider, arrays.of_texts({location for location, _ in keys}), _arrays(keys)[1]],
        )
        found = [_stored(row) for row in cursor.fetchall()]
    # Of two locations, one may have had a bill of the other's number.
    return {key: row for row in found if (key := (row.sale.location_id, row.sale.external_id)) in keys}


def _arrays(keys: Collection[Key]) -> tuple[str, str]:
    return arrays.of_texts(location for location, _ in keys), arrays.of_texts(external for _, external in keys)


def counter_entries(organisation_id: UUID, provider: str, keys: Collection[Key]) -> list[tuple[Key, Key]]:
    """Stored counter-entries over these sales, each with the sale it cancels (`precedence.superseded_by`)."""
    if not keys:
        return []
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT location_id, external_id, previous_external_id FROM ledger_sale"
            " WHERE organisation_id = %s AND provider = %s"
            " AND previous_external_id <> '' AND kind = %s AND state = %s AND total < 0"
            " AND (location_id, previous_external_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [
                organisation_id,
                provider,
                SaleKind.CORRECTION,
                SaleState.CLOSED,
                *_arrays(keys),
            ],
        )
        return [((location, own), (location, cancelled)) for location, own, cancelled in cursor.fetchall()]


def save(
    organisation_id: UUID, sales: Sequence[StoredSale], business_dates: Sequence[str], *, known: Collection[UUID]
) -> None:
    """Insert new sales and replace those that are `known`; the caller holds the locks of the store and of locations.

    Many new ones are copied in: as JSON they cost the database twice as much. Nobody else can have inserted them since
    `load` did not find them, as whoever writes a sale holds its location's lock.
    """
    told = [_values(row, day) for row, day in zip(sales, business_dates, strict=True)]
    fresh = [each for each in told if each["id"] not in known]
    if len(fresh) < COPIED:
        _upsert(organisation_id, told)
        return
    _copy(organisation_id, fresh)
    if replaced := [each for each in told if each["id"] in known]:
        _upsert(organisation_id, replaced)


def _copy(organisation_id: UUID, told: Sequence[dict[str, Any]]) -> None:
    # What this raises is psycopg's, which Django makes its own where it runs a statement, not a copy.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY_SQL) as copying:
        for each in told:
            document = msgspec.json.encode(each["document"]).decode()
            copying.write_row((organisation_id, *({**each, "document": document}.values())))


def _upsert(organisation_id: UUID, told: Sequence[dict[str, Any]]) -> None:
    """They travel as one JSON text: arrays are quoted value by value in Python, which cost more than all the rest."""
    with prepared.cursor() as cursor:
        cursor.execute(UPSERT_SQL, [organisation_id, msgspec.json.encode(told).decode()])


def keep_revisions(organisation_id: UUID, replaced: Sequence[StoredSale], now: datetime) -> None:
    """Keep the sales as they were before they are replaced."""
    if not replaced:
        return
    with prepared.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_salerevision"
            " (organisation_id, sale_id, revision, document, source, observed_at, replaced_at)"
            " SELECT %s, old.*, %s"
            " FROM unnest(%s::uuid[], %s::int[], %s::jsonb[], %s::text[], %s::timestamptz[]) AS old",
            [
                organisation_id,
                now,
                [row.id for row in replaced],
                [row.revision for row in replaced],
                [msgspec.json.encode(row.sale).decode() for row in replaced],
                [row.source for row in replaced],
                [row.observed_at for row in replaced],
            ],
        )


def keep_aliases(organisation_id: UUID, aliases: Collection[tuple[str, UUID]]) -> None:
    """Remember by which other names sales are found; known ones stay as they are."""
    if not aliases:
        return
    names, sale_ids = zip(*aliases, strict=True)
    with prepared.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_salealias (organisation_id, alias, sale_id)"
            " SELECT %s, new.* FROM unnest(%s::text[], %s::uuid[]) AS new ON CONFLICT DO NOTHING",
            [organisation_id, arrays.of_texts(names), arrays.of_ids(sale_ids)],
        )


def _stored(row: tuple[Any, ...]) -> StoredSale:
    identifier, store, provider, document, content_hash, revision, source, observed, first_seen, updated = row
    return StoredSale(
        id=identifier,
        store_id=store,
        provider=provider,
        sale=msgspec.json.decode(document, type=Sale),
        content_hash=bytes(content_hash),
        revision=revision,
        source=Source(source),
        observed_at=observed,
        first_seen_at=first_seen,
        updated_at=updated,
    )


def _values(row: StoredSale, business_date: str) -> dict[str, Any]:
    """The columns of WRITTEN, in that order, as JSON has them; bytes are written as PostgreSQL reads them."""
    sale = row.sale
    return {
        "id": row.id,
        "store_id": row.store_id,
        "provider": row.provider,
        "location_id": sale.location_id,
        "external_id": sale.external_id,
        "previous_external_id": sale.previous_external_id,
        "kind": sale.kind,
        "state": sale.state,
        "counted": sale.counted,
        "currency": sale.currency,
        "opened_at": sale.opened_at,
        "closed_at": sale.closed_at,
        "business_date": business_date,
        "total": to_minor(sale.total, sale.currency),
        "tip": None if sale.tip is None else to_minor(sale.tip, sale.currency),
        "receipt_number": sale.receipt_number,
        "register_id": sale.register.id if sale.register else "",
        "register_name": sale.register.name if sale.register else "",
        "table_name": sale.table,
        "unbalanced": _is_unbalanced(sale),
        "document": sale,
        "content_hash": f"\\x{row.content_hash.hex()}",
        "revision": row.revision,
        "source": row.source,
        "observed_at": row.observed_at,
        "first_seen_at": row.first_seen_at,
        "updated_at": row.updated_at,
    }


def _is_unbalanced(sale: Sale) -> bool:
    """A closed bill whose payments do not add up to its total is kept and marked (unified-pos-model.md 1.2)."""
    return sale.state is SaleState.CLOSED and sale.paid is not None and sale.money(sale.paid) != sale.money(sale.total)
