"""X-Series' sales in the vendor's words: as 2026-07 writes them, and as 2.0 does (lightspeed-x-series.md 5)."""

from typing import Final

import msgspec

from comptoir.connectors.lightspeed_x.schemas import Shape, Versions
from comptoir.connectors.lightspeed_x.values import Amount, Ident, Instant, decoder


class Reference(Shape, frozen=True):
    """Something by its id."""

    id: Ident | None = None


class Origin(Shape, frozen=True):
    """Where a sale was made, and by whom."""

    outlet_id: Ident
    register_id: Ident | None = None
    author: Reference | None = None


class Totals(Shape, frozen=True):
    """`price` is without tax."""

    price: Amount
    tax: Amount


class Pricing(Shape, frozen=True):
    """Of a line, without tax: `total` after the discount, `discount_total` what was taken off."""

    total: Amount
    discount_total: Amount = Amount(0)


class LineTax(Shape, frozen=True):
    """Tax of a line."""

    total: Amount


class LineItem(Shape, frozen=True):
    """A line of 2026-07."""

    quantity: Amount
    pricing: Pricing
    tax: LineTax | None = None
    product: Reference | None = None
    status: str | None = None
    note: str | None = None
    gift_card_number: str | None = None


class PaymentKind(Shape, frozen=True):
    """How it was paid; `config_id` is the retailer's own payment type."""

    config_id: Ident | None = None
    id: str | int | None = None
    name: str | None = None


class SalePayment(Shape, frozen=True):
    """Money of a sale in 2026-07."""

    amount: Amount
    type: PaymentKind | None = None
    deleted_at: Instant | None = None


class Returning(Shape, frozen=True):
    """Which sale this one gives back."""

    original_sale_id: Ident | None = None


class About(Shape, frozen=True):
    """What the vendor notes beside a sale."""

    version: int


class Adjustment(Shape, frozen=True):
    """A tip, a fee or a surcharge: never a line (6)."""

    adjustment_type: str | None = None
    total: Amount | None = None


class NestedSale(Shape, frozen=True):
    """A sale as 2026-07 writes it."""

    id: Ident
    state: str
    date: Instant
    source: Origin
    totals: Totals
    about: About = msgspec.field(name="_metadata")
    created_at: Instant | None = None
    deleted_at: Instant | None = None
    invoice_number: str | None = None
    customer_id: Ident | None = None
    attributes: list[str] | None = None
    line_items: list[LineItem] | None = None
    payments: list[SalePayment] | None = None
    adjustments: list[Adjustment] | None = None
    returning: Returning | None = msgspec.field(name="return", default=None)


class FlatLine(Shape, frozen=True):
    """A line of 2.0; totals also come under older names."""

    quantity: Amount
    price_total: Amount
    tax_total: Amount = Amount(0)
    discount_total: Amount = Amount(0)
    product_id: Ident | None = None
    status: str | None = None
    note: str | None = None
    gift_card_number: str | None = None


class FlatPayment(Shape, frozen=True):
    """Money of a sale in 2.0."""

    amount: Amount
    retailer_payment_type_id: Ident | None = None
    name: str | None = None
    deleted_at: Instant | None = None


class FlatSale(Shape, frozen=True):
    """A sale as 2.0 writes it; `status` is what there was before `state`."""

    id: Ident
    outlet_id: Ident
    sale_date: Instant
    total_price: Amount
    total_tax: Amount
    version: int
    status: str | None = None
    state: str | None = None
    attributes: list[str] | None = None
    register_id: Ident | None = None
    user_id: Ident | None = None
    customer_id: Ident | None = None
    created_at: Instant | None = None
    deleted_at: Instant | None = None
    invoice_number: str | None = None
    return_for: Ident | None = None
    line_items: list[FlatLine] | None = None
    payments: list[FlatPayment] | None = None
    adjustments: list[Adjustment] | None = None


class Glimpse(Shape, frozen=True):
    """What tells the two shapes of a sale apart."""

    totals: msgspec.Raw = msgspec.Raw(b"")
    source: msgspec.Raw = msgspec.Raw(b"")


class SalesList(Shape, frozen=True):
    """A page of sales of either shape; a search has no versions."""

    data: list[msgspec.Raw]
    version: Versions | None = None


SALES: Final = decoder(SalesList)
GLIMPSE: Final = decoder(Glimpse)
NESTED: Final = decoder(NestedSale)
FLAT: Final = decoder(FlatSale)
