"""A till: its configuration, a basket, a customer, rewards, the close and the refund (loyalty.md 2.2 X8–X11, 2.5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from comptoir.connectors.sixpos.simulator.server import Answer, PartnerServer

CONFIGURATION: Final = "HEYPONGO"


class SwitchedOff(Exception):
    """The configuration is not active: nothing is sent."""


@dataclass
class Configuration:
    """The settings of one point of sale: born inactive, as 6xpos has it; `store` is the slug."""

    type: str = CONFIGURATION
    store: str = ""
    is_active: bool = False


@dataclass
class Item:
    """A line of the basket, in cents; `reward` is the reward that it stands for."""

    sku: str
    name: str
    price: int
    reward: str = ""


@dataclass
class Till:
    """One register of one store."""

    server: PartnerServer
    configuration: Configuration
    name: str = "Counter"
    device_id: str = "6x-1"
    basket: list[Item] = field(default_factory=list)
    customer: dict[str, Any] | None = None
    held: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))
    prefix: str = field(default_factory=lambda: f"6x-{datetime.now(UTC):%y%m%d%H%M%S%f}")

    def add(self, sku: str, name: str, price: int) -> None:
        """Another item in the basket."""
        self.basket.append(Item(sku, name, price))

    def find(self, phone: str) -> dict[str, Any] | None:
        """Find a customer by number and take them for this basket."""
        self._require_active()
        found = self.server.get(f"customers?phone={phone}")["data"]
        self.customer = found[0] if found else None
        return self.customer

    def enrol(self, phone: str, *, first_name: str, has_optin: bool) -> dict[str, Any]:
        """Enrol somebody who was asked for consent, and take them for this basket."""
        self._require_active()
        said = {
            "phone": phone,
            "reference_store_slug": self.configuration.store,
            "first_name": first_name,
            "has_optin": has_optin,
        }
        made: dict[str, Any] = self.server.post("customers", said).body
        self.customer = made
        return made

    def rewards(self) -> list[dict[str, Any]]:
        """What the customer can have here."""
        self._require_active()
        found: list[dict[str, Any]] = self.server.get(
            f"rewards?customer={self._who()}&store_slug={self.configuration.store}"
        )
        return found

    def use_reward(self, reward: dict[str, Any]) -> str:
        """Buy a reward and put its product into the basket at no price; the order will use it."""
        self._require_active()
        said = {"customer": self._who(), "store_slug": self.configuration.store}
        held = str(self.server.post(f"rewards/{reward['public_id']}/buy", said).body["hash"])
        sku = (reward["external_id"] or "reward").split(",")[0]
        self.basket.append(Item(sku, reward["name"], 0, reward=held))
        self.held.append(held)
        return held

    def close(self) -> Answer:
        """Take the money and send the order; the basket is empty again. Sent twice, it counts once."""
        self._require_active()
        order = self._order()
        answer = self.server.post("orders", order)
        self.basket, self.customer, self.held = [], None, []
        return answer

    def send_again(self, order: dict[str, Any]) -> Answer:
        """The queue of the till has not noticed that the order went through."""
        return self.server.post("orders", order)

    def refund(self, order_id: str, amount: int, refund_id: str) -> Answer:
        """Give some of an order back."""
        self._require_active()
        said = {"refunded_amount": amount, "refund_id": refund_id, "loyalty_store_slug": self.configuration.store}
        return self.server.patch(f"orders/{order_id}", said)

    def _order(self) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        self.last = {
            "order_id": f"{self.prefix}-{next(self.numbers)}",
            "loyalty_store_slug": self.configuration.store,
            "channel": "pos",
            "delivery_mode": "on_site",
            "amount": sum(each.price for each in self.basket),
            "status": "closed",
            "created_at": now,
            "closed_at": now,
            "delivery_status": "delivered",
            "device_id": self.device_id,
            "device_name": self.name,
            "lines": [
                {
                    "sku": each.sku,
                    "name": each.name,
                    "quantity": 1,
                    "unit_amount": each.price,
                    "amount": each.price,
                    **({"public_reward_id": each.reward} if each.reward else {}),
                }
                for each in self.basket
            ],
            **({"reward_ids": self.held} if self.held else {}),
            **({"customer": {"public_id": self._who()}} if self.customer else {}),
        }
        return self.last

    def _who(self) -> str:
        if self.customer is None:
            raise LookupError("Nobody was found for this basket.")
        return str(self.customer["public_id"])

    def _require_active(self) -> None:
        if not self.configuration.is_active:
            raise SwitchedOff(f"The configuration {self.configuration.type} is not active.")
