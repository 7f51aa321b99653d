"""Dor's people counters: the hours of every location of an account, by when they were updated (3.3, T14).

Documented (docs.getdor.com/dtm-docs/dtm-api): Basic authentication as `organisation id:key`, `data` with `meta.next`
as the link to the next page, a limit below 500, `updated_at_start` in UTC, times by the location's own clock without an
offset, `validity` (valid, degraded, invalid) and `completeness` (complete, incomplete), 429 for too many questions.
What a row is called and how hours are asked for stands on no public page: those names are ours until somebody with an
account has seen an answer, and are in the constants below alone.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from comptoir.apps.traffic.arrivals.arrived import FeedFault
from comptoir.apps.traffic.arrivals.asking import Words, asking
from comptoir.apps.traffic.arrivals.devices import FIRST, HOUR, instant
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting.receiving import Reading, receive
from comptoir.apps.traffic.counting.withdrawing import withdraw
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.core.accounts.models import Store
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.pages import by_token

HOUSE: Final = "https://api.getdor.com"
HOURS: Final = "/dtm-api/v1/foot-traffic/locations"
LIMIT: Final = 400
MOST_PAGES: Final = 500
OVERLAP: Final = timedelta(minutes=10)
"""Of one look with the next: two clocks are never the same (3.4)."""
HELD: Final = timedelta(days=7)
"""How long an hour that is not complete is asked for again, whether or not it was updated."""

BY_THE_HOUR: Final = {"resolution": "hour"}
"""[A] Answers have an interval each; how an hour's is asked for is not public."""
LOCATION: Final = "location_id"
"""[A] As the address `/locations/{location_id}` calls it."""
START: Final = "datetime"
"""[A] As the questions call it: `datetime_start`, `datetime_end`."""
WENT_IN: Final = "in_count"
"""[A] So called in days of the older v1 answers, which public programs show."""
WENT_OUT: Final = "out_count"
"""[A] After `in_count`; may be missing."""

WORDS: Final = Words(
    silent=gettext_lazy("Dor does not answer. It is asked again in an hour."),
    refused=gettext_lazy(
        "Dor refuses this organisation id or key. Both stand in Dor’s dashboard, under Administration."
    ),
    otherwise=gettext_lazy("Dor answers %(status)d. It is asked again in an hour."),
    by_status={429: gettext_lazy("Dor was asked too often. It is asked again in an hour.")},
)


