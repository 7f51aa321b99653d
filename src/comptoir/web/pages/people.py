"""Who works here: roles and stores of each, invitations, and taking somebody out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.internal.flows import reauthentication
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.core.accounts import invitations as inviting
from comptoir.core.accounts import members, reach, reads, second_steps
from comptoir.core.accounts.authority import Authority
from comptoir.core.accounts.partners import tokens as partner_tokens
from comptoir.core.accounts.reads import InvitationFacts, MemberFacts
from comptoir.core.accounts.roles import Role
from comptoir.core.connections import reads as connections
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.seal import SealBroken
from comptoir.web.accounts import tell_news
from comptoir.web.pages.reaches import ALL, CHOSEN, InviteForm, Offered, ReachForm, initial_of
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.shell import ROLE_NAMES, OrganisationRequest, page
from comptoir.web.toasts import toast

PERMISSION = "users.manage"
UNDO_WITHIN = timedelta(hours=1)
ROLE_WORDS: dict[Role, Promise] = {
    Role.OWNER: gettext_lazy("Everything, in all stores: tills, apps, people."),
    Role.SUPERVISOR: gettext_lazy("Sales, inbox, imports and people of their stores, and the programme of each app."),
    Role.REGIONAL_SUPERVISOR: gettext_lazy("Sales and inbox of their stores."),
    Role.MANAGER: gettext_lazy("Sales, inbox and imports of their stores, and what stands at the till."),
    Role.STAFF: gettext_lazy("Points at the counter of their stores."),
    Role.VIEWER: gettext_lazy("Figures and sales of their stores, to read."),
    Role.MARKETING: gettext_lazy("Visitors and sales of their stores, to read, without anything about staff."),
    Role.HR: gettext_lazy("Figures of their stores, and the hours each person worked."),
    Role.PARTNER: gettext_lazy("The till’s maker: rewards and the products they stand for, and whether sales come in."),
}


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def users(request: OrganisationRequest) -> HttpResponse:
    """Everybody, and the form to ask somebody; POST sends the invitation."""
    authority, offered = _authority(request), Offered(request.organisation.id)
    initial = {"language": get_language(), "role": Role.STAFF, "reach": ALL if authority.store_ids is None else CHOSEN}
    form = InviteForm(offered, authority, request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        email, language = form.cleaned_data["email"], form.cleaned_data["language"]
        try:
            inviting.invite(
                organisation=request.organisation,
                email=email,
                language=language,
                by=request.user,
                now=timezone.now(),
                authority=authority,
                **form.given(),
            )
        except RuleBroken as refused:
            form.add_error("reach" if refused.code == "node_unknown" else "email", in_words(refused))
        else:
            toast(request, _("A mail with a link is on its way to %(email)s.") % {"email": email})
            return redirect("users")
    now = timezone.now()
    waiting = [each for each in reads.invitations(request.organisation.id) if authority.is_over(each)]
    values = {
        "members": [
            (each, ROLE_NAMES[each.role], offered.told_of(each))
            for each in reads.members(request.organisation.id)
            if authority.sees(each)
        ],
        "invitations": [(each, ROLE_NAMES[each.role], offered.told_of(each), _light(each, now)) for each in waiting],
        "has_levels": bool(offered.levels),
        "form": form,
        "roles": [(ROLE_NAMES[role], words) for role, words in ROLE_WORDS.items() if role in authority.roles],
        "me": request.user.pk,
    }
    return render(request, "web/settings/users.html", values, status=422 if form.is_bound else 200)


def members_of(request: OrganisationRequest) -> list[MemberFacts]:
    """Those of this organisation who work in a store of the reader's."""
    authority = _authority(request)
    return [each for each in reads.members(request.organisation.id) if authority.sees(each)]


