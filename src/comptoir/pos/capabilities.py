"""What an opened vendor account may be able to do: one small Protocol each; a manifest says which it has.

All methods raise VendorBusy, VendorRefused and VendorUnreadable; those that change something also OutcomeUnknown (look
before asking again) and Declined (nothing was done).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from comptoir.pos.model import Check, Identified, Location, Named, Observed
from comptoir.pos.orders import NewsAddress, OrderRequest, PaymentRequest, Readiness, Submission
from comptoir.pos.people import Shift, StaffMember
from comptoir.pos.places import (
    AccountingGroup,
    Availability,
    Business,
    DayTotals,
    Discount,
    FloorPlan,
    Item,
    Menu,
    OrderProfile,
    PaymentMethod,
    RegisterClosure,
    TaxRate,
)


class Capability(StrEnum):
    """The names of the Protocols below."""

    BUSINESSES = "businesses"
    FLOOR_PLANS = "floor_plans"
    CHECKS = "checks"
    ORDER_PROFILES = "order_profiles"
    PAYMENT_METHODS = "payment_methods"
    BOOKKEEPING = "bookkeeping"
    READINESS = "readiness"
    MESSAGES = "messages"
    AVAILABILITY = "availability"
    ITEMS = "items"
    MENUS = "menus"
    DAYS = "days"
    CHANGES = "changes"
    ORIGINAL_DATES = "original_dates"
    GUESTS = "guests"
    PAYMENTS = "payments"
    ORDERS = "orders"
    ORDER_NEWS = "order_news"
    STAFF = "staff"
    SHIFTS = "shifts"
    SHIFT_NEWS = "shift_news"
    SALES_NEWS = "sales_news"
    CLOSURES = "closures"


@dataclass(frozen=True)
class SalesPage:
    """One page of sales, who they were for where that was asked, and the cursor to the next (empty on the last)."""

    observed: tuple[Observed, ...]
    next_cursor: str
    identified: tuple[Identified, ...] = ()


@dataclass(frozen=True)
class SalesDay:
    """The closed sales of one trading day. `complete` is the vendor's word that nothing more will come."""

    observed: tuple[Observed, ...]
    complete: bool
    next_day_at: datetime | None


@runtime_checkable
class ReadsBusinesses(Protocol):
    """Lists what orders and payments may be sent to."""

    def businesses(self) -> tuple[Business, ...]:
        """Every merchant account of this consent, with its places."""


@runtime_checkable
class ReadsFloorPlans(Protocol):
    """Knows rooms and tables."""

    def floor_plans(self, location: Location) -> tuple[FloorPlan, ...]:
        """The floor plans with their tables; none is a normal state."""


@runtime_checkable
class ReadsChecks(Protocol):
    """Shows bills that are open now."""

    def checks(self, location: Location, *, now: datetime) -> tuple[Check, ...]:
        """Every open bill."""

    def check_at_table(self, location: Location, table_number: str, *, now: datetime) -> Check | None:
        """The oldest open bill of a table; `checks` shows when there are several."""

    def check(self, location: Location, check_id: str, *, now: datetime) -> Check | None:
        """One bill by its number; None when the till does not know it (any more)."""


@runtime_checkable
class ReadsOrderProfiles(Protocol):
    """Knows the ways of serving."""

    def order_profiles(self, location: Location) -> tuple[OrderProfile, ...]:
        """Those in use."""


@runtime_checkable
class ReadsPaymentMethods(Protocol):
    """Knows the ways to pay."""

    def payment_methods(self, location: Location) -> tuple[PaymentMethod, ...]:
        """Those of a place."""


@runtime_checkable
class ReadsBookkeeping(Protocol):
    """Knows taxes and accounting groups."""

    def tax_rates(self, location: Location) -> tuple[TaxRate, ...]:
        """The taxes of a place."""

    def accounting_groups(self, location: Location) -> tuple[AccountingGroup, ...]:
        """Where bookkeeping puts items."""


@runtime_checkable
class ReadsReadiness(Protocol):
    """Tells whether orders and payments can be sent."""

    def readiness(self, location: Location) -> Readiness:
        """As it is now."""


@runtime_checkable
class ShowsMessages(Protocol):
    """Can tell the staff something."""

    def show_message(self, location: Location, message: str, *, also_print: bool = False) -> None:
        """Show a message on the till."""


@runtime_checkable
class ReadsAvailability(Protocol):
    """Knows what is sold out."""

    def availability(self, location: Location, skus: Sequence[str]) -> tuple[Availability, ...]:
        """What is left of these items; those without a limit may be missing."""


@runtime_checkable
class ReadsItems(Protocol):
    """Knows what can be sold."""

    def items(self, location: Location) -> Iterator[Item]:
        """Every item."""


@runtime_checkable
class ReadsMenus(Protocol):
    """Knows what an order may name."""

    def menus(self, location: Location) -> tuple[Named, ...]:
        """The menus there are."""

    def menu(self, location: Location, menu_id: str, *, order_profile: str = "") -> Menu | None:
        """One of them, with the prices of an order profile."""

    def discounts(self, location: Location) -> tuple[Discount, ...]:
        """The discounts of the till."""


