"""The page of the 6xpos till: settings, basket, customer, rewards, orders."""

from importlib.resources import files
from urllib.parse import parse_qsl

from django.template import Context, Engine

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.control.shops import HEADERS
from comptoir.sandbox.sixpos import CARD, Counter


class SixposPage:
    """Draws the page, and does what its buttons say."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._engine = Engine(dirs=[str(files(__package__).joinpath("templates"))])

    def answer(self, request: Request) -> Response:
        """The page; after an act, the same page again."""
        if request.method == "POST":
            said = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            try:
                self._counter.act(said.get("act", ""), said)
            except RuleBroken as broken:
                return Response(broken.status, broken.for_owner.encode(), {"content-type": "text/plain; charset=utf-8"})
            return Response(303, b"", {"location": "/sixpos"})
        till = self._counter.till
        values = {
            "type": till.configuration.type,
            "store": till.configuration.store,
            "is_active": till.configuration.is_active,
            "has_token": bool(till.server.token),
            "address": till.server.base_url,
            "card": [{"sku": sku, "name": name, "price": _price(price)} for sku, name, price in CARD],
            "basket": [{"name": each.name, "price": _price(each.price)} for each in till.basket],
            "total": _price(sum(each.price for each in till.basket)),
            "customer": till.customer,
            "rewards": self._counter.rewards,
            "orders": [
                {
                    "number": each["sent"]["order_id"],
                    "total": _price(each["answer"]["amount"]),
                    "status": each["answer"]["status"],
                    "points": each["answer"]["points_earned"],
                    "can_go_back": each["answer"]["refunded_amount"] < each["answer"]["amount"],
                }
                for each in self._counter.orders
            ],
            "said": self._counter.said,
        }
        drawn = self._engine.get_template("sixpos.html").render(Context(values, use_l10n=False, use_tz=False))
        return Response(200, drawn.encode(), HEADERS)


def _price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02} €"
