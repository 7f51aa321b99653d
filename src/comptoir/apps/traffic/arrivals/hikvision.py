"""Hikvision cameras that count people: a daily report over ISAPI has a row for each hour.

Its answer has the shape of the public examples: start, end, enter count, exit count. [A] The report of a running day
has its hours so far, and a day that the camera has nothing of is an empty list.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals.arrived import Device, DeviceHour, FeedFault

SEARCH: Final = "/ISAPI/System/Video/inputs/channels/1/counting/search"
QUESTION: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><CountingStatisticsDescription><statisticType>all</statisticType>'
    "<reportType>daily</reportType><timeSpanList><timeSpan><startTime>{day}T00:00:00</startTime>"
    "<endTime>{day}T23:59:59</endTime></timeSpan></timeSpanList></CountingStatisticsDescription>"
)


def hours(device: Device, since: datetime, now: datetime) -> Sequence[DeviceHour]:
    """Each hour from the day of `since` to that of `now`, by the camera's clock. Raises FeedFault."""
    days = (now.date() - since.date()).days
    return [each for back in range(days, -1, -1) for each in _day(device, now.date() - timedelta(days=back))]


def _day(device: Device, day: date) -> Iterator[DeviceHour]:
    body = device.ask("POST", SEARCH, QUESTION.format(day=day.isoformat()).encode())
    try:
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise ValueError("a document type, which no such answer has")
        for row in ElementTree.fromstring(body).iterfind(".//{*}matchElement"):  # noqa: S314 (no entities: see above)
            start = datetime.fromisoformat(row.findtext("{*}timeSpan/{*}startTime") or "").replace(tzinfo=None)
            yield DeviceHour(start, int(row.findtext("{*}enterCount") or ""), int(row.findtext("{*}exitCount") or ""))
    except (ValueError, ElementTree.ParseError) as error:
        raise FeedFault(_("The answer of the device cannot be read."), for_log=repr(error)[:200]) from error