def _authority(request: OrganisationRequest) -> Authority:
    if request.store_ids is None:
        return Authority(request.role, None)
    nodes = reach.nodes_of(request.organisation.id, request.user.pk)
    return Authority(request.role, request.store_ids, nodes)


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def user(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    """One member: role and stores, the connections that stand on their sign-in, and the way out."""
    found = _member(request, membership_id)
    authority = _authority(request)
    form = ReachForm(Offered(request.organisation.id), authority, request.POST or None, initial=initial_of(found))
    if form.is_bound and form.is_valid():
        try:
            after = members.change(
                organisation_id=request.organisation.id,
                membership_id=membership_id,
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
                authority=authority,
                **form.given(),
            )
        except RuleBroken as refused:
            form.add_error("reach" if refused.code == "node_unknown" else "role", in_words(refused))
        else:
            undo = "" if after == found else _undo(request, found, changed=membership_id, after=after.given)
            toast(request, _("Saved. It holds from the next click on."), undo_url=undo)
            return redirect("users")
    values = {
        "member": found,
        "role_name": ROLE_NAMES[found.role],
        "is_over": authority.is_over(found),
        "form": form,
        "consents": connections.consented_by(request.organisation.id, found.user_id),
        "partner_tokens": partner_tokens.number_of(request.organisation.id, found.user_id, now=timezone.now()),
        "is_me": found.user_id == request.user.pk,
        "has_second_steps": second_steps.has_any(found.user_id),
    }
    return render(request, "web/settings/user.html", values, status=422 if form.is_bound else 200)


@require_POST
@page(PERMISSION)
def forget_second_steps(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    """Somebody has lost telephone and recovery codes. Whoever takes them away proves first who he is himself."""
    _member(request, membership_id)
    if not reauthentication.did_recently_reauthenticate(request):
        return redirect_to_login(reverse("user", args=[membership_id]), reverse("account_reauthenticate"))
    with transaction.atomic():
        member = second_steps.reset(
            organisation_id=request.organisation.id,
            membership_id=membership_id,
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
            authority=_authority(request),
        )
        tell_news("second_steps_removed", member.email)
    toast(request, _("%(name)s signs in with the password alone now, and was told by mail.") % {"name": member.called})
    return redirect("user", membership_id)


@require_POST
@page(PERMISSION)
def remove(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    """Out at once; the toast takes it back."""
    gone = members.remove(
        organisation_id=request.organisation.id,
        membership_id=membership_id,
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
        authority=_authority(request),
    )
    text = _("%(name)s does not work here any more.") % {"name": gone.called}
    toast(request, text, undo_url=_undo(request, gone, removed=gone.user_id))
    return redirect("users")


def _undo(request: OrganisationRequest, before: MemberFacts, **whose: object) -> str:
    """Where what was given `before` is given again: to a member that was `removed` (a user), or `changed`, while he has
    what he was given `after`."""
    claims = whose | before.given | {"from": str(request.organisation.id)}
    token = sealer().sign(claims, expires_at=timezone.now() + UNDO_WITHIN)
    return reverse("user_restore", args=[token])


@require_POST
@page(PERMISSION)
def restore(request: OrganisationRequest, token: str) -> HttpResponse:
    """Take a removal or a change back, as it was."""
    try:
        said = sealer().verify(token, now=timezone.now())
        is_ours = said["from"] == str(request.organisation.id) and ("removed" in said or "changed" in said)
        before: dict[str, Any] = {
            "organisation_id": request.organisation.id,
            "role": Role(said["role"]),
            "store_ids": None if said["stores"] is None else [UUID(each) for each in said["stores"]],
            "node_ids": [UUID(each) for each in said.get("nodes", ())],  # none in a toast older than an update
            "actor": f"user:{request.user.pk}",
            "now": timezone.now(),
            "authority": _authority(request),
        }
    except (SealBroken, KeyError, ValueError):
        is_ours = False
    if not is_ours:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if "changed" in said:
        back = members.change(membership_id=said["changed"], only_from=said.get("after"), **before)
        toast(request, _("%(name)s has what they had before.") % {"name": back.called})
    else:
        back = members.restore(user_id=said["removed"], **before)
        toast(request, _("%(name)s works here again.") % {"name": back.called})
    return redirect("users")


@require_POST
@page(PERMISSION)
def resend(request: OrganisationRequest, invitation_id: str) -> HttpResponse:
    """Another link for another week."""
    found = inviting.resend(**_named(request, invitation_id))
    toast(request, _("A mail with a link is on its way to %(email)s.") % {"email": found.email})
    return redirect("users")


@require_POST
@page(PERMISSION)
def withdraw(request: OrganisationRequest, invitation_id: str) -> HttpResponse:
    """The link stops working."""
    found = inviting.withdraw(**_named(request, invitation_id))
    toast(request, _("The invitation of %(email)s is withdrawn; its link works no more.") % {"email": found.email})
    return redirect("users")


def _named(request: OrganisationRequest, invitation_id: str) -> dict[str, Any]:
    return {
        "organisation_id": request.organisation.id,
        "invitation_id": parse_id("inv", invitation_id),
        "actor": f"user:{request.user.pk}",
        "now": timezone.now(),
        "authority": _authority(request),
    }


def _member(request: OrganisationRequest, membership_id: int) -> MemberFacts:
    found = reads.members(request.organisation.id, membership_id=membership_id)
    if not found:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    _authority(request).must_see(found[0])
    return found[0]


def _light(found: InvitationFacts, now: Any) -> Status:
    if found.expires_at <= now:
        return Status("warn", pgettext("an invitation", "Expired"), found.expires_at)
    return Status("info", _("Waiting for an answer"), found.sent_at)
