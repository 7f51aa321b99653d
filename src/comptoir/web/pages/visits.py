"""Support visits, from both sides: an owner answers and ends, an operator asks, enters and ends."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts import reads, visits
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.membership import VISIT_KEY
from comptoir.web.pages.backoffice import organisation_of
from comptoir.web.pages.visit_rows import described
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

MANAGE = "visits.manage"
ACCESS = {"look": gettext_lazy("look, and change nothing"), "act": gettext_lazy("look and act")}


@require_GET
@page(MANAGE)
def of_the_owner(request: OrganisationRequest) -> HttpResponse:
    """Who asks to come in, who is inside, who was."""
    rows = described(request.organisation.id, timezone.now())
    actors = reads.names_of([each.ended_by for each, _state, _light in rows if each.ended_by])
    values = {
        "waiting": [each for each, state, _light in rows if state == "asked"],
        "rows": [(*row, actors.get(row[0].ended_by, "")) for row in rows if row[1] != "asked"],
        "inside": sum(state == "open" for _row, state, _light in rows),
        "hours": visits.HOURS,
        "access": ACCESS,
    }
    return render(request, "web/settings/visits.html", values)


@require_POST
@page(MANAGE)
def answer(request: OrganisationRequest, visit_id: str, act: str) -> HttpResponse:
    """Allow, decline, or end."""
    who = {"organisation_id": request.organisation.id, "visit_id": parse_id("vis", visit_id)}
    actor, now = f"user:{request.user.pk}", timezone.now()
    if act == "allow":
        said, hours = request.POST.get("access", ""), request.POST.get("hours", "")
        number = int(hours) if hours.isdecimal() and len(hours) < 4 else 0
        visits.allow(**who, access=said, hours=number, actor=actor, now=now)
        toast(request, _("Support may come in. You can end it at any time."))
    elif act == "decline":
        visits.decline(**who, actor=actor, now=now)
        toast(request, _("Declined. Nobody was inside."))
    elif act == "end":
        visits.end(**who, actor=actor, now=now)
        toast(request, _("The visit is over."))
    else:
        raise _nothing()
    return redirect("visits")


@require_POST
@operators
def ask(request: OperatorRequest, merchant_id: str) -> HttpResponse:
    """Ask the owners to be let in."""
    found = organisation_of(merchant_id)
    said = request.POST
    visits.ask(
        organisation=found,
        operator=request.user,
        reason=said.get("reason", ""),
        wish=said.get("wish", ""),
        now=timezone.now(),
    )
    toast(request, _("The owners of %(name)s were asked by mail.") % {"name": found.name})
    return redirect("backoffice_stores", found.public_id)


@require_POST
@operators
def of_the_operator(request: OperatorRequest, merchant_id: str, visit_id: str, act: str) -> HttpResponse:
    """Enter a visit of one's own that is open, or end it."""
    found, now = organisation_of(merchant_id), timezone.now()
    wanted = parse_id("vis", visit_id)
    mine = [each for each in visits.of(found.id, visit_id=wanted) if each.operator_id == request.user.pk]
    if not mine or act not in ("enter", "end"):
        raise _nothing()
    if act == "end":
        visits.end(organisation_id=found.id, visit_id=wanted, actor=f"user:{request.user.pk}", now=now)
        request.session.pop(VISIT_KEY, None)
        toast(request, _("The visit is over."))
        return redirect("backoffice_stores", found.public_id)
    if visits.open_to(request.user, wanted, now=now) is None:
        raise RuleBroken(_("No owner has allowed this visit, or it is over."), code="visit_not_open", status=403)
    visits.entered(mine[0], now=now)
    request.session[VISIT_KEY] = str(wanted)
    return redirect("overview")


def _nothing() -> RuleBroken:
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
