"""What orders from outside can be made of: businesses, floors, profiles, menus, modifiers, discounts (sheet 6)."""

from decimal import Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_k.simulator.answers import json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.numbers import long_id
from comptoir.connectors.lightspeed_k.simulator.tongue import DINE_IN, PROFILE_NAMES, code_of_tax
from comptoir.pos.hosting import Response
from comptoir.pos.model import exact
from comptoir.pos.world import WorldDish, WorldLocation, WorldTable

DELIVERY_MODES: Final = {DINE_IN: "NONE"}
DISCOUNTS: Final = (
    {"name": "Fidélité 10 %", "code": "FID10", "discountPercentage": 10},
    {"name": "Bon de 5", "code": "BON5", "discountAmount": 5},
)


def businesses(call: Call) -> Response:
    """Sheet 6.1."""
    locations = call.own_locations()
    listed = [{"id": int(location.id), "name": location.name} for location in locations]
    names = {int(location.business_id): location.business_name for location in locations}
    return json_answer([{"id": id_, "name": name, "businessLocations": listed} for id_, name in names.items()])


def floor_plans(call: Call) -> Response:
    """A location without one answers 404: a normal state (6.2)."""
    location = call.location()
    rooms = _rooms(call, location)
    expand = call.query.get("expandTables", "true") != "false"
    return json_answer(
        [
            {
                "id": _floor_id(location, room),
                "name": room,
                **({"tables": [_table(location, each) for each in tables]} if expand else {}),
            }
            for room, tables in rooms.items()
        ]
    )


def tables(call: Call) -> Response:
    """Sheet 6.3."""
    location = call.location()
    for room, listed in _rooms(call, location).items():
        if str(_floor_id(location, room)) == call.parts["floor"]:
            return json_answer([_table(location, each) for each in listed])
    raise call.refuse(404, f"floor plan not found for id {call.parts['floor']}")


def profiles(call: Call) -> Response:
    """Sheet 6.4."""
    location = call.location()
    listed = [_profile(location, code) for code in PROFILE_NAMES]
    return json_answer({"businessLocationId": int(location.id), "accountProfileList": listed})


def profile(call: Call) -> Response:
    """One profile by its code."""
    location, code = call.location(), call.parts["code"]
    if code not in PROFILE_NAMES:
        raise call.refuse(404, f"account profile not found for code {code}")
    return json_answer(_profile(location, code))


def menus(call: Call) -> Response:
    """One menu for each place (6.5)."""
    location = call.location()
    return json_answer([{"menuName": "Carte", "ikentooMenuId": _menu_id(location)}])


def menu(call: Call) -> Response:
    """The menu, group by group."""
    location = call.location()
    if call.parts["menu"] != str(_menu_id(location)):
        raise call.refuse(404, f"menu not found for id {call.parts['menu']}")
    groups: dict[str, list[WorldDish]] = {}
    for dish in call.desk.menu(location.id):
        groups.setdefault(dish.group, []).append(dish)
    entries = [
        {
            "@type": "group",
            "id": str(long_id(location.id, "menu", name)),
            "name": name,
            "color": "#4a7c7e",
            "menuEntry": [_menu_item(location, dish) for dish in dishes],
        }
        for name, dishes in groups.items()
    ]
    return json_answer(
        {
            "menuName": "Carte",
            "ikentooMenuId": _menu_id(location),
            "richDataMissing": True,
            "conditionalTaxRules": [],
            "menuEntryGroups": entries,
        }
    )


def modifiers(call: Call) -> Response:
    """Instructions for the kitchen; two of the keys are misspelt by the vendor."""
    location = call.location()
    name = "Cuisson"
    listed = [
        {"instruction": each, "ikentooModifierId": long_id(location.id, "modifier", each)}
        for each in ("Saignant", "À point", "Bien cuit")
    ]
    group = {
        "multiSelectionPermitted": False,
        "productionInstructionGroupName": name,
        "productionIntructionGroupId": long_id(location.id, "instructions", name),
        "productionInstructionList": listed,
    }
    return json_answer([group])


def discounts(call: Call) -> Response:
    """In percent or by an amount, never both."""
    call.location()
    return json_answer(list(DISCOUNTS))


def _rooms(call: Call, location: WorldLocation) -> dict[str, list[WorldTable]]:
    rooms: dict[str, list[WorldTable]] = {}
    for table in call.desk.world.tables(location.id):
        rooms.setdefault(table.room, []).append(table)
    if not rooms:
        raise call.refuse(404, f"no floor plan found for BL {location.id}")
    return rooms


def _floor_id(location: WorldLocation, room: str) -> int:
    return long_id(location.id, "floor", room)


def _table(location: WorldLocation, table: WorldTable) -> dict[str, Any]:
    return {
        "number": table.number,
        "reference": f"t{table.number}",
        "id": str(long_id(location.id, "table", str(table.number))),
        "active": True,
        "description": table.name,
        "defaultClientCount": table.seats,
    }


def _profile(location: WorldLocation, code: str) -> dict[str, Any]:
    return {
        "id": long_id(location.id, "profile", code),
        "code": code,
        "name": PROFILE_NAMES[code],
        "deliveryMode": DELIVERY_MODES.get(code, "TAKE_AWAY"),
    }


def _menu_id(location: WorldLocation) -> int:
    return long_id(location.id, "menu")


def _menu_item(location: WorldLocation, dish: WorldDish) -> dict[str, Any]:
    _, description = code_of_tax(dish.tax_ppm)
    percentage = exact(Decimal(dish.tax_ppm) / 10_000)
    extras = [_menu_item(location, extra) for extra in dish.extras]
    group = {
        "description": "Avec",
        "sku": f"{dish.sku}-AVEC",
        "mustSelectAnItem": False,
        "multiSelectionPermitted": True,
        "minimumSelection": 0,
        "maximumSelection": len(extras),
        "productModifiers": extras,
    }
    return {
        "@type": "menuItem",
        "productName": dish.name,
        "productPrice": exact(dish.price),
        "sku": dish.sku,
        "color": "#4a7c7e",
        "customItemNameEnabled": False,
        "pricingStrategy": "PRICE_CANNOT_BE_CUSTOMIZED",
        "defaultTaxPercentage": percentage,
        "taxIncludedInPrice": True,
        "conditionalTaxRules": [],
        "taxes": [{"description": description, "amount": None, "percentage": percentage}],
        "asSubItem": False,
        "productionInstructionList": [],
        "menuModifierGroups": [group] if extras else [],
        "itemRichData": None,
    }
