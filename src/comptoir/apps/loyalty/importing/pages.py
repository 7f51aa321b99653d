"""Import members on a page: choose a file, see what would happen, start, watch, take it back."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.loyalty.importing import jobs, reading, running
from comptoir.apps.loyalty.members import wording
from comptoir.apps.loyalty.persons import ImportState, MemberImport
from comptoir.apps.loyalty.phones import phone_of
from comptoir.core.accounts.stores import is_visible, stores
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

PERMISSION = "loyalty.members"
SHOWN_ROWS = 20
COLUMNS: dict[str, str | Promise] = {
    **wording.FIELDS,
    "points": gettext_lazy("Points"),
    "sms_consent": gettext_lazy("SMS: agreed"),
    "sms_consent_at": gettext_lazy("SMS: when"),
    "email_consent": gettext_lazy("E-mail: agreed"),
    "email_consent_at": gettext_lazy("E-mail: when"),
}
REASONS: dict[str, Promise] = {
    "phone_invalid": gettext_lazy("no whole phone number"),
    "twice": gettext_lazy("the same number as an earlier row"),
    "erased": gettext_lazy("this person asked to be forgotten"),
    "landline": gettext_lazy("a landline: cannot receive SMS"),
    "email_left_out": gettext_lazy("the e-mail address is not whole and is left out"),
    **dict.fromkeys(
        (f"{name}_left_out" for name in ("first_name", "last_name", "source", "note")),
        gettext_lazy("a text is too long and is left out"),
    ),
    "birthday_left_out": gettext_lazy("the birthday is left out: no day in the past"),
    "gender_left_out": gettext_lazy("the gender is left out: not understood"),
    "tags_left_out": gettext_lazy("the tags are left out: too many or too long"),
    "points_left_out": gettext_lazy("the points are left out: no number from 0 on"),
    "points_rounded": gettext_lazy("the points are rounded down"),
    "points_brought_before": gettext_lazy("points were brought by an earlier import and are not added again"),
    "sms_consent_without_time": gettext_lazy("SMS: a yes without its moment is no consent"),
    "email_consent_without_time": gettext_lazy("E-mail: a yes without its moment is no consent"),
    "sms_consent_unclear": gettext_lazy("SMS: neither yes nor no, so no consent"),
    "email_consent_unclear": gettext_lazy("E-mail: neither yes nor no, so no consent"),
}
LIGHTS: dict[str, tuple[Level, Promise]] = {
    ImportState.DRAFT: ("info", gettext_lazy("To be looked at")),
    ImportState.RUNNING: ("info", gettext_lazy("Running")),
    ImportState.DONE: ("ok", pgettext_lazy("an import", "Done")),
    ImportState.UNDOING: ("info", gettext_lazy("Being taken back")),
    ImportState.UNDONE: ("off", pgettext_lazy("an import", "Taken back")),
}


class FileForm(forms.Form):
    """Which list, and in which store its members count as enrolled."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV of at most 10 MB and 100,000 rows. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    store = forms.ChoiceField(
        label=gettext_lazy("Store"), help_text=gettext_lazy("National numbers are read with its country.")
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Not larger than we read."""
        sent = self.cleaned_data["file"]
        if sent.size > reading.LARGEST:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        return sent


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def imports(request: OrganisationRequest) -> HttpResponse:
    """The imports there were, and the form for another one; POST keeps the file to look at."""
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    choices = [(each.public_id, each.name) for each in mine]
    form = FileForm(choices, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            held = running.draft(
                organisation_id=request.organisation.id,
                store_id=parse_id("sto", form.cleaned_data["store"]),
                name=sent.name or "",
                content=sent.read(),
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
            )
        except RuleBroken:
            form.add_error(
                "file", _("This is no list that can be read: a CSV file with a header and at least one row.")
            )
        else:
            return redirect("loyalty_import", import_id=held.public_id)
    rows = MemberImport.objects.filter(organisation=request.organisation).defer("content").order_by("-id")[:50]
    values = {
        "rows": [(each, light(each)) for each in rows if is_visible(request.store_ids, each.store_id)],
        "form": form,
        "here": request.path,
    }
    if "HX-Request" in request.headers:
        return render(request, "loyalty/importing/rows.html", values)
    status = 422 if request.method == "POST" else 200
    return render(request, "loyalty/importing/list.html", values, status=status)


@require_http_methods(["GET", "POST"])
@page(PERMISSION)
def one(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """What an import would do, how far it is, or what it did. POST looks again with other columns, or starts."""
    held = _import(request, import_id)
    if held.state != ImportState.DRAFT:
        values = {
            "held": held,
            "light": light(held),
            "report": _report(held.report),
            "here": request.path,
        }
        is_part = "HX-Request" in request.headers
        return render(request, "loyalty/importing/progress.html" if is_part else "loyalty/importing/one.html", values)
    if request.method == "POST":
        held.columns = _columns(request)
        if "start" in request.POST and "phone" in held.columns:
            if running.start(
                organisation_id=request.organisation.id,
                import_id=held.id,
                columns=held.columns,
                now=timezone.now(),
            ):
                jobs.enqueue(request.organisation.id, held.id)
            return redirect("loyalty_import", import_id=held.public_id)
        held.save(update_fields=["columns"])
    found = running.preview(held, now=timezone.now())
    values = {
        "held": held,
        "found": found,
        "fine": found.new + found.known,
        "columns": [(name, label, held.columns.get(name, -1)) for name, label in COLUMNS.items()],
        "header": list(enumerate(found.sheet.header)),
        "separator": {"\t": _("tab")}.get(found.sheet.separator, found.sheet.separator),
        "rows": [_shown(request, row) for row in found.rows[:SHOWN_ROWS]],
        "report": _report(found.report),
        "has_phone": "phone" in held.columns,
    }
    return render(request, "loyalty/importing/preview.html", values)


@require_POST
@page(PERMISSION)
def undo(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """Take all of it back."""
    held = _import(request, import_id)
    if running.undo(
        organisation_id=request.organisation.id,
        import_id=held.id,
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    ):
        jobs.enqueue(request.organisation.id, held.id)
    return redirect("loyalty_import", import_id=held.public_id)


@require_POST
@page(PERMISSION)
def discard(request: OrganisationRequest, import_id: str) -> HttpResponse:
    """Forget a file that was only looked at."""
    held = _import(request, import_id)
    running.discard(organisation_id=request.organisation.id, import_id=held.id)
    toast(request, _("The file is forgotten."))
    return redirect("loyalty_imports")


def light(held: MemberImport) -> Status:
    """Where an import stands."""
    level, word = LIGHTS[held.state]
    return Status(level, word, held.finished_at)


def _import(request: OrganisationRequest, import_id: str) -> MemberImport:
    held = MemberImport.objects.filter(organisation=request.organisation, id=parse_id("mim", import_id)).first()
    if held is None or not is_visible(request.store_ids, held.store_id):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return held


def _columns(request: OrganisationRequest) -> dict[str, int]:
    said = {name: request.POST.get(name, "") for name in COLUMNS}
    return {name: int(value) for name, value in said.items() if value.isascii() and value.isdigit()}


def _shown(request: OrganisationRequest, row: reading.Row) -> dict[str, Any]:
    name = f"{row.fields.get('first_name', '')} {row.fields.get('last_name', '')}".strip()
    reasons = [row.refusal] if row.refusal else row.remarks
    return {
        "number": row.number,
        "phone": phone_of(request.role, row.phone) if row.phone else "–",
        "name": name,
        "points": row.points,
        "refused": bool(row.refusal),
        "words": ", ".join(str(REASONS.get(each, each)) for each in reasons),
    }


def _report(report: list[dict[str, Any]]) -> list[tuple[int, str | Promise, bool]]:
    return [(each["row"], REASONS.get(each["reason"], each["reason"]), each["refused"]) for each in report]
