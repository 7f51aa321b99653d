"""POS integration: label, connect, match, schedule, finish; then how each job is doing (traffic-analytics.md 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import chains, checking, jobs, location_ids, rights, tasks
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.models import Counter, EditRight, Hour, ImportJob
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import is_visible
from comptoir.core.connections import reads, revoking
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations.manifest import App
from comptoir.core.intake.importing import reads as imports
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos.model import number_of
from comptoir.web import linking
from comptoir.web.pages.connections import offered
from comptoir.web.parts import Status, Step
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

RHYTHMS: Final[list[tuple[str, str | Promise]]] = [
    ("hourly", gettext_lazy("Every hour")),
    ("five_minutes", gettext_lazy("Every 5 minutes")),
    ("daily", gettext_lazy("Every day")),
    (jobs.MANUAL, gettext_lazy("By hand")),
]


SILENT: Final = timedelta(hours=2)


class LabelForm(forms.Form):
    """What the chain calls it."""

    label = forms.CharField(
        label=gettext_lazy("Label"), max_length=120, help_text=gettext_lazy("Normally the name of the chain.")
    )


class ScheduleForm(forms.Form):
    """When it reads."""

    rhythm = forms.ChoiceField(label=gettext_lazy("Type of schedule"), choices=RHYTHMS)
    start = forms.TimeField(
        label=gettext_lazy("Start time"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=gettext_lazy("By each store’s own clock. Every hour, its minutes count: 00:02 is 2 minutes past."),
    )


@require_GET
@page("traffic.status")
def integrations(request: OrganisationRequest) -> HttpResponse:
    """Every job with its state, and what there is to look at."""
    return _list(request, LabelForm(initial={"label": request.organisation.name}))


@require_POST
@page("traffic.connect")
def add(request: OrganisationRequest) -> HttpResponse:
    """A new job, by its label."""
    form = LabelForm(request.POST)
    if form.is_valid():
        try:
            job = jobs.begin(
                organisation_id=request.organisation.id,
                label=form.cleaned_data["label"].strip(),
                actor=_actor(request),
                now=timezone.now(),
            )
            return redirect("traffic_job", jobs.public(job))
        except RuleBroken as broken:
            form.add_error("label", broken.for_owner)
    return _list(request, form, status=422)


def _list(request: OrganisationRequest, form: LabelForm, *, status: int = 200) -> HttpResponse:
    found = jobs.jobs(request.organisation.id)
    connections = {each.id: each for each in reads.connections(request.organisation.id)}
    rows = [(each, jobs.public(each), _light(each, connections), _facts(each, connections)) for each in found]
    values = {
        "rows": rows,
        "form": form if may(request.role, "traffic.connect") else None,
        "troubles": _troubles(request, connections) if found else [],
    }
    return render(request, "traffic/integrations.html", values, status=status)


@require_GET
@page("traffic.jobs")
def integration(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """One job: the steps of setting it up, whatever was done in whatever order, and its switches."""
    job = _job(request, job_id)
    connection_id = request.GET.get("connection")
    if connection_id and job.connection_id is None and may(request.role, "traffic.connect"):
        connection = _connection(request, parse_id("con", connection_id))
        jobs.attach(job=job, connection=connection)
        return redirect("traffic_job", job_id)
    shops = _shops(request, job)
    form = ScheduleForm(initial={"rhythm": job.rhythm, "start": job.start.strftime("%H:%M")})
    values = {
        "job": job,
        "job_id": job_id,
        "steps": _steps(job, shops),
        "facts": reads.connection(request.organisation.id, job.connection_id) if job.connection_id else None,
        "providers": offered(),
        "then": reverse("traffic_job", args=[job_id]),
        "shops": shops,
        "places": chains.places(request.organisation.id, store_ids=request.store_ids, now=timezone.now()),
        "editors": _editors(request),
        "form": form,
        "may_connect": may(request.role, "traffic.connect"),
        "progress": _progress(request, job),
        "others": _named(jobs.others_over(_connection(request, job.connection_id))) if job.connection_id else "",
    }
    return render(request, "traffic/integration.html", values)


@require_GET
@page("traffic.jobs")
def check(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """The part of the page that asks the till; it ends after ten seconds, and never holds up the next step."""
    job = _job(request, job_id)
    if job.connection_id is None:
        found = checking.Checked("refused", _("Connect an account first."))
    else:
        found = checking.check(_connection(request, job.connection_id), now=timezone.now())
    return render(request, "traffic/check.html", {"found": found})


@require_POST
@page("traffic.connect")
def schedule(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Finish: it reads by itself from now on."""
    job, form = _job(request, job_id), ScheduleForm(request.POST)
    if not form.is_valid() or job.connection_id is None:
        raise RuleBroken(_("Connect an account and choose a start time first."), code="schedule_invalid", status=422)
    said = form.cleaned_data
    start: time = said["start"].replace(second=0, microsecond=0)
    jobs.finish(job=job, rhythm=said["rhythm"], start=start, actor=_actor(request), now=timezone.now())
    tasks.enqueue_filling(request.organisation.id)
    toast(request, _("It reads by itself from now on. The first days are on their way."))
    return redirect("traffic_job", job_id)


