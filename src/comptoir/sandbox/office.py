"""The back office of a till in small: what its people set up there, (pay-at-table.md 2.2, 4)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from comptoir.connectors.lightspeed_k.simulator import REASONS, BackOffice, KSeriesSimulator
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named
from comptoir.sandbox.catalogue import LIGHTSPEED_K, TERMINAL
from comptoir.sandbox.faults import Fault, Faults
from comptoir.sandbox.world import RestaurantWorld

TYPES: Final = ("OPEN", "UPDATE", "CLOSE")
LONGEST: Final = 40
Said = Mapping[str, str]


class Office:
    """Does what a button of the back office says; each is one change that the next payment feels."""

    def __init__(self, world: RestaurantWorld, simulator: KSeriesSimulator, faults: Faults) -> None:
        self.world = world
        self.simulator = simulator
        self._faults = faults

    def of(self, location_id: str) -> BackOffice:
        """How a location is set up. Raises RuleBroken."""
        self.world.place(location_id)
        return self.simulator.offices.of(location_id)

    def methods(self, location_id: str) -> list[Named]:
        """The payment methods of a location, those that outside payments may not use included."""
        chosen = self.of(location_id).methods
        return list(self.world.payment_methods(location_id) if chosen is None else chosen)

    def is_on(self, location_id: str, fault: Fault) -> bool:
        """Whether a switch is on here, or everywhere."""
        return fault in self._faults.on(LIGHTSPEED_K, location_id)

    def act(self, location_id: str, name: str, said: Said, *, now: datetime) -> None:
        """Do what a button says. Raises RuleBroken."""
        self.world.place(location_id)
        if name in SETTINGS:
            SETTINGS[name](self, location_id, said)
        elif name in BILLS:
            BILLS[name](self, location_id, said.get("bill", ""), said, now)
        elif name == "announce":
            status = said.get("status", "")
            self.simulator.announce_order(location_id, said.get("reference", ""), status, now=now)
        elif name == "sell_out":
            count = 0 if said.get("on") == "yes" else None
            self.simulator.set_item_count(location_id, said.get("sku", ""), count, now=now)
        else:
            raise RuleBroken("This back office has no such button.", code="act_unknown", status=404)

    def add_method(self, location_id: str, said: Said) -> None:
        """Configuration → Settings → Payment Methods → Add."""
        code, name = said.get("code", "").strip(), said.get("name", "").strip()
        if not code or not name or len(code) > LONGEST or len(name) > LONGEST:
            raise RuleBroken("A payment method has a name and a code.", code="method_invalid", status=422)
        listed = self.methods(location_id)
        if any(each.id == code for each in listed):
            raise RuleBroken("There is a payment method with this code.", code="method_taken")
        self._keep(location_id, [*listed, Named(id=code, name=name)])

    def recode_method(self, location_id: str, said: Said) -> None:
        """Give a payment method another code, which is what whoever chose it does not notice."""
        code, wanted = said.get("code", ""), said.get("wanted", "").strip()
        listed = self.methods(location_id)
        if not wanted or len(wanted) > LONGEST or any(each.id == wanted for each in listed):
            raise RuleBroken("Type a code that no other method has.", code="method_taken")
        changed = [Named(id=wanted, name=each.name) if each.id == code else each for each in listed]
        self._keep(location_id, changed)

    def delete_method(self, location_id: str, said: Said) -> None:
        """Remove a payment method."""
        self._keep(location_id, [each for each in self.methods(location_id) if each.id != said.get("code")])

    def set_user(self, location_id: str, said: Said) -> None:
        """Activate or deactivate a POS user."""
        self._toggle(location_id, "inactive_staff", said.get("user", ""), on=said.get("on") != "yes")

    def set_device(self, location_id: str, said: Said) -> None:
        """Switch an iPad on or off. On also puts right the switch that takes them all off line."""
        if said.get("on") == "yes":
            self._faults.switch(LIGHTSPEED_K, location_id, Fault.TILL_OFFLINE, on=False)
        self._toggle(location_id, "devices_off", said.get("device", ""), on=said.get("on") != "yes")

    def set_item(self, location_id: str, said: Said) -> None:
        """Take an item off the menu, or put it back."""
        self._toggle(location_id, "off_menu", said.get("sku", ""), on=said.get("on") != "yes")

    def set_api(self, location_id: str, said: Said) -> None:
        """What Lightspeed support sets up: the Payment API, in whose name, under which method."""
        method, user = said.get("method", ""), said.get("user", "")
        if method == TERMINAL.id or not method or not user.isdecimal():
            raise RuleBroken("The Payment API needs a plain method and a user.", code="api_invalid", status=422)
        self._faults.switch(LIGHTSPEED_K, location_id, Fault.API_DISABLED, on=said.get("enabled") != "yes")
        self.simulator.offices.change(location_id, default_method=method, api_staff=user)

    def set_period(self, location_id: str, said: Said) -> None:
        """Open or close the sales period."""
        self._faults.switch(LIGHTSPEED_K, location_id, Fault.SALES_PERIOD_CLOSED, on=said.get("on") != "yes")

    def set_printer(self, location_id: str, said: Said) -> None:
        """Switch the kitchen printer on or off."""
        self.simulator.offices.change(location_id, printer_off=said.get("on") != "yes")

    def set_types(self, location_id: str, said: Said) -> None:
        """Which notification types support has switched on."""
        told = tuple(each for each in TYPES if said.get(each.lower()) == "yes")
        self.simulator.offices.change(location_id, told=told)

    def refuse_next(self, location_id: str, said: Said) -> None:
        """Let the till refuse the next payment with one of the vendor's errors."""
        kind = said.get("kind", "")
        if kind and kind not in REASONS:
            raise RuleBroken("The vendor knows no such error.", code="error_unknown", status=422)
        self.simulator.offices.change(location_id, refuse_next=kind)

    def read_messages(self, location_id: str, said: Said) -> None:  # noqa: ARG002
        """Put the till's messages away."""
        self.simulator.offices.read_messages(location_id)

    def _keep(self, location_id: str, methods: list[Named]) -> None:
        self.simulator.offices.change(location_id, methods=tuple(methods))

    def _toggle(self, location_id: str, name: str, member: str, *, on: bool) -> None:
        present: frozenset[str] = getattr(self.of(location_id), name)
        changed = present | {member} if on and member else present - {member}
        self.simulator.offices.change(location_id, **{name: changed})


