"""Charts: a Vega-Lite description of what is to be seen, drawn as SVG on the server, in light and in dark.

A chart is a picture beside a table of the same figures, so that it is read without eyes, without script, in a mail and
on paper. Drawing costs some 100 ms of CPU once the engine is warm: what was drawn before is kept.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal, Protocol

import vl_convert
from babel.dates import format_date
from django.utils.translation import get_language

Theme = Literal["light", "dark"]
Size = Literal["wide", "narrow", "mail"]
VEGA_LITE: Final = "5.21"
WIDTHS: Final[Mapping[Size, int]] = {"wide": 720, "narrow": 264, "mail": 440}
"""Of the plot, in pixels: letters are as large on a phone as on a desk, and legible in a mail on either."""
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
IN_THE_DARK: Final[Mapping[str, str]] = {
    **dict(zip(PALETTE["light"], PALETTE["dark"], strict=True)),
    INK["light"]: INK["dark"],
    GRID["light"]: GRID["dark"],
}
DARKENED: Final = re.compile("|".join(IN_THE_DARK))
FINER: Final = re.compile(r"-?\d+\.\d{3,}")
UNSEEN: Final = re.compile(r'<text [^>]*opacity="0"[^>]*>[^<]*</text>')
UNHEARD: Final = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"| opacity="1"')
"""What an image needs not: finer than a hundredth of a pixel, labels left out, what only a document would say aloud."""
ABOVE: Final[dict[str, Any]] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleX": 0,
    "titleY": -12,
    "titleBaseline": "bottom",
    "titleFontWeight": "normal",
    "labelPadding": 8,
}
"""Where an axis says its unit: lying above it, where it meets no figure."""
LABELS: Final[dict[str, Any]] = {
    "title": None,
    "labelAngle": 0,
    "labelOverlap": "parity",
    "labelSeparation": 20,
    "labelPadding": 8,
    "domain": False,
    "ticks": False,
}
"""An axis of words: where they would run together every other one is left out, so that what is left is evenly apart.
The reader's letters may be wider than those that are measured here, hence so far apart."""
EACH: Final = {**LABELS, "labelOverlap": False}
APART: Final = {"padding": 0.06}
MARKED: Final = "#010203"
ESTIMATED: Final = re.compile(f'fill="(#[0-9a-f]{{6}})"([^>]*?) stroke="{MARKED}"')
"""The edge by which a drawn column is known to be estimated: in no palette."""
SPACES: Final = {"en": (",", "."), "fr": ("\u202f", ",")}
"""What stands between thousands and before decimals."""


State = Literal["", "estimated", "provisional"]


@dataclass(frozen=True)
class Series:
    """A row of figures, one for each day; None is a gap: nothing is known, which is not zero.

    `states` of columns: what is estimated is hatched, what is still coming in is lighter; () for neither anywhere.
    """

    name: str
    values: tuple[float | None, ...]
    is_comparison: bool = False
    states: tuple[State, ...] = ()


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
    height: ClassVar[int] = HEIGHT
    is_recoloured: ClassVar[bool] = True

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""
        mark: dict[str, Any] = {"type": "bar"}
        if (self.mark or ("line" if len(self.days) > MOST_BARS else "bar")) == "line":
            mark = {"type": "line", "strokeWidth": 2, "point": len(self.days) <= MOST_BARS}
        encoding: dict[str, Any] = {
            "x": {
                "field": "day",
                "type": "ordinal",
                "sort": {"field": "n"},
                "axis": LABELS,
            },
            "y": {"field": "value", "type": "quantitative", "axis": {"title": self.unit, "tickCount": 5, **ABOVE}},
            "color": coloured(self.series, theme, size),
        }
        if mark["type"] == "bar":
            encoding |= bars([each.name for each in self.series])
        elif len(self.series) > 1:
            encoding |= lines(encoding["color"])
        parts = {"data": {"values": rows_of(self.series, self.days, language)}, "mark": mark, "encoding": encoding}
        return drawing(theme, language, width=WIDTHS[size], height=HEIGHT, **parts)


@dataclass(frozen=True)
class HeatMap:
    """A figure by column and row, darker where it is greater; None is a gap. `cells` are (row, column, value)."""

    title: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, str, float | None], ...]
    is_recoloured: ClassVar[bool] = False
    """Its shades are mixed while it is drawn."""

    @property
    def height(self) -> int:
        """Of the plot, in pixels."""
        return 26 * len(self.rows)

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""
        low, high = HEAT[theme]
        gradient = {"gradientLength": max(40, self.height - 30)} if size == "wide" else {"gradientLength": WIDTHS[size]}
        cells = [{"row": row, "column": column, "value": value} for row, column, value in self.cells]
        encoding = {
            "x": {"field": "column", "type": "ordinal", "sort": list(self.columns), "axis": LABELS, "scale": APART},
            "y": {"field": "row", "type": "ordinal", "sort": list(self.rows), "axis": EACH, "scale": APART},
            "color": {
                "field": "value",
                "type": "quantitative",
                "scale": {"range": [low, high]},
                "legend": {"title": self.unit, "orient": "right" if size == "wide" else "bottom", **gradient},
            },
        }
        parts = {"data": {"values": cells}, "mark": {"type": "rect"}, "encoding": encoding}
        return drawing(theme, language, width=WIDTHS[size], height=self.height, **parts)


class Picture(Protocol):
    """What can be drawn: its subject, and the Vega-Lite specification of it."""

    is_recoloured: ClassVar[bool]
    """Whether the dark one is the light one in other colours, so that it is drawn once."""

    @property
    def title(self) -> str:
        """The subject."""

    @property
    def height(self) -> int:
        """Of the plot, in pixels."""

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""


