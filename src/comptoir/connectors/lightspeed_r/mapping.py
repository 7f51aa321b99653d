"""From R-Series' words to canonical records; pure (lightspeed-r-series.md 9.7, 9.8, 10, 11).

The header is the truth for money, lines for units and attribution: taxes are rounded once, in the header.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_r import schemas
from comptoir.connectors.lightspeed_r.values import listed, unreadable
from comptoir.pos.model import (
    Line,
    LineKind,
    Location,
    Named,
    Observed,
    Payment,
    Sale,
    SaleKind,
    SaleState,
    Source,
    address_line,
    exact,
)

LONGEST_NAME: Final = 120
LINE_DECIMALS: Final = 6
"""Lines carry unrounded tax; beyond this nothing is kept."""
FEES: Final = frozenset({"item_fee", "item_fee_refund"})
"""Lines that are part of the total and no merchandise (11.2)."""
STORED_VALUE: Final = frozenset({"4", "5"})
"""Credit account and gift card: the ids of these payment types are fixed (9.11)."""


@dataclass(frozen=True)
class Names:
    """What ids of an account are called: registers and people are named by lists of their own."""

    registers: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)


def location_id(account_id: str, shop_id: str) -> str:
    """Shops are numbered within their account: two accounts both have a shop 1."""
    return f"{account_id}:{shop_id}"


def from_sale(read: schemas.Sale, *, account_id: str, currency: str, names: Names, now: datetime) -> Observed:
    """A sale in whatever state."""
    lines = _children(read.sale_lines, "sale_line")
    payments = _payments(read)
    loads = _loads_stored_value(read)
    sale = Sale(
        location_id=location_id(account_id, str(read.shop_id)),
        external_id=str(read.sale_id),
        kind=_kind([line for line in lines if _line_kind(line, loads) is LineKind.MERCHANDISE], read.total),
        state=_state(read),
        counted=bool(read.completed) and not read.voided and not read.archived,
        currency=currency,
        opened_at=(read.create_time or read.complete_time or read.time_stamp).at,
        closed_at=_closed_at(read),
        total=exact(read.total),
        paid=exact(sum((each.amount for each in payments), start=Decimal(0))) if read.sale_payments else None,
        tax=exact(read.calc_tax1 + read.calc_tax2),
        discount=abs(exact(read.calc_discount)),
        tip=exact(read.calc_tips) if read.calc_tips is not None else None,
        receipt_number=_text(read.ticket_number),
        register=_named(read.register_id.known, names.registers),
        staff=_named(read.employee_id.known, names.staff),
        is_untaxed=not read.is_tax_inclusive,
        lines=tuple(_line(each, loads) for each in lines),
        payments=payments,
    )
    return Observed(sale=sale, source=Source.READ, observed_at=now)


def location(read: schemas.Shop, *, account: schemas.AccountHead, currency: str, path: str) -> Location:
    """A shop as a place of sale. Raises VendorUnreadable where its zone is none this machine knows."""
    try:
        ZoneInfo(read.time_zone)
    except (ValueError, KeyError, OSError) as error:
        raise unreadable(f"{path}.timeZone", f"not a time zone: {read.time_zone[:60]!r}") from error
    contact = read.contact if isinstance(read.contact, schemas.Contact) else None
    addresses = contact.addresses if contact else None
    found = listed(addresses.contact_address) if isinstance(addresses, schemas.Addresses) else []
    country = next((each.country_code for each in found if each.country_code), "")
    lines = (address_line(each.address1, each.address2, each.zip, each.city) for each in found)
    return Location(
        external_id=location_id(str(account.account_id), str(read.shop_id)),
        name=_text(read.name),
        business_name=_text(account.name),
        currency=currency,
        timezone=read.time_zone,
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        address=next(filter(None, lines), ""),
    )


def full_name(read: schemas.Employee) -> str:
    """First and last name; stray spaces happen (9.5)."""
    return _text(" ".join(f"{read.first_name} {read.last_name}".split()))


def _state(read: schemas.Sale) -> SaleState:
    """11.1: a void keeps the sale's record; an archived sale that was never completed was abandoned."""
    if read.voided or read.archived:
        return SaleState.CANCELLED
    return SaleState.CLOSED if read.completed else SaleState.OPEN


