"""From nothing to the first points on a tablet: each step turns green by a fact (loyalty.md 2.1, L0 to L10)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import programmes, registers
from comptoir.apps.loyalty.devices import Screen, Showing
from comptoir.apps.loyalty.tablets import reads
from comptoir.core.accounts.stores import stores
from comptoir.core.connections import reads as connections
from comptoir.core.connections.models import Connection
from comptoir.core.intake import reads as intake
from comptoir.pos import registry
from comptoir.web.parts import Action, Step, Text


@dataclass(frozen=True)
class Fact:
    """What proves a step: words and an instant; nothing when it is not done."""

    is_there: bool
    words: Text = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Mail:
    """The mail for the maker of the till, ready to send.

    `sign` is what K-Series calls the code; `lines` are the establishments with their addresses.
    """

    sign: str
    lines: tuple[tuple[str, str], ...]


def steps(organisation_id: UUID, *, store_ids: Collection[UUID] | None, now: datetime) -> list[Step]:
    """Done, next, or later; what comes next carries the button that moves it on."""
    facts = _facts(organisation_id, store_ids, now)
    titles: list[tuple[str, Text, Text, Action | None]] = [
        ("module", _("Loyalty is on for a store"), "", Action(_("Modules"), reverse("modules"))),
        ("connected", _("The till is connected"), "", Action(_("Connections"), reverse("connections"))),
        ("linked", _("A location of the till feeds a store"), "", Action(_("Connections"), reverse("connections"))),
        ("notified", _("The first notification came"), _("Send the mail below to the maker of your till"), None),
        ("tablet", _("A tablet is paired, and its look at itself went well"), "", _to_tablets()),
        ("register", _("A register was seen"), _("Close an order of at least 1.00 on it"), None),
        ("chosen", _("The tablet is linked to a register"), _("Identify tells one tablet from another"), _to_tablets()),
        ("points", _("A guest collected on the tablet"), _("Close one more order and type a number"), None),
    ]
    drawn: list[Step] = []
    is_next_found = False
    for name, title, hint, action in titles:
        fact = facts[name]
        is_next = not fact.is_there and not is_next_found
        is_next_found = is_next_found or is_next
        state: Literal["done", "now", "waiting"] = "done" if fact.is_there else "now" if is_next else "waiting"
        drawn.append(
            Step(title, state, fact.words if fact.is_there else hint, fact.at, None if fact.is_there else action)
        )
    return drawn


def mail(organisation_id: UUID, *, store_ids: Collection[UUID] | None) -> Mail | None:
    """What to ask the maker of the till for; None where no till can be told apart by a shared address."""
    found = next((each.manifest for each in registry.connectors() if each.manifest.dispatch), None)
    if found is None:
        return None
    shared = f"{settings.COMPTOIR_URL}/partner/orders?dispatch={found.dispatch}"
    lines = []
    for connection in connections.connections(organisation_id, store_ids=store_ids):
        if connection.provider != found.slug:
            continue
        for place in connection.locations:
            key = place.webhook_path.rpartition("/")[2]
            lines.append((f"{place.name} ({place.external_id})", f"{shared}&key={key}" if key else shared))
    return Mail(sign="comptoir-fid", lines=tuple(lines) or (("", shared),))


def _facts(organisation_id: UUID, store_ids: Collection[UUID] | None, now: datetime) -> dict[str, Fact]:
    names = {each.id: each.name for each in stores(organisation_id, store_ids=store_ids)}
    running = programmes.running_at(organisation_id, names.keys())
    known = connections.connections(organisation_id, store_ids=store_ids)
    working = next((each for each in known if each.status == Connection.Status.CONNECTED), None)
    linked = next((place for each in known for place in each.locations if place.store_id), None)
    news = next(iter(intake.notifications(organisation_id, store_ids=store_ids, limit=1)), None)
    tablets = [each for each in reads.tablets(organisation_id, now=now) if each.store_id in names]
    good = next((each for each in tablets if each.has_passed), None)
    chosen = next((each for each in tablets if each.register is not None), None)
    tills = [each for each in registers.registers(organisation_id, now=now) if each.store_id in names]
    till = next(iter(tills), None)
    showings = Showing.objects.filter(organisation_id=organisation_id, register_id__in=[each.id for each in tills])
    collected = showings.filter(state=Screen.CLAIMED).order_by("ended_at", "pk").last()
    return {
        "module": Fact(bool(running), ", ".join(names[each] for each in running)),
        "connected": Fact(True, working.provider_name, working.status_since) if working else Fact(False),
        "linked": Fact(True, f"{linked.name} → {linked.store_name}") if linked else Fact(False),
        "notified": Fact(True, _("Latest one"), news.received_at) if news else Fact(False),
        "tablet": Fact(True, good.name, good.last_seen_at) if good else Fact(False),
        "register": Fact(True, till.name or till.device_id, till.last_seen_at) if till else Fact(False),
        "chosen": Fact(True, chosen.name) if chosen else Fact(False),
        "points": Fact(True, _("Latest one"), collected.ended_at) if collected else Fact(False),
    }


def _to_tablets() -> Action:
    return Action(_("Tablets"), reverse("tablets"))
