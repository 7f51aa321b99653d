"""Figures by hour, day, week, month, quarter, year or 4-5-4 month, each beside its counterpart (4.2, 4.3)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeVar

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.day_parts import DayPart
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Beside, Period, Step, begin_of
from comptoir.apps.traffic.reports import against, comparing, reading, stretches
from comptoir.apps.traffic.reports.against import Against
from comptoir.apps.traffic.reports.reading import Scope

Key = TypeVar("Key")
DAY: Final = timedelta(days=1)
HOURS: Final = 24


@dataclass(frozen=True)
class Line:
    """A row: an hour or part of the day (of all days together), or days of a step as far as they are in the period.

    `part` is the name of a part of the day with its hours; "" for hours that are in none.

    `alike` are both sides of the comparison: of stores that have both periods, of days that are over; None where
    one of the two has no figures. `against` are its figures beside their budgets, where that was asked for.
    """

    days: Period
    hour: int | None
    now: Sums
    alike: tuple[Sums, Sums] | None
    part: str | None = None
    against: Against | None = None


def lines(
    scope: Scope,
    period: Period,
    step: Step,
    beside: Beside | None,
    *,
    today: date,
    week_starts_on: int = 0,
    day_parts: Sequence[DayPart] = (),
) -> tuple[Line, ...]:
    """The rows that have figures, in order. `week_starts_on`: 0 Monday, 6 Sunday. Without `beside`: beside budgets."""
    if beside is None:
        return _beside_budgets(scope, period, step, today, week_starts_on, day_parts)
    over = Period(period.since, min(period.until, today - DAY))
    both = _both(scope, over, beside) if over.since <= over.until else None
    if step in (Step.HOUR, Step.DAY_PART):
        hours = _by_hour(scope, period, over, beside, both)
        return hours if step is Step.HOUR else _by_part(hours, day_parts, period)
    found = reading.by_day(scope, period)
    now, before = _two(reading.by_day, both, over, beside)
    made = []
    for part in parts(period, step, week_starts_on=week_starts_on):
        ended = Period(part.since, min(part.until, over.until))
        alike = None
        if ended.since <= ended.until:
            alike = _sides(_sum(now, ended), _total(_sum(before, each) for each in beside.of(ended)))
        whole = _sum(found, part)
        if whole.hours:
            made.append(Line(part, None, whole, alike))
    return tuple(made)


def _beside_budgets(
    scope: Scope, period: Period, step: Step, today: date, week_starts_on: int, day_parts: Sequence[DayPart]
) -> tuple[Line, ...]:
    """Budgets are of days: hours and parts of the day stand alone."""
    if step in (Step.HOUR, Step.DAY_PART):
        hours = tuple(Line(period, hour, sums, None) for hour, sums in sorted(reading.by_hour(scope, period).items()))
        return hours if step is Step.HOUR else _by_part(hours, day_parts, period)
    found, budgets = reading.by_day(scope, period), against.by_day(scope, period, today=today)
    made = []
    for part in parts(period, step, week_starts_on=week_starts_on):
        whole = _sum(found, part)
        if whole.hours:
            mine = (budgets[day] for day in part.days() if day in budgets)
            made.append(Line(part, None, whole, None, against=sum(mine, start=against.NONE)))
    return tuple(made)


def parts(period: Period, step: Step, *, week_starts_on: int = 0) -> tuple[Period, ...]:
    """The steps of a period, the first and the last cut at its ends."""
    found: list[Period] = []
    begin: date | None = None
    for day in period.days():
        first = begin_of(day, step, week_starts_on=week_starts_on)
        if first == begin:
            found[-1] = replace(found[-1], until=day)
        else:
            found.append(Period(day, day))
            begin = first
    return tuple(found)


def _by_hour(scope: Scope, period: Period, over: Period, beside: Beside, both: Scope | None) -> tuple[Line, ...]:
    found = reading.by_hour(scope, period)
    now, before = _two(reading.by_hour, both, over, beside)
    return tuple(
        Line(period, hour, found[hour], _sides(now.get(hour, Sums()), before.get(hour, Sums())))
        for hour in range(HOURS)
        if hour in found
    )


def _by_part(hours: Sequence[Line], day_parts: Sequence[DayPart], period: Period) -> tuple[Line, ...]:
    """Hours of each part added up, in the order of the parts; then those of none, so that nothing is lost."""
    named = {hour for part in day_parts for hour in part.hours}
    groups = [(part.label, set(part.hours)) for part in day_parts] + [("", set(range(HOURS)) - named)]
    made = []
    for label, wanted in groups:
        mine = [each for each in hours if each.hour in wanted]
        sides = [each.alike for each in mine if each.alike]
        alike = (_total(one for one, _other in sides), _total(other for _one, other in sides)) if sides else None
        if mine:
            made.append(Line(period, None, _total(each.now for each in mine), alike, part=label))
    return tuple(made)


def _total(found: Iterable[Sums]) -> Sums:
    return kpis.added(found)


def _both(scope: Scope, period: Period, beside: Beside) -> Scope:
    """Like for like: only stores that have figures in both."""
    before = comparing.known(stretches.over(reading.by_store, scope, beside, period))
    both = comparing.known(reading.by_store(scope, period)).keys() & before.keys()
    # All of them: what was answered before is not asked again.
    return scope if both == set(scope.store_ids) else replace(scope, store_ids=both)


def _two(
    ask: Callable[[Scope, Period], dict[Key, Sums]], both: Scope | None, over: Period, beside: Beside
) -> tuple[dict[Key, Sums], dict[Key, Sums]]:
    """Both sides of the days that are over."""
    return ({}, {}) if both is None else (ask(both, over), stretches.over(ask, both, beside, over))


def _sum(found: Mapping[date, Sums], days: Period) -> Sums:
    return kpis.added(found[day] for day in days.days() if day in found)


def _sides(now: Sums, before: Sums) -> tuple[Sums, Sums] | None:
    return (now, before) if now.hours and before.hours else None
