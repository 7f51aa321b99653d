"""What the financial API lists beside sales, in the vendor's words."""

import msgspec

from comptoir.connectors.lightspeed_k.schemas import Shape
from comptoir.connectors.lightspeed_k.values import Amount, Code, Count, Currency, Instant, Key, Zone, decoder

# Businesses: https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md


class BusinessLocation(Shape, frozen=True):
    """A restaurant; the document spells its id `blID`, a client in production reads `blId`."""

    bl_name: str
    timezone: Zone
    country: str | None = None
    id_documented: Key | None = msgspec.field(default=None, name="blID")
    id_recorded: Key | None = msgspec.field(default=None, name="blId")

    @property
    def id(self) -> Key | None:
        """The id, under whatever name."""
        return self.id_documented or self.id_recorded


class Business(Shape, frozen=True):
    """A merchant account with its restaurants."""

    business_name: str
    currency_code: Currency
    business_locations: list[BusinessLocation] | None = None


class BusinessList(Shape, frozen=True):
    """The content of a page of businesses."""

    business_list: list[Business] | None = None


class Businesses(Shape, frozen=True):
    """A page of businesses; HAL drops `_embedded` when it would be empty."""

    embedded: BusinessList | None = msgspec.field(default=None, name="_embedded")

    @property
    def listed(self) -> list[Business]:
        """The businesses of this page."""
        return (self.embedded.business_list if self.embedded else None) or []


class TaxRate(Shape, frozen=True):
    """A tax; `rate` is a multiplier, 1.2 for 20 %."""

    code: Code
    rate: Amount
    description: str | None = None
    tax_included: bool | None = None
    accounting_reference: Code | None = None


class PaymentMethod(Shape, frozen=True):
    """A way to pay."""

    code: Code
    pm_id: Key
    name: str | None = None
    accounting_reference: Code | None = None


class AccountingGroup(Shape, frozen=True):
    """Where bookkeeping puts an item; `statisticGroup` is text that may itself hold JSON."""

    accounting_group_id: Key
    name: str | None = None
    code: Code | None = None
    statistic_group: str | None = None


class Listed(Shape, frozen=True):
    """What a listing holds; each has its own name for it."""

    tax_rate_list: list[TaxRate] | None = None
    payment_method_list: list[PaymentMethod] | None = None
    accounting_group_list: list[AccountingGroup] | None = None


class Listing(Shape, frozen=True):
    """A listing; HAL drops `_embedded` when it would be empty."""

    embedded: Listed | None = msgspec.field(default=None, name="_embedded")


class Sums(Shape, frozen=True):
    """The sums of a group of sales, and of its parts; at the top of a day they may be missing."""

    total_amount: Amount | None = None
    service_charge: Amount | None = None
    number_of_sales: Count | None = None
    children: list["Sums"] | None = None


class DaySums(Sums, frozen=True):
    """The sums of a business day."""

    data_complete: bool | None = None
    next_start_of_day_as_iso8601: Instant | None = None


BUSINESSES = decoder(Businesses)
LISTING = decoder(Listing)
DAY_SUMS = decoder(DaySums)