def svg(chart: Picture, theme: Theme = "light", size: Size = "wide") -> str:
    """The picture as SVG."""
    if theme == "dark" and chart.is_recoloured:
        return DARKENED.sub(lambda found: IN_THE_DARK[found[0]], svg(chart, "light", size))
    return _drawn(_specification(chart, theme, size))


def fingerprint(chart: Picture) -> str:
    """Another one for other figures or another language: an address that has it shows the same for good."""
    return hashlib.sha256(_specification(chart, "light", "wide").encode()).hexdigest()[:16]


def _specification(chart: Picture, theme: Theme, size: Size) -> str:
    return json.dumps(chart.described(theme, get_language() or "en", size), sort_keys=True)


def address(chart: Picture, theme: Theme, size: Size = "wide") -> str:
    """The picture as an address that an image shows: nothing of it can run, and no second request is needed."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(chart, theme, size).encode()).decode()


def png(chart: Picture) -> bytes:
    """The picture for a mail, on white and twice as fine as it is shown: mail programs show no SVG."""
    described = chart.described("light", get_language() or "en", "mail") | {"background": "white", "padding": 12}
    drawn = vl_convert.vegalite_to_png(json.dumps(described, sort_keys=True), vl_version=VEGA_LITE, scale=2)
    return bytes(drawn)


@lru_cache(maxsize=KEPT)
def _drawn(specification: str) -> str:
    drawn = str(vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE))
    drawn = FINER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), drawn)
    return _hatched(UNHEARD.sub("", UNSEEN.sub("", drawn)))


def _hatched(drawn: str) -> str:
    """Columns that are estimated, which the description can but mark, filled with stripes of their own colour."""
    used: dict[str, str] = {}

    def filled(found: re.Match[str]) -> str:
        name = used.setdefault(found[1], f"h{len(used)}")
        return f'fill="url(#{name})" stroke="{found[1]}"{found[2]}'

    drawn = ESTIMATED.sub(filled, drawn)
    stripes = "".join(
        f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M1,0V5" stroke="{colour}" stroke-width="2"/></pattern>'
        for colour, name in used.items()
    )
    return drawn.replace(">", f"><defs>{stripes}</defs>", 1) if stripes else drawn


def rows_of(series: Sequence[Series], days: Sequence[date | str], language: str) -> list[dict[str, Any]]:
    """The figures, a row for each series and day."""
    return [
        {
            "day": day if isinstance(day, str) else _day(day, language),
            "n": number,
            "series": each.name,
            "value": each.values[number],
            **({"state": each.states[number]} if each.states and each.states[number] else {}),
        }
        for each in series
        for number, day in enumerate(days)
    ]


def coloured(series: Sequence[Series], theme: Theme, size: Size) -> dict[str, Any]:
    """A colour for each series, named above the chart where there are several."""
    names = [each.name for each in series]
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": names, "range": _colours(series, theme)},
        "legend": _legend(size) if len(names) > 1 else None,
    }


def bars(names: Sequence[str]) -> dict[str, Any]:
    """Columns side by side; a provisional one is lighter, an estimated one is marked to be hatched."""
    states: dict[str, Any] = {
        "opacity": {"condition": {"test": "datum.state === 'provisional'", "value": 0.45}, "value": 1},
        "stroke": {"condition": {"test": "datum.state === 'estimated'", "value": MARKED}, "value": None},
    }
    return states | ({"xOffset": {"field": "series", "sort": list(names)}} if len(names) > 1 else {})


def lines(colour: dict[str, Any]) -> dict[str, Any]:
    """Lines told apart on black and white paper too: the first is whole, the others are broken, each its way."""
    legend = {**colour["legend"], "symbolType": "stroke", "symbolSize": 400, "symbolStrokeWidth": 2}
    dashes = [[1, 0], [6, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 4]]
    names = colour["scale"]["domain"]
    scale = {"domain": names, "range": [dashes[place % len(dashes)] for place in range(len(names))]}
    dash = {"field": "series", "type": "nominal", "scale": scale, "legend": legend}
    return {"color": {**colour, "legend": legend}, "strokeDash": dash}


def _colours(series: Sequence[Series], theme: Theme) -> list[str]:
    palette = [colour for place, colour in enumerate(PALETTE[theme]) if place != 3]
    own = iter(palette)
    return [PALETTE[theme][3] if each.is_comparison else next(own) for each in series]


@lru_cache(maxsize=2000)
def _day(day: date, language: str) -> str:
    return format_date(day, "d MMM", locale=language.replace("-", "_"))


def _legend(size: Size) -> dict[str, Any]:
    """Above the chart, in a row where there is room for one."""
    rows = {"columns": 1} if size == "narrow" else {"columnPadding": 40}
    return {"title": None, "orient": "top", "offset": 32, "labelLimit": 0, "symbolOffset": 0, **rows}


def drawing(theme: Theme, language: str, **parts: Any) -> dict[str, Any]:
    """A Vega-Lite specification of these parts, as all of ours look."""
    return {"$schema": SCHEMA, "background": "transparent", "config": _look(theme, language), **parts}


def _look(theme: Theme, language: str) -> dict[str, Any]:
    """Letters, lines and figures of every chart."""
    thousands, decimal = SPACES.get(language[:2], SPACES["en"])
    ink, grid = INK[theme], GRID[theme]
    text = {"labelColor": ink, "titleColor": ink, "labelFont": FONT, "titleFont": FONT, "labelFontSize": 12}
    return {
        "locale": {"number": {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}},
        "view": {"stroke": None},
        "axis": {**text, "titleFontSize": 12, "gridColor": grid, "domainColor": grid, "tickColor": grid},
        "legend": {**text, "symbolType": "square"},
        "text": {"font": FONT},
    }
