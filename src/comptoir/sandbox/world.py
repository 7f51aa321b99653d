"""Restaurants behind simulated tills: everything a simulator may know of them, and all that can be done there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named, Sale, SaleKind
from comptoir.pos.world import (
    BillFacts,
    Change,
    ShiftChange,
    WorldDish,
    WorldLocation,
    WorldRegister,
    WorldShift,
    WorldStaff,
    WorldTable,
)
from comptoir.sandbox.catalogue import API_PAYMENT, DISHES, METHODS, TERMINAL, Dish, Place
from comptoir.sandbox.corrections import Corrections
from comptoir.sandbox.counter import Numbering

__all__ = ["Numbering", "RestaurantWorld"]


class RestaurantWorld(Corrections):
    """Satisfies `pos.world.World`; safe to call from several threads."""

    def places(self) -> Sequence[Place]:
        """Every place of sale, with who and what is there."""
        return tuple(self._places.values())

    def locations(self) -> Sequence[WorldLocation]:
        """Every place of sale, as simulators see it."""
        return [place.location for place in self._places.values()]

    def changes(self, after: int) -> Sequence[Change]:
        """What happened after that sequence number, oldest first."""
        return self._journal.changes(after)

    def closed_sales(self, location_id: str, start: datetime, end: datetime) -> Sequence[Sale]:
        """Sales closed in [start, end), by closing time, corrections included."""
        return self._journal.closed_sales(location_id, start, end)

    def bought(self, location_id: str, start: datetime, end: datetime) -> list[datetime]:
        """When somebody paid there within [start, end). Raises RuleBroken for an unknown location."""
        self.place(location_id)
        sales = self.closed_sales(location_id, start, end)
        return [each.closed_at for each in sales if each.closed_at is not None and each.kind is SaleKind.SALE]

    def open_sales(self, location_id: str) -> Sequence[Sale]:
        """Bills that are open now, oldest first."""
        return self._journal.open_sales(location_id)

    def find(self, location_id: str, number: str) -> Sale | None:
        """A bill by its number, open or not."""
        try:
            return self._journal.sale(location_id, number)
        except RuleBroken:
            return None

    def facts(self, location_id: str, number: str) -> BillFacts:
        """What is known of a bill beside its figures."""
        return self._journal.facts(location_id, number)

    def by_reference(self, location_id: str, reference: str) -> Sequence[Sale]:
        """Bills that bear a reference of an order from outside, latest first."""
        return self._journal.by_reference(location_id, reference)

    def amended(self, location_id: str) -> Mapping[str, datetime]:
        """When the back office corrected which closed bill, by number."""
        return self._journal.amendments(location_id)

    def registers(self, location_id: str) -> Sequence[WorldRegister]:
        """The tills of a place."""
        return self.place(location_id).tills()

    def tables(self, location_id: str) -> Sequence[WorldTable]:
        """The tables of a place, spread over its rooms; none where there is no floor plan."""
        place = self.place(location_id)
        if not place.rooms:
            return ()
        in_a_room = -(-place.tables // len(place.rooms))
        return [
            WorldTable(number, f"Table {number}", place.rooms[(number - 1) // in_a_room], seats=4)
            for number in range(1, place.tables + 1)
        ]

    def menu(self, location_id: str) -> Sequence[WorldDish]:  # noqa: ARG002 - one menu for all
        """What can be ordered."""
        return [_dish(dish) for dish in DISHES]

    def payment_methods(self, location_id: str) -> Sequence[Named]:  # noqa: ARG002 - the same for all
        """How bills can be paid."""
        return (*METHODS.values(), API_PAYMENT, TERMINAL)

    def staff(self, location_id: str) -> Sequence[WorldStaff]:
        """Who works there, those who left included."""
        return self.place(location_id).people()

    def shifts(self, location_id: str, start: datetime, end: datetime) -> Sequence[WorldShift]:
        """Shifts that began in [start, end), newest first, deleted ones left out."""
        return self._journal.staff_book.shifts(location_id, start, end)

    def shift_changes(self, after: int) -> Sequence[ShiftChange]:
        """What happened to shifts after that sequence number, oldest first."""
        return self._journal.staff_book.changes(after)


def _dish(dish: Dish) -> WorldDish:
    extras = tuple(map(_dish, dish.extras))
    return WorldDish(dish.sku, dish.name, dish.price, dish.tax_ppm, dish.group, dish.by_weight, extras)
