"""A test payment: choose a bill for it, and what may be done with it afterwards (O11)."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.pay_at_table import checklist, days, listing, retrying, trying_out
from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.apps.pay_at_table.pages import asking
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.money import Money
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_GET
@page("pay_at_table.manage")
def choose(request: OrganisationRequest, integration_id: str) -> HttpResponse:
    """What it does to the till's books and how it gets out of them, and the bills it may be entered on."""
    found, now = asking.integration_of(request, integration_id), timezone.now()
    latest = listing.latest_tests([found]).get(found.id)
    values: dict[str, Any] = {
        "integration": found,
        "amount": Money(trying_out.AMOUNT, days.store_of(found).currency),
        "under_way": latest if latest and latest.state != State.SETTLED_MANUALLY else None,
        "is_ready": checklist.is_ready(found, checklist.steps(found)),
        "here": request.path,
    }
    if values["is_ready"] and not values["under_way"]:
        try:
            free = trying_out.free_bills(found, now=now)
        except ComptoirError as error:
            values["trouble"] = in_words(error)
        else:
            values["bills"] = [(each, Money(each.remaining, each.currency)) for each in free]
    return render(request, "pay_at_table/test_payment.html", values)


@require_POST
@page("pay_at_table.manage")
def pay(request: OrganisationRequest, integration_id: str) -> HttpResponse:
    """Enter it; the checklist tells what becomes of it."""
    found = asking.integration_of(request, integration_id)
    if request.POST.get("understood") != "yes":
        toast(request, _("Say first that you will remove it on the till."), level="bad")
        return redirect("table_test", found.public_id)
    try:
        check_id = request.POST.get("bill", "")
        trying_out.start(found, check_id=check_id, actor=asking.actor(request), now=timezone.now())
    except ComptoirError as error:
        toast(request, in_words(error), level="bad")
        return redirect("table_test", found.public_id)
    toast(request, _("It is on its way. The last line of the list says when it stands on the till."))
    return redirect("table_integration", found.public_id)


def act(payment: GuestPayment, what: str, *, actor: str, now: datetime) -> str:
    """Again, removed or given up, or not so after all; what to say of it. Raises RuleBroken."""
    match what:
        case "retry":
            retrying.retry(organisation_id=payment.organisation_id, payment_id=payment.id, actor=actor, now=now)
            return _("It is being sent to the till.")
        case "settle":
            trying_out.settle(payment, actor=actor, now=now)
            return _("Noted: the test is over.")
        case "undo":
            trying_out.undo(payment, actor=actor, now=now)
            return _("Taken back: it is still to be removed on the till.")
        case _:
            raise asking.nothing()
