"""A panel: charts over one table of the same figures, and the file that they are downloaded as (6.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi, Sums
from comptoir.apps.traffic.reports import exporting
from comptoir.web import charts, spreadsheets
from comptoir.web.charts import Picture
from comptoir.web.spreadsheets import Form

KEY: Final = frozenset({"visitors", "conversion", "sales"})
"""What a phone shows of a row."""


@dataclass(frozen=True)
class Column:
    """`name` heads it in the file, `label` on the page; `is_key`: a phone shows it."""

    name: str
    label: str
    kpi: Kpi
    is_key: bool = True


@dataclass(frozen=True)
class Line:
    """A row: its label, its figures, and the day (ISO) or store (public id) it leads to."""

    label: str
    values: tuple[Decimal | None, ...]
    day: str = ""
    store: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Panel:
    """`first` stands over the labels. `every` are the lines of the file, where the page shows but some."""

    slug: str
    pictures: tuple[Picture, ...]
    caption: str
    first: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    currency: str = ""
    note: str = ""
    every: tuple[Line, ...] = ()
    choice: str = ""
    """What its address says beside the location options: `weekday=2`."""
    query: str = ""
    """The location options, as the page has them."""

    @property
    def rows(self) -> list[tuple[Line, list[tuple[str, str, bool]]]]:
        """Each line with its cells: label, figure in words, whether a phone shows it."""
        return [
            (
                line,
                [
                    (column.label, shown.figure(column.kpi, value, line.currency or self.currency), column.is_key)
                    for column, value in zip(self.columns, line.values, strict=True)
                ],
            )
            for line in self.lines
        ]

    def csv(self, form: Form) -> Iterator[str]:
        """The file: figures unrounded as far as six decimals, empty where nothing is known."""
        has_currency = any(each.currency for each in self.lines)
        heads = [self.slug, *(["currency"] if has_currency else []), *(each.name for each in self.columns)]
        yield spreadsheets.MARK + spreadsheets.line(heads, form)
        for line in self.every or self.lines:
            money = [line.currency] if has_currency else []
            figures = [exporting.figure(each) for each in line.values]
            yield spreadsheets.line([line.day or line.label, *money, *figures], form)

    @property
    def drawn(self) -> list[tuple[Picture, str]]:
        """Each picture with its address."""
        return [
            (
                picture,
                f"{reverse('traffic_chart', args=[self.slug, number])}?{self._asked(v=charts.fingerprint(picture))}",
            )
            for number, picture in enumerate(self.pictures)
        ]

    @property
    def download(self) -> str:
        """Where its file is."""
        return f"{reverse('traffic_chart_export', args=[self.slug])}?{self._asked()}"

    def _asked(self, **more: str) -> str:
        return "&".join(filter(None, [self.query, self.choice, urlencode(more)]))


def columns(slugs: tuple[str, ...], *, suffix: str = "", words: str = "") -> tuple[Column, ...]:
    """Key figures as columns; `suffix` and `words` name those of another period."""
    return tuple(
        Column(
            slug + suffix,
            f"{BY_SLUG[slug].label}, {words}" if words else str(BY_SLUG[slug].label),
            BY_SLUG[slug],
            is_key=slug in KEY and not suffix,
        )
        for slug in slugs
    )


def values(slugs: tuple[str, ...], found: Sums | None) -> tuple[Decimal | None, ...]:
    """The same figures of some sums; None for what nothing is known of."""
    return tuple(None if found is None else BY_SLUG[slug].of(found) for slug in slugs)


def floats(found: list[Decimal | None]) -> tuple[float | None, ...]:
    """As charts take them."""
    return tuple(None if each is None else float(round(each, 2)) for each in found)
