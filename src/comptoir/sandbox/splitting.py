"""What a till does with running and closed bills beyond paying them: part, hand over, void, give up; all pure."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named, Payment, Sale, SaleKind, SaleState, exact
from comptoir.sandbox import till
from comptoir.sandbox.till import ZERO


def take(sale: Sale, payment: Payment) -> Sale:
    """The open bill with one more payment on it. Raises RuleBroken: bill_not_open, bill_overpaid."""
    if sale.state is not SaleState.OPEN:
        raise RuleBroken("This bill is not open any more.", code="bill_not_open")
    if payment.amount > due(sale):
        raise RuleBroken("The payment is more than what is due.", code="bill_overpaid", status=422)
    return till.summed(sale, sale.lines, (*sale.payments, payment))


def due(sale: Sale) -> Decimal:
    """What is left to pay."""
    return sale.total - (sale.paid or ZERO)


def settle(sale: Sale, *, receipt: str, at: datetime) -> Sale:
    """The bill closed, now that nothing is due."""
    return msgspec.structs.replace(sale, state=SaleState.CLOSED, closed_at=at, receipt_number=receipt)


def part(sale: Sale, index: int, *, numbers: tuple[str, str], previous: str, at: datetime) -> tuple[Sale, Sale]:
    """Two fresh bills for one: without a line and what hangs on it, and with nothing else.

    Raises RuleBroken when there is nothing to part, or somebody has paid already.
    """
    apart = till.with_sub_lines(sale, index)
    rest = tuple(position for position in range(len(sale.lines)) if position not in apart)
    if not rest or sale.payments:
        raise RuleBroken("This bill cannot be split.", code="not_splittable")
    covers = sale.covers or 0
    fresh = msgspec.structs.replace(sale, previous_external_id=previous, opened_at=at)
    one = msgspec.structs.replace(fresh, external_id=numbers[0], covers=max(covers - 1, 0))
    other = msgspec.structs.replace(fresh, external_id=numbers[1], covers=min(covers, 1))
    return till.keep_lines(one, rest), till.keep_lines(other, apart)


def hand_over(sale: Sale, register: Named, staff: Named, *, number: str, previous: str, at: datetime) -> Sale:
    """The fresh bill that goes on at another till, with somebody else."""
    fresh = till.continue_at(sale, sale.table, number=number, previous=previous, at=at)
    return msgspec.structs.replace(fresh, register=register, staff=staff)


def as_kind(reversal: Sale, kind: SaleKind) -> Sale:
    """A counter-account by what it was made for."""
    return msgspec.structs.replace(reversal, kind=kind)


def void(sale: Sale, indexes: Sequence[int], *, number: str, receipt: str, at: datetime) -> Sale:
    """A new account that undoes a closed bill, tips included. Raises RuleBroken as a refund does."""
    undone = till.refund(sale, indexes, number=number, receipt=receipt, at=at)
    payments = tuple(
        msgspec.structs.replace(payment, amount=exact(-payment.amount), tip=exact(-payment.tip))
        for payment in sale.payments
    )
    undone = msgspec.structs.replace(undone, kind=SaleKind.VOID)
    return till.summed(undone, undone.lines, payments)


def give_up(sale: Sale, *, at: datetime) -> Sale:
    """A bill that nobody will pay: closed, cancelled, out of revenue. Raises RuleBroken when it is not open or paid."""
    if sale.state is not SaleState.OPEN or sale.payments:
        raise RuleBroken("This bill cannot be cancelled.", code="not_cancellable")
    return msgspec.structs.replace(sale, state=SaleState.CANCELLED, counted=False, closed_at=at)


def rebook(sale: Sale, method: Named) -> Sale:
    """A closed bill whose first payment is booked under another method. Raises RuleBroken when it is not closed."""
    if sale.state is not SaleState.CLOSED or not sale.payments:
        raise RuleBroken("Only a paid bill can be corrected.", code="not_correctable")
    first, *others = sale.payments
    return msgspec.structs.replace(sale, payments=(msgspec.structs.replace(first, method=method), *others))
