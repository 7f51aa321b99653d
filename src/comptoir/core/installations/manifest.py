"""What an app tells the house about itself, and the registry of apps."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils.functional import Promise

from comptoir.core.accounts.roles import Role, allow
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.connector import Fact
from comptoir.pos.events import EventKind
from comptoir.pos.model import Sale
from comptoir.pos.scans import Scanned


@dataclass(frozen=True)
class Event:
    """Something that happened to a sale, as a handler hears it. The sale is quoted by id: read it from the ledger."""

    id: UUID
    organisation_id: UUID
    store_id: UUID
    kind: EventKind
    sale_id: UUID
    revision: int
    at: datetime


@dataclass(frozen=True)
class Heard:
    """What a notification told beside sales, or the bill it showed; `verified` unless it came in at a shared door."""

    organisation_id: UUID
    store_id: UUID
    provider: str
    told: Fact | Sale
    verified: bool


@dataclass(frozen=True)
class Trouble:
    """Money, or something as dear, that an app has to report of a store: how many, and since when. `code` is that of a
    cause of `core.health.causes`."""

    store_id: UUID
    count: int
    since: datetime
    code: str = "money_not_on_till"


Guide = tuple[str | Promise, ...]
"""What help says about a page: a few sentences, lazily translated."""
Handler = Callable[[Sequence[Event], datetime], None]
"""Called with events of one organisation, in no promised order, and now; inside a transaction, all or nothing.

Each event is heard in exactly one successful call. When a call fails, each of its events is tried alone: a handler that
takes all of them in a few queries is fast, and one bad event still holds up nobody.
"""


@dataclass(frozen=True)
class NavigationItem:
    """A place in the navigation. `label` is lazily translated text; `icon` a name of the icon set.

    `keeps`: what of the query of one place of the app is carried on to the others. `also`: names of further routes that
    lie in it.
    """

    label: str | Promise
    url_name: str
    icon: str
    permission: str
    keeps: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """What an app made of a sale, in a few words; `level` is that of the pages' lights: ok, info, warn, bad, off."""

    level: Literal["ok", "info", "warn", "bad", "off"]
    words: str


@dataclass(frozen=True)
class Bundle:
    """Several apps that are switched on for a store together: each is on while it, or a bundle it is part of, is on."""

    slug: str
    name: str | Promise


@dataclass(frozen=True)
class App:
    """A business app. `name` and `summary` are lazily translated.

    `guides` are the sentences that help shows on each page of the app, by the name of its route. `traces` tells what
    became of sales of an organisation, by their ids, in the reader's language. `scanned` tells whose a code is that a
    till read: of an organisation, at a store, over a provider; None when it is none of the app's. Raises RuleBroken.
    `heard` is called with what tills told, in the transaction that keeps it: it writes rows and enqueues, no more.
    `troubles` tells what of an organisation's money is not where it belongs, for the health of its stores, and
    `troubles_at` is the path of the page that mends it.
    `partner_places` are its pages about makers of tills, linked from the page *Partners*, and `backoffice_places` those
    for whoever runs the installation.
    `deeds` are words for what the record of activity tells of it, by its codes.
    `at_rest` tells the stores of which it wants nothing to be read now: one of which nobody else wants anything either
    is left alone.
    `comes_with_store`: every store that is linked gets it; False for one that is set up on its own pages.
    """

    slug: str
    name: str | Promise
    summary: str | Promise
    handlers: Mapping[EventKind, Handler]
    navigation: tuple[NavigationItem, ...] = ()
    permissions: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    guides: Mapping[str, Guide] = field(default_factory=dict)
    deeds: Mapping[str, str | Promise] = field(default_factory=dict)
    traces: Callable[[UUID, Collection[UUID]], Mapping[UUID, Trace]] | None = None
    bundles: tuple[Bundle, ...] = ()
    scanned: Callable[[UUID, UUID, str, str, datetime], Scanned | None] | None = None
    heard: Callable[[Sequence[Heard], datetime], None] | None = None
    troubles: Callable[[UUID, datetime], Iterable[Trouble]] | None = None
    troubles_at: str = ""
    at_rest: Callable[[], set[UUID]] | None = None
    comes_with_store: bool = True
    partner_places: tuple[NavigationItem, ...] = ()
    backoffice_places: tuple[NavigationItem, ...] = ()


_apps: dict[str, App] = {}


def register(app: App) -> None:
    """Make an app known and add its rows to the table of permissions."""
    _apps[app.slug] = app
    for permission, roles in app.permissions.items():
        allow(permission, roles)


def apps() -> tuple[App, ...]:
    """All apps, in order of registration."""
    return tuple(_apps.values())


def app(slug: str) -> App:
    """The app of this slug. Raises RuleBroken."""
    try:
        return _apps[slug]
    except KeyError:
        raise RuleBroken(f"There is no app named {slug}.", code="app_unknown", status=404) from None


def deeds() -> dict[str, str | Promise]:
    """Words for what is done in all apps, by the codes of the record of activity."""
    return {code: words for app in _apps.values() for code, words in app.deeds.items()}


def bundles() -> tuple[Bundle, ...]:
    """All bundles that some app is part of, each once."""
    return tuple(dict.fromkeys(bundle for app in _apps.values() for bundle in app.bundles))


def bundles_of(slug: str) -> tuple[str, ...]:
    """The bundles that an app is part of, by slug; a bundle is part of none."""
    return tuple(bundle.slug for bundle in _apps[slug].bundles) if slug in _apps else ()


def module(slug: str) -> App | Bundle:
    """The app or bundle that a switch of this slug is about. Raises RuleBroken."""
    return next((bundle for bundle in bundles() if bundle.slug == slug), None) or app(slug)


def owner_of(name: str) -> App | None:
    """The app that a permission or a scope such as `loyalty.read` belongs to; None for what is the house's own."""
    return _apps.get(name.partition(".")[0])
