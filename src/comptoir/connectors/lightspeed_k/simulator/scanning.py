"""A till whose scanner reads a foreign QR: it asks whose it is, and shows what it is told (sheet 13.1)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from comptoir.kernel.http import send
from comptoir.pos.world import BillFacts, NewOrder, OrderedItem, World

PATIENCE_SECONDS: Final = 1.0
"""How long a waiter waits for the answer; not published by the vendor, assumed."""


def scan(world: World, location_id: str, number: str, code: str, *, url: str, now: datetime) -> Mapping[str, Any]:
    """Read a code for an open bill, ask `url`, and put on the bill what comes back; returns the answer.

    Raises VendorBusy without an answer, RuleBroken for a bill that is not open.
    """
    place = next(each for each in world.locations() if each.id == location_id)
    till = world.registers(location_id)[0]
    asked = {
        "code": code,
        "businessId": place.business_id,
        "businessLocationId": location_id,
        "tillId": till.id,
    }
    answer = send("POST", f"{url}?{urlencode(asked)}", body=b"", headers={}, timeout=PATIENCE_SECONDS * 5)
    told: dict[str, Any] = msgspec.json.decode(answer.body) if answer.status < 300 else {}
    if reference := told.get("externalReference"):
        rewards = told.get("rewardBasket", {}).get("productRewardList", ())
        items = tuple(OrderedItem(each["sku"], Decimal(1), price=Decimal(each["price"])) for each in rewards)
        facts = BillFacts(references=(f"{reference['prefix']}:{reference['reference']}",))
        world.order(location_id, NewOrder(items, facts, number=number), now=now)
    return told
