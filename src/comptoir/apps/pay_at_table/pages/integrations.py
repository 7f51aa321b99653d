"""Integrations: which there are, a new one, its settings, its checklist, and the provider's request (2.1, 2.2)."""

from typing import Any

import segno
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.pay_at_table import checklist, integrations, linking, listening, listing, setting_up, wording
from comptoir.apps.pay_at_table import plans as subscriptions
from comptoir.apps.pay_at_table.link_tables import Link, LinkState, ProviderKey
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.pages import asking, catalogue
from comptoir.apps.pay_at_table.pages.forms import IntegrationForm
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.installations import plans
from comptoir.kernel.errors import RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Status, Step
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast


@require_GET
@page("pay_at_table.view")
def overview(request: OrganisationRequest) -> HttpResponse:
    """Every integration with its light, and the places that have none yet."""
    mine = listing.integrations(request.organisation.id, store_ids=request.store_ids)
    names = {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}
    found = setting_up.places(request.organisation.id, store_ids=request.store_ids)
    may_manage = may(request.role, "pay_at_table.manage")
    free = setting_up.free_places(request.organisation.id, store_ids=request.store_ids) if may_manage else []
    steps = checklist.steps_of(mine)
    values = {
        "rows": [
            (each, names.get(each.store_id, ""), _light(each, steps[each.id]), checklist.sentence(each, steps[each.id]))
            for each in mine
        ],
        "free": [each for each in free if not each.why_not],
        "refused": [each for each in free if each.why_not],
        "has_places": bool(found),
        "may_manage": may_manage,
    }
    return render(request, "pay_at_table/integrations.html", values)


@require_POST
@page("pay_at_table.manage")
def add(request: OrganisationRequest) -> HttpResponse:
    """A draft for a place of a till; its methods are chosen on its own page."""
    plans.require(request.organisation.id, integrations.APP)
    chosen = request.POST.get("place", "")
    found = setting_up.places(request.organisation.id, store_ids=request.store_ids)
    place = next((each for each in found if str(each.link.id) == chosen), None)
    if place is None:
        raise asking.nothing()
    if place.taken is not None:
        toast(request, _("This place has an integration already: here it is."), level="info")
        return redirect("table_integration", place.taken.public_id)
    if why_not := _why_not(request, place):
        toast(request, why_not, level="bad")
        return redirect("table_integrations")
    made = integrations.create(
        organisation=request.organisation,
        store=place.store,
        connection=place.link.connection,
        location_id=place.link.external_id,
        name=_free_name(request, place.store.name),
        language=translation.get_language()[:2] if translation.get_language() else "en",
        emails=request.user.email,
        now=timezone.now(),
    )
    return redirect("table_integration", made.public_id)


def _why_not(request: OrganisationRequest, place: setting_up.Place) -> str:
    """Why nothing can be added for a place now, as its till says; "" where it can."""
    provider = place.link.provider
    free = setting_up.free_places(request.organisation.id, store_ids=request.store_ids, provider=provider)
    return next((each.why_not for each in free if each.link.id == place.link.id), "")


@require_GET
@page("pay_at_table.view")
def one(request: OrganisationRequest, integration_id: str) -> HttpResponse:
    """Settings and checklist; the checklist alone when HTMX asks."""
    found = asking.integration_of(request, integration_id)
    if "HX-Request" in request.headers:
        return render(request, "pay_at_table/checklist.html", {"steps": checklist.steps(found), "here": request.path})
    return _page(request, found, None)


@require_POST
@page("pay_at_table.manage")
def save(request: OrganisationRequest, integration_id: str) -> HttpResponse:
    """Keep the settings."""
    found = asking.integration_of(request, integration_id)
    till, trouble = _at_the_till(found)
    form = IntegrationForm(found, till, request.POST)
    if not form.is_valid():
        return _page(request, found, form, trouble=trouble, status=422)
    try:
        setting_up.save(found, form.cleaned_data, actor=asking.actor(request), now=timezone.now())
    except RuleBroken as refused:
        form.add_error("name", refused.for_owner)
        return _page(request, found, form, trouble=trouble, status=422)
    toast(request, _("Saved."))
    return redirect("table_integration", found.public_id)


