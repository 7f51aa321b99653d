"""Money, numbers, dates and instants as a reader of the active language writes them (Unicode CLDR, through Babel)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from comptoir.kernel.money import Money, decimal_places
from comptoir.web import digits
from comptoir.web.digits import Says

# Plain English is American to Babel: "Oct 3, 2:32 PM". Our readers keep shops in Europe.
LOCALES = {"en": "en_GB"}
RELATIVE_LIMIT_SECONDS = 86_400
JUST_NOW_SECONDS = 2


def locale() -> Locale:
    """The Babel locale of the active language."""
    return _locale_of(get_language() or "en")


@cache
def _locale_of(language: str) -> Locale:
    """Looked up once: a page of a year formats ten thousand figures."""
    return Locale.parse(LOCALES.get(language, language).replace("-", "_"))


def money(value: Money | None) -> str:
    """€24.50, 24,50 €; a dash for what is unknown."""
    if value is None:
        return "–"
    return _money(value.currency, locale())(value.major)


def number(value: int | float | Decimal | None) -> str:
    """12,500 or 12 500; a dash for what is unknown."""
    if value is None:
        return "–"
    exact = Decimal(value) if isinstance(value, int) else value
    if isinstance(exact, Decimal) and exact == exact.to_integral_value():
        return _whole(locale())(exact)
    return numbers.format_decimal(value, locale=locale())


def decimals(value: Decimal, places: int) -> str:
    """A number with so many decimals, shown even where they are 0: amounts below a head that names their currency."""
    return _decimals(places, locale())(value)


# Each way to write is learned once: Babel reads its pattern anew for every number.
@cache
def _money(currency: str, language: Locale) -> Says:
    def says(value: Decimal) -> str:
        return numbers.format_currency(value, currency, locale=language)

    places = numbers.get_currency_precision(currency)
    # Where shops use fewer decimals than there are (RSD, IQD), Babel rounds.
    return digits.learned(says, places) if places == decimal_places(currency) else says


@cache
def _whole(language: Locale) -> Says:
    return digits.learned(lambda value: numbers.format_decimal(value, locale=language), 0)


@cache
def _decimals(places: int, language: Locale) -> Says:
    pattern = numbers.parse_pattern("#,##0" + ("." + "0" * places if places else ""))
    return digits.learned(lambda value: numbers.format_decimal(value, format=pattern, locale=language), places)


def percent(value: float | Decimal) -> str:
    """12% or 12 %, from a fraction."""
    return numbers.format_percent(value, locale=locale())


def day(value: date | None) -> str:
    """3 Oct 2025; a dash for what is unknown."""
    return "–" if value is None else _day(value, locale())


@lru_cache(maxsize=4096)
def _day(value: date, language: Locale) -> str:
    return str(dates.format_date(value, format="medium", locale=language))


def weekday(value: date) -> str:
    """Mon 23 Nov; lun. 23 nov."""
    return _weekday(value, locale())


@lru_cache(maxsize=4096)
def _weekday(value: date, language: Locale) -> str:
    return str(dates.format_skeleton("MMMEd", value, locale=language))


def days(since: date, until: date) -> str:
    """1–30 Sept 2026; one day alone where it is one."""
    return str(dates.format_interval(since, until, "yMMMd", locale=locale())) if since != until else day(since)


def clock_time(value: datetime, zone: ZoneInfo | str | None = None) -> str:
    """3 Oct 2025, 14:32 in the zone given, else in the active one."""
    local = value.astimezone(_zone(zone))
    time = dates.format_time(local, "short", tzinfo=_zone(zone), locale=locale())
    # Babel has no date and time without seconds: join the two as the language does ("{1}, {0}").
    joined = str(dates.get_datetime_format("medium", locale=locale()))
    return joined.replace("'", "").replace("{0}", time).replace("{1}", day(local.date()))


def duration(value: timedelta) -> str:
    """12 seconds; 3 minutes; 2 hours: the largest unit that fits."""
    return dates.format_timedelta(value, threshold=1, granularity="second", locale=locale())


def relative(value: datetime, now: datetime) -> str:
    """8 seconds ago; in 2 hours; just now."""
    if abs((now - value).total_seconds()) < JUST_NOW_SECONDS:
        return gettext("just now")
    return dates.format_timedelta(value - now, add_direction=True, threshold=1, locale=locale())


def instant(value: datetime | None, *, now: datetime, zone: ZoneInfo | str | None = None) -> SafeString | str:
    """An instant as `<time>`: relative within a day (kept fresh by script), the clock time otherwise and on hover."""
    if value is None:
        return "–"
    full = clock_time(value, zone)
    if abs((now - value).total_seconds()) >= RELATIVE_LIMIT_SECONDS:
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), full)
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>', value.isoformat(), full, relative(value, now)
    )


def _zone(zone: ZoneInfo | str | None) -> ZoneInfo:
    if isinstance(zone, str) and zone:
        return ZoneInfo(zone)
    return zone or ZoneInfo(str(timezone.get_current_timezone()))  # its name is "-04", of no zone, for Etc/GMT+4
