"""Charts of more than one panel, of points, of steps and of places in a row: as `charts.py`, one Vega-Lite each.

Everything is readable without colour: what a mark is stands beside it in words, or in the order of the axis.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final, Literal

from babel import Locale
from babel.numbers import format_compact_decimal

from comptoir.web.charts import (
    ABOVE,
    EACH,
    HEIGHT,
    INK,
    LABELS,
    PALETTE,
    WIDTHS,
    Series,
    Size,
    Theme,
    bars,
    coloured,
    drawing,
    rows_of,
)

SHORT: Final = 7
"""Letters that have room above a step on a phone."""
ROW: Final = 28
"""Of a bar that lies, in pixels."""
UP: Final = 5
DOWN: Final = 1
"""Places of the palette."""
MOST_NAMED: Final = 14
"""Points that have their names beside them: more would run into each other."""
LETTER, LINE, EDGE = 7.5, 14, 20
"""Of the names of points: the width of a letter, the height of a line; and what is left free around all, in pixels."""
SIDES: Final[dict[str, dict[str, Any]]] = {
    "right": {"align": "left", "dx": 8},
    "left": {"align": "right", "dx": -8},
    "above": {"align": "left", "dx": -5, "dy": -14},
    "below": {"align": "left", "dx": -5, "dy": 14},
}
"""Where the name of a point may stand, the best first."""
UPPER, LOWER = 120, 150
"""Heights of two panels, one above the other, in pixels."""


@dataclass(frozen=True)
class LineOverBars:
    """A rate as a line above the amount that it is a rate of, as columns: one axis of days, an axis of figures each.

    Two panels, so that nobody reads a meaning into where line and columns meet.
    """

    title: str
    days: tuple[date | str, ...]
    line_unit: str
    lines: tuple[Series, ...]
    bar_unit: str
    bars: tuple[Series, ...]
    height: ClassVar[int] = UPPER + LOWER + 20
    is_recoloured: ClassVar[bool] = True

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""
        names = [each.name for each in self.bars]
        colour = coloured(self.bars, theme, size)
        upper = {
            "width": WIDTHS[size],
            "height": UPPER,
            "data": {"values": rows_of(self.lines, self.days, language)},
            "mark": {"type": "line", "strokeWidth": 2, "point": True},
            "encoding": {
                "x": {**_along(), "axis": None},
                "y": _up(self.line_unit, ticks=4),
                "color": colour,
            },
        }
        lower = {
            "width": WIDTHS[size],
            "height": LOWER,
            "data": {"values": rows_of(self.bars, self.days, language)},
            "mark": {"type": "bar"},
            "encoding": {"x": _along(), "y": _up(self.bar_unit, ticks=4), "color": colour, **bars(names)},
        }
        shared = {"scale": {"color": "shared"}, "legend": {"color": "shared"}}
        return drawing(theme, language, vconcat=[upper, lower], spacing=34, resolve=shared)


@dataclass(frozen=True)
class Point:
    """One thing with two figures."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Scatter:
    """One figure against another, a point each; few points have their names beside them."""

    title: str
    x_unit: str
    y_unit: str
    points: tuple[Point, ...]
    height: ClassVar[int] = HEIGHT + 20
    is_recoloured: ClassVar[bool] = True

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""
        known = [{"name": each.name, "x": each.x, "y": each.y} for each in self.points]
        across = {"titleFontWeight": "normal", "titleAnchor": "start", "tickCount": 6, "title": self.x_unit}
        scale = {"zero": False, "nice": True, "padding": 16}
        encoding = {
            "x": {"field": "x", "type": "quantitative", "axis": across, "scale": scale},
            "y": {**_up(self.y_unit, field="y"), "scale": scale},
        }
        layers: list[dict[str, Any]] = [
            {"mark": {"type": "point", "filled": True, "size": 64, "opacity": 0.8, "color": PALETTE[theme][0]}}
        ]
        if len(known) <= MOST_NAMED:
            sides = self._sides(WIDTHS[size])
            for side, beside in SIDES.items():
                words = {"type": "text", "color": INK[theme], "fontSize": 12, **beside}
                named = [row for row, each in zip(known, sides, strict=True) if each == side]
                layers.append({"data": {"values": named}, "mark": words, "encoding": {"text": {"field": "name"}}})
        parts = {"data": {"values": known}, "encoding": encoding, "layer": layers}
        return drawing(theme, language, width=WIDTHS[size], height=HEIGHT, **parts)

    def _sides(self, width: int) -> list[str]:
        """On which side of its point each name stands, where it meets no other and stays on the plot, or nowhere."""
        taken = [(x - 5, x + 5, y) for x, y in self._places(width)]
        sides: list[str] = []
        for (x, y), each in zip(self._places(width), self.points, strict=True):
            long = LETTER * len(each.name)
            choices = {
                "right": (x + 6, x + 8 + long, y),
                "left": (x - 8 - long, x - 6, y),
                "above": (x - 5, x - 5 + long, y + LINE),
                "below": (x - 5, x - 5 + long, y - LINE),
            }
            for side, (begin, end, at) in choices.items():
                is_free = not any(begin < b and a < end and abs(at - of) < LINE for a, b, of in taken)
                if is_free and begin >= 0 and end <= width and 0 <= at <= HEIGHT:
                    taken.append((begin, end, at))
                    sides.append(side)
                    break
            else:
                sides.append("")
        return sides

    def _places(self, width: int) -> list[tuple[float, float]]:
        """Where the points are, in pixels, near enough to tell what would meet."""
        xs, ys = [each.x for each in self.points], [each.y for each in self.points]
        across, up = max(xs, default=0) - min(xs, default=0) or 1, max(ys, default=0) - min(ys, default=0) or 1
        room, height = width - 2 * EDGE, HEIGHT - 2 * EDGE
        return [
            (EDGE + room * (each.x - min(xs)) / across, EDGE + height * (each.y - min(ys)) / up) for each in self.points
        ]


