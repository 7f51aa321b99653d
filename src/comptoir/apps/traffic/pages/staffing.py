"""The report of staffing fit: staff by the hour beside what the target asks for, and its files."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi
from comptoir.apps.traffic.pages import files
from comptoir.apps.traffic.pages.cells import Cell
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.reports import staffing as report
from comptoir.apps.traffic.reports.staffing import Fit, Report
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.core.accounts.roles import may
from comptoir.core.intake import clocking
from comptoir.web.charts import Chart, Series
from comptoir.web.shell import OrganisationRequest, page

VISITORS: Final = BY_SLUG["visitors"]
HOURS: Final = BY_SLUG["staff_hours"]
STAR: Final = BY_SLUG["star"]
HEADS: Final = (
    (VISITORS.label, gettext_lazy("Of the hours in which visitors and staff are known")),
    (HOURS.label, gettext_lazy("Of the hours in which visitors and staff are known")),
    (STAR.label, STAR.formula),
    (gettext_lazy("Target"), gettext_lazy("Visitors for each staff hour, as typed at the location")),
    (gettext_lazy("Hours at target"), gettext_lazy("Visitors ÷ target")),
    (gettext_lazy("Over or under"), gettext_lazy("Staff hours less the hours at target")),
)


@require_GET
@page("traffic.view")
def staffing(request: OrganisationRequest) -> HttpResponse:
    """By hour of the clock, then by location."""
    scope = scope_of(request, usual="28")
    found = _found(scope)
    values = {
        "scope": scope,
        "heads": HEADS,
        "answer": _answer(found.whole),
        "rows": [(f"{hour:02}:00", cells(fit), shown.matched(fit.sums)) for hour, fit in found.hours],
        "whole": cells(found.whole),
        "places": [(place, cells(fit), shown.matched(fit.sums)) for place, fit in found.places],
        "chart": _chart(found),
        "without_target": found.without_target,
        "unknown": found.unknown,
        "has_targets": len(found.without_target) < len(scope.places),
        "is_empty": not found.whole.is_known,
        "not_provided": clocking.not_provided(request.organisation.id, [each.store.id for each in scope.places]),
        "may_manage": may(request.role, "traffic.manage"),
        "kinds": ("csv", "xlsx", "parquet"),
    }
    return render(request, "traffic/staffing.html", values)


@require_GET
@page("traffic.view")
def export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """A row for each location and hour of the clock, then for each hour of all. Raises RuleBroken (404)."""
    scope = scope_of(request, usual="28")
    numbers = ("traffic", "staff_hours", "star", "target", "hours_at_target", "over_under")
    columns = [
        *(Column(name) for name in ("location_id", "location_name", "hour")),
        *(Column(name, "number") for name in numbers),
        *(Column(name, "whole") for name in ("hours", "hours_with_visitors", "hours_with_staff")),
    ]
    name = f"traffic-staffing-{scope.period.since}-{scope.period.until}"
    return files.answer(name, kind, columns, _rows(_found(scope)))


def _found(scope: Scope) -> Report:
    start = scope.places[0].store.day_start.hour if scope.places else 0
    return report.fit(scope.reading, scope.places, scope.period, day_start=start)


def _answer(whole: Fit) -> str:
    """Whether there were too many or too few, in one sentence."""
    if whole.over is None:
        return ""
    words = _("%(hours)s of staff more than the target asks for") if whole.over > 0 else ""
    words = words or _("%(hours)s of staff fewer than the target asks for")
    said = words % {"hours": shown.figure(HOURS, abs(whole.over), "")}
    return said if round(whole.over, 2) else _("As many hours of staff as the target asks for")


def cells(fit: Fit) -> list[Cell]:
    """The six figures of a row."""

    def cell(place: int, kpi: Kpi, value: Decimal | None, *, is_key: bool = True) -> Cell:
        return Cell(HEADS[place][0], shown.figure(kpi, value, ""), is_key=is_key)

    return [
        cell(0, VISITORS, fit.visitors),
        cell(1, HOURS, fit.staff_hours),
        cell(2, STAR, fit.star),
        cell(3, STAR, fit.target),
        cell(4, HOURS, fit.hours_at_target, is_key=False),
        _over(fit.over),
    ]


def _over(over: Decimal | None) -> Cell:
    """Its sign and a word: colour alone says nothing."""
    said = shown.figure(HOURS, over, "")
    if over is None or not round(over, 2):
        return Cell(HEADS[5][0], said)
    return Cell(HEADS[5][0], f"+{said}" if over > 0 else said, _("too many") if over > 0 else _("too few"), "same")


def _chart(found: Report) -> Chart:
    known = [(f"{hour:02}:00", fit) for hour, fit in found.hours if fit.is_known]
    series = (
        Series(str(HOURS.label), tuple(float(round(fit.sums.h_t, 2)) for _label, fit in known)),
        Series(_("Hours at target"), tuple(float(round(fit.needed, 2)) for _label, fit in known), is_comparison=True),
    )
    return Chart(_("Staff hours beside the target"), _("hours"), tuple(label for label, _fit in known), series)


def _rows(found: Report) -> Iterator[Row]:
    for place, hour, fit in found.cells:
        yield {"location_id": place.shown_id, "location_name": place.store.name, "hour": f"{hour:02}", **_figures(fit)}
    for hour, fit in found.hours:
        yield {"location_id": "", "location_name": _("All"), "hour": f"{hour:02}", **_figures(fit)}


def _figures(fit: Fit) -> dict[str, Decimal | int | None]:
    return {
        "traffic": fit.visitors,
        "staff_hours": fit.staff_hours,
        "star": fit.star,
        "target": fit.target,
        "hours_at_target": fit.hours_at_target,
        "over_under": fit.over,
        "hours": fit.sums.hours,
        "hours_with_visitors": fit.sums.hours_t,
        "hours_with_staff": fit.sums.hours_h,
    }
