"""For the floor: open bills with what is left to pay, who is paying, and what is stuck, live."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from comptoir.apps.pay_at_table import listing, waking
from comptoir.apps.pay_at_table.models import ENDS, Bill, GuestPayment, Integration, Intent, State
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.kernel.money import Money
from comptoir.web.shell import OrganisationRequest, page

OLD: Final = timedelta(seconds=30)
"""Bills that were read longer ago are read again while somebody looks."""
FORGOTTEN: Final = timedelta(hours=15)
"""The till shows no bill that is older."""


@require_GET
@page("pay_at_table.view")
def tables(request: OrganisationRequest) -> HttpResponse:
    """Every open table of the stores that are on; the rows alone when HTMX asks, which it does every few seconds."""
    mine = [each for each in listing.integrations(request.organisation.id, store_ids=request.store_ids) if each.enabled]
    now = timezone.now()
    for each in mine:
        if each.read_at is None or now - each.read_at > OLD:
            waking.read_soon(each)
    values = {"floors": [_floor(each) for each in mine], "has_any": bool(mine), "here": request.path}
    is_part = "HX-Request" in request.headers
    return render(request, f"pay_at_table/{'table_rows' if is_part else 'tables'}.html", values)


def _floor(integration: Integration) -> dict[str, Any]:
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    since = timezone.now() - FORGOTTEN
    bills = Bill.objects.filter(**mine, closed=False, succeeded_by="", fetched_at__gt=since)
    holds = Intent.objects.filter(**mine, state=IntentState.HELD)
    held: dict[str, list[Intent]] = {}
    for each in holds:
        held.setdefault(each.check_id, []).append(each)
    unsettled: dict[str, list[GuestPayment]] = {}
    for payment in GuestPayment.objects.filter(**mine).exclude(state__in=ENDS):
        unsettled.setdefault(payment.check_id, []).append(payment)
    rows = [
        {
            "bill": bill,
            "total": Money(bill.total, bill.currency),
            "remaining": Money(bill.remaining, bill.currency),
            "paying": [Money(each.amount, bill.currency) for each in held.get(bill.check_id, ())],
            "moving": [each for each in unsettled.get(bill.check_id, ()) if each.state != State.NEEDS_ATTENTION],
            "stuck": [each for each in unsettled.get(bill.check_id, ()) if each.state == State.NEEDS_ATTENTION],
        }
        for bill in bills.order_by("table_number", "check_id")
    ]
    return {"integration": integration, "rows": rows, "read_at": integration.read_at}
