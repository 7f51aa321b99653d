"""Reports that come by mail: one's own, each with the parameters of the page it was scheduled from."""

from collections.abc import Iterator
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic import chains, parameters, subscriptions
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pages import mailed, over_time, quality
from comptoir.apps.traffic.pages.where import Where, where_of
from comptoir.apps.traffic.reports import exporting, staffing_words
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

RHYTHMS = [("daily", gettext_lazy("Every morning, yesterday")), ("weekly", gettext_lazy("On Monday, last week"))]
OF_A_PERIOD = {"daily": gettext_lazy("Every morning"), "weekly": gettext_lazy("On Monday")}
"""Where the report's own period says which days."""


class MailForm(forms.Form):
    """Which report comes, and when."""

    report = forms.ChoiceField(label=gettext_lazy("Report"), required=False)
    rhythm = forms.ChoiceField(label=gettext_lazy("How often"), choices=RHYTHMS)
    hour = forms.IntegerField(
        label=gettext_lazy("At which hour"),
        min_value=0,
        max_value=23,
        help_text=gettext_lazy("By the first store’s clock."),
    )


@require_http_methods(["GET", "POST"])
@page("traffic.view")
def mails(request: OrganisationRequest) -> HttpResponse:
    """One's own report mails; a new one, with what the address says of its report. Raises RuleBroken (404, 422)."""
    where = where_of(request)
    asked = parameters.scheduled(request.GET)
    said = request.GET.get("report", "")
    start = {"report": said if said in mailed.REPORTS else subscriptions.SUMMARY, "rhythm": "daily", "hour": 7}
    form = MailForm(request.POST or None, initial=start)
    form.fields["report"].choices = _choices(request)  # type: ignore[attr-defined]
    if request.GET.get("period") in parameters.PERIODS:
        form.fields["rhythm"].choices = list(OF_A_PERIOD.items())  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        _add(request, where, form, asked)
        toast(request, _("It comes by itself from now on, to %(email)s.") % {"email": request.user.email})
        return redirect(f"{reverse('traffic_mails')}?{where.query}")
    rows = ReportMail.objects.filter(organisation_id=request.organisation.id, user_id=request.user.pk)
    names = dict(_choices(request))
    values = {
        "where": where,
        "rows": [_row(row, where, names) for row in rows.order_by("due_at", "pk")],
        "form": form,
        "own_title": parameters.title_of(request.GET),
        "words": list(words_of(parameters.asked(asked), request.organisation.id, _columns_of(said))),
        "carried": [(name, each) for name, many in asked.items() if name != "at" for each in many],
        "report": said,
        "has_dates": any(request.GET.get(name) for name in parameters.DATES),
    }
    return render(request, "traffic/mails.html", values, status=422 if form.is_bound else 200)


def _choices(request: OrganisationRequest) -> list[tuple[str, str | Promise]]:
    every = ((slug, each.label) for slug, each in mailed.REPORTS.items() if not mailed.is_hidden(slug, request.role))
    return [(subscriptions.SUMMARY, _("The summary, with charts")), *every]


def _add(request: OrganisationRequest, where: Where, form: MailForm, asked: dict[str, list[str]]) -> None:
    report = form.cleaned_data["report"] or subscriptions.SUMMARY
    is_summary = report == subscriptions.SUMMARY
    subscriptions.add_mail(
        organisation_id=request.organisation.id,
        user=request.user,
        report=report,
        rhythm=form.cleaned_data["rhythm"],
        hour=form.cleaned_data["hour"],
        language=(get_language() or "en")[:2],
        **where.asked,
        asked={} if is_summary else asked,
        zone=ZoneInfo(where.places[0].store.timezone if where.places else "UTC"),
        now=timezone.now(),
    )


def _row(row: ReportMail, where: Where, names: dict[str, str | Promise]) -> dict[str, object]:
    """As the list has it."""
    said = parameters.asked(row.asked)
    has_period = said.get("period") in parameters.PERIODS
    return {
        "id": public_id("rpm", row.id),
        "often": OF_A_PERIOD[row.rhythm] if has_period else dict(RHYTHMS)[row.rhythm],
        "about": _about(row, where),
        "due_at": row.due_at,
        "report": names.get(row.report, row.report),
        "title": said.get(parameters.TITLE, ""),
        "words": list(words_of(said, row.organisation_id, _columns_of(row.report))),
    }


def _columns_of(report: str) -> str:
    return mailed.REPORTS[report].columns if report in mailed.REPORTS else parameters.FIGURES


def words_of(said: QueryDict, organisation_id: UUID, kind: str) -> Iterator[str]:
    """The parameters of a schedule: period, what stands beside, rows, hours, days, and its kind of columns."""
    period, beside, by = (str(said.get(name, "")) for name in ("period", "beside", "by"))
    if period in parameters.PERIODS:
        yield str(parameters.PERIODS[period])
    if beside in parameters.COMPARISONS:
        yield _("beside %(other)s") % {"other": parameters.COMPARISONS[beside]}
    if by in over_time.STEPS:
        yield str(over_time.STEPS[by])
    hours, clock = parameters.hours_of(said)
    if hours:
        yield f"{clock[0]:%H:%M}–{clock[1]:%H:%M}" if clock else str(parameters.HOURS[hours])
    weekdays = parameters.weekdays_of(said)
    if weekdays:
        starts_on = chains.settings_of(organisation_id).week_starts_on
        yield _("Days to include: %(days)s") % {"days": parameters.words_of(weekdays, starts_on)}
    columns = [str(label) for label in _labels(said, kind)]
    if columns:
        yield _("Columns: %(columns)s") % {"columns": ", ".join(columns)}


def _labels(said: QueryDict, kind: str) -> Iterator[str | Promise]:
    """What the columns that were chosen are called."""
    labels: dict[str, dict[str, str | Promise]] = {
        parameters.FIGURES: {slug: kpi.label for slug, kpi in BY_SLUG.items()},
        parameters.FIT: {slug: label for slug, (label, _formula) in staffing_words.HEADS.items()},
        parameters.KNOWN: {slug: label for slug, (label, _formula) in quality.COLUMNS.items()},
        parameters.MOVED: quality.TOLD,
        parameters.FIELDS: {name: name for name in exporting.COLUMNS},
    }
    slugs = parameters.columns_of(said).get(kind, ())
    return (label for slug, label in labels[kind].items() if slug in slugs)


def _about(row: ReportMail, where: Where) -> str:
    """Which stores it is about, by name; "" for all that somebody sees."""
    if row.node_id is not None:
        named = (each.name for each in where.options if each.value == public_id("nod", row.node_id))
        return next(named, _("a level in which you see no store"))
    if row.store_ids is None or {str(each.store.id) for each in where.everywhere} <= set(row.store_ids):
        return ""
    return ", ".join(each.store.name for each in where.everywhere if str(each.store.id) in row.store_ids)


@require_POST
@page("traffic.view")
def delete(request: OrganisationRequest, mail_id: str) -> HttpResponse:
    """It comes no more."""
    mine = ReportMail.objects.filter(
        organisation_id=request.organisation.id, user_id=request.user.pk, id=parse_id("rpm", mail_id)
    )
    if not mine.delete()[0]:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    toast(request, _("It comes no more."))
    return redirect("traffic_mails")
