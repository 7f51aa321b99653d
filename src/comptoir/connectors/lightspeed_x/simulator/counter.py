"""What happens at the counter: sales are rung, parked, voided and given back (sections 5 and 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from comptoir.connectors.lightspeed_x.simulator.retailer import Retailer, Row
from comptoir.connectors.lightspeed_x.simulator.shapes import TAX
from comptoir.connectors.lightspeed_x.simulator.tills import Tills

CENT: Final = Decimal("0.01")
OPENED: Final = datetime(2020, 1, 1, 8, tzinfo=UTC)
"""Tills are open from the beginning, before anything that is rung."""


@dataclass(frozen=True)
class Article:
    """Goods in a basket: `price` is of one, without tax and before the discount on one; a negative quantity returns."""

    price: Decimal
    quantity: Decimal = Decimal(1)
    discount: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal("0.2")
    product: str = "scarf"
    gift_card: str = ""


class Counter:
    """Rings at one retailer. Tills and people are named by their short names, as `opening` made them."""

    def __init__(self, retailer: Retailer) -> None:
        self._retailer = retailer
        self._rung = 0

    def ring(
        self,
        basket: Sequence[Article],
        *,
        at: datetime,
        outlet: str = "main",
        state: str = "closed",
        attributes: Sequence[str] = (),
        original: str | None = None,
        customer: str | None = None,
    ) -> Row:
        """A sale of this basket, paid by card where it is closed; `customer` is an id."""
        with self._retailer.lock:
            self._rung += 1
            name = self._retailer.identifier
            lines = [self._line(article, place) for place, article in enumerate(basket)]
            price = sum((line["_total"] for line in lines), start=Decimal(0))
            tax = sum((line["_tax_total"] for line in lines), start=Decimal(0))
            return self._retailer.put(
                "sales",
                {
                    "id": name(f"sale/{self._rung}"),
                    "_number": f"DT-{self._rung}",
                    "_state": state,
                    "_attributes": list(attributes),
                    "_date": at,
                    "_outlet": name(f"outlet/{outlet}"),
                    "_register": name(f"register/{outlet}"),
                    "_user": name("user/alice"),
                    "_price": price,
                    "_tax": tax,
                    "_lines": lines,
                    "_payments": self._paid(price + tax, outlet, at) if state == "closed" else [],
                    "_original": original,
                    "_customer": customer,
                    "deleted_at": None,
                },
            )

    def change(self, sale_id: str, *, state: str) -> Row:
        """Void, park or close a sale that was rung before."""
        row = self._retailer.get("sales", sale_id)
        if row is None:
            raise KeyError(sale_id)
        return self._retailer.put("sales", {**row, "_state": state})

    def _line(self, article: Article, place: int) -> Row:
        after = article.price - article.discount
        tax = (after * article.tax_rate).quantize(Decimal("0.00001"), ROUND_HALF_UP)
        return {
            "_id": self._retailer.identifier(f"line/{self._rung}/{place}"),
            "_product": self._retailer.identifier(f"product/{article.product}"),
            "_quantity": article.quantity,
            "_price": after,
            "_total": (after * article.quantity).quantize(CENT, ROUND_HALF_UP),
            "_discount": article.discount,
            "_discount_total": article.discount * article.quantity,
            "_tax": tax,
            "_tax_total": (after * article.tax_rate * article.quantity).quantize(CENT, ROUND_HALF_UP),
            "_gift_card": article.gift_card,
            "_sequence": place,
        }

    def _paid(self, amount: Decimal, outlet: str, at: datetime) -> list[Row]:
        name = self._retailer.identifier
        return [
            {
                "_id": name(f"payment/{self._rung}"),
                "_amount": amount,
                "_date": at,
                "_type": name("payment_type/card"),
                "_name": "Card",
                "_register": name(f"register/{outlet}"),
                "_outlet": name(f"outlet/{outlet}"),
            }
        ]


def opened(
    *, domain_prefix: str = "demo", outlets: Sequence[tuple[str, str]] = (("main", "Europe/Paris"),)
) -> Retailer:
    """A retailer with these outlets (short name, zone), a till in each, two people, products and ways to pay."""
    made = Retailer(domain_prefix=domain_prefix, name="Scarf & Sons", currency="EUR", zone="Europe/Paris", country="FR")
    name = made.identifier
    for short, zone in outlets:
        outlet = {"id": name(f"outlet/{short}"), "name": f"Shop {short}", "currency": "EUR", "currency_symbol": "€"}
        shown = {"display_prices": "exclusive", "time_zone": zone, "default_tax_id": TAX, "attributes": []}
        made.put("outlets", {**outlet, **shown, "deleted_at": None})
        register = {"id": name(f"register/{short}"), "name": f"Till {short}", "outlet_id": outlet["id"]}
        made.put("registers", {**register, "_sequence": 0, "deleted_at": None})
        Tills(made).open(short, at=OPENED)
    for short in ("alice", "bob"):
        user = {"id": name(f"user/{short}"), "username": short, "display_name": short.title(), "enabled": True}
        rights = {"account_type": "cashier", "restricted_outlet_ids": [], "is_primary_user": short == "alice"}
        made.put("users", {**user, "email": f"{short}@example.com", **rights, "deleted_at": None})
    for short, kind in (("card", 5), ("cash", 1), ("gift", 118)):
        row = {"id": name(f"payment_type/{short}"), "name": short.title(), "type_id": kind, "config": None}
        made.put("payment_types", {**row, "disabled": False, "internal": False, "deleted_at": None})
    for short in ("scarf", "hat"):
        row = {"id": name(f"product/{short}"), "name": short.title(), "sku": f"SKU-{short}"}
        made.put("products", {**row, "deleted_at": None})
    made.changed.clear()
    return made
