"""One sale that two tills told of: two integrations on one counter, or a kiosk's order that is closed on the till again
(loyalty.md E04, E05). The one that came first stands; what this finds is the one that came first.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection

from comptoir.core.ledger.reads import SaleRecord

BESIDE: Final = timedelta(seconds=60)

# One vendor's other name for the sale is the other's number, or both have the same other name. Two numbers that are
# alike say nothing: every till counts from 1.
BY_REFERENCE: Final[LiteralString] = """
SELECT s.id FROM ledger_sale s
WHERE s.organisation_id = %(organisation)s AND s.store_id = %(store)s AND s.provider <> %(provider)s AND s.id < %(id)s
  AND s.kind = 'sale' AND (
    s.external_id IN (
        SELECT alias FROM ledger_salealias WHERE organisation_id = %(organisation)s AND sale_id = %(id)s)
    OR s.id IN (
        SELECT a.sale_id FROM ledger_salealias a WHERE a.organisation_id = %(organisation)s AND (
            a.alias = %(number)s OR a.alias IN (
                SELECT alias FROM ledger_salealias WHERE organisation_id = %(organisation)s AND sale_id = %(id)s)))
  )
ORDER BY s.id LIMIT 1
"""
BY_LOOK: Final[LiteralString] = """
SELECT id FROM ledger_sale
WHERE organisation_id = %(organisation)s AND store_id = %(store)s
  AND business_date BETWEEN %(day)s::date - 1 AND %(day)s::date + 1
  AND provider <> %(provider)s AND id < %(id)s AND kind = 'sale' AND state = 'closed' AND total > 0
  AND total = (SELECT total FROM ledger_sale WHERE organisation_id = %(organisation)s AND id = %(id)s)
  AND closed_at BETWEEN %(closed)s::timestamptz - %(beside)s AND %(closed)s::timestamptz + %(beside)s
  AND (register_id = %(register)s OR register_id = '' OR %(register)s = '')
ORDER BY id LIMIT 1
"""


@dataclass(frozen=True)
class Twin:
    """The sale that came first. `is_sure`: a reference says so; else store, amount, time and register look alike."""

    sale_id: UUID
    is_sure: bool


def earlier(organisation_id: UUID, record: SaleRecord) -> Twin | None:
    """The same sale, told before by another till of the store; None for one that is its own."""
    sale = record.sale
    asked: dict[str, Any] = {
        "organisation": organisation_id,
        "store": record.store_id,
        "provider": record.provider,
        "id": record.id,
        "number": sale.external_id,
        "day": record.business_date,
        "closed": sale.closed_at,
        "beside": BESIDE,
        "register": sale.register.id if sale.register else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_REFERENCE, asked)
        if row := cursor.fetchone():
            return Twin(row[0], is_sure=True)
        if sale.closed_at is None:
            return None
        cursor.execute(BY_LOOK, asked)
        row = cursor.fetchone()
    return Twin(row[0], is_sure=False) if row else None
