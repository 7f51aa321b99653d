"""The roll-up, read hour by hour: plain rows for those who make figures of their own from it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from django.db import connection

from comptoir.core.ledger import rollup
from comptoir.pos import registry
from comptoir.pos.model import Sale, SaleState

FIGURES_SQL: Final[LiteralString] = (
    "SELECT store_id, hour, business_date, measure, currency, sum(value) FROM ledger_hourlyfigure"
    " WHERE organisation_id = %(organisation)s AND store_id = ANY(%(stores)s)"
    # The key is by hour: no trading day begins or ends further away from its date than this.
    " AND hour >= %(since)s::date - interval '2 days' AND hour < %(until)s::date + interval '3 days'"
    " AND business_date BETWEEN %(since)s AND %(until)s AND measure = ANY(%(measures)s)"
    " AND (store_id, register_id) NOT IN (SELECT * FROM unnest(%(but_stores)s::uuid[], %(but_registers)s::text[]))"
    " GROUP BY store_id, hour, business_date, measure, currency"
)
# One sale of a register says what it is called: registers are few, and its first sale of the time is found at once.
WEB_SQL: Final[LiteralString] = (
    "SELECT r.store_id, r.register_id FROM (SELECT DISTINCT store_id, register_id FROM ledger_hourlyfigure"
    " WHERE organisation_id = %(organisation)s AND store_id = ANY(%(stores)s) AND register_id <> ''"
    " AND hour >= %(since)s::date - interval '2 days' AND hour < %(until)s::date + interval '3 days'"
    " AND business_date BETWEEN %(since)s AND %(until)s) AS r"
    " CROSS JOIN LATERAL (SELECT provider, register_name FROM ledger_sale AS s"
    " WHERE s.organisation_id = %(organisation)s AND s.store_id = r.store_id AND s.register_id = r.register_id"
    " AND s.business_date BETWEEN %(since)s AND %(until)s LIMIT 1) AS named"
    " WHERE (named.provider, named.register_name) IN (SELECT * FROM unnest(%(providers)s::text[], %(names)s::text[]))"
)
PART_SQL: Final[LiteralString] = (
    "SELECT sale.store_id, sale.document::text FROM ledger_sale AS sale JOIN accounts_store AS store"
    " ON store.organisation_id = sale.organisation_id AND store.id = sale.store_id AND store.currency = sale.currency"
    " WHERE sale.organisation_id = %(organisation)s AND sale.store_id = ANY(%(stores)s)"
    " AND sale.business_date = ANY(%(days)s)"
    " AND sale.closed_at >= %(start)s AND sale.closed_at < %(end)s AND sale.state = %(state)s AND sale.counted"
)
STAFF_SQL: Final[LiteralString] = (
    "SELECT store_id, hour, business_date, value FROM ledger_staffhour"
    " WHERE organisation_id = %(organisation)s AND store_id = ANY(%(stores)s)"
    " AND hour >= %(since)s::date - interval '2 days' AND hour < %(until)s::date + interval '3 days'"
    " AND business_date BETWEEN %(since)s AND %(until)s"
)


@dataclass(frozen=True)
class Hour:
    """One measure of one local hour of a store, all registers together; unrounded, in major units of `currency`."""

    store_id: UUID
    hour: datetime
    business_date: date
    measure: str
    currency: str
    value: Decimal


@dataclass(frozen=True)
class WorkedHour:
    """Hours worked within one local hour of a store."""

    store_id: UUID
    hour: datetime
    business_date: date
    value: Decimal


def figures(
    organisation_id: UUID,
    *,
    store_ids: Collection[UUID],
    since: date,
    until: date,
    measures: Collection[str],
    but: Collection[tuple[UUID, str]] = (),
) -> list[Hour]:
    """What these stores sold, `since` to `until` business date included; `but` registers, by store, are left out."""
    values = {"but_stores": [store for store, _ in but], "but_registers": [register for _, register in but]}
    return [Hour(*row) for row in _rows(FIGURES_SQL, organisation_id, store_ids, since, until, measures, **values)]


def web_registers(
    organisation_id: UUID, *, store_ids: Collection[UUID], since: date, until: date
) -> set[tuple[UUID, str]]:
    """Registers, by store, that are a web store's: what is sold there was not sold in the shop."""
    names = {each.manifest.slug: each.manifest.web_register for each in registry.connectors()}
    known = {slug: name for slug, name in names.items() if name}
    if not known:
        return set()
    values = {"providers": list(known), "names": list(known.values())}
    return {(row[0], row[1]) for row in _rows(WEB_SQL, organisation_id, store_ids, since, until, (), **values)}


def worked(organisation_id: UUID, *, store_ids: Collection[UUID], since: date, until: date) -> list[WorkedHour]:
    """What was worked there, ended times alone."""
    return [WorkedHour(*row) for row in _rows(STAFF_SQL, organisation_id, store_ids, since, until, ())]


def _rows(
    statement: LiteralString,
    organisation_id: UUID,
    store_ids: Collection[UUID],
    since: date,
    until: date,
    measures: Collection[str],
    **more: Any,
) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        **more,
        "organisation": organisation_id,
        "stores": list(store_ids),
        "since": since,
        "until": until,
        "measures": list(measures),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def part(
    organisation_id: UUID, *, store_ids: Collection[UUID], days: Collection[date], start: datetime, end: datetime
) -> dict[tuple[UUID, str], Decimal]:
    """What these stores sold in [start, end), by (store, measure): sale by sale, so ask for a part of an hour.

    `days` are the trading days that it lies in, by the clocks of the stores: what the index finds sales by.
    Measures are those of `rollup.counted`. Sales of another currency than the store's are left out.
    """
    values: dict[str, Any] = {"organisation": organisation_id, "stores": list(store_ids), "days": list(days)}
    values |= {"start": start, "end": end, "state": SaleState.CLOSED}
    found: defaultdict[tuple[UUID, str], Decimal] = defaultdict(Decimal)
    with connection.cursor() as cursor:
        cursor.execute(PART_SQL, values)
        for store_id, document in cursor.fetchall():
            for measure, value in rollup.counted(msgspec.json.decode(document, type=Sale)).items():
                found[store_id, measure] += value
    return dict(found)
