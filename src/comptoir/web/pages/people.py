"""Who works here: roles and stores of each, invitations, and taking somebody out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.internal.flows import reauthentication
from django import forms
from django.conf import settings
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
from comptoir.core.accounts import members, reads, second_steps
from comptoir.core.accounts.authority import Authority
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partners import tokens as partner_tokens
from comptoir.core.accounts.reads import InvitationFacts, MemberFacts
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.stores import stores
from comptoir.core.connections import reads as connections
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.seal import SealBroken
from comptoir.web.accounts import tell_news
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.shell import ROLE_NAMES, OrganisationRequest, page
from comptoir.web.toasts import toast

PERMISSION = "users.manage"
UNDO_WITHIN = timedelta(hours=1)
ALL, CHOSEN = "all", "chosen"
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


class ReachForm(forms.Form):
    """A role, and in which stores."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    reach = forms.ChoiceField(
        label=gettext_lazy("Stores"),
        choices=[(ALL, gettext_lazy("All stores, those to come included")), (CHOSEN, gettext_lazy("Chosen stores"))],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Chosen stores"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, mine: list[Store], authority: Authority, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, ROLE_NAMES[role]) for role in Role if role in authority.roles]  # type: ignore[attr-defined]
        if authority.store_ids is not None:  # whoever has chosen stores gives nobody all of them
            self.fields["reach"].choices = self.fields["reach"].choices[1:]  # type: ignore[attr-defined]
            self.fields["reach"].initial = CHOSEN
        self.fields["stores"].choices = [(each.public_id, each.name) for each in mine]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Chosen stores are at least one, and an owner has all."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reach") == CHOSEN:
            if cleaned.get("role") == Role.OWNER:
                self.add_error("reach", _("An owner has all stores."))
            elif not cleaned.get("stores"):
                self.add_error("stores", _("Choose at least one store."))
        return cleaned

    def given(self) -> dict[str, Any]:
        """What was chosen, as the core takes it."""
        chosen = self.cleaned_data
        ids = None if chosen["reach"] == ALL else frozenset(parse_id("sto", each) for each in chosen["stores"])
        return {"role": Role(chosen["role"]), "store_ids": ids}


class InviteForm(ReachForm):
    """Whom to ask, and in which language."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)
    field_order = ("email", "role", "reach", "stores", "language")


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def users(request: OrganisationRequest) -> HttpResponse:
    """Everybody, and the form to ask somebody; POST sends the invitation."""
    authority, mine = _authority(request), _stores(request)
    reach = ALL if authority.store_ids is None else CHOSEN
    form = InviteForm(
        mine, authority, request.POST or None, initial={"language": get_language(), "role": Role.STAFF, "reach": reach}
    )
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
            form.add_error("email", in_words(refused))
        else:
            toast(request, _("A mail with a link is on its way to %(email)s.") % {"email": email})
            return redirect("users")
    now = timezone.now()
    names = {each.id: each.name for each in stores(request.organisation.id)}
    waiting = [each for each in reads.invitations(request.organisation.id) if authority.is_over(each)]
    values = {
        "members": [(each, ROLE_NAMES[each.role], _stores_of(each, names)) for each in members_of(request)],
        "invitations": [(each, ROLE_NAMES[each.role], _stores_of(each, names), _light(each, now)) for each in waiting],
        "form": form,
        "roles": [(ROLE_NAMES[role], words) for role, words in ROLE_WORDS.items() if role in authority.roles],
        "me": request.user.pk,
    }
    return render(request, "web/settings/users.html", values, status=422 if form.is_bound else 200)


def members_of(request: OrganisationRequest) -> list[MemberFacts]:
    """Those of this organisation who work in a store of the reader's."""
    return [each for each in reads.members(request.organisation.id) if _authority(request).sees(each)]


def _authority(request: OrganisationRequest) -> Authority:
    return Authority(request.role, request.store_ids)


def _stores(request: OrganisationRequest) -> list[Store]:
    """Those that the reader may give."""
    mine = stores(request.organisation.id)
    return [each for each in mine if request.store_ids is None or each.id in request.store_ids]


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def user(request: OrganisationRequest, membership_id: int) -> HttpResponse:
    """One member: role and stores, the connections that stand on their sign-in, and the way out."""
    found = _member(request, membership_id)
    authority, ids, mine = _authority(request), found.store_ids, _stores(request)
    chosen = [each.public_id for each in mine if ids is not None and each.id in ids]
    initial = {"role": found.role.value, "reach": ALL if ids is None else CHOSEN, "stores": chosen}
    form = ReachForm(mine, authority, request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            members.change(
                organisation_id=request.organisation.id,
                membership_id=membership_id,
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
                authority=authority,
                **form.given(),
            )
        except RuleBroken as refused:
            form.add_error("role", in_words(refused))
        else:
            toast(request, _("Saved. It holds from the next click on."))
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
    claims = {
        "removed": gone.user_id,
        "from": str(request.organisation.id),
        "role": gone.role.value,
        "stores": None if gone.store_ids is None else [str(each) for each in gone.store_ids],
    }
    undo = sealer().sign(claims, expires_at=timezone.now() + UNDO_WITHIN)
    text = _("%(name)s does not work here any more.") % {"name": gone.called}
    toast(request, text, undo_url=reverse("user_restore", args=[undo]))
    return redirect("users")


@require_POST
@page(PERMISSION)
def restore(request: OrganisationRequest, token: str) -> HttpResponse:
    """Take a removal back, as it was."""
    try:
        said = sealer().verify(token, now=timezone.now())
        is_ours = said["from"] == str(request.organisation.id)
        user_id, role, ids = said["removed"], Role(said["role"]), said["stores"]
    except (SealBroken, KeyError, ValueError):
        is_ours, user_id, role, ids = False, 0, Role.VIEWER, None
    if not is_ours:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    back = members.restore(
        organisation_id=request.organisation.id,
        user_id=user_id,
        role=role,
        store_ids=None if ids is None else [UUID(each) for each in ids],
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
        authority=_authority(request),
    )
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


def _stores_of(found: MemberFacts | InvitationFacts, names: dict[Any, str]) -> str:
    if found.store_ids is None:
        return _("All stores")
    return ", ".join(name for store_id, name in names.items() if store_id in found.store_ids) or _("No store")


def _light(found: InvitationFacts, now: Any) -> Status:
    if found.expires_at <= now:
        return Status("warn", pgettext("an invitation", "Expired"), found.expires_at)
    return Status("info", _("Waiting for an answer"), found.sent_at)
