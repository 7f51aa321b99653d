"""Which sale a correction belongs to, and which corrections a sale has: many at once, one statement each.

`UNION` drops rows it has seen, so bills that correct each other end a walk instead of keeping it going.

The organisation stands in a question of its own, so that the planner reckons with one like the others. Of one that its
statistics do not know yet it expects no bill at all: then any index will do, and it read all bills for each of them.
"""

from collections.abc import Collection
from typing import Any, Final, LiteralString
from uuid import UUID

from comptoir.core import prepared
from comptoir.kernel import arrays
from comptoir.pos.model import SaleKind

UPWARD: Final[LiteralString] = """
WITH RECURSIVE upward AS (
    {start}
    UNION
    SELECT s.id, s.kind, s.provider, s.location_id, s.previous_external_id
    FROM upward CROSS JOIN LATERAL (
        SELECT * FROM ledger_sale
        WHERE organisation_id = (SELECT %(organisation)s::uuid) AND provider = upward.provider
            AND location_id = upward.location_id AND external_id = upward.previous
        LIMIT 1
    ) AS s
    WHERE upward.kind <> %(sale)s AND upward.previous <> ''
)
SELECT DISTINCT id FROM upward WHERE kind = %(sale)s ORDER BY id
"""

AS_IT_IS: Final[LiteralString] = """
    SELECT id, kind, provider, location_id, previous_external_id AS previous
    FROM ledger_sale WHERE organisation_id = (SELECT %(organisation)s::uuid) AND id = ANY(%(ids)s::uuid[])
"""

AS_IT_WAS: Final[LiteralString] = """
    UNION
    SELECT s.id, r.document->>'kind', s.provider, s.location_id, coalesce(r.document->>'previous_external_id', '')
    FROM ledger_salerevision r JOIN ledger_sale s ON s.organisation_id = r.organisation_id AND s.id = r.sale_id
    WHERE r.organisation_id = (SELECT %(organisation)s::uuid) AND r.sale_id = ANY(%(ids)s::uuid[])
"""

DOWNWARD: Final[LiteralString] = """
WITH RECURSIVE downward AS (
    SELECT id AS root, id, provider, location_id, external_id
    FROM ledger_sale WHERE organisation_id = (SELECT %(organisation)s::uuid) AND id = ANY(%(ids)s::uuid[])
    UNION
    SELECT downward.root, s.id, s.provider, s.location_id, s.external_id
    FROM downward JOIN ledger_sale s
        ON s.organisation_id = (SELECT %(organisation)s::uuid) AND s.provider = downward.provider
        AND s.location_id = downward.location_id AND s.previous_external_id = downward.external_id
    WHERE s.previous_external_id <> '' AND s.kind <> %(sale)s
)
SELECT CASE WHEN row_number() OVER () = 1
        THEN (SELECT json_agg(json_build_array(root, id)) FROM downward WHERE id <> root) END,
    {columns}
FROM ledger_sale
WHERE organisation_id = (SELECT %(organisation)s::uuid) AND id = ANY(ARRAY(SELECT id FROM downward)) ORDER BY id
"""


def roots(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[UUID]:
    """The sales that these are, or correct; of those that are not known yet, nothing."""
    return [found for (found,) in _ask(UPWARD.format(start=AS_IT_IS), organisation_id, sale_ids)]


def roots_ever(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[UUID]:
    """The same, with those that these were, or corrected, in an earlier revision: what changed, changed for them."""
    return [found for (found,) in _ask(UPWARD.format(start=AS_IT_IS + AS_IT_WAS), organisation_id, sale_ids)]


def descend(
    organisation_id: UUID, sale_ids: Collection[UUID], columns: LiteralString
) -> tuple[list[tuple[UUID, UUID]], list[tuple[Any, ...]]]:
    """What points at each of these sales or at a correction of it: (sale, correction); a `sale` that follows is none.

    With it these `columns` of all of them, in the order of their ids.
    """
    # The links come once, beside the first row: a join of all with their roots is planned for one row of each.
    found = _ask(DOWNWARD.format(columns=columns), organisation_id, sale_ids)
    links = [(UUID(root), UUID(correction)) for linked, *_rest in found for root, correction in linked or ()]
    return links, [tuple(row) for _links, *row in found]


def _ask(question: LiteralString, organisation_id: UUID, sale_ids: Collection[UUID]) -> list[tuple[Any, ...]]:
    with prepared.cursor() as cursor:
        cursor.execute(
            question, {"organisation": organisation_id, "ids": arrays.of_ids(sale_ids), "sale": SaleKind.SALE}
        )
        return list(cursor.fetchall())
