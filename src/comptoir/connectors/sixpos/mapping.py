"""From pushed orders to canonical sales; pure (loyalty.md 3.5)."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from msgspec import structs

from comptoir.connectors.sixpos.schemas import Line, Order, Payment, Pushed, Refund
from comptoir.kernel.money import Money
from comptoir.pos import model
from comptoir.pos.model import Named, Observed, Sale, SaleKind, SaleState, Source, exact

CLOSED: Final = frozenset({"paid", "closed", "refunded", "partially_refunded"})
"""What money was taken for. What is given back of it comes as an entry of its own."""
CANCELLED: Final = frozenset({"cancelled"})
LONGEST_NAME: Final = 120
LONGEST_ID: Final = 64
DIGEST: Final = 40
MILLIONTH: Final = Decimal("0.000001")
REFUND: Final = "Refund"
NOT_ITEMISED: Final = "Not itemised"


def observed(pushed: Pushed, *, received_at: datetime) -> tuple[Observed, ...]:
    """What a body shows: the order as it stands, and each refund of it."""
    sales = [] if pushed.order is None else [_sale(pushed, pushed.order)]
    sales += [_refund(pushed, each) for each in pushed.refunds]
    aliases = (pushed.order.partner_order_id or "",) if pushed.order else ()
    return tuple(
        Observed(
            sale=each,
            source=Source.NOTIFICATION,
            observed_at=received_at,
            aliases=tuple(filter(None, aliases)) if each.kind is SaleKind.SALE else (),
        )
        for each in sales
    )


def refund_number(order_id: str, refund_id: str) -> str:
    """The number of a refund in the ledger: the till's own are unique within an order at most."""
    digest = hashlib.sha256("\0".join((order_id, refund_id)).encode()).hexdigest()
    return f"refund-{digest[:DIGEST]}"


def _sale(pushed: Pushed, order: Order) -> Sale:
    state = (
        SaleState.CLOSED
        if order.status in CLOSED
        else SaleState.CANCELLED
        if order.status in CANCELLED
        else SaleState.OPEN
    )
    currency = pushed.currency
    total = _major(order.amount - order.tip_amount, currency)
    opened_at = order.created_at.astimezone(UTC)
    return Sale(
        location_id=pushed.location,
        external_id=order.order_id,
        kind=SaleKind.SALE,
        state=state,
        counted=state is not SaleState.CANCELLED,
        currency=currency,
        opened_at=opened_at,
        closed_at=(order.closed_at or order.created_at).astimezone(UTC) if state is not SaleState.OPEN else None,
        total=total,
        paid=_major(sum(each.amount for each in order.payments), currency) if order.payments else None,
        tax=None if order.tax_amount is None else _major(order.tax_amount, currency),
        tip=_major(order.tip_amount, currency) if order.tip_amount else None,
        receipt_number=order.order_id,
        register=_register(order),
        order_profile=" ".join(filter(None, (order.channel, order.delivery_mode)))[:LONGEST_NAME],
        lines=_adding_up(tuple(_line(each, currency) for each in order.lines), total, currency),
        payments=tuple(_payment(each, currency) for each in order.payments),
        rewards=order.reward_ids,
    )


def _refund(pushed: Pushed, refund: Refund) -> Sale:
    at = refund.at.astimezone(UTC)
    total = _major(-refund.amount, pushed.currency)
    order = pushed.order
    tax = order.tax_amount if order and order.amount else None
    # What went back is not told: one line for all of it, without which it would be missing from the figures of goods.
    back = model.Line(name=REFUND, quantity=Decimal(-1), unit_price=-total, total=total)
    return Sale(
        location_id=pushed.location,
        external_id=refund_number(refund.order_id, refund.refund_id),
        kind=SaleKind.REFUND,
        state=SaleState.CLOSED,
        counted=True,
        currency=pushed.currency,
        opened_at=at,
        closed_at=at,
        total=total,
        tax=None
        if order is None or tax is None
        else _share(_major(tax, pushed.currency), -refund.amount, order.amount),
        lines=(back,),
        previous_external_id=refund.order_id,
        receipt_number=(refund.refund_id or refund.order_id)[:LONGEST_ID],
    )


def _line(line: Line, currency: str) -> model.Line:
    unit = line.unit_amount
    unit_price = _major(line.amount or 0, currency) / (line.quantity or 1) if unit is None else _major(unit, currency)
    total = _major(line.amount, currency) if line.amount is not None else line.quantity * unit_price
    return model.Line(
        name=line.name[:LONGEST_NAME],
        quantity=exact(line.quantity),
        unit_price=exact(unit_price.quantize(MILLIONTH)),
        total=exact(total),
        sku=line.sku[:LONGEST_ID],
        reward=line.public_reward_id or "",
    )


def _adding_up(lines: tuple[model.Line, ...], total: Decimal, currency: str) -> tuple[model.Line, ...]:
    """Lines that come to what was paid: what a bill took off as a whole is taken off each line in proportion, to the
    minor unit; what no line accounts for is a line of its own."""
    rest = total - sum((each.total for each in lines), Decimal(0))
    if rest > 0:
        return (*lines, model.Line(name=NOT_ITEMISED, quantity=Decimal(1), unit_price=rest, total=exact(rest)))
    paid = [place for place, each in enumerate(lines) if each.total > 0 and not each.reward]
    whole = sum((lines[place].total for place in paid), Decimal(0))
    target = whole + rest
    if not rest or target < 0:
        return lines
    found, before, after = list(lines), Decimal(0), Decimal(0)
    for place in paid:
        before += lines[place].total
        # Sums are rounded, not shares: so no line falls below nothing, and the last one ends at the total.
        upto = target if before == whole else (before * target / whole).quantize(_major(1, currency))
        found[place] = structs.replace(lines[place], total=exact(upto - after))
        after = upto
    return tuple(found)


def _share(amount: Decimal, part: Decimal | int, whole: Decimal | int) -> Decimal:
    """So much of an amount as the part is of the whole."""
    return exact((amount * part / whole).quantize(MILLIONTH))


def _payment(payment: Payment, currency: str) -> model.Payment:
    method = payment.method[:LONGEST_ID]
    return model.Payment(
        amount=_major(payment.amount, currency), method=Named(id=method, name=method) if method else None
    )


def _register(order: Order) -> Named | None:
    if not order.device_id:
        return None
    return Named(id=order.device_id[:LONGEST_ID], name=(order.device_name or "")[:LONGEST_NAME])


def _major(amount: int, currency: str) -> Decimal:
    return exact(Money(amount, currency).major)
