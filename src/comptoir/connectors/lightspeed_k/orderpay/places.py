"""What orders and payments can be sent to, and whether they can be sent now."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from comptoir.connectors.lightspeed_k.calls import Calls, path_to, require_ok, whole_number
from comptoir.connectors.lightspeed_k.figures import figure, figure_or_none, text
from comptoir.connectors.lightspeed_k.orderpay import schemas
from comptoir.pos.model import Location, Named
from comptoir.pos.orders import Readiness
from comptoir.pos.places import Availability, Business, Discount, FloorPlan, OrderProfile, Table

BUSINESSES_PATH: Final = "/o/op/data/businesses"
FLOOR_PLANS_PATH: Final = "/o/op/data/{location}/floorplans"
TABLES_PATH: Final = "/o/op/data/{location}/floorplans/{plan}/tables"
PROFILES_PATH: Final = "/o/op/data/account-profiles"
READINESS_PATH: Final = "/o/op/1/onlineOrderReadiness"
MESSAGE_PATH: Final = "/o/op/1/printMsg"
AVAILABILITY_PATH: Final = "/o/op/1/itemAvailability"
DISCOUNTS_PATH: Final = "/o/op/1/menu/discounts"
MOST_SKUS: Final = 50
SKU_SEPARATOR: Final = ","
"""How several SKUs stand in one query parameter: the document says an array, not how it is written."""
AVAILABILITY_PAGE_SIZE: Final = 50
SERVICE_MODES: Final[Mapping[str, str]] = {"NONE": "eat_in", "TAKE_AWAY": "takeaway", "DELIVERY": "delivery"}


class Places(Calls):
    """Businesses, floor plans, order profiles, readiness, messages, availability, discounts."""

    def businesses(self) -> tuple[Business, ...]:
        """Merchant accounts. https://api-docs.lsk.lightspeed.app/operation/operation-apelookupbusinesses"""
        return tuple(
            Business(
                id=str(each.id),
                name=text(each.name),
                locations=tuple(Named(id=str(at.id), name=text(at.name)) for at in each.business_locations or ()),
            )
            for each in self._ask(BUSINESSES_PATH, schemas.BUSINESSES)
        )

    def floor_plans(self, location: Location) -> tuple[FloorPlan, ...]:
        """Rooms and tables; 404 means none. https://api-docs.lsk.lightspeed.app/operation/operation-apelookupfloorplans"""
        path = path_to(FLOOR_PLANS_PATH, location=location.external_id)
        found = self._ask_or_none(path, schemas.FLOOR_PLANS, {"expandTables": "true"}) or []
        return tuple(
            FloorPlan(id=str(plan.id), name=text(plan.name), tables=self._tables(plan, location)) for plan in found
        )

    def order_profiles(self, location: Location) -> tuple[OrderProfile, ...]:
        """Ways of serving. https://api-docs.lsk.lightspeed.app/operation/operation-apeaccountprofiles"""
        found = self._ask(PROFILES_PATH, schemas.PROFILES, {"businessLocationId": location.external_id})
        return tuple(
            OrderProfile(
                id=str(each.id),
                code=text(each.code),
                name=text(each.name),
                service_mode=SERVICE_MODES.get(each.delivery_mode or "", "unknown"),
            )
            for each in found.account_profile_list or ()
        )

    def readiness(self, location: Location) -> Readiness:
        """Whether orders and payments can be sent.

        https://api-docs.lsk.lightspeed.app/operation/operation-apegetonlineorderreadiness
        """
        found = self._ask(READINESS_PATH, schemas.READINESS, {"businessLocationId": location.external_id})
        return to_readiness(found, location.external_id)

    def show_message(self, location: Location, message: str, *, also_print: bool = False) -> None:
        """Show a message on the till. https://api-docs.lsk.lightspeed.app/operation/operation-apeprintmsg"""
        params = {"businessLocationId": str(whole_number(location.external_id, "place"))}
        body = {"message": message, "alsoToPrinter": also_print}
        require_ok(self._do("POST", MESSAGE_PATH, body, params, read_also=frozenset()))

    def availability(self, location: Location, skus: Sequence[str]) -> tuple[Availability, ...]:
        """What is left. https://api-docs.lsk.lightspeed.app/operation/operation-apegetrestricteditems"""
        groups = (skus[first : first + MOST_SKUS] for first in range(0, len(skus), MOST_SKUS))
        return tuple(each for group in groups for each in self._available(location, group))

    def discounts(self, location: Location) -> tuple[Discount, ...]:
        """Discounts of the menu. https://api-docs.lsk.lightspeed.app/operation/operation-apeloadalldiscounts"""
        found = self._ask(DISCOUNTS_PATH, schemas.DISCOUNTS, {"businessLocationId": location.external_id})
        return tuple(
            Discount(
                code=text(each.code),
                name=text(each.name),
                rate_ppm=_percent(each.discount_percentage),
                amount=figure_or_none(each.discount_amount),
            )
            for each in found
        )

    def _tables(self, plan: schemas.FloorPlan, location: Location) -> tuple[Table, ...]:
        """The tables of a plan, asked for where the plan came without them.

        https://api-docs.lsk.lightspeed.app/operation/operation-apegettables
        """
        tables = plan.tables
        if tables is None:
            path = path_to(TABLES_PATH, location=location.external_id, plan=plan.id)
            tables = self._ask_or_none(path, schemas.TABLES) or []
        return tuple(_table(each) for each in tables)

    def _available(self, location: Location, skus: Sequence[str]) -> Iterator[Availability]:
        page, pages = 0, 1
        while page < pages:
            params = {"businessLocationId": location.external_id, "skus": SKU_SEPARATOR.join(skus)}
            params |= {"page": str(page), "size": str(AVAILABILITY_PAGE_SIZE)}
            found = self._ask(AVAILABILITY_PATH, schemas.AVAILABLE, params)
            for each in found.data or ():
                yield Availability(
                    location_id=location.external_id,
                    sku=text(each.sku),
                    count=figure_or_none(each.count),
                    sold_out=None if each.count is None else each.count <= 0,
                    changed_at=each.updated_at.at if each.updated_at else None,
                )
            pages = int((found.metadata and found.metadata.total_pages) or 1) if found.data else 0
            page += 1


def to_readiness(said: schemas.Readiness, location_id: str) -> Readiness:
    """Readiness, decided from what must hold rather than from the word that sums it up."""
    enabled, till = said.online_ordering_api_configuration.enabled, said.pos_status
    is_open = till.sales_period == "OPENED"
    return Readiness(
        location_id=location_id,
        ready=enabled and is_open and till.accepting_online_orders and till.available_devices,
        enabled=enabled,
        sales_period_open=is_open,
        accepting=till.accepting_online_orders,
        till_available=till.available_devices,
        changed_at=said.last_updated_at.at if said.last_updated_at else None,
    )


def _table(table: schemas.Table) -> Table:
    return Table(
        id=str(table.id),
        number=text(table.number),
        label=text(table.description),
        reference=text(table.reference),
        seats=None if table.default_client_count is None else int(table.default_client_count),
        active=table.active is not False,
    )


def _percent(percentage: Decimal | None) -> int | None:
    return None if percentage is None else int((figure(percentage) * 10_000).to_integral_value(ROUND_HALF_UP))
