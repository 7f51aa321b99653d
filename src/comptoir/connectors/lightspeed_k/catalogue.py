"""Items: what can be sold (scope `items`)."""

from collections.abc import Iterator
from typing import Final

from comptoir.connectors.lightspeed_k.calls import Calls
from comptoir.connectors.lightspeed_k.figures import figure, figure_or_none, text
from comptoir.connectors.lightspeed_k.schemas import AccountingGroup, Shape
from comptoir.connectors.lightspeed_k.values import Amount, Code, Key, decode, decoder
from comptoir.kernel.budget import Priority
from comptoir.pos.model import Location
from comptoir.pos.places import Item

ITEMS_PATH: Final = "/items/v1/items"
PAGE_SIZE: Final = 1000
MOST_PAGES: Final = 1000


class ItemPrice(Shape, frozen=True):
    """A price on a price list."""

    amount: Amount
    name: str | None = None


class ItemRead(Shape, frozen=True):
    """An item."""

    id: Key
    name: str | None = None
    sku: Code | None = None
    active: bool | None = None
    barcode: Code | None = None
    barcodes: list[Code] | None = None
    accounting_group: AccountingGroup | None = None
    cost_price: Amount | None = None
    prices: list[ItemPrice] | None = None


ITEMS = decoder(list[ItemRead])
ITEM = decoder(ItemRead)


class Catalogue(Calls):
    """Reading items."""

    def items(self, location: Location) -> Iterator[Item]:
        """Every item. https://api-docs.lsk.lightspeed.app/group/endpoint-items.md"""
        for page in range(MOST_PAGES):
            params = {"businessLocationId": location.external_id, "amount": str(PAGE_SIZE)}
            params["offset"] = str(page * PAGE_SIZE)
            body = self._api.get(ITEMS_PATH, params, priority=Priority.IMPORT).body
            found = listed_items(body)
            yield from (to_item(each) for each in found)
            if len(found) < PAGE_SIZE:
                return


def listed_items(body: bytes) -> list[ItemRead]:
    """The document's schema says one object where its text says a list: both are read."""
    return [decode(body, ITEM)] if body.lstrip()[:1] == b"{" else decode(body, ITEMS)


def to_item(read: ItemRead) -> Item:
    """An item with the prices of each list, and every barcode once."""
    barcodes = [text(each) for each in (read.barcode, *(read.barcodes or ())) if each]
    return Item(
        id=str(read.id),
        name=text(read.name),
        sku=text(read.sku),
        active=read.active is not False,
        barcodes=tuple(dict.fromkeys(barcodes)),
        category=text(read.accounting_group.name if read.accounting_group else None),
        cost=figure_or_none(read.cost_price),
        prices=tuple((text(each.name), figure(each.amount)) for each in read.prices or ()),
    )
