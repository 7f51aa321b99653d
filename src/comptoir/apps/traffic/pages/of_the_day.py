"""A day so far: what has come together by each hour, beside last time and a usual day of its name (6.3)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from babel.dates import get_day_names
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi
from comptoir.apps.traffic.pages.panels import Column, Line, Panel, floats
from comptoir.apps.traffic.pages.pictures import in_order, running_hours
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.reports import profiles, reading, stretches
from comptoir.apps.traffic.reports.profiles import Profile
from comptoir.web.charts import Chart, Series
from comptoir.web.formats import locale

SHOWN: Final = ("visitors", "sales")
"""Figures that are sums of the same names."""
Told = tuple[Decimal | None, ...]


def so_far(scope: Scope) -> Panel | None:
    """Running totals of one day; None for longer periods, and where nothing is known of it."""
    if scope.period.length > 1:
        return None
    now = reading.by_hour(scope.reading, scope.period)
    before = {} if scope.is_budget else stretches.over(reading.by_hour, scope.reading, scope.counterpart, scope.period)
    usual = usual_day(scope)
    hours = in_order({*now, *before, *usual.totals}, scope)
    over = _over(scope, hours)
    # No sale is nought, and nobody counting is not: only visitors have gaps.
    sides: list[tuple[str, str, Callable[[Kpi, int], Decimal | None], int]] = [
        ("", _("this day"), lambda kpi, hour: kpi.of(now[hour]) if hour in now else None, over),
        ("_before", str(scope.comparison_word), lambda kpi, h: kpi.of(before[h]) if h in before else None, len(hours)),
        ("_usual", usual_words(usual), usual.of, len(hours)),
    ]
    slugs = [slug for slug in SHOWN if scope.currency or slug != "sales"]
    made = {
        (slug, suffix): summed([of(BY_SLUG[slug], hour) for hour in hours[:end]], len(hours), gaps=slug == "visitors")
        for slug in slugs
        for suffix, _words, of, end in sides
    }
    known = {key: each for key, each in made.items() if any(value is not None for value in each)}
    if not any((slug, "") in known for slug in slugs):
        return None
    names = {suffix: words for suffix, words, _of, _end in sides}
    labels = tuple(f"{(each + 1) % 24:02d}:00" for each in hours)  # by then it is over
    pictures = tuple(_picture(scope, slug, labels, names, known) for slug in slugs if (slug, "") in known)
    heads = tuple(
        Column(slug + suffix, _head(slug, names[suffix] if suffix else ""), BY_SLUG[slug]) for slug, suffix in known
    )
    lines = tuple(Line(label, tuple(each[place] for each in known.values())) for place, label in enumerate(labels))
    note = _beside_usual(scope, usual, known, names, over - bool(running_hours(scope) & set(hours)), labels)
    return Panel(
        "so-far",
        pictures,
        _("By the end of each hour"),
        pgettext("an hour", "Until"),
        heads,
        lines,
        scope.currency,
        note,
    )


def usual_day(scope: Scope) -> Profile:
    """The profile of the day's weekday, of the weeks before it."""
    return profiles.of_weekday(scope.reading, scope.period.since.weekday(), before=scope.period.since, only=SHOWN)


def usual_words(profile: Profile) -> str:
    """`a usual Wednesday`"""
    name = get_day_names("wide", locale=locale())[profile.weekday]
    return _("a usual %(weekday)s") % {"weekday": name}


def summed(found: Sequence[Decimal | None], length: int, *, gaps: bool) -> Told:
    """Running totals of what is known, None for what has not been yet; with `gaps` also for what is not known."""
    made: list[Decimal | None] = []
    total = Decimal(0)
    for each in found if any(value is not None for value in found) else ():
        total += each or 0
        made.append(None if each is None and gaps else total)
    return (*made, *([None] * (length - len(made))))


def _over(scope: Scope, hours: Sequence[int]) -> int:
    """How many of the hours have begun."""
    now = running_hours(scope)
    running = [place for place, hour in enumerate(hours) if hour in now]
    return max(running) + 1 if running else len(hours)


def _picture(
    scope: Scope, slug: str, labels: tuple[str, ...], names: dict[str, str], known: dict[tuple[str, str], Told]
) -> Chart:
    title = _("Visitors so far") if slug == "visitors" else _("Net sales so far")
    series = tuple(
        Series(words, floats(list(known[slug, suffix])), is_comparison=suffix == "_before")
        for suffix, words in names.items()
        if (slug, suffix) in known
    )
    return Chart(title, _("people") if slug == "visitors" else scope.currency, labels, series, mark="line")


def _head(slug: str, words: str) -> str:
    return f"{BY_SLUG[slug].label}, {words}" if words else str(BY_SLUG[slug].label)


def _beside_usual(
    scope: Scope,
    usual: Profile,
    known: dict[tuple[str, str], Told],
    names: dict[str, str],
    over: int,
    labels: tuple[str, ...],
) -> str:
    """One sentence: how the day stands against a usual one, by the end of the latest hour that is over."""
    slug = "visitors" if ("visitors", "") in known and ("visitors", "_usual") in known else "sales"
    sides = [_stand(known.get((slug, suffix), ()), over) for suffix in ("", "_usual")]
    if not over or None in sides:
        return ""
    figures = [shown.figure(BY_SLUG[slug], each, scope.currency) for each in sides]
    said = {
        "until": labels[over - 1],
        "figure": BY_SLUG[slug].label,
        "now": figures[0],
        "usual": figures[1],
        "day": names["_usual"],
        "known": len(usual.days),
        "all": len(usual.days) + len(usual.left_out),
    }
    words = _("%(figure)s until %(until)s: %(now)s; on %(day)s it is %(usual)s, the mean of %(known)s of %(all)s days.")
    return words % said


def _stand(found: Told, over: int) -> Decimal | None:
    """The latest that is known."""
    return next((each for each in reversed(found[:over]) if each is not None), None)
