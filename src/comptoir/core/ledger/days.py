"""Questions about whole days, for those who add bills up in their own way; answers are plain data."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Min

from comptoir.core.ledger.models import Sale as SaleRow
from comptoir.core.ledger.models import SaleRevision
from comptoir.pos.model import Sale


@dataclass(frozen=True)
class Found:
    """A bill, with what we know of it."""

    id: UUID
    updated_at: datetime
    sale: Sale


def ended(
    organisation_id: UUID, store_id: UUID, first: date, last: date, *, provider: str = "", on_account: bool = False
) -> Iterator[Found]:
    """Bills of these business dates that are not open, voided ones included: they may be why a number moved.

    With a `provider`, those of its tills alone. `on_account`: also what was sold on these dates (UTC) on account or
    put aside, whenever it was or will be settled.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, updated_at, document::text FROM ledger_sale WHERE organisation_id = %s AND store_id = %s"
            " AND (business_date BETWEEN %s AND %s AND state <> 'open'"
            " OR %s AND document ? 'credit' AND opened_at >= %s AND opened_at < %s::date + 1)"
            " AND (%s = '' OR provider = %s) ORDER BY id",
            [organisation_id, store_id, first, last, on_account, first, last, provider, provider],
        )
        for sale_id, updated_at, text in cursor.fetchall():
            yield Found(sale_id, updated_at, msgspec.json.decode(text, type=Sale))


def registers(organisation_id: UUID, store_id: UUID, first: date, last: date) -> list[tuple[date, str, str]]:
    """(business date, location, register) of everything that sold; "" for a bill that names no register."""
    rows = SaleRow.objects.filter(
        organisation_id=organisation_id,
        store_id=store_id,
        business_date__range=(first, last),
        state="closed",
        counted=True,
    )
    return list(rows.order_by().values_list("business_date", "location_id", "register_id").distinct())


def first_day(organisation_id: UUID, store_id: UUID) -> date | None:
    """The first business date that a store has a bill of."""
    rows = SaleRow.objects.filter(organisation_id=organisation_id, store_id=store_id)
    found: date | None = rows.aggregate(first=Min("business_date"))["first"]
    return found


def ever(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[tuple[UUID, Sale]]:
    """(store, bill) of these bills as they are now and as they were in each earlier revision."""
    rows = SaleRow.objects.filter(organisation_id=organisation_id, id__in=sale_ids)
    owners: dict[UUID, UUID] = {}
    documents: list[tuple[UUID, object]] = []
    for sale_id, store_id, document in rows.values_list("id", "store_id", "document"):
        owners[sale_id] = store_id
        documents.append((store_id, document))
    before = SaleRevision.objects.filter(organisation_id=organisation_id, sale_id__in=list(owners))
    documents += [(owners[sale_id], document) for sale_id, document in before.values_list("sale_id", "document")]
    return [(store_id, msgspec.convert(document, Sale, strict=False)) for store_id, document in documents]
