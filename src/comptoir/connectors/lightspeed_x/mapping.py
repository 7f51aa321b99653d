"""From X-Series' words to canonical records; pure (lightspeed-x-series.md 5 and 6, weekly-balance.md 4.1).

Both shapes of a sale come as one, `Facts`. Money: the header is the truth for
totals, lines for units; what gift cards cost is a liability and no part of either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_x import schemas
from comptoir.connectors.lightspeed_x.facts import Facts, SoldLine
from comptoir.connectors.lightspeed_x.values import text, unreadable
from comptoir.pos.model import (
    Credit,
    Identified,
    Line,
    Location,
    Named,
    Observed,
    Sale,
    SaleKind,
    SaleState,
    Source,
    address_line,
    exact,
)
from comptoir.pos.places import RegisterClosure, Takings

UNIT_DECIMALS: Final = Decimal("0.000001")


@dataclass(frozen=True)
class Names:
    """What ids are called: sales carry ids alone."""

    registers: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, schemas.Product] = field(default_factory=dict)


def from_sale(read: Facts, *, currency: str, names: Names, now: datetime) -> Observed:
    """A sale in whatever state."""
    goods = [line for line in read.lines if not line.is_gift_card]
    gift_cards = [line for line in read.lines if line.is_gift_card]
    state = _state(read)
    liability = sum((line.total + line.tax for line in gift_cards), start=Decimal(0))
    tax_of_liability = sum((line.tax for line in gift_cards), start=Decimal(0))
    sale = Sale(
        location_id=read.outlet_id,
        external_id=read.id,
        kind=_kind(goods, read.price),
        state=state,
        counted=_counts(state, read.credit) and (bool(goods) or not gift_cards),
        currency=currency,
        opened_at=read.opened_at,
        closed_at=None if state is SaleState.OPEN else read.date,
        total=exact(read.price + read.tax - liability),
        paid=exact(sum((each.amount for each in read.payments), start=Decimal(0))),
        tax=exact(read.tax - tax_of_liability),
        discount=exact(sum((line.discount for line in goods), start=Decimal(0))),
        tip=exact(read.tip) if read.tip is not None else None,
        previous_external_id=read.original,
        receipt_number=read.number,
        register=_named(read.register_id, names.registers),
        staff=_named(read.user_id, names.staff),
        lines=tuple(_line(each, names) for each in goods),
        payments=read.payments,
        credit=read.credit,
    )
    return Observed(sale=sale, source=Source.READ, observed_at=now)


def location(read: schemas.Outlet, *, retailer: schemas.Retailer, path: str) -> Location:
    """An outlet as a place of sale. Raises VendorUnreadable where its zone or currency is none."""
    try:
        ZoneInfo(read.time_zone)
    except (ValueError, KeyError, OSError) as error:
        raise unreadable(f"{path}.time_zone", f"not a time zone: {read.time_zone[:60]!r}") from error
    currency = read.currency or (retailer.currency.code if retailer.currency else "")
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise unreadable(f"{path}.currency", "not a currency")
    country = read.physical_country_id or retailer.country or ""
    return Location(
        external_id=str(read.id),
        name=text(read.name),
        business_name=text(retailer.name),
        currency=currency.upper(),
        timezone=read.time_zone,
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        address=address_line(
            read.physical_address_1, read.physical_address_2, read.physical_postcode, read.physical_city
        ),
    )


def full_name(read: schemas.User) -> str:
    """What people call them, else what they sign in with."""
    return text(read.display_name) or text(read.username)


def _state(read: Facts) -> SaleState:
    """4.1: closed counts; voided and deleted were taken back; parked and pending are not sales yet."""
    if read.is_deleted or read.state == "voided":
        return SaleState.CANCELLED
    return SaleState.CLOSED if read.state == "closed" else SaleState.OPEN


def _counts(state: SaleState, credit: Credit) -> bool:
    """What was handed over on account, or put aside, is revenue too; an app may ask whether before it is settled."""
    return state is SaleState.CLOSED or (state is SaleState.OPEN and credit is not Credit.NONE)


def _kind(goods: Sequence[SoldLine], price: Decimal) -> SaleKind:
    """Returned goods alone are a refund, both ways an exchange (6)."""
    if any(line.quantity < 0 for line in goods):
        return SaleKind.EXCHANGE if any(line.quantity > 0 for line in goods) else SaleKind.REFUND
    return SaleKind.REFUND if price < 0 and not goods else SaleKind.SALE


def _line(read: SoldLine, names: Names) -> Line:
    product = names.products.get(read.product_id)
    return Line(
        name=text(product.name if product else "") or text(read.note),
        quantity=exact(read.quantity),
        unit_price=exact(_unit_price(read)),
        total=exact(read.total + read.tax),
        tax=exact(read.tax),
        sku=text(product.sku if product else "") or read.product_id,
    )


def _unit_price(read: SoldLine) -> Decimal:
    """Of one, with tax and before the discount, which is taxed like the rest of the line; 0 for no quantity."""
    if not read.quantity:
        return Decimal(0)
    before = read.total + read.discount
    tax = read.tax * before / read.total if read.total else Decimal(0)
    return ((before + tax) / read.quantity).quantize(UNIT_DECIMALS, ROUND_HALF_UP)


def _named(identifier: str, names: Mapping[str, str]) -> Named | None:
    return Named(id=identifier, name=names.get(identifier, "")) if identifier else None


def guest(read: Facts, known: schemas.Customer) -> Identified:
    """Who a sale was for, as the shop knows them; a mobile number before a fixed one."""
    return Identified(
        location_id=read.outlet_id,
        sale_id=read.id,
        phone=text(known.mobile) or text(known.phone),
        email=text(known.email),
        first_name=text(known.first_name),
        last_name=text(known.last_name),
    )


def closure(read: schemas.Closure, *, of: schemas.Register) -> RegisterClosure | None:
    """What a till took since it was opened; None where it never was.

    A closed till still shows its last closure (assumed); one that was opened again meanwhile shows a later one, which
    is open.
    """
    if read.register_closure_id is None or read.register_open_time is None:
        return None
    opened, closed = read.register_open_time.at, of.register_close_time
    is_closed = of.is_open is False and closed is not None and closed.at >= opened
    return RegisterClosure(
        id=str(read.register_closure_id),
        location_id=str(of.outlet_id),
        register=Named(id=str(of.id), name=of.name),
        opened_at=opened,
        closed_at=closed.at if closed and is_closed else None,
        sequence=read.register_closure_sequence_number,
        takings=tuple(
            Takings(
                method=Named(id=str(each.payment_type_id), name=text(each.payment_type_name)), total=exact(each.total)
            )
            for each in read.payments
        ),
    )
