"""The page of bonuses: what is given on top, a new one, and an end that can be undone."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.apps.loyalty.bonus import managing
from comptoir.apps.loyalty.bonuses import BonusKind
from comptoir.apps.loyalty.programme import bonus_wording as wording
from comptoir.apps.loyalty.programme.bonus_forms import FIELDS, BonusForm
from comptoir.core.accounts.partners import requests as partners
from comptoir.core.accounts.roles import may
from comptoir.core.connections import reads as connections
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_GET
@page("loyalty.view")
def bonuses(request: OrganisationRequest) -> HttpResponse:
    """The rules in force, then those that ended."""
    found = managing.rules(request.organisation.id)
    values = {
        "rows": [(rule, wording.KINDS[BonusKind(rule.kind)], wording.rule(rule)) for rule in found],
        "running": sum(rule.ends_at is None for rule in found),
        "kinds": wording.KINDS.items(),
        "may_manage": may(request.role, "loyalty.manage"),
    }
    return render(request, "loyalty/bonus/list.html", values)


@require_http_methods(["GET", "POST"])
@page("loyalty.manage")
def new(request: OrganisationRequest, kind: str) -> HttpResponse:
    """A rule of this kind, from now on."""
    if kind not in FIELDS:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    form = BonusForm(BonusKind(kind), _providers(request), request.POST or None)
    if form.is_bound and form.is_valid():
        rule = managing.add(
            organisation_id=request.organisation.id, terms=form.terms, actor=_actor(request), now=timezone.now()
        )
        undo = reverse("loyalty_bonus_switch", args=[rule.public_id, "off"])
        toast(request, _("%(name)s counts from now on.") % {"name": rule.name}, undo_url=undo)
        return redirect("loyalty_bonuses")
    values = {"form": form, "kind": wording.KINDS[form.kind]}
    return render(request, "loyalty/bonus/new.html", values, status=422 if form.is_bound else 200)


@require_POST
@page("loyalty.manage")
def switch(request: OrganisationRequest, bonus_id: str, position: str) -> HttpResponse:
    """End a rule, or let it count again as if it had not ended; what it gave stays."""
    change = {"on": managing.resume, "off": managing.end}.get(position)
    if change is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    rule = change(
        organisation_id=request.organisation.id,
        bonus_id=parse_id("bon", bonus_id),
        actor=_actor(request),
        now=timezone.now(),
    )
    undo = reverse("loyalty_bonus_switch", args=[rule.public_id, "off" if position == "on" else "on"])
    words = _("%(name)s counts again.") if position == "on" else _("%(name)s has ended. What it gave stays.")
    toast(request, words % {"name": rule.name}, undo_url=undo)
    return redirect("loyalty_bonuses")


def _actor(request: OrganisationRequest) -> str:
    return f"user:{request.user.pk}"


def _providers(request: OrganisationRequest) -> list[tuple[str, str]]:
    wanted = {each.provider for each in connections.connections(request.organisation.id)}
    wanted |= partners.providers(request.organisation.id)
    return [(each.manifest.slug, each.manifest.name) for each in registry.connectors() if each.manifest.slug in wanted]
