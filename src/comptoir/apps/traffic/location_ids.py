"""Location ids: text that every feed names a location by, padded on the left; pure (traffic-analytics.md 2.3)."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken

WIDTH: Final = 4
LONGEST: Final = 64
MASKS: Final[Mapping[str, int]] = {"": 0, "last_3": 3, "last_4": 4}
"""Of a longer code only its last characters count (`SB0007` is 0007)."""
Key = TypeVar("Key")


def shown(location_id: str) -> str:
    """As it is written everywhere: short numbers with leading zeros, everything else as it is."""
    return location_id.zfill(WIDTH) if location_id.isdecimal() else location_id


def matching(location_id: str, mask: str = "") -> str:
    """What is compared: ids that are equal here are the same location; "" for none."""
    last = MASKS[mask]
    return shown(location_id[-last:] if last else location_id)


class Named(Protocol):
    """What has an id, with what of it is compared."""

    location_id: Any
    matching_id: Any


Found = TypeVar("Found", bound=Named)


def by_names(places: Iterable[Found]) -> dict[str, Found]:
    """Each by whatever feeds may call it, as it is shown: by what of its id counts, and by all of it (`SB0007` of
    which the last four count is 0007 and SB0007), unless that is another's."""
    named = [each for each in places if each.matching_id]
    return {shown(each.location_id): each for each in named} | {each.matching_id: each for each in named}


def check(location_id: str) -> str:
    """The id as it is stored. Raises RuleBroken for what is none."""
    said = location_id.strip()
    if len(said) > LONGEST or not all(each.isalnum() or each in "-_." for each in said):
        raise RuleBroken(
            _("A location id has letters, digits, - _ . and at most 64 of them."), code="location_id_invalid"
        )
    if said and said.isdecimal() and not said.strip("0"):
        raise RuleBroken(_("0 is no shop: its number begins with 1."), code="location_id_invalid")
    return said


@dataclass(frozen=True)
class Place(Generic[Key]):
    """A shop of the till, or a location: what it is known by."""

    key: Key
    location_id: str
    name: str
    mask: str = ""
    address: str = ""


def propose(shops: Sequence[Place[Key]], locations: Sequence[Place[Key]]) -> dict[Key, Key]:
    """Which location each shop probably is: by its id, its name or its address, in this order; in doubt none."""
    found: dict[Key, Key] = {}
    for same in (_by_id, _by_name, _by_address):
        free = [each for each in locations if each.key not in found.values()]
        for shop in shops:
            hits = [each for each in free if same(shop, each) and each.key not in found.values()]
            if shop.key not in found and len(hits) == 1:
                found[shop.key] = hits[0].key
    return found


def _by_id(shop: Place[Key], location: Place[Key]) -> bool:
    return bool(location.location_id) and shown(shop.location_id) == matching(location.location_id, location.mask)


def _by_name(shop: Place[Key], location: Place[Key]) -> bool:
    return _plain(shop.name) == _plain(location.name)


def _by_address(shop: Place[Key], location: Place[Key]) -> bool:
    return bool(_plain(shop.address)) and _plain(shop.address) == _plain(location.address)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(each for each in folded if each.isalnum())


def twins(ids: Iterable[tuple[str, str]]) -> set[str]:
    """What is compared of ids that stand more than once, as (id, mask)."""
    seen: set[str] = set()
    return {key for each in ids if (key := matching(*each)) and (key in seen or seen.add(key))}  # type: ignore[func-returns-value]
