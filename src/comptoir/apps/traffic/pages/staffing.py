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
from comptoir.apps.traffic.pages.columns import Columns, named, own
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.parameters import FIT
from comptoir.apps.traffic.reports import staffing as report
from comptoir.apps.traffic.reports import staffing_words
from comptoir.apps.traffic.reports.staffing import Fit, Report
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.core.accounts.roles import may
from comptoir.core.intake import clocking
from comptoir.web.shell import OrganisationRequest, page

IN_DETAIL: Final = "hours_at_target"
"""What a phone leaves out, unless it was chosen."""


@require_GET
@page("traffic.staff")
def staffing(request: OrganisationRequest) -> HttpResponse:
    """By hour of the clock, then by location."""
    scope = scope_of(request, usual="28")
    found, columns = found_of(scope), columns_of(scope)
    values = {
        "scope": scope,
        "heads": columns.heads,
        "shown_columns": columns,
        "answer": staffing_words.sentence(found.whole),
        "rows": [(f"{hour:02}:00", cells(fit, columns), shown.matched(fit.sums)) for hour, fit in found.hours],
        "whole": cells(found.whole, columns),
        "places": [(place, cells(fit, columns), shown.matched(fit.sums)) for place, fit in found.places],
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
    columns = [
        *(Column(name) for name in ("location_id", "location_name", "hour")),
        *(Column(name, "number") for name in columns_of(scope).slugs),
        *(Column(name, "whole") for name in ("hours", "hours_with_visitors", "hours_with_staff")),
    ]
    name = files.name_of(scope, "traffic-staffing")
    return files.answer(name, kind, columns, _rows(found_of(scope)), forms.of(request), title=scope.title)


def columns_of(scope: Scope) -> Columns:
    """The six figures, or those that were chosen."""
    return own(scope, FIT, named(staffing_words.HEADS))


def found_of(scope: Scope) -> Report:
    """The report."""
    start = scope.places[0].store.day_start.hour if scope.places else 0
    return report.fit(scope.reading, scope.places, scope.period, day_start=start)


def cells(fit: Fit, columns: Columns) -> list[Cell]:
    """The figures of a row, and whether they are too many or too few."""
    figures = staffing_words.figures(fit, columns.slugs)
    return [
        Cell(
            each.label,
            figure,
            staffing_words.verdict(fit) if each.slug == "over_under" else "",
            "same",
            is_key=columns.is_chosen or each.slug != IN_DETAIL,
        )
        for each, figure in zip(columns.heads, figures, strict=True)
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
