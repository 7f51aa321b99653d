"""Reports that come by mail: one's own."""

from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic import report_mails
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pages.where import Where, where_of
from comptoir.apps.traffic.reports import mail_reports
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

RHYTHMS = [("daily", gettext_lazy("Every morning, yesterday")), ("weekly", gettext_lazy("On Monday, last week"))]


REPORTS = [
    (report_mails.SUMMARY, gettext_lazy("The summary, with charts")),
    (mail_reports.WEEKLY, gettext_lazy("Weekly performance")),
    (mail_reports.STAFFING, gettext_lazy("Staffing fit")),
]


class MailForm(forms.Form):
    """Which report comes, and when."""

    report = forms.ChoiceField(label=gettext_lazy("Report"), choices=REPORTS, required=False)

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
    """One's own report mails; a new one."""
    where = where_of(request)
    form = MailForm(request.POST or None, initial={"report": report_mails.SUMMARY, "rhythm": "daily", "hour": 7})
    if not where.sees_staff:
        form.fields["report"].choices = [each for each in REPORTS if each[0] != mail_reports.STAFFING]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        report_mails.add(
            organisation_id=request.organisation.id,
            user=request.user,
            report=form.cleaned_data["report"] or report_mails.SUMMARY,
            rhythm=form.cleaned_data["rhythm"],
            hour=form.cleaned_data["hour"],
            language=(get_language() or "en")[:2],
            **where.asked,
            zone=ZoneInfo(where.places[0].store.timezone if where.places else "UTC"),
            now=timezone.now(),
        )
        toast(request, _("It comes by itself from now on, to %(email)s.") % {"email": request.user.email})
        return redirect(f"{reverse('traffic_mails')}?{where.query}")
    rows = ReportMail.objects.filter(organisation_id=request.organisation.id, user_id=request.user.pk).order_by(
        "due_at"
    )
    words, names = dict(RHYTHMS), dict(REPORTS)
    values = {
        "where": where,
        "rows": [
            (public_id("rpm", row.id), words[row.rhythm], _about(row, where), row.due_at, names[row.report])
            for row in rows
        ],
        "form": form,
    }
    return render(request, "traffic/mails.html", values, status=422 if form.is_bound else 200)


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
