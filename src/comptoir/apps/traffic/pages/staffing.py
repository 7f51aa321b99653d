"""The report of staffing fit: staff by the hour beside what the target asks for, and its files."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.pages import files, forms
from comptoir.apps.traffic.pages.cells import Cell
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.reports import staffing as report
from comptoir.apps.traffic.reports import staffing_words
from comptoir.apps.traffic.reports.staffing import Fit, Report
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.core.accounts.roles import may
from comptoir.core.intake import clocking
from comptoir.web.shell import OrganisationRequest, page

IN_DETAIL: Final = 4
"""Hours at target: what a phone leaves out."""


@require_GET
@page("traffic.staff")
def staffing(request: OrganisationRequest) -> HttpResponse:
    """By hour of the clock, then by location."""
    scope = scope_of(request, usual="28")
    found = _found(scope)
    values = {
        "scope": scope,
        "heads": staffing_words.HEADS,
        "answer": staffing_words.sentence(found.whole),
        "rows": [(f"{hour:02}:00", cells(fit), shown.matched(fit.sums)) for hour, fit in found.hours],
        "whole": cells(found.whole),
        "places": [(place, cells(fit), shown.matched(fit.sums)) for place, fit in found.places],
        "chart": staffing_words.picture(found),
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
@page("traffic.staff")
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
    return files.answer(name, kind, columns, _rows(_found(scope)), forms.of(request))


def _found(scope: Scope) -> Report:
    start = scope.places[0].store.day_start.hour if scope.places else 0
    return report.fit(scope.reading, scope.places, scope.period, day_start=start)


def cells(fit: Fit) -> list[Cell]:
    """The six figures of a row, and whether they are too many or too few."""
    last = len(staffing_words.HEADS) - 1
    return [
        Cell(
            label,
            figure,
            staffing_words.verdict(fit) if place == last else "",
            "same",
            is_key=place != IN_DETAIL,
        )
        for place, ((label, _formula), figure) in enumerate(
            zip(staffing_words.HEADS, staffing_words.figures(fit), strict=True)
        )
    ]


def _rows(found: Report) -> Iterator[Row]:
    for place, hour, fit in found.cells:
        yield {"location_id": place.shown_id, "location_name": place.store.name, "hour": f"{hour:02}", **_figures(fit)}
    for hour, fit in found.hours:
        yield {"location_id": "", "location_name": pgettext("a total", "All"), "hour": f"{hour:02}", **_figures(fit)}


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
