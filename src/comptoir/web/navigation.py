"""Where one can go: the house's own places and those of the apps, as far as a role may see them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.core.accounts.roles import Role, may
from comptoir.core.installations import manifest

BOTTOM_BAR_PLACES = 4


@dataclass(frozen=True)
class Place:
    """One line of the navigation."""

    label: str | Promise
    url: str
    icon: str
    is_current: bool
    begins_group: bool = False


@dataclass(frozen=True)
class Entry:
    """What may become a place: once its route exists and the role may see it."""

    label: str | Promise
    url_name: str
    icon: str
    permission: str
    begins_group: bool = False
    app: str = ""
    keeps: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further routes that lie in it, by name, although their addresses do not say so."""


NOTHING: Final[Mapping[str, str]] = {}
OPENING = (Entry(_("Overview"), "overview", "overview", "overview.view"),)
HOUSE = (
    Entry(_("Sales"), "sales", "sales", "sales.view", begins_group=True),
    Entry(_("Connections"), "connections", "connections", "connections.view"),
    Entry(_("Inbox"), "inbox", "inbox", "inbox.view"),
    Entry(_("Imports"), "imports", "download", "imports.view"),
    Entry(_("Settings"), "settings", "settings", "settings.view"),
)


def places(role: Role, path: str, query: Mapping[str, str] = NOTHING) -> tuple[Place, ...]:
    """The places this role may go to, the one that `path` lies in marked as current.

    `query`: what stands in the address, of which places of the same app may carry something on.
    """
    found = [(entry, url) for entry in _entries() if may(role, entry.permission) and (url := _address(entry.url_name))]
    near = [(len(_nearest(path, (url, *map(_address, entry.also)))), url, entry) for entry, url in found]
    length, current, entry_here = max(near, key=lambda each: each[0], default=(0, "", None))
    here = entry_here.app if length and entry_here else ""
    return tuple(
        Place(
            entry.label,
            url + (_kept(entry, query) if entry.app == here else ""),
            entry.icon,
            is_current=bool(length) and url == current,
            begins_group=entry.begins_group,
        )
        for entry, url in found
    )


def _kept(entry: Entry, query: Mapping[str, str]) -> str:
    kept = {name: query[name] for name in entry.keeps if query.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def _entries() -> Iterator[Entry]:
    yield from OPENING
    for app in manifest.apps():
        for position, item in enumerate(app.navigation):
            yield Entry(
                item.label, item.url_name, item.icon, item.permission, position == 0, app.slug, item.keeps, item.also
            )
    yield from HOUSE


@cache
def _address(url_name: str) -> str:
    """Empty where nobody has given the name a route. Routes are what they are from the start: each is asked once."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _nearest(path: str, urls: tuple[str, ...]) -> str:
    """The longest of these that `path` lies in; empty where it lies in none."""
    return max((url for url in urls if url and _lies_in(path, url)), key=len, default="")


def _lies_in(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
