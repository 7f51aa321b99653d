"""Open checks (sheet 8)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from comptoir.connectors.lightspeed_k.simulator.answers import json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call, Desk
from comptoir.connectors.lightspeed_k.simulator.figures import (
    ZERO,
    discount,
    instant_without_colon,
    tax,
    text,
)
from comptoir.connectors.lightspeed_k.simulator.numbers import long_id
from comptoir.connectors.lightspeed_k.simulator.rtn.deliveries import root_account
from comptoir.connectors.lightspeed_k.simulator.tongue import DINE_IN, account_name, table_number
from comptoir.pos.hosting import Response
from comptoir.pos.model import Sale, SaleState, exact
from comptoir.pos.world import WorldLocation

SEEN_FOR: Final = timedelta(hours=15)
IDENTIFIER: Final = re.compile(r"A\d+\.\d+")


def listed(call: Call) -> Response:
    """All open checks, as a bare array."""
    location = call.location()
    return json_answer([_of(call, sale) for sale in seen(call, location)])


def at_table(call: Call) -> Response:
    """The oldest open check of a table."""
    location = call.location()
    wanted = call.parts["table"]
    for sale in seen(call, location):
        if sale.table and table_number(sale.table) == wanted:
            return json_answer(_of(call, sale))
    raise call.refuse(404, f"account not found for BL {location.id} and table {wanted}")


def by_account(call: Call) -> Response:
    """One open check by its identifier as it is now."""
    location = call.location()
    wanted = call.parts["account"]
    if not IDENTIFIER.fullmatch(wanted):
        raise call.refuse(400, f"malformed account identifier {wanted}")
    for sale in seen(call, location):
        if sale.external_id == wanted:
            return json_answer(_of(call, sale))
    raise call.refuse(404, f"account not found for BL {location.id} and identifier {wanted}")


def seen(call: Call, location: WorldLocation) -> Sequence[Sale]:
    """What this API shows of open bills, oldest first: dine-in, of the last hours, nothing of a till that practises."""
    if location.trial:
        return []
    call.desk.deliveries.take_note(now=call.now)
    since = call.now - SEEN_FOR
    sales = call.desk.world.open_sales(location.id)
    return [sale for sale in sales if sale.order_profile == DINE_IN and sale.opened_at >= since]


def _of(call: Call, sale: Sale) -> dict[str, Any]:
    return check(call.desk, sale, money_as_text=call.desk.behaviour.check_money_as_text)


def check(
    desk: Desk, sale: Sale, *, money_as_text: bool, with_lines: bool = True, with_payments: bool = True
) -> dict[str, Any]:
    """A bill as a check. Its uuid is that of the first bill of the chain: assumed to outlive a change of number."""
    facts = desk.world.facts(sale.location_id, sale.external_id)
    writer = _Writer(desk, money_as_text=money_as_text)
    root = root_account(desk.store, sale.location_id, sale.external_id)
    body: dict[str, Any] = {
        "clientCount": sale.covers or 0,
        "uuid": str(uuid5(NAMESPACE_URL, f"check/{sale.location_id}/{root}")),
        "openDate": writer.date(sale.opened_at),
        "paidAmount": writer.money(sale.paid or ZERO),
        "serviceCharge": writer.money(sale.service_charge or ZERO),
        "name": account_name(sale, facts),
        "currentAmount": writer.money(sale.total),
        "salesEntries": writer.lines(sale, None) if with_lines else [],
        "paymentEntries": writer.payments(sale) if with_payments else [],
        "ikaccountId": sale.external_id,
    }
    if sale.closed_at and sale.state is not SaleState.OPEN:
        body["closeDate"] = writer.date(sale.closed_at)
    if sale.staff:
        body |= {"staffName": sale.staff.name, "staffId": int(sale.staff.id)}
    if sale.table:
        body["tableNumber"] = int(table_number(sale.table))
    if sale.register:
        body["posId"] = int(sale.register.id)
    return body


class _Writer:
    """Spells figures and dates of a check."""

    def __init__(self, desk: Desk, *, money_as_text: bool) -> None:
        self._as_text = money_as_text
        self._colon = desk.behaviour.check_dates_with_colon

    def money(self, amount: Decimal) -> str | Decimal:
        return text(amount) if self._as_text else exact(amount)

    def date(self, instant: datetime) -> str:
        return instant_without_colon(instant, colon=self._colon)

    def lines(self, sale: Sale, parent: int | None) -> list[dict[str, Any]]:
        account = long_id(sale.location_id, sale.external_id)
        return [
            {
                "id": account + 1 + index,
                "uuid": str(uuid5(NAMESPACE_URL, f"line/{sale.location_id}/{sale.external_id}/{index}")),
                "itemName": line.name,
                "itemSku": line.sku,
                "unitAmount": self.money(line.unit_price),
                "quantity": exact(line.quantity),
                "modifiers": [],
                "amountWithTax": self.money(line.total),
                "amountLessTax": self.money(line.total - tax(line)),
                "discountedAmount": self.money(discount(line)),
                "grossUnitAmount": self.money(line.unit_price),
                "timeOfTransactionUtc": self.date(sale.opened_at),
                "active": True,
                "subLineItems": self.lines(sale, index),
                "taxIncluded": True,
            }
            for index, line in enumerate(sale.lines)
            if line.parent == parent
        ]

    def payments(self, sale: Sale) -> list[dict[str, Any]]:
        return [
            {
                "paymentMethodDescription": payment.method.name if payment.method else None,
                "externalReference": payment.external_reference or None,
                "paymentMethodCode": payment.method.id if payment.method else None,
                "amountPaid": self.money(payment.amount),
                "paymentDate": self.date(payment.at or sale.closed_at or sale.opened_at),
                "active": True,
            }
            for payment in sale.payments
        ]
