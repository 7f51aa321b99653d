"""Read the time clocks of linked locations: the latest days often, older ones now and then, since edits leave no mark.

A reading is one job for each location; what it led to and when it is due again are committed together.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import F

from comptoir.core.accounts.models import Store
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations import uses
from comptoir.core.intake import books
from comptoir.core.intake.models import ClockReading
from comptoir.core.ledger import store, time_clock
from comptoir.kernel.clock import business_day_bounds
from comptoir.kernel.errors import NotProvided, VendorBusy, VendorRefused
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability, ReadsShifts, ReadsStaff

log = structlog.get_logger(__name__)

LATEST: Final = timedelta(days=2)
LATEST_EVERY: Final = timedelta(minutes=10)
WEEK: Final = timedelta(days=7)
WEEK_EVERY: Final = timedelta(hours=6)
MONTH: Final = timedelta(days=35)
"""A payroll period and a few days (11.6)."""
MONTH_EVERY: Final = timedelta(hours=24)
YEAR: Final = timedelta(days=400)
"""As far back as sales are imported: an entry that somebody edits months later is seen by this sweep."""
YEAR_EVERY: Final = timedelta(days=30)
MARGIN: Final = timedelta(minutes=5)
"""A till's clock may run ahead."""
LONGEST_WAIT: Final = timedelta(hours=1)
FORBIDDEN: Final = 403


def due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, location link) of those whose clocks are to be read now; a new link is taken up."""
    telling = [each.manifest.slug for each in registry.connectors() if Capability.SHIFTS in each.manifest.capabilities]
    live = LocationLink.objects.filter(store__isnull=False, connection__status=Connection.Status.CONNECTED)
    live = live.exclude(store_id__in=uses.stores_at_rest())
    places = set(live.filter(provider__in=telling).values_list("organisation_id", "id"))
    known = {(row.organisation_id, row.location_link_id): row for row in ClockReading.objects.all()}
    ClockReading.objects.bulk_create(
        (
            ClockReading(
                organisation_id=organisation,
                location_link_id=link,
                due_at=now,
                week_due_at=now,
                month_due_at=now,
                year_due_at=now + MONTH_EVERY,
            )
            for organisation, link in places - known.keys()
        ),
        ignore_conflicts=True,
    )
    return sorted(place for place in places if place not in known or known[place].due_at <= now)


def read(*, organisation_id: UUID, link_id: UUID, clock: Callable[[], datetime]) -> None:
    """Read the clock of one location, as far back as is due, unless somebody did a moment ago.

    A vendor that cannot be asked, or refuses, is asked again later; raises whatever is a fault of ours.
    """
    now = clock()
    links = LocationLink.objects.select_related("connection", "store")
    link = links.filter(organisation_id=organisation_id, id=link_id, store__isnull=False).first()
    rows = ClockReading.objects.filter(organisation_id=organisation_id, location_link_id=link_id)
    row = rows.filter(due_at__lte=now).first()
    if link is None or row is None:
        return
    is_year = row.year_due_at is None or row.year_due_at <= now
    is_month = is_year or row.month_due_at <= now
    is_week = is_month or row.week_due_at <= now
    back = YEAR if is_year else MONTH if is_month else WEEK if is_week else LATEST
    reason = ""
    try:
        is_open = _compare(link, now - back, now + MARGIN, now)
    except NotProvided as error:
        is_open, reason = False, error.for_owner
    except (VendorBusy, VendorRefused) as error:
        _put_off(row, error, now)
        return
    except Exception as error:
        _put_off(row, error, now)
        raise
    rows.update(
        read_at=now,
        due_at=now + (LATEST_EVERY if is_open else MONTH_EVERY),
        week_due_at=now + WEEK_EVERY if is_week else row.week_due_at,
        month_due_at=now + MONTH_EVERY if is_month else row.month_due_at,
        year_due_at=now + YEAR_EVERY if is_year else row.year_due_at,
        faults=0,
        fault="",
        not_provided=reason,
    )


def read_again(*, store: Store, since: date, now: datetime) -> None:
    """Have the clocks of a store read within the minute, back to a business date; 400 days at most. Twice is once."""
    start, _ = business_day_bounds(since, zone=ZoneInfo(store.timezone), day_start=store.day_start)
    links = LocationLink.objects.filter(organisation_id=store.organisation_id, store=store)
    rows = ClockReading.objects.filter(organisation_id=store.organisation_id, location_link_id__in=links.values("id"))
    rows.filter(due_at__gt=now).update(due_at=now)
    if now - start > MONTH:
        rows.update(year_due_at=now)
    elif now - start > WEEK:
        rows.update(month_due_at=now)
    elif now - start > LATEST:
        rows.update(week_due_at=now)


def not_provided(organisation_id: UUID, store_ids: Collection[UUID]) -> list[str]:
    """Why the vendor tells no hours of some of these stores, each reason once; none where all clocks can be read."""
    links = LocationLink.objects.filter(organisation_id=organisation_id, store_id__in=store_ids)
    rows = ClockReading.objects.filter(organisation_id=organisation_id, location_link_id__in=links.values("id"))
    return sorted(set(rows.exclude(not_provided="").values_list("not_provided", flat=True)))


def _compare(link: LocationLink, start: datetime, end: datetime, now: datetime) -> bool:
    """Whether the consent opens the clock: where it does not, that is no fault, and nobody is told to sign in again."""
    with open_vendor(link.connection) as vendor:
        if not isinstance(vendor, ReadsShifts) or link.store is None:
            return False
        place = as_location(link)
        # The whole window before anything is written: what is missing in it is gone, not yet to come.
        try:
            found = list(vendor.shifts(place, start, end))
        except NotProvided:
            raise
        except VendorRefused as refused:
            if refused.status == FORBIDDEN:
                return False
            raise
        names = {each.id: each.name for each in vendor.staff(place)} if isinstance(vendor, ReadsStaff) and found else {}
    with transaction.atomic():
        facts = store.lock_stores({link.store.id})[link.store.id]
        compared = time_clock.record(
            store=facts,
            provider=link.provider,
            location_id=link.external_id,
            shifts=found,
            start=start,
            end=end,
            names=names,
            now=now,
        )
        if compared.total:
            store.notify_live(link.organisation_id, store.LIVE_TOPIC)
    log.info("clocks.read", location=link.external_id, created=compared.created, changed=compared.changed)
    return True


def _put_off(row: ClockReading, error: Exception, now: datetime) -> None:
    """Ask again later, each time a little later."""
    wait = min(LATEST_EVERY * 2 ** min(row.faults, 10), LONGEST_WAIT)
    told = error.retry_at if isinstance(error, VendorBusy) else None
    words = books.words_for(error)
    log.warning("clocks.put_off", location=str(row.location_link_id), cause=str(error))
    ClockReading.objects.filter(organisation_id=row.organisation_id, location_link_id=row.location_link_id).update(
        due_at=max(told or now, now + wait), faults=F("faults") + 1, fault=words
    )
