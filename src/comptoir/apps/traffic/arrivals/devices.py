"""Counts that are asked of the devices themselves, hour by hour (traffic-analytics.md 3.3, API pull).

Late data is normal: with each look the latest days are read once more, and what is told again replaces itself.
"""

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals import axis, hikvision
from comptoir.apps.traffic.arrivals.arrived import Device, DeviceHour, FeedFault
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting.receiving import Reading, receive
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.core.accounts.models import Store
from comptoir.core.connections.sealing import sealer
from comptoir.kernel import egress
from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.http import Answer
from comptoir.kernel.seal import Secret

HOUR: Final = timedelta(hours=1)
AGAIN: Final = timedelta(days=2)
"""How much of what was read is read again."""
FIRST: Final = timedelta(days=14)
"""How much of its past a device is asked for at first."""
MOST_BYTES: Final = 2_000_000
STATUS_OK, UNAUTHORISED = 200, (401, 403)


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
        Device(_asking(feed)), since.replace(tzinfo=None), now.astimezone(zone).replace(tzinfo=None)
    )
    readings = [each for each in _readings(found, counter, zone) if each.start + HOUR <= now]
    received = receive(
        organisation_id=feed.organisation_id, readings=readings, source=feed.kind, now=now, store_ids=None
    )
    rows = CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id)
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
        local = each.start.replace(tzinfo=zone, fold=min(seen[each.start], 1))
        seen[each.start] += 1
        start = local.astimezone(UTC)
        if start.astimezone(zone).replace(tzinfo=None) == each.start:
            made.append(Reading(start, 60, Decimal(each.went_in), Decimal(each.went_out), counter=counter.id))
    return made


def _asking(feed: CountFeed) -> Callable[[str, str, bytes], bytes]:
    secret = sealer().unseal(feed.secret) if feed.secret else Secret("")
    rules = egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)
    login = (str(feed.place["user"]), secret)

    def ask(method: str, path: str, body: bytes) -> bytes:
        url = str(feed.place["url"]).rstrip("/") + path
        try:
            answer: Answer = egress.ask(method, url, rules, login=login, body=body, longest=MOST_BYTES)
        except (VendorBusy, OSError) as error:
            raise FeedFault(_("The device does not answer. Check its address."), for_log=str(error)) from error
        if answer.status in UNAUTHORISED:
            raise FeedFault(_("The device refuses this user or password."))
        if answer.status != STATUS_OK:
            raise FeedFault(_("The device answers %(status)d: is it a people counter?") % {"status": answer.status})
        return answer.body

    return ask
