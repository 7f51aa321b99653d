"""A closed sale as the financial API V2 tells it (sheet 7.13)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from comptoir.connectors.lightspeed_k.simulator.figures import (
    CENTS,
    SIX_PLACES,
    ZERO,
    discount,
    instant_text,
    percentage,
    rate,
    tax,
    text,
)
from comptoir.connectors.lightspeed_k.simulator.numbers import (
    line_number,
    long_id,
    payment_number,
    reference,
)
from comptoir.connectors.lightspeed_k.simulator.settings import Behaviour
from comptoir.connectors.lightspeed_k.simulator.tongue import (
    DINE_IN,
    account_type,
    room_and_table,
    table_number,
    tax_code,
)
from comptoir.pos.model import Line, Sale, SaleState
from comptoir.pos.world import BillFacts, WorldGuest, WorldLocation

QUANTITY_PLACES: Final = Decimal("0.001")


@dataclass(frozen=True)
class Telling:
    """How a sale is told: with the parts asked for in `include`; `root` is the first account of its chain."""

    location: WorldLocation
    include: AbstractSet[str]
    root: str
    facts: BillFacts
    behaviour: Behaviour


def v2_sale(sale: Sale, telling: Telling) -> dict[str, Any]:
    """The sale as the financial API V2 tells it."""
    include = telling.include
    charges = service_shares(sale)
    body: dict[str, Any] = {
        "accountReference": reference(sale.location_id, sale.external_id),
        "accountFiscId": sale.external_id,
        **({"receiptId": sale.receipt_number} if sale.receipt_number else {}),
        "source": _source(sale, telling.root),
        "salesLines": [_line(sale, telling, index, charges[index]) for index in range(len(sale.lines))],
        "timeOfOpening": instant_text(sale.opened_at),
        "timeClosed": instant_text(sale.closed_at or sale.opened_at),
        "cancelled": sale.state is SaleState.CANCELLED,
        "type": account_type(sale.kind, named=telling.behaviour.named_reversals),
        "externalReferences": list(telling.facts.references),
        "nbCovers": float(sale.covers or 0),
        "dineIn": sale.order_profile == DINE_IN,
        **_device(sale),
    }
    if "payments" in include:
        body["payments"] = [_payment(sale, telling, index) for index in range(len(sale.payments))]
    if "table" in include and sale.table:
        body["tableNumber"] = table_number(sale.table)
        body["tableName"] = ", ".join(room_and_table(sale.table))
    if "staff" in include and sale.staff:
        body["ownerName"] = sale.staff.name
        body["ownerId"] = int(sale.staff.id)
    if "account_profile" in include and sale.order_profile:
        body["accountProfileCode"] = sale.order_profile
    if telling.facts.reason:
        body["voidReason"] = telling.facts.reason
    return body


def service_shares(sale: Sale) -> list[Decimal]:
    """The service charge spread over the lines by their totals, in cents; the last line takes what is left."""
    charge, goods = sale.service_charge or ZERO, sum((line.total for line in sale.lines), ZERO)
    if not charge or not goods:
        return [ZERO] * len(sale.lines)
    shares = [(charge * line.total / goods).quantize(CENTS, rounding=ROUND_DOWN) for line in sale.lines[:-1]]
    return [*shares, charge - sum(shares, ZERO)]


def _source(sale: Sale, root: str) -> dict[str, str]:
    if not sale.previous_external_id:
        return {"initialAccountId": sale.external_id}
    return {"initialAccountId": root, "previousAccountId": sale.previous_external_id}


def _line(sale: Sale, telling: Telling, index: int, charge: Decimal) -> dict[str, Any]:
    line, location, include = sale.lines[index], telling.location, telling.include
    inside = charge if telling.behaviour.service_charge_in_lines else ZERO
    code, _ = tax_code(line)
    line_tax = tax(line)
    return {
        "id": line_number(sale.external_id, index),
        **({} if line.parent is None else {"parentLineId": line_number(sale.external_id, line.parent)}),
        "totalNetAmountWithTax": text(line.total + inside),
        "totalNetAmountWithoutTax": text(line.total + inside - line_tax, SIX_PLACES),
        "menuListPrice": text(line.unit_price),
        "unitCostPrice": text(ZERO),
        **_service(line, charge),
        "discountAmount": text(discount(line)),
        "totalDiscountAmount": text(discount(line)),
        "taxCode": code,
        "taxAmount": text(line_tax, SIX_PLACES),
        "taxRatePercentage": text(percentage(line), CENTS),
        "taxLines": [_tax_line(line, location)],
        "sku": line.sku,
        "name": line.name,
        "quantity": text(line.quantity, QUANTITY_PLACES),
        "accountingGroup": _accounting_group(line, location),
        "currency": sale.currency,
        "tags": [],
        "categories": [],
        "timeOfSale": instant_text(sale.opened_at),
        **_staff(sale, include),
        **_device(sale),
    }


def _service(line: Line, charge: Decimal) -> dict[str, Any]:
    if not charge:
        return {"serviceCharge": text(ZERO), "serviceChargeType": "NO_SERVICE_CHARGE", "serviceChargeRate": text(ZERO)}
    percent = charge * 100 / line.total if line.total else ZERO
    return {"serviceCharge": text(charge), "serviceChargeType": "UNTAXED", "serviceChargeRate": text(percent)}


def _consumer(guest: WorldGuest) -> dict[str, Any]:
    return {
        "id": str(uuid5(NAMESPACE_URL, f"guest/{guest.id}")),
        "customerId": int(guest.id),
        "firstName": guest.first_name,
        "lastName": guest.last_name,
        "phoneNumber1": guest.phone,
        "email": guest.email,
    }


def _tax_line(line: Line, location: WorldLocation) -> dict[str, Any]:
    code, _ = tax_code(line)
    return {
        "taxId": str(long_id(location.business_id, "tax", code)),
        "taxCode": code,
        "taxRate": format(rate(line), "f"),
        "taxAmount": text(tax(line), SIX_PLACES),
        "taxIncluded": True,
    }


def _accounting_group(line: Line, location: WorldLocation) -> dict[str, Any]:
    return {
        "accountingGroupId": long_id(location.business_id, "group", line.category),
        "name": line.category,
        "statisticGroup": "",
        "code": line.category.upper().replace(" ", "_"),
    }


def _payment(sale: Sale, telling: Telling, index: int) -> dict[str, Any]:
    payment, include = sale.payments[index], telling.include
    method = payment.method
    return {
        "code": method.id if method else None,
        "description": method.name if method else None,
        "paymentMethodId": long_id(sale.location_id, "method", method.id) if method else None,
        "netAmountWithTax": text(payment.amount),
        "currency": sale.currency,
        "tip": text(payment.tip),
        "type": "NORMAL",
        **({"externalReference": payment.external_reference} if payment.external_reference else {}),
        "deviceId": sale.register.id if sale.register else None,
        "deviceName": sale.register.name if sale.register else None,
        **_staff(sale, include),
        "fiscId": payment_number(sale.external_id, index),
        "uuid": reference(sale.location_id, sale.external_id, str(index)),
        "fiscDate": instant_text(sale.closed_at or sale.opened_at),
        "surcharge": text(ZERO),
        "roundingAmount": text(ZERO),
        **({"consumer": _consumer(telling.facts.guest)} if "consumer" in include and telling.facts.guest else {}),
    }


def _staff(sale: Sale, include: AbstractSet[str]) -> dict[str, Any]:
    if "staff" not in include or not sale.staff:
        return {}
    return {"staffId": int(sale.staff.id), "staffName": sale.staff.name}


def _device(sale: Sale) -> dict[str, Any]:
    if not sale.register:
        return {}
    return {"deviceId": int(sale.register.id), "deviceName": sale.register.name}
