"""Messages to partners' addresses: what became of each, and *Send again* (loyalty.md 3.8)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.loyalty.hooks import sending
from comptoir.apps.loyalty.partner_tables import HookMessage, PartnerHook
from comptoir.core.accounts.partners import requests
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

PAGE = 50
VIEW = "loyalty.manage"


@require_GET
@page(VIEW)
def messages(request: OrganisationRequest) -> HttpResponse:
    """The latest messages of the brand, or those that were given up."""
    mine = HookMessage.objects.filter(organisation_id=request.organisation.id)
    lost, state = mine.filter(due_at=None, sent_at=None), request.GET.get("state", "")
    rows = lost if state == "given_up" else mine
    if before := request.GET.get("before"):
        rows = rows.filter(id__lt=parse_id("evt", before))
    shown = list(rows.order_by("-id")[:PAGE])
    hooks = {each.id: each for each in PartnerHook.objects.filter(organisation_id=request.organisation.id)}
    names = {each.client_id: each.client.name for each in requests.of(request.organisation.id)}
    values = {
        "rows": [_row(each, hooks.get(each.hook_id), names) for each in shown],
        "older": shown[-1].public_id if len(shown) == PAGE else None,
        "given_up": lost.count(),
        "state": state,
        "hooks": len(hooks),
    }
    return render(request, "loyalty/partner_messages.html", values)


@require_POST
@page(VIEW)
def again(request: OrganisationRequest, message_id: str) -> HttpResponse:
    """Send one message once more, under the id it has: whoever took it before knows it."""
    row = _one(request, message_id)
    if not PartnerHook.objects.filter(organisation_id=row.organisation_id, id=row.hook_id).exists():
        words = _("This address hears of nothing any more: its partner has to subscribe again.")
        raise RuleBroken(words, code="unsubscribed", status=409)
    now = timezone.now()
    HookMessage.objects.filter(organisation_id=row.organisation_id, id=row.id).update(
        due_at=now, attempts=0, sent_at=None, fault="", status=None
    )
    note(
        organisation_id=row.organisation_id,
        actor=f"user:{request.user.pk}",
        what="partner.message_again",
        subject=row.public_id,
        now=now,
    )
    sending.send.enqueue_once()
    toast(request, _("It is on its way again."))
    return redirect("loyalty_partner_messages")


def _one(request: OrganisationRequest, message_id: str) -> HookMessage:
    organisation_id = request.organisation.id
    found = HookMessage.objects.filter(organisation_id=organisation_id, id=parse_id("evt", message_id)).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _row(
    row: HookMessage, hook: PartnerHook | None, names: dict[UUID, str]
) -> tuple[HookMessage, str, str, Status, bool]:
    if row.sent_at is not None:
        light = Status("ok", _("Taken"), row.sent_at)
    elif row.due_at is None:
        light = Status(
            "bad", pgettext("a message", "Given up"), None, row.fault or (str(row.status) if row.status else "")
        )
    elif row.attempts:
        light = Status("warn", _("Tried again"), row.due_at, row.fault or (str(row.status) if row.status else ""))
    else:
        light = Status("info", _("On its way"))
    partner = names.get(hook.client_id, "") if hook else ""
    return row, partner, hook.url if hook else "", light, hook is not None
