"""Which locations a sum is without: those of which a feed that it needs tells nothing (traffic-analytics.md 4.1, 3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums

FEW: Final = 3
"""So many names stand beside the figures; more are folded."""
FEEDS: Final[Mapping[str, Callable[[Sums], int]]] = {
    "visitors": lambda found: found.hours_t,
    "staff": lambda found: found.hours_h,
}
"""Each feed, and in how many hours it is known."""


@dataclass(frozen=True)
class Lacking:
    """A feed that is known of `known` locations, and not of those with these names."""

    feed: str
    known: int
    names: tuple[str, ...]

    @property
    def every(self) -> int:
        """How many locations there are."""
        return self.known + len(self.names)

    @property
    def is_few(self) -> bool:
        """Whether the names need no fold."""
        return len(self.names) <= FEW


def lacking_feeds(places: Sequence[Place], found: Mapping[UUID, Sums]) -> tuple[Lacking, ...]:
    """Of each feed the locations without it, where others have it: a feed of none is no sum, its figures are empty.

    `found` are the sums of each store. A location out of operation of which nothing is known is none of them.
    """
    made = []
    for feed, hours in FEEDS.items():
        known = {each.store.id for each in places if hours(found.get(each.store.id, Sums()))}
        names = tuple(
            each.store.name
            for each in places
            if each.store.id not in known and (each.is_operational or each.store.id in found)
        )
        if known and names:
            made.append(Lacking(feed, len(known), names))
    return tuple(made)