@require_POST
@page("traffic.connect")
def switch(request: OrganisationRequest, job_id: str, position: str) -> HttpResponse:
    """The active flag."""
    if position not in ("on", "off"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    job = _job(request, job_id)
    jobs.switch(job=job, on=position == "on", actor=_actor(request), now=timezone.now())
    if position == "on":
        tasks.enqueue_filling(request.organisation.id)
    undo = reverse("traffic_job_switch", args=[job_id, "off" if position == "on" else "on"])
    words = (
        _("It reads again, and fills the hole.") if position == "on" else _("It reads nothing until you switch it on.")
    )
    toast(request, words, undo_url=undo)
    return redirect("traffic_job", job_id)


@require_POST
@page("traffic.connect")
def delete(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Away with it; what was imported stays. The consent goes back to the till unless another app works over it."""
    job = _job(request, job_id)
    connection = _connection(request, job.connection_id) if job.connection_id else None
    jobs.delete(job=job, actor=_actor(request), now=timezone.now())
    toast(request, _give_back(connection, is_told="give_back" in request.POST) or _("Deleted. What it imported stays."))
    return redirect("traffic_jobs")


def _give_back(connection: Connection | None, *, is_told: bool) -> str:
    """Give the consent back, if the dialog said so and still nothing else works over it; or why it is kept."""
    if connection is None:
        return ""
    if others := jobs.others_over(connection):
        return _("Deleted. The sign-in stays, for it is used by: %(apps)s.") % {"apps": _named(others)}
    if not is_told:
        return _("Deleted. The sign-in stays, as the page said.")
    revoking.revoke(connection, now=timezone.now())
    return ""


def _named(apps: Sequence[App]) -> str:
    return ", ".join(str(each.name) for each in apps)


@require_POST
@page("traffic.connect")
def editor_remove(request: OrganisationRequest, user_id: int) -> HttpResponse:
    """Nobody overwrites by hand what the till says: the right to edit is taken away, with one click back."""
    nodes = rights.take_away(
        organisation_id=request.organisation.id, user_id=user_id, actor=_actor(request), now=timezone.now()
    )
    if not nodes:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    place, back = ",".join("all" if each is None else str(each) for each in nodes), _back(request)
    undo = f"{reverse('traffic_editor_restore', args=[user_id, place])}?{urlencode({'then': back})}"
    toast(request, _("He edits no data by hand any more."), undo_url=undo)
    return redirect(back)


@require_POST
@page("traffic.connect")
def editor_restore(request: OrganisationRequest, user_id: int, nodes: str) -> HttpResponse:
    """The right is given back as it was."""
    mine = Membership.objects.filter(organisation_id=request.organisation.id, user_id=user_id)
    known = {str(each.id): each.id for each in chains.nodes(request.organisation.id)}
    wanted = nodes.split(",")
    if not mine.exists() or any(each != "all" and each not in known for each in wanted):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    for each in wanted:
        rights.allow(
            organisation_id=request.organisation.id,
            user_id=user_id,
            node_id=known.get(each),
            actor=_actor(request),
            now=timezone.now(),
        )
    toast(request, _("He may edit again."))
    return redirect(_back(request))


def _back(request: OrganisationRequest) -> str:
    """The page of ours on which somebody pressed: the wizard or the settings."""
    then = request.POST.get("then") or request.GET.get("then") or ""
    is_ours = then.startswith("/") and url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    return then if is_ours else reverse("traffic_jobs")


@dataclass(frozen=True)
class Shop:
    """A shop of the account: its number, and the location that it feeds or probably should."""

    link: LocationLink
    number: str
    chosen: str
    is_proposal: bool


def _shops(request: OrganisationRequest, job: ImportJob) -> list[Shop]:
    if job.connection_id is None:
        return []
    links = list(
        LocationLink.objects.select_related("store")
        .filter(organisation_id=request.organisation.id, connection_id=job.connection_id)
        .order_by("name")
    )
    links = [each for each in links if is_visible(request.store_ids, each.store.id if each.store else None)]
    fed = set(
        LocationLink.objects.filter(organisation_id=request.organisation.id, store__isnull=False).values_list(
            "store_id", flat=True
        )
    )
    places = chains.places(request.organisation.id, store_ids=request.store_ids, now=timezone.now())
    free = [each for each in places if each.store.id not in fed]
    proposed = location_ids.propose(
        [location_ids.Place(str(each.id), number_of(each.external_id), each.name) for each in links if not each.store],
        [
            location_ids.Place(each.store.public_id, each.location.location_id, each.store.name, each.location.mask)
            for each in free
        ],
    )
    return [
        Shop(
            link=each,
            number=location_ids.shown(number_of(each.external_id)),
            chosen=each.store.public_id if each.store else proposed.get(str(each.id), ""),
            is_proposal=each.store is None and str(each.id) in proposed,
        )
        for each in links
    ]


@require_POST
@page("traffic.connect")
def match(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Which location each shop feeds; one location takes two shops only if somebody says that they are added up."""
    job, now = _job(request, job_id), timezone.now()
    chosen = {
        name.removeprefix("shop-"): said
        for name, said in request.POST.items()
        if name.startswith("shop-") and isinstance(said, str)
    }
    _require_apart(request, chosen)
    if job.connection_id is None:
        raise RuleBroken(_("Connect an account first."), code="connection_missing", status=409)
    with transaction.atomic():
        links = LocationLink.objects.select_for_update().filter(
            organisation_id=request.organisation.id, connection_id=job.connection_id
        )
        for link in links.order_by("id"):
            choice = chosen.get(str(link.id))
            if choice is None:
                continue
            linking.feed(request.organisation, link, choice, now=now)
            link.refresh_from_db()
            if link.store is not None:
                _name_it(request, link, now)
    if job.finished_at is not None:
        jobs.finish(job=job, rhythm=job.rhythm, start=job.start, actor=_actor(request), now=now)
    tasks.enqueue_filling(request.organisation.id)
    toast(request, _("Saved. Unmatched shops can wait."))
    return redirect("traffic_job", jobs.public(job))


def _require_apart(request: OrganisationRequest, chosen: dict[str, str]) -> None:
    stores = [each for each in chosen.values() if each and each != linking.NEW_STORE]
    twice = next((each for each in stores if stores.count(each) > 1), None)
    if twice is None or request.POST.get("sum"):
        return
    places = chains.places(request.organisation.id, store_ids=request.store_ids, now=timezone.now())
    name = next((each.store.name for each in places if each.store.public_id == twice), "")
    raise RuleBroken(
        _("Two shops feed %(name)s. Tick “add up” if that is meant, or choose another location for one.")
        % {"name": name},
        code="location_fed_twice",
        status=422,
    )


def _name_it(request: OrganisationRequest, link: LocationLink, now: datetime) -> None:
    """A location without an id gets the shop's, unless another has it."""
    store = link.store
    if store is None:
        return
    place = next(
        each for each in chains.places(request.organisation.id, store_ids=None, now=now) if each.store.id == store.id
    )
    number = number_of(link.external_id)
    taken = chains.is_taken(request.organisation.id, number, but=store.id)
    if place.location.location_id or taken:
        return
    chains.save_location(
        store=store,
        values={"location_id": number},
        node_id=place.node_id,
        actor=_actor(request),
        now=now,
        today=now.date(),
    )


def _steps(job: ImportJob, shops: Sequence[Shop]) -> list[Step]:
    matched = sum(each.link.store is not None for each in shops)
    state = "done" if matched else "now" if job.connection_id else "waiting"
    return [
        Step(_("Label"), "done", job.label, job.created_at),
        Step(_("Connect"), "done" if job.connection_id else "now", _("signed in") if job.connection_id else ""),
        Step(
            _("Match the shops"),
            state,  # type: ignore[arg-type]
            _("%(matched)d of %(all)d") % {"matched": matched, "all": len(shops)} if shops else "",
        ),
        Step(
            _("Schedule"),
            "done" if job.finished_at else "now" if matched else "waiting",
            dict(RHYTHMS)[job.rhythm] if job.finished_at else "",
            job.finished_at,
        ),
    ]


def _light(job: ImportJob, connections: dict[UUID, reads.ConnectionFacts]) -> Status:
    found = connections.get(job.connection_id) if job.connection_id else None
    if found is None:
        return Status("off", _("Not connected"))
    if found.status != Connection.Status.CONNECTED:
        return Status("bad", _("Sign in again"), found.status_since, found.status_reason)
    if not job.finished_at:
        return Status("info", _("Being set up"))
    return Status("ok", _("Active")) if job.active else Status("off", _("Off"), job.paused_at)


def _facts(job: ImportJob, connections: dict[UUID, reads.ConnectionFacts]) -> dict[str, Any]:
    found = connections.get(job.connection_id) if job.connection_id else None
    due = jobs.next_runs(job)
    return {
        "connection": found,
        "matched": found.linked if found else 0,
        "shops": len(found.locations) if found else 0,
        "next": min(due.values(), default=None),
        "owner": found.consented_by if found else "",
    }


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong with a location or an account, and the one thing to press."""

    level: str
    what: str
    why: str
    label: str
    url: str


def _troubles(request: OrganisationRequest, connections: dict[UUID, reads.ConnectionFacts]) -> list[Trouble]:
    """The rows of the troubleshooting table that hold now, in words (2.7)."""
    now = timezone.now()
    found = []
    for each in connections.values():
        if each.status != Connection.Status.CONNECTED and not each.is_given_back:
            why = _("%(who)s signed in, and Lightspeed does not accept that any more.") % {
                "who": each.consented_by or "–"
            }
            url = reverse("connection", args=[each.public_id])
            found.append(Trouble("bad", each.account_name, why, _("Sign in again"), url))
    places = chains.places(request.organisation.id, store_ids=request.store_ids, now=now)
    fed = {location.store_id for each in connections.values() for location in each.locations}
    latest = dict(
        Hour.objects.filter(organisation_id=request.organisation.id, transactions__gt=0)
        .values_list("store_id")
        .annotate(latest=Max("hour"))
        .values_list("store_id", "latest")
    )
    silent = set(
        Counter.objects.filter(organisation_id=request.organisation.id, active=True)
        .exclude(heard_at__gte=now - SILENT)
        .values_list("store_id", flat=True)
    )
    for place in places:
        found += _of_place(place, fed, latest.get(place.store.id), silent, now)
    return found


def _of_place(
    place: Place, fed: set[UUID | None], latest: datetime | None, silent: set[UUID], now: datetime
) -> list[Trouble]:
    url = reverse("traffic_location", args=[place.store.public_id])
    name, found = place.store.name, []
    if place.store.id not in fed:
        found.append(Trouble("warn", name, _("No shop of a till feeds it."), _("Match it"), reverse("traffic_jobs")))
    if not place.is_operational:
        found.append(
            Trouble("info", name, _("It is not operational, so nothing comes in."), _("Change its status"), url)
        )
    elif place.store.id in fed:
        today = business_date(now, zone=_zone(place), day_start=place.store.day_start)
        sold_on = None if latest is None else business_date(latest, zone=_zone(place), day_start=place.store.day_start)
        if sold_on != today:
            found.append(Trouble("info", name, _("No sale today."), _("Open the day"), _day_url(place, today)))
    if place.store.id in silent:
        found.append(Trouble("warn", name, _("A counter has told nothing for 2 hours."), _("See its counters"), url))
    return found


def _zone(place: Place) -> ZoneInfo:
    return ZoneInfo(place.store.timezone)


def _day_url(place: Place, today: date) -> str:
    return reverse("traffic_day", args=[place.store.public_id, today.isoformat()])


def _editors(request: OrganisationRequest) -> list[tuple[int, str, str]]:
    """Those who may edit data by hand although their role alone would not let them, and at which nodes."""
    rights_: dict[int, list[UUID | None]] = {}
    for row in EditRight.objects.filter(organisation_id=request.organisation.id).order_by("id"):
        rights_.setdefault(row.user_id, []).append(row.node_id)
    names: dict[UUID | None, str] = {each.id: each.name for each in chains.nodes(request.organisation.id)}
    names[None] = _("every location he sees")
    people = Membership.objects.filter(organisation=request.organisation, user_id__in=rights_).select_related("user")
    return [
        (each.user_id, str(each.user), ", ".join(names[node] for node in rights_[each.user_id] if node in names))
        for each in people
    ]


def _progress(request: OrganisationRequest, job: ImportJob) -> list[Any]:
    """The first download: imports of its stores that still read."""
    mine = {each.id for each in jobs.stores_of(job)}
    found = imports.import_runs(request.organisation.id, store_ids=mine, now=timezone.now()) if mine else []
    names = {each.id: each.name for each in jobs.stores_of(job)}
    return [(names[each.store_id], each, int(each.share * 100)) for each in found if each.state == "running"][:20]


def _job(request: OrganisationRequest, job_id: str) -> ImportJob:
    return jobs.find(request.organisation.id, parse_id("job", job_id))


def _connection(request: OrganisationRequest, connection_id: UUID) -> Connection:
    found = Connection.objects.filter(organisation=request.organisation, id=connection_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _actor(request: OrganisationRequest) -> str:
    return f"user:{request.user.pk}"
