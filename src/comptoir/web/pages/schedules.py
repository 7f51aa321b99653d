"""Schedules of imports: when each runs next, what became of the latest runs, and the switches."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.connections.sealing import sealer
from comptoir.core.intake.scheduling import reads, schedules
from comptoir.core.intake.scheduling.times import Rhythm
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.seal import SealBroken
from comptoir.web.pages.imports import STATES
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

UNDO_WITHIN: Final = timedelta(hours=1)
RHYTHMS: dict[str, Promise] = {
    Rhythm.WEEKLY: gettext_lazy("Every week, on Monday"),
    Rhythm.DAILY: gettext_lazy("Every day"),
    Rhythm.HOURLY: gettext_lazy("Every hour"),
    Rhythm.FIFTEEN_MINUTES: gettext_lazy("Every 15 minutes"),
    Rhythm.FIVE_MINUTES: gettext_lazy("Every 5 minutes"),
}
SKIPPED: dict[str, Promise] = {
    "running": gettext_lazy("the run before was still reading"),
    "unlinked": gettext_lazy("no till feeds this store"),
}


class ScheduleForm(forms.Form):
    """A new schedule."""

    store = forms.ChoiceField(label=gettext_lazy("Store"))
    rhythm = forms.ChoiceField(label=gettext_lazy("How often"), choices=list(RHYTHMS.items()))
    start = forms.TimeField(
        label=gettext_lazy("Start time"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=gettext_lazy("By the store’s own clock. Every hour, its minutes count: 00:02 is 2 minutes past."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Business days a daily run reads"),
        min_value=1,
        max_value=60,
        help_text=gettext_lazy("Today’s is the first; 2 reads yesterday as well."),
    )

    def __init__(self, mine: list[Store], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(store.public_id, store.name) for store in mine]
        self.fields["store"] = forms.ChoiceField(label=self.fields["store"].label, choices=choices)


@require_GET
@page("imports.view")
def import_schedules(request: OrganisationRequest) -> HttpResponse:
    """Every schedule with its next and latest runs; a new one for those who may."""
    form = ScheduleForm(_stores(request), initial={"start": "00:02", "days": 2, "rhythm": Rhythm.HOURLY})
    return _page(request, form)


@require_POST
@page("imports.run")
def add(request: OrganisationRequest) -> HttpResponse:
    """A new schedule, from now on."""
    form = ScheduleForm(_stores(request), request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    schedules.add(
        store=next(each for each in _stores(request) if each.public_id == said["store"]),
        rhythm=Rhythm(said["rhythm"]),
        start=said["start"].replace(second=0, microsecond=0),
        days=said["days"],
        actor=_actor(request),
        now=timezone.now(),
    )
    toast(request, _("It runs by itself from now on."))
    return redirect("import_schedules")


@require_POST
@page("imports.run")
def switch(request: OrganisationRequest, schedule_id: str, position: str) -> HttpResponse:
    """Pause one, or let it run again."""
    if position not in ("on", "off"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    schedules.switch(
        organisation_id=request.organisation.id,
        schedule_id=parse_id("sch", schedule_id),
        on=position == "on",
        actor=_actor(request),
        now=timezone.now(),
        store_ids=request.store_ids,
    )
    undo = reverse("import_schedule_switch", args=[schedule_id, "off" if position == "on" else "on"])
    toast(request, _("It runs again.") if position == "on" else _("Paused until you let it run again."), undo_url=undo)
    return redirect("import_schedules")


@require_POST
@page("imports.run")
def delete(request: OrganisationRequest, schedule_id: str) -> HttpResponse:
    """Away with one; the toast brings it back."""
    gone = schedules.delete(
        organisation_id=request.organisation.id,
        schedule_id=parse_id("sch", schedule_id),
        actor=_actor(request),
        now=timezone.now(),
        store_ids=request.store_ids,
    )
    claims = {
        "schedule": schedule_id,
        "store": str(gone.store_id),
        "connection": str(gone.connection_id or ""),
        "rhythm": gone.rhythm,
        "start": f"{gone.start:%H:%M}",
        "days": gone.days,
    }
    token = sealer().sign(claims, expires_at=timezone.now() + UNDO_WITHIN)
    undo = reverse("import_schedule_restore", args=[schedule_id, token])
    toast(request, _("Deleted. What it imported stays."), undo_url=undo)
    return redirect("import_schedules")


@require_POST
@page("imports.run")
def restore(request: OrganisationRequest, schedule_id: str, token: str) -> HttpResponse:
    """Bring a deleted one back. Raises RuleBroken (404) for what nobody was given."""
    try:
        said = sealer().verify(token, now=timezone.now())
    except SealBroken:
        said = {}
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    store = next((each for each in mine if str(each.id) == said.get("store")), None)
    if store is None or said.get("schedule") != schedule_id:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    schedules.add(
        store=store,
        rhythm=Rhythm(said["rhythm"]),
        start=forms.TimeField().clean(said["start"]),
        days=said["days"],
        actor=_actor(request),
        now=timezone.now(),
        schedule_id=parse_id("sch", schedule_id),
        connection_id=UUID(said["connection"]) if said.get("connection") else None,
    )
    toast(request, _("It runs again."))
    return redirect("import_schedules")


def _page(request: OrganisationRequest, form: ScheduleForm, *, status: int = 200) -> HttpResponse:
    by_id = {each.id: each for each in _stores(request)}
    found = reads.schedules(request.organisation.id, store_ids=request.store_ids)
    may_run = may(request.role, "imports.run")
    values = {
        "rows": [_row(each, by_id[each.store_id]) for each in found if each.store_id in by_id],
        "failing": sum(bool(each.latest and each.latest[0].state == "failed") for each in found),
        "form": form if may_run and by_id else None,
        "may_run": may_run,
    }
    return render(request, "web/imports/schedules.html", values, status=status)


def _stores(request: OrganisationRequest) -> list[Store]:
    return stores(request.organisation.id, store_ids=request.store_ids)


def _actor(request: OrganisationRequest) -> str:
    return f"user:{request.user.pk}"


def _row(found: reads.ScheduleFacts, store: Store) -> dict[str, Any]:
    return {
        "facts": found,
        "store": store.name,
        "zone": store.timezone,
        "when": _when(found),
        "due": found.due_at.astimezone(ZoneInfo(store.timezone)),
        "light": Status("ok", _("Runs")) if found.active else Status("off", _("Paused")),
        "latest": [(run, _run_light(run), _run_words(run)) for run in found.latest],
    }


def _when(found: reads.ScheduleFacts) -> str:
    match Rhythm(found.rhythm):
        case Rhythm.DAILY:
            days = ngettext("%(number)d business day", "%(number)d business days", found.days) % {"number": found.days}
            return _("Every day at %(time)s, %(days)s") % {"time": f"{found.start:%H:%M}", "days": days}
        case Rhythm.WEEKLY:
            days = ngettext("%(number)d business day", "%(number)d business days", found.days) % {"number": found.days}
            return _("Every Monday at %(time)s, %(days)s") % {"time": f"{found.start:%H:%M}", "days": days}
        case Rhythm.HOURLY:
            return _("Every hour at minute %(minute)d") % {"minute": found.start.minute}
        case Rhythm.FIVE_MINUTES:
            return _("Every 5 minutes")
        case Rhythm.FIFTEEN_MINUTES:
            return _("Every 15 minutes")


def _run_light(run: reads.RunFacts) -> Status:
    if run.skipped:
        return Status("warn", _("Skipped"), run.began_at, cause=SKIPPED[run.skipped])
    level, word = STATES[run.state]
    return Status(level, word, run.began_at)


def _run_words(run: reads.RunFacts) -> str:
    said = []
    if run.missed:
        words = ngettext("%(number)d missed run caught up", "%(number)d missed runs caught up", run.missed)
        said.append(words % {"number": run.missed})
    if run.run_id:
        words = ngettext("%(number)d sale read", "%(number)d sales read", run.sales_read)
        said.append(words % {"number": run.sales_read})
    return " · ".join(said)
