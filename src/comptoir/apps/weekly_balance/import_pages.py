"""Import POS: choose departments and days, see what it would touch, watch it run (weekly-balance.md 3.6)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.weekly_balance import asking, import_logs, importing, trail
from comptoir.apps.weekly_balance.models import Department, PosImport
from comptoir.core.accounts import reads as accounts
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web import formats
from comptoir.web.forms import DayInput
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


class ImportForm(forms.Form):
    """What to import. The box is ticked for a client's first import: nothing is there that it could spoil."""

    departments = forms.MultipleChoiceField(label=gettext_lazy("Departments"), widget=forms.CheckboxSelectMultiple)
    first = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    last = forms.DateField(label=gettext_lazy("Until"), widget=DayInput())
    overwrite = forms.BooleanField(
        required=False,
        label=gettext_lazy("Overwrite approved numbers"),
        help_text=gettext_lazy("Also those that somebody typed. Each is named in the result."),
    )

    def __init__(self, departments: list[Department], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = [(each.public_id, each.name) for each in departments]  # type: ignore[attr-defined]


@require_GET
@page("weekly_balance.import")
def imports(request: OrganisationRequest) -> HttpResponse:
    """The form and the latest imports; the list alone when HTMX asks."""
    mine, client = asking.mine(request), asking.client_of(request)
    today = timezone.localdate()
    start = {
        "departments": [each.public_id for each in mine],
        "first": today - timedelta(days=30),
        "last": today,
        "overwrite": client.imported_at is None,
    }
    return _page(request, ImportForm(mine, initial=start))


@require_POST
@page("weekly_balance.import")
def begin(request: OrganisationRequest) -> HttpResponse:
    """Begin; with `preview`, say first what it would touch."""
    mine = asking.mine(request)
    form = ImportForm(mine, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    chosen = [each for each in mine if each.public_id in said["departments"]]
    try:
        if "preview" in request.POST:
            importing.check(chosen, first=said["first"], last=said["last"], now=timezone.now())
            return _page(request, form, preview=importing.preview(chosen, first=said["first"], last=said["last"]))
        found = importing.begin(
            client=asking.client_of(request),
            departments=chosen,
            first=said["first"],
            last=said["last"],
            overwrite=said["overwrite"],
            actor=asking.actor(request),
            now=timezone.now(),
        )
    except RuleBroken as refused:
        form.add_error(None, refused.for_owner)
        return _page(request, form, status=422)
    importing.go(found)
    toast(request, _("The days are being read; you can leave this page."))
    return redirect("balance_import")


@require_POST
@page("weekly_balance.import")
def act(request: OrganisationRequest, import_id: str, what: str) -> HttpResponse:
    """Pause, take up or cancel an import, or begin its days again."""
    words = {
        "pause": _("Paused. What was read stays."),
        "go-on": _("It goes on where it stopped."),
        "cancel": _("Cancelled. What was read stays."),
        "again": _("The days are being read; you can leave this page."),
    }
    if what not in words:
        raise asking.nothing()
    mine = {each.id for each in asking.mine(request)}
    row = importing.of_id(request.organisation.id, parse_id("wbi", import_id), mine)
    try:
        acted = importing.act(
            row, what, client=asking.client_of(request), actor=asking.actor(request), now=timezone.now()
        )
    except RuleBroken as refused:
        toast(request, refused.for_owner, level="bad")
    else:
        if what in ("go-on", "again"):
            importing.go(acted)
        toast(request, words[what])
    return redirect("balance_import")


def _page(
    request: OrganisationRequest, form: ImportForm, *, status: int = 200, preview: importing.Preview | None = None
) -> HttpResponse:
    mine = {each.id: each.name for each in asking.mine(request)}
    found = importing.latest(request.organisation.id, department_ids=mine)
    people = accounts.names_of({each.actor for each in found})
    rows = [_row(each, mine, people) for each in found]
    values = {
        "form": form,
        "rows": rows,
        "going": sum(each["row"].finished_at is None for each in rows),
        "preview": preview,
        "preview_takes": formats.duration(preview.takes) if preview and preview.takes else "",
        "client": asking.client_of(request),
        "organisation": request.organisation,
        "has_departments": bool(mine),
        "here": request.path,
    }
    is_part = "HX-Request" in request.headers
    template = "weekly_balance/import_rows.html" if is_part else "weekly_balance/import.html"
    return render(request, template, values, status=status)


def _row(row: PosImport, names: dict[UUID, str], people: dict[str, str]) -> dict[str, Any]:
    found = importing.progress(row, now=timezone.now())
    return {
        "row": row,
        "is_paused": any(each.state == "paused" for each in found.runs),
        "departments": ", ".join(names[each] for each in row.department_ids if each in names),
        "progress": found,
        "not_read": import_logs.not_read(row) if row.fault else [],
        "advances": [] if row.finished_at else import_logs.advances(row, found.runs),
        "by": _("the night") if row.actor == trail.SYSTEM else people.get(row.actor, ""),
    }
