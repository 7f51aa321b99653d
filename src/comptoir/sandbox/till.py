"""What a till does with a bill, as pure functions on canonical sales.

Figures obey one rule, so that every rendering of a sale tells the same: amounts have two decimals, and the tax of a
bill is the sum of its lines' taxes, each rounded to six decimals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

import msgspec

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Line, Named, Payment, Sale, SaleKind, SaleState, exact
from comptoir.sandbox.catalogue import EAT_IN, MENU, SERVICE_PERCENT, Place

CENTS: Final = Decimal("0.01")
SIX_PLACES: Final = Decimal("0.000001")
MILLION: Final = Decimal(1_000_000)
ZERO: Final = Decimal(0)


class Item(msgspec.Struct, frozen=True):
    """Something a guest orders: a dish by its sku, how much of it, what with it, and what is taken off in percent.

    `price` stands in for the price on the menu.
    """

    sku: str
    quantity: Decimal = Decimal(1)
    extras: tuple[str, ...] = ()
    discount_percent: int = 0
    price: Decimal | None = None


@dataclass(frozen=True)
class Opening:
    """How a bill begins; `table` is empty for takeaway."""

    register: Named
    staff: Named
    table: str = ""
    covers: int = 0
    profile: str = EAT_IN


def open_bill(place: Place, opening: Opening, items: Iterable[Item], *, number: str, at: datetime) -> Sale:
    """A new bill with its first items. Raises RuleBroken for a dish that is not on the menu."""
    sale = Sale(
        location_id=place.location.id,
        external_id=number,
        kind=SaleKind.SALE,
        state=SaleState.OPEN,
        counted=True,
        currency=place.location.currency,
        opened_at=at,
        total=ZERO,
        covers=opening.covers,
        register=opening.register,
        staff=opening.staff,
        table=opening.table,
        order_profile=opening.profile,
    )
    return add(sale, items)


def add(sale: Sale, items: Iterable[Item]) -> Sale:
    """The open bill with more items on it. Raises RuleBroken."""
    _must_be_open(sale)
    lines = list(sale.lines)
    for item in items:
        lines.extend(_lines(item, first=len(lines)))
    return summed(sale, tuple(lines), sale.payments)


def close(sale: Sale, payments: Sequence[Payment], *, receipt: str, at: datetime) -> Sale:
    """The bill, paid and closed. Raises RuleBroken when the payments, with those before, are not the total."""
    _must_be_open(sale)
    if sum((payment.amount for payment in payments), sale.paid or ZERO) != sale.total:
        raise RuleBroken("The payments do not add up to the bill.", code="payments_differ", status=422)
    closed = summed(sale, sale.lines, (*sale.payments, *payments))
    return msgspec.structs.replace(closed, state=SaleState.CLOSED, closed_at=at, receipt_number=receipt)


def shares(total: Decimal, methods: Sequence[Named], *, tip: Decimal) -> tuple[Payment, ...]:
    """Payments for a total, in equal parts, the first one taking the odd cents; the tip goes with the latest."""
    part = (total / len(methods)).quantize(CENTS, rounding=ROUND_DOWN)
    amounts = [total - part * (len(methods) - 1), *[part] * (len(methods) - 1)]
    tips = [*[ZERO] * (len(methods) - 1), tip]
    return tuple(
        Payment(amount=exact(amount), tip=exact(given), method=method)
        for amount, given, method in zip(amounts, tips, methods, strict=True)
    )


def tip_for(total: Decimal, percent: int) -> Decimal:
    """What guests leave: about so many percent, in halves of the unit."""
    return (total * percent / 50).quantize(Decimal(1), rounding=ROUND_HALF_UP) / 2


def supersede(sale: Sale) -> Sale:
    """The bill that another one replaces; it is never closed and never heard of again."""
    _must_be_open(sale)
    return msgspec.structs.replace(sale, state=SaleState.SUPERSEDED, counted=False)


def reverse(sale: Sale, *, number: str, at: datetime) -> Sale:
    """The transitory account that cancels a running bill: negative, closed at birth, paid with no method."""
    _must_be_open(sale)
    reversed_ = _negated(sale, range(len(sale.lines)), number=number, at=at)
    return summed(
        msgspec.structs.replace(reversed_, kind=SaleKind.CORRECTION, counted=False, covers=-(sale.covers or 0)),
        reversed_.lines,
        (Payment(amount=exact(-sale.total)),),
    )


def continue_at(sale: Sale, table: str, *, number: str, previous: str, at: datetime) -> Sale:
    """The fresh bill that takes over after `reverse`, at another table; `previous` is the transitory account."""
    return msgspec.structs.replace(
        sale, external_id=number, previous_external_id=previous, table=table, opened_at=at, state=SaleState.OPEN
    )


def refund(sale: Sale, indexes: Sequence[int], *, number: str, receipt: str, at: datetime) -> Sale:
    """A new account that gives back some lines of a closed sale; covers go back only with all of them.

    Tips stay with the staff. Raises RuleBroken when the sale is not closed, or is no sale.
    """
    if sale.state is not SaleState.CLOSED or sale.kind is not SaleKind.SALE:
        raise RuleBroken("Only a closed bill can be refunded.", code="not_refundable")
    whole = len(indexes) == len(sale.lines)
    given_back = _negated(sale, indexes, number=number, at=at)
    amount = summed(given_back, given_back.lines, ()).total
    payment = Payment(amount=exact(amount), method=sale.payments[0].method if sale.payments else None)
    covers = -(sale.covers or 0) if whole else 0
    returned = msgspec.structs.replace(given_back, kind=SaleKind.REFUND, covers=covers, receipt_number=receipt)
    return summed(returned, returned.lines, (payment,))


def with_sub_lines(sale: Sale, index: int) -> tuple[int, ...]:
    """A line and what hangs on it, as positions within the sale. Raises RuleBroken when there is no such line."""
    if not 0 <= index < len(sale.lines):
        raise RuleBroken("The bill has no such line.", code="line_unknown", status=404)
    return (index, *(position for position, line in enumerate(sale.lines) if line.parent == index))


def tax(line: Line) -> Decimal:
    """The tax contained in a line, rounded half up to six decimals."""
    rate = 1 + Decimal(line.tax_rate_ppm or 0) / MILLION
    return (line.total - line.total / rate).quantize(SIX_PLACES, rounding=ROUND_HALF_UP)


def keep_lines(sale: Sale, indexes: Sequence[int]) -> Sale:
    """The bill with only these lines; parents are found again at their new positions."""
    position = {index: new for new, index in enumerate(indexes)}
    lines = tuple(
        line if line.parent is None else msgspec.structs.replace(line, parent=position.get(line.parent))
        for line in (sale.lines[index] for index in indexes)
    )
    return summed(sale, lines, sale.payments)


def _lines(item: Item, *, first: int) -> list[Line]:
    """The item's line, followed by those of its extras; `first` is the position it will have."""
    lines = []
    for position, sku in enumerate((item.sku, *item.extras)):
        dish = MENU.get(sku)
        if dish is None:
            raise RuleBroken(f"{sku} is not on the menu.", code="dish_unknown", status=422)
        price = dish.price if item.price is None or position else item.price
        full = price * item.quantity
        if full != full.quantize(CENTS):
            raise RuleBroken("Price times quantity must come out in whole cents.", code="cents_broken", status=422)
        total = (full * (100 - item.discount_percent) / 100).quantize(CENTS, rounding=ROUND_HALF_UP)
        lines.append(
            Line(
                name=dish.name,
                quantity=exact(item.quantity),
                unit_price=exact(price),
                total=exact(total),
                sku=dish.sku,
                tax_rate_ppm=dish.tax_ppm,
                parent=first if position else None,
                category=dish.group,
            )
        )
    return lines


