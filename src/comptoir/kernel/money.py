"""Money: integer minor units and a currency; decimals in, never floats."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import msgspec

# ISO 4217, table A.1. Not from CLDR, which says what is usual in shops (no decimals for RSD or IQD), not what exists.
_CURRENCIES: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMAL_PLACES: Final = {code: places for places, codes in _CURRENCIES.items() for code in codes.split()}
DECIMAL_PLACES_ELSEWHERE: Final = 2
SMALLEST: Final = {places: Decimal(1).scaleb(-places) for places in (DECIMAL_PLACES_ELSEWHERE, *_CURRENCIES)}


class Money(msgspec.Struct, frozen=True, order=False):
    """An amount in minor units (cents, pence, whole yen) of one ISO 4217 currency."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount).scaleb(-decimal_places(self.currency))


def decimal_places(currency: str) -> int:
    """How many decimals the currency has by ISO 4217: EUR 2, JPY 0, KWD 3."""
    return DECIMAL_PLACES.get(currency, DECIMAL_PLACES_ELSEWHERE)


def to_minor(amount: Decimal, currency: str) -> int:
    """Round an exact amount in major units half up (away from zero) to minor units."""
    places = decimal_places(currency)
    return int(amount.quantize(SMALLEST[places], rounding=ROUND_HALF_UP).scaleb(places))
