"""Compare the hourly roll-up with the sales and times at work it was added up from, and put right what differs."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from comptoir.core.accounts.models import Store
from comptoir.core.ledger import rollup, staff_hours, store
from comptoir.core.ledger.models import HourlyFigure
from comptoir.core.ledger.models import Sale as SaleRow
from comptoir.pos.model import Sale

CHUNK: Final = 2000


@dataclass(frozen=True)
class Comparison:
    """One store: how many sales were added up, how many figures there should be, and how many were not so."""

    store_id: UUID
    sales: int
    figures: int
    wrong: int


def compare(shop: Store, *, mend: bool) -> Comparison:
    """Add up all sales of a store anew, while nobody records any there; `mend` writes what differs."""
    with transaction.atomic():
        facts = store.lock_stores({shop.id})[shop.id]
        expected, sales = _expected(facts)
        delta = rollup.difference([_actual(facts)], [expected])
        if mend:
            rollup.add(facts.organisation_id, facts.id, delta)
        hours = staff_hours.wrong(facts, mend=mend)
    return Comparison(shop.id, sales, len(expected), len(delta) + hours)


def _expected(facts: store.StoreFacts) -> tuple[rollup.Figures, int]:
    """What the sales come to, and how many they are."""
    total: defaultdict[rollup.Figure, Decimal] = defaultdict(Decimal)
    sales = 0
    mine = SaleRow.objects.filter(organisation_id=facts.organisation_id, store_id=facts.id)
    for document in mine.values_list("document", flat=True).iterator(CHUNK):
        sale = msgspec.convert(document, Sale)
        sales += 1
        for figure, value in rollup.contribution(sale, zone=facts.zone, day_start=facts.day_start).items():
            total[figure] += value
    return {figure: value for figure, value in total.items() if value}, sales


def _actual(facts: store.StoreFacts) -> rollup.Figures:
    rows = HourlyFigure.objects.filter(organisation_id=facts.organisation_id, store_id=facts.id)
    columns = ("hour", "business_date", "register_id", "measure", "currency", "value")
    return {rollup.Figure(*key): value for *key, value in rows.values_list(*columns).iterator(CHUNK)}
