"""What a bill may be made of: tax rates, payment methods and accounting groups (sheet 7.3 to 7.5)."""

from decimal import Decimal
from typing import Any

from comptoir.connectors.lightspeed_k.simulator.answers import json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.numbers import long_id
from comptoir.connectors.lightspeed_k.simulator.orders.methods import methods
from comptoir.connectors.lightspeed_k.simulator.tongue import code_of_tax
from comptoir.pos.hosting import Response
from comptoir.pos.model import exact


def tax_rates(call: Call) -> Response:
    """Rates are multipliers: 1.2 for 20 %."""
    location = call.location()
    rates = sorted({dish.tax_ppm for dish in call.desk.world.menu(location.id)})
    listed = []
    for ppm in rates:
        code, description = code_of_tax(ppm)
        rate = exact(1 + Decimal(ppm) / 1_000_000)
        listed.append({"code": code, "description": description, "rate": rate, "taxIncluded": True})
    return _hal(call, "taxRateList", [{**each, "accountingReference": ""} for each in listed])


def payment_methods(call: Call) -> Response:
    """Codes are the merchant's own; one that was removed is gone from here too."""
    location = call.location()
    return _hal(
        call,
        "paymentMethodList",
        [
            {"name": method.name, "code": method.id, "pmId": long_id(location.id, "method", method.id)}
            for method in methods(call.desk, location.id)
        ],
    )


def accounting_groups(call: Call) -> Response:
    """The groups of the menu."""
    location = call.location()
    names = list(dict.fromkeys(dish.group for dish in call.desk.world.menu(location.id)))
    return _hal(
        call,
        "accountingGroupList",
        [
            {
                "accountingGroupId": long_id(location.business_id, "group", name),
                "name": name,
                "statisticGroup": "",
                "code": name.upper().replace(" ", "_"),
            }
            for name in names
        ],
    )


def _hal(call: Call, name: str, listed: list[dict[str, Any]]) -> Response:
    """HAL drops `_embedded` when the list is empty (A12)."""
    host = call.request.headers.get("host", "localhost")
    embedded = {"_embedded": {name: listed}} if listed else {}
    return json_answer({**embedded, "_links": {"self": {"href": f"http://{host}{call.request.path}"}}})
