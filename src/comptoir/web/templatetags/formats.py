"""Filters for money, numbers, days, times and kept sentences, and `{% instant at zone=… %}` for a zone of its own;
`{% as_of %}` is when a page was written.
"""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from comptoir.web import formats
from comptoir.web.kept_words import in_reader_words

register = template.Library()
register.filter("money", formats.money)
register.filter("number", formats.number)
register.filter("percent", formats.percent)
register.filter("day", formats.day)
register.filter("weekday", formats.weekday)
register.filter("clock_time", formats.clock_time)
register.filter("in_reader_words", in_reader_words)
register.simple_tag(formats.money, name="money")
register.simple_tag(formats.number, name="number")
register.simple_tag(formats.day, name="date")


@register.simple_tag(name="instant")
def instant_tag(at: datetime | None, zone: str = "") -> SafeString | str:
    """The instant in a zone of its own, such as a store's."""
    return formats.instant(at, now=timezone.now(), zone=zone)


@register.filter(name="instant")
def instant_filter(at: datetime | None) -> SafeString | str:
    """The instant in the active zone."""
    return formats.instant(at, now=timezone.now())


@register.simple_tag
def as_of() -> str:
    """When this is written, in the active zone: paper does not say by itself how old it is."""
    return formats.clock_time(timezone.now())
