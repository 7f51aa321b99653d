"""What a visitor or a program may ask of the sandbox, and how it is done; the page and the JSON interface share it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from comptoir.connectors.lightspeed_k.simulator import KSeriesSimulator, NotificationSetting
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret
from comptoir.pos.model import Named, Sale
from comptoir.sandbox.catalogue import CARD, EAT_IN, LIGHTSPEED_K, MENU, METHODS, TAKE_AWAY
from comptoir.sandbox.faults import EVERYWHERE, OF_SHOPS, Faults
from comptoir.sandbox.living import Living
from comptoir.sandbox.shops import LIGHTSPEED_R
from comptoir.sandbox.till import ZERO, Item, Opening
from comptoir.sandbox.world import RestaurantWorld


class OpenBill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open a bill. Without a table the next free one is taken; `takeaway` needs none."""

    table: str = ""
    covers: int = 2
    takeaway: bool = False
    items: tuple[Item, ...] = (Item("PLAT-JOUR"),)


class AddItems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Put items on a bill."""

    items: tuple[Item, ...] = (Item("CAFE"),)


class CloseBill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Close a bill by equal payments, one per method (codes CB, CASH, TR); the tip in major units."""

    methods: tuple[str, ...] = (CARD.id,)
    tip: Decimal = ZERO


class MoveBill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Move the guests to a table; without one, to the next free one."""

    table: str = ""


class RefundBill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Refund the line at a position of the bill, or all that is left."""

    line: int | None = None


class SetDoors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Have the counters at the doors tell: with which token, and the location id of each place over there."""

    token: str
    places: dict[str, str]


class SetSpeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many more guests than in an ordinary restaurant; 0 pauses."""

    factor: float


