"""The page of alerts: what waits for somebody to look at it, each with what to do."""

from typing import Final

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.loyalty import offers
from comptoir.apps.loyalty import reads as members
from comptoir.apps.loyalty.alerts import reads, telling, wording
from comptoir.apps.loyalty.members import watching
from comptoir.apps.loyalty.phones import phone_of
from comptoir.apps.loyalty.rewards.shelf import phones_of
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Tab
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

HANDLED: Final = "handled"
APART: Final = "apart"


@require_GET
@page("loyalty.members")
def alerts(request: OrganisationRequest) -> HttpResponse:
    """Those that wait, or with `?show=handled` those that somebody has looked at; and who collects unusually often."""
    organisation_id, is_handled = request.organisation.id, request.GET.get("show") == HANDLED
    before = request.GET.get("before", "")
    found = reads.alerts(
        organisation_id,
        store_ids=request.store_ids,
        is_handled=is_handled,
        before=parse_id("alr", before) if before else None,
        limit=reads.PAGE + 1,
    )
    shown = found[: reads.PAGE]
    numbers = phones_of(organisation_id, {each.member_id for each in shown if each.member_id})
    names = {each.id: each.name for each in stores(organisation_id, store_ids=request.store_ids)}
    people = members.names_of(organisation_id, {each.handled_by for each in shown})
    waiting = reads.waiting(organisation_id, store_ids=request.store_ids)
    here, now = reverse("loyalty_alerts"), timezone.now()
    values = {
        "rows": [
            (
                each,
                wording.words(each.kind, each.reason),
                phone_of(request.role, numbers[each.member_id]) if each.member_id in numbers else "",
                names.get(each.store_id, "") if each.store_id else "",
                people.get(each.handled_by, ""),
            )
            for each in shown
        ],
        "waiting": waiting,
        "is_handled": is_handled,
        "older": shown[-1].public_id if len(found) > reads.PAGE else "",
        "tabs": [
            Tab(_("To look at"), here, is_current=not is_handled, count=waiting),
            Tab(_("Put aside"), f"{here}?show={HANDLED}", is_current=is_handled),
        ],
        "often": len(watching.same_day(organisation_id, now=now, store_ids=request.store_ids)),
        "together": len(watching.pairs(organisation_id, now=now, store_ids=request.store_ids)),
        "may_see_sales": may(request.role, "sales.view"),
    }
    return render(request, "loyalty/alerts/list.html", values)


@require_POST
@page("loyalty.members")
def put_aside(request: OrganisationRequest, alert_id: str, position: str) -> HttpResponse:
    """Somebody has looked (`handled`), or wants to look again (`waiting`)."""
    found = reads.alert(request.organisation.id, parse_id("alr", alert_id), store_ids=request.store_ids)
    if found is None or position not in (HANDLED, "waiting", APART):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    is_handled = position in (HANDLED, APART)
    if position == APART and found.sale_id is not None:
        with transaction.atomic():
            offers.part(request.organisation.id, found.sale_id, now=timezone.now())
    telling.put_aside(
        organisation_id=request.organisation.id,
        alert_id=found.id,
        is_handled=is_handled,
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    undo = reverse("loyalty_alert", args=[found.public_id, "waiting" if is_handled else HANDLED])
    toast(request, _("Put aside.") if is_handled else _("It waits again."), undo_url=undo)
    return redirect("loyalty_alerts")
