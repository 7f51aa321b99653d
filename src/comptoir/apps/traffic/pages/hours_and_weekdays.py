"""The report of hours and weekdays: 24 × 7, a heat map and a table for each figure, and its files (6.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel.dates import get_day_names
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi, Sums
from comptoir.apps.traffic.pages import files, forms
from comptoir.apps.traffic.pages.columns import Columns, columns_of
from comptoir.apps.traffic.pages.pictures import in_order
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.parameters import in_order as days_in_order
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports.tables import Column, Row
from comptoir.web.charts import HeatMap
from comptoir.web.formats import locale
from comptoir.web.shell import OrganisationRequest, page

FIGURES: Final = ("visitors", "transactions", "sales", "staff_hours", "conversion", "atv")
"""Those whose sums are asked for by hour and weekday."""
Found = Mapping[tuple[int, int], Sums]
"""By weekday (0 Monday) and hour of the clock."""


@dataclass(frozen=True)
class Map:
    """A figure: its picture, and for each hour its weekdays that count: label, figure, whether a phone shows it."""

    kpi: Kpi
    picture: HeatMap
    rows: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]

    @property
    def label(self) -> str | Promise:
        """What the figure is called."""
        return self.kpi.label


@require_GET
@page("traffic.view")
def hours_and_weekdays(request: OrganisationRequest) -> HttpResponse:
    """Conversion where somebody counts, else transactions; or the figures that were chosen."""
    scope = scope_of(request, usual="28")
    found = found_of(scope)
    columns = figures_of(scope, found)
    values = {
        "scope": scope,
        "shown_columns": columns,
        "are_rows": True,
        "days": names_of(scope),
        "maps": maps_of(scope, found),
        "is_empty": not found,
        "kinds": ("csv", "xlsx", "parquet"),
    }
    return render(request, "traffic/hours_and_weekdays.html", values)


@require_GET
@page("traffic.view")
def export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """A row for each weekday and hour. Raises RuleBroken (404)."""
    scope = scope_of(request, usual="28")
    found = found_of(scope)
    slugs = figures_of(scope, found).slugs
    columns = [
        Column("weekday", "whole"),
        Column("hour"),
        *(Column(slug, "number") for slug in slugs),
        *(Column(name, "whole") for name in ("hours", "hours_with_visitors")),
    ]
    name = files.name_of(scope, "traffic-hours")
    return files.answer(name, kind, columns, _rows(scope, found, slugs), forms.of(request), title=scope.title)


def found_of(scope: Scope) -> Found:
    """The report's sums."""
    return reading.by_weekday_and_hour(scope.reading, scope.period)


def figures_of(scope: Scope, found: Found) -> Columns:
    """One figure, or those that were chosen; money only where all of it is of one currency."""
    usual = "conversion" if any(each.hours_t for each in found.values()) else "transactions"
    every = [slug for slug in FIGURES if scope.currency or not BY_SLUG[slug].is_money]
    return columns_of(scope, usual=(usual,), every=every)


def hours_of(scope: Scope, found: Found) -> list[int]:
    """The hours in which anything is known, from the beginning of the trading day on."""
    return in_order({hour for _weekday, hour in found}, scope)


def maps_of(scope: Scope, found: Found) -> list[Map]:
    """Each figure's."""
    return [_map(scope, found, BY_SLUG[slug]) for slug in figures_of(scope, found).slugs] if found else []


def _map(scope: Scope, found: Found, kpi: Kpi) -> Map:
    hours, days = hours_of(scope, found), list(zip(_days(scope), names_of(scope), strict=True))

    def value(day: int, hour: int) -> Decimal | None:
        return kpi.of(found[day, hour]) if (day, hour) in found else None

    cells = tuple((name, f"{hour:02}", _float(value(day, hour))) for day, name in days for hour in hours)
    unit = "%" if kpi.is_rate else scope.currency if kpi.is_money else ""
    heads = tuple(f"{hour:02}" for hour in hours)
    picture = HeatMap(str(kpi.label), unit, names_of(scope), heads, cells)
    rows = tuple(
        (
            f"{hour:02}:00",
            tuple((name, shown.figure(kpi, value(day, hour), scope.currency), True) for day, name in days),
        )
        for hour in hours
    )
    return Map(kpi, picture, rows)


def names_of(scope: Scope) -> tuple[str, ...]:
    """What the weekdays that count are called, in the order of the chain's week."""
    names = get_day_names("abbreviated", locale=locale())
    return tuple(str(names[each]) for each in _days(scope))


def _days(scope: Scope) -> list[int]:
    """Weekdays that count, in the order of the chain's week."""
    order = days_in_order(scope.reading.settings.week_starts_on)
    return [each for each in order if scope.weekdays is None or each in scope.weekdays]


def _rows(scope: Scope, found: Found, slugs: tuple[str, ...]) -> Iterator[Row]:
    """`weekday` is 1 on Monday, as ISO 8601 counts."""
    for day in _days(scope):
        for hour in hours_of(scope, found):
            sums = found.get((day, hour), Sums())
            figures = {slug: BY_SLUG[slug].of(sums) if sums.hours else None for slug in slugs}
            known = {"hours": sums.hours, "hours_with_visitors": sums.hours_t}
            yield {"weekday": day + 1, "hour": f"{hour:02}", **figures, **known}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
