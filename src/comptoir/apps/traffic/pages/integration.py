"""POS integration: label, connect, match, schedule, finish; then how each job is doing (traffic-analytics.md 2)."""

from collections.abc import Sequence
from datetime import time
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import checking, jobs, tasks
from comptoir.apps.traffic.models import ImportJob
from comptoir.apps.traffic.pages import first_download, job_rows, leaving_out
from comptoir.apps.traffic.pages.addressed import actor, connection_of, job_of
from comptoir.apps.traffic.pages.editors import editors
from comptoir.apps.traffic.pages.labelling import ChangeForm, LabelForm, named_with_chain
from comptoir.apps.traffic.pages.matching import Shop, places_for, shops_of
from comptoir.apps.traffic.pages.troubles import fresh, troubles
from comptoir.apps.traffic.pages.where import Where, back_to, where_of
from comptoir.core.accounts.roles import may
from comptoir.core.connections import reads, revoking
from comptoir.core.connections.models import Connection
from comptoir.core.installations.manifest import App
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web import consent_faults
from comptoir.web.pages.connections import offered
from comptoir.web.parts import Action, Step
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

RHYTHMS: Final[list[tuple[str, str | Promise]]] = [
    ("hourly", gettext_lazy("Every hour")),
    ("fifteen_minutes", gettext_lazy("Every 15 minutes")),
    ("five_minutes", gettext_lazy("Every 5 minutes")),
    ("daily", gettext_lazy("Every day")),
    ("weekly", gettext_lazy("Every week, on Monday")),
    (jobs.MANUAL, gettext_lazy("By hand")),
]


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
    return _list(request, LabelForm(request.organisation.id, initial={"label": request.organisation.name}))


@require_POST
@page("traffic.connect")
def add(request: OrganisationRequest) -> HttpResponse:
    """A new job, by its label."""
    form = LabelForm(request.organisation.id, request.POST)
    if form.is_valid():
        try:
            job = jobs.begin(
                organisation_id=request.organisation.id,
                label=form.cleaned_data["label"].strip(),
                chain_id=form.chain_id,
                actor=actor(request),
                now=timezone.now(),
            )
            return back_to(request, "traffic_job", jobs.public(job))
        except RuleBroken as broken:
            form.add_error("label", broken.for_owner)
    return _list(request, form, status=422)


def _list(request: OrganisationRequest, form: LabelForm, *, status: int = 200) -> HttpResponse:
    where = where_of(request)
    known = reads.connections(request.organisation.id, store_ids=request.store_ids)
    connections = {each.id: each for each in known}
    seen = [
        each
        for each in jobs.jobs(request.organisation.id)
        if request.store_ids is None or each.connection_id in connections  # of other stores, it is for others
    ]
    found = [each for each in seen if job_rows.is_about(each, where, connections)]
    rows = [
        (each, jobs.public(each), job_rows.light(each, connections), job_rows.facts(each, connections))
        for each in found
    ]
    values = {
        "where": where,
        "rows": rows,
        "form": form if may(request.role, "traffic.connect") else None,
        "troubles": troubles(request, where, connections) if found else [],
        "fresh": fresh(where, connections),
        "unfed": leaving_out.unfed(request, where),
        "may_read": may(request.role, "traffic.jobs"),
    }
    return render(request, "traffic/integrations.html", values, status=status)


