"""The buttons of webhooks: test, rotate, switch, send again, delete."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from comptoir.core.outbox import endpoints, reads
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.pages.webhooks import find
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_POST
@page("webhooks.manage")
def test(request: OrganisationRequest, webhook_id: str) -> HttpResponse:
    """Send an event that says nothing but that it arrives, and show what became of it."""
    found = find(request, webhook_id)
    sent = endpoints.send_test(organisation_id=found.organisation_id, endpoint_id=found.id, now=timezone.now())
    toast(request, _("A test message is on its way."))
    return redirect("webhook_delivery", sent.public_id)


@require_POST
@page("webhooks.manage")
def rotate(request: OrganisationRequest, webhook_id: str) -> HttpResponse:
    """A new secret, shown once."""
    found = find(request, webhook_id)
    secret = endpoints.rotate(organisation_id=found.organisation_id, endpoint_id=found.id, now=timezone.now())
    values = {"webhook": find(request, webhook_id), "shown": secret.reveal()}
    return render(request, "web/webhooks/rotated.html", values)


@require_POST
@page("webhooks.manage")
def switch(request: OrganisationRequest, webhook_id: str, position: str) -> HttpResponse:
    """On, or off with what waits kept."""
    if position not in ("on", "off"):
        raise endpoints.nothing_here()
    found, enabled = find(request, webhook_id), position == "on"
    endpoints.set_enabled(
        organisation_id=found.organisation_id, endpoint_id=found.id, enabled=enabled, now=timezone.now()
    )
    if enabled:
        toast(request, _("Switched on. What waited is being sent."))
    else:
        undo = reverse("webhook_switch", args=[found.public_id, "on"])
        toast(request, _("Switched off. What waits is kept."), undo_url=undo)
    return redirect("webhook", found.public_id)


@require_POST
@page("webhooks.manage")
def replay(request: OrganisationRequest, webhook_id: str) -> HttpResponse:
    """Send everything since an instant of the store's clock again."""
    found = find(request, webhook_id)
    number = endpoints.replay_since(
        organisation_id=found.organisation_id,
        endpoint_id=found.id,
        since=_instant(request.POST.get("since", "")),
        now=timezone.now(),
    )
    words = ngettext("%(number)d message is on its way again.", "%(number)d messages are on their way again.", number)
    toast(request, words % {"number": number})
    return redirect("webhook", found.public_id)


@require_POST
@page("webhooks.manage")
def delete(request: OrganisationRequest, webhook_id: str) -> HttpResponse:
    """Forget it and what waited."""
    found = find(request, webhook_id)
    endpoints.remove(organisation_id=found.organisation_id, endpoint_id=found.id)
    toast(request, _("Deleted: nothing is sent there any more."))
    return redirect("webhooks")


@require_POST
@page("webhooks.manage")
def replay_one(request: OrganisationRequest, delivery_id: str) -> HttpResponse:
    """Send one message again, under the same id."""
    own, identifier = request.organisation.id, parse_id("dlv", delivery_id)
    if reads.delivery(own, identifier) is None:
        raise endpoints.nothing_here()
    endpoints.replay(organisation_id=own, delivery_id=identifier, now=timezone.now())
    toast(request, _("It is on its way again."))
    return redirect("webhook_delivery", public_id("dlv", identifier))


def _instant(typed: str) -> datetime:
    """Raises RuleBroken: `since_unreadable` (422)."""
    try:
        read = datetime.fromisoformat(typed)
    except ValueError:
        raise RuleBroken(_("Say from which day and time on."), code="since_unreadable", status=422) from None
    return read if timezone.is_aware(read) else timezone.make_aware(read)
