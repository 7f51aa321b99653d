"""Numbers as Babel writes them in a language, at a twentieth of its time: a report of a year has ten thousand.

How a language writes is learned from a few numbers that Babel wrote. Where these do not tell it (lakhs, for one), Babel
writes every number itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

Says = Callable[[Decimal], str]
GROUP, POINT = ",", "."
"""Of Python's own format."""
MANY: Final = Decimal(1234567)
PROBES: Final = (0, 1, 12, 999, 1234, 98765, 1234567, 12345678901)


@dataclass(frozen=True)
class _Way:
    """What stands around the digits of a number and of one below nought, and between them."""

    around: tuple[str, str]
    below: tuple[str, str]
    decimals: int
    marks: dict[int, str]

    def __call__(self, value: Decimal) -> str:
        before, after = self.below if value.is_signed() else self.around
        return f"{before}{f'{abs(value):,.{self.decimals}f}'.translate(self.marks)}{after}"


def learned(says: Says, decimals: int) -> Says:
    """The same as `says` for numbers that are rounded to so many decimals."""
    step = Decimal(1).scaleb(-decimals)
    many = MANY + 9 * step if decimals else MANY
    text = says(many)
    digits = [place for place, each in enumerate(text) if each.isdigit()]
    body = text[digits[0] : digits[-1] + 1]
    marks = {ord(GROUP): body[1], ord(POINT): body[9] if decimals else POINT}
    below = says(-many)
    start = below.find(body)
    way = _Way(
        (text[: digits[0]], text[digits[-1] + 1 :]), (below[:start], below[start + len(body) :]), decimals, marks
    )
    numbers = [sign * number + sign * 7 * step for number in PROBES for sign in (1, -1)]
    return way if start >= 0 and all(way(each) == says(each) for each in (*numbers, Decimal(0))) else says
