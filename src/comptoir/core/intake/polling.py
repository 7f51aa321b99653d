"""Read the books of every linked location without being asked: each minute where the till does not speak by itself.

Where notifications come, the books are read now and then all the same, for what was lost on the way. Both roads lead to
the same sales (`ledger.precedence`), so nothing counts twice whichever comes first, and a till whose notifications stop
is read every minute from then on. A reading is one job for each location; what it led to and how far it went are
committed together.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from comptoir.core import prepared
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations import uses
from comptoir.core.intake import books, closing
from comptoir.core.intake.models import BookReading
from comptoir.core.ledger import reads as ledger
from comptoir.kernel.clock import spread, windows
from comptoir.kernel.errors import VendorBusy, VendorRefused
from comptoir.pos import registry

log = structlog.get_logger(__name__)

# The tick comes every minute; a little less is due at each of them, whenever within the minute it is noticed.
EVERY_TICK: Final = timedelta(seconds=50)
# While notifications come, and while a store is closed by all that its sales of the past week tell.
SELDOM: Final = timedelta(minutes=10)
HEARD_WITHIN: Final = timedelta(minutes=30)
# Each reading begins a little before the end of the one before it; once an hour so long before, for tills that were
# off line and deliver late.
OVERLAP: Final = timedelta(minutes=10)
LONG_OVERLAP: Final = timedelta(hours=26)
LONG_EVERY: Final = timedelta(hours=1)
# A till's clock may run ahead.
MARGIN: Final = timedelta(minutes=5)
# What a new link has to catch up: its latest days are imported when it is linked.
FIRST: Final = timedelta(hours=1)
# After a long silence the books are read day by day, each remembered.
WINDOW: Final = timedelta(days=1)
LONGEST_WAIT: Final = timedelta(minutes=15)
NOTED_EVERY: Final = timedelta(minutes=1)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

_noted: dict[UUID, datetime] = {}
"""When this process has noted of a store that it was heard, to ask nothing in vain: only of what stands."""


def due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, location link) of those whose books are to be read now; a new link is taken up."""
    return sorted(place for place, due_at in _live(now).items() if due_at <= now)


def coming(*, now: datetime) -> list[tuple[UUID, UUID, datetime]]:
    """Those that are due before the next tick, and when within this minute each is to be read: not all at once."""
    soon = {place: due_at for place, due_at in _live(now).items() if due_at <= now + EVERY_TICK}
    moments = spread([link for _, link in soon], now=now)
    return sorted((owner, link, moments[link]) for (owner, link), due_at in soon.items() if due_at <= moments[link])


def _live(now: datetime) -> dict[tuple[UUID, UUID], datetime]:
    """When the books of each place are due; a new link is taken up.

    A store at rest is not asked for; when it is back, its books are read from where they were left.
    """
    live = LocationLink.objects.filter(store__isnull=False, connection__status=Connection.Status.CONNECTED)
    live = live.exclude(store_id__in=uses.stores_at_rest())
    places = set(live.values_list("organisation_id", "id"))
    known = {(row.organisation_id, row.location_link_id): row for row in BookReading.objects.all()}
    BookReading.objects.bulk_create(
        (
            BookReading(
                organisation_id=organisation,
                location_link_id=link,
                read_until=now - FIRST,
                due_at=now,
                long_due_at=now + LONG_EVERY,
            )
            for organisation, link in places - known.keys()
        ),
        ignore_conflicts=True,
    )
    return {place: known[place].due_at if place in known else now for place in places}


def read(*, organisation_id: UUID, link_id: UUID, clock: Callable[[], datetime]) -> None:
    """Read the books of one location up to now, unless somebody did a moment ago.

    A vendor that cannot be asked, or refuses, is told on the page and asked again; raises whatever is a fault of ours.
    """
    now = clock()
    links = LocationLink.objects.select_related("connection", "store")
    link = links.filter(organisation_id=organisation_id, id=link_id, store__isnull=False).first()
    row = BookReading.objects.filter(organisation_id=organisation_id, location_link_id=link_id, due_at__lte=now).first()
    if link is None or row is None:
        return
    is_long = row.long_due_at <= now
    start = min(row.read_until - OVERLAP, now - LONG_OVERLAP if is_long else now)
    try:
        # One account for all of it: opening another one asks the vendor anew who works there.
        with open_vendor(link.connection) as vendor:
            for since, until in windows(start, now, length=WINDOW):
                end, reached = until + MARGIN if until == now else until, partial(_reached, row, until)
                books.read_into_ledger(link, start=since, end=end, clock=clock, at_end=reached, vendor=vendor)
            books.read_changes(link, mark=row.mark, clock=clock, at_page=partial(_marked, row), vendor=vendor)
            closing.read_closures(link, vendor=vendor, clock=clock)
    except (VendorBusy, VendorRefused) as error:
        _put_off(row, error, now)
    except Exception as error:
        _put_off(row, error, now)
        raise
    else:
        long_due_at = now + LONG_EVERY if is_long else row.long_due_at
        _update(row, read_at=now, long_due_at=long_due_at, faults=0, fault="")
        # What was heard while it was read is read again.
        _mine(row).filter(due_at__lte=now).update(due_at=now + pace(link, row, now=now))


def pace(link: LocationLink, row: BookReading, *, now: datetime) -> timedelta:
    """How long until the books of a location are read again."""
    speaks = registry.connector(link.provider).manifest.notifies
    is_heard = speaks and row.heard_at is not None and row.heard_at > now - HEARD_WITHIN
    if is_heard or (link.store_id and not ledger.trades_around(link.organisation_id, link.store_id, now=now)):
        return SELDOM
    return EVERY_TICK


def heard(store_ids: Collection[UUID], *, now: datetime) -> None:
    """The tills of these stores have spoken by themselves; noted once a minute, so that a busy till costs nothing."""
    news = sorted(each for each in store_ids if not timedelta(0) <= now - _noted.get(each, LONG_AGO) < NOTED_EVERY)
    if not news:
        return
    # Taken back with its transaction, it would be missing for a minute in which the till seems silent.
    transaction.on_commit(lambda: _noted.update(dict.fromkeys(news, now)))
    with prepared.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_bookreading AS b SET heard_at = %(now)s FROM connections_locationlink AS l"
            " WHERE l.store_id = ANY(%(stores)s) AND b.organisation_id = l.organisation_id"
            " AND b.location_link_id = l.id AND (b.heard_at IS NULL OR b.heard_at < %(now)s - interval '1 minute')",
            {"now": now, "stores": news},
        )


def _reached(row: BookReading, at: datetime) -> None:
    """Called in the transaction of the sales that led here; a reading of the past does not lead back."""
    _mine(row).filter(read_until__lt=at).update(read_until=at)


def _marked(row: BookReading, mark: str) -> None:
    """Called in the transaction of the sales that led here."""
    _update(row, mark=mark)


def _put_off(row: BookReading, error: Exception, now: datetime) -> None:
    """Ask again later, each time a little later."""
    wait = min(EVERY_TICK * 2 ** min(row.faults, 10), LONGEST_WAIT)
    named = error.retry_at if isinstance(error, VendorBusy) else None
    words = books.words_for(error)
    log.warning("polling.put_off", location=str(row.location_link_id), cause=str(error))
    _update(row, due_at=max(named or now, now + wait), faults=F("faults") + 1, fault=words)


def _mine(row: BookReading) -> QuerySet[BookReading]:
    return BookReading.objects.filter(organisation_id=row.organisation_id, location_link_id=row.location_link_id)


def _update(row: BookReading, **values: object) -> None:
    _mine(row).update(**values)
