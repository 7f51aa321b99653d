"""For the floor: open bills with what is left to pay, who is paying, and what is stuck, live."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.apps.pay_at_table import listing, waking, wording
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.models import ENDS, Bill, GuestPayment, Integration, Intent, State
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.kernel.money import Money
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page

OLD: Final = timedelta(seconds=30)
"""Bills that were read longer ago are read again while somebody looks."""
FORGOTTEN: Final = timedelta(hours=15)
"""The till shows no bill that is older."""
PERSONS: Final = frozenset({State.NEEDS_ATTENTION, State.REFUND_PENDING_POS})


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


@dataclass(frozen=True)
class Unsettled:
    """A payment that is not where it belongs; `is_stuck`: it waits for a person, or was told of because it is late."""

    payment: GuestPayment
    is_stuck: bool

    @property
    def light(self) -> Status:
        """Where it stands; red is what somebody should look at."""
        level: Level = "bad" if self.is_stuck else "info"
        if self.payment.state == State.NEEDS_ATTENTION:
            return Status(level, _("Not on the till: needs you"))
        if self.payment.state == State.REFUND_PENDING_POS:
            return Status(level, wording.STATES[self.payment.state][1])
        return Status(level, _("Not on the till") if self.is_stuck else _("on its way to the till"))

    @property
    def amount(self) -> Money:
        """What is at stake."""
        return Money(self.payment.at_stake, self.payment.currency)


def _floors(integrations: list[Integration], now: datetime) -> list[dict[str, Any]]:
    """Four questions, however many stores there are."""
    mine = {
        "organisation_id__in": {each.organisation_id for each in integrations},
        "integration_id__in": [each.id for each in integrations],
    }
    held, unsettled = defaultdict(list), defaultdict(list)
    for hold in Intent.objects.filter(**mine, state=IntentState.HELD, expires_at__gt=now):
        held[hold.integration_id, hold.check_id].append(hold)
    late = set(Notice.objects.filter(**mine, over_at=None, due_at__lte=now).values_list("payment_id", flat=True))
    for payment in GuestPayment.objects.filter(**mine, is_test=False).exclude(state__in=ENDS).order_by("id"):
        stuck = payment.state in PERSONS or payment.id in late
        unsettled[payment.integration_id, payment.check_id].append(Unsettled(payment, stuck))
    rows = defaultdict(list)
    bills = Bill.objects.filter(**mine, closed=False, succeeded_by="", fetched_at__gt=now - FORGOTTEN)
    for bill in bills.order_by("table_number", "check_id"):
        here = bill.integration_id, bill.check_id
        rows[bill.integration_id].append(_table(bill, held[here], unsettled.pop(here, [])))
    elsewhere: defaultdict[UUID, list[Unsettled]] = defaultdict(list)
    for (integration_id, _bill), left in unsettled.items():
        elsewhere[integration_id] += left
    return [
        {"integration": each, "rows": rows[each.id], "elsewhere": elsewhere[each.id], "read_at": each.read_at}
        for each in integrations
    ]


def _table(bill: Bill, held: list[Intent], unsettled: list[Unsettled]) -> dict[str, Any]:
    return {
        "bill": bill,
        "total": Money(bill.total, bill.currency),
        "remaining": Money(bill.remaining, bill.currency),
        "paying": [Money(each.amount, bill.currency) for each in held],
        "unsettled": unsettled,
    }
