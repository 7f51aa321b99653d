"""The report of weekly performance: seven days and their week, of each location, and its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import chains, kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages import files, forms
from comptoir.apps.traffic.pages.cells import Cell, cells
from comptoir.apps.traffic.pages.columns import Columns, chosen, columns_of
from comptoir.apps.traffic.pages.reports import TOTALS
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.parameters import kept
from comptoir.apps.traffic.periods import Beside
from comptoir.apps.traffic.reports import weekly as report
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.apps.traffic.reports.weekly import Block, Line, Report
from comptoir.kernel.clock import day_in
from comptoir.web.charts import Chart, Series
from comptoir.web.formats import days, weekday
from comptoir.web.shell import OrganisationRequest, page

LOCATIONS: Final = 10
"""On one page; the files have all of them."""
WEEK: Final = timedelta(days=7)
INDEXED: Final = "sales"
DRAWN: Final = ("visitors", "conversion", "sales")


@dataclass(frozen=True)
class Table:
    """Eight rows: of a location, or of all of one currency."""

    name: str
    location_id: str
    currency: str
    store_id: str
    rows: tuple[tuple[str, date | None, list[Cell], list[str]], ...]

    @property
    def title(self) -> str:
        """Its id and name."""
        return f"{self.location_id} {self.name}".strip()


@require_GET
@page("traffic.view")
def weekly(request: OrganisationRequest) -> HttpResponse:
    """All locations together, then each."""
    scope, found = found_of(scope_of(request))
    columns = columns_of(scope)
    shown_page = Paginator([each for each in found.blocks if each.is_known], LOCATIONS).get_page(
        request.GET.get("page")
    )
    wholes = [each for each in found.wholes if each.is_known] if len(scope.places) > 1 else []
    values = {
        "scope": scope,
        "week": scope.period,
        "words": days(scope.period.since, scope.period.until),
        "earlier": _link(request, scope.period.since - WEEK),
        "later": _link(request, scope.period.since + WEEK) if scope.period.until < scope.today else "",
        "heads": columns.heads,
        "shown_columns": columns,
        "wholes": [_table(scope, columns, each) for each in wholes],
        "tables": [_table(scope, columns, each) for each in shown_page],
        "is_many": len(scope.places) > 1,
        "page": shown_page,
        "has_budget": any(each.lines[-1].against.days(INDEXED) for each in found.wholes),
        "charts": _charts(scope, found),
        "left_out": found.left_out,
        "is_empty": not shown_page.paginator.count,
        "kept": [(name, request.GET[name]) for name in ("period", "since", "until") if request.GET.get(name)],
        "kinds": ("csv", "xlsx", "parquet"),
        "formulas": scope.formulas,
    }
    return render(request, "traffic/weekly.html", values)


@require_GET
@page("traffic.view")
def export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """A row for each location and day, and one for its week; then those of all. Raises RuleBroken (404)."""
    scope, found = found_of(scope_of(request))
    figures = [
        Column(name, "number")
        for slug in chosen(scope) or scope.seen(TOTALS)
        for name in (slug, f"{slug}_before", f"{slug}_change")
    ]
    figures += [Column(name, "number") for name in ("sales_budget", "budget_index")]
    columns = [
        *(Column(name) for name in ("location_id", "location_name", "currency", "week", "business_date")),
        *figures,
        *(Column(name, "whole") for name in ("hours", "hours_with_visitors")),
        *((Column("hours_with_staff", "whole"),) if scope.sees_staff else ()),
    ]
    name = files.name_of(scope, "traffic-week")
    return files.answer(name, kind, columns, _rows(scope, found), forms.of(request), title=scope.title)


def found_of(scope: Scope) -> tuple[Scope, Report]:
    """The week of the address; else that of days somebody chose, else the latest that is over."""
    starts_on = chains.settings_of(scope.organisation_id).week_starts_on
    said = day_in(scope.said("week"))
    latest = scope.today - WEEK
    week = report.week_of(said or (latest if scope.period_word else scope.period.until), starts_on=starts_on)
    beside = Beside(week, scope.comparison, scope.chosen)
    scope = scope.at_days(week, beside.whole)
    return scope, report.weekly(scope.reading, scope.places, week, beside, today=scope.today)


def _link(request: OrganisationRequest, begin: date) -> str:
    return urlencode({**kept(request.GET), "week": begin.isoformat()}, doseq=True)


def whole_name(scope: Scope, currency: str) -> str:
    """What the lines of all locations of one currency are called: after the level that was chosen, if one was."""
    return f"{scope.name}, {currency}" if scope.name else _("All locations, %(currency)s") % {"currency": currency}


def _table(scope: Scope, columns: Columns, block: Block) -> Table:
    return Table(
        block.place.store.name if block.place else whole_name(scope, block.currency),
        block.place.shown_id if block.place else "",
        block.currency,
        block.place.store.public_id if block.place else "",
        tuple(_row(scope, columns, block, line) for line in block.lines),
    )


def _row(scope: Scope, columns: Columns, block: Block, line: Line) -> tuple[str, date | None, list[Cell], list[str]]:
    label = _("Week") if line.day is None else weekday(line.day)
    beside = line.against if scope.is_budget else None
    drawn = cells(columns.slugs, line.now, line.alike, block.currency, against=beside, is_chosen=columns.is_chosen)
    if INDEXED in columns.slugs:
        place = columns.slugs.index(INDEXED)
        drawn[place] = replace(drawn[place], note=_index(scope, block, line))
    return label, line.day, drawn, shown.matched(line.now)


def _index(scope: Scope, block: Block, line: Line) -> str:
    """Sales beside their budget; of a location's week also how many of its days know both."""
    known, parts = line.against.days(INDEXED), []
    if known and not scope.is_budget:
        parts = [_("index %(index)s") % {"index": shown.index(line.against.index(INDEXED))}]
    days_of_week = len(block.lines) - 1
    if line.day is None and block.place and 0 < known < days_of_week:
        parts.append(_("%(number)d of %(all)d days") % {"number": known, "all": days_of_week})
    return ", ".join(parts)


