"""The sandbox as plain data: what its JSON interface answers, and what its page is drawn from."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from comptoir.connectors.lightspeed_k.simulator import Delivery, KSeriesSimulator
from comptoir.pos.model import Sale
from comptoir.sandbox.catalogue import DISHES, LIGHTSPEED_K, MANAGERS, Place
from comptoir.sandbox.faults import EVERYWHERE, OF_SHOPS, Fault, Faults
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.living import Living
from comptoir.sandbox.shops import LIGHTSPEED_R
from comptoir.sandbox.world import RestaurantWorld

SHOWN_CLOSED: Final = 12
SHOWN_DELIVERIES: Final = 5


class LineView(msgspec.Struct, frozen=True):
    """A line of a bill. `position` names it when it is refunded; `refunded` says that it was."""

    position: int
    name: str
    sku: str
    quantity: Decimal
    total: Decimal
    parent: int | None = None
    refunded: bool = False


class BillView(msgspec.Struct, frozen=True):
    """A bill as the sandbox shows it; amounts in major units."""

    location_id: str
    number: str
    previous_number: str
    receipt_number: str
    kind: str
    state: str
    table: str
    covers: int
    currency: str
    total: Decimal
    service_charge: Decimal
    paid: Decimal
    tip: Decimal
    opened_at: datetime
    closed_at: datetime | None
    staff: str
    payments: list[str]
    lines: list[LineView]

    @property
    def refundable(self) -> bool:
        """Whether something is left to give back."""
        return self.kind == "sale" and self.state == "closed" and any(not line.refunded for line in self.lines)


class NotificationsView(msgspec.Struct, frozen=True):
    """The back office's setting for one location, and how deliveries fare. The password is not shown."""

    url: str
    code: str
    username: str
    password_set: bool
    waiting: int
    latest: list[Delivery]


class FaultsView(msgspec.Struct, frozen=True):
    """What is switched on at a place: by itself, and for the whole vendor; and what else could be."""

    on: list[str]
    on_everywhere: list[str]
    known: list[str]


class LocationView(msgspec.Struct, frozen=True):
    """One location: its open bills, the latest closed ones, and its notifications."""

    id: str
    name: str
    business_id: str
    business_name: str
    timezone: str
    currency: str
    tables: int
    open: list[BillView]
    closed: list[BillView]
    notifications: NotificationsView
    faults: FaultsView


class BusinessView(msgspec.Struct, frozen=True):
    """A business, and who signs in for it on a vendor's consent page."""

    id: str
    name: str
    manager: str


class DishView(msgspec.Struct, frozen=True):
    """Something on the menu."""

    sku: str
    name: str
    price: Decimal


class StateView(msgspec.Struct, frozen=True):
    """Everything the control page shows."""

    speed: float
    paused: bool
    menu: list[DishView]
    businesses: list[BusinessView]
    locations: list[LocationView]


class Viewer:
    """Draws up views of the world."""

    def __init__(
        self,
        world: RestaurantWorld,
        living: Living,
        journal: Journal,
        lightspeed_k: KSeriesSimulator,
        faults: Faults,
    ) -> None:
        self._world = world
        self._living = living
        self._journal = journal
        self._lightspeed_k = lightspeed_k
        self._faults = faults

    def state(self) -> StateView:
        """The sandbox as it is."""
        places = self._world.places()
        names = {place.location.business_id: place.location.business_name for place in places}
        return StateView(
            speed=self._living.speed,
            paused=self._living.paused,
            menu=[DishView(dish.sku, dish.name, dish.price) for dish in DISHES],
            businesses=[BusinessView(id_, name, MANAGERS.get(id_, "")) for id_, name in names.items()],
            locations=[self.location(place) for place in places],
        )

    def bill(self, sale: Sale) -> BillView:
        """One bill."""
        gone = self._journal.refunded_lines(sale.location_id, sale.external_id)
        return BillView(
            location_id=sale.location_id,
            number=sale.external_id,
            previous_number=sale.previous_external_id,
            receipt_number=sale.receipt_number,
            kind=sale.kind.value,
            state=sale.state.value,
            table=sale.table,
            covers=sale.covers or 0,
            currency=sale.currency,
            total=sale.total,
            service_charge=sale.service_charge or Decimal(0),
            paid=sale.paid or Decimal(0),
            tip=sale.tip or Decimal(0),
            opened_at=sale.opened_at,
            closed_at=sale.closed_at,
            staff=sale.staff.name if sale.staff else "",
            payments=[payment.method.name for payment in sale.payments if payment.method],
            lines=[
                LineView(index, line.name, line.sku, line.quantity, line.total, line.parent, index in gone)
                for index, line in enumerate(sale.lines)
            ],
        )

    def notifications(self, location_id: str) -> NotificationsView:
        """The notification setting of one location; an empty URL means none."""
        setting = self._lightspeed_k.notification_setting(location_id)
        return NotificationsView(
            url=setting.url if setting else "",
            code=setting.code if setting else "",
            username=setting.username if setting else "",
            password_set=bool(setting and setting.password.reveal()),
            waiting=self._lightspeed_k.waiting(location_id),
            latest=self._lightspeed_k.deliveries(location_id, limit=SHOWN_DELIVERIES),
        )

    def location(self, place: Place) -> LocationView:
        """One location."""
        location = place.location
        return LocationView(
            id=location.id,
            name=location.name,
            business_id=location.business_id,
            business_name=location.business_name,
            timezone=location.timezone,
            currency=location.currency,
            tables=place.tables,
            open=self._bills(self._world.open_sales(location.id)),
            closed=self._bills(self._journal.latest_closed(location.id, limit=SHOWN_CLOSED)),
            notifications=self.notifications(location.id),
            faults=self.faults(location.id),
        )

    def business_of(self, location_id: str) -> str:
        """The business a location belongs to. Raises RuleBroken."""
        return self._world.place(location_id).location.business_id

    def faults(self, location_id: str) -> FaultsView:
        """What is switched on at a location, or for the whole vendor (EVERYWHERE)."""
        if location_id != EVERYWHERE:
            self._world.place(location_id)
        return FaultsView(
            on=sorted(self._faults.own(LIGHTSPEED_K, location_id)),
            on_everywhere=sorted(self._faults.own(LIGHTSPEED_K, EVERYWHERE)),
            known=[fault.value for fault in Fault],
        )

    def faults_of_shops(self) -> FaultsView:
        """What is switched on for the vendor of the shops."""
        on = [fault.value for fault in sorted(self._faults.own(LIGHTSPEED_R, EVERYWHERE))]
        return FaultsView(on=on, on_everywhere=on, known=[fault.value for fault in OF_SHOPS])

    def _bills(self, sales: Sequence[Sale]) -> list[BillView]:
        return [self.bill(sale) for sale in sales]
