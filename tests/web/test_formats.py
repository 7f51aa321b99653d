"""Money, numbers and instants as readers of English and French write them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale, numbers
from django.forms.forms import BaseForm
from django.urls import get_resolver
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.money import Money
from comptoir.web import digits, formats

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


def test_a_zone_without_a_name_of_its_own_tells_the_time() -> None:
    with timezone.override("Etc/GMT+4"):
        assert formats.clock_time(datetime(2026, 3, 14, 13, 0, tzinfo=UTC)) == "14 Mar 2026, 09:00"


def test_what_is_unknown_is_a_dash() -> None:
    assert formats.instant(None, now=NOW) == formats.number(None) == formats.day(None) == "–"


def test_dates_and_numbers() -> None:
    with translation.override("fr"):
        assert formats.day(date(2026, 2, 28)) == "28 févr. 2026"
        assert formats.number(12500) == "12\u202f500"
        assert formats.percent(0.125) == "12\u00a0%"


def test_a_date_field_reads_the_same_in_every_language() -> None:
    """A browser's own date field knows YYYY-MM-DD alone: written another way it stands empty, and is saved so."""

    def every(parent: type[BaseForm]) -> Iterator[type[BaseForm]]:
        for each in parent.__subclasses__():
            yield each
            yield from every(each)

    get_resolver().url_patterns  # noqa: B018  imports every page, and with it every form
    wrong = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in every(BaseForm)
        if form.__module__.startswith("comptoir")
        for name, field in getattr(form, "base_fields", {}).items()
        if getattr(field.widget, "input_type", "") == "date" and getattr(field.widget, "format", None) != "%Y-%m-%d"
    ]
    assert wrong == []


@given(st.sampled_from(["en_GB", "fr", "de", "es", "hi", "ar"]), st.decimals(-(10**12), 10**12, places=2))
def test_digits_are_written_as_babel_writes_them(language: str, value: Decimal) -> None:
    locale = Locale.parse(language)
    ways: dict[int, Callable[[Decimal], str]] = {
        0: lambda each: numbers.format_decimal(each, format="#,##0", locale=locale),
        1: lambda each: numbers.format_percent(each / 100, format="#,##0.0 %", locale=locale),
        2: lambda each: numbers.format_currency(each, "CHF", locale=locale),
    }
    for decimals, says in ways.items():
        rounded = round(value, decimals)
        assert digits.learned(says, decimals)(rounded) == says(rounded)


@given(
    st.sampled_from(["en", "fr", "de", "hi"]),
    st.one_of(st.integers(-(10**15), 10**15), st.decimals(-(10**9), 10**9, places=4), st.floats(-1e9, 1e9)),
    st.sampled_from(["EUR", "JPY", "KWD", "RSD", "CHF"]),
)
def test_numbers_and_money_are_written_as_babel_writes_them(language: str, value: int | Decimal, code: str) -> None:
    with translation.override(language):
        locale = formats.locale()
        assert formats.number(value) == numbers.format_decimal(value, locale=locale)
        for places, pattern in enumerate(("#,##0", "#,##0.0", "#,##0.00", "#,##0.000")):
            exact = Decimal(value)
            assert formats.decimals(exact, places) == numbers.format_decimal(exact, format=pattern, locale=locale)
        money = Money(int(value), code)
        assert formats.money(money) == numbers.format_currency(money.major, code, locale=locale)


def test_where_a_few_numbers_do_not_tell_it_babel_writes_itself() -> None:
    def lakhs(value: Decimal) -> str:
        return numbers.format_decimal(value, locale="hi")

    def francs(value: Decimal) -> str:
        return numbers.format_currency(value, "CHF", locale="fr")

    assert digits.learned(lakhs, 0) is lakhs
    assert digits.learned(francs, 2) is not francs
