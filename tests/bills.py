"""Made-up bills, and a way to put them into the ledger."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from comptoir.core.accounts.models import Store
from comptoir.core.ledger import store as ledger
from comptoir.pos.model import Line, Named, Observed, Payment, Sale, SaleKind, SaleState, Source, exact

OPENED = datetime(2026, 3, 7, 19, 0, tzinfo=UTC)
PROVIDER = "lightspeed_k"
LOCATION = "90000000000001"


def bill(number: str = "A40017.1", total: str = "28.50", *, closed: bool = True, **fields: Any) -> Sale:
    """A bill of one line, paid by card when closed."""
    amount = exact(Decimal(total))
    quantity = Decimal(1) if amount >= 0 else Decimal(-1)
    values: dict[str, Any] = {
        "location_id": LOCATION,
        "external_id": number,
        "kind": SaleKind.SALE,
        "state": SaleState.CLOSED if closed else SaleState.OPEN,
        "counted": True,
        "currency": "EUR",
        "opened_at": OPENED,
        "closed_at": OPENED + timedelta(minutes=50) if closed else None,
        "total": amount,
        "paid": amount if closed else Decimal(0),
        "tax": exact((amount / 11).quantize(Decimal("0.0001"))),
        "covers": 2 if amount >= 0 else -2,
        "register": Named(id="40017", name="Bar 1"),
        "lines": (Line(name="Chasselas", sku="CHASSELAS", quantity=quantity, unit_price=abs(amount), total=amount),),
        "payments": (Payment(amount=amount, method=Named(id="CARD", name="Card")),) if closed else (),
    }
    return Sale(**{**values, **fields})


def refund(number: str, of: str, total: str, **fields: Any) -> Sale:
    """A refund of another bill; `total` is negative."""
    return bill(number, total, kind=SaleKind.REFUND, previous_external_id=of, **fields)


def counter_entry(number: str, of: str, total: str) -> Sale:
    """What a till closes over a running bill when it is edited."""
    return bill(number, total, kind=SaleKind.CORRECTION, counted=False, previous_external_id=of)


def told(sale: Sale, at: datetime | None = None) -> Observed:
    """As the till tells it."""
    return Observed(sale=sale, source=Source.NOTIFICATION, observed_at=at or sale.closed_at or sale.opened_at)


def read(sale: Sale, at: datetime | None = None) -> Observed:
    """As the till's books show it."""
    return Observed(sale=sale, source=Source.READ, observed_at=at or OPENED + timedelta(days=1))


def record(store: Store, observed: Iterable[Observed], *, now: datetime | None = None) -> dict[Any, ledger.Recorded]:
    """Record in one transaction."""
    with transaction.atomic():
        facts = ledger.lock_stores({store.id})[store.id]
        return ledger.record(
            store=facts, provider=PROVIDER, observed=list(observed), now=now or OPENED + timedelta(hours=1)
        )
