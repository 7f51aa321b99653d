"""Loyalty's pages: what was given today, the counter."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.apps.loyalty import claims, phones, programmes, reads, wording
from comptoir.apps.loyalty.bonus import giving as bonuses
from comptoir.apps.loyalty.members import consents
from comptoir.apps.loyalty.points import State
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role, may
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Moment
from comptoir.web.shell import OrganisationRequest, page

AT_A_GLANCE = 12
AT_THE_COUNTER = 24


class PhoneForm(forms.Form):
    """The one question at the counter."""

    phone = forms.CharField(
        label=gettext_lazy("The guest’s mobile number"),
        max_length=phones.LONGEST,
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "off",
                "autofocus": True,
                "class": "loyalty-phone",
            }
        ),
        error_messages={"required": gettext_lazy("Enter the guest’s mobile number.")},
    )


@require_GET
@page("loyalty.view")
def loyalty(request: OrganisationRequest) -> HttpResponse:
    """What was given today, what waits, and the latest points with their reasons; its live part when HTMX asks."""
    organisation_id = request.organisation.id
    now = timezone.now()
    shown = reads.waiting(organisation_id, store_ids=request.store_ids, limit=AT_A_GLANCE)
    entries = reads.history(organisation_id, store_ids=request.store_ids, limit=AT_A_GLANCE)
    values = {
        "figures": reads.figures(organisation_id, since=_midnight(now), store_ids=request.store_ids),
        "waiting": [(offer, wording.label(offer)) for offer in shown],
        "moments": _moments(request, entries),
        "rule": _rule_in_words(organisation_id, now),
        "is_running": programmes.runs_anywhere(organisation_id),
        "may_claim": may(request.role, "loyalty.claim"),
        "may_connect": may(request.role, "connections.manage"),
        "here": request.get_full_path(),
    }
    return render(request, _part(request, "loyalty/glance.html", "loyalty/loyalty.html"), values)


@require_GET
@page("loyalty.claim")
def counter(request: OrganisationRequest) -> HttpResponse:
    """The sales that wait for a customer, newest first; the list alone when HTMX asks."""
    organisation_id = request.organisation.id
    found = reads.waiting(organisation_id, store_ids=request.store_ids, limit=AT_THE_COUNTER)
    values = {
        "waiting": [(offer, wording.label(offer), wording.points(offer.points)) for offer in found],
        "has_several_stores": len({offer.store_id for offer in found}) > 1,
        "rule": _rule_in_words(organisation_id, timezone.now()),
        "is_running": programmes.runs_anywhere(organisation_id),
        "may_connect": may(request.role, "connections.manage"),
        "here": request.get_full_path(),
    }
    return render(request, _part(request, "loyalty/counter_list.html", "loyalty/counter.html"), values)


@require_http_methods(["GET", "POST"])
@page("loyalty.claim")
def claim(request: OrganisationRequest, offer_id: str) -> HttpResponse:
    """One sale and the phone field; POST gives the points, or what somebody else collected within the latest day."""
    offer = _offer(request, offer_id)
    give = claims.reattach if "reattach" in request.POST else claims.claim
    form, refusal, status = PhoneForm(request.POST or None), "", 200
    if request.method == "POST" and form.is_valid():
        try:
            result = give(
                organisation_id=request.organisation.id,
                offer_id=offer.id,
                phone=form.cleaned_data["phone"],
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
            )
        except RuleBroken as refused:
            refusal, status = _explain(refused, form), refused.status
            offer = _offer(request, offer_id)
        else:
            address = reverse("loyalty_thanks", args=[offer.public_id])
            return redirect(f"{address}?again=1" if result.is_repeat else address)
    elif form.is_bound:
        status = 422
    values = {
        "offer": offer,
        "label": wording.label(offer),
        "points": wording.points(offer.points),
        "light": wording.light(offer),
        "is_open": offer.state is State.OPEN,
        "may_reattach": offer.claimed_at is not None and timezone.now() - offer.claimed_at < claims.REATTACH_WITHIN,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "loyalty/claim.html", values, status=status)


@require_GET
@page("loyalty.claim")
def thanks(request: OrganisationRequest, offer_id: str) -> HttpResponse:
    """What the guest has now; leads back to the next one."""
    offer = _offer(request, offer_id)
    if offer.member_id is None:
        return redirect("loyalty_claim", offer_id=offer.public_id)
    member = _member(request, offer.member_id)
    values = {
        "member": member,
        "points": f"+{wording.points(offer.points + bonuses.points_of(request.organisation.id, offer.sale_id))}",
        "balance": wording.points(member.balance),
        "phone": _phone(request.role, member.phone),
        "is_again": "again" in request.GET,
        "asks": not consents.records(request.organisation.id, member.id),
    }
    return render(request, "loyalty/thanks.html", values)


def _part(request: HttpRequest, part: str, whole: str) -> str:
    return part if "HX-Request" in request.headers else whole


def _midnight(now: datetime) -> datetime:
    """When today began where the store is."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _rule_in_words(organisation_id: UUID, now: datetime) -> str:
    currency = Store.objects.filter(organisation_id=organisation_id).order_by("id").values_list("currency", flat=True)
    return wording.rule(programmes.in_force(organisation_id, now, now=now).rule, currency.first() or "EUR")


def _phone(role: Role, phone: str) -> str:
    """Whole for the owner, masked for everybody else (loyalty.md 1.9)."""
    shown = phones.readable(phone) if may(role, "loyalty.phones") else phones.masked(phone)
    return shown or _("erased")


def _offer(request: OrganisationRequest, offer_id: str) -> reads.OfferFacts:
    found = reads.offer(request.organisation.id, parse_id("off", offer_id), store_ids=request.store_ids)
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _member(request: OrganisationRequest, member_id: UUID) -> reads.MemberFacts:
    found = reads.member(request.organisation.id, member_id)
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _explain(refused: RuleBroken, form: PhoneForm) -> str:
    """A number that cannot be read stands under its field; anything else is about the sale."""
    if refused.code in ("phone_invalid", "phone_not_mobile"):
        form.add_error("phone", refused.for_owner)
        return ""
    return refused.for_owner


def _moments(request: OrganisationRequest, entries: list[reads.EntryFacts]) -> list[Moment]:
    """The latest entries as a timeline that leads to their members."""
    found = {each.id: each for each in reads.members(request.organisation.id, ids={each.member_id for each in entries})}
    people = reads.names_of(request.organisation.id, {entry.actor for entry in entries})
    return [
        Moment(
            at=entry.created_at,
            title=f"{wording.signed(entry.points)} · {_phone(request.role, found[entry.member_id].phone)}",
            detail=wording.why(entry),
            who=people.get(entry.actor, ""),
            level="ok" if entry.points > 0 else "off",
            url=reverse("loyalty_member", args=[public_id("mem", entry.member_id)]),
        )
        for entry in entries
    ]
