"""Payments a till told of that nobody knows (F7): shown above the payments until somebody has seen to them."""

from typing import Final

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.pay_at_table import listing
from comptoir.apps.pay_at_table.pages import asking
from comptoir.core.audit.notes import note
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

MOST_SHOWN: Final = 20


@require_POST
@page("pay_at_table.settle")
def seen_to(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Somebody looked at the bill: the alarm ends, and who said so stays written down."""
    now, actor = timezone.now(), asking.actor(request)
    with transaction.atomic():
        mine = listing.orphans(request.organisation.id, store_ids=request.store_ids).filter(reference=reference)
        if not mine.update(seen_to_at=now, seen_to_by=actor):
            raise asking.nothing()
        what = "table.unknown_payment_seen_to"
        note(organisation_id=request.organisation.id, actor=actor, what=what, subject=reference, now=now)
    toast(request, _("Noted: you have looked at it."))
    return redirect("table_payments")
