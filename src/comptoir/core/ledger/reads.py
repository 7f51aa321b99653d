"""Questions to the ledger; answers are plain data. Every question names its organisation."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from comptoir.core import prepared
from comptoir.core.ledger import chains
from comptoir.core.ledger.models import HourlyFigure, SaleAlias, SaleRevision
from comptoir.core.ledger.models import Sale as SaleRow
from comptoir.kernel import arrays
from comptoir.kernel.ids import public_id
from comptoir.pos import registry
from comptoir.pos.model import Sale, SaleState, Source

PAGE: Final = 50
HOUR: Final = timedelta(hours=1)
# How long a store that sold counts as open, and how much earlier or later than on other days it may open and close.
LATELY: Final = timedelta(hours=3)
BESIDE: Final = timedelta(hours=1)


@dataclass(frozen=True)
class SaleRecord:
    """A sale with what the ledger knows of it."""

    id: UUID
    store_id: UUID
    provider: str
    business_date: date
    revision: int
    source: Source
    unbalanced: bool
    first_seen_at: datetime
    updated_at: datetime
    sale: Sale

    @property
    def public_id(self) -> str:
        """`sal_…`"""
        return public_id("sal", self.id)

    @property
    def number(self) -> str:
        """What people call the bill: the number its register gave it, where registers do; else the vendor's id."""
        is_numbered = self.sale.receipt_number and registry.connector(self.provider).manifest.numbers_bills
        return self.sale.receipt_number if is_numbered else self.sale.external_id


_sale: Final = msgspec.json.Decoder(Sale).decode
RECORDED: Final = tuple(name for name in SaleRecord.__dataclass_fields__ if name != "sale")
COLUMNS: Final = f"{', '.join(RECORDED)}, document::text"
RECORDS_SQL: Final = (
    f"SELECT {COLUMNS} FROM ledger_sale"  # noqa: S608 - every part is written here
    # Hidden from the planner, which would take any index for an organisation that it has not counted yet.
    " WHERE organisation_id = (SELECT %s::uuid) AND id = ANY(%s::uuid[]) ORDER BY id"
)


ALIASES_SQL: Final = (
    "SELECT sale_id, alias FROM ledger_salealias WHERE organisation_id = %s AND sale_id = ANY(%s::uuid[])"
    " AND starts_with(alias, %s)"
)
DAYS_SQL: Final = (
    "SELECT store_id, business_date, measure, currency, sum(value) FROM ledger_hourlyfigure"
    " WHERE organisation_id = %(organisation)s AND store_id = ANY(%(stores)s)"
    # The key is by hour: no trading day begins or ends further away from its date than this.
    " AND hour >= %(first)s::date - interval '2 days' AND hour < %(last)s::date + interval '3 days'"
    " AND business_date BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3, 4"
)


@dataclass(frozen=True)
class Chain:
    """A sale and the refunds, voids and counter-entries that correct it, directly or through one another."""

    root: SaleRecord
    corrections: tuple[SaleRecord, ...]

    @property
    def net_total(self) -> Decimal:
        """What is left of the sale, with tax, in major units; corrections that are not final take nothing back."""
        final = (each.sale for each in self.corrections if each.sale.state is SaleState.CLOSED)
        return self.root.sale.total + sum((sale.total for sale in final), Decimal(0))


@dataclass(frozen=True)
class Revision:
    """A sale as it was before it was replaced."""

    revision: int
    source: Source
    observed_at: datetime
    replaced_at: datetime
    sale: Sale


def sale(organisation_id: UUID, sale_id: UUID, *, store_ids: Collection[UUID] | None = None) -> SaleRecord | None:
    """One sale, or None when this organisation, or these stores of it, have none of that id."""
    rows = SaleRow.objects.filter(organisation_id=organisation_id, id=sale_id)
    found = _records(rows if store_ids is None else rows.filter(store_id__in=store_ids))
    return found[0] if found else None


