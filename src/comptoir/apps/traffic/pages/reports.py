"""Reports: totals, and two stores or two periods side by side; the data export."""

from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.pages import forms
from comptoir.apps.traffic.pages.cells import Cell, cells
from comptoir.apps.traffic.pages.columns import Columns, chosen, columns_of
from comptoir.apps.traffic.pages.scope import TODAYS, TREES, Scope, scope_of
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import against, comparing, exporting, reading
from comptoir.apps.traffic.reports import totals as totals_report
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.web import spreadsheets
from comptoir.web.formats import days
from comptoir.web.shell import OrganisationRequest, page

TOTALS: Final = (
    *("visitors", "transactions", "sales", "items", "staff_hours"),
    *("conversion", "atv", "upt", "spv", "pot", "star", "sales_per_hour"),
)
COSTS: Final = ("labour_cost", "labour_share")
"""Columns of the file, unless the reader chose others."""


@require_GET
@page("traffic.view")
def totals(request: OrganisationRequest) -> HttpResponse:
    """Locations and subtotals, beside the period they are compared with."""
    scope = scope_of(request)
    found = _totals(scope)
    columns = columns_of(scope)
    values = {
        "scope": scope,
        "heads": columns.heads,
        "shown_columns": columns,
        "trees": list(TREES.items()),
        "rows": [_shown(columns, row) for row in found.rows],
        "totals": [_shown(columns, row) for row in found.totals],
        "costs": columns.has_costs or not scope.sees_staff,
        "may_type": may(request.role, "traffic.manage"),
        "left_out": found.left_out,
        "is_empty": not any(row.now.hours for row in found.rows),
        "formulas": scope.formulas,
    }
    return render(request, "traffic/totals.html", values)


def _totals(scope: Scope) -> totals_report.Report:
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


def _shown(columns: Columns, row: totals_report.Row) -> tuple[totals_report.Row, list[Cell], list[str]]:
    drawn = cells(columns.slugs, row.now, row.alike, row.currency, against=row.against, is_chosen=columns.is_chosen)
    return row, drawn, shown.matched(row.now)


