"""The facts of a sale, whichever shape it has: nested since 2026, flat before (lightspeed-x-series.md 1 and 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from comptoir.connectors.lightspeed_x import sale_schemas
from comptoir.connectors.lightspeed_x.client import AnySale
from comptoir.connectors.lightspeed_x.values import text
from comptoir.pos.model import Credit, Named, Payment, exact

STATE_OF_STATUS: Final[Mapping[str, str]] = {
    "SAVED": "parked",
    "OPEN": "pending",
    "ONACCOUNT": "pending",
    "LAYBY": "pending",
    "AWAITING_DISPATCH": "pending",
    "AWAITING_PICKUP": "pending",
    "SERVICE": "pending",
    "VOIDED": "voided",
}
"""What the older word means; CLOSED and every `…_CLOSED` are closed."""
CREDITS: Final[Mapping[str, Credit]] = {"onaccount": Credit.ON_ACCOUNT, "layby": Credit.LAYBY}
"""How a sale waits to be settled, or waited, by its attributes; the older words begin with the same ones."""
NOT_SOLD: Final = "VOIDED"
TIP: Final = "TIP"


@dataclass(frozen=True)
class SoldLine:
    """A line, whichever shape it had; amounts without tax, the discount already taken off `total`."""

    product_id: str
    quantity: Decimal
    total: Decimal
    tax: Decimal
    discount: Decimal
    note: str
    is_gift_card: bool


@dataclass(frozen=True)
class Facts:
    """A sale, whichever shape it had; `price` is without tax."""

    id: str
    outlet_id: str
    state: str
    date: datetime
    opened_at: datetime
    is_deleted: bool
    price: Decimal
    tax: Decimal
    number: str
    register_id: str
    user_id: str
    customer_id: str
    original: str
    lines: tuple[SoldLine, ...]
    payments: tuple[Payment, ...]
    tip: Decimal | None
    credit: Credit


def read(sale: AnySale) -> Facts:
    """The same facts from either shape."""
    return _of_nested(sale) if isinstance(sale, sale_schemas.NestedSale) else _of_flat(sale)


def _of_nested(sale: sale_schemas.NestedSale) -> Facts:
    return Facts(
        id=str(sale.id),
        outlet_id=str(sale.source.outlet_id),
        state=sale.state,
        date=sale.date.at,
        opened_at=_opened(sale.created_at.at if sale.created_at else None, sale.date.at),
        is_deleted=sale.deleted_at is not None,
        price=sale.totals.price,
        tax=sale.totals.tax,
        number=text(sale.invoice_number),
        register_id=str(sale.source.register_id or ""),
        user_id=str(sale.source.author.id or "") if sale.source.author else "",
        customer_id=str(sale.customer_id or ""),
        original=str(sale.returning.original_sale_id or "") if sale.returning else "",
        lines=tuple(
            SoldLine(
                product_id=str(line.product.id or "") if line.product else "",
                quantity=line.quantity,
                total=line.pricing.total,
                tax=line.tax.total if line.tax else Decimal(0),
                discount=line.pricing.discount_total,
                note=line.note or "",
                is_gift_card=bool(line.gift_card_number),
            )
            for line in sale.line_items or ()
            if line.status != NOT_SOLD
        ),
        payments=tuple(
            _payment(
                each.amount, str(each.type.config_id or "") if each.type else "", each.type.name if each.type else None
            )
            for each in sale.payments or ()
            if each.deleted_at is None
        ),
        tip=_tip(sale.adjustments),
        credit=_credit(sale.attributes),
    )


def _of_flat(sale: sale_schemas.FlatSale) -> Facts:
    return Facts(
        id=str(sale.id),
        outlet_id=str(sale.outlet_id),
        state=sale.state or STATE_OF_STATUS.get(sale.status or "", "closed" if _is_closed(sale.status) else "parked"),
        date=sale.sale_date.at,
        opened_at=_opened(sale.created_at.at if sale.created_at else None, sale.sale_date.at),
        is_deleted=sale.deleted_at is not None,
        price=sale.total_price,
        tax=sale.total_tax,
        number=text(sale.invoice_number),
        register_id=str(sale.register_id or ""),
        user_id=str(sale.user_id or ""),
        customer_id=str(sale.customer_id or ""),
        original=str(sale.return_for or ""),
        lines=tuple(
            SoldLine(
                product_id=str(line.product_id or ""),
                quantity=line.quantity,
                total=line.price_total,
                tax=line.tax_total,
                discount=line.discount_total,
                note=line.note or "",
                is_gift_card=bool(line.gift_card_number),
            )
            for line in sale.line_items or ()
            if line.status != NOT_SOLD
        ),
        payments=tuple(
            _payment(each.amount, str(each.retailer_payment_type_id or ""), each.name)
            for each in sale.payments or ()
            if each.deleted_at is None
        ),
        tip=_tip(sale.adjustments),
        credit=_credit(sale.attributes, sale.status),
    )


def _credit(attributes: Sequence[str] | None, status: str | None = None) -> Credit:
    words = [*(attributes or ()), (status or "").lower().partition("_")[0]]
    return next((CREDITS[each] for each in words if each in CREDITS), Credit.NONE)


def _is_closed(status: str | None) -> bool:
    return (status or "").endswith("CLOSED")


def _opened(created: datetime | None, date: datetime) -> datetime:
    """A sale entered late was created after its date: then the date is all that is known."""
    return min(created, date) if created is not None else date


def _tip(adjustments: Sequence[sale_schemas.Adjustment] | None) -> Decimal | None:
    """Tips are adjustments; None where there is none."""
    found = [each.total for each in adjustments or () if each.adjustment_type == TIP and each.total is not None]
    return sum(found, start=Decimal(0)) if found else None


def _payment(amount: Decimal, kind: str, name: str | None) -> Payment:
    return Payment(amount=exact(amount), method=Named(id=kind, name=text(name)) if kind else None)
