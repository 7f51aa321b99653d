"""Health in words: for each cause what it means for the person who reads it, and the one button that mends it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.core.accounts.roles import Role, may
from comptoir.core.health.causes import Cause, Colour, Finding
from comptoir.core.health.lights import Light
from comptoir.core.installations import manifest
from comptoir.kernel.ids import public_id
from comptoir.web.kept_words import in_reader_words
from comptoir.web.parts import Action, Level, Status, Text

LEVELS: dict[Colour, Level] = {Colour.GREEN: "ok", Colour.AMBER: "warn", Colour.RED: "bad", Colour.GREY: "off"}
Target = Callable[[Finding], str]


@dataclass(frozen=True)
class Words:
    """What is said of a cause: beside the light, in a sentence, on the button, and where the button leads."""

    word: Promise
    sentence: Promise
    button: Promise | None = None
    target: Target | None = None


@dataclass(frozen=True)
class Told:
    """A finding, ready to be drawn."""

    finding: Finding
    light: Status
    sentence: Text
    action: Action | None

    @property
    def code(self) -> str:
        """The stable code."""
        return self.finding.cause.value


def _at(name: str, query: str = "") -> Target:
    return lambda _finding: reverse(name) + query


def _connection(finding: Finding) -> str:
    return reverse("connection", args=[public_id("con", finding.subject_id)])


def _of_app(_finding: Finding) -> str:
    return next((app.troubles_at for app in manifest.apps() if app.troubles_at), "")


WORDS: dict[Cause, Words] = {
    Cause.SIGNED_OUT: Words(
        _("Signed out"),
        _(
            "%(name)s no longer accepts Comptoir: no sale comes in until you sign in there again. Nothing is "
            "lost, what was sold meanwhile is read afterwards."
        ),
        _("Sign in again"),
        _connection,
    ),
    Cause.GIVEN_BACK: Words(
        pgettext_lazy("a sign-in", "Given back"),
        _("The sign-in was given back to %(name)s: nothing is read there until somebody signs in again."),
        _("Sign in again"),
        _connection,
    ),
    Cause.PARTLY_GRANTED: Words(
        _("Partial"),
        _(
            "%(name)s gave Comptoir only a part of the rights it asks for, so something does not work. Sign in again "
            "with a user who may grant them all."
        ),
        _("See what is missing"),
        _connection,
    ),
    Cause.RENEWAL_FAILING: Words(
        _("Sign-in not renewed"),
        _(
            "The sign-in at %(name)s could not be renewed for an hour. Comptoir keeps trying; sign in again "
            "before it ends."
        ),
        _("Open the connection"),
        _connection,
    ),
    Cause.VENDOR_UNREACHABLE: Words(
        _("Not reachable"),
        _("%(name)s does not answer. Comptoir asks again every few minutes and reads what was missed."),
        _("Open the connection"),
        _connection,
    ),
    Cause.VENDOR_LIMITS: Words(
        _("Slowed down"),
        _(
            "%(name)s has asked Comptoir to wait: too many questions at once. Sales come in a little later; "
            "nothing is to be done."
        ),
    ),
    Cause.LOCATION_UNLINKED: Words(
        _("Choose a store"),
        _("No location of %(name)s feeds a store yet: its sales are not taken."),
        _("Choose a store"),
        _connection,
    ),
    Cause.STORE_NOT_CONNECTED: Words(
        _("Not connected"), _("%(name)s has no till yet."), _("Connect"), _at("connections")
    ),
    Cause.NOTHING_YET: Words(
        _("Waiting"), _("%(name)s is connected and waits for its first sale."), _("See connections"), _at("connections")
    ),
    Cause.NOTIFICATIONS_STOPPED: Words(
        _("Till stopped telling"),
        _(
            "The till of %(name)s has stopped telling of its sales at once. They still come in from its books, "
            "about a minute later. Check the address in the till’s back office."
        ),
        _("See the address"),
        _at("connections"),
    ),
    Cause.QUIET: Words(
        _("Quiet"),
        _(
            "Nothing has come from %(name)s for longer than usual. If it is closed, nothing is to be done; if it "
            "sells, check that its till is online."
        ),
        _("See what came in"),
        _at("inbox"),
    ),
    Cause.PARKED: Words(
        _("Parked"),
        _(
            "Notifications of %(name)s could not be read (%(count)d); they are kept, with the reason. Read "
            "them again, or tell us."
        ),
        _("See what is parked"),
        _at("inbox", "?outcome=parked"),
    ),
    Cause.MONEY_NOT_ON_TILL: Words(
        _("Money not on the till"),
        _(
            "Guests of %(name)s have paid, and the till does not show it (%(count)d). Do not ask them for it again; "
            "see what to do."
        ),
        _("See open payments"),
        _of_app,
    ),
    Cause.PAYMENT_UNKNOWN: Words(
        _("Unknown payment"),
        _(
            "The till of %(name)s tells of payments under references like those of Comptoir, which Comptoir never sent "
            "(%(count)d). Look at the bills, then say so."
        ),
        _("See which"),
        _of_app,
    ),
    Cause.IMPORT_STOPPED: Words(
        _("Import stopped"),
        _("An import for %(name)s stopped; what was read until then is kept, and it goes on where it stopped."),
        _("See imports"),
        _at("imports"),
    ),
    Cause.APP_FAILING: Words(
        _("App in trouble"),
        _(
            "%(name)s could not handle what happened at the till. Comptoir tries again every hour at least; "
            "nothing is lost."
        ),
    ),
    Cause.BACKLOG_OLD: Words(
        _("Behind"),
        _(
            "What came in has been waiting for minutes and is kept safe. Whoever runs this installation has to "
            "look at its workers."
        ),
    ),
    Cause.NO_WORKER: Words(
        _("No worker"),
        _(
            "What comes in is kept but not worked upon: no worker runs. Whoever runs this installation starts one"
            " with “comptoir work”."
        ),
    ),
    Cause.MAIL_NOT_SET: Words(
        _("No mail"),
        _(
            "Comptoir cannot write to you when something goes wrong: no mail server is set. Whoever runs this "
            "installation sets COMPTOIR_SMTP_URL."
        ),
    ),
}


def tell(finding: Finding, role: Role) -> Told:
    """A finding in the language that is active; without the button where this role may not go."""
    words = WORDS[finding.cause]
    name = _app_name(finding.name) if finding.cause == Cause.APP_FAILING else finding.name
    sentence = str(words.sentence) % {"name": name, "count": finding.count}
    url = words.target(finding) if words.target else ""
    action = Action(words.button, url) if words.button and url and _may_go(role, url) else None
    light = Status(LEVELS[finding.rule.colour], words.word, finding.since, in_reader_words(finding.detail))
    return Told(finding, light, sentence, action)


def status(light: Light, role: Role, good: Status) -> Status:
    """The light of a connection or a store: its worst finding, or the good word."""
    return tell(light.worst, role).light if light.worst else good


def _may_go(role: Role, url: str) -> bool:
    try:
        found = resolve(url.partition("?")[0])
    except Resolver404:  # an app's page that this installation does not have
        return False
    return may(role, getattr(found.func, "permission", ""))


def _app_name(slug: str) -> str:
    return next((str(app.name) for app in manifest.apps() if app.slug == slug), slug)