def _negated(sale: Sale, indexes: Sequence[int], *, number: str, at: datetime) -> Sale:
    """A counter-account of the chosen lines, closed at birth; parents are found again at their new positions."""
    position = {index: new for new, index in enumerate(indexes)}
    lines = tuple(
        msgspec.structs.replace(
            sale.lines[index],
            quantity=exact(-sale.lines[index].quantity),
            total=exact(-sale.lines[index].total),
            parent=position.get(parent) if (parent := sale.lines[index].parent) is not None else None,
        )
        for index in indexes
    )
    return msgspec.structs.replace(
        sale,
        external_id=number,
        previous_external_id=sale.external_id,
        state=SaleState.CLOSED,
        opened_at=at,
        closed_at=at,
        receipt_number="",
        lines=lines,
    )


def summed(sale: Sale, lines: tuple[Line, ...], payments: tuple[Payment, ...]) -> Sale:
    """The sale with its totals made anew from lines and payments; the service charge, untaxed, is inside the total."""
    goods = sum((line.total for line in lines), ZERO)
    percent = SERVICE_PERCENT.get(sale.location_id, ZERO) if sale.table else ZERO
    service = (goods * percent / 100).quantize(CENTS, rounding=ROUND_HALF_UP)
    return msgspec.structs.replace(
        sale,
        lines=lines,
        payments=payments,
        total=exact(goods + service),
        paid=exact(sum((payment.amount for payment in payments), ZERO)),
        tip=exact(sum((payment.tip for payment in payments), ZERO)),
        tax=exact(sum(map(tax, lines), ZERO)),
        discount=exact(sum((line.unit_price * line.quantity - line.total for line in lines), ZERO)),
        service_charge=exact(service),
    )


def _must_be_open(sale: Sale) -> None:
    if sale.state is not SaleState.OPEN:
        raise RuleBroken("This bill is not open any more.", code="bill_not_open")
