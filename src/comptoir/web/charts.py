"""Charts: a Vega-Lite description of what is to be seen, drawn as SVG on the server, in light and in dark.

A chart is a picture beside a table of the same figures, so that it is read without eyes, without script, in a mail and
on paper. Drawing costs some 100 ms of CPU once the engine is warm: what was drawn before is kept.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal

import vl_convert
from babel.dates import format_date
from django.utils.translation import get_language

Theme = Literal["light", "dark"]
VEGA_LITE: Final = "5.21"
WIDTH: Final = 720
HEIGHT: Final = 240
MOST_BARS: Final = 62
KEPT: Final = 256
FONT: Final = "system-ui, sans-serif"

PALETTE: Final[Mapping[Theme, tuple[str, ...]]] = {
    "light": ("#006870", "#b45309", "#5b6fb5", "#8a8f98", "#9b3a6b", "#4d7c0f"),
    "dark": ("#73cfd3", "#f0b35a", "#a3b3f0", "#9aa3a8", "#e29bc1", "#b5d77a"),
}
"""Holds for colour-blind readers; the first series is the accent, a comparison takes the fourth, a neutral grey."""
INK: Final[Mapping[Theme, str]] = {"light": "#3a4649", "dark": "#c5cdd0"}
HEAT: Final[Mapping[Theme, tuple[str, str]]] = {"light": ("#e6f2f3", "#00525a"), "dark": ("#20363a", "#8fe3e6")}
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
GRID: Final[Mapping[Theme, str]] = {"light": "#e2e7e9", "dark": "#30383b"}
LABELS: Final[dict[str, Any]] = {
    "title": None,
    "labelAngle": 0,
    "labelOverlap": "greedy",
    "labelSeparation": 8,
    "domain": False,
    "ticks": False,
}
"""An axis of words: those that would run together are left out."""


@dataclass(frozen=True)
class Series:
    """A row of figures, one for each day; None is a gap: nothing is known, which is not zero."""

    name: str
    values: tuple[float | None, ...]
    is_comparison: bool = False


@dataclass(frozen=True)
class Chart:
    """Days, or whatever else is labelled, along the bottom; one column or line for each series.

    `title` says the subject, `unit` what is counted. Many columns become a line, unless `mark` says which.
    """

    title: str
    unit: str
    days: tuple[date | str, ...]
    series: tuple[Series, ...]
    mark: Literal["", "bar", "line"] = ""

    def described(self, theme: Theme, language: str) -> dict[str, Any]:
        """The Vega-Lite specification."""
        rows = [
            {
                "day": day if isinstance(day, str) else _day(day, language),
                "n": number,
                "series": each.name,
                "value": each.values[number],
            }
            for each in self.series
            for number, day in enumerate(self.days)
        ]
        names = [each.name for each in self.series]
        mark: dict[str, Any] = {"type": "bar", "cornerRadiusEnd": 2}
        if (self.mark or ("line" if len(self.days) > MOST_BARS else "bar")) == "line":
            mark = {"type": "line", "strokeWidth": 2, "point": len(self.days) <= MOST_BARS}
        encoding: dict[str, Any] = {
            "x": {
                "field": "day",
                "type": "ordinal",
                "sort": {"field": "n"},
                "axis": LABELS,
            },
            "y": {"field": "value", "type": "quantitative", "axis": {"title": self.unit, "tickCount": 5}},
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": names, "range": _colours(self.series, theme)},
                "legend": {"title": None, "orient": "top"} if len(names) > 1 else None,
            },
        }
        if mark["type"] == "bar" and len(names) > 1:
            encoding["xOffset"] = {"field": "series", "sort": names}
        return {
            "$schema": SCHEMA,
            "width": WIDTH,
            "height": HEIGHT,
            "background": "transparent",
            "data": {"values": rows},
            "mark": mark,
            "encoding": encoding,
            "config": _look(theme),
        }


@dataclass(frozen=True)
class HeatMap:
    """A figure by column and row, darker where it is greater; None is a gap. `cells` are (row, column, value)."""

    title: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, str, float | None], ...]

    def described(self, theme: Theme, language: str) -> dict[str, Any]:  # noqa: ARG002 (labels are words already)
        """The Vega-Lite specification."""
        low, high = HEAT[theme]
        return {
            "$schema": SCHEMA,
            "width": WIDTH,
            "height": 26 * len(self.rows),
            "background": "transparent",
            "data": {"values": [{"row": row, "column": column, "value": value} for row, column, value in self.cells]},
            "mark": {"type": "rect", "cornerRadius": 2},
            "encoding": {
                "x": {"field": "column", "type": "ordinal", "sort": list(self.columns), "axis": LABELS},
                "y": {"field": "row", "type": "ordinal", "sort": list(self.rows), "axis": LABELS},
                "color": {
                    "field": "value",
                    "type": "quantitative",
                    "scale": {"range": [low, high]},
                    "legend": {"title": self.unit, "orient": "right", "gradientLength": 26 * len(self.rows) - 30},
                },
            },
            "config": _look(theme),
        }


Picture = Chart | HeatMap


def svg(chart: Picture, theme: Theme = "light") -> str:
    """The picture as SVG."""
    return _drawn(json.dumps(chart.described(theme, get_language() or "en"), sort_keys=True))


def address(chart: Picture, theme: Theme) -> str:
    """The picture as an address that an image shows: nothing of it can run, and no second request is needed."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(chart, theme).encode()).decode()


def png(chart: Picture) -> bytes:
    """The picture for a mail, on white and twice as fine as it is shown: mail programs show no SVG."""
    described = chart.described("light", get_language() or "en") | {"background": "white", "padding": 12}
    drawn = vl_convert.vegalite_to_png(json.dumps(described, sort_keys=True), vl_version=VEGA_LITE, scale=2)
    return bytes(drawn)


@lru_cache(maxsize=KEPT)
def _drawn(specification: str) -> str:
    return str(vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE))


def _colours(series: Sequence[Series], theme: Theme) -> list[str]:
    palette = [colour for place, colour in enumerate(PALETTE[theme]) if place != 3]
    own = iter(palette)
    return [PALETTE[theme][3] if each.is_comparison else next(own) for each in series]


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMM", locale=language.replace("-", "_"))


def _look(theme: Theme) -> dict[str, Any]:
    ink, grid = INK[theme], GRID[theme]
    text = {"labelColor": ink, "titleColor": ink, "labelFont": FONT, "titleFont": FONT, "labelFontSize": 12}
    return {
        "view": {"stroke": None},
        "axis": {**text, "titleFontSize": 12, "gridColor": grid, "domainColor": grid, "tickColor": grid},
        "legend": {**text, "symbolType": "square"},
    }
