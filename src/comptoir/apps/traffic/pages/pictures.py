"""Charts and the table of the same figures below each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from babel.dates import get_day_names
from django.utils.translation import gettext as _

from comptoir.apps.traffic import chains, shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi, Sums
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.periods import Period, Step, begin_of
from comptoir.apps.traffic.reports import against, reading
from comptoir.web.charts import Chart, HeatMap, Series
from comptoir.web.formats import day as day_words
from comptoir.web.formats import locale

HEAT_WEEKS: Final = 4
MOST_DAYS: Final = 62
COLUMNS: Final = ("visitors", "transactions", "conversion", "sales", "items", "staff_hours")
KEY: Final = frozenset({"visitors", "conversion", "sales"})
"""What a phone shows of a row."""


@dataclass(frozen=True)
class Row:
    """A line of the table: its label, where it leads, the formatted figures; each with whether a phone shows it."""

    label: str
    cells: tuple[tuple[str, str, bool], ...]
    day: str = ""


@dataclass(frozen=True)
class Pictures:
    """Charts over one table; `first` is over its labels."""

    charts: tuple[Chart, ...]
    first: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str


def of_period(scope: Scope, currency: str) -> Pictures:
    """By the hour for one day, by the day for more, by the chain's own weeks for many."""
    if scope.period.length == 1:
        return _hours(scope, currency)
    return _weeks(scope, currency) if scope.period.length > MOST_DAYS else _days(scope, currency)


def _hours(scope: Scope, currency: str) -> Pictures:
    now = reading.by_hour(scope.reading, scope.period)
    before = {} if scope.is_budget else reading.by_hour(scope.reading, scope.beside)
    hours = _in_order({*now, *before}, scope)
    labels = tuple(f"{each:02d}:00" for each in hours)
    return Pictures(
        _charts(scope, labels, [now.get(each) for each in hours], [before.get(each) for each in hours], currency),
        _("Hour"),
        _heads(currency),
        tuple(Row(f"{each:02d}:00", _cells(now[each], currency)) for each in hours if each in now),
        _("Hour by hour, by each store’s own clock"),
    )


def _in_order(hours: set[int], scope: Scope) -> list[int]:
    """From the beginning of the trading day on: what is after midnight comes last."""
    start = scope.places[0].store.day_start.hour if scope.places else 0
    return sorted(hours, key=lambda each: (each - start) % 24)


def _days(scope: Scope, currency: str) -> Pictures:
    now, before = reading.by_day(scope.reading, scope.period), _before(scope)
    days = list(scope.period.days())
    by = scope.beside.since - scope.period.since
    return Pictures(
        _charts(
            scope, tuple(days), [now.get(each) for each in days], [before.get(each + by) for each in days], currency
        ),
        _("Day"),
        _heads(currency),
        tuple(Row(day_words(each), _cells(now.get(each), currency), each.isoformat()) for each in reversed(days)),
        _("Day by day"),
    )


def _weeks(scope: Scope, currency: str) -> Pictures:
    starts_on = chains.settings_of(scope.organisation_id).week_starts_on
    by = scope.beside.since - scope.period.since

    def week_of(day: date) -> date:
        return begin_of(day, Step.WEEK, week_starts_on=starts_on)

    now: defaultdict[date, Sums] = defaultdict(Sums)
    before: defaultdict[date, Sums] = defaultdict(Sums)
    for day, sums in reading.by_day(scope.reading, scope.period).items():
        now[week_of(day)] += sums
    for day, sums in _before(scope).items():
        before[week_of(day - by)] += sums
    weeks = list(dict.fromkeys(week_of(day) for day in scope.period.days()))
    return Pictures(
        _charts(scope, tuple(weeks), [now.get(each) for each in weeks], [before.get(each) for each in weeks], currency),
        _("Week from"),
        _heads(currency),
        tuple(Row(day_words(each), _cells(now.get(each), currency)) for each in reversed(weeks)),
        _("Week by week"),
    )


def _before(scope: Scope) -> dict[date, Sums]:
    """What stands beside, by day: other days, or the budgets of the same."""
    return (
        against.drawn_by_day(scope.reading, scope.period)
        if scope.is_budget
        else reading.by_day(scope.reading, scope.beside)
    )


def _charts(
    scope: Scope,
    labels: Sequence[date | str],
    now: Sequence[Sums | None],
    before: Sequence[Sums | None],
    currency: str,
) -> tuple[Chart, ...]:
    beside = str(scope.comparison_word)

    def chart(title: str, unit: str, slug: str) -> Chart:
        kpi = BY_SLUG[slug]
        mark = "line" if kpi.is_rate else ""
        return Chart(
            title,
            unit,
            tuple(labels),
            (
                Series(_("this period"), _values(kpi, now)),
                Series(beside, _values(kpi, before), is_comparison=True),
            ),
            mark="line" if mark == "line" else "",
        )

    found = [chart(_("Visitors"), _("people"), "visitors"), chart(_("Conversion"), "%", "conversion")]
    if currency:
        found.append(chart(_("Net sales"), currency, "sales"))
    return tuple(each for each in found if any(value is not None for one in each.series for value in one.values))


def _values(kpi: Kpi, found: Sequence[Sums | None]) -> tuple[float | None, ...]:
    values = [None if each is None else kpi.of(each) for each in found]
    return tuple(None if each is None else float(round(each, 2)) for each in values)


def _heads(currency: str) -> tuple[str, ...]:
    return tuple(str(BY_SLUG[slug].label) for slug in COLUMNS if currency or slug != "sales")


def _cells(found: Sums | None, currency: str) -> tuple[tuple[str, str, bool], ...]:
    sums = found or Sums()
    return tuple(
        (
            str(BY_SLUG[slug].label),
            shown.figure(BY_SLUG[slug], BY_SLUG[slug].of(sums) if found else None, currency),
            slug in KEY,
        )
        for slug in COLUMNS
        if currency or slug != "sales"
    )


@dataclass(frozen=True)
class Heat:
    """Weekday × hour, as a picture and as a table."""

    picture: HeatMap
    hours: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Of each weekday the figures, each with its hour."""


def heat(scope: Scope) -> Heat | None:
    """The latest four weeks by weekday and hour: conversion where somebody counts, else transactions."""
    until = min(scope.period.until, scope.today - timedelta(days=1))
    found = reading.by_weekday_and_hour(scope.reading, Period(until - timedelta(weeks=HEAT_WEEKS, days=-1), until))
    if not found:
        return None
    is_counted = any(each.hours_t for each in found.values())
    kpi = BY_SLUG["conversion" if is_counted else "transactions"]
    names = get_day_names("abbreviated", locale=locale())
    hours = _in_order({hour for _weekday, hour in found}, scope)
    labels = tuple(f"{each:02d}" for each in hours)
    values: dict[tuple[int, int], Decimal | None] = {key: kpi.of(sums) for key, sums in found.items()}
    cells = tuple(
        (
            str(names[weekday]),
            f"{hour:02d}",
            None if values.get((weekday, hour)) is None else float(values[weekday, hour] or 0),
        )
        for weekday in range(7)
        for hour in hours
    )
    picture = HeatMap(
        _("%(figure)s by weekday and hour, latest four weeks") % {"figure": kpi.label},
        "%" if kpi.is_rate else "",
        tuple(str(names[each]) for each in range(7)),
        labels,
        cells,
    )
    rows = tuple(
        (
            str(names[weekday]),
            tuple((f"{hour:02d}", shown.figure(kpi, values.get((weekday, hour)), "")) for hour in hours),
        )
        for weekday in range(7)
    )
    return Heat(picture, labels, rows)