@runtime_checkable
class ReadsDays(Protocol):
    """Knows trading days, and what the vendor adds up for them."""

    def sales_of_day(self, location: Location, day: date, *, now: datetime) -> SalesDay:
        """The sales of a trading day, corrections on the day they were made."""

    def day_totals(self, location: Location, day: date) -> DayTotals:
        """The vendor's own sums of that day."""


@runtime_checkable
class ReadsChanges(Protocol):
    """Tells which sales changed, however old they are."""

    def changes(self, location: Location, *, mark: str, now: datetime) -> Iterator[SalesPage]:
        """Sales that changed, or were voided, after a mark of an earlier call; "" is a day ago. Some may come again.

        `next_cursor` of each page is the mark behind it: never empty, to be kept together with the page.
        """


@runtime_checkable
class ReadsOriginalDates(Protocol):
    """Dates corrections of the back office, and sales entered late, by the day they belong to."""

    def sales_as_dated(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Closed sales the vendor dates within the window, in no order, page by page from `cursor`."""

    def sales_of_day_as_dated(self, location: Location, day: date, *, now: datetime) -> SalesDay:
        """The sales of a trading day, corrections on the day of what they correct."""


@runtime_checkable
class IdentifiesGuests(Protocol):
    """Can say who a sale was for. Personal data: asked only where an app needs it."""

    def sales_with_guests(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """As `Vendor.sales`, with `identified`."""


@runtime_checkable
class TakesPayments(Protocol):
    """Enters money on a bill."""

    def pay(self, request: PaymentRequest) -> Submission:
        """Ask the till to enter a payment. The result is told later, under the request's reference."""


@runtime_checkable
class TakesOrders(Protocol):
    """Sends orders to the kitchen."""

    def place_order(self, request: OrderRequest) -> Submission:
        """Ask the till to take an order. The result is told later, under the request's reference."""

    def sale_of_order(self, location: Location, reference: str, *, now: datetime) -> Observed | None:
        """The final bill of an order of ours, once closed."""


@runtime_checkable
class TellsOrderNews(Protocol):
    """Posts news of orders, payments and items to an address of ours."""

    def listen(self, address: NewsAddress, locations: Sequence[Location]) -> None:
        """Make the address known, or bring it up to date, for these places. Harmless to repeat."""

    def stop_listening(self, endpoint_id: str) -> None:
        """Forget the address. Harmless to repeat."""


@runtime_checkable
class ReadsStaff(Protocol):
    """Knows who works there."""

    def staff(self, location: Location) -> Iterator[StaffMember]:
        """Users of the till and of the back office, each once."""

    def staff_groups(self, location: Location) -> tuple[Named, ...]:
        """The groups they are put in."""


@runtime_checkable
class ReadsShifts(Protocol):
    """Knows when they worked."""

    def shifts(self, location: Location, start: datetime, end: datetime) -> Iterator[Shift]:
        """The shifts of a window, oldest first."""


@runtime_checkable
class TellsShiftNews(Protocol):
    """Posts news of shifts to an address of ours."""

    def listen_for_shifts(self, location: Location, url: str) -> None:
        """Make the address known for every kind of news, or bring it up to date. Harmless to repeat."""

    def stop_listening_for_shifts(self, location: Location, url: str) -> None:
        """Forget the address. Harmless to repeat."""


@runtime_checkable
class TellsSalesNews(Protocol):
    """Posts to an address of ours that sales changed, for all places of the account."""

    def listen_for_sales(self, url: str) -> None:
        """Make the address known. Harmless to repeat."""

    def stop_listening_for_sales(self, url: str) -> None:
        """Forget the address. Harmless to repeat."""


@runtime_checkable
class ReadsClosures(Protocol):
    """Knows what each register took from its opening to its closing."""

    def closures(self, location: Location) -> tuple[RegisterClosure, ...]:
        """The latest of every register of a place, open or closed; asked often enough, none is missed."""


PROTOCOLS: Final[Mapping[Capability, type]] = {
    Capability.BUSINESSES: ReadsBusinesses,
    Capability.FLOOR_PLANS: ReadsFloorPlans,
    Capability.CHECKS: ReadsChecks,
    Capability.ORDER_PROFILES: ReadsOrderProfiles,
    Capability.PAYMENT_METHODS: ReadsPaymentMethods,
    Capability.BOOKKEEPING: ReadsBookkeeping,
    Capability.READINESS: ReadsReadiness,
    Capability.MESSAGES: ShowsMessages,
    Capability.AVAILABILITY: ReadsAvailability,
    Capability.ITEMS: ReadsItems,
    Capability.MENUS: ReadsMenus,
    Capability.DAYS: ReadsDays,
    Capability.CHANGES: ReadsChanges,
    Capability.ORIGINAL_DATES: ReadsOriginalDates,
    Capability.GUESTS: IdentifiesGuests,
    Capability.PAYMENTS: TakesPayments,
    Capability.ORDERS: TakesOrders,
    Capability.ORDER_NEWS: TellsOrderNews,
    Capability.STAFF: ReadsStaff,
    Capability.SHIFTS: ReadsShifts,
    Capability.SHIFT_NEWS: TellsShiftNews,
    Capability.SALES_NEWS: TellsSalesNews,
    Capability.CLOSURES: ReadsClosures,
}
