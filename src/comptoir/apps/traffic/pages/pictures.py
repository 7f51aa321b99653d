"""How a period went: conversion over visitors, and sales, by the hour, the day or the week; one table of all of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.models import Hour
from comptoir.apps.traffic.pages.panels import Line, Panel, columns, floats, values
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.periods import WEEK, Period, Step, begin_of
from comptoir.apps.traffic.reports import against, reading, stretches
from comptoir.web.charts import Chart, Picture, Series, State
from comptoir.web.diagrams import LineOverBars
from comptoir.web.formats import day as day_words

MOST_DAYS: Final = 62
COLUMNS: Final = ("visitors", "transactions", "conversion", "sales", "items", "staff_hours")
BESIDE: Final = ("visitors", "conversion", "sales")
"""What is drawn of the period beside."""


@dataclass(frozen=True)
class Course:
    """Labels with both periods under each, in order; `days` are ISO dates that the labels lead to."""

    first: str
    caption: str
    labels: tuple[date | str, ...]
    now: tuple[Sums | None, ...]
    before: tuple[Sums | None, ...]
    states: tuple[State, ...] = ()
    is_of_days: bool = False


def course(scope: Scope) -> Panel:
    """By the hour for one day, by the day for more, by the chain's own weeks for many."""
    currency = scope.currency
    found = _hours(scope) if scope.period.length == 1 else _many(scope)
    slugs = tuple(each for each in scope.seen(COLUMNS) if currency or each != "sales")
    beside = _known_beside(scope, found)
    lines = [
        Line(
            each if isinstance(each, str) else day_words(each),
            values(slugs, now) + values(beside, before),
            day=each.isoformat() if found.is_of_days and isinstance(each, date) else "",
        )
        for each, now, before in zip(found.labels, found.now, found.before, strict=True)
        if found.is_of_days or now is not None or before is not None
    ]
    return Panel(
        "course",
        _pictures(scope, found, beside),
        found.caption,
        found.first,
        columns(slugs) + columns(beside, suffix="_before", words=_("budget") if scope.is_budget else _("before")),
        tuple(lines if scope.period.length == 1 else reversed(lines)),
        currency,
    )


def _known_beside(scope: Scope, found: Course) -> tuple[str, ...]:
    """What is known of the period beside; where no budget was set of something that is a gap, and not nought."""
    if not any(found.before):
        return ()
    known = against.drawn(scope.reading, scope.period) if scope.is_budget else frozenset(BESIDE)
    return tuple(each for each in BESIDE if each in known and (scope.currency or each != "sales"))


def in_order(hours: set[int], scope: Scope) -> list[int]:
    """From the beginning of the trading day on: what is after midnight comes last."""
    start = scope.places[0].store.day_start.hour if scope.places else 0
    return sorted(hours, key=lambda each: (each - start) % 24)


def running_hours(scope: Scope) -> set[int]:
    """The hours that are not over yet, by the clocks of the stores that have figures."""
    if not scope.is_running:
        return set()
    known = reading.by_store(scope.reading, scope.period)
    zones = {each.store.timezone for each in scope.places if each.store.id in known}
    return {scope.now.astimezone(ZoneInfo(zone)).hour for zone in zones}


def _hours(scope: Scope) -> Course:
    now = reading.by_hour(scope.reading, scope.period)
    before = {} if scope.is_budget else stretches.over(reading.by_hour, scope.reading, scope.counterpart, scope.period)
    hours = in_order({*now, *before}, scope)
    return Course(
        _("Hour"),
        _("Hour by hour, by each store’s own clock"),
        tuple(f"{each:02d}:00" for each in hours),
        tuple(now.get(each) for each in hours),
        tuple(before.get(each) for each in hours),
        _states(scope, hours),
    )


def _states(scope: Scope, hours: Sequence[int]) -> tuple[State, ...]:
    """The hour that is running is still coming in; of one that was estimated anywhere the column is hatched."""
    running = running_hours(scope)
    zones = {each.store.id: ZoneInfo(each.store.timezone) for each in scope.places}
    rows = Hour.objects.filter(
        organisation_id=scope.organisation_id,
        store_id__in=zones,
        business_date=scope.period.since,
        traffic_status="estimated",
    )
    estimated = {at.astimezone(zones[store_id]).hour for store_id, at in rows.values_list("store_id", "hour")}
    return tuple("provisional" if each in running else "estimated" if each in estimated else "" for each in hours)


