"""Counts that are asked of the devices themselves, hour by hour (traffic-analytics.md 3.3, API pull).

Late data is normal: with each look the latest days are read once more, and what is told again replaces itself.
"""

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals import axis, hikvision
from comptoir.apps.traffic.arrivals.arrived import Device, DeviceHour, FeedFault
from comptoir.apps.traffic.arrivals.asking import asking
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting.receiving import Reading, receive
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.core.accounts.models import Store

HOUR: Final = timedelta(hours=1)
AGAIN: Final = timedelta(days=2)
"""How much of what was read is read again."""
FIRST: Final = timedelta(days=14)
"""How much of its past a device is asked for at first."""

MAKERS: Final[Mapping[str, Callable[[Device, datetime, datetime], Sequence[DeviceHour]]]] = {
    "axis": axis.hours,
    "hikvision": hikvision.hours,
}


def read(feed: CountFeed, *, now: datetime) -> int:
    """Take the hours that are over; returns how many. Raises FeedFault, EgressRefused."""
    counter = Counter.objects.filter(organisation_id=feed.organisation_id, serial=feed.place["serial"]).first()
    if counter is None:
        raise FeedFault(_("No counter has this serial number. Add it at its location first."))
    store = Store.objects.get(organisation_id=feed.organisation_id, id=counter.store_id)
    zone = clock_of(store)
    since = (feed.read_until - AGAIN if feed.read_until else now - FIRST).astimezone(zone)
    found = MAKERS[feed.kind](
        Device(asking(feed)), since.replace(tzinfo=None), now.astimezone(zone).replace(tzinfo=None)
    )
    readings = [each for each in _readings(found, counter, zone) if each.start + HOUR <= now]
    received = receive(
        organisation_id=feed.organisation_id, readings=readings, source=feed.kind, now=now, store_ids=None
    )
    # Of the device that was asked: somebody may have named another meanwhile, whose past is still to come.
    rows = CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id, place=feed.place)
    if readings:
        rows.update(read_until=max(each.start for each in readings) + HOUR, arrived_at=now)
    if received.refused:
        raise FeedFault(received.refused[0].words)
    return received.taken


def clock_of(store: Store) -> ZoneInfo:
    """[A] Neither maker's answer names an offset: a device's clock is taken to be set to the time of its store."""
    return ZoneInfo(store.timezone)


def _readings(found: Sequence[DeviceHour], counter: Counter, zone: ZoneInfo) -> list[Reading]:
    """In UTC: of a repeated hour the first row is the first; one that the clocks skipped is none."""
    seen: Tally[datetime] = Tally()
    made = []
    for each in found:
        start = instant(each.start, zone, seen[each.start])
        seen[each.start] += 1
        if start is not None:
            made.append(Reading(start, 60, Decimal(each.went_in), Decimal(each.went_out), counter=counter.id))
    return made


def instant(local: datetime, zone: ZoneInfo, times_before: int) -> datetime | None:
    """In UTC, of an hour by the clock of a place that was named so often before; None for one that never was."""
    found = local.replace(tzinfo=zone, fold=min(times_before, 1)).astimezone(UTC)
    return found if found.astimezone(zone).replace(tzinfo=None) == local else None
