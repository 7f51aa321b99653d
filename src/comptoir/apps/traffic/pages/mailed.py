"""The reports that can be scheduled, and their mails: with the parameters they were scheduled with (6.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.traffic import parameters, subscriptions
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pages import told
from comptoir.apps.traffic.pages.scope import Scope, scope_for
from comptoir.apps.traffic.pages.told import Told
from comptoir.apps.traffic.pages.where import Reader
from comptoir.core.accounts.roles import Role, may
from comptoir.web.formats import days


@dataclass(frozen=True)
class Report:
    """What it is called, the name of its page, how a mail tells it, and which columns it has (`parameters.COLUMNS`)."""

    label: str | Promise
    page: str
    told: Callable[[Scope], Told]
    columns: str = parameters.FIGURES
    needs: str = "traffic.view"


REPORTS: Final[Mapping[str, Report]] = {
    "totals": Report(_("Totals"), "traffic_totals", told.totals),
    "time": Report(_("Over time"), "traffic_over_time", told.in_time),
    "weekly": Report(_("Weekly performance"), "traffic_weekly", told.of_a_week),
    "comparison": Report(_("Comparison"), "traffic_comparison", told.side_by_side),
    "hours": Report(_("Hours and weekdays"), "traffic_hours_and_weekdays", told.by_hour_and_weekday),
    "staffing": Report(_("Staffing fit"), "traffic_staffing", told.fit, parameters.FIT, needs="traffic.staff"),
    "quality": Report(_("Data quality"), "traffic_quality", told.known, parameters.KNOWN),
    "changes": Report(_("Changes"), "traffic_changes", told.moved, parameters.MOVED),
}


def is_hidden(report: str, role: Role) -> bool:
    """Whether a report is no matter of somebody's."""
    return report in REPORTS and not may(role, REPORTS[report].needs)


def context(row: ReportMail, role: Role, organisation: str, *, now: datetime) -> dict[str, Any]:
    """Everything the mail says. Raises RuleBroken (404) where a place that it is about is gone."""
    report, scope = REPORTS[row.report], scope_of(row, role, now=now)
    found = report.told(scope)
    when = found.when or days(scope.period.since, scope.period.until)
    return {
        "organisation": organisation,
        "title": scope.title or report.label,
        "when": ", ".join([when, *(str(each) for each in (scope.days_words, scope.hours_words) if each)]),
        "lead": found.lead,
        "charts": list(found.charts),
        "parts": found.parts,
        "left": found.left,
        "left_rows": found.left_rows,
        "url": _url(report, row, scope, found),
    }


def scope_of(row: ReportMail, role: Role, *, now: datetime) -> Scope:
    """What a mail is about: the days that its period names, until yesterday; else yesterday, or the week until then."""
    usual = "yesterday" if row.rhythm == subscriptions.DAILY else "7"
    said = parameters.asked(subscriptions.asked_of(row))
    found = scope_for(Reader(row.organisation_id, role, subscriptions.store_ids_of(row)), said, usual=usual, now=now)
    return replace(found, period_word="")


def _url(report: Report, row: ReportMail, scope: Scope, found: Told) -> str:
    """The page with the same figures, whenever it is opened."""
    dates = found.dates or {"since": scope.period.since.isoformat(), "until": scope.period.until.isoformat()}
    rest = {name: words for name, words in subscriptions.asked_of(row).items() if name != "period"}
    return f"{settings.COMPTOIR_URL}{reverse(report.page)}?{urlencode({**dates, **rest}, doseq=True)}"
