"""The bodies that the partner API hands over: an order as its till pushed it, and what was given back of one.

Names are those of loyalty.md 3.5; the API has resolved the aliases. Amounts are integers of the currency's minor unit.
"""

from datetime import datetime
from decimal import Decimal

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One line of the bill. `amount` is with tax and after discounts; without it, quantity times unit."""

    name: str = ""
    sku: str = ""
    quantity: Decimal = Decimal(1)
    unit_amount: int | None = None
    amount: int | None = None
    public_reward_id: str | None = None


class Payment(msgspec.Struct, frozen=True):
    """Money taken."""

    amount: int
    method: str = ""


class Order(msgspec.Struct, frozen=True):
    """One bill. `amount` is with tax, the tip included; `closed_at` is when the till closed it, if it says so."""

    order_id: str
    amount: int
    status: str
    created_at: datetime
    lines: tuple[Line, ...]
    closed_at: datetime | None = None
    tip_amount: int = 0
    tax_amount: int | None = None
    channel: str = ""
    delivery_mode: str = ""
    partner_order_id: str | None = None
    device_id: str | None = None
    device_name: str | None = None
    reward_ids: tuple[str, ...] = ()
    payments: tuple[Payment, ...] = ()


class Refund(msgspec.Struct, frozen=True):
    """What was given back of an order at an instant; under one `refund_id`, the last word counts.

    Without an id it is everything that was given back so far without one.
    """

    order_id: str
    amount: int
    at: datetime
    refund_id: str = ""


class Pushed(msgspec.Struct, frozen=True):
    """A body: the store's slug, its currency, and what is told."""

    location: str
    currency: str
    order: Order | None = None
    refunds: tuple[Refund, ...] = ()
