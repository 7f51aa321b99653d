"""Alerts in words: what is wrong, what it means for the figures, and the one thing to press."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.alert_tables import Alert
from comptoir.apps.traffic.alerts.finding import Kind
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role, may
from comptoir.kernel.clock import business_date
from comptoir.kernel.ids import public_id
from comptoir.web import formats
from comptoir.web.kept_words import in_reader_words
from comptoir.web.parts import Action, Level, Status

Target = Callable[[Alert, Store | None], str]


@dataclass(frozen=True)
class Words:
    """Of a kind of alert: beside the light, in a sentence, on the button, and where that leads."""

    level: Level
    word: Promise
    sentence: Promise
    button: Promise
    target: Target


@dataclass(frozen=True)
class Told:
    """An alert, ready to be drawn. `action` is None where the reader may not go, `until` "" while it lasts."""

    row: Alert
    light: Status
    sentence: str
    since: str
    until: str
    action: Action | None

    @property
    def public_id(self) -> str:
        """`tal_…`"""
        return public_id("tal", self.row.id)


def _day(row: Alert, store: Store | None) -> str:
    if store is None:
        return reverse("traffic")
    on = business_date(row.since, zone=ZoneInfo(store.timezone), day_start=store.day_start)
    return reverse("traffic_day", args=[store.public_id, on.isoformat()])


def _location(_row: Alert, store: Store | None) -> str:
    return reverse("traffic_location", args=[store.public_id]) if store else reverse("traffic_locations")


def _account(row: Alert, _store: Store | None) -> str:
    return reverse("connection", args=[public_id("con", UUID(row.part))])


def _feed(row: Alert, _store: Store | None) -> str:
    if row.closed_at:
        return reverse("traffic_feeds")  # it may be gone by now
    page = reverse("traffic_feed", args=[public_id("cfd", UUID(row.part))])
    return f"{page}#{row.details['file']}" if "file" in row.details else page


def _integrations(_row: Alert, _store: Store | None) -> str:
    return reverse("traffic_jobs")


WORDS: Final[dict[Kind, Words]] = {
    Kind.REFUSED: Words(
        "bad",
        _("Signed out"),
        _(
            "%(name)s no longer accepts the sign-in of %(who)s: no sale and no hour comes in. Sign in again, anybody"
            " who may; shops, schedule and history stay, and what was missed is read."
        ),
        _("Sign in again"),
        _account,
    ),
    Kind.NO_DATA: Words(
        "bad",
        _("No data"),
        _(
            "The till of %(name)s was last read on %(since)s. What was sold meanwhile is read as soon as it answers;"
            " until then the figures of today are too low. %(why)s"
        ),
        _("See the integration"),
        _integrations,
    ),
    Kind.COUNTER_DEAD: Words(
        "bad",
        _("Counter silent"),
        _(
            "%(counter)s of %(name)s has told nothing since %(since)s although it was open. Conversion leaves these"
            " hours out. Check its power and its network."
        ),
        _("See its counters"),
        _location,
    ),
    Kind.FEED_FAILED: Words(
        "bad",
        _("Counts do not arrive"),
        _(
            "Nothing has come from %(name)s since %(since)s: %(why)s Conversion leaves these hours out until it is"
            " mended; what waits there is taken then."
        ),
        _("See what is wrong"),
        _feed,
    ),
    Kind.NO_SALE: Words(
        "warn",
        _("No sale"),
        _(
            "%(visitors)s people came into %(name)s in two hours, and the till shows no sale. Check that it is in use"
            " and online."
        ),
        _("Open the day"),
        _day,
    ),
    Kind.CONVERSION_DROP: Words(
        "warn",
        _("Conversion dropped"),
        _(
            "On %(day)s, %(conversion)s of the visitors of %(name)s bought something; usual on this weekday is"
            " %(usual)s."
        ),
        _("Open the day"),
        _day,
    ),
    Kind.CONVERSION_ABOVE: Words(
        "warn",
        _("More sales than visitors"),
        _("%(name)s has %(transactions)s sales and only %(visitors)s visitors so far: a counter misses people."),
        _("See its counters"),
        _location,
    ),
    Kind.STAR_ABOVE: Words(
        "info",
        _("Few staff for the visitors"),
        _(
            "%(name)s has had more than %(target)s visitors for each hour of staff for three hours, %(star)s in the"
            " latest."
        ),
        _("Open the day"),
        _day,
    ),
    Kind.CLOCK_OPEN: Words(
        "info",
        _("Check-out missing"),
        _(
            "Somebody at %(name)s has been in for more than 16 hours by the time clock (people: %(people)s): a"
            " check-out is missing, and the staff figures of that day are provisional. Add it at the till; it is read"
            " again."
        ),
        _("Open the day"),
        _day,
    ),
}

OF_NOBODY: Final = _(
    "%(name)s no longer accepts the sign-in it was read with: no sale and no hour comes in. Sign in again, anybody who"
    " may; shops, schedule and history stay, and what was missed is read."
)
"""A refused account of which nobody remembers who signed in: that person is gone."""


def tell(row: Alert, store: Store | None, role: Role) -> Told:
    """An alert in the active language; without the button where this role may not go."""
    words = WORDS[Kind(row.kind)]
    zone = store.timezone if store else None
    said = {name: _said(name, value) for name, value in row.details.items()}
    if "file_name" in said:
        said["why"] = f"{said['file_name']}: {said['why']}"
    since = formats.clock_time(row.since, zone)
    values = {**said, "name": row.name, "since": since}
    told = OF_NOBODY if row.kind == Kind.REFUSED and not values.get("who") else words.sentence
    sentence = (str(told) % {"why": "", **values}).strip()
    url = words.target(row, store)
    action = (
        Action(words.button, url) if may(role, getattr(resolve(url.partition("#")[0]).func, "permission", "")) else None
    )
    until = formats.clock_time(row.closed_at, zone) if row.closed_at else ""
    return Told(row, Status(words.level, words.word, row.since), sentence, since, until, action)


def _said(name: str, value: str) -> str:
    """Figures and days as the language writes them."""
    if name == "day":
        return formats.day(date.fromisoformat(value))
    if name in ("visitors", "transactions", "people"):
        return formats.number(int(Decimal(value)))
    if name in ("conversion", "usual"):
        return shown.figure(BY_SLUG["conversion"], Decimal(value), "")
    if name in ("star", "target"):
        return formats.number(Decimal(value))
    return in_reader_words(value) if name == "why" else value
