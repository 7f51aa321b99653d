"""Charts drawn in report mails: pictures that travel inside the mail, each with its figures as a table beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi, Sums
from comptoir.apps.traffic.periods import Beside, Comparison, Period
from comptoir.apps.traffic.reports import reading, stretches
from comptoir.core.mail.send import InlineImage
from comptoir.web import charts, formats
from comptoir.web.charts import Chart, Series

DRAWN: Final = ("visitors", "conversion", "sales")


@dataclass(frozen=True)
class Drawn:
    """A chart of a mail: the image by its `cid`, what it says to whoever cannot see it, and its figures."""

    title: str
    alt: str
    image: InlineImage
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def cid(self) -> str:
        """As `src="cid:…"` names it."""
        return self.image.cid


def of_mail(
    scope: reading.Scope, period: Period, beside: Beside, *, words: str, currency: str, day_start: int
) -> list[Drawn]:
    """By the hour for one day, by the day for more: visitors, conversion, and net sales where they are of one currency.

    `words` say what stands beside. `day_start` is the hour at which the trading day begins: what is after midnight
    comes last.
    """
    labels, now, before = (
        _hours(scope, period, beside, day_start) if period.length == 1 else _days(scope, period, beside)
    )
    slugs = [slug for slug in DRAWN if currency or BY_SLUG[slug].unit != "money"]
    return [
        _drawn(BY_SLUG[slug], labels, (now, before), words, currency)
        for slug in slugs
        if any(each is not None and BY_SLUG[slug].of(each) is not None for each in now)
    ]


Side = Sequence[Sums | None]
K = TypeVar("K")


def _hours(scope: reading.Scope, period: Period, beside: Beside, day_start: int) -> tuple[tuple[str, ...], Side, Side]:
    now, before = reading.by_hour(scope, period), _before(reading.by_hour, scope, period, beside)
    hours = sorted({*now, *before}, key=lambda each: (each - day_start) % 24)
    return tuple(f"{each:02d}:00" for each in hours), _side(now, hours), _side(before, hours)


def _days(scope: reading.Scope, period: Period, beside: Beside) -> tuple[tuple[str, ...], Side, Side]:
    days = [each for each in period.days() if scope.includes(each)]
    now, before = reading.by_day(scope, period), _before(reading.by_day, scope, period, beside)
    theirs = [beside.day(each) for each in days]
    return (
        tuple(formats.day(each) for each in days),
        _side(now, days),
        [before.get(each) if each else None for each in theirs],
    )


def _before(
    ask: Callable[[reading.Scope, Period], dict[K, Sums]], scope: reading.Scope, period: Period, beside: Beside
) -> dict[K, Sums]:
    """What stands beside; nothing of budgets, which are no sums."""
    return {} if beside.comparison is Comparison.BUDGET else stretches.over(ask, scope, beside, period)


def _side(found: Mapping[K, Sums], keys: Sequence[K]) -> Side:
    return [found.get(each) for each in keys]


def _drawn(kpi: Kpi, labels: tuple[str, ...], sides: tuple[Side, Side], words: str, currency: str) -> Drawn:
    title, heads, (now, before) = str(kpi.label), ("", _("this period"), words), sides
    unit = "%" if kpi.is_rate else currency if kpi.unit == "money" else _("people")
    chart = Chart(
        title,
        unit,
        labels,
        (Series(heads[1], _values(kpi, now)), Series(heads[2], _values(kpi, before), is_comparison=True)),
        mark="line" if kpi.is_rate else "",
    )
    rows = tuple(
        (label, _figure(kpi, one, currency), _figure(kpi, other, currency))
        for label, one, other in zip(labels, now, before, strict=True)
    )
    image = InlineImage(cid=f"{kpi.slug}@chart", name=f"{kpi.slug}.png", png=charts.png(chart))
    return Drawn(title, _alt(kpi, title, labels, now, currency), image, heads, rows)


def _alt(kpi: Kpi, title: str, labels: tuple[str, ...], now: Side, currency: str) -> str:
    """The finding in one sentence: how much at most, and when."""
    known = [
        (value, label) for each, label in zip(now, labels, strict=True) if each and (value := kpi.of(each)) is not None
    ]
    most, at = max(known, key=lambda each: each[0])
    values = {"title": title, "most": shown.figure(kpi, most, currency), "at": at}
    said = _("%(title)s: at most %(most)s, %(at)s. The table beside it has the same figures.") % values
    # mrml writes spaces that do not break as \u{202f} in an attribute: plain ones are read the same.
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def _figure(kpi: Kpi, found: Sums | None, currency: str) -> str:
    return shown.figure(kpi, kpi.of(found) if found else None, currency)


def _values(kpi: Kpi, found: Side) -> tuple[float | None, ...]:
    values = [None if each is None else kpi.of(each) for each in found]
    return tuple(None if each is None else float(round(each, 2)) for each in values)