def _charts(scope: Scope, found: Report) -> list[Chart]:
    """Day by day, of all locations, or of those of the one currency there is."""
    if len(found.wholes) != 1 or not found.wholes[0].is_known:
        return []
    block = found.wholes[0]
    labels = tuple(weekday(each.day) for each in block.lines if each.day)
    made = []
    for kpi in (BY_SLUG[slug] for slug in DRAWN):
        now = [kpi.of(each.now) if each.now.hours else None for each in block.lines[:-1]]
        before = [kpi.of(each.alike[1]) if each.alike else None for each in block.lines[:-1]]
        if scope.is_budget:
            before = [each.against.of(kpi.slug)[1] for each in block.lines[:-1]]
        unit = "%" if kpi.is_rate else block.currency if kpi.unit == "money" else _("people")
        series = (
            Series(_("this week"), _drawn(now)),
            Series(str(scope.comparison_word), _drawn(before), is_comparison=True),
        )
        if any(each is not None for each in now):
            made.append(Chart(str(kpi.label), unit, labels, series, mark="line" if kpi.is_rate else ""))
    return made


def _drawn(values: Sequence[Decimal | None]) -> tuple[float | None, ...]:
    return tuple(None if each is None else float(round(each, 2)) for each in values)


def _rows(scope: Scope, found: Report) -> Iterator[Row]:
    slugs = chosen(scope) or scope.seen(TOTALS)
    for block in (*found.blocks, *found.wholes):
        for line in block.lines:
            figures = {name: value for slug in slugs for name, value in _figures(line, slug)}
            yield {
                "location_id": block.place.shown_id if block.place else "",
                "location_name": block.place.store.name if block.place else pgettext("a total", "All"),
                "currency": block.currency,
                "week": scope.period.since.isoformat(),
                "business_date": line.day.isoformat() if line.day else "",
                **figures,
                "sales_budget": line.against.of(INDEXED)[1],
                "budget_index": line.against.index(INDEXED),
                "hours": line.now.hours,
                "hours_with_visitors": line.now.hours_t,
                "hours_with_staff": line.now.hours_h,
            }


def _figures(line: Line, slug: str) -> Iterator[tuple[str, Decimal | None]]:
    kpi = BY_SLUG[slug]
    before = kpi.of(line.alike[1]) if line.alike else None
    yield slug, kpi.of(line.now) if line.now.hours else None
    yield f"{slug}_before", before
    yield f"{slug}_change", kpis.change(kpi, kpi.of(line.alike[0]), before) if line.alike else None