def _many(scope: Scope) -> Course:
    days = [each for each in scope.period.days() if scope.reading.includes(each)]
    is_of_days = scope.period.length <= MOST_DAYS
    if is_of_days:
        now, moved = reading.by_day(scope.reading, scope.period), _as_of(scope, _before(scope))
    else:
        starts_on = scope.reading.settings.week_starts_on
        now, moved = _by_week(scope, starts_on)
        days = list(dict.fromkeys(begin_of(day, Step.WEEK, week_starts_on=starts_on) for day in days))
    return Course(
        _("Day") if is_of_days else _("Week from"),
        _("Day by day") if is_of_days else _("Week by week"),
        tuple(days),
        tuple(now.get(each) for each in days),
        tuple(moved.get(each) for each in days),
        tuple("provisional" if each == scope.today else "" for each in days) if is_of_days else (),
        is_of_days=is_of_days,
    )


def _before(scope: Scope) -> dict[date, Sums]:
    """What stands beside, by day: other days, or the budgets of the same."""
    return (
        against.drawn_by_day(scope.reading, scope.period)
        if scope.is_budget
        else stretches.over(reading.by_day, scope.reading, scope.counterpart, scope.period)
    )


def ahead(scope: Scope) -> None:
    """Before sums of each store are asked for: weeks that will be drawn as well come with them."""
    if scope.period.length > MOST_DAYS and scope.reading.settings.week_starts_on == 0:
        reading.ahead(scope.reading, scope.period)
        if beside := _weeks_beside(scope):
            reading.ahead(scope.reading, beside)


def _weeks_beside(scope: Scope) -> Period | None:
    """What stands beside weeks from Monday on; None where it begins on another weekday, or is no whole stretch of as
    many days."""
    if scope.is_budget:
        return None
    beside = scope.counterpart.of(scope.period)
    if len(beside) != 1 or beside[0].length != scope.period.length or (beside[0].since - scope.period.since) % WEEK:
        return None
    return beside[0]


def _by_week(scope: Scope, starts_on: int) -> tuple[dict[date, Sums], dict[date, Sums]]:
    """Both periods by the chain's own weeks. Those from Monday on are added up already."""
    is_monday = starts_on == 0
    if is_monday:
        now = reading.by_week(scope.reading, scope.period)
    else:
        now = _weekly(reading.by_day(scope.reading, scope.period), starts_on)
    if is_monday and (beside := _weeks_beside(scope)):
        by = beside.since - scope.period.since
        return now, {day - by: sums for day, sums in reading.by_week(scope.reading, beside).items()}
    return now, _weekly(_as_of(scope, _before(scope)), starts_on)


def _as_of(scope: Scope, before: Mapping[date, Sums]) -> dict[date, Sums]:
    """By the day that each stands beside; where two have one counterpart (29 February), it stands beside the first."""
    found: dict[date, Sums] = {}
    seen = set[date]()
    for day in scope.period.days():
        then = scope.counterpart.day(day)
        if then in before and then is not None and then not in seen:
            found[day] = before[then]
            seen.add(then)
    return found


def _weekly(found: Mapping[date, Sums], starts_on: int) -> dict[date, Sums]:
    made: defaultdict[date, Sums] = defaultdict(Sums)
    for day, sums in found.items():
        made[begin_of(day, Step.WEEK, week_starts_on=starts_on)] += sums
    return dict(made)


def _pictures(scope: Scope, found: Course, beside: tuple[str, ...]) -> tuple[Picture, ...]:
    made: list[Picture] = []
    visitors, conversion = (_series(scope, found, slug, beside) for slug in ("visitors", "conversion"))
    if _is_known(conversion):
        title = _("Conversion over visitors")
        made.append(LineOverBars(title, found.labels, "%", conversion, _("people"), visitors))
    elif _is_known(visitors):
        made.append(Chart(_("Visitors"), _("people"), found.labels, visitors, mark="bar"))
    if scope.currency:
        made.append(Chart(_("Net sales"), scope.currency, found.labels, _series(scope, found, "sales", beside)))
    return tuple(made)


def _series(scope: Scope, found: Course, slug: str, beside: tuple[str, ...]) -> tuple[Series, ...]:
    kpi = BY_SLUG[slug]
    now, before = (
        floats([None if each is None else kpi.of(each) for each in side]) for side in (found.now, found.before)
    )
    series = [Series(_("this period"), now, states=() if kpi.is_rate else found.states)]
    if slug in beside and any(each is not None for each in before):
        series.append(Series(str(scope.comparison_word), before, is_comparison=True))
    return tuple(series)


def _is_known(series: tuple[Series, ...]) -> bool:
    return any(value is not None for each in series for value in each.values)
