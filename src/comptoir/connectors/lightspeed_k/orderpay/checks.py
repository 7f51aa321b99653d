"""Open checks: bills as the till shows them when asked.

Dine-in only, opened in the past 15 hours and on the current day; none in trial mode. A check's number can change when
it is edited, so it is read again right before money moves.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from comptoir.connectors.lightspeed_k.calls import Calls, path_to
from comptoir.connectors.lightspeed_k.figures import figure, figure_or_none, named, positive, sum_of_known, text
from comptoir.connectors.lightspeed_k.lines import in_order, unit_price
from comptoir.connectors.lightspeed_k.orderpay import schemas
from comptoir.pos.model import Check, Line, Location, Payment, Sale, SaleKind, SaleState

CHECKS_PATH: Final = "/o/op/1/order/table/getCheck"
TABLE_PATH: Final = "/o/op/1/order/table/{table}/getCheck"
ACCOUNT_PATH: Final = "/o/op/1/order/accounts/{account}"

UNKNOWN_CHECK: Final = frozenset({400, 404})
"""404 for a check or table without one, 400 for an account number that is none."""

CURRENT_AMOUNT_IS_BEFORE_PAYMENTS: Final = True
"""A2: what is due is `currentAmount` less `paidAmount`; otherwise `currentAmount` alone would be due."""

SERVICE_CHARGE_IS_IN_CURRENT_AMOUNT: Final = True
"""A4: otherwise it comes on top of `currentAmount`."""

CLOSED_WHEN_DATED_AND_PAID: Final = True
"""A check with a `closeDate` is closed once nothing is due; the published list shows a close date on one still due."""


class Checks(Calls):
    """Open checks."""

    def checks(self, location: Location, *, now: datetime) -> tuple[Check, ...]:
        """Every open check. https://api-docs.lsk.lightspeed.app/operation/operation-apegetcheck"""
        found = self._ask(CHECKS_PATH, schemas.CHECKS, {"businessLocationId": location.external_id})
        return tuple(to_check(each, location, now=now) for each in found)

    def check_at_table(self, location: Location, table_number: str, *, now: datetime) -> Check | None:
        """The oldest check of a table. https://api-docs.lsk.lightspeed.app/operation/operation-apechecklookup"""
        return self._one(path_to(TABLE_PATH, table=table_number), location, now)

    def check(self, location: Location, check_id: str, *, now: datetime) -> Check | None:
        """One check; a number that is none is unknown like any other.

        https://api-docs.lsk.lightspeed.app/operation/operation-apechecklookupwithaccountidentifier
        """
        return self._one(path_to(ACCOUNT_PATH, account=check_id), location, now)

    def _one(self, path: str, location: Location, now: datetime) -> Check | None:
        params = {"businessLocationId": location.external_id}
        found = self._ask_or_none(path, schemas.CHECK, params, none_on=UNKNOWN_CHECK)
        return None if found is None else to_check(found, location, now=now)


def to_check(read: schemas.Check, location: Location, *, now: datetime) -> Check:
    """A check of the till as a canonical one; struck-out lines and payments are left out."""
    lines = active_lines(read.sales_entries or ())
    due = due_of(read)
    closed = read.close_date if CLOSED_WHEN_DATED_AND_PAID and due <= 0 else None
    sale = Sale(
        location_id=location.external_id,
        external_id=str(read.ikaccount_id),
        kind=SaleKind.SALE,
        state=SaleState.CLOSED if closed else SaleState.OPEN,
        counted=True,
        currency=location.currency,
        opened_at=read.open_date.at,
        closed_at=closed.at if closed else None,
        total=total_of(read),
        paid=figure(read.paid_amount),
        tax=figure_or_none(sum_of_known(_tax(line) for line, _ in lines)),
        discount=positive(sum_of_known(line.discounted_amount for line, _ in lines)),
        service_charge=figure_or_none(read.service_charge),
        covers=None if read.client_count is None else int(read.client_count),
        register=named(read.pos_id, None),
        staff=named(read.staff_id, read.staff_name),
        table=_label(read),
        lines=in_order([(_line(line), parent) for line, parent in lines]),
        payments=tuple(_payment(each) for each in read.payment_entries or () if each.active is not False),
    )
    return Check(
        sale=sale,
        due=due,
        seen_at=now,
        table_number=text(read.table_number),
        name=text(read.name),
        uuid=text(read.uuid),
    )


def total_of(read: schemas.Check) -> Decimal:
    """What a check comes to, without tips."""
    beside = Decimal(0) if SERVICE_CHARGE_IS_IN_CURRENT_AMOUNT else read.service_charge or Decimal(0)
    return figure(read.current_amount + beside)


def due_of(read: schemas.Check) -> Decimal:
    """What is still to be paid of a check, without tips."""
    paid = read.paid_amount if CURRENT_AMOUNT_IS_BEFORE_PAYMENTS else Decimal(0)
    return figure(total_of(read) - paid)


def active_lines(entries: Iterable[schemas.CheckLine]) -> list[tuple[schemas.CheckLine, int | None]]:
    """Lines that were not struck out, each with the place of its parent; without recursion, since depth is theirs."""
    found: list[tuple[schemas.CheckLine, int | None]] = []
    waiting: list[tuple[schemas.CheckLine, int | None]] = [(line, None) for line in reversed([*entries])]
    while waiting:
        line, parent = waiting.pop()
        if line.active is False:
            continue
        waiting.extend((sub_line, len(found)) for sub_line in reversed(line.sub_line_items or ()))
        found.append((line, parent))
    return found


def _label(read: schemas.Check) -> str:
    """ "Table 2" of "Dining Room, Table 2", as a notification calls it; else the number of the table, if it has one."""
    if read.table_number is None:
        return ""
    return text((read.name or "").rpartition(", ")[2] if ", " in (read.name or "") else read.table_number)


def _tax(line: schemas.CheckLine) -> Decimal | None:
    return None if line.amount_less_tax is None else line.amount_with_tax - line.amount_less_tax


def _line(line: schemas.CheckLine) -> Line:
    return Line(
        name=text(line.item_name),
        quantity=figure(line.quantity),
        unit_price=unit_price(line.unit_amount, line.quantity, line.amount_with_tax),
        total=figure(line.amount_with_tax),
        sku=text(line.item_sku),
    )


def _payment(payment: schemas.CheckPayment) -> Payment:
    return Payment(
        amount=figure(payment.amount_paid),
        method=named(payment.payment_method_code, payment.payment_method_description),
        external_reference=text(payment.external_reference),
        at=payment.payment_date.at if payment.payment_date else None,
    )
