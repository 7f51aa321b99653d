"""How fast an import may read: as fast as the vendor's bucket leaks, never so fast that it runs over (section 7)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

LEFT_FOR_LIVE: Final = Decimal("0.3")
"""This share of the bucket is never filled by imports: somebody may ask at any moment."""


def import_pause(headers: Mapping[str, str]) -> float:
    """Seconds until the bucket is empty enough for another page of an import; 0 where the answer does not say.

    The level may be fractional, and so may the rate.
    """
    level, slash, size = headers.get("x-ls-api-bucket-level", "").partition("/")
    try:
        filled, whole = Decimal(level), Decimal(size)
        rate = Decimal(headers.get("x-ls-api-drip-rate", ""))
    except InvalidOperation:
        return 0.0
    if not slash or not (filled.is_finite() and whole.is_finite() and rate.is_finite()) or rate <= 0:
        return 0.0
    return max(0.0, float((filled - whole * (1 - LEFT_FOR_LIVE)) / rate))