@require_GET
@page("traffic.jobs")
def integration(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """One job: the steps of setting it up, whatever was done in whatever order, and its switches."""
    job = job_of(request, job_id)
    connection_id = request.GET.get("connection")
    if connection_id and job.connection_id is None and may(request.role, "traffic.connect"):
        connection = connection_of(request, parse_id("con", connection_id))
        jobs.attach(job=job, connection=connection)
        return back_to(request, "traffic_job", job_id)
    if "HX-Request" in request.headers:
        return render(request, "traffic/first_download.html", {"bars": first_download.bars(job)})
    return shown(request, job)


def shown(
    request: OrganisationRequest, job: ImportJob, *, change_form: ChangeForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of one job; `change_form` with what is wrong in it."""
    job_id = jobs.public(job)
    shops = shops_of(request, job)
    facts = reads.connection(request.organisation.id, job.connection_id) if job.connection_id else None
    form = ScheduleForm(initial={"rhythm": job.rhythm, "start": job.start.strftime("%H:%M")})
    where = where_of(request)
    then = reverse("traffic_job", args=[job_id]) + (f"?{where.query}" if where.query else "")
    shops = [each for each in shops if each.link.store is None or each.link.store.id in where.store_ids]
    values = {
        "where": where,
        "job": job,
        "job_id": job_id,
        "steps": _steps(job, shops, facts),
        "facts": facts,
        "fault": consent_faults.told(request, then),
        "providers": offered(),
        "then": then,
        "shops": shops,
        "places": places_for(request, job),
        "editors": editors(request),
        "form": form,
        "change_form": change_form or ChangeForm.of(job),
        "may_connect": may(request.role, "traffic.connect"),
        "privacy_url": django_settings.COMPTOIR_PRIVACY_URL,
        "figures": _figures(job, where),
        "unmatched": sum(not each.chosen for each in shops),
        "bars": first_download.bars(job),
        "elsewhere": _elsewhere(request),
        "others": _named(jobs.others_over(connection_of(request, job.connection_id))) if job.connection_id else "",
    }
    return render(request, "traffic/integration.html", values, status=status)


@require_GET
@page("traffic.jobs")
def check(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """The part of the page that asks the till; it ends after ten seconds, and never holds up the next step."""
    job = job_of(request, job_id)
    if job.connection_id is None:
        found = checking.Checked("refused", _("Connect an account first."))
    else:
        found = checking.check(connection_of(request, job.connection_id), now=timezone.now())
    return render(request, "traffic/check.html", {"found": found})


@require_POST
@page("traffic.connect")
def schedule(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Finish: it reads by itself from now on."""
    job, form = job_of(request, job_id), ScheduleForm(request.POST)
    if not form.is_valid() or job.connection_id is None:
        raise RuleBroken(_("Connect an account and choose a start time first."), code="schedule_invalid", status=422)
    said = form.cleaned_data
    start: time = said["start"].replace(second=0, microsecond=0)
    jobs.finish(job=job, rhythm=said["rhythm"], start=start, actor=actor(request), now=timezone.now())
    tasks.enqueue_filling(request.organisation.id)
    toast(request, _("It reads by itself from now on. The first days are on their way."))
    return back_to(request, "traffic_job", job_id)


@require_POST
@page("traffic.connect")
def switch(request: OrganisationRequest, job_id: str, position: str) -> HttpResponse:
    """The active flag."""
    if position not in ("on", "off"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    job = job_of(request, job_id)
    jobs.switch(job=job, on=position == "on", actor=actor(request), now=timezone.now())
    if position == "on":
        tasks.enqueue_filling(request.organisation.id)
    undo = reverse("traffic_job_switch", args=[job_id, "off" if position == "on" else "on"])
    words = (
        _("It reads again, and fills the hole.") if position == "on" else _("It reads nothing until you switch it on.")
    )
    toast(request, words, undo_url=undo)
    return back_to(request, "traffic_job", job_id)


@require_POST
@page("traffic.connect")
def delete(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Away with it; what was imported stays. The consent goes back to the till unless another app works over it."""
    job = job_of(request, job_id)
    connection = connection_of(request, job.connection_id) if job.connection_id else None
    jobs.delete(job=job, actor=actor(request), now=timezone.now())
    toast(request, _give_back(connection, is_told="give_back" in request.POST) or _("Deleted. What it imported stays."))
    return back_to(request, "traffic_jobs")


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


def _figures(job: ImportJob, where: Where) -> str:
    """The location options of the first reports: what was chosen, else what the job brings figures of (2.5)."""
    if where.at:
        return where.query
    fed = [each.public_id for each in jobs.stores_of(job) if each.id in where.store_ids]
    at = public_id("nod", job.node_id) if job.node_id else fed[0] if len(fed) == 1 else ""
    return urlencode({"at": at}) if at in {each.value for each in where.options} else ""


def _elsewhere(request: OrganisationRequest) -> str:
    """Who beside the apps hears of what is sold, in words; "" for nobody."""
    hooks, readers = jobs.heard_elsewhere(request.organisation.id)
    said = [
        ngettext("%(number)d webhook", "%(number)d webhooks", hooks) % {"number": hooks} if hooks else "",
        ngettext("%(number)d API token", "%(number)d API tokens", readers) % {"number": readers} if readers else "",
    ]
    return ", ".join(filter(None, said))


def _named(apps: Sequence[App]) -> str:
    return ", ".join(str(each.name) for each in apps)


def _steps(job: ImportJob, shops: Sequence[Shop], facts: reads.ConnectionFacts | None) -> list[Step]:
    matched = sum(each.link.store is not None for each in shops)
    state = "done" if matched else "now" if job.connection_id else "waiting"
    return [
        Step(_("Label"), "done", named_with_chain(job), job.created_at),
        _connect(facts),
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


def _connect(facts: reads.ConnectionFacts | None) -> Step:
    """Done while the till accepts the sign-in."""
    if facts is None:
        return Step(_("Connect"), "now")
    if facts.status != Connection.Status.CONNECTED:
        there = Action(_("Sign in again"), reverse("connection", args=[facts.public_id]))
        return Step(
            _("Connect"), "stuck", _("The till does not accept the sign-in any more."), facts.status_since, there
        )
    return Step(_("Connect"), "done", _("signed in"))
