"""Imports: which days are read from the tills' books, how far each is, and the buttons that start and stop them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.intake import clocking
from comptoir.core.intake.importing import reads, runs
from comptoir.core.intake.tasks import enqueue_imports
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web import formats
from comptoir.web.forms import DayInput
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

STATES: dict[str, tuple[Level, Promise]] = {
    "running": ("info", gettext_lazy("Running")),
    "waits": ("warn", gettext_lazy("Waits and tries again")),
    "paused": ("off", gettext_lazy("Paused")),
    "cancelled": ("off", gettext_lazy("Cancelled")),
    "done": ("ok", pgettext_lazy("an import", "Done")),
    "failed": ("bad", gettext_lazy("Stopped")),
}
WINDOW_STATES: dict[str, tuple[Level, Promise]] = {
    "waiting": ("off", pgettext_lazy("days of an import", "Waits its turn")),
    "put_off": ("warn", gettext_lazy("Waits and tries again")),
    "reading": ("info", pgettext_lazy("days of an import", "Being read")),
    "done": ("ok", pgettext_lazy("days of an import", "Read")),
    "known": ("ok", gettext_lazy("Read by an earlier import")),
    "failed": ("bad", gettext_lazy("Given up")),
}
LONGEST = timedelta(days=3 * 366)


class DaysForm(forms.Form):
    """Which days of which store to read."""

    store = forms.ChoiceField(label=gettext_lazy("Store"))
    since = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    until = forms.DateField(label=gettext_lazy("Until"), widget=DayInput())

    def __init__(self, stores: list[Store], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(store.public_id, store.name) for store in stores]
        self.fields["store"] = forms.ChoiceField(label=self.fields["store"].label, choices=choices)

    def clean(self) -> dict[str, Any]:
        """The last day does not come before the first, and years are read one at a time."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day comes before the first."))
        elif since and until and until - since > LONGEST:
            self.add_error("since", _("At most three years are read at once."))
        return cleaned


@require_GET
@page("imports.view")
def imports(request: OrganisationRequest) -> HttpResponse:
    """The newest first; the rows alone when HTMX asks."""
    today = timezone.localdate()
    form = DaysForm(_stores(request), initial={"since": today - timedelta(days=7), "until": today})
    return _page(request, form)


@require_GET
@page("imports.view")
def one(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """One import with the fate of each of its windows."""
    now = timezone.now()
    run_id = parse_id("imp", import_id)
    found = reads.import_run(request.organisation.id, run_id, now=now, store_ids=request.store_ids)
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    values = {
        "row": _row(found, _names(request)),
        "windows": [(each, _window_light(each)) for each in reads.windows_of(request.organisation.id, run_id)],
        "may_run": may(request.role, "imports.run"),
        "here": request.get_full_path(),
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/imports/one_rows.html" if is_part else "web/imports/one.html", values)


@require_POST
@page("imports.run")
def begin(request: OrganisationRequest) -> HttpResponse:
    """Have days read, times at work too. The same days asked for twice go on where they are."""
    mine = _stores(request)
    form = DaysForm(mine, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    chosen = form.cleaned_data
    store = next(each for each in mine if each.public_id == chosen["store"])
    now = timezone.now()
    for run_id in runs.begin_days(store, first=chosen["since"], last=chosen["until"], now=now):
        enqueue_imports(*runs.whose(run_id))
    clocking.read_again(store=store, since=chosen["since"], now=now)
    toast(request, _("The days are being read; you can leave this page."))
    return redirect("imports")


@require_POST
@page("imports.run")
def go_on(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """Let an import that stopped, was paused or waits go on where it was, now."""
    run_id = parse_id("imp", import_id)
    now = timezone.now()
    runs.take_up(organisation_id=request.organisation.id, run_id=run_id, now=now, store_ids=request.store_ids)
    enqueue_imports(*runs.whose(run_id))
    toast(request, _("It goes on where it stopped."))
    return redirect("imports")


@require_POST
@page("imports.run")
def pause(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """Read nothing more until somebody says so."""
    run_id = parse_id("imp", import_id)
    runs.pause(organisation_id=request.organisation.id, run_id=run_id, store_ids=request.store_ids)
    toast(request, _("Paused. What was read stays."))
    return redirect("imports")


@require_POST
@page("imports.run")
def cancel(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """Give an import up; what was read stays."""
    run_id = parse_id("imp", import_id)
    now = timezone.now()
    runs.cancel(organisation_id=request.organisation.id, run_id=run_id, now=now, store_ids=request.store_ids)
    toast(request, _("Cancelled. What was read stays; ask for the days again when you want the rest."))
    return redirect("imports")


def _page(request: OrganisationRequest, form: DaysForm, *, status: int = 200) -> HttpResponse:
    before = request.GET.get("before", "")
    newest = parse_id("imp", before) if before else None
    now = timezone.now()
    found = reads.import_runs(
        request.organisation.id,
        now=now,
        store_ids=request.store_ids,
        before=newest,
        limit=reads.PAGE + 1,
        is_scheduled=False,
    )
    shown = found[: reads.PAGE]
    names = _names(request)
    rows = [_row(each, names) for each in shown]
    values = {
        "rows": rows,
        "older": shown[-1].public_id if len(found) > reads.PAGE else "",
        "failed": sum(each.state == "failed" for each in shown),
        "waits": sum(each["light"].level == "warn" for each in rows),
        "running": sum(each.state == "running" for each in shown),
        "stores": names,
        "may_run": may(request.role, "imports.run"),
        "form": form,
        "here": request.get_full_path() if request.method == "GET" else "/imports",
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/imports/rows.html" if is_part else "web/imports/list.html", values, status=status)


def _row(found: reads.ImportFacts, names: dict[UUID, str]) -> dict[str, Any]:
    """One import as the pages show it."""
    return {
        "facts": found,
        "store": names.get(found.store_id, ""),
        "light": light(found),
        "pace": _pace(found),
        "may_pause": found.state == "running",
        "may_go_on": found.state in ("failed", "paused") or bool(found.state == "running" and found.waits_for),
        "may_cancel": found.state in ("running", "paused", "failed"),
    }


def light(found: reads.ImportFacts) -> Status:
    """The light of one import."""
    waits = found.state == "running" and found.waits_for and not found.reading
    level, word = STATES["waits" if waits else found.state]
    return Status(level, word, found.finished_at or found.started_at)


def _window_light(found: reads.WindowFacts) -> Status:
    level, word = WINDOW_STATES["put_off" if found.state == "waiting" and found.fault else found.state]
    return Status(level, word, found.finished_at)


def _pace(found: reads.ImportFacts) -> str:
    """The rate and what is left, as far as anything can be said."""
    said: list[str] = []
    if found.rate is not None:
        said.append(_("%(rate)s sales a second") % {"rate": formats.number(round(found.rate, 1))})
    if found.remaining is not None:
        said.append(_("%(time)s left") % {"time": formats.duration(found.remaining)})
    return " · ".join(said)


def _names(request: OrganisationRequest) -> dict[UUID, str]:
    return {each.id: each.name for each in _stores(request)}


def _stores(request: OrganisationRequest) -> list[Store]:
    return stores(request.organisation.id, store_ids=request.store_ids)
