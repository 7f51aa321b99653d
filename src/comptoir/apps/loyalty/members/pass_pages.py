"""The pass of a member: made and replaced by the staff, and the page on which its holder keeps it."""

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.loyalty import wallets, wording
from comptoir.apps.loyalty.members import passes
from comptoir.apps.loyalty.models import Member
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.open_pages import kept_private
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_POST
@page("loyalty.members")
def make(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """Make the pass, or another one in place of a pass that was lost."""
    is_new = "replace" in request.POST
    passes.issue(
        organisation_id=request.organisation.id,
        member_id=parse_id("mem", member_id),
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
        is_new=is_new,
    )
    words = _("Here is the new pass; the one before is worth nothing.") if is_new else _("Here is the pass.")
    toast(request, words)
    return redirect("loyalty_member", member_id=member_id)


@require_GET
def own(request: HttpRequest, code: str) -> HttpResponse:
    """The pass as its holder keeps it on the phone: the QR, and the points. It says nobody's name or number."""
    held = passes.behind(passes.code_in(code))
    values: dict[str, Any] = {}
    if held is not None:
        try:
            member = passes.holder(held.organisation_id, held.code)
        except RuleBroken:
            held = None
        else:
            values = _shown(member, held.code)
    response = kept_private(render(request, "loyalty/members/pass.html", values, status=200 if held else 404))
    response["X-Robots-Tag"] = "noindex"
    return response


def section(member: Member) -> dict[str, Any]:
    """What the staff's page of a member says of the pass."""
    held = passes.current(member.organisation_id, member.id)
    if held is None:
        return {"member_id": public_id("mem", member.id)}
    address = settings.COMPTOIR_URL.rstrip("/") + reverse("loyalty_pass", args=[held.code])
    return {"member_id": public_id("mem", member.id), "qr": qr(held.code), "address": address, "since": held.created_at}


def qr(code: str) -> SafeString:
    """The QR of a code as SVG: dark on light in every theme, since scanners want it so."""
    drawn = segno.make(code, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr")
    return mark_safe(drawn)  # noqa: S308 - drawn from a code of ours


def _shown(member: Member, code: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "organisation": Organisation.objects.get(id=member.organisation_id).name,
        "points": wording.points(wallets.wallet_of(member.organisation_id, member.id).balance),
        "qr": qr(code),
        "code": code,
        "next_expiry": wallets.next_to_go(member.organisation_id, member.id, now=now),
    }