def _strike(office: Office, location_id: str, number: str, said: Said, now: datetime) -> None:
    line = said.get("line", "")
    office.world.strike(location_id, number, int(line) if line.isdecimal() else -1, now=now)


def _carry(office: Office, location_id: str, number: str, said: Said, now: datetime) -> None:
    table = said.get("table", "")
    tables = {f"Table {each}" for each in range(1, office.world.place(location_id).tables + 1)}
    if table not in tables:
        raise RuleBroken("There is no such table.", code="table_unknown", status=422)
    office.world.carry(location_id, number, table, now=now)


def _merge(office: Office, location_id: str, number: str, said: Said, now: datetime) -> None:
    office.world.merge(location_id, number, said.get("into", ""), now=now)


def _reopen(office: Office, location_id: str, number: str, said: Said, now: datetime) -> None:  # noqa: ARG001
    office.world.reopen(location_id, number, now=now)


def _take_back(office: Office, location_id: str, number: str, said: Said, now: datetime) -> None:  # noqa: ARG001
    office.world.take_back(location_id, number, now=now)


def _pay_again(office: Office, location_id: str, number: str, said: Said, now: datetime) -> None:  # noqa: ARG001
    office.world.pay_again(location_id, number, now=now)


SETTINGS: Final[Mapping[str, Callable[[Office, str, Said], None]]] = {
    "add_method": Office.add_method,
    "recode_method": Office.recode_method,
    "delete_method": Office.delete_method,
    "user": Office.set_user,
    "device": Office.set_device,
    "item": Office.set_item,
    "api": Office.set_api,
    "period": Office.set_period,
    "printer": Office.set_printer,
    "types": Office.set_types,
    "refuse_next": Office.refuse_next,
    "read_messages": Office.read_messages,
}
BILLS: Final[Mapping[str, Callable[[Office, str, str, Said, datetime], None]]] = {
    "strike": _strike,
    "carry": _carry,
    "merge": _merge,
    "reopen": _reopen,
    "take_back": _take_back,
    "pay_again": _pay_again,
}