@require_POST
@page("pay_at_table.manage")
def switch(request: OrganisationRequest, integration_id: str, way: str) -> HttpResponse:
    """On or off."""
    found, now = asking.integration_of(request, integration_id), timezone.now()
    with refusals(request):
        if way == "on":
            setting_up.enable(found, actor=asking.actor(request), now=now)
            toast(request, _("It is on: guests can pay once your provider is linked."))
        elif way == "off":
            left = setting_up.disable(found, actor=asking.actor(request), now=now)
            words = _("It is off. %(number)s payments that were taken go on.") % {"number": left}
            undo = reverse("table_integration_switch", args=[found.public_id, "on"])
            toast(request, words if left else _("It is off."), undo_url=undo)
        else:
            raise asking.nothing()
    return redirect("table_integration", found.public_id)


@require_POST
@page("pay_at_table.manage")
def answer(request: OrganisationRequest, integration_id: str, key_id: str, decision: str) -> HttpResponse:
    """Let a provider in, or not, or not any more."""
    found = asking.integration_of(request, integration_id)
    if decision not in {"yes", "no"}:
        raise asking.nothing()
    linking.decide(
        organisation_id=request.organisation.id,
        integration_id=found.id,
        key_id=parse_id("key", key_id),
        yes=decision == "yes",
        actor=asking.actor(request),
        now=timezone.now(),
    )
    other = reverse("table_provider", args=[found.public_id, key_id, "no" if decision == "yes" else "yes"])
    toast(request, _("Linked.") if decision == "yes" else _("It sees nothing of this store."), undo_url=other)
    return redirect("table_integration", found.public_id)


def _page(
    request: OrganisationRequest,
    found: Integration,
    form: IntegrationForm | None,
    *,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    if form is None:
        till, trouble = _at_the_till(found)
        form = IntegrationForm(found, till)
    may_manage = may(request.role, "pay_at_table.manage")
    steps = checklist.steps(found)
    standing = subscriptions.standings(found.organisation_id, [found.id], now=timezone.now()).get(found.id)
    values = {
        "integration": found,
        "form": form,
        "trouble": trouble,
        "steps": steps,
        "light": _light(found, steps),
        "sentence": checklist.sentence(found, steps),
        "refusal": setting_up.in_the_way(found),
        "lacks": setting_up.partial([found]).get(found.id, []),
        "connection_id": public_id("con", found.connection_id),
        "providers": _providers(found),
        "code": mark_safe(segno.make(found.public_id, error="m").svg_inline(scale=4, border=4)),  # noqa: S308 (ours)
        "mails": _support_mails(found) if may_manage else [],
        "may_manage": may_manage,
        "plan": catalogue.section(request, standing),
        "here": request.path,
    }
    return render(request, "pay_at_table/integration.html", values, status=status)


def _at_the_till(found: Integration) -> tuple[setting_up.AtTheTill | None, str]:
    """What can be chosen, or why nothing can (F10: read each time the page opens)."""
    try:
        return setting_up.at_the_till(found), ""
    except (VendorBusy, VendorRefused, VendorUnreadable, RuleBroken) as error:
        return None, in_words(error)


def _light(found: Integration, steps: list[Step]) -> Status:
    if not found.enabled:
        return Status("off", _("Off"))
    if any(each.state == "stuck" for each in steps):
        return Status("warn", _("On, with something in the way"))
    return Status("ok", _("On"))


def _providers(found: Integration) -> list[dict[str, Any]]:
    rows = Link.objects.filter(organisation_id=found.organisation_id, integration_id=found.id).order_by(
        "asked_at", "pk"
    )
    names = dict(ProviderKey.objects.filter(id__in=rows.values("key_id")).values_list("id", "provider"))
    return [
        {
            "name": names.get(each.key_id, ""),
            "key": public_id("key", each.key_id),
            "light": Status(*wording.LINKS[each.state]),
            "link": each,
            "is_linked": each.state == LinkState.LINKED,
        }
        for each in rows
    ]


def _support_mails(found: Integration) -> list[tuple[str, str]]:
    """What to write to Lightspeed support, in both languages, ready to be copied (2.2)."""
    address = listening.address_of(found, now=timezone.now())
    written = []
    for language, name in (("en", "English"), ("fr", "Français")):
        with translation.override(language):
            text = _(
                "Hello,\n\nPlease turn on for our location %(location)s:\n"
                "1. the Payment API, with a staff account that is never closed and all iPads;\n"
                "2. real-time notifications of the types UPDATE and CLOSE to this address:\n%(address)s\n\nThank you."
            )
        written.append((name, text % {"location": found.location_id, "address": address}))
    return written


def _free_name(request: OrganisationRequest, store: str) -> str:
    taken = set(Integration.objects.filter(organisation=request.organisation).values_list("name", flat=True))
    name, number = store, 2
    while name in taken:
        name, number = f"{store} ({number})", number + 1
    return name[:120]
