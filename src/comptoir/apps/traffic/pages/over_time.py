"""The report over time: a row for each hour, day, week, month, quarter, year or 4-5-4 month, and its export."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import chains, day_parts, kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages import files, forms
from comptoir.apps.traffic.pages.cells import Cell, cells
from comptoir.apps.traffic.pages.columns import Columns, chosen, columns_of
from comptoir.apps.traffic.pages.reports import TOTALS
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.periods import Step, retail_month, retail_year
from comptoir.apps.traffic.reports import over_time as report
from comptoir.apps.traffic.reports.exporting import figure
from comptoir.apps.traffic.reports.over_time import Line
from comptoir.web import spreadsheets
from comptoir.web.formats import day, days
from comptoir.web.shell import OrganisationRequest, page

STEPS: Final[dict[str, str | Promise]] = {
    Step.HOUR: gettext_lazy("Single hours"),
    Step.DAY_PART: gettext_lazy("Parts of the day"),
    Step.DAY: gettext_lazy("Days"),
    Step.WEEK: gettext_lazy("Weeks"),
    Step.MONTH: gettext_lazy("Months"),
    Step.QUARTER: gettext_lazy("Quarters"),
    Step.YEAR: gettext_lazy("Years"),
    Step.RETAIL_MONTH: gettext_lazy("4-5-4 months"),
    Step.RETAIL_MONTH_RESTATED: gettext_lazy("4-5-4 months, restated"),
}


@dataclass(frozen=True)
class Table:
    """The rows of one currency: money of two is never added up (4.1, rule 4)."""

    currency: str
    rows: tuple[Line, ...]


@require_GET
@page("traffic.view")
def over_time(request: OrganisationRequest) -> HttpResponse:
    """Every figure in its course, beside what it is compared with."""
    scope = scope_of(request, usual="28")
    step = step_of(scope)
    tables, columns = tables_of(scope, step), columns_of(scope)
    values = {
        "scope": scope,
        "step": step,
        "steps": list(STEPS.items()),
        "heads": columns.heads,
        "shown_columns": columns,
        "tables": [
            (
                each.currency,
                [
                    (
                        label_of(row, step),
                        cells_of(columns, each, row),
                        shown.matched(row.now),
                    )
                    for row in each.rows
                ],
            )
            for each in tables
        ],
        "is_empty": not any(each.rows for each in tables),
        "formulas": scope.formulas,
    }
    return render(request, "traffic/over_time.html", values)


@require_GET
@page("traffic.view")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV: each figure, the one it is compared with, and the change (per cent; points for a rate)."""
    scope = scope_of(request, usual="28")
    step, form = step_of(scope), forms.of(request)

    def lines() -> Iterator[str]:
        slugs = chosen(scope) or scope.seen(TOTALS)
        figures = [name for slug in slugs for name in (slug, f"{slug}_before", f"{slug}_change")]
        heads = ["since", "until", "hour", "currency", *figures, "hours", "hours_with_visitors"]
        yield spreadsheets.MARK + spreadsheets.line(heads, form)
        for table in tables_of(scope, step):
            for row in table.rows:
                hour = (row.part or "") if row.hour is None else f"{row.hour:02}"
                cells = [cell for slug in slugs for cell in _exported(row, slug)]
                yield spreadsheets.line(
                    [
                        *(row.days.since, row.days.until, hour, table.currency),
                        *cells,
                        *(row.now.hours, row.now.hours_t),
                    ],
                    form,
                )

    return spreadsheets.download(f"{files.name_of(scope, f'traffic-by-{step}')}.csv", lines())


def cells_of(columns: Columns, table: Table, row: Line) -> list[Cell]:
    """The figures of a row."""
    return cells(columns.slugs, row.now, row.alike, table.currency, against=row.against, is_chosen=columns.is_chosen)


def step_of(scope: Scope) -> Step:
    """What its rows are."""
    said = scope.said("by")
    return Step(said) if said in STEPS else Step.DAY


def tables_of(scope: Scope, step: Step) -> list[Table]:
    """The report, a table for each currency."""
    said = chains.settings_of(scope.organisation_id)
    made = []
    for currency in scope.currencies:
        stores = [each.store.id for each in scope.places if each.store.currency == currency]
        rows = report.lines(
            scope.reading_of(stores),
            scope.period,
            step,
            None if scope.is_budget else scope.counterpart,
            today=scope.today,
            week_starts_on=said.week_starts_on,
            day_parts=day_parts.read(said.day_parts) or day_parts.usual(),
        )
        made.append(Table(currency, rows))
    return made


def label_of(row: Line, step: Step) -> str:
    """A row's name; days where the step alone would not say which, or is cut by the period."""
    since, until = row.days.since, row.days.until
    if row.hour is not None:
        return f"{row.hour:02}:00"
    if row.part is not None:
        return row.part or _("Hours in no part")
    if step is Step.DAY:
        return day(since)
    span = days(since, until)
    if step in (Step.RETAIL_MONTH, Step.RETAIL_MONTH_RESTATED):
        is_restated = step is Step.RETAIL_MONTH_RESTATED
        number, year = retail_month(since, restated=is_restated)[1], retail_year(since, restated=is_restated)[0]
        return _("Month %(number)d of %(year)d: %(days)s") % {"number": number, "year": year, "days": span}
    return span


def _exported(row: Line, slug: str) -> tuple[str, str, str]:
    """The figure, what it is compared with, and the change; beside a budget the budget, and the index."""
    kpi = BY_SLUG[slug]
    if row.against is not None:
        return figure(kpi.of(row.now)), figure(row.against.of(slug)[1]), figure(row.against.index(slug))
    before = kpi.of(row.alike[1]) if row.alike else None
    change = kpis.change(kpi, kpi.of(row.alike[0]), before) if row.alike else None
    return figure(kpi.of(row.now)), figure(before), figure(change)