class SetNotifications(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The back office's setting; an empty URL switches notifications off."""

    url: str
    code: str = ""
    username: str = ""
    password: str = ""


class SplitBill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Put the line at a position, with what hangs on it, on a bill of its own."""

    line: int = 0


class VoidBill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Undo a closed bill, for a reason."""

    reason: str = "User Mistake"


class SwitchFaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Switch exactly these on, all others off."""

    on: tuple[str, ...] = ()


class OneBusiness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name a business."""

    business_id: str


class SetCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of an item are left to sell; None: no limit."""

    count: int | None = None


class AnnounceOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an order from outside fares, in the vendor's word."""

    status: str


class MintTokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for a fresh pair of tokens for a business."""

    business_id: str


class SetProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pay-at-table provider's app key, and integrations it is to ask for."""

    key: str = ""
    ask: tuple[str, ...] = ()


class Orders:
    """Carries out what is asked."""

    def __init__(self, world: RestaurantWorld, living: Living, lightspeed_k: KSeriesSimulator, faults: Faults) -> None:
        self._world = world
        self._living = living
        self._lightspeed_k = lightspeed_k
        self._faults = faults

    def open(self, location_id: str, order: OpenBill, *, now: datetime) -> Sale:
        """Raises RuleBroken, as everything here does when it cannot be done."""
        place = self._world.place(location_id)
        register, staff = place.registers[0], place.staff[0]
        if order.takeaway:
            opening = Opening(register, staff, profile=TAKE_AWAY)
        else:
            table = order.table or self._world.free_table(location_id)
            opening = Opening(register, staff, table, order.covers, EAT_IN)
        return self._world.open(location_id, opening, items=order.items, now=now)

    def add(self, location_id: str, number: str, order: AddItems, *, now: datetime) -> Sale:
        """Put items on a bill."""
        return self._world.add(location_id, number, order.items, now=now)

    def close(self, location_id: str, number: str, order: CloseBill, *, now: datetime) -> Sale:
        """Close and pay."""
        methods = [_method(code) for code in order.methods]
        if not methods or order.tip < 0:
            raise RuleBroken("A bill is paid by at least one method.", code="payments_missing", status=422)
        return self._world.close(location_id, number, methods, tip=order.tip, now=now)

    def move(self, location_id: str, number: str, order: MoveBill, *, now: datetime) -> Sale:
        """Move to another table; answers the fresh bill."""
        table = order.table or self._world.free_table(location_id)
        return self._world.move(location_id, number, table, now=now)

    def refund(self, location_id: str, number: str, order: RefundBill, *, now: datetime) -> Sale:
        """Give back; answers the refund."""
        return self._world.refund(location_id, number, order.line, now=now)

    def split(self, location_id: str, number: str, order: SplitBill, *, now: datetime) -> Sale:
        """Split; answers the fresh bill of those who stay."""
        return self._world.split(location_id, number, order.line, now=now)[0]

    def hand_over(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Let another till and a colleague go on; answers the fresh bill."""
        return self._world.hand_over(location_id, number, now=now)

    def cancel(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Give up a bill nobody will pay."""
        return self._world.cancel(location_id, number, now=now)

    def void(self, location_id: str, number: str, order: VoidBill, *, now: datetime) -> Sale:
        """Undo a closed bill; answers the counter-account."""
        return self._world.void(location_id, number, order.reason, now=now)

    def amend(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Book the first payment of a closed bill under another method."""
        return self._world.amend(location_id, number, now=now)

    def set_faults(self, location_id: str, order: SwitchFaults) -> None:
        """Switch faults of a location, or of the whole vendor (EVERYWHERE)."""
        if location_id != EVERYWHERE:
            self._world.place(location_id)
        self._faults.set(LIGHTSPEED_K, location_id, order.on)

    def set_faults_of_shops(self, order: SwitchFaults) -> None:
        """Switch faults of the vendor of the shops. Raises RuleBroken for one that it cannot have."""
        if unfit := set(order.on) - {fault.value for fault in OF_SHOPS}:
            words = f"R-Series knows no {', '.join(sorted(unfit))}."
            raise RuleBroken(words, code="fault_unknown", status=422)
        self._faults.set(LIGHTSPEED_R, EVERYWHERE, order.on)

    def switch_fault(self, location_id: str, name: str, *, on: bool) -> None:
        """Switch one; off at a location means off for all where it was on for all."""
        self._world.place(location_id)
        self._faults.switch(LIGHTSPEED_K, location_id, name, on=on)
        if not on:
            self._faults.switch(LIGHTSPEED_K, EVERYWHERE, name, on=False)

    def repair(self, location_id: str) -> None:
        """Put everything right that is wrong at a location."""
        for name in self._faults.on(LIGHTSPEED_K, location_id):
            self.switch_fault(location_id, name, on=False)

    def expire_tokens(self, order: OneBusiness) -> None:
        """End the access tokens of a business now."""
        self._lightspeed_k.expire_tokens(self._business(order.business_id))

    def revoke_consent(self, order: OneBusiness) -> None:
        """Refuse the refresh tokens of a business from now on."""
        self._lightspeed_k.revoke_consent(self._business(order.business_id))

    def set_count(self, location_id: str, sku: str, order: SetCount, *, now: datetime) -> None:
        """Limit how many of an item can be sold."""
        self._world.place(location_id)
        if sku not in MENU:
            raise RuleBroken(f"{sku} is not on the menu.", code="dish_unknown", status=422)
        self._lightspeed_k.set_item_count(location_id, sku, order.count, now=now)

    def announce(self, location_id: str, reference: str, order: AnnounceOrder, *, now: datetime) -> None:
        """Tell how an order from outside fares."""
        self._world.place(location_id)
        self._lightspeed_k.announce_order(location_id, reference, order.status, now=now)

    def _business(self, business_id: str) -> str:
        if business_id not in {location.business_id for location in self._world.locations()}:
            raise RuleBroken("There is no business with this id.", code="business_unknown", status=404)
        return business_id

    def set_speed(self, order: SetSpeed) -> None:
        """Quicken, slow down, pause."""
        self._living.set_speed(order.factor)

    def set_notifications(self, location_id: str, order: SetNotifications) -> None:
        """Fill in the back office's form. A password that is left empty is kept with an unchanged user name."""
        if order.url and not order.url.startswith(("http://", "https://")):
            raise RuleBroken("The address begins with http:// or https://.", code="url_invalid", status=422)
        setting = None
        if order.url:
            kept = self._lightspeed_k.notification_setting(location_id)
            password = Secret(order.password)
            if kept and order.username and not order.password and kept.username == order.username:
                password = kept.password
            setting = NotificationSetting(order.url, order.code, order.username, password)
        self._lightspeed_k.configure_notifications(location_id, setting)

    def mint(self, order: MintTokens, *, now: datetime) -> dict[str, Any]:
        """A fresh pair of tokens."""
        pair = self._lightspeed_k.mint(order.business_id, now=now)
        told = ("access_token", "refresh_token", "expires_in", "refresh_expires_in", "scope")
        return {**{name: pair[name] for name in told}, "business_id": order.business_id}


def _method(code: str) -> Named:
    if code not in METHODS:
        raise RuleBroken(f"There is no payment method {code}.", code="method_unknown", status=422)
    return METHODS[code]
