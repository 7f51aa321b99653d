"""Figures as a reader of the active language sees them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

from babel import Locale, numbers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.kpis import Kpi, Sums
from comptoir.web import digits
from comptoir.web.digits import Says
from comptoir.web.formats import locale, number

DASH: Final = "–"
STEPS: Final = tuple(Decimal(1).scaleb(-decimals) for decimals in range(7))
"""What a value is rounded to, by its decimals."""


def figure(kpi: Kpi, value: Decimal | None, currency: str, language: Locale | None = None) -> str:
    """A value with its unit; a dash for what is not known. Rounded here and nowhere else (half up).

    `language`: the one that is spoken, where somebody writes so many figures that asking for each is dear.
    """
    if value is None:
        return DASH
    language = language or locale()
    if kpi.unit in ("money", "money_per_hour"):
        decimals = _minor(currency) if kpi.decimals else 0
        return _money(currency, decimals, bool(kpi.decimals), language)(_rounded(value, decimals))
    if kpi.unit == "percent":
        return _share(kpi.decimals, language)(_rounded(value, kpi.decimals))
    said = _number(kpi.decimals, language)(_rounded(value, kpi.decimals))
    return _("%(hours)s h") % {"hours": said} if kpi.unit == "hours" else said


def delta(kpi: Kpi, change: Decimal | None, language: Locale | None = None) -> tuple[str, str]:
    """A change in words, and its trend; ("", "") where there is nothing to compare with. `language` as of `figure`."""
    if change is None:
        return "", ""
    language = language or locale()
    rounded = _rounded(change, 1) or Decimal(0)  # nought has no sign
    trend = _trend(kpi, rounded)
    sign = "+" if rounded > 0 else ""
    if kpi.is_rate:
        # 1.5 are points in English, and a point in French.
        words = ngettext("%(change)s points", "%(change)s points", int(abs(rounded)))
        return words % {"change": f"{sign}{_number(1, language)(rounded)}"}, trend
    return sign + _share(1, language)(rounded), trend


def _trend(kpi: Kpi, moved: Decimal) -> str:
    """`up` and `down`, which are coloured good and bad; `more` and `less` of what is neither; `same`."""
    if not moved:
        return "same"
    if kpi.slug in kpis.NEITHER:
        return "more" if moved > 0 else "less"
    return "up" if moved > 0 else "down"


def index(value: Decimal | None) -> str:
    """Actual ÷ budget × 100 with one decimal; a dash where there is no budget."""
    if value is None:
        return DASH
    return _number(1, locale())(_rounded(value, 1))


def beside_budget(kpi: Kpi, value: Decimal | None) -> tuple[str, str]:
    """An index in words, and its trend, from 100 on; ("", "") where there is no budget."""
    if value is None:
        return "", ""
    rounded = _rounded(value, 1)
    return _("index %(index)s") % {"index": index(value)}, _trend(kpi, rounded - 100)


def difference(kpi: Kpi, value: Decimal, currency: str) -> str:
    """One side less the other, with its sign; points for a rate."""
    if kpi.is_rate:
        return delta(kpi, value)[0]
    decimals = _minor(currency) if kpi.decimals and kpi.unit in ("money", "money_per_hour") else kpi.decimals
    rounded = _rounded(value, decimals) or Decimal(0)  # nought has no sign
    return ("+" if rounded > 0 else "") + figure(kpi, rounded, currency)


@dataclass(frozen=True)
class Tile:
    """A figure with its change, its formula, and the hours it stands on where those are not all."""

    slug: str
    label: str | Promise
    value: str
    delta: str
    trend: str
    formula: str | Promise
    coverage: str


def tile(kpi: Kpi, now: Sums, alike: tuple[Sums, Sums] | None, currency: str, *, index: Decimal | None = None) -> Tile:
    """`alike` are the two sides of a comparison, like for like; `index` stands there beside a budget."""
    change = kpis.change(kpi, kpi.of(alike[0]), kpi.of(alike[1])) if alike else None
    said, trend = delta(kpi, change) if index is None else beside_budget(kpi, index)
    return Tile(kpi.slug, kpi.label, figure(kpi, kpi.of(now), currency), said, trend, kpi.formula, coverage(kpi, now))


def coverage(kpi: Kpi, found: Sums) -> str:
    """`2 of 3 h`, where not all hours are known, and how many are estimated or planned; "" where all are, and
    where nothing is."""
    known, estimated, planned = kpi.coverage(found), kpi.estimated(found), kpi.planned(found)
    if estimated or planned:
        said = hours(*(known or (found.hours, found.hours)))
        if estimated:
            said = _("%(hours)s, %(number)s of them estimated") % {"hours": said, "number": number(estimated)}
        if planned:
            said = _("%(hours)s, staff planned in %(number)s h") % {"hours": said, "number": number(planned)}
        return said
    return hours(*known) if known is not None and known[0] else ""


def matched(found: Sums) -> list[str]:
    """`Visitors: 2 of 3 h` and the same of staff, where not all hours are known: what ratios of a row stand on."""
    kpis_of_feeds = [kpis.BY_SLUG[slug] for slug in ("visitors", "staff_hours", "labour_cost")]
    said = ((kpi.label, coverage(kpi, found)) for kpi in kpis_of_feeds)
    return [_("%(figure)s: %(hours)s") % {"figure": label, "hours": hours} for label, hours in said if hours]


def hours(known: int, every: int) -> str:
    """`1,290 of 1,300 h`."""
    return _("%(known)s of %(all)s h") % {"known": number(known), "all": number(every)}


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(STEPS[decimals], ROUND_HALF_UP)


@cache
def _minor(currency: str) -> int:
    return numbers.get_currency_precision(currency)


# Each way to write is learned once: a report of a year shows ten thousand figures.
@cache
def _number(decimals: int, language: Locale) -> Says:
    pattern = _pattern(decimals)
    return digits.learned(lambda value: numbers.format_decimal(value, format=pattern, locale=language), decimals)


@cache
def _share(decimals: int, language: Locale) -> Says:
    """Per cent, with `%` right behind it or after a space, as the language has it."""
    text = _pattern(decimals).pattern + str(language.percent_formats[None].pattern).replace("#,##0", "")
    pattern = numbers.parse_pattern(text)
    return digits.learned(lambda value: numbers.format_percent(value / 100, format=pattern, locale=language), decimals)


@cache
def _money(currency: str, decimals: int, has_minor: bool, language: Locale) -> Says:
    """The language's way to write money, or that without its decimals."""
    if has_minor:
        return digits.learned(lambda value: numbers.format_currency(value, currency, locale=language), decimals)
    whole = numbers.parse_pattern(str(language.currency_formats["standard"].pattern).replace(".00", ""))
    return digits.learned(
        lambda value: numbers.format_currency(value, currency, format=whole, currency_digits=False, locale=language),
        decimals,
    )


def _pattern(decimals: int) -> numbers.NumberPattern:
    return numbers.parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))
