"""Other names of the API's fields (loyalty.md 3): the public pages give types and meanings, but seldom names.

A table, not code: what a partner's programme sends is renamed before anything looks at it. An alias never overrides the
name itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from comptoir.core.accounts import configuration

Table = Mapping[str, tuple[str, ...]]

NAME: Final = "partner_aliases"
"""The installation's configuration that holds the names which were added in the back office."""

STORE: Final = ("store_slug", "store", "shop_slug")
CUSTOMER: Final[Table] = {
    "public_id": ("customer_public_id", "public_customer_id", "customer_id"),
    "phone": ("phone_number", "international_phone_number", "mobile"),
    "email": ("email_address",),
    "has_optin": ("optin", "has_optin_sms", "sms_optin"),
    "has_optin_email": ("optin_email", "email_optin"),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "birthday": ("birthdate", "birth_date"),
    "pin": ("secret_pin", "pin_code"),
    "reference_store_slug": ("loyalty_store_slug", *STORE),
    "store_id": ("store_public_id", "reference_store_id"),
}
REWARD: Final[Table] = {
    "public_reward_id": ("reward_id", "reward_public_id"),
    "hash": ("reward_hash",),
    "customer": ("customer_id", "customer_public_id", "public_customer_id"),
    "store_slug": ("loyalty_store_slug", "store"),
    "pin": ("secret_pin", "pin_code"),
    "used": ("is_used",),
}
TABLES: Final[Mapping[str, Table]] = {
    "orders": {
        "loyalty_store_slug": STORE,
        "order_id": ("pos_order_id",),
        "partner_order_id": ("partner_reference", "external_reference"),
        "channel": ("order_channel",),
        "amount": ("total_amount", "total"),
        "tax_amount": ("total_tax",),
        "reward_ids": ("rewards", "public_reward_ids"),
        "created_at": ("order_date", "date"),
        "withdrawal_at": ("pickup_at", "withdrawal_date"),
        "lines": ("items", "order_lines", "products"),
        "refunded_amount": ("refund_amount",),
        "device_id": ("pos_device_id",),
        "device_name": ("pos_device_name",),
    },
    "orders.customer": CUSTOMER,
    "orders.lines": {
        "sku": ("external_id", "product_id"),
        "name": ("label", "title"),
        "unit_amount": ("unit_price", "price"),
        "amount": ("total_amount", "total"),
        "public_reward_id": ("reward_id",),
    },
    "orders.payments": {"method": ("type", "payment_method")},
    "customers": CUSTOMER,
    "checkins": {
        "store_slug": ("loyalty_store_slug", "store"),
        "international_phone_number": ("phone", "phone_number"),
        "order_id": ("pos_order_id",),
        "checked_in_at": ("checkin_time", "date", "created_at"),
        "enforce_checkin_delay": ("enforce_delay",),
    },
    "rewards": REWARD,
    "customers.rewards": REWARD,
    "webhooks": {"url": ("callback_url", "target_url"), "event": ("event_name", "topic")},
}


def tables() -> dict[str, dict[str, tuple[str, ...]]]:
    """The tables of this installation: ours, and what COMPTOIR_PARTNER_ALIASES and the back office add."""
    found = {kind: dict(table) for kind, table in TABLES.items()}
    for more in (settings.COMPTOIR_PARTNER_ALIASES, added()):
        for kind, table in more.items():
            for name, others in table.items():
                mine = found.setdefault(kind, {})
                mine[name] = (*mine.get(name, ()), *others)
    return found


def added() -> dict[str, dict[str, tuple[str, ...]]]:
    """The names that were added in the back office."""
    said: Mapping[str, Mapping[str, Sequence[str]]] = configuration.value(NAME, {})
    return {kind: {name: tuple(others) for name, others in table.items()} for kind, table in said.items()}


def resolve(body: Any, kind: str, tables: Mapping[str, Table]) -> Any:
    """The body with the API's own names, in every part of it that has a table."""
    if isinstance(body, list):
        return [resolve(each, kind, tables) for each in body]
    if not isinstance(body, dict):
        return body
    table = tables.get(kind, {})
    named = dict(body)
    for name, others in table.items():
        for other in others:
            if name not in named and other in named:
                named[name] = named.pop(other)
    inner = {name for name in named if f"{kind}.{name}" in tables}
    return {name: resolve(value, f"{kind}.{name}", tables) if name in inner else value for name, value in named.items()}
