"""Bills for the weekly balance: the worked day of the reference, and short ways to others."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from comptoir.pos.model import Credit, Line, Named, Payment, Sale, SaleKind, SaleState

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DAY = date(2026, 6, 10)
DANISH = 250_000


def line(quantity: str, price: str, total: str | None = None, *, rate: int | None = DANISH, sku: str = "A") -> Line:
    """A line at a list price; `total` where it is not quantity times price."""
    amount = Decimal(total) if total is not None else Decimal(quantity) * Decimal(price)
    return Line(
        name="Thing",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        total=amount,
        tax_rate_ppm=rate,
        sku=sku,
    )


def bill(
    number: str,
    at: datetime,
    *lines: Line,
    tax: str | None = None,
    tip: str = "0",
    state: SaleState = SaleState.CLOSED,
    counted: bool = True,
    register: str = "",
    currency: str = "DKK",
    payments: tuple[Payment, ...] | None = None,
    opened_at: datetime | None = None,
    covers: int | None = None,
    location: str = "1",
    previous: str = "",
    credit: Credit = Credit.NONE,
) -> Sale:
    """A bill closed at an instant, paid in full unless `payments` say otherwise."""
    total = sum((each.total for each in lines), Decimal(0))
    return Sale(
        location_id=location,
        external_id=number,
        kind=SaleKind.SALE,
        state=state,
        counted=counted,
        currency=currency,
        opened_at=opened_at or at,
        closed_at=None if state is SaleState.OPEN else at,
        total=total,
        tax=None if tax is None else Decimal(tax),
        covers=covers,
        previous_external_id=previous,
        credit=credit,
        receipt_number=number,
        register=Named(id=register) if register else None,
        lines=lines,
        payments=payments if payments is not None else (Payment(amount=total, tip=Decimal(tip)),),
    )


def local(hour: int, minute: int = 0, *, day: date = DAY, zone: ZoneInfo = COPENHAGEN) -> datetime:
    """A wall-clock time as an instant."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def worked_day(day: date = DAY) -> list[Sale]:
    """The nine bills of weekly-balance.md 4.5."""
    card = line("1", "500", rate=None, sku="GIFT")
    paid = (Payment(amount=Decimal(100)), Payment(amount=Decimal(25), tip=Decimal(10)))

    def at(hour: int, minute: int) -> datetime:
        return local(hour, minute, day=day)

    return [
        bill("1", at(10, 15), line("2", "125"), tax="50"),
        bill("2", at(10, 40), line("1", "250", "225"), tax="45"),
        bill("3", at(11, 5), line("-1", "125"), line("1", "187.50"), tax="12.5"),
        bill("4", at(11, 20), line("-1", "250", "-225"), tax="-45"),
        bill("5", at(11, 30), card, tax="0"),
        bill("6", at(11, 45), line("1", "125"), tax="25", payments=paid),
        bill("7", at(12, 10), line("1", "125"), tax="25", state=SaleState.CANCELLED),
        bill("8", at(12, 20), line("1", "125"), tax="25", state=SaleState.OPEN, payments=()),
        bill("9", at(12, 30), line("0.512", "100"), tax="10.24"),
    ]
