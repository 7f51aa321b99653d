"""Menus: what guests may order, as the till groups it."""

from collections.abc import Iterator
from typing import Final

from comptoir.connectors.lightspeed_k.calls import Calls, path_to
from comptoir.connectors.lightspeed_k.figures import figure_or_none, text
from comptoir.connectors.lightspeed_k.schemas import Shape
from comptoir.connectors.lightspeed_k.values import Amount, Code, Key, decoder
from comptoir.pos.model import Location, Named
from comptoir.pos.places import Menu, MenuItem

MENUS_PATH: Final = "/o/op/1/menu/list"
MENU_PATH: Final = "/o/op/2/menu/load/{menu}"


class MenuName(Shape, frozen=True):
    """A menu in the list of menus."""

    ikentoo_menu_id: Key
    menu_name: str | None = None


class MenuEntry(Shape, frozen=True):
    """A group of entries or something to order; what tells them apart (`@type`) decides nothing here."""

    name: str | None = None
    product_name: str | None = None
    product_price: Amount | None = None
    sku: Code | None = None
    menu_entry: list["MenuEntry"] | None = None


class MenuRead(Shape, frozen=True):
    """A menu with its groups."""

    ikentoo_menu_id: Key
    menu_name: str | None = None
    menu_entry_groups: list[MenuEntry] | None = None


MENUS = decoder(list[MenuName])
MENU = decoder(MenuRead)


class Menus(Calls):
    """Reading menus. Deals and modifiers stay with the vendor: what is ordered is checked by the till."""

    def menus(self, location: Location) -> tuple[Named, ...]:
        """The menus of a place. https://api-docs.lsk.lightspeed.app/operation/operation-apeloadmenus"""
        found = self._ask(MENUS_PATH, MENUS, {"businessLocationId": location.external_id})
        return tuple(Named(id=str(each.ikentoo_menu_id), name=text(each.menu_name)) for each in found)

    def menu(self, location: Location, menu_id: str, *, order_profile: str = "") -> Menu | None:
        """One menu. https://api-docs.lsk.lightspeed.app/operation/operation-apegetmenubyidv2"""
        params = {"businessLocationId": location.external_id}
        params |= {"accountProfile": order_profile} if order_profile else {}
        read = self._ask_or_none(path_to(MENU_PATH, menu=menu_id), MENU, params)
        if read is None:
            return None
        items = tuple(_items(read.menu_entry_groups or []))
        return Menu(id=str(read.ikentoo_menu_id), name=text(read.menu_name), items=items)


def _items(groups: list[MenuEntry]) -> Iterator[MenuItem]:
    """Everything with a code, in order, under the name of its nearest group; without recursion."""
    waiting = [(entry, "") for entry in reversed(groups)]
    while waiting:
        entry, group = waiting.pop()
        within = text(entry.name) or group
        waiting.extend((inner, within) for inner in reversed(entry.menu_entry or ()))
        if entry.sku:
            price = figure_or_none(entry.product_price)
            yield MenuItem(sku=text(entry.sku), name=text(entry.product_name), group=group, price=price)
