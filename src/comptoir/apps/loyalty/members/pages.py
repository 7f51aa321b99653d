"""The pages of all members: found, filtered, exported; the thresholds; who is silent; what looks odd."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.apps.loyalty import phones, reads
from comptoir.apps.loyalty.members import dossier, finding, habits, watching
from comptoir.apps.loyalty.members.finding import Wanted
from comptoir.apps.loyalty.members.forms import FilterForm, HabitsForm
from comptoir.apps.loyalty.phones import phone_of
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.web import spreadsheets
from comptoir.web.parts import Status, Text
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

TYPE_LIGHTS = {"new": "info", "occasional": "off", "vip": "ok", "at_risk": "warn"}


@require_GET
@page("loyalty.view")
def members(request: OrganisationRequest) -> HttpResponse:
    """Members that fit the filters of the address; the list alone when HTMX asks."""
    organisation_id, now = request.organisation.id, timezone.now()
    form = FilterForm(request.GET, *finding.choices(organisation_id))
    wanted = asked(request, form)
    shown = Paginator(
        range(finding.number_of(organisation_id, wanted, now=now)), finding.PAGE, allow_empty_first_page=True
    ).get_page(request.GET.get("page"))
    offset = (shown.number - 1) * finding.PAGE
    people = finding.find(organisation_id, wanted, now=now, offset=offset)
    values = {
        "rows": [(each, phone_of(request.role, each.phone), type_light(each.type)) for each in people],
        "total": reads.figures(organisation_id, since=now).members,
        "found": shown.paginator.count,
        "shown": shown,
        "form": form,
        "is_filtered": wanted != Wanted(sees_phones=wanted.sees_phones, sort=wanted.sort),
        "may_claim": may(request.role, "loyalty.claim"),
        "may_change": may(request.role, "loyalty.members"),
        "query": request.GET.urlencode(),
        "here": request.get_full_path(),
    }
    is_part = "HX-Request" in request.headers
    return render(request, "loyalty/members/rows.html" if is_part else "loyalty/members/list.html", values)


@require_GET
@page("loyalty.members")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """The members that fit, as CSV; numbers are masked for those who may not see them."""
    organisation_id, now = request.organisation.id, timezone.now()
    wanted = asked(request, FilterForm(request.GET, *finding.choices(organisation_id)))
    role = request.role
    note(
        organisation_id=organisation_id,
        actor=f"user:{request.user.pk}",
        what="loyalty.members_exported",
        now=now,
        details={"phones": may(role, "loyalty.phones")},
    )
    people = finding.every(organisation_id, wanted, now=now)
    lines = dossier.listed(
        people, phone=lambda number: number if may(role, "loyalty.phones") else phones.masked(number)
    )
    return spreadsheets.download(f"members-{timezone.localdate():%Y-%m-%d}.csv", lines)


@require_http_methods(["GET", "POST"])
@page("loyalty.manage")
def settings(request: OrganisationRequest) -> HttpResponse:
    """Who counts as what, how long data is kept, how often a number may collect."""
    current = habits.of(request.organisation.id)
    sees_phones = may(request.role, "loyalty.phones")
    shown = {**current.__dict__, "staff_phones": "\n".join(phones.readable(each) for each in current.staff_phones)}
    form = HabitsForm(country_of(request), request.POST or None, initial=shown)
    if not sees_phones:
        del form.fields["staff_phones"]
    if form.is_bound and form.is_valid():
        said = {**form.cleaned_data, "staff_phones": form.cleaned_data.get("staff_phones", current.staff_phones)}
        habits.change(
            organisation_id=request.organisation.id,
            habits=habits.Habits(**said),
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
        )
        toast(request, _("Saved."))
        return redirect("loyalty_members")
    return render(request, "loyalty/members/settings.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
@page("loyalty.members")
def silent(request: OrganisationRequest) -> HttpResponse:
    """Members whose last act lies further back than their data should be kept."""
    found, total = finding.inactive(request.organisation.id, now=timezone.now())
    values = {
        "rows": [(each, phone_of(request.role, each.phone)) for each in found],
        "total": total,
        "months": habits.of(request.organisation.id).retention_months,
        "may_manage": may(request.role, "loyalty.manage"),
    }
    return render(request, "loyalty/members/silent.html", values)


@require_GET
@page("loyalty.members")
def watch(request: OrganisationRequest) -> HttpResponse:
    """The same number too often, and the same cashier with the same member."""
    organisation_id, now = request.organisation.id, timezone.now()
    days = watching.same_day(organisation_id, now=now, store_ids=request.store_ids)
    pairs = watching.pairs(organisation_id, now=now, store_ids=request.store_ids)
    ids = {each.member_id for each in days} | {each.member_id for each in pairs}
    known = {each.id: each for each in reads.members(organisation_id, ids=ids, limit=len(ids) or 1)}
    values = {
        "days": [(known[each.member_id], phone_of(request.role, known[each.member_id].phone), each) for each in days],
        "pairs": [(known[each.member_id], phone_of(request.role, known[each.member_id].phone), each) for each in pairs],
        "may_manage": may(request.role, "loyalty.manage"),
    }
    return render(request, "loyalty/members/watch.html", values)


def asked(request: OrganisationRequest, form: FilterForm) -> Wanted:
    """The question in the address. Where numbers are masked, only a whole one finds its member."""
    search = request.GET.get("search", "").strip()
    sees_phones = may(request.role, "loyalty.phones")
    return form.wanted(sees_phones=sees_phones, whole_phone="" if sees_phones else _whole(request, search))


def type_light(kind: str) -> Status:
    """What kind of guest somebody is, as a light."""
    word: Text = habits.TYPE_NAMES[kind]
    return Status(TYPE_LIGHTS[kind], word)  # type: ignore[arg-type]


def country_of(request: OrganisationRequest, store_id: UUID | None = None) -> str:
    """With which country national numbers are read: the store's, else that of the first one."""
    rows = Store.objects.filter(organisation=request.organisation)
    found = rows.filter(id=store_id).first() if store_id else rows.order_by("id").first()
    return found.country if found else ""


def _whole(request: OrganisationRequest, search: str) -> str:
    """The number typed, or nothing: searching by parts would give masked digits away one by one."""
    try:
        return phones.parse(search, country=country_of(request)) if search else ""
    except RuleBroken:
        return ""
