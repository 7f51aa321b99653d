"""K-Series to canonical records; pure. A closed account comes out the same, to the byte, from both of its surfaces.

What only one surface knows (line ids, uuids) stays in the raw body, and who a sale is for in `guests.py`. Assumptions
are constants here, explained in `README.md`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

from comptoir.connectors.lightspeed_k import schemas
from comptoir.connectors.lightspeed_k.books.schemas import Businesses
from comptoir.connectors.lightspeed_k.figures import figure, figure_or_none, named, positive, sum_of_known, text
from comptoir.connectors.lightspeed_k.lines import notified_lines, read_lines, total_with_tax
from comptoir.connectors.lightspeed_k.values import unreadable
from comptoir.pos.model import Location, Named, Observed, Payment, Sale, SaleKind, SaleState, Source

Present = TypeVar("Present")

KINDS: Final[Mapping[str, SaleKind]] = {
    "SALE": SaleKind.SALE,
    "REFUND": SaleKind.REFUND,
    "VOID": SaleKind.VOID,
    "CANCEL": SaleKind.VOID,
    "SPLIT": SaleKind.SPLIT,
    "TRANSFER": SaleKind.TRANSFER,
    "FLOAT": SaleKind.FLOAT,
    "RECALL": SaleKind.CORRECTION,
    "UPDATE": SaleKind.CORRECTION,
    "TRANSITORY": SaleKind.CORRECTION,
    "CROSS_BL": SaleKind.CORRECTION,
}
TYPE_WHEN_ABSENT: Final = "SALE"
REVENUE_TYPES: Final = frozenset({"SALE", "VOID", "REFUND", "CANCEL"})
"""The accounts that make revenue unless they are cancelled; all others move it about and add up to nothing."""

SERVICE_CHARGE_IS_BESIDE_THE_LINES: Final = True
"""V2 names no total: it is the sum of the lines, to which the service charge is added when this holds."""


ACCOUNT_DEVICE_IS_THE_TILL: Final = True
"""Which till a sale is of. A passive till works through an active one, and no document says which of the two the
account's `deviceId` names. When this holds it is the till people stand at; otherwise it is the active one behind it,
and the till is the device of the first line."""


def from_notification(said: schemas.Notification) -> Observed:
    """The account of a notification. Raises VendorUnreadable when it is closed at no time, or nowhere."""
    account = said.account
    location_id = said.business_location_id or account.business_location_id
    if location_id is None:
        raise unreadable("$.businessLocationId", "missing here and in the account")
    is_open = account.status == "open"
    if not is_open and account.close_date is None:
        raise unreadable("$.account.closeDate", "missing in a closed account")
    closed = None if is_open else account.close_date
    sale_type = account.type or TYPE_WHEN_ABSENT
    sale = Sale(
        location_id=str(location_id),
        external_id=str(account.account_number),
        kind=KINDS[sale_type],
        state=_state(cancelled=bool(account.cancelled), is_open=is_open),
        counted=_counted(sale_type, cancelled=bool(account.cancelled)),
        currency=account.currency_code,
        opened_at=account.open_date.at,
        closed_at=closed.at if closed else None,
        total=figure(account.total_amount),
        paid=figure_or_none(account.paid_amount),
        tax=figure_or_none(account.tax_amount),
        discount=positive(account.total_discount),
        service_charge=figure_or_none(account.service_charge),
        tip=figure_or_none(account.gratuity_amount),
        covers=None if account.cover_count is None else int(account.cover_count),
        previous_external_id=_previous(account.account_number, account.origin_account_number),
        receipt_number=text(account.receipt_number),
        register=_register(named(account.device_id, account.device_name), account.transaction_lines or ()),
        staff=named(account.staff_id, account.staff_name),
        table=_table(account.table_name, None),
        order_profile=text(account.account_profile_code),
        lines=notified_lines(account.transaction_lines or ()),
        payments=tuple(_notified_payment(each) for each in account.payment_lines or () if each.active is not False),
    )
    seen = account.update_date or account.close_date or account.open_date
    references = (f"{text(each.prefix)}:{text(each.reference)}" for each in account.external_references or ())
    aliases = _aliases(account.id, account.uuid, account.receipt_number, *references)
    return Observed(sale=sale, source=Source.NOTIFICATION, observed_at=seen.at, aliases=aliases)


def from_sale(read: schemas.Sale, *, location: Location, now: datetime, path: str) -> Observed:
    """A closed sale of V2, found at `path` of its body. Raises VendorUnreadable without an instant or a total."""
    lines = read.sales_lines or ()
    totals = [total_with_tax(line, f"{path}.salesLines[{place}]") for place, line in enumerate(lines)]
    service_charge = sum_of_known(_service_charge(line) for line in lines)
    sale_type = read.type or TYPE_WHEN_ABSENT
    source = read.source or schemas.SaleSource()
    sale = Sale(
        location_id=location.external_id,
        external_id=str(read.account_fisc_id),
        kind=KINDS[sale_type],
        state=_state(cancelled=bool(read.cancelled), is_open=False),
        counted=_counted(sale_type, cancelled=bool(read.cancelled)),
        currency=_currency(read) or location.currency,
        opened_at=_required(read.opened, f"{path}.timeOfOpening").at,
        closed_at=_required(read.closed, f"{path}.timeClosed").at,
        total=figure(sum(totals, start=_beside(service_charge))),
        paid=_sum_of_payments(read, "net_amount_with_tax"),
        tax=figure_or_none(sum_of_known(line.tax_amount for line in lines)),
        discount=positive(sum_of_known(line.total_discount_amount for line in lines)),
        service_charge=figure_or_none(service_charge),
        tip=_sum_of_payments(read, "tip"),
        covers=None if read.nb_covers is None else int(read.nb_covers),
        previous_external_id=_previous(read.account_fisc_id, source.previous_account_id, source.initial_account_id),
        receipt_number=text(read.receipt_id),
        register=_register(named(read.device_id, read.device_name), lines),
        staff=named(read.owner_id, read.owner_name),
        table=_table(read.table_name, read.table_number),
        order_profile=text(read.account_profile_code),
        lines=read_lines(lines, totals),
        payments=tuple(_read_payment(each) for each in read.payments or ()),
    )
    aliases = _aliases(read.account_reference, read.receipt_id, *(read.external_references or ()))
    return Observed(sale=sale, source=Source.READ, observed_at=now, aliases=aliases)


def locations(read: Businesses) -> tuple[Location, ...]:
    """The places of sale on a page of businesses. Raises VendorUnreadable when one has no id."""
    return tuple(
        Location(
            external_id=str(_required(found.id, f"$._embedded.businessList[{i}].businessLocations[{j}].blID")),
            name=text(found.bl_name),
            business_name=text(business.business_name),
            currency=business.currency_code,
            timezone=str(found.timezone),
            country=_country(found.country),
        )
        for i, business in enumerate(read.listed)
        for j, found in enumerate(business.business_locations or ())
    )


def _country(said: str | None) -> str:
    """ISO 3166, two letters; anything else is as good as unknown."""
    code = text(said).upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def _state(*, cancelled: bool, is_open: bool) -> SaleState:
    if cancelled:
        return SaleState.CANCELLED
    return SaleState.OPEN if is_open else SaleState.CLOSED


def _counted(sale_type: str, *, cancelled: bool) -> bool:
    return sale_type in REVENUE_TYPES and not cancelled


def _aliases(*names: str | None) -> tuple[str, ...]:
    """Each name once; what is absent is none."""
    return tuple(dict.fromkeys(name for each in names if (name := text(each)) and name != ":"))


def _previous(own: str, *candidates: str | None) -> str:
    """The first account named that is not this one."""
    return next((str(each) for each in candidates if each and each != own), "")


def _register(
    of_account: Named | None, lines: Sequence[schemas.TransactionLine] | Sequence[schemas.SaleLine]
) -> Named | None:
    """The till of a sale."""
    if ACCOUNT_DEVICE_IS_THE_TILL:
        return of_account
    return next((named(line.device_id, line.device_name) for line in lines if line.device_id), of_account)


def _table(name: str | None, number: str | None) -> str:
    """The label of the table alone: "Table 1" for "Dining Room, Table 1", else its number."""
    return text((name or "").rpartition(", ")[2]) or text(number)


def _service_charge(line: schemas.SaleLine) -> Decimal | None:
    return Decimal(0) if line.service_charge_type == "NO_SERVICE_CHARGE" else line.service_charge


def _beside(service_charge: Decimal | None) -> Decimal:
    return service_charge if SERVICE_CHARGE_IS_BESIDE_THE_LINES and service_charge is not None else Decimal(0)


def _notified_payment(payment: schemas.PaymentLine) -> Payment:
    return Payment(
        amount=figure(payment.amount),
        tip=figure(payment.gratuity_amount or Decimal(0)),
        method=named(payment.payment_method, payment.payment_method_description),
        external_reference=text(payment.external_reference),
    )


def _read_payment(payment: schemas.SalePayment) -> Payment:
    return Payment(
        amount=figure(payment.net_amount_with_tax),
        tip=figure(payment.tip or Decimal(0)),
        method=named(payment.code, payment.description),
        external_reference=text(payment.external_reference),
    )


def _sum_of_payments(read: schemas.Sale, field: str) -> Decimal | None:
    """A sum over the payments; unknown when they were not sent along."""
    if read.payments is None:
        return None
    return figure(sum((getattr(each, field) or Decimal(0) for each in read.payments), start=Decimal(0)))


def _currency(read: schemas.Sale) -> str | None:
    said: list[schemas.SaleLine | schemas.SalePayment] = [*(read.sales_lines or ()), *(read.payments or ())]
    return next((each.currency for each in said if each.currency), None)


def _required(value: Present | None, path: str) -> Present:
    if value is None:
        raise unreadable(path, "missing")
    return value
