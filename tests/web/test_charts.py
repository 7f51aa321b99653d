"""Charts: drawn on the server, the same figures in both themes, gaps that stay gaps, nothing that runs."""

import base64
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import translation

from comptoir.web.charts import Chart, Series, Theme, address, svg

DAYS = tuple(date(2026, 3, 1) + timedelta(days=number) for number in range(5))
CHART = Chart(
    "Points, per day", "points", DAYS, (Series("given", (1, 2, 0, None, 5)), Series("spent", (0, 1, 0, 0, 2)))
)


def bars(drawn: str, *colours: str) -> int:
    return sum(drawn.count(f'fill="{each}"') for each in colours)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_a_picture_that_runs_nothing(theme: Theme) -> None:
    drawn = svg(CHART, theme)
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert "<script" not in drawn
    assert "style=" not in drawn, "the content policy allows none"
    assert ">points<" in drawn
    assert ">1 Mar<" in drawn
    assert base64.b64decode(address(CHART, theme).partition(",")[2]).decode() == drawn


def test_the_themes_differ_in_colour_alone() -> None:
    light, dark = svg(CHART, "light"), svg(CHART, "dark")
    assert "#006870" in light
    assert "#73cfd3" in dark
    assert bars(light, "#006870", "#b45309") == bars(dark, "#73cfd3", "#f0b35a") > 0
    assert not set(re.findall("#[0-9a-f]{6}", light)) & set(re.findall("#[0-9a-f]{6}", dark))


def test_a_phone_gets_letters_of_the_same_size_on_a_narrower_picture() -> None:
    wide, narrow = (ElementTree.fromstring(svg(CHART, "light", size)) for size in ("wide", "narrow"))  # type: ignore[arg-type]
    assert float(narrow.attrib["width"]) < 358 < 700 < float(wide.attrib["width"])
    sizes = {each.attrib["font-size"] for each in narrow.iter("{http://www.w3.org/2000/svg}text")}
    assert sizes <= {"11px", "12px"}, "as they are on a wide one"


def test_a_month_of_two_series_is_a_small_file() -> None:
    days = tuple(date(2026, 3, 1) + timedelta(days=number) for number in range(31))
    rows = tuple(Series(name, tuple(number * 7.3 for number in range(31))) for name in ("now", "before"))
    assert len(svg(Chart("x", "y", days, rows))) < 40_000


def test_figures_of_an_axis_are_written_as_the_language_writes_them() -> None:
    chart = Chart("x", "y", DAYS, (Series("given", (1000, 2000, 0, 3000, 5000)),))
    with translation.override("fr"):
        assert ">2\u202f000<" in svg(chart)
    assert ">2,000<" in svg(chart)


def test_what_is_not_known_is_a_gap_and_zero_is_zero() -> None:
    known = Chart("x", "y", DAYS, (Series("given", (1, 2, 0, 3, 5)),))
    gap = Chart("x", "y", DAYS, (Series("given", (1, 2, 0, None, 5)),))
    assert svg(known) != svg(gap)
    described = gap.described("light", "en")["data"]["values"]
    assert [each["value"] for each in described] == [1, 2, 0, None, 5]


def test_a_year_is_a_line_and_a_comparison_is_grey() -> None:
    days = tuple(date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    values = tuple(float(number) for number in range(365))
    year = Chart("x", "y", days, (Series("now", values), Series("before", values, is_comparison=True)))
    described = year.described("light", "fr")
    assert described["mark"]["type"] == "line"
    assert described["encoding"]["color"]["scale"]["range"] == ["#006870", "#8a8f98"]
    assert described["data"]["values"][0]["day"] == "1 janv."
