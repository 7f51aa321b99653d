"""One member's pages: facts, points with their reasons, timeline, changes, consent, merging and leaving."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.apps.loyalty import reads, wallets, wording
from comptoir.apps.loyalty.members import consents, dossier, finding, leaving, merging, pass_pages, profile
from comptoir.apps.loyalty.members import pin as pin_setting
from comptoir.apps.loyalty.members import wording as people_wording
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.members.forms import MemberForm, initial
from comptoir.apps.loyalty.members.pages import country_of, type_light
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.phones import phone_of
from comptoir.apps.loyalty.rewards import member_pages
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import is_visible
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Moment
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast


@require_GET
@page("loyalty.view")
def member(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """What is known of one member, each entry with its reason, and everything that happened."""
    found, row = _both(request, member_id)
    before = request.GET.get("before", "")
    history = reads.history(
        request.organisation.id,
        member_id=found.id,
        before=parse_id("ent", before) if before else None,
        limit=reads.PAGE + 1,
    )
    shown = history[: reads.PAGE]
    visible = {entry.id for entry in shown if entry.store_id is None or is_visible(request.store_ids, entry.store_id)}
    person = finding.one(request.organisation.id, found.id, now=timezone.now())
    values = {
        "member": found,
        "known": row,
        "person": person,
        "type": type_light(person.type) if person else None,
        "phone": phone_of(request.role, found.phone),
        "balance": wording.points(found.balance),
        "store": _enrolled_at(request, found),
        "pass": pass_pages.section(row),
        "next_expiry": wallets.next_to_go(request.organisation.id, found.id, now=timezone.now()),
        "rows": [
            (
                entry,
                wording.KINDS.get(entry.kind, entry.kind),
                wording.signed(entry.points),
                wording.why(entry) if entry.id in visible else _("In another store."),
                entry.id in visible,
            )
            for entry in shown
        ],
        "people": reads.names_of(request.organisation.id, {entry.actor for entry in shown if entry.id in visible}),
        "moments": _moments(request, found.id),
        "merges": [(each, each.kept_id == found.id) for each in merging.of_member(request.organisation.id, found.id)],
        "other": public_id("mem", row.merged_into) if row.merged_into else "",
        "older": shown[-1].public_id if len(history) > reads.PAGE else "",
        "may_see_sales": may(request.role, "sales.view"),
        "may_change": may(request.role, "loyalty.members") and not row.erased_at and not row.merged_into,
        "may_merge": may(request.role, "loyalty.members"),
        "may_hand_over": may(request.role, "loyalty.phones"),
        "rewards": member_pages.section(request, row, found.balance),
        "here": request.get_full_path(),
    }
    is_part = "HX-Request" in request.headers
    return render(request, "loyalty/members/points.html" if is_part else "loyalty/members/member.html", values)


@require_http_methods(["GET", "POST"])
@page("loyalty.members")
def edit(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """What is known, as a form. A number that another member has leads to merging, which is asked apart."""
    found, row = _both(request, member_id)
    form = MemberForm(country_of(request, row.store_id), request.POST or None, initial=initial(row))
    taken: Member | None = None
    if form.is_bound and form.is_valid():
        try:
            change = profile.update(**_act(request, found), fields=form.known)
        except profile.MemberExists as exists:
            form.add_error("phone", exists.for_owner)
            taken = Member.objects.get(organisation=request.organisation, id=exists.member_id)
        except RuleBroken as refused:
            form.add_error(None, refused.for_owner)
        else:
            if change is not None:
                undo = reverse("loyalty_member_undo", args=[found.public_id, change.public_id])
                toast(request, _("Saved."), undo_url=undo)
            return redirect("loyalty_member", member_id=found.public_id)
    values = {
        "member": found,
        "phone": phone_of(request.role, found.phone),
        "form": form,
        "taken": taken,
        "taken_phone": phone_of(request.role, taken.phone) if taken else "",
    }
    return render(request, "loyalty/members/edit.html", values, status=422 if form.is_bound else 200)


@require_POST
@page("loyalty.members")
def undo(request: OrganisationRequest, member_id: str, change_id: str) -> HttpResponse:
    """Put one change back."""
    found = facts(request, member_id)
    _told(request, lambda: profile.undo(**_act(request, found), change_id=parse_id("chg", change_id)), _("Undone."))
    return redirect("loyalty_member", member_id=found.public_id)


@require_POST
@page("loyalty.members")
def pin(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """Four digits that the member types, or none any more."""
    found = facts(request, member_id)
    typed = "" if request.POST.get("remove") else request.POST.get("pin", "")
    if not typed and not request.POST.get("remove"):
        toast(request, _("A PIN is four digits."), level="bad")
        return redirect("loyalty_member", member_id=found.public_id)
    words = _("The PIN is set.") if typed else _("The PIN is gone.")
    _told(request, lambda: pin_setting.set_pin(**_act(request, found), pin=typed), words)
    return redirect("loyalty_member", member_id=found.public_id)


@require_POST
@page("loyalty.claim")
def consent(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """What the member said just now: at the counter for a new one, or noted later."""
    found = facts(request, member_id)
    source = Source.COUNTER if request.POST.get("at") == "counter" else Source.PAGE
    said = {Channel(name): request.POST[name] == "yes" for name in ("sms", "email") if name in request.POST}
    if source is Source.COUNTER:
        # The one box that is there: left empty, the answer is no.
        said = {Channel.SMS: said.get(Channel.SMS, False)}
    for channel, value in said.items():
        consents.record(**_act(request, found), channel=channel, value=value, source=source)
    toast(request, _("Noted, with the time and your name."))
    if source is Source.COUNTER:
        return redirect("loyalty_counter")
    return redirect("loyalty_member", member_id=found.public_id)


@require_POST
@page("loyalty.members")
def merge(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """This member takes over another one; the toast and the page take it apart again."""
    found = facts(request, member_id)
    other = facts(request, request.POST.get("other", ""))
    try:
        made = merging.merge(
            organisation_id=request.organisation.id,
            kept_id=found.id,
            absorbed_id=other.id,
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
        )
    except RuleBroken as refused:
        toast(request, refused.for_owner, level="warn")
    else:
        undo_url = reverse("loyalty_member_unmerge", args=[found.public_id, made.public_id])
        toast(request, _("Two members are one now. For 30 days this can be undone."), undo_url=undo_url)
    return redirect("loyalty_member", member_id=found.public_id)


@require_POST
@page("loyalty.members")
def unmerge(request: OrganisationRequest, member_id: str, merge_id: str) -> HttpResponse:
    """Take a merge apart."""
    found = facts(request, member_id)

    def act() -> None:
        merging.undo(
            organisation_id=request.organisation.id,
            merge_id=parse_id("mrg", merge_id),
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
        )

    _told(request, act, _("They are two members again."))
    return redirect("loyalty_member", member_id=found.public_id)


@require_http_methods(["GET", "POST"])
@page("loyalty.members")
def leave(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """Pause, anonymise or delete, with what would be lost; POST does one of them."""
    found, row = _both(request, member_id)
    may_delete = may(request.role, "loyalty.delete")
    if request.method == "POST":
        how = request.POST.get("how", "")
        acts = {"pause": leaving.pause, "resume": leaving.resume, "anonymise": leaving.anonymise}
        if may_delete:
            acts["delete"] = leaving.delete
        if how not in acts:
            raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
        acts[how](**_act(request, found))
        toast(request, _LEFT[how]())
        if how in ("anonymise", "delete"):
            return redirect("loyalty_members")
        return redirect("loyalty_member", member_id=found.public_id)
    values = {
        "member": found,
        "known": row,
        "phone": phone_of(request.role, found.phone),
        "rewards": leaving.unused_rewards(request.organisation.id, found.id, now=timezone.now()),
        "points": wording.points(found.balance),
        "may_delete": may_delete,
        "may_hand_over": may(request.role, "loyalty.phones"),
    }
    return render(request, "loyalty/members/leave.html", values)


_LEFT = {
    "pause": lambda: _("Paused. Points stay; nothing is collected or sent."),
    "resume": lambda: _("The member collects again."),
    "anonymise": lambda: _("The person is gone. Points and sales stay without a name."),
    "delete": lambda: _("The person and all their figures are gone."),
}


@require_GET
@page("loyalty.phones")
def hand_over(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """Everything about one person as a ZIP file of JSON and CSV."""
    found = facts(request, member_id)
    act = _act(request, found)
    note(
        organisation_id=request.organisation.id,
        actor=act["actor"],
        what="member.exported",
        now=act["now"],
        subject=found.public_id,
    )
    response = HttpResponse(dossier.archive(request.organisation.id, found.id), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{found.public_id}.zip"'
    return response


def facts(request: OrganisationRequest, member_id: str) -> reads.MemberFacts:
    """A member of this organisation. Raises RuleBroken (404)."""
    found = reads.member(request.organisation.id, parse_id("mem", member_id))
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _both(request: OrganisationRequest, member_id: str) -> tuple[reads.MemberFacts, Member]:
    found = facts(request, member_id)
    return found, Member.objects.get(organisation=request.organisation, id=found.id)


def _act(request: OrganisationRequest, found: reads.MemberFacts) -> dict[str, Any]:
    """Whose, on whom, by whom, when."""
    return {
        "organisation_id": request.organisation.id,
        "member_id": found.id,
        "actor": f"user:{request.user.pk}",
        "now": timezone.now(),
    }


def _told(request: OrganisationRequest, act: Callable[[], None], words: str) -> None:
    """Say that it was done, or why not."""
    with refusals(request, level="warn"):
        act()
        toast(request, words)


def _enrolled_at(request: OrganisationRequest, found: reads.MemberFacts) -> str:
    """A member is the whole organisation's; the name of a store is for those who were given it."""
    if not is_visible(request.store_ids, found.store_id):
        return _("another store")
    return Store.objects.get(organisation=request.organisation, id=found.store_id).name


def _moments(request: OrganisationRequest, member_id: UUID) -> list[Moment]:
    """Changes and consents, the latest first."""
    changes = profile.changes(request.organisation.id, member_id)
    said = consents.records(request.organisation.id, member_id)
    actors = {each.actor for each in changes} | {each.actor for each in said}
    people = reads.names_of(request.organisation.id, actors)
    sees = may(request.role, "loyalty.phones")
    moments = [
        *(people_wording.change(each, who=people.get(each.actor, ""), sees_phones=sees) for each in changes),
        *(people_wording.consent(each, who=people.get(each.actor, "")) for each in said),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)
