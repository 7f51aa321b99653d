"""Imports: which days were read from the tills' books, how far each is, and a way to ask for more."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.stores import stores
from comptoir.core.intake import imports as importing
from comptoir.core.intake import reads
from comptoir.core.intake.tasks import import_window
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

STATES: dict[str, tuple[Level, Promise]] = {
    "running": ("info", gettext_lazy("Running")),
    "done": ("ok", gettext_lazy("Done")),
    "failed": ("bad", gettext_lazy("Stopped")),
}
LONGEST = timedelta(days=3 * 366)


class DaysForm(forms.Form):
    """Which days of which store to read."""

    store = forms.ChoiceField(label=gettext_lazy("Store"))
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))

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


@require_POST
@page("imports.run")
def begin(request: OrganisationRequest) -> HttpResponse:
    """Have days read. The same days asked for twice go on where they are."""
    mine = _stores(request)
    form = DaysForm(mine, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    chosen = form.cleaned_data
    store = next(each for each in mine if each.public_id == chosen["store"])
    run_id = importing.begin_days(store, first=chosen["since"], last=chosen["until"], now=timezone.now())
    _enqueue(request, run_id)
    toast(request, _("The days are being read; you can leave this page."))
    return redirect("imports")


@require_POST
@page("imports.run")
def go_on(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """Let an import that stopped go on where it was."""
    run_id = parse_id("imp", import_id)
    importing.take_up(organisation_id=request.organisation.id, run_id=run_id, store_ids=request.store_ids)
    _enqueue(request, run_id)
    toast(request, _("It goes on where it stopped."))
    return redirect("imports")


def _page(request: OrganisationRequest, form: DaysForm, *, status: int = 200) -> HttpResponse:
    before = request.GET.get("before", "")
    newest = parse_id("imp", before) if before else None
    found = reads.import_runs(request.organisation.id, store_ids=request.store_ids, before=newest, limit=reads.PAGE + 1)
    shown = found[: reads.PAGE]
    values = {
        "rows": [(each, light(each), *_extent(each)) for each in shown],
        "older": shown[-1].public_id if len(found) > reads.PAGE else "",
        "failed": sum(each.state == "failed" for each in shown),
        "running": sum(each.state == "running" for each in shown),
        "stores": {each.id: each.name for each in _stores(request)},
        "form": form,
        "here": request.get_full_path() if request.method == "GET" else "/imports",
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/imports/rows.html" if is_part else "web/imports/list.html", values, status=status)


def light(found: reads.ImportFacts) -> Status:
    """The light of one import."""
    level, word = STATES[found.state]
    return Status(level, word, found.finished_at or found.started_at)


def _extent(found: reads.ImportFacts) -> tuple[int, int]:
    """How much of its time an import has read, in seconds, and how much there is."""
    total = round((found.end - found.start).total_seconds())
    reached = found.reached_at or found.start
    return min(total, max(0, round((reached - found.start).total_seconds()))), total


def _enqueue(request: OrganisationRequest, run_id: UUID) -> None:
    import_window.enqueue(organisation_id=str(request.organisation.id), run_id=str(run_id))


def _stores(request: OrganisationRequest) -> list[Store]:
    return stores(request.organisation.id, store_ids=request.store_ids)
