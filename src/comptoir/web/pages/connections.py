"""Connect a till, choose which store each of its locations feeds, and see the address the till should call."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.connections import consent, reads
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import learn_day_starts, refresh_locations
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.health.lights import Light, health
from comptoir.core.intake import reads as intake
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.pos.connector import Connector, Manifest, Vendor
from comptoir.web import consent_faults, health_words, linking
from comptoir.web.consent_faults import Cause, Fault
from comptoir.web.health_words import Told
from comptoir.web.pages import consent_links
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.tasks import look_at_once
from comptoir.web.toasts import toast

AFTER = "after_connect"
"""The page of this house that sent somebody to a consent page, and wants him back."""


@require_GET
@page("connections.view")
def connections(request: OrganisationRequest) -> HttpResponse:
    """Every connection with its light and its locations."""
    now = timezone.now()
    found = reads.connections(request.organisation.id, store_ids=request.store_ids, unfed=_connects(request))
    roads = intake.roads(request.organisation.id, now=now)
    lights = health(request.organisation.id, now=now, store_ids=request.store_ids).connections
    rows = [(each, _told(request, lights, each), _places(each, roads)) for each in found]
    values = {
        "rows": rows,
        "broken": next((standing for _each, standing, _ in rows if standing.light.level == "bad"), None),
        "providers": offered(),
        "unlinked": sum(len(each.locations) - each.linked for each in found),
        "address": settings.COMPTOIR_URL,
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/connections/rows.html" if is_part else "web/connections/list.html", values)


def offered() -> list[Manifest]:
    """What can be connected here; everything where nothing is set up yet, so that a press says what is missing."""
    known = [each for each in registry.connectors() if not each.manifest.pushes]
    ready = [each for each in known if _is_set_up(each)]
    return [each.manifest for each in ready or known]


def _is_set_up(connector: Connector) -> bool:
    try:
        connector.endpoints(os.environ)
    except ComptoirError:
        return False
    return True


@dataclass(frozen=True)
class Standing:
    """The light of one connection, and everything that is wrong with it."""

    light: Status
    troubles: tuple[Told, ...]


def _told(request: OrganisationRequest, lights: Mapping[UUID, Light], each: reads.ConnectionFacts) -> Standing:
    light = lights.get(each.id, Light())
    good = Status("ok", _("Connected"), each.status_since)
    troubles = tuple(health_words.tell(finding, request.role) for finding in light.findings)
    return Standing(health_words.status(light, request.role, good), troubles)


@dataclass(frozen=True)
class Road:
    """How sales come in from a location, in words."""

    light: Status
    latest: datetime | None

    @staticmethod
    def of(road: intake.Road | None) -> "Road":
        """What the page says of it."""
        if road is None or not (road.read_at or road.fault):
            return Road(Status("off", _("Nothing was read yet")), None)
        if road.fault:
            return Road(Status("warn", _("The books cannot be read"), cause=road.fault), road.read_at)
        if road.is_told:
            return Road(Status("ok", _("The till tells us")), road.read_at)
        return Road(Status("ok", _("We ask every minute")), road.read_at)


def _places(facts: reads.ConnectionFacts, roads: Mapping[UUID, intake.Road]) -> list[tuple[reads.LocationFacts, Road]]:
    return [(each, Road.of(roads.get(each.id))) for each in facts.locations]


@require_POST
@page("connections.manage")
def connect(request: OrganisationRequest, provider: str) -> HttpResponse:
    """Leave for the vendor's consent page."""
    connector = registry.connector(provider)
    again = request.POST.get("connection")
    address = consent.begin(
        organisation=request.organisation,
        user=request.user,
        connector=connector,
        endpoints=connector.endpoints(os.environ),
        redirect_uri=consent.redirect_uri(),
        now=timezone.now(),
        connection=_connection(request, again, provider=provider) if again else None,
    )
    request.session[AFTER] = request.POST.get("then", "")
    consent_faults.forget(request)
    return HttpResponseRedirect(address)


@require_GET
def returned(request: HttpRequest) -> HttpResponseBase:
    """Back from the consent page: of somebody who works here, or of somebody whom a link was sent to."""
    return consent_links.returned(request) if consent_links.is_of_a_link(request) else _returned(request)


@page("connections.manage")
def _returned(request: OrganisationRequest) -> HttpResponse:
    """Back from the consent page, with a code or without; a refusal leaves nothing half made."""
    attempt = consent.take_attempt(state=request.GET.get("state", ""), user=request.user, now=timezone.now())
    if attempt.organisation_id != request.organisation.id:
        words = _("You have changed organisations meanwhile. Connect again.")
        raise RuleBroken(words, code="consent_unknown", status=400)
    then = _then(request)
    if "code" not in request.GET:
        fault = consent_faults.of_refusal(request.GET.get("error", ""), attempt.provider)
        if then:
            return consent_faults.send_back(request, then, fault, None)
        if fault.cause is Cause.SELF_SERVICE:
            return _refused(request, fault)
        toast(request, _("Nothing was connected: the sign-in at the till was not approved."), level="warn")
        return redirect("connections")
    try:
        connection = consent_links.completed(request, attempt)
    except ComptoirError as error:
        fault = consent_faults.of_error(error, attempt.provider, has_signed_in=False)
        if not then and fault.cause is Cause.SELF_SERVICE:
            return _refused(request, fault)
        if not then or isinstance(error, RuleBroken):
            raise
        return consent_faults.send_back(request, then, fault, None)
    look_at_once(request.organisation.id)
    return _read_locations(request, connection, is_new=attempt.connection_id is None)