def _closed_at(read: schemas.Sale) -> datetime | None:
    """The completion, which may lie in the past of it; very old sales lack it (9.7)."""
    if read.complete_time is not None:
        return read.complete_time.at
    return read.time_stamp.at if read.completed or read.voided else None


def _kind(lines: Sequence[schemas.SaleLine], total: Decimal) -> SaleKind:
    """By merchandise: returned goods alone are a refund, both ways an exchange (11.3)."""
    quantities = [line.unit_quantity for line in lines]
    if any(each < 0 for each in quantities):
        return SaleKind.EXCHANGE if any(each > 0 for each in quantities) else SaleKind.REFUND
    return SaleKind.REFUND if total < 0 and not quantities else SaleKind.SALE


def _line_kind(read: schemas.SaleLine, loads: bool) -> LineKind:
    """A load of a gift card has no item and no price of its own: its payments say what it is (11.4)."""
    if _text(read.line_type) in FEES:
        return LineKind.FEE
    is_load = not read.item_id.known and not read.unit_price and loads
    return LineKind.GIFT_CARD if is_load else LineKind.MERCHANDISE


def _loads_stored_value(read: schemas.Sale) -> bool:
    """Whether money went onto a gift card or an account: a payment of that type that is negative (9.9)."""
    return any(
        each.amount < 0 and str(each.payment_type_id) in STORED_VALUE
        for each in _children(read.sale_payments, "sale_payment")
        if not each.archived
    )


def _line(read: schemas.SaleLine, loads: bool) -> Line:
    item = read.item if isinstance(read.item, schemas.SoldItem) else None
    note = read.note if isinstance(read.note, schemas.Note) else None
    return Line(
        name=_text(item.description if item else None) or _text(note.note if note else None),
        quantity=exact(read.unit_quantity),
        unit_price=exact(read.unit_price),
        total=_unrounded(read.calc_total),
        tax=None if read.calc_tax1 is None else _unrounded(read.calc_tax1 + (read.calc_tax2 or 0)),
        kind=_line_kind(read, loads),
        sku=_text(item.custom_sku or item.system_sku if item else None) or read.item_id.known,
        tax_rate_ppm=_rate(read),
        category=item.category_id.known if item and item.category_id else "",
    )


def _unrounded(amount: Decimal) -> Decimal:
    return exact(amount.quantize(Decimal(1).scaleb(-LINE_DECIMALS), rounding=ROUND_HALF_UP))


def _rate(read: schemas.SaleLine) -> int | None:
    """Both taxes together, in parts per million; tax 2 is not compounded on tax 1 (10.4)."""
    if read.tax is None or read.tax1_rate is None:
        return None
    rate = read.tax1_rate + (read.tax2_rate or 0) if read.tax else Decimal(0)
    return int((rate * 1_000_000).to_integral_value(ROUND_HALF_UP))


def _payments(read: schemas.Sale) -> tuple[Payment, ...]:
    """Money that moved: archived payments are cancelled attempts (9.9)."""
    return tuple(
        Payment(
            amount=exact(each.amount - (each.tip_amount or 0)),
            tip=exact(each.tip_amount or Decimal(0)),
            method=_method(each),
            external_reference=_text(each.remote_reference),
        )
        for each in _children(read.sale_payments, "sale_payment")
        if not each.archived
    )


def _method(read: schemas.SalePayment) -> Named:
    found = read.payment_type
    return Named(id=str(read.payment_type_id), name=_text(found.name) if isinstance(found, schemas.PaymentType) else "")


def _children(container: object, name: str) -> list:  # type: ignore[type-arg]
    return listed(getattr(container, name)) if container is not None and not isinstance(container, str) else []


def _named(identifier: str, names: Mapping[str, str]) -> Named | None:
    return Named(id=identifier, name=names.get(identifier, "")) if identifier else None


def _text(value: str | None) -> str:
    """Text for people: without NUL, which no database keeps, and no longer than a name can be."""
    return (value or "").replace("\x00", "").strip()[:LONGEST_NAME]
