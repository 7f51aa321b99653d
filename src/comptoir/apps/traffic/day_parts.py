"""Day parts of a chain: morning, lunch, or whatever it calls them, in whole hours of each store's own clock (4.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken

HOURS: Final = 24
MOST: Final = 12
LONGEST_NAME: Final = 40
LINE: Final = re.compile(r"(?P<name>\S.*?)\s+(?P<begins>\d{1,2})(?::00)?\s*[-–]\s*(?P<ends>\d{1,2})(?::00)?")


@dataclass(frozen=True)
class DayPart:
    """From `begins` up to `ends`, hours of the clock; what ends at or before it begins goes through midnight."""

    name: str
    begins: int
    ends: int

    @property
    def hours(self) -> tuple[int, ...]:
        """In their order."""
        length = (self.ends - self.begins) % HOURS or HOURS
        return tuple((self.begins + each) % HOURS for each in range(length))

    @property
    def label(self) -> str:
        """Lunch, 11:00–14:00."""
        return f"{self.name}, {self.begins:02}:00–{self.ends % HOURS:02}:00"


def usual() -> tuple[DayPart, ...]:
    """Of a chain that named none."""
    return (
        DayPart(_("Morning"), 6, 11),
        DayPart(_("Lunch"), 11, 15),
        DayPart(_("Afternoon"), 15, 18),
        DayPart(_("Evening"), 18, 23),
        DayPart(_("Night"), 23, 6),
    )


def read(text: str) -> tuple[DayPart, ...]:
    """One a line, such as `Lunch 11:00–14:00`. Raises RuleBroken that names the line.

    Two that share an hour would count it twice, and are refused; hours in none are shown apart.
    """
    found: list[DayPart] = []
    taken: dict[int, str] = {}
    for line in filter(None, (each.strip() for each in text.splitlines())):
        match = LINE.fullmatch(line)
        if match is None or int(match["begins"]) >= HOURS or int(match["ends"]) > HOURS:
            raise _broken(
                _("Write a name and whole hours, such as “Lunch 11:00–14:00”: %(line)s") % {"line": line[:60]}
            )
        part = DayPart(match["name"][:LONGEST_NAME], int(match["begins"]), int(match["ends"]) % HOURS)
        for hour in part.hours:
            if hour in taken:
                both = {"hour": f"{hour:02}:00", "one": taken[hour], "other": part.name}
                raise _broken(_("%(hour)s is in both %(one)s and %(other)s: an hour belongs to one part.") % both)
            taken[hour] = part.name
        found.append(part)
    if len(found) > MOST:
        raise _broken(_("A day has twelve parts at most."))
    return tuple(found)


def written(parts: Iterable[DayPart]) -> str:
    """As they are read."""
    return "\n".join(f"{each.name} {each.begins:02}:00–{each.ends % HOURS:02}:00" for each in parts)


def _broken(words: str) -> RuleBroken:
    return RuleBroken(words, code="day_parts_invalid", status=422)
