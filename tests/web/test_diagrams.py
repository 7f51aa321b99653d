"""Charts of panels, points, steps and places: the estimated is hatched, what is coming in lighter, gaps are gaps."""

import re
from xml.etree import ElementTree

import pytest

from comptoir.web.charts import Picture, Series, Theme, fingerprint, svg
from comptoir.web.diagrams import LineOverBars, Placed, Point, Ranking, Rung, Scatter, Waterfall

HOURS = ("10:00", "11:00", "12:00", "13:00")
COURSE = LineOverBars(
    "Conversion over visitors",
    HOURS,
    "%",
    (Series("now", (20.0, 25.0, None, 30.0)),),
    "people",
    (Series("now", (40.0, 60.0, None, 30.0), states=("", "estimated", "", "provisional")),),
)
PICTURES: tuple[Picture, ...] = (
    COURSE,
    Scatter("x", "visitors per staff hour", "%", (Point("Brest", 5, 20), Point("Nice", 9, 30))),
    Waterfall(
        "x", "EUR", (Rung("Traffic", 150, "+€150"), Rung("Conversion", -320, "-€320"), Rung("All", -170, "", True))
    ),
    Ranking("x", "%", (Placed("1. Brest", 30, "30%", 25.0), Placed("2. Nice", 20, "20%"))),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_is_drawn_in_both_themes_and_for_a_phone(picture: Picture, theme: Theme) -> None:
    wide, narrow = (ElementTree.fromstring(svg(picture, theme, size)) for size in ("wide", "narrow"))  # type: ignore[arg-type]
    assert float(narrow.attrib["width"]) < 358 < 700 < float(wide.attrib["width"])
    assert "<script" not in svg(picture, theme)


def test_6_3_estimates_are_hatched_provisional_hours_lighter_and_gaps_are_gaps() -> None:
    drawn = svg(COURSE)
    columns = re.findall(r'<path d="M[^"]*h[^"]*"[^>]*fill="(#006870|url\(#h0\))"([^>]*)', drawn)
    fills = [fill for fill, _rest in columns if fill]
    assert fills.count("url(#h0)") == 1, "11:00 is hatched"
    assert drawn.count("<pattern") == 1
    assert 'opacity="0.45"' in drawn, "13:00 is lighter"
    assert "#010203" not in drawn
    assert "#73cfd3" in svg(COURSE, "dark")[: svg(COURSE, "dark").index("</pattern>")], "stripes change with the theme"
    line = next(each["data"]["values"] for each in COURSE.described("light", "en")["vconcat"])
    assert [each["value"] for each in line] == [20, 25, None, 30]


def test_6_3_two_axes_are_labelled() -> None:
    drawn = svg(COURSE)
    assert ">%<" in drawn
    assert ">people<" in drawn


def test_6_3_what_is_drawn_is_readable_without_colour() -> None:
    for picture, words in ((PICTURES[1], "Brest"), (PICTURES[2], "-€320"), (PICTURES[3], "30%")):
        assert f">{words}<" in svg(picture)


def test_a_waterfall_s_steps_begin_where_the_one_before_ended() -> None:
    rows = PICTURES[2].described("light", "en")["data"]["values"]
    assert [(each["from"], each["to"]) for each in rows] == [(0, 150), (150, -170), (0, -170)]


def test_places_are_drawn_in_their_order_not_in_that_of_the_alphabet() -> None:
    places = tuple(Placed(f"{number}. Store", 30 - number, "") for number in range(1, 12))
    drawn = svg(Ranking("x", "%", places))
    assert re.findall(r">(\d+)\. Store<", drawn) == [str(number) for number in range(1, 12)]


def test_other_figures_have_another_fingerprint() -> None:
    assert fingerprint(PICTURES[1]) != fingerprint(PICTURES[2])
    assert fingerprint(PICTURES[1]) == fingerprint(Scatter(*vars(PICTURES[1]).values()))


def test_a_point_whose_name_fits_on_neither_side_has_it_below() -> None:
    places = (Point("Bordeaux Sainte-Catherine", 4.4, 23.7), Point("Brest Siam", 5.4, 23.75), Point("Nice", 14, 30))
    drawn = Scatter("x", "visitors per staff hour", "%", places)
    assert drawn._sides(780) == ["below", "right", "left"]
    assert all(each.name in svg(drawn) for each in places)


def test_6_3_steps_of_a_phone_say_their_sums_short_before_they_run_into_each_other() -> None:
    steps = Waterfall("x", "EUR", (Rung("Traffic", 52312.34, "+€52,312.34"), Rung("Sale", -281.9, "-€281.90")))
    said = {
        (language, size): [each["said"] for each in steps.described("light", language, size)["data"]["values"]]
        for language in ("en", "fr")
        for size in ("wide", "narrow")
    }
    assert said["en", "wide"] == ["+€52,312.34", "-€281.90"]
    assert said["en", "narrow"] == ["+52.3K", "-282"]
    assert said["fr", "narrow"] == ["+52,3\xa0k", "-282"]
