"""Reports: totals, and the data export."""

from collections.abc import Iterator
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages import files, forms
from comptoir.apps.traffic.pages.cells import Cell, cells
from comptoir.apps.traffic.pages.columns import Column, Columns, chosen, columns_of, own
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.parameters import FIELDS, TODAYS, TREES
from comptoir.apps.traffic.reports import exporting
from comptoir.apps.traffic.reports import totals as totals_report
from comptoir.apps.traffic.reports.tables import TYPES
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.web import spreadsheets
from comptoir.web.shell import OrganisationRequest, page

TOTALS: Final = (
    *("visitors", "transactions", "sales", "items", "staff_hours"),
    *("conversion", "atv", "upt", "spv", "pot", "star", "sales_per_hour"),
)
KINDS: Final = ("csv", "xlsx", "parquet", "jsonl")
COSTS: Final = ("labour_cost", "labour_share")
"""Columns of the file, unless the reader chose others."""


@require_GET
@page("traffic.view")
def totals(request: OrganisationRequest) -> HttpResponse:
    """Locations and subtotals, beside the period they are compared with."""
    scope = scope_of(request)
    found = totals_of(scope)
    columns = columns_of(scope)
    values = {
        "scope": scope,
        "heads": columns.heads,
        "shown_columns": columns,
        "trees": list(TREES.items()),
        "rows": [shown_row(columns, row) for row in found.rows],
        "totals": [shown_row(columns, row) for row in found.totals],
        "costs": columns.has_costs or not scope.sees_staff,
        "may_type": may(request.role, "traffic.manage"),
        "left_out": found.left_out,
        "is_empty": not any(row.now.hours for row in found.rows),
        "formulas": scope.formulas,
    }
    return render(request, "traffic/totals.html", values)


def totals_of(scope: Scope) -> totals_report.Report:
    """Beside other days, or beside the budget."""
    return totals_report.totals(
        scope.reading,
        scope.places,
        scope.period,
        None if scope.is_budget else scope.counterpart,
        today=scope.today,
        now=scope.now,
        with_budgets=scope.is_budget,
        trees_of_each_day=scope.tree != TODAYS,
    )


def shown_row(columns: Columns, row: totals_report.Row) -> tuple[totals_report.Row, list[Cell], list[str]]:
    """A row with its cells, and what its ratios stand on."""
    drawn = cells(columns.slugs, row.now, row.alike, row.currency, against=row.against, is_chosen=columns.is_chosen)
    return row, drawn, shown.matched(row.now)


@require_GET
@page("traffic.view")
def totals_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV: figures unrounded as far as six decimals, empty where nothing is known."""
    scope = scope_of(request)
    found = totals_of(scope)
    form = forms.of(request)

    def lines() -> Iterator[str]:
        slugs = chosen(scope) or scope.seen((*TOTALS, *COSTS))
        costs = ("hours_with_cost",) if scope.sees_staff else ()
        heads = ["location_id", "name", "currency", *slugs, "hours", "hours_with_visitors", *costs]
        yield spreadsheets.MARK + spreadsheets.line(heads, form)
        for row in (*found.rows, *found.totals):
            values = [BY_SLUG[slug].of(row.now) if row.now.hours else None for slug in slugs]
            figures = [exporting.figure(each) for each in values]
            hours = (row.now.hours, row.now.hours_t, row.now.hours_c)[: 2 + len(costs)]
            yield spreadsheets.line(
                [row.location_id, row.name or pgettext("a total", "All"), row.currency, *figures, *hours], form
            )

    return spreadsheets.download(f"{files.name_of(scope, 'totals')}.csv", lines())


@require_GET
@page("traffic.view")
def data_export(request: OrganisationRequest) -> HttpResponse:
    """The page that offers the hours as files."""
    scope = scope_of(request)
    form = forms.FormFields(initial=forms.initial(forms.remembered(request)))
    values = {"scope": scope, "shown_columns": fields_of(scope), "form": form, "kinds": KINDS}
    return render(request, "traffic/export.html", values)


def fields_of(scope: Scope) -> Columns:
    """Every column of the data, or those that were chosen."""
    return own(scope, FIELDS, [Column(name, name) for name in exporting.COLUMNS])


@require_GET
@page("traffic.view")
def download(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """One row for each hour of each location. Raises RuleBroken (404) for a kind of file there is not."""
    scope = scope_of(request)
    found = exporting.rows(scope.reading, request.organisation.name, scope.places, scope.period)
    name, columns = f"{files.name_of(scope, 'traffic')}.{kind}", fields_of(scope).slugs
    if kind == "csv":
        return spreadsheets.download(name, exporting.csv_lines(found, forms.of(request), columns))
    if kind not in KINDS:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    response = HttpResponse(exporting.file(kind, found, columns, title=scope.title), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