@require_GET
@page("traffic.view")
def totals_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV: figures unrounded as far as six decimals, empty where nothing is known."""
    scope = scope_of(request)
    found = _totals(scope)
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

    return spreadsheets.download(f"totals-{scope.period.since}-{scope.period.until}.csv", lines())


@require_GET
@page("traffic.view")
def comparison(request: OrganisationRequest) -> HttpResponse:
    """Two stores, or two periods of the same: one row for each key figure, with the difference."""
    scope = scope_of(request)
    one, other = (_store(scope, request.GET.get(name, "")) for name in ("one", "other"))
    if one is not None and other is not None:
        by_store = reading.by_store(scope.reading_of({one, other}), scope.period)
        sides = (by_store.get(one, Sums()), by_store.get(other, Sums()))
        names = (_name(scope, one), _name(scope, other))
        currencies = (_currency(scope, one), _currency(scope, other))
        left_out: tuple[str, ...] = ()
    elif scope.is_budget:
        return _beside_budget(request, scope)
    else:
        alike = comparing.alike(
            scope.reading, scope.places, scope.period, scope.counterpart, today=scope.today, now=scope.now
        )
        sides, left_out = alike.sides, alike.left_out
        names = (_words(scope.period), _words(scope.beside))
        currencies = (_one_currency(scope),) * 2
    rows = [_compared(kpi, sides, currencies) for kpi in scope.formulas if all(currencies) or not kpi.is_money]
    values = {
        "scope": scope,
        "rows": rows,
        "names": names,
        "one": request.GET.get("one", ""),
        "other": request.GET.get("other", ""),
        "left_out": left_out,
        "without_money": not all(currencies),
        "is_empty": not (sides[0].hours or sides[1].hours),
    }
    return render(request, "traffic/comparison.html", values)


def _beside_budget(request: OrganisationRequest, scope: Scope) -> HttpResponse:
    """Each key figure beside its budget, over the same days, with its index."""
    stores = against.by_store(scope.reading, scope.period, today=scope.today)
    found = against.whole(stores)
    currency = _one_currency(scope)
    rows = []
    for kpi in scope.formulas:
        actual, budget = found.of(kpi.slug)
        said, trend = shown.beside_budget(kpi, found.index(kpi.slug))
        if actual is not None and budget is not None and (currency or not kpi.is_money):
            figures = shown.figure(kpi, actual, currency), shown.figure(kpi, budget, currency)
            rows.append((kpi, *figures, shown.difference(kpi, actual - budget, currency), said, trend))
    values = {
        "scope": scope,
        "rows": rows,
        "names": (_words(scope.period), scope.comparison_word),
        "is_empty": not rows,
        "is_budget": True,
        "without_money": not currency,
    }
    return render(request, "traffic/comparison.html", values)


Compared = tuple[kpis.Kpi, str, str, str, str, str]
"""A figure, its two sides, their difference, the change of it and its trend."""


def _compared(kpi: kpis.Kpi, sides: tuple[Sums, Sums], currencies: tuple[str, ...]) -> Compared:
    """Money of two currencies stands side by side without a difference; a rate differs in points (4.1, 4.3)."""
    one, other = (kpi.of(each) if each.hours else None for each in sides)
    is_alike = not kpi.is_money or currencies[0] == currencies[1]
    said, trend = shown.delta(kpi, kpis.change(kpi, one, other) if is_alike else None)
    difference = ""
    if one is not None and other is not None and is_alike:
        difference = shown.difference(kpi, one - other, currencies[0])
    figures = shown.figure(kpi, one, currencies[0]), shown.figure(kpi, other, currencies[1])
    return kpi, *figures, difference, "" if kpi.is_rate else said, trend


def _one_currency(scope: Scope) -> str:
    """ "" where there are several: money of two is never added."""
    return scope.currencies[0] if len(scope.currencies) == 1 else ""


def _currency(scope: Scope, store_id: UUID) -> str:
    return next(each.store.currency for each in scope.everywhere if each.store.id == store_id)


def _store(scope: Scope, said: str) -> UUID | None:
    """A store that the reader may see. Raises RuleBroken (404)."""
    if not said:
        return None
    found = next((each.store.id for each in scope.everywhere if each.store.public_id == said), None)
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _name(scope: Scope, store_id: UUID) -> str:
    return next(each.store.name for each in scope.everywhere if each.store.id == store_id)


def _words(period: Period) -> str:
    return days(period.since, period.until)


@require_GET
@page("traffic.view")
def data_export(request: OrganisationRequest) -> HttpResponse:
    """The page that offers the hours as files."""
    scope = scope_of(request)
    form = forms.FormFields(initial=forms.initial(forms.remembered(request)))
    return render(request, "traffic/export.html", {"scope": scope, "columns": exporting.COLUMNS, "form": form})


@require_GET
@page("traffic.view")
def download(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """One row for each hour of each location. Raises RuleBroken (404) for a kind of file there is not."""
    scope = scope_of(request)
    found = exporting.rows(scope.reading, request.organisation.name, scope.places, scope.period)
    name = f"traffic-{scope.period.since}-{scope.period.until}.{kind}"
    made: dict[str, tuple[Callable[[], bytes], str]] = {
        "xlsx": (
            lambda: exporting.xlsx(found),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "parquet": (lambda: exporting.parquet(found), "application/vnd.apache.parquet"),
        "jsonl": (lambda: "".join(exporting.json_lines(found)).encode(), "application/x-ndjson"),
    }
    if kind == "csv":
        return spreadsheets.download(name, exporting.csv_lines(found, forms.of(request)))
    if kind not in made:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    content, content_type = made[kind]
    response = HttpResponse(content(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
