"""For the floor: open bills with what is left to pay, who is paying, and what is stuck, live."""

from collections import defaultdict
from datetime import datetime, timedelta
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
    values = {"floors": _floors(mine, now), "has_any": bool(mine), "here": request.path}
    is_part = "HX-Request" in request.headers
    return render(request, f"pay_at_table/{'table_rows' if is_part else 'tables'}.html", values)


def _floors(integrations: list[Integration], now: datetime) -> list[dict[str, Any]]:
    """Three questions, however many stores there are."""
    mine = {
        "organisation_id__in": {each.organisation_id for each in integrations},
        "integration_id__in": [each.id for each in integrations],
    }
    held, unsettled = defaultdict(list), defaultdict(list)
    for hold in Intent.objects.filter(**mine, state=IntentState.HELD):
        held[hold.integration_id, hold.check_id].append(hold)
    for payment in GuestPayment.objects.filter(**mine).exclude(state__in=ENDS):
        unsettled[payment.integration_id, payment.check_id].append(payment)
    rows = defaultdict(list)
    bills = Bill.objects.filter(**mine, closed=False, succeeded_by="", fetched_at__gt=now - FORGOTTEN)
    for bill in bills.order_by("table_number", "check_id"):
        here = bill.integration_id, bill.check_id
        rows[bill.integration_id].append(_table(bill, held[here], unsettled[here]))
    return [{"integration": each, "rows": rows[each.id], "read_at": each.read_at} for each in integrations]


def _table(bill: Bill, held: list[Intent], unsettled: list[GuestPayment]) -> dict[str, Any]:
    return {
        "bill": bill,
        "total": Money(bill.total, bill.currency),
        "remaining": Money(bill.remaining, bill.currency),
        "paying": [Money(each.amount, bill.currency) for each in held],
        "moving": [each for each in unsettled if each.state != State.NEEDS_ATTENTION],
        "stuck": [each for each in unsettled if each.state == State.NEEDS_ATTENTION],
    }