def _refused(request: OrganisationRequest, fault: Fault) -> HttpResponse:
    """What no other sign-in would mend: told with its reason."""
    toast(request, f"{fault.headline} {fault.remedy}", level="bad")
    return redirect("connections")


returned.permission = _returned.permission  # type: ignore[attr-defined]


def _then(request: OrganisationRequest) -> str:
    """The page of ours that sent somebody to a consent page; "" for this one."""
    then = str(request.session.get(AFTER, ""))
    return then if then and url_has_allowed_host_and_scheme(then, allowed_hosts=None) else ""


def _read_locations(request: OrganisationRequest, connection: Connection, *, is_new: bool = False) -> HttpResponse:
    then = _then(request) if is_new else ""
    try:
        with open_vendor(connection) as vendor:
            found = refresh_locations(connection, vendor)
            _learn_day_starts(request, connection, vendor)
    except ComptoirError as error:
        look_at_once(request.organisation.id)
        if then:
            fault = consent_faults.of_error(error, connection.provider, has_signed_in=True)
            return consent_faults.send_back(request, then, fault, connection)
        toast(request, _("Connected, but the locations could not be read: %s") % in_words(error), level="warn")
        return redirect("connections")
    if not found and then:
        fault = Fault(Cause.NO_SHOP, connection.provider)
        return consent_faults.send_back(request, then, fault, connection)
    if not found:
        toast(request, _("Connected, but this login sees no business location."), level="warn")
        return redirect("connections")
    toast(request, _("Connected. Choose the store each location feeds."))
    then = _then(request)
    request.session.pop(AFTER, None)
    if then:
        return redirect(f"{then}{'&' if '?' in then else '?'}connection={connection.public_id}")
    return redirect("connection", connection.public_id)


def _learn_day_starts(request: OrganisationRequest, connection: Connection, vendor: Vendor) -> None:
    """Without the till's own start of day its connector's default holds: said, and no reason to stop."""
    try:
        learn_day_starts(connection, vendor, now=timezone.now())
    except ComptoirError as error:
        toast(request, _("When a trading day begins could not be read: %s") % in_words(error), level="warn")


@require_GET
@page("connections.view")
def connection(request: OrganisationRequest, connection_id: str) -> HttpResponse:
    """One connection: which store each location feeds."""
    wanted, mine = parse_id("con", connection_id), request.store_ids
    facts = reads.connection(request.organisation.id, wanted, store_ids=mine, unfed=_connects(request))
    if facts is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    now = timezone.now()
    values = {
        "connection": facts,
        "standing": _told(
            request, health(request.organisation.id, now=now, store_ids=request.store_ids).connections, facts
        ),
        "places": _places(facts, intake.roads(request.organisation.id, now=now)),
        "stores": stores(request.organisation.id, store_ids=request.store_ids),
        "new_store": linking.NEW_STORE,
        "address": settings.COMPTOIR_URL,
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/connections/one_standing.html" if is_part else "web/connections/one.html", values)


@require_POST
@page("connections.manage")
def refresh(request: OrganisationRequest, connection_id: str) -> HttpResponse:
    """Read the vendor's locations again."""
    return _read_locations(request, _connection(request, connection_id))


@require_POST
@page("connections.manage")
def link(request: OrganisationRequest, connection_id: str) -> HttpResponse:
    """Save which store each location feeds; every app is switched on for a store that is fed for the first time."""
    found = _connection(request, connection_id)
    linked = 0
    with transaction.atomic():  # all of the form or nothing; a second click waits for the first, and finds its stores
        locations = LocationLink.objects.select_for_update().filter(organisation=request.organisation, connection=found)
        for location in locations.order_by("id"):
            choice = request.POST.get(f"store-{location.id}")
            if choice is not None and _may_choose(request, location, choice):
                linked += linking.feed(request.organisation, location, choice, now=timezone.now())
    text = ngettext("%(number)d location feeds a store.", "%(number)d locations feed a store.", linked)
    toast(request, text % {"number": linked})
    return redirect("connection", found.public_id)


def _connection(request: OrganisationRequest, public: str, *, provider: str = "") -> Connection:
    """A connection of this organisation, of that provider where one is named. Raises RuleBroken."""
    identifier = parse_id("con", public)
    found = Connection.objects.filter(organisation=request.organisation, id=identifier).first()
    if found is None or (provider and found.provider != provider) or not _sees(request, identifier):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _connects(request: OrganisationRequest) -> bool:
    return may(request.role, "connections.manage")


def _sees(request: OrganisationRequest, connection_id: UUID) -> bool:
    """Whether a connection feeds a store of his, or none yet."""
    if request.store_ids is None:
        return True
    links = LocationLink.objects.filter(organisation=request.organisation, connection_id=connection_id)
    return not links.filter(store__isnull=False).exists() or links.filter(store_id__in=request.store_ids).exists()


def _may_choose(request: OrganisationRequest, location: LocationLink, choice: str) -> bool:
    """Whoever has chosen stores only decides about those, and makes no new one. Raises RuleBroken (404)."""
    if request.store_ids is None:
        return True
    if location.store_id is not None and location.store_id not in request.store_ids:
        return False
    if choice and choice != linking.NEW_STORE and parse_id("sto", choice) in request.store_ids:
        return True
    if choice and choice != linking.NEW_STORE:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return not choice
