"""Sales, lines and payments as they stand when they are new (sheet sections 9.7 to 9.9)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from comptoir.connectors.lightspeed_r.simulator.basket import ZERO, Basket, Paid
from comptoir.connectors.lightspeed_r.simulator.wire import Row


def head(number: int, shop: Row, taxes: Row, at: datetime) -> Row:
    """A sale without lines; its rates are those of its shop's taxes."""
    return {
        "saleID": number,
        "timeStamp": at,
        "discountPercent": ZERO,
        "completed": False,
        "archived": False,
        "voided": False,
        "enablePromotions": True,
        "isTaxInclusive": bool(taxes.get("isTaxInclusive")),
        "createTime": at,
        "updatetime": at,
        "completeTime": None,
        "referenceNumber": "",
        "referenceNumberSource": "",
        "tax1Rate": taxes.get("tax1Rate", ZERO),
        "tax2Rate": taxes.get("tax2Rate", ZERO),
        "change": ZERO,
        "receiptPreference": "printed",
        "displayableSubtotal": ZERO,
        "ticketNumber": f"22{number:010d}",
        "tipEnabled": False,
        "customerID": 0,
        "discountID": 0,
        "employeeID": 0,
        "tipEmployeeID": 0,
        "quoteID": 0,
        "registerID": 0,
        "shipToID": 0,
        "shopID": shop["shopID"],
        "taxCategoryID": shop["taxCategoryID"],
    }


def line_of(line: Basket, sale: Row, item: Row, rates: tuple[Decimal, Decimal], at: datetime) -> Row:
    """A line without what is calculated."""
    cost = item.get("avgCost", ZERO)
    return {
        "createTime": at,
        "timeStamp": at,
        "unitQuantity": line.quantity,
        "unitPrice": line.price,
        "normalUnitPrice": line.normal_price,
        "discountAmount": line.discount_amount,
        "discountPercent": line.discount_percent,
        "avgCost": cost,
        "fifoCost": cost,
        "tax": line.is_taxed,
        "tax1Rate": rates[0],
        "tax2Rate": rates[1],
        "isLayaway": False,
        "isWorkorder": False,
        "isSpecialOrder": False,
        "lineType": line.line_type,
        "taxClassID": item.get("taxClassID", 1),
        "customerID": sale["customerID"],
        "discountID": line.discount_id,
        "employeeID": line.employee_id or sale["employeeID"],
        "itemID": line.item_id,
        "noteID": 0,
        "parentSaleLineID": line.parent_line_id,
        "shopID": sale["shopID"],
        "taxCategoryID": sale["taxCategoryID"],
        "saleID": sale["saleID"],
        "itemFeeID": 0,
    }


def payment_of(paid: Paid, sale: Row, at: datetime) -> Row:
    """A payment at the register of its sale."""
    return {
        "amount": paid.amount + paid.tip,
        "tipAmount": paid.tip,
        "createTime": at,
        "archived": paid.is_cancelled,
        "remoteReference": paid.reference,
        "paymentID": "",
        "saleID": sale["saleID"],
        "paymentTypeID": paid.type_id,
        "ccChargeID": 0,
        "refPaymentID": 0,
        "registerID": sale["registerID"],
        "employeeID": sale["employeeID"],
        "creditAccountID": paid.credit_account_id,
        "timeStamp": at,
    }


def charge(paid: Paid, sale: Row, at: datetime) -> dict[str, Any]:
    """What a card gateway tells of a payment."""
    return {
        "gatewayTransID": "",
        "xnum": "4242",
        "voided": False,
        "refunded": ZERO,
        "amount": paid.amount + paid.tip,
        "exp": "",
        "authOnly": False,
        "authCode": "",
        "cardType": "VISA",
        "entryMethod": "CHIP",
        "cardholderName": "",
        "isDebit": False,
        "communicationKey": "",
        "timeStamp": at,
        "declined": paid.is_cancelled,
        "rawResponse": "",
        "rawVoidResponse": {"@attributes": {"readonly": "true"}},
        "saleID": sale["saleID"],
    }
