"""From the vendor's values to the spelling of canonical records."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from comptoir.pos.model import Named, exact

SHARED_DECIMALS: Final = 4
"""The precision both surfaces share: notifications give 4 decimals, V2 up to 6."""
SMALLEST: Final = Decimal(1).scaleb(-SHARED_DECIMALS)

LONGEST_NAME: Final = 120
LONGEST_ADDRESS: Final = 254
"""The longest e-mail address there is (RFC 5321)."""


def figure(amount: Decimal) -> Decimal:
    """An amount in the precision both surfaces share, in its one spelling."""
    return exact(amount.quantize(SMALLEST, rounding=ROUND_HALF_UP))


def figure_or_none(amount: Decimal | None) -> Decimal | None:
    """The same for a figure that may be unknown."""
    return None if amount is None else figure(amount)


def positive(amount: Decimal | None) -> Decimal | None:
    """The same without its sign."""
    return None if amount is None else abs(figure(amount))


def sum_of_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; of nothing it is 0, of unknowns alone it is unknown."""
    listed = [*amounts]
    known = [each for each in listed if each is not None]
    return None if listed and not known else sum(known, start=Decimal(0))


def parts_per_million(multiplier: Decimal | None) -> int | None:
    """1.2 is 20 %, so 200000; below 1 it is no multiplier."""
    if multiplier is None or multiplier < 1:
        return None
    return int(((multiplier - 1) * 1_000_000).to_integral_value(ROUND_HALF_UP))


def text(value: str | None) -> str:
    """Text for people: without NUL, which no database keeps, and no longer than a name can be."""
    return str(value or "").replace("\x00", "")[:LONGEST_NAME]


def uncut(value: str | None, longest: int = LONGEST_ADDRESS) -> str:
    """Text that leads somewhere only when it is whole, such as an address: what is too long is left out, not cut."""
    said = str(value or "").replace("\x00", "").strip()
    return said if len(said) <= longest else ""


def named(identifier: str | None, name: str | None) -> Named | None:
    """Somebody or something with an id; nothing without one."""
    return Named(id=text(identifier), name=text(name)) if identifier else None
