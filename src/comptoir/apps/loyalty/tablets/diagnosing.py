"""Why points do not show on a tablet: the four things it takes, and what became of the latest orders (2.8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty import reads, registers, showings, wording
from comptoir.apps.loyalty.devices import Register, Screen, Showing, Tablet
from comptoir.apps.loyalty.models import Offer
from comptoir.apps.loyalty.points import State
from comptoir.apps.loyalty.tablets.reads import TabletFacts
from comptoir.core.connections import reads as connections
from comptoir.core.connections.models import Connection
from comptoir.kernel.ids import public_id
from comptoir.kernel.money import Money
from comptoir.web.parts import Action, Level, Status, Step, Text

LATEST: Final = 20
ON_TABLET: Final[dict[str, tuple[Level, Text]]] = {
    Screen.QUEUED: ("info", gettext_lazy("Waits for the tablet")),
    Screen.SHOWN: ("info", gettext_lazy("Shown, not collected")),
    Screen.CLAIMED: ("ok", gettext_lazy("Collected")),
    Screen.DISMISSED: ("off", gettext_lazy("Waved away")),
    Screen.SUPERSEDED: ("off", gettext_lazy("The next order took its place")),
    Screen.TIMED_OUT: ("off", gettext_lazy("Not collected within 10 minutes")),
}


@dataclass(frozen=True)
class OrderFacts:
    """One of the latest orders and what became of it."""

    id: UUID
    label: str
    closed_at: datetime
    amount: Money
    register_name: str
    light: Status

    @property
    def public_id(self) -> str:
        """`off_…`"""
        return public_id("off", self.id)


def steps(organisation_id: UUID, facts: TabletFacts) -> list[Step]:
    """In the order in which one looks: network, connection, store, register."""
    here = reverse("tablet", args=[facts.public_id])
    known = [
        each
        for each in connections.connections(organisation_id)
        if any(location.store_id == facts.store_id for location in each.locations)
    ]
    working = next((each for each in known if each.status == Connection.Status.CONNECTED), None)
    to_connections = Action(_("Connections"), reverse("connections"))
    return [
        Step(
            _("The tablet has a network"),
            "done" if facts.is_online else "stuck",
            _("Latest sign of life"),
            facts.last_seen_at,
        ),
        Step(
            _("The connection to the till works"),
            "done" if working else "stuck",
            working.provider_name if working else _("No connection is signed in"),
            working.status_since if working else None,
            None if working else to_connections,
        ),
        Step(
            _("A location of the till feeds this store"),
            "done" if known else "stuck",
            facts.store_name,
            action=None if known else to_connections,
        ),
        _register_step(facts, here),
    ]


def _register_step(facts: TabletFacts, here: str) -> Step:
    title = _("The chosen register is the one that sends orders")
    choose = Action(_("Choose the register"), here)
    if facts.register is None:
        return Step(title, "stuck", _("No register is chosen"), action=choose)
    if facts.drift is not None:
        return Step(title, "stuck", _("Another register sends orders"), facts.drift.last_seen_at, choose)
    return Step(title, "done", _("Latest order"), facts.register.last_seen_at)


def orders(organisation_id: UUID, facts: TabletFacts, *, now: datetime) -> list[OrderFacts]:
    """The latest orders of the tablet's store, the one that came latest first."""
    told = {each.id: each for each in reads.offers(organisation_id, store_ids={facts.store_id}, limit=LATEST)}
    found = Offer.objects.filter(organisation_id=organisation_id, id__in=list(told)).order_by("-id")
    shown = Showing.objects.filter(organisation_id=organisation_id, offer_id__in=list(told))
    states = dict(shown.values_list("offer_id", "state"))
    tills = registers.of_orders(organisation_id, {_key(each) for each in found})
    linked = _linked(organisation_id)
    return [
        OrderFacts(
            id=each.id,
            label=wording.label(told[each.id]),
            closed_at=each.closed_at,
            amount=each.amount,
            register_name=each.register_name,
            light=_light(told[each.id], each, states.get(each.id, ""), tills.get(_key(each)), linked, now),
        )
        for each in found
    ]


def _light(
    facts: reads.OfferFacts,
    offer: Offer,
    screen: str,
    till: Register | None,
    linked: dict[UUID, datetime],
    now: datetime,
) -> Status:
    """Why it waits, in the words of whoever asks why the tablet shows nothing."""
    if facts.state is not State.OPEN:
        return wording.light(facts)
    if screen:
        is_late = screen in (Screen.QUEUED, Screen.SHOWN) and now - offer.closed_at > showings.SHOWN_FOR
        level, word = ON_TABLET[Screen.TIMED_OUT if is_late else Screen(screen)]
        return Status(level, word)
    if till is not None and till.is_passive:
        return Status("warn", _("Passive till"))
    if till is None or till.id not in linked:
        return Status("warn", _("No tablet is linked to its register"))
    if min(offer.closed_at, offer.created_at) <= linked[till.id]:
        return Status("off", _("Closed before the tablet was linked"))
    return Status("off", _("Came too late for the tablet"))


def _linked(organisation_id: UUID) -> dict[UUID, datetime]:
    """Since when each register has a tablet."""
    found: dict[UUID, datetime] = {}
    for tablet in Tablet.objects.filter(organisation_id=organisation_id, revoked_at=None).order_by("-linked_at", "-pk"):
        if tablet.register_id is not None and tablet.linked_at is not None:
            found[tablet.register_id] = tablet.linked_at
    return found


def _key(offer: Offer) -> registers.Key:
    return offer.provider, offer.location_id, offer.register_id
