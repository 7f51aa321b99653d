"""Weeks and months: weekday × hour, a usual day of the week, staffing, thirteen months beside last year (6.3)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from babel.dates import format_date, get_day_names
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.pages.panels import Column, Line, Panel, columns, floats, values
from comptoir.apps.traffic.pages.pictures import in_order
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.periods import Period, a_year_before
from comptoir.apps.traffic.reports import profiles, reading
from comptoir.web.charts import Chart, HeatMap, Picture, Series
from comptoir.web.diagrams import LineOverBars, Point, Scatter
from comptoir.web.formats import day as day_words
from comptoir.web.formats import locale

HEAT_WEEKS: Final = 4
STAFF_WEEKS: Final = 6
"""The least from which a target is taken (traffic-analytics.md 4)."""
MONTHS: Final = 13
USUAL: Final = ("visitors", "transactions", "conversion", "sales", "staff_hours")
STAFFING: Final = ("star", "conversion", "visitors", "staff_hours")
TREND: Final = ("visitors", "conversion", "sales")


def heat(scope: Scope) -> Panel | None:
    """The latest four weeks by weekday and hour: conversion where somebody counts, else transactions."""
    found = reading.by_weekday_and_hour(scope.reading, _weeks(scope, HEAT_WEEKS))
    if not found:
        return None
    kpi = BY_SLUG["conversion" if any(each.hours_t for each in found.values()) else "transactions"]
    names = [str(get_day_names("abbreviated", locale=locale())[each]) for each in range(7)]
    hours = in_order({hour for _weekday, hour in found}, scope)
    told = {key: kpi.of(sums) for key, sums in found.items()}
    weekdays = [each for each in range(7) if scope.weekdays is None or each in scope.weekdays]
    cells = tuple(
        (names[weekday], f"{hour:02d}", _float(told.get((weekday, hour)))) for weekday in weekdays for hour in hours
    )
    title = _("%(figure)s by weekday and hour, latest four weeks") % {"figure": kpi.label}
    picture = HeatMap(
        title,
        "%" if kpi.is_rate else "",
        tuple(names[each] for each in weekdays),
        tuple(f"{each:02d}" for each in hours),
        cells,
    )
    return Panel(
        "heat",
        (picture,),
        title,
        _("Weekday"),
        tuple(Column(f"{hour:02d}", f"{hour:02d}", kpi) for hour in hours),
        tuple(Line(names[weekday], tuple(told.get((weekday, hour)) for hour in hours)) for weekday in weekdays),
    )


def profile(scope: Scope, weekday: int) -> Panel | None:
    """An average day of the week (4.2). `weekday` 0 is Monday."""
    found = profiles.of_weekday(scope.reading, weekday, before=min(scope.period.until, scope.today))
    if not found.days:
        return None
    hours = in_order(set(found.totals), scope)
    slugs = tuple(each for each in USUAL if scope.currency or each != "sales")
    told = {slug: [found.of(BY_SLUG[slug], hour) for hour in hours] for slug in slugs}
    name = get_day_names("wide", locale=locale())[weekday]
    title = _("A usual %(weekday)s, hour by hour") % {"weekday": name}
    labels = tuple(f"{each:02d}:00" for each in hours)
    people, rate = ((Series(_("mean"), floats(told[slug])),) for slug in ("visitors", "conversion"))
    picture: Picture = LineOverBars(title, labels, "%", rate, _("people"), people)
    if not any(each is not None for each in told["visitors"]):
        slug = "sales" if scope.currency else "transactions"
        unit = scope.currency or str(BY_SLUG[slug].label)
        picture = Chart(title, unit, labels, (Series(_("mean"), floats(told[slug])),), mark="bar")
    lines = tuple(Line(label, tuple(told[slug][place] for slug in slugs)) for place, label in enumerate(labels))
    note = ngettext("The mean of %(days)s day.", "The mean of %(days)s days.", len(found.days)) % {
        "days": len(found.days)
    }
    if found.left_out:
        left_out = ", ".join(day_words(each) for each in found.left_out)
        note += " " + _("Left out, for visitors are known in less than 80%% of their hours: %(days)s.") % {
            "days": left_out
        }
    return Panel(
        "profile",
        (picture,),
        title,
        _("Hour"),
        columns(slugs),
        lines,
        scope.currency,
        note,
        choice=f"weekday={weekday}",
    )


def staffing(scope: Scope) -> Panel | None:
    """Visitors per staff hour against conversion: a point each store, or each day of a single one."""
    period = _weeks(scope, STAFF_WEEKS)
    if len(scope.places) > 1:
        of_store = reading.by_store(scope.reading, period)
        found = [(e.store.name, "", e.store.public_id, of_store.get(e.store.id, Sums())) for e in scope.places]
    else:
        of_day = reading.by_day(scope.reading, period)
        found = [(day_words(day), day.isoformat(), "", of_day[day]) for day in sorted(of_day)]
    known = [
        Line(name, values(STAFFING, sums), day=day, store=store)
        for name, day, store, sums in found
        if None not in values(STAFFING[:2], sums)
    ]
    if len(known) < 2:
        return None
    title = _("Conversion against visitors per staff hour, latest six weeks")
    points = tuple(Point(each.label, float(each.values[0] or 0), float(each.values[1] or 0)) for each in known)
    picture = Scatter(title, str(BY_SLUG["star"].label), "%", points)
    first = _("Store") if len(scope.places) > 1 else _("Day")
    note = _("Where more visitors share an hour of staff and conversion falls, there are too few people on the floor.")
    return Panel("staffing", (picture,), title, first, columns(STAFFING), tuple(known), "", note)


def trend(scope: Scope) -> Panel | None:
    """Thirteen months, each beside the same one a year before; the month that is running counts the same days."""
    until = min(scope.period.until, scope.today)
    months = [_month(until, back) for back in range(MONTHS - 1, -1, -1)]
    found = reading.by_month(scope.reading, Period(_month(months[0], 12), until))
    beside = a_year_before(until)
    so_far = reading.by_month(scope.reading, Period(beside.replace(day=1), beside))
    before = {**{each: found.get(_month(each, 12)) for each in months}, months[-1]: so_far.get(_month(until, 12))}
    if len(found) < 2:
        return None
    slugs = tuple(each for each in TREND if scope.currency or each != "sales")
    names = [format_date(each, "LLL yy", locale=locale()) for each in months]
    marks = tuple(
        name if place in (0, MONTHS - 1) or month.month == 1 else format_date(month, "LLL", locale=locale())
        for place, (month, name) in enumerate(zip(months, names, strict=True))
    )

    def series(slug: str) -> tuple[Series, ...]:
        kpi = BY_SLUG[slug]
        sides = ([found.get(each) for each in months], [before[each] for each in months])
        now, then = (floats([None if each is None else kpi.of(each) for each in side]) for side in sides)
        return Series(_("this year"), now), Series(_("a year before"), then, is_comparison=True)

    made: list[Picture] = []
    if any(each.hours_t for each in found.values()):
        title = _("Conversion over visitors, thirteen months")
        made.append(LineOverBars(title, marks, "%", series("conversion"), _("people"), series("visitors")))
    if scope.currency:
        title = _("Net sales, thirteen months")
        made.append(Chart(title, scope.currency, marks, series("sales"), mark="line"))
    lines = tuple(
        Line(name, values(slugs, found.get(month)) + values(slugs, before[month]))
        for month, name in reversed(list(zip(months, names, strict=True)))
    )
    heads = columns(slugs) + columns(slugs, suffix="_year_before", words=_("a year before"))
    note = _("The latest month counts until %(day)s, in both years.") % {"day": day_words(until)}
    return Panel("trend", tuple(made), _("Month by month"), _("Month"), heads, lines, scope.currency, note)


def _weeks(scope: Scope, weeks: int) -> Period:
    """So many, until the end of the period or yesterday."""
    until = min(scope.period.until, scope.today - timedelta(days=1))
    return Period(until - timedelta(weeks=weeks, days=-1), until)


def _month(day: date, back: int) -> date:
    """The first day of the month, so many months back."""
    number = day.year * 12 + day.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def weekdays(scope: Scope) -> list[tuple[int, str]]:
    """For the choice, of those that count: 0 is Monday."""
    names = sorted(get_day_names("abbreviated", locale=locale()).items())
    return [(number, str(name)) for number, name in names if scope.weekdays is None or number in scope.weekdays]
