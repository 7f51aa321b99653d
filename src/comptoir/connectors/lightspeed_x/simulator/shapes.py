"""A sale in the three shapes it is written in: 2026-07, 2.0, and the older one that webhooks carry (5 and 7)."""

from collections.abc import Mapping
from typing import Any, Final

from comptoir.connectors.lightspeed_x.simulator.retailer import Row

STATUSES: Final = {"parked": "SAVED", "pending": "OPEN", "closed": "CLOSED", "voided": "VOIDED"}
WORDS: Final = {
    "onaccount": ("ONACCOUNT", "ONACCOUNT_CLOSED"),
    "layby": ("LAYBY", "LAYBY_CLOSED"),
    "delivery": ("AWAITING_DISPATCH", "DISPATCHED_CLOSED"),
    "pickup": ("AWAITING_PICKUP", "PICKED_UP_CLOSED"),
    "service": ("SERVICE", "SERVICE_CLOSED"),
}


TAX: Final = "7d0f3b1e-0000-4000-8000-0000000000e1"


def status(row: Row) -> str:
    """The older word for state and attributes."""
    for attribute in row["_attributes"]:
        if row["_state"] in ("pending", "closed"):
            return WORDS[attribute][row["_state"] == "closed"]
    return STATUSES[row["_state"]]


def nested(row: Row) -> dict[str, Any]:
    """As 2026-07 writes it: what there is not is left out, never null."""
    shown: dict[str, Any] = _without_nothing(
        {
            "id": row["id"],
            "invoice_number": row["_number"],
            "state": row["_state"],
            "attributes": row["_attributes"],
            "date": row["_date"],
            "created_at": row["_date"],
            "updated_at": row["_date"],
            "deleted_at": row["deleted_at"],
            "customer_id": row["_customer"],
            "source": {
                "author": {"id": row["_user"]},
                "outlet_id": row["_outlet"],
                "register_id": row["_register"],
                "type": "USER",
                "id": None,
            },
            "totals": {
                "price": row["_price"],
                "tax": row["_tax"],
                "price_incl_tax": row["_price"] + row["_tax"],
                "loyalty": 0,
                "surcharge": 0,
            },
            "line_items": [_nested_line(line) for line in row["_lines"]],
            "payments": [
                {
                    "id": each["_id"],
                    "amount": each["_amount"],
                    "date": each["_date"],
                    "type": {"config_id": each["_type"], "name": each["_name"]},
                    "source": {"outlet_id": each["_outlet"], "register_id": each["_register"]},
                }
                for each in row["_payments"]
            ],
            "return": {
                "is_return": row["_original"] is not None,
                "original_sale_id": row["_original"],
                "return_sale_ids": [],
            },
            "_metadata": {"version": row["version"]},
        }
    )
    return shown


def _nested_line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": line["_id"],
        "product": {"id": line["_product"]},
        "quantity": line["_quantity"],
        "pricing": {
            "price": line["_price"],
            "total": line["_total"],
            "discount": line["_discount"],
            "discount_total": line["_discount_total"],
        },
        "tax": {"id": TAX, "amount": line["_tax"], "total": line["_tax_total"]},
        "return": {"is_return": line["_quantity"] < 0},
        "status": "CONFIRMED",
        "gift_card_number": line["_gift_card"] or None,
        "_metadata": {"sequence": line["_sequence"]},
    }


def _without_nothing(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_nothing(each) for key, each in value.items() if each is not None}
        case list():
            return [_without_nothing(each) for each in value]
        case _:
            return value


def flat(row: Row) -> dict[str, Any]:
    """As 2.0 writes it."""
    return {
        "id": row["id"],
        "outlet_id": row["_outlet"],
        "register_id": row["_register"],
        "user_id": row["_user"],
        "customer_id": row["_customer"],
        "invoice_number": row["_number"],
        "status": status(row),
        "state": row["_state"],
        "attributes": row["_attributes"],
        "return_for": row["_original"],
        "total_price": row["_price"],
        "total_tax": row["_tax"],
        "total_loyalty": 0,
        "sale_date": row["_date"],
        "created_at": row["_date"],
        "updated_at": row["_date"],
        "deleted_at": row["deleted_at"],
        "version": row["version"],
        "line_items": [
            {
                "id": line["_id"],
                "product_id": line["_product"],
                "quantity": line["_quantity"],
                "price": line["_price"],
                "price_total": line["_total"],
                "discount": line["_discount"],
                "discount_total": line["_discount_total"],
                "tax": line["_tax"],
                "tax_total": line["_tax_total"],
                "is_return": line["_quantity"] < 0,
                "gift_card_number": line["_gift_card"] or None,
                "sequence": line["_sequence"],
                "status": "CONFIRMED",
            }
            for line in row["_lines"]
        ],
        "payments": [
            {
                "id": each["_id"],
                "retailer_payment_type_id": each["_type"],
                "name": each["_name"],
                "amount": each["_amount"],
                "payment_date": each["_date"],
                "register_id": each["_register"],
                "outlet_id": each["_outlet"],
            }
            for each in row["_payments"]
        ],
    }


def posted(row: Row) -> dict[str, Any]:
    """As a webhook carries it: the 1.0 shape, of which little is known but that `register_sale_…` lists hold it (7)."""
    return {
        "id": row["id"],
        "register_id": row["_register"],
        "user_id": row["_user"],
        "invoice_number": row["_number"],
        "sale_date": row["_date"],
        "status": status(row),
        "totals": {
            "total_price": str(row["_price"]),
            "total_tax": str(row["_tax"]),
            "total_payment": str(row["_price"] + row["_tax"]),
        },
        "version": row["version"],
        "deleted_at": row["deleted_at"],
    }
