"""Modules: which app works for which store, and a switch for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.installations import manifest
from comptoir.core.installations import modules as switches
from comptoir.core.intake.tasks import drain
from comptoir.core.outbox import aside
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

POSITIONS = {"on": True, "off": False}


@dataclass(frozen=True)
class Row:
    """One app at one store. `set_aside` is how many events came while it was off."""

    store_id: str
    store_name: str
    app: str
    app_name: str | Promise
    light: Status
    is_on: bool | None
    set_aside: int


@require_GET
@page("modules.view")
def modules(request: OrganisationRequest) -> HttpResponse:
    """Every store with every app."""
    found = switches.modules(request.organisation.id)
    waiting = aside.counts(request.organisation.id)
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    here = {each.id for each in mine}
    switchable: list[manifest.App | manifest.Bundle] = [*manifest.apps(), *manifest.bundles()]
    rows = [_row(store, each, found, waiting) for store in mine for each in switchable]
    values = {
        "rows": rows,
        "apps": manifest.apps(),
        "off": sum(store in here for store, _app in switches.switched_off([request.organisation.id])),
        "may_switch": may(request.role, "modules.manage"),
    }
    return render(request, "web/settings/modules.html", values)


@require_POST
@page("modules.manage")
def switch(request: OrganisationRequest, store_id: str, app: str, position: str) -> HttpResponse:
    """Switch at once; the toast takes it back."""
    store, known = _store(request, store_id), manifest.module(app)
    if position not in POSITIONS:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    on = POSITIONS[position]
    switches.switch(
        organisation_id=request.organisation.id, store_id=store.id, app=known.slug, on=on, now=timezone.now()
    )
    words = _("%(app)s is on for %(store)s.") if on else _("%(app)s is off for %(store)s.")
    undo = reverse("module_switch", args=[store.public_id, known.slug, "off" if on else "on"])
    toast(request, words % {"app": known.name, "store": store.name}, undo_url=undo)
    return redirect("modules")


@require_POST
@page("modules.manage")
def catch_up(request: OrganisationRequest, store_id: str, app: str) -> HttpResponse:
    """Have the app act upon what came while it was off."""
    store, known = _store(request, store_id), manifest.app(app)
    number = aside.hand_over(
        organisation_id=request.organisation.id, store_id=store.id, app=known.slug, now=timezone.now()
    )
    drain.enqueue_once()
    words = ngettext("%(number)d change is handed over now.", "%(number)d changes are handed over now.", number)
    toast(request, words % {"number": number})
    return redirect("modules")


def _row(
    store: Store,
    app: manifest.App | manifest.Bundle,
    found: Mapping[switches.Switch, switches.Module],
    waiting: Mapping[switches.Switch, int],
) -> Row:
    module = found.get((store.id, app.slug))
    return Row(
        store_id=public_id("sto", store.id),
        store_name=store.name,
        app=app.slug,
        app_name=app.name,
        light=_light(module),
        is_on=module.is_on if module else None,
        set_aside=waiting.get((store.id, app.slug), 0),
    )


def _light(module: switches.Module | None) -> Status:
    if module is None:
        return Status("off", gettext_lazy("No till yet"))
    since: datetime | None = module.switched_at
    if module.is_on:
        return Status("ok", gettext_lazy("On"), since)
    if module.by_bundle:
        return Status("ok", gettext_lazy("On"), cause=manifest.module(module.by_bundle).name)
    return Status("off", gettext_lazy("Off"), since)


def _store(request: OrganisationRequest, public: str) -> Store:
    wanted: UUID = parse_id("sto", public)
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    store = next((each for each in mine if each.id == wanted), None)
    if store is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return store