class Row(BaseModel):
    """An hour of a location. Counts are null where nothing was measured."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    location: str = Field(alias=LOCATION)
    start: datetime = Field(alias=START)
    went_in: NonNegativeInt | None = Field(default=None, alias=WENT_IN)
    went_out: NonNegativeInt | None = Field(default=None, alias=WENT_OUT)
    validity: str
    completeness: str


class Meta(BaseModel):
    """About a page."""

    model_config = ConfigDict(frozen=True)

    next: str | None = None


class Page(BaseModel):
    """Some hours, and where the next are."""

    model_config = ConfigDict(frozen=True)

    data: tuple[Row, ...]
    meta: Meta = Meta()


@dataclass
class Told:
    """What an answer comes to: hours that count, hours that do not (any more), those still to come, unknown places."""

    readings: list[Reading] = field(default_factory=list)
    unmeasured: defaultdict[UUID, set[datetime]] = field(default_factory=lambda: defaultdict(set))
    waiting: set[datetime] = field(default_factory=set)
    unmatched: set[str] = field(default_factory=set)


def read(feed: CountFeed, *, now: datetime) -> int:
    """Take the hours that were updated since the last look and are over, complete and valid; returns how many.

    An hour that is not is unknown, not nought, also where it counted before. Raises FeedFault, EgressRefused.
    """
    rows = Counter.objects.filter(organisation_id=feed.organisation_id).exclude(serial="")
    counters = {each.serial: each for each in rows}
    told = _told(feed.organisation_id, _rows(feed, _since(feed, counters, now)), counters, now)
    if told.unmatched and not (told.readings or told.unmeasured):
        raise FeedFault(
            _("No counter has one of Dor’s location ids as its serial number: %(ids)s. Add it at its location.")
            % {"ids": ", ".join(sorted(told.unmatched)[:5])}
        )
    received = receive(
        organisation_id=feed.organisation_id, readings=told.readings, source=feed.kind, now=now, store_ids=None
    )
    withdraw(organisation_id=feed.organisation_id, starts=told.unmeasured, minutes=60, source=feed.kind, now=now)
    mark = max(min([now, *told.waiting]), now - HELD)
    # Of the account that was asked: somebody may have named another meanwhile, whose past is still to come.
    feeds = CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id, place=feed.place)
    feeds.update(read_until=mark, unmatched=sorted(told.unmatched), **({"arrived_at": now} if told.readings else {}))
    if received.refused:
        raise FeedFault(received.refused[0].words)
    return received.taken


def _since(feed: CountFeed, counters: dict[str, Counter], now: datetime) -> datetime:
    """Since when updates are asked for: of a place that got its counter meanwhile the past comes too."""
    if feed.read_until is None or counters.keys() & set(feed.unmatched):
        return now - FIRST
    return feed.read_until - OVERLAP


def _rows(feed: CountFeed, since: datetime) -> Iterator[Row]:
    """Every row, page by page. The link to the next page is followed only to where the key may go."""
    ask, house = asking(feed, words=WORDS, basic=True), str(feed.place["url"]).rstrip("/")
    asked = {"updated_at_start": since.astimezone(UTC).isoformat(timespec="seconds"), "limit": str(LIMIT)}
    first = f"{HOURS}?{urlencode({**asked, **BY_THE_HOUR})}"
    pages = by_token(lambda link: _page(ask("GET", link or first, b"")), next_token=lambda page: _path(page, house))
    try:
        for number, page in enumerate(pages):
            if number >= MOST_PAGES:
                raise FeedFault(_("Dor’s answer does not end."))
            yield from page.data
    except VendorUnreadable as error:
        raise FeedFault(_("Dor’s answer does not end."), for_log=error.for_log) from error


def _page(body: bytes) -> Page:
    try:
        return Page.model_validate_json(body)
    except ValidationError as error:
        raise FeedFault(_("The answer of Dor cannot be read."), for_log=str(error.errors()[:3])) from error


def _path(page: Page, house: str) -> str | None:
    if page.meta.next is None:
        return None
    if not page.meta.next.startswith(f"{house}/"):
        raise FeedFault(_("The answer of Dor leads elsewhere."), for_log=page.meta.next[:200])
    return page.meta.next.removeprefix(house)


def _told(organisation_id: UUID, rows: Iterator[Row], counters: dict[str, Counter], now: datetime) -> Told:
    zones = _zones(organisation_id, list(counters.values()))
    told, seen = Told(), Tally[tuple[str, datetime]]()
    for row in rows:
        counter = counters.get(row.location)
        if counter is None:
            told.unmatched.add(row.location)
            continue
        start = row.start.astimezone(UTC) if row.start.tzinfo else None
        if start is None:
            start = instant(row.start, zones[counter.store_id], seen[row.location, row.start])
            seen[row.location, row.start] += 1
        if start is None or start + HOUR > now:
            continue
        is_complete = row.completeness == "complete"
        if is_complete and row.validity == "valid" and row.went_in is not None:
            out = None if row.went_out is None else Decimal(row.went_out)
            told.readings.append(Reading(start, 60, Decimal(row.went_in), out, counter=counter.id))
        else:
            told.unmeasured[counter.id].add(start)
        if not is_complete:
            told.waiting.add(start)
    return told


def _zones(organisation_id: UUID, counters: Sequence[Counter]) -> dict[UUID, ZoneInfo]:
    stores = Store.objects.filter(organisation_id=organisation_id, id__in={each.store_id for each in counters})
    return {each.id: ZoneInfo(each.timezone) for each in stores}
