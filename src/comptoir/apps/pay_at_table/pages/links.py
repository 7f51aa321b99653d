"""Pages behind the links of mails: open to whoever has the link, and nothing happens by opening them (F5, E37)."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comptoir.apps.pay_at_table import mail_stops, retry_links, telling, typed_in, wording
from comptoir.apps.pay_at_table.days import store_of
from comptoir.apps.pay_at_table.failure_kinds import Act
from comptoir.apps.pay_at_table.models import ENDS, MOVING, Bill, GuestPayment, Integration, State
from comptoir.apps.pay_at_table.pages import asking
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.kernel.money import Money
from comptoir.web import formats
from comptoir.web.open_pages import kept_private
from comptoir.web.parts import Status
from comptoir.web.said import in_words

SOON: Final = 2
LATER: Final = 10
"""Seconds until the page looks again."""


@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, token: str) -> HttpResponse:
    """What the mail was about as it stands now; the button alone sends it again. No guest is named."""
    now, refusal = timezone.now(), ""
    try:
        if request.method == "POST":
            try:
                retry_links.press(token, now=now, check_id=request.POST.get("check_id", ""), seen=asking.seen(request))
                return redirect(request.path)
            except RuleBroken as refused:
                if refused.code in {"link_unknown", "link_expired"}:
                    raise
                refusal = in_words(refused)
        opened = retry_links.open_link(token, now=now)
    except RuleBroken as refused:
        values: dict[str, Any] = {"gone": in_words(refused)}
        return _answer(request, "pay_at_table/again.html", values, status=refused.status)
    rows = [_row(each, opened.integration) for each in opened.payments]
    values = {
        "rows": rows,
        "one": rows[0] if opened.link.payment_id and rows else None,
        "store": store_of(opened.integration).name,
        "may_press": any(row["may_retry"] for row in rows),
        "looked_at_every": min((row["looked_at_every"] for row in rows if row["looked_at_every"]), default=0),
        "refusal": refusal,
        "here": request.path,
    }
    if "HX-Request" in request.headers:
        return _answer(request, "pay_at_table/again_state.html", values)
    return _answer(request, "pay_at_table/again.html", values, status=409 if refusal else 200)


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the link is the proof, and no is all it can say
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Take an address out of an integration; looking changes nothing, since scanners look."""
    try:
        integration, address = mail_stops.behind(token, now=timezone.now())
        if request.method == "POST":
            mail_stops.stop(token, now=timezone.now())
    except RuleBroken as refused:
        return _answer(request, "pay_at_table/stop.html", {"gone": in_words(refused)}, status=refused.status)
    values = {"address": address, "integration": integration, "done": request.method == "POST"}
    return _answer(request, "pay_at_table/stop.html", values)


def _row(payment: GuestPayment, integration: Integration) -> dict[str, Any]:
    told = telling.tell_late(payment, now=timezone.now())
    level, word = wording.STATES[payment.state]
    zone = ZoneInfo(store_of(integration).timezone)
    return {
        "payment": payment,
        "amount": Money(payment.at_stake, payment.currency),
        "tip": Money(payment.tip, payment.currency) if payment.tip else None,
        "taken_at": formats.clock_time(payment.captured_at or payment.created_at, zone),
        "light": Status(level, word),
        "told": told,
        "typed_in": [typed_in.words(payment, each) for each in typed_in.lines_like(payment)],
        "over": _over(payment, zone),
        "may_retry": "retry" in told.acts and _pace(payment) != SOON,
        "looked_at_every": _pace(payment),
        "is_sent": payment.state == State.QUEUED and _pace(payment) == SOON,
        "way": _way(told, payment, integration),
        "settled_here": retry_links.payment_url(payment) if "settle" in told.acts else "",
        "choices": _choices(payment, integration) if told.act and told.act.value == "choose_check" else [],
    }


def _pace(payment: GuestPayment) -> int:
    """How many seconds until the page looks again: soon on its way, now and then where it goes on by itself, else 0."""
    if payment.state == State.QUEUED and payment.reason not in {"retry", "given_back", ""}:
        return LATER
    return SOON if payment.state in MOVING else 0


def _way(told: telling.Told, payment: GuestPayment, integration: Integration) -> tuple[str, str] | None:
    """Where else it is mended, for whoever may sign in: an address and its words."""
    if payment.state in ENDS:
        return None
    if told.act is Act.CHOOSE_METHOD:
        return retry_links.integration_url(integration) + "#methods", _("Open the integration")
    if told.act is Act.ADD_TO_PLAN:
        return retry_links.integration_url(integration) + "#plan", _("Open the integration")
    if told.act is Act.RECONNECT:
        return reverse("connection", args=[public_id("con", integration.connection_id)]), _("Reconnect Lightspeed")
    if told.act is Act.REFUND or telling.over_of(payment):
        return retry_links.payment_url(payment), _("Have it refunded")
    return None


def _over(payment: GuestPayment, zone: ZoneInfo) -> str:
    """What is to be said once nothing is to be done any more."""
    if payment.state == State.APPLIED and payment.applied_at is not None:
        return _("It is on the till since %(time)s.") % {"time": formats.clock_time(payment.applied_at, zone)}
    if payment.state in ENDS:
        return str(wording.STATES[payment.state][1])
    return ""


def _choices(payment: GuestPayment, integration: Integration) -> list[dict[str, Any]]:
    """Bills that are open now and still have enough to pay: *apply here* (T9)."""
    rows = Bill.objects.filter(
        organisation_id=payment.organisation_id,
        integration_id=integration.id,
        closed=False,
        succeeded_by="",
        remaining__gte=payment.due,
    )
    return [
        {"bill": each, "remaining": Money(each.remaining, each.currency)}
        for each in rows.order_by("table_number", "check_id")[:20]
    ]


def _answer(request: HttpRequest, template: str, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return kept_private(render(request, template, values, status=status))
