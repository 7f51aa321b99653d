"""The arithmetic and spelling of figures that notifications and finance share, so that both tell the same story."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from comptoir.pos.model import Line, Sale, exact

MILLION: Final = Decimal(1_000_000)
SIX_PLACES: Final = Decimal("0.000001")
FOUR_PLACES: Final = Decimal("0.0001")
CENTS: Final = Decimal("0.01")
ZERO: Final = Decimal(0)


def rate(line: Line) -> Decimal:
    """The line's tax as a multiplier: 1.2 for 20 %."""
    return exact(1 + Decimal(line.tax_rate_ppm or 0) / MILLION)


def percentage(line: Line) -> Decimal:
    """The line's tax in percent: 20 for 20 %."""
    return exact(Decimal(line.tax_rate_ppm or 0) / 10_000)


def tax(line: Line) -> Decimal:
    """The tax contained in the line, rounded half up to six decimals."""
    return (line.total - line.total / rate(line)).quantize(SIX_PLACES, rounding=ROUND_HALF_UP)


def discount(line: Line) -> Decimal:
    """What was taken off the list price, for the whole line."""
    return line.unit_price * line.quantity - line.total


def account_tax(sale: Sale) -> Decimal:
    """The account's tax as notifications round it: four decimals, half up."""
    return sum(map(tax, sale.lines), ZERO).quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def text(value: Decimal, places: Decimal = CENTS) -> str:
    """An amount as the financial API writes it: a string with fixed decimals."""
    return format(value.quantize(places), "f")


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, exact."""
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def instant_text(instant: datetime) -> str:
    """An instant as the financial API writes it: UTC, milliseconds, Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_without_colon(instant: datetime, *, colon: bool = False) -> str:
    """An instant (UTC) as checks and errors spell it: `2021-12-21T13:24:49.265+0000`, or with a colon."""
    text_ = instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}"
    return f"{text_}+00:00" if colon else f"{text_}+0000"
