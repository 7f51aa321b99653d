"""Marks of tills and providers, drawn by us: their letters on a coloured square, and nobody's trademark."""

import re
from dataclasses import dataclass
from typing import Final

COLOURS: Final = ("#0b6e69", "#8a3b12", "#5b3f9e", "#8c1d46", "#1f5a94", "#4c6410")
"""White letters stand on each of them with a contrast of 4.5 to 1 and more."""


@dataclass(frozen=True)
class Mark:
    """`name` is what it stands for, `letters` one or two of it; the same name always has the same colour, but where
    `beside` another mark has it already."""

    name: str
    beside: "Mark | None" = None

    @property
    def letters(self) -> str:
        """The first of its first word, and of the next one that begins with a capital."""
        words = [each for each in re.split(r"[\s\-]+", self.name) if each]
        rest = [each for each in words[1:] if each[0].isupper()]
        return "".join(each[0].upper() for each in (*words[:1], *rest[:1]))

    @property
    def colour(self) -> str:
        """Of its square."""
        place = sum(self.name.encode()) % len(COLOURS)
        is_taken = self.beside is not None and self.beside.colour == COLOURS[place]
        return COLOURS[(place + is_taken) % len(COLOURS)]
