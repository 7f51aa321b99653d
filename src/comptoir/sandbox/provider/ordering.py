"""How a guest orders: dishes of the menu as it was read, to the table or to go."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel.numbers import format_currency

from comptoir.sandbox.provider.paying import major

STATES: Final = {
    "charged": "Not sent yet: the service does not answer. It is sent as soon as it does.",
    "queued": "Waiting for the restaurant’s till.",
    "sent": "On its way to the kitchen.",
    "unknown": "On its way to the kitchen; the till has not answered yet.",
    "accepted": "Sent to the kitchen.",
    "ready_for_pickup": "Ready.",
    "in_delivery": "On its way to you.",
    "delivered": "Delivered.",
    "closed": "Done, and paid.",
    "failed": "The kitchen did not receive your order; you have not been charged.",
    "rejected": "The kitchen did not receive your order; you have not been charged.",
    "cancelled": "Cancelled. You have not been charged.",
    "abandoned": "Nobody came for it.",
}
MOST: Final = 20


def dishes(menu: Mapping[str, Any], locale: str = "en") -> list[dict[str, Any]]:
    """Everything on a menu that can be ordered, in its order."""
    found: list[dict[str, Any]] = []
    for item in menu.get("items") or ():
        price = item.get("price")
        if price:
            found.append(
                {
                    "sku": item["sku"],
                    "name": item["name"],
                    "group": item.get("group") or "",
                    "price": format_currency(
                        major(price["amount"], price["currency"]), price["currency"], locale=locale
                    ),
                }
            )
    return found


def grouped(menu: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By group, for the page."""
    names = list(dict.fromkeys(each["group"] for each in menu))
    return [{"name": name, "dishes": [each for each in menu if each["group"] == name]} for name in names]


def chosen(said: Mapping[str, str], menu: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of which dish."""
    wanted = {}
    for each in menu:
        number = said.get(f"n-{each['sku']}", "")
        if number.isdecimal() and 0 < int(number) <= MOST:
            wanted[str(each["sku"])] = int(number)
    return wanted


def words(wanted: Mapping[str, int], menu: Sequence[Mapping[str, Any]]) -> str:
    """What was ordered, for people."""
    names = {each["sku"]: each["name"] for each in menu}
    return ", ".join(f"{number} × {names[sku]}" for sku, number in wanted.items())


def body(
    wanted: Mapping[str, int], *, table: str, checks: Sequence[Mapping[str, Any]], said: Mapping[str, str]
) -> dict[str, Any]:
    """An order: onto the bill its guest chose, else onto the only one of the table, else on a bill of its own."""
    first_name = said.get("first_name", "").strip()[:40] or (f"Table {table}" if table else "Guest")
    order: dict[str, Any] = {
        "type": "eat_in" if table else "to_go",
        "customer": {"first_name": first_name},
        "items": [{"sku": sku, "quantity": number} for sku, number in wanted.items()],
        "note": said.get("note", "").strip()[:200],
    }
    if table:
        order["table_number"] = table
        order["covers"] = 2
        running = said.get("check") or (checks[0]["id"] if len(checks) == 1 else "")
        if running:
            order["check_id"] = running
    return order
