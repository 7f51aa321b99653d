"""The made-up restaurants: their places, tills, people and dishes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal
from typing import Final

from comptoir.pos.model import Named
from comptoir.pos.world import WorldGuest, WorldLocation, WorldRegister, WorldStaff

TAX_FOOD: Final = 100_000
TAX_ALCOHOL: Final = 200_000
TAX_PACKED: Final = 55_000

ROOM: Final = "Salle"

KITCHEN: Final = "Cuisine"
CELLAR: Final = "Cave"
BAR: Final = "Bar"
COUNTER: Final = "Comptoir"

EAT_IN: Final = "SURPLACE"
TAKE_AWAY: Final = "EMPORTER"

CASH: Final = Named(id="CASH", name="Espèces")
CARD: Final = Named(id="CB", name="Carte bancaire")
MEAL_VOUCHER: Final = Named(id="TR", name="Titre-restaurant")
API_PAYMENT: Final = Named(id="APM", name="Paiement API")
TERMINAL: Final = Named(id="LSPAY", name="Lightspeed Payments")
"""Driven by the till itself; it takes no orders from outside."""
METHODS: Final[Mapping[str, Named]] = {method.id: method for method in (CARD, CASH, MEAL_VOUCHER)}


@dataclass(frozen=True)
class Dish:
    """Something on the menu. `price` with tax, in the place's currency; `tax_ppm` in parts per million.

    `by_weight`: sold by the kilogram, in steps of 50 g. `extras` are what guests may ask for with it.
    """

    sku: str
    name: str
    price: Decimal
    tax_ppm: int
    group: str
    by_weight: bool = False
    extras: tuple["Dish", ...] = ()


def _dish(sku: str, name: str, price: str, tax_ppm: int, group: str, *extras: Dish) -> Dish:
    return Dish(sku, name, Decimal(price), tax_ppm, group, extras=extras)


_PEPPER_SAUCE: Final = _dish("SAUCE-POIVRE", "Sauce au poivre", "2.50", TAX_FOOD, KITCHEN)
_FRIES: Final = _dish("FRITES", "Frites en plus", "4.00", TAX_FOOD, KITCHEN)
_EGG: Final = _dish("OEUF", "Œuf à cheval", "1.50", TAX_FOOD, KITCHEN)
_CREAM: Final = _dish("CHANTILLY", "Chantilly", "1.20", TAX_FOOD, KITCHEN)

DISHES: Final = (
    _dish("SOUPE", "Soupe à l’oignon", "9.50", TAX_FOOD, KITCHEN),
    _dish("POIREAUX", "Poireaux vinaigrette", "8.00", TAX_FOOD, KITCHEN),
    _dish("PLAT-JOUR", "Plat du jour", "16.50", TAX_FOOD, KITCHEN),
    _dish("ENTRECOTE", "Entrecôte", "24.00", TAX_FOOD, KITCHEN, _PEPPER_SAUCE, _FRIES),
    _dish("CROQUE", "Croque-monsieur", "11.90", TAX_FOOD, KITCHEN, _EGG, _FRIES),
    _dish("TATIN", "Tarte Tatin", "8.50", TAX_FOOD, KITCHEN, _CREAM),
    _dish("CAFE", "Café", "2.60", TAX_FOOD, BAR),
    _dish("LIMONADE", "Limonade maison", "4.50", TAX_FOOD, BAR),
    _dish("KIR", "Kir", "5.80", TAX_ALCOHOL, CELLAR),
    _dish("MORGON", "Morgon, pot 46 cl", "17.00", TAX_ALCOHOL, CELLAR),
    _dish("PRESSION", "Pression 25 cl", "4.20", TAX_ALCOHOL, BAR),
    _dish("BAGUETTE", "Baguette de la maison", "1.30", TAX_PACKED, COUNTER),
    replace(_dish("COMTE", "Comté 24 mois, au poids", "32.00", TAX_PACKED, COUNTER), by_weight=True),
)
MENU: Final[Mapping[str, Dish]] = {dish.sku: dish for listed in DISHES for dish in (listed, *listed.extras)}


@dataclass(frozen=True)
class Hours:
    """When guests come: visits an hour, by local hours of the clock. Between services a few stray ones do."""

    services: tuple[tuple[int, int, float], ...]
    quiet: float

    def visits_an_hour(self, hour: int) -> float:
        """How many visits begin in an hour of the clock, on average."""
        return next((rate for begin, end, rate in self.services if begin <= hour < end), self.quiet)

    def is_open(self, hour: int) -> bool:
        """Whether the kitchen is open in that hour; outside, only the living sandbox sees guests."""
        return any(begin <= hour < end for begin, end, _ in self.services)


@dataclass(frozen=True)
class Place:
    """One location as the world runs it: who and what is there.

    Its tables stand in `rooms`; without one there is no floor plan, though guests sit down all the same.
    """

    location: WorldLocation
    hours: Hours
    tables: int
    registers: tuple[Named, ...]
    staff: tuple[Named, ...]
    rooms: tuple[str, ...] = (ROOM,)
    passive: Mapping[str, str] = field(default_factory=dict)
    service_percent: Decimal = Decimal(0)

    def tills(self) -> tuple[WorldRegister, ...]:
        """The registers, each with the active one it works through if it is passive."""
        return tuple(WorldRegister(each.id, each.name, self.passive.get(each.id, "")) for each in self.registers)

    def people(self) -> tuple[WorldStaff, ...]:
        """Those who work here, and one who does no longer."""
        present = tuple(PEOPLE[each.id] for each in self.staff)
        return (*present, FORMER)


ALICE: Final = Named(id="5501", name="Alice")
BOB: Final = Named(id="5502", name="Bob")
CHARLIE: Final = Named(id="5503", name="Charlie")

PEOPLE: Final[Mapping[str, WorldStaff]] = {
    "5501": WorldStaff("5501", "Alice", "Martin", manager=True, email="alice@example.com"),
    "5502": WorldStaff("5502", "Bob", "Durand", manager=True, email="bob@example.com"),
    "5503": WorldStaff("5503", "Charlie", "Petit", manager=True, email="charlie@example.com"),
}
FORMER: Final = WorldStaff("5504", "Bob", "Ancien", active=False)

GUESTS: Final = (
    WorldGuest("700101", "Alice", "Moreau", "+33639980101", "alice.moreau@example.com"),
    WorldGuest("700102", "Bob", "Lefèvre", "+33639980102"),
    WorldGuest("700103", "Charlie", "Girard", "", "charlie.girard@example.com"),
)
"""Guests the tills know; their numbers are of those France keeps for fiction."""

LIGHTSPEED_K: Final = "lightspeed_k"
LE_ZINC: Final = "4100017"
CHEZ_CHARLIE: Final = "4200023"
LE_PORT: Final = "4300031"
MANAGERS: Final[Mapping[str, str]] = {LE_ZINC: "Alice", CHEZ_CHARLIE: "Charlie", LE_PORT: "Bob"}


def _location(identifier: str, name: str, business: tuple[str, str], timezone: str, country: str) -> WorldLocation:
    business_id, business_name = business
    return WorldLocation(
        id=identifier,
        name=name,
        business_id=business_id,
        business_name=business_name,
        currency="EUR",
        country=country,
        timezone=timezone,
        day_start=time(5, 30),
    )


PLACES: Final = (
    Place(
        _location("90417000000011", "Le Zinc", (LE_ZINC, "Le Zinc"), "Europe/Paris", "FR"),
        Hours(((8, 11, 8), (11, 12, 6), (12, 15, 26), (15, 18, 6), (18, 23, 22)), quiet=6),
        tables=20,
        registers=(Named(id="40017", name="Bar 1"), Named(id="40018", name="Salle 1")),
        staff=(ALICE, BOB, CHARLIE),
    ),
    Place(
        _location("90417000000022", "Le Zinc Terrasse", (LE_ZINC, "Le Zinc"), "Europe/Paris", "FR"),
        Hours(((11, 15, 14), (15, 19, 8), (19, 22, 14)), quiet=4),
        tables=12,
        registers=(Named(id="40031", name="Terrasse 1"),),
        staff=(BOB, CHARLIE),
    ),
    Place(
        _location("9052300000000033", "Chez Charlie", (CHEZ_CHARLIE, "Chez Charlie"), "Europe/Zurich", "CH"),
        Hours(((7, 10, 10), (11, 14, 18), (18, 22, 12)), quiet=4),
        tables=10,
        registers=(Named(id="51003", name="Caisse 1"),),
        staff=(ALICE, CHARLIE),
    ),
    Place(
        _location("90631000000044", "Le Port", (LE_PORT, "Le Port"), "Europe/Paris", "FR"),
        Hours(((11, 15, 10), (18, 22, 12)), quiet=2),
        tables=16,
        registers=(Named(id="63004", name="Salle"), Named(id="63005", name="Terrasse, tablette")),
        staff=(BOB, CHARLIE),
        rooms=(ROOM, "Terrasse"),
        passive={"63005": "63004"},
        service_percent=Decimal(10),
    ),
    Place(
        _location("90631000000055", "Le Port aux Caraïbes", (LE_PORT, "Le Port"), "America/Guadeloupe", "GP"),
        Hours(((8, 11, 6), (12, 15, 10), (19, 22, 8)), quiet=2),
        tables=8,
        registers=(Named(id="64001", name="Plage"),),
        staff=(ALICE, BOB),
        rooms=(),
    ),
    Place(
        replace(_location("90631000000066", "Le Port École", (LE_PORT, "Le Port"), "Europe/Paris", "FR"), trial=True),
        Hours(((14, 16, 4),), quiet=1),
        tables=4,
        registers=(Named(id="65001", name="Essai"),),
        staff=(CHARLIE,),
    ),
)

SERVICE_PERCENT: Final[Mapping[str, Decimal]] = {
    place.location.id: place.service_percent for place in PLACES if place.service_percent
}
"""Where a bill at a table is charged for service, untaxed, in percent of what was ordered."""
