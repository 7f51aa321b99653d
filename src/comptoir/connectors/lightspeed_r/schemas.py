"""R-Series' JSON in the vendor's words, of V3 and of the older V2.

Only what is read is named; everything else in a body is ignored (lightspeed-r-series.md 3.9). What has no default must
be there.
"""

from typing import Final

import msgspec

from comptoir.connectors.lightspeed_r.values import Amount, Ending, Flag, Ident, Instant, decoder


def spelled(name: str) -> str:
    """`sale_id` is `saleID`, `calc_tax1` is `calcTax1`; an id within a name is written large."""
    first, *others = name.split("_")
    return first + "".join("ID" if each == "id" else each.title() for each in others)


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename=spelled):
    """A piece of the vendor's JSON."""


class Envelope(Shape, frozen=True):
    """What a list says of itself: in V3 the address of the next page, "" on the last."""

    next: str = ""


class Note(Shape, frozen=True):
    """Words at a line."""

    note: str | None = None


class SoldItem(Shape, frozen=True):
    """The item of a line."""

    description: str | None = None
    system_sku: str | None = None
    custom_sku: str | None = None
    category_id: Ident | None = None


class SaleLine(Shape, frozen=True):
    """A line of a sale; a negative quantity is returned. `calc_total` is unrounded, with tax."""

    sale_line_id: Ident
    unit_quantity: Amount
    unit_price: Amount
    calc_total: Amount
    calc_tax1: Amount | None = None
    calc_tax2: Amount | None = None
    tax: Flag | None = None
    tax1_rate: Amount | None = None
    tax2_rate: Amount | None = None
    item_id: Ident = Ident("0")
    employee_id: Ident = Ident("0")
    line_type: str | None = None
    item: SoldItem | str | None = msgspec.field(name="Item", default=None)
    note: Note | str | None = msgspec.field(name="Note", default=None)


class SaleLines(Shape, frozen=True):
    """The container of lines."""

    sale_line: list[SaleLine] | SaleLine | str | None = msgspec.field(name="SaleLine", default=None)


class PaymentType(Shape, frozen=True):
    """A way to pay; `type` is what the vendor takes it for."""

    payment_type_id: Ident
    name: str = ""
    type: str = ""
    archived: Flag | None = None


class SalePayment(Shape, frozen=True):
    """Money of a sale, tip included; an archived one was a cancelled attempt."""

    amount: Amount
    payment_type_id: Ident
    tip_amount: Amount | None = None
    archived: Flag | None = None
    remote_reference: str | None = None
    payment_type: PaymentType | str | None = msgspec.field(name="PaymentType", default=None)


class SalePayments(Shape, frozen=True):
    """The container of payments."""

    sale_payment: list[SalePayment] | SalePayment | str | None = msgspec.field(name="SalePayment", default=None)


class Sale(Shape, frozen=True):
    """A sale in any state. `total` is with tax and without tips."""

    sale_id: Ident
    shop_id: Ident
    time_stamp: Instant
    completed: Flag
    voided: Flag
    archived: Flag
    total: Amount
    calc_tax1: Amount
    calc_tax2: Amount
    calc_discount: Amount
    calc_payments: Amount
    calc_tips: Amount | None = None
    create_time: Instant | None = None
    complete_time: Instant | None = None
    ticket_number: str | None = None
    is_tax_inclusive: Flag | None = None
    register_id: Ident = Ident("0")
    employee_id: Ident = Ident("0")
    sale_lines: SaleLines | str | None = msgspec.field(name="SaleLines", default=None)
    sale_payments: SalePayments | str | None = msgspec.field(name="SalePayments", default=None)


class SaleVoid(Shape, frozen=True):
    """A sale that was voided."""

    sale_void_id: Ident
    sale_id: Ident


class SaleVoidsPage(Shape, frozen=True):
    """A page of voids."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    sale_void: list[SaleVoid] | SaleVoid | str | None = msgspec.field(name="SaleVoid", default=None)


class SalesPage(Shape, frozen=True):
    """A page of sales."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    sale: list[Sale] | Sale | None = msgspec.field(name="Sale", default=None)


class AccountHead(Shape, frozen=True):
    """The account that a token opens."""

    account_id: Ident
    name: str = ""


class AccountList(Shape, frozen=True):
    """The one account that a token sees."""

    account: list[AccountHead] | AccountHead = msgspec.field(name="Account")


class Currency(Shape, frozen=True):
    """A currency by its ISO code."""

    code: str


class AccountFacts(Shape, frozen=True):
    """What an account says of itself: the only place that names its currency."""

    default_currency: Currency


class ContactAddress(Shape, frozen=True):
    """Where something is."""

    country_code: str | None = None
    address1: str | None = None
    address2: str | None = None
    zip: str | None = None
    city: str | None = None


class Addresses(Shape, frozen=True):
    """The container of addresses."""

    contact_address: list[ContactAddress] | ContactAddress | str | None = msgspec.field(
        name="ContactAddress", default=None
    )


class Contact(Shape, frozen=True):
    """How somebody is reached."""

    addresses: Addresses | str | None = msgspec.field(name="Addresses", default=None)


class Shop(Shape, frozen=True):
    """A place of sale."""

    shop_id: Ident
    name: str
    time_zone: str
    archived: Flag
    contact: Contact | str | None = msgspec.field(name="Contact", default=None)


class ShopsPage(Shape, frozen=True):
    """A page of shops."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    shop: list[Shop] | Shop | None = msgspec.field(name="Shop", default=None)


class Register(Shape, frozen=True):
    """A till."""

    register_id: Ident
    name: str = ""


class RegistersPage(Shape, frozen=True):
    """A page of tills."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    register: list[Register] | Register | None = msgspec.field(name="Register", default=None)


class Employee(Shape, frozen=True):
    """Somebody who works there; `limit_to_shop_id` "0" is every shop."""

    employee_id: Ident
    archived: Flag
    first_name: str = ""
    last_name: str = ""
    lock_out: Flag | None = None
    limit_to_shop_id: Ident = Ident("0")


class EmployeesPage(Shape, frozen=True):
    """A page of people."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    employee: list[Employee] | Employee | None = msgspec.field(name="Employee", default=None)


class EmployeeHours(Shape, frozen=True):
    """A time at work; without `check_out` somebody is still in (3.6, also "" and null)."""

    employee_hours_id: Ident
    employee_id: Ident
    shop_id: Ident
    check_in: Instant
    check_out: Ending | None = None


class HoursPage(Shape, frozen=True):
    """A page of times at work."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    employee_hours: list[EmployeeHours] | EmployeeHours | None = msgspec.field(name="EmployeeHours", default=None)


class PaymentTypesPage(Shape, frozen=True):
    """A page of ways to pay."""

    about: Envelope = msgspec.field(name="@attributes", default=Envelope())
    payment_type: list[PaymentType] | PaymentType | None = msgspec.field(name="PaymentType", default=None)


ACCOUNTS: Final = decoder(AccountList)
ACCOUNT_FACTS: Final = decoder(AccountFacts)
SHOPS: Final = decoder(ShopsPage)
REGISTERS: Final = decoder(RegistersPage)
EMPLOYEES: Final = decoder(EmployeesPage)
HOURS: Final = decoder(HoursPage)
PAYMENT_TYPES: Final = decoder(PaymentTypesPage)
SALES: Final = decoder(SalesPage)
SALE_VOIDS: Final = decoder(SaleVoidsPage)
