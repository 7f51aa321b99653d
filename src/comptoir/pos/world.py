"""What a simulator may know of the shop behind it, told in canonical words.

A simulator renders this world in its vendor's tongue; it never sees the connector that reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Protocol

from comptoir.pos.model import Named, Payment, Sale


@dataclass(frozen=True)
class WorldLocation:
    """A simulated place of sale. `day_start` is local time; `timezone` an IANA name.

    `trial`: the till only practises, nothing it does is written down at the vendor's.
    """

    id: str
    name: str
    business_id: str
    business_name: str
    currency: str
    country: str
    timezone: str
    day_start: time
    trial: bool = False


@dataclass(frozen=True)
class WorldRegister:
    """A till. A passive one works through an active one on the same network, named by `through`."""

    id: str
    name: str
    through: str = ""


@dataclass(frozen=True)
class WorldTable:
    """A table in a room."""

    number: int
    name: str
    room: str
    seats: int


@dataclass(frozen=True)
class WorldDish:
    """Something on the menu, with tax; `extras` are what may be ordered with it."""

    sku: str
    name: str
    price: Decimal
    tax_ppm: int
    group: str
    by_weight: bool = False
    extras: tuple["WorldDish", ...] = ()


@dataclass(frozen=True)
class WorldStaff:
    """Somebody who works there; `manager` also signs in at the back office, by `email`."""

    id: str
    first_name: str
    last_name: str
    active: bool = True
    manager: bool = False
    email: str = ""


@dataclass(frozen=True)
class WorldGuest:
    """A guest whom the till knows by name."""

    id: str
    first_name: str
    last_name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Clocking:
    """Somebody came or went at `at`; it was written down at `noted_at`, later when it corrects an earlier note."""

    at: datetime
    noted_at: datetime
    coming: bool


@dataclass(frozen=True)
class WorldShift:
    """One person's shift; without a note of going, the person is still in, or forgot to say so."""

    id: str
    location_id: str
    register_id: str
    staff_id: str
    clockings: tuple[Clocking, ...]
    cash_tips: Decimal = Decimal(0)
    deleted: bool = False

    @property
    def noted_at(self) -> datetime:
        """When it was written to most recently."""
        return max(each.noted_at for each in self.clockings)


@dataclass(frozen=True)
class Change:
    """Something that happened at a till: the sale as it is from this instant (UTC) on."""

    sequence: int
    at: datetime
    sale: Sale


@dataclass(frozen=True)
class ShiftChange:
    """A shift as it is from now on; `created` when nobody heard of it before."""

    sequence: int
    shift: WorldShift
    created: bool


@dataclass(frozen=True)
class BillFacts:
    """What is known of a bill beside its figures.

    `references` are what an order from outside gave it; `guest` whom it was made out to; `reason` why it was voided.
    `name` is how the order is called out, empty for bills opened at a table.
    """

    references: tuple[str, ...] = ()
    guest: WorldGuest | None = None
    reason: str = ""
    name: str = ""


@dataclass(frozen=True)
class OrderedItem:
    """A dish ordered from outside; `price` stands in for the menu's, `with_` are extras by sku."""

    sku: str
    quantity: Decimal
    extras: tuple[str, ...] = ()
    price: Decimal | None = None


@dataclass(frozen=True)
class NewOrder:
    """An order from outside. Without a table it is taken away; `number` adds it to a bill that is open."""

    items: tuple[OrderedItem, ...]
    facts: BillFacts = field(default_factory=BillFacts)
    table: str = ""
    covers: int = 0
    number: str = ""
    staff_id: str = ""


class World(Protocol):
    """A shop, or several, with tills that go on trading."""

    def locations(self) -> Sequence[WorldLocation]:
        """Every place of sale, in a stable order."""

    def changes(self, after: int) -> Sequence[Change]:
        """What happened after that sequence number, oldest first."""

    def closed_sales(self, location_id: str, start: datetime, end: datetime) -> Sequence[Sale]:
        """Sales closed in [start, end), by closing time, corrections included."""

    def open_sales(self, location_id: str) -> Sequence[Sale]:
        """Bills that are open now, oldest first."""

    def find(self, location_id: str, number: str) -> Sale | None:
        """A bill by its number, open or not."""

    def facts(self, location_id: str, number: str) -> BillFacts:
        """What is known of a bill beside its figures; of a renumbered bill the same as before."""

    def by_reference(self, location_id: str, reference: str) -> Sequence[Sale]:
        """Bills that bear a reference of an order from outside, latest first."""

    def registers(self, location_id: str) -> Sequence[WorldRegister]:
        """The tills of a place."""

    def tables(self, location_id: str) -> Sequence[WorldTable]:
        """The tables of a place; none where there is no floor plan."""

    def menu(self, location_id: str) -> Sequence[WorldDish]:
        """What can be ordered."""

    def payment_methods(self, location_id: str) -> Sequence[Named]:
        """How bills can be paid."""

    def staff(self, location_id: str) -> Sequence[WorldStaff]:
        """Who works there, those who left included."""

    def shifts(self, location_id: str, start: datetime, end: datetime) -> Sequence[WorldShift]:
        """Shifts that began in [start, end), newest first, deleted ones left out."""

    def shift_changes(self, after: int) -> Sequence[ShiftChange]:
        """What happened to shifts after that sequence number, oldest first."""

    def pay(self, location_id: str, number: str, payment: Payment, *, now: datetime) -> Sale:
        """Take a payment on an open bill; it closes once nothing is due (A5).

        Raises RuleBroken: bill_unknown, bill_not_open, bill_overpaid.
        """

    def order(self, location_id: str, order: NewOrder, *, now: datetime) -> Sale:
        """Put an order from outside on a new or an open bill. Raises RuleBroken: bill_unknown, dish_unknown, …"""

    def amend(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Book a payment of a closed bill under another method, as a back office does. Raises RuleBroken."""

    def amended(self, location_id: str) -> Mapping[str, datetime]:
        """When the back office corrected which closed bill, by number."""