@dataclass(frozen=True)
class Rung:
    """A step of a waterfall: its name, what it adds (or where it stands, for `is_total`), and that in words."""

    name: str
    value: float
    said: str
    is_total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """What each cause added or took away, one from where the other ended, and the total."""

    title: str
    unit: str
    rungs: tuple[Rung, ...]
    height: ClassVar[int] = HEIGHT
    is_recoloured: ClassVar[bool] = True

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""
        palette = PALETTE[theme]
        x = {"field": "name", "type": "ordinal", "sort": [each.name for each in self.rungs], "axis": self._names(size)}
        kinds = {"total": palette[0], "up": palette[UP], "down": palette[DOWN]}
        colour = {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": list(kinds), "range": list(kinds.values())},
            "legend": None,
        }
        words = {"type": "text", "baseline": "bottom", "dy": -6, "color": INK[theme], "fontSize": 12}
        y = _up(self.unit, field="from")
        y["axis"]["titleY"] = -28  # above what the highest step says
        steps = {
            "mark": {"type": "bar", "size": 56 if size != "narrow" else 34},
            "encoding": {"y": y, "y2": {"field": "to"}, "color": colour},
        }
        said = {
            "mark": words,
            "encoding": {"y": {"field": "top", "type": "quantitative"}, "text": {"field": "said"}},
        }
        rungs = self.rungs if size != "narrow" else self._short(language)
        parts = {"data": {"values": self._stacked(rungs)}, "encoding": {"x": x}, "layer": [steps, said]}
        return drawing(theme, language, width=WIDTHS[size], height=HEIGHT, **parts)

    def _names(self, size: Size) -> dict[str, Any]:
        if size != "narrow":
            return {**EACH, "labelLimit": 0}
        # Every other name stands a line lower: side by side long ones would run together.
        lower = [each.name for each in self.rungs[1::2]]
        lines = f"split((indexof({json.dumps(lower)}, datum.label) < 0 ? '' : ' ') + datum.label, ' ')"
        return {**EACH, "labelLimit": 0, "labelFontSize": 11, "labelExpr": lines}

    def _short(self, language: str) -> Sequence[Rung]:
        """Sums that would run into each other side by side, as `+52.3K`: the table below has them to the cent."""
        if all(len(each.said) <= SHORT for each in self.rungs):
            return self.rungs

        def said(value: float) -> str:
            whole = round(value)
            short = format_compact_decimal(whole, locale=Locale.parse(language, sep="-"), fraction_digits=1)
            return f"+{short}" if value > 0 else short

        return [replace(each, said=said(each.value)) for each in self.rungs]

    @staticmethod
    def _stacked(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
        """Each step from where the one before ended."""
        made, stands = [], 0.0
        for each in rungs:
            begin = 0.0 if each.is_total else stands
            stands = each.value if each.is_total else stands + each.value
            kind = "total" if each.is_total else "up" if each.value >= 0 else "down"
            row = {"name": each.name, "from": begin, "to": stands, "top": max(begin, stands)}
            made.append({**row, "kind": kind, "said": each.said})
        return made


@dataclass(frozen=True)
class Placed:
    """A place in a ranking: its name, its figure with words, and the target it has, if any."""

    name: str
    value: float
    said: str
    target: float | None = None


@dataclass(frozen=True)
class Ranking:
    """Bars in order, each with its figure, and a mark where its target is."""

    title: str
    unit: str
    places: tuple[Placed, ...]
    is_recoloured: ClassVar[bool] = True

    @property
    def height(self) -> int:
        """Of the plot, in pixels."""
        return ROW * len(self.places)

    def described(self, theme: Theme, language: str, size: Size = "wide") -> dict[str, Any]:
        """The Vega-Lite specification."""
        names = {"labelLimit": 220 if size == "wide" else 116, **EACH}
        longest = max((len(each.said) for each in self.places), default=0)
        known = [
            {"name": each.name, "value": each.value, "said": each.said, "target": each.target} for each in self.places
        ]
        y = {"field": "name", "type": "ordinal", "sort": [each.name for each in self.places], "axis": names}
        x = {
            "field": "value",
            "type": "quantitative",
            "axis": {"title": self.unit, "tickCount": 5 if size == "wide" else 3, "labelSeparation": 8, **BELOW},
        }
        words = {"type": "text", "align": "left", "dx": 10, "color": INK[theme], "fontSize": 12}
        mark = {"type": "tick", "thickness": 3, "size": ROW - 6, "color": INK[theme]}
        target = {
            "transform": [{"filter": "isValid(datum.target)"}],
            "mark": mark,
            "encoding": {"x": {"field": "target", "type": "quantitative"}},
        }
        parts = {
            "autosize": {"type": "fit-x", "contains": "padding"},
            # figures stand beyond the plot
            "padding": {"left": 36 if size == "wide" else 20, "top": 5, "bottom": 5, "right": 14 + LETTER * longest},
            "data": {"values": known},
            "encoding": {"y": y},
            "layer": [
                {"mark": {"type": "bar", "color": PALETTE[theme][0], "size": ROW - 12}, "encoding": {"x": x}},
                {"mark": words, "encoding": {"x": {"value": "width"}, "text": {"field": "said"}}},
                target,
            ],
        }
        return drawing(theme, language, width=WIDTHS[size] + 50, height=self.height, **parts)


BELOW: Final[dict[str, Any]] = {"titleFontWeight": "normal", "titleAnchor": "start", "labelPadding": 6}


def _along() -> dict[str, Any]:
    return {"field": "day", "type": "ordinal", "sort": {"field": "n"}, "axis": LABELS}


def _up(unit: str, *, ticks: int = 5, field: Literal["value", "y", "from"] = "value") -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "axis": {"title": unit, "tickCount": ticks, **ABOVE}}
