"""Money, numbers and instants as readers of English and French write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from comptoir.kernel.money import Money
from comptoir.web import formats

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "amount", "said"),
    [
        ("en", Money(2450, "EUR"), "€24.50"),
        ("fr", Money(123456789, "EUR"), "1\u202f234\u202f567,89\u00a0€"),
        ("en", Money(500, "JPY"), "JP¥500"),
        ("en", None, "–"),
    ],
)
def test_money(language: str, amount: Money | None, said: str) -> None:
    with translation.override(language):
        assert formats.money(amount) == said


@pytest.mark.parametrize(
    ("language", "ago", "said"),
    [
        ("en", timedelta(seconds=8), "8 seconds ago"),
        ("fr", timedelta(minutes=3), "il y a 3 minutes"),
        ("fr", timedelta(0), "à l’instant"),
        ("en", timedelta(hours=-2), "in 2 hours"),
    ],
)
def test_within_a_day_an_instant_is_relative(language: str, ago: timedelta, said: str) -> None:
    with translation.override(language):
        html = formats.instant(NOW - ago, now=NOW, zone="Europe/Paris")
    assert f" data-relative>{said}</time>" in html
    assert f'datetime="{(NOW - ago).isoformat()}"' in html


def test_later_it_is_the_clock_time_of_the_zone() -> None:
    with translation.override("en"):
        assert ">4 Mar 2026, 21:00</time>" in formats.instant(NOW - timedelta(days=3), now=NOW, zone="Europe/Paris")
    with translation.override("fr"):
        assert ">4 mars 2026, 21:00</time>" in formats.instant(NOW - timedelta(days=3), now=NOW, zone="Europe/Paris")


def test_what_is_unknown_is_a_dash() -> None:
    assert formats.instant(None, now=NOW) == formats.number(None) == formats.day(None) == "–"


def test_dates_and_numbers() -> None:
    with translation.override("fr"):
        assert formats.day(date(2026, 2, 28)) == "28 févr. 2026"
        assert formats.number(12500) == "12\u202f500"
        assert formats.percent(0.125) == "12\u00a0%"