def sales(
    organisation_id: UUID,
    *,
    store_ids: Collection[UUID] | None = None,
    external_id: str = "",
    state: str = "",
    business_date: date | None = None,
    closed: tuple[datetime, datetime] | None = None,
    search: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[SaleRecord]:
    """Sales, newest first by our id, a page at a time: `before` is the id of the last one seen.

    `closed`: from the first instant on, before the second.
    """
    rows = SaleRow.objects.filter(organisation_id=organisation_id)
    if store_ids is not None:
        rows = rows.filter(store_id__in=store_ids)
    if external_id:
        rows = rows.filter(Q(external_id=external_id) | Q(id__in=_known_as(organisation_id, external_id)))
    if state:
        rows = rows.filter(state=state)
    if business_date:
        rows = rows.filter(business_date=business_date)
    if closed:
        rows = rows.filter(closed_at__gte=closed[0], closed_at__lt=closed[1])
    if search:
        contained = Q(external_id__icontains=search) | Q(receipt_number__icontains=search)
        rows = rows.filter(contained | Q(id__in=_known_as(organisation_id, search)))
    if before:
        rows = rows.filter(id__lt=before)
    return _records(rows.order_by("-id")[:limit])


def aliases(organisation_id: UUID, sale_ids: Collection[UUID], *, prefix: str) -> dict[UUID, str]:
    """What follows a prefix in another name of these sales, for those that have such a name."""
    with prepared.cursor() as cursor:
        cursor.execute(ALIASES_SQL, [organisation_id, arrays.of_ids(sale_ids), prefix])
        return {sale_id: alias.removeprefix(prefix) for sale_id, alias in cursor.fetchall()}


def _known_as(organisation_id: UUID, alias: str) -> list[UUID]:
    """The sales that the vendor calls so beside their number."""
    found = SaleAlias.objects.filter(organisation_id=organisation_id, alias=alias)
    return list(found.values_list("sale_id", flat=True))


def chain(organisation_id: UUID, sale_id: UUID) -> Chain | None:
    """The sale that this one is, or corrects, with all its corrections; None when the corrected sale is not known yet.

    A `sale` begins a chain of its own even when it follows another bill: it is no correction.
    """
    found = chains_of(organisation_id, chains.roots(organisation_id, [sale_id]))
    return next(iter(found.values()), None)


def affected(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[UUID]:
    """The sales whose chains these belong to, or did in an earlier revision: what changed, changed for all of them."""
    return chains.roots_ever(organisation_id, sale_ids)


def records(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[SaleRecord]:
    """These sales, as far as this organisation has them; in the order of their ids."""
    if not sale_ids:
        return []
    with prepared.cursor() as cursor:
        # Without the ORM, which writes a parameter for every id: each event of a sale asks this several times.
        cursor.execute(RECORDS_SQL, [organisation_id, arrays.of_ids(sale_ids)])
        return [_of_columns(*row) for row in cursor.fetchall()]


def _of_columns(
    sale_id: UUID,
    store: UUID,
    provider: str,
    day: date,
    revision: int,
    source: str,
    unbalanced: bool,
    first: datetime,
    latest: datetime,
    text: str,
) -> SaleRecord:
    return SaleRecord(sale_id, store, provider, day, revision, Source(source), unbalanced, first, latest, _sale(text))


def chains_of(organisation_id: UUID, sale_ids: Collection[UUID]) -> dict[UUID, Chain]:
    """Each of these sales with everything that corrects it, directly or through one another."""
    links, rows = chains.descend(organisation_id, sale_ids, COLUMNS)
    known = {found.id: found for found in (_of_columns(*row) for row in rows)}
    corrections: defaultdict[UUID, list[SaleRecord]] = defaultdict(list)
    for root, correction in sorted(links):
        corrections[root].append(known[correction])
    return {root: Chain(known[root], tuple(corrections.get(root, ()))) for root in sale_ids if root in known}


def revisions(organisation_id: UUID, sale_id: UUID) -> list[Revision]:
    """Earlier states of a sale, oldest first."""
    rows = SaleRevision.objects.filter(organisation_id=organisation_id, sale_id=sale_id).order_by("revision")
    return [
        Revision(
            row.revision,
            Source(row.source),
            row.observed_at,
            row.replaced_at,
            msgspec.convert(row.document, Sale, strict=False),
        )
        for row in rows
    ]


def day_figures(organisation_id: UUID, days: Mapping[UUID, date]) -> dict[UUID, dict[tuple[str, str], Decimal]]:
    """The roll-up of one trading day of each store: (measure, currency) to its unrounded sum in major units."""
    found: dict[UUID, dict[tuple[str, str], Decimal]] = {store_id: {} for store_id in days}
    if not days:
        return found
    # Stores far apart are at most a day apart: what is asked for them together is little more than what is wanted.
    values: dict[str, Any] = {"organisation": organisation_id, "stores": list(days)}
    values |= {"first": min(days.values()), "last": max(days.values())}
    with connection.cursor() as cursor:
        cursor.execute(DAYS_SQL, values)
        for store_id, day, measure, currency, value in cursor.fetchall():
            if day == days[store_id]:
                found[store_id][measure, currency] = value
    return found


def open_checks(organisation_id: UUID, store_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many bills are open now, for stores that have any."""
    rows = SaleRow.objects.filter(organisation_id=organisation_id, store_id__in=store_ids, state=SaleState.OPEN)
    return dict(rows.values_list("store_id").annotate(number=Count("id")))


def is_closed(organisation_id: UUID, store_id: UUID, external_id: str) -> bool:
    """Whether the till's bill of this number is known to be closed."""
    rows = SaleRow.objects.filter(organisation_id=organisation_id, store_id=store_id, external_id=external_id)
    return rows.filter(state=SaleState.CLOSED).exists()


def _records(rows: QuerySet[SaleRow]) -> list[SaleRecord]:
    """Rows as plain data, in one query."""
    # As text: Python's own reading of JSON costs more than all the rest.
    return [_record(row, row.pop("text")) for row in rows.values(*RECORDED, text=Cast("document", TextField()))]


def _record(row: dict[str, Any], text: str) -> SaleRecord:
    return SaleRecord(**{**row, "source": Source(row["source"])}, sale=_sale(text))


def export(organisation_id: UUID, store_id: UUID, first: date, last: date) -> str:
    """Finished bills that count and their roll-up, `first` to `last` business date included, one JSON per line.

    It holds what the vendor says and nothing of how we learnt it (no ids or instants of ours), so two ledgers fed in
    different ways can be compared byte for byte.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT business_date, document::text FROM ledger_sale WHERE organisation_id = %s AND store_id = %s"
            " AND business_date BETWEEN %s AND %s AND state = %s AND counted"
            ' ORDER BY business_date, location_id, external_id COLLATE "C"',
            [organisation_id, store_id, first, last, SaleState.CLOSED],
        )
        lines = [
            {"business_date": day, "sale": msgspec.json.decode(text, type=Sale)} for day, text in cursor.fetchall()
        ]
        cursor.execute(
            "SELECT hour, business_date, register_id, measure, currency, value FROM ledger_hourlyfigure"
            " WHERE organisation_id = %s AND store_id = %s AND business_date BETWEEN %s AND %s"
            ' ORDER BY hour, register_id COLLATE "C", measure COLLATE "C", currency COLLATE "C"',
            [organisation_id, store_id, first, last],
        )
        keys = ("hour", "business_date", "register", "measure", "currency", "value")
        lines += [dict(zip(keys, row, strict=True)) for row in cursor.fetchall()]
    return "".join(f"{msgspec.json.encode(line).decode()}\n" for line in lines)


def trades_around(organisation_id: UUID, store_id: UUID, *, now: datetime) -> bool:
    """Whether a store may be selling now, by what its sales tell: in the past hours, or at this time of a day before.

    True as well for a store that has not sold for a week yet: its hours are not known.
    """
    figures = HourlyFigure.objects.filter(organisation_id=organisation_id, store_id=store_id)
    around = Q(hour__gt=now - LATELY)
    for days in range(1, 8):
        then = now - timedelta(days=days)
        around |= Q(hour__gt=then - BESIDE - HOUR, hour__lt=then + BESIDE)
    return figures.filter(around).exists() or not figures.filter(hour__lt=now - timedelta(days=7)).exists()
