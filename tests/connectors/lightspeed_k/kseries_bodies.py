"""Made-up K-Series bodies: one sale, told the way a notification tells it and the way V2 tells it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

LOCATION_ID = 90000000000001
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEN_THOUSANDTH = Decimal("0.0001")
Json = dict[str, Any]


@dataclass(frozen=True)
class MadeLine:
    name: str
    quantity: Decimal
    unit: Decimal
    total: Decimal
    tax: Decimal
    rate: Decimal | None
    discount: Decimal
    service_charge: Decimal
    sku: str = ""
    override: str = ""
    category: str = ""
    sub_lines: tuple["MadeLine", ...] = ()

    def all(self) -> list["MadeLine"]:
        return [self, *(line for sub_line in self.sub_lines for line in sub_line.all())]


@dataclass(frozen=True)
class MadePayment:
    amount: Decimal
    tip: Decimal
    code: str | None
    reference: str | None


@dataclass(frozen=True)
class MadeSale:
    """A closed sale as the till knows it."""

    counter: int
    opened: int
    closed: int
    type: str = "SALE"
    cancelled: bool = False
    covers: int = 2
    previous: str | None = None
    initial: str | None = None
    receipt: str | None = None
    table: str | None = None
    profile: str | None = None
    staff: tuple[int, str] | None = None
    device: tuple[int, str] | None = (40017, "Bar 1")
    lines: tuple[MadeLine, ...] = ()
    payments: tuple[MadePayment, ...] = ()
    currency: str = "CHF"

    @property
    def number(self) -> str:
        return f"A40017.{self.counter}"

    def all_lines(self) -> list[MadeLine]:
        return [each for line in self.lines for each in line.all()]

    def total_of(self, name: str) -> Decimal:
        return sum((getattr(line, name) for line in self.all_lines()), start=Decimal(0))


def encoded(body: Any) -> bytes:
    """JSON with decimals as numbers, as a till writes them."""
    return msgspec.json.Encoder(decimal_format="number").encode(body)


# A notification


def notification(sale: MadeSale, *, kind: str = "CLOSE", status: str = "closed", **changed: Any) -> Json:
    """The sale as the till posts it; `changed` replaces fields of the account."""
    staff_id, staff_name = sale.staff or (None, None)
    device_id, device_name = sale.device or (None, None)
    account = {
        "id": 90000000004400 + sale.counter,
        "uuid": None,
        "businessLocationId": LOCATION_ID,
        "name": f"Salle, {sale.table or 'Order'}",
        "accountNumber": sale.number,
        "currencyCode": sale.currency,
        "deviceId": device_id,
        "deviceName": device_name,
        "deviceIp": None,
        "staffId": staff_id,
        "staffName": staff_name,
        "staffEmail": "lea@example.com",
        "openDate": sale.opened,
        "closeDate": sale.closed if status == "closed" else None,
        "paidAmount": sum((each.amount for each in sale.payments), start=Decimal(0)),
        "totalAmount": sale.total_of("total") + sale.total_of("service_charge"),
        "coverCount": sale.covers,
        "gratuityAmount": sum((each.tip for each in sale.payments), start=Decimal(0)),
        "receiptNumber": sale.receipt,
        "cancelled": sale.cancelled,
        "accountProfileCode": sale.profile,
        "transactionLines": [notified_line(line) for line in sale.lines],
        "paymentLines": [notified_payment(each) for each in sale.payments],
        "discounts": [],
        "externalReferences": [],
        "consumerRecord": {"consumer": {"emailAddress": "guest@example.com"}},
        "taxAmount": sale.total_of("tax").quantize(TEN_THOUSANDTH, ROUND_HALF_UP),
        "serviceCharge": sale.total_of("service_charge"),
        "orderMode": "DIRECT",
        "tableName": sale.table,
        "originAccountNumber": sale.previous,
        "type": sale.type,
        "updateDate": sale.closed,
        "offset": 60,
        "totalDiscount": sale.total_of("discount"),
        "status": status,
        **changed,
    }
    return {
        "notificationType": kind,
        "account": account,
        "event": None,
        "retryCounter": 0,
        "businessLocationId": LOCATION_ID,
    }


def notified_line(line: MadeLine) -> Json:
    tax = {"code": "T", "description": "Tax", "rate": line.rate, "taxIncluded": True}
    return {
        "id": 1,
        "parentLineId": None,
        "amount": line.total,
        "unitAmount": line.unit,
        "quantity": line.quantity,
        "staffName": "Lea",
        "nameOverride": line.override,
        "itemDescription": line.name,
        "accountingGroupName": line.category,
        "itemSku": line.sku,
        "active": True,
        "activeTax": None if line.rate is None else tax,
        "subLines": [notified_line(each) for each in line.sub_lines],
        "discounts": [],
        "tags": "",
    }


def notified_payment(payment: MadePayment) -> Json:
    return {
        "id": 90000000004402,
        "currencyCode": "CHF",
        "gratuityAmount": payment.tip,
        "amount": payment.amount,
        "active": True,
        "paymentMethod": payment.code,
        "paymentMethodDescription": payment.code and payment.code.title(),
        "externalReference": payment.reference,
    }


# A V2 sale


def v2_sale(sale: MadeSale, **changed: Any) -> Json:
    """The sale as the financial API lists it; `changed` replaces its fields, None leaves one out."""
    staff_id, staff_name = sale.staff or (None, None)
    device_id, device_name = sale.device or (None, None)
    said = {
        "accountReference": "Qm9ndXNSZWZFeGFtcGxlMQ==",
        "accountFiscId": sale.number,
        "receiptId": sale.receipt,
        "source": _without_none({"initialAccountId": sale.initial or sale.number, "previousAccountId": sale.previous}),
        "salesLines": [
            each for place, line in enumerate(sale.lines) for each in v2_lines(line, sale.currency, f"S40017.{place}")
        ],
        "payments": [v2_payment(each, sale.currency) for each in sale.payments],
        "timeOfOpening": iso(sale.opened),
        "timeClosed": iso(sale.closed),
        "cancelled": sale.cancelled,
        "tableNumber": sale.table and "12",
        "tableName": sale.table and f"Salle, étage, {sale.table}",
        "accountProfileCode": sale.profile,
        "ownerName": staff_name,
        "ownerId": staff_id,
        "type": sale.type,
        "externalReferences": [],
        "nbCovers": Decimal(sale.covers).quantize(Decimal("0.0")),
        "dineIn": True,
        "deviceId": device_id,
        "deviceName": device_name,
    }
    return _without_none({**said, **changed})


def v2_lines(line: MadeLine, currency: str, key: str, parent: str | None = None) -> list[Json]:
    tax = {"taxId": "9", "taxCode": "T", "taxRate": str(line.rate), "taxAmount": str(line.tax), "taxIncluded": True}
    own = {
        "id": key,
        "parentLineId": parent,
        "totalNetAmountWithTax": f"{line.total:.2f}",
        "totalNetAmountWithoutTax": f"{line.total - line.tax:.6f}",
        "menuListPrice": f"{line.unit:.2f}",
        "serviceCharge": f"{line.service_charge:.2f}",
        "serviceChargeType": "APPORTIONED" if line.service_charge else "NO_SERVICE_CHARGE",
        "taxAmount": f"{line.tax:.6f}",
        "taxRatePercentage": "0.00" if line.rate is None else f"{(line.rate - 1) * 100:.2f}",
        "taxLines": [] if line.rate is None else [tax],
        "totalDiscountAmount": f"{line.discount:.2f}",
        "sku": line.sku,
        "name": line.name,
        "nameOverride": line.override or None,
        "quantity": f"{line.quantity:.3f}",
        "accountingGroup": {"accountingGroupId": 7, "name": line.category, "code": "7"},
        "currency": currency,
        "timeOfSale": "2026-03-07T18:41:12.020Z",
    }
    subs = [
        each
        for place, sub_line in enumerate(line.sub_lines)
        for each in v2_lines(sub_line, currency, f"{key}.{place}", key)
    ]
    return [_without_none(own), *subs]


def v2_payment(payment: MadePayment, currency: str) -> Json:
    return _without_none(
        {
            "code": payment.code,
            "description": payment.code and payment.code.title(),
            "paymentMethodId": 90000000000777,
            "netAmountWithTax": f"{payment.amount:.2f}",
            "currency": currency,
            "tip": f"{payment.tip:.2f}",
            "type": "NORMAL",
            "deviceId": "40017",
            "fiscId": "T40017.77",
            "externalReference": payment.reference,
            "roundingAmount": "0.00",
        }
    )


def iso(milliseconds: int) -> str:
    at = EPOCH + timedelta(milliseconds=milliseconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_none(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def glass_of_chasselas(**changed: Any) -> MadeSale:
    """Three glasses, paid by Twint with a tip: the sale that most examples change one thing of."""
    line = MadeLine(
        name="Chasselas 1dl",
        quantity=Decimal(3),
        unit=Decimal("9.50"),
        total=Decimal("28.50"),
        tax=Decimal("2.135523"),
        rate=Decimal("1.081"),
        discount=Decimal(0),
        service_charge=Decimal(0),
        sku="CHASSELAS",
        category="Vins",
    )
    paid = MadePayment(Decimal("28.50"), Decimal("1.50"), "TWINT", None)
    plain: Json = {
        "counter": 231,
        "opened": 1772908858000,
        "closed": 1772911844310,
        "receipt": "R40017.104",
        "table": "Table 12",
        "profile": "SURPLACE",
        "staff": (5501, "Lea"),
        "lines": (line,),
        "payments": (paid,),
    }
    return MadeSale(**{**plain, **changed})
