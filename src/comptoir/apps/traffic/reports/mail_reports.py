"""Weekly performance and staffing fit as mails: one sentence, charts, and tables of what their pages show (6.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptoir.apps.traffic import chains, shown
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.periods import Beside, Comparison, Period
from comptoir.apps.traffic.reports import mail_charts, staffing, staffing_words, weekly
from comptoir.apps.traffic.reports.mail_charts import Drawn
from comptoir.apps.traffic.reports.reading import Scope
from comptoir.apps.traffic.reports.weekly import Block, Line
from comptoir.core.mail.send import InlineImage
from comptoir.web.charts import png
from comptoir.web.formats import days, weekday

WEEKLY: Final = "weekly"
STAFFING: Final = "staffing"
SHOWN: Final = ("visitors", "conversion", "atv", "sales")
"""With the index as many as a phone is wide."""
MOST: Final = 25
"""Locations in one mail; the page has all of them."""
INDEXED: Final = "sales"


@dataclass(frozen=True)
class Part:
    """A table of a mail: what it is about, what its columns are called, and its rows with their names."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def context(kind: str, scope: Scope, places: Sequence[Place], period: Period, today: date) -> dict[str, Any]:
    """Everything such a mail says beside whose it is. `kind` is WEEKLY or STAFFING; a week is the one that `period`
    ends in."""
    return _weekly(scope, places, period, today) if kind == WEEKLY else _staffing(scope, places, period)


def _weekly(scope: Scope, places: Sequence[Place], period: Period, today: date) -> dict[str, Any]:
    said = chains.settings_of(scope.organisation_id)
    week = weekly.week_of(period.until, starts_on=said.week_starts_on)
    found = weekly.weekly(scope, places, week, Beside(week, Comparison.LAST_WEEK), today=today)
    heads = (*(str(BY_SLUG[slug].label) for slug in SHOWN), _("Budget index"))
    wholes = [each for each in found.wholes if each.is_known] if len(places) > 1 else []
    known = [each for each in found.blocks if each.is_known]
    currency = found.wholes[0].currency if len(found.wholes) == 1 else ""
    beside = week.moved(-timedelta(weeks=1))
    start = places[0].store.day_start.hour
    lead = ", ".join(
        f"{kpi.label} {shown.figure(kpi, kpi.of(whole.lines[-1].now), whole.currency)}"
        for whole in found.wholes
        for kpi in (BY_SLUG["visitors"], BY_SLUG["sales"])
        if whole.is_known
    )
    return {
        "title": _("Weekly performance"),
        "when": days(week.since, week.until),
        "lead": lead or _("Nothing is known of this week"),
        "charts": mail_charts.of_mail(scope, week, beside, currency=currency, day_start=start),
        "parts": [_part(each, heads) for each in (*wholes, *known[:MOST])],
        "left": max(0, len(known) - MOST),
        "url": _url("traffic_weekly", {"week": week.since.isoformat()}),
    }


def _part(block: Block, heads: tuple[str, ...]) -> Part:
    title = f"{block.place.shown_id} {block.place.store.name}".strip() if block.place else ""
    title = title or _("All locations, %(currency)s") % {"currency": block.currency}
    lines = [each for each in block.lines if each.now.hours]
    return Part(title, heads, tuple((_name(each), _figures(each, block.currency)) for each in lines))


def _name(line: Line) -> str:
    return weekday(line.day) if line.day else _("Week")


def _figures(line: Line, currency: str) -> tuple[str, ...]:
    figures = (shown.figure(BY_SLUG[slug], BY_SLUG[slug].of(line.now), currency) for slug in SHOWN)
    return (*figures, shown.index(line.against.index(INDEXED)))


def _staffing(scope: Scope, places: Sequence[Place], period: Period) -> dict[str, Any]:
    found = staffing.fit(scope, places, period, day_start=places[0].store.day_start.hour)
    heads, slugs = tuple(str(label) for label, _formula in staffing_words.HEADS.values()), tuple(staffing_words.HEADS)
    parts = []
    if found.whole.is_known:
        hours = ((f"{hour:02}:00", fit) for hour, fit in found.hours if fit.is_known)
        rows = (*hours, (pgettext("a total", "All"), found.whole))
        parts = [Part(_("By the hour"), heads, tuple((name, staffing_words.figures(fit, slugs)) for name, fit in rows))]
    if len(found.places) > 1:
        mine = tuple((each.store.name, staffing_words.figures(fit, slugs)) for each, fit in found.places[:MOST])
        parts.append(Part(_("By location"), heads, mine))
    lead = staffing_words.sentence(found.whole) or _("No hour of these days knows both visitors and staff")
    if len(found.without_target) == len(places):
        lead = _("No location has a target yet")
    return {
        "title": _("Staffing fit"),
        "when": days(period.since, period.until),
        "lead": lead,
        "charts": [_drawn(found, lead)] if found.whole.is_known else [],
        "parts": parts,
        "left": max(0, len(found.places) - MOST),
        "url": _url("traffic_staffing", {"since": period.since.isoformat(), "until": period.until.isoformat()}),
    }


def _drawn(found: staffing.Report, alt: str) -> Drawn:
    """The picture; its figures are those of the table below it."""
    picture = staffing_words.picture(found)
    # mrml writes spaces that do not break as \u{202f} in an attribute: plain ones are read the same.
    plain = alt.replace("\u202f", " ").replace("\u00a0", " ")
    image = InlineImage(cid="staffing@chart", name="staffing.png", png=png(picture))
    return Drawn(picture.title, plain, image, (), ())


def _url(name: str, query: dict[str, str]) -> str:
    return f"{settings.COMPTOIR_URL}{reverse(name)}?{urlencode(query)}"
