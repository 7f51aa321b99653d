"""Whether a job's account answers, and what it may read: a question that always ends (traffic-analytics.md 2.3)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection as database

from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.kernel.errors import ComptoirError, NotProvided, VendorRefused
from comptoir.pos import registry
from comptoir.pos.capabilities import ReadsShifts
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Location
from comptoir.web.said import in_words

PATIENCE: Final = timedelta(seconds=10)
FORBIDDEN: Final = 403
HOUR: Final = timedelta(hours=1)
LOOKED_BACK: Final = timedelta(days=14)


@dataclass(frozen=True)
class Checked:
    """What was found. `outcome`: `ok`, `late` (no answer in time) or `refused`; `words` says why in one sentence.

    `staff`: `ok`, `forbidden` (the consent lacks the right), `not_provided` (`words` says why), `silent` (no clock
    entry in 14 days) or `none` (it has no time clock that can be read). `sales`: whether they may be read, and with
    which `rights` where not.
    """

    outcome: str
    words: str = ""
    shops: int = 0
    staff: str = "none"
    sales: bool = True
    rights: str = ""


def check(connection: Connection, *, now: datetime, patience: timedelta = PATIENCE) -> Checked:
    """Ask the till which shops it has and whether its clock may be read; after `patience` there is an answer anyway."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(_closing(lambda: _ask(connection, now))).result(patience.total_seconds())
    except TookTooLong:
        return Checked("late")
    except ComptoirError as error:
        return Checked("refused", in_words(error))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(connection: Connection, now: datetime) -> Checked:
    with open_vendor(connection) as vendor:
        found_there = vendor.locations()
        shops = len(found_there)
        if found_there and not _may_read_sales(vendor, found_there[0], now):
            rights = ", ".join(registry.connector(connection.provider).manifest.scopes)
            return Checked("ok", shops=shops, sales=False, rights=rights)
        link = LocationLink.objects.filter(
            organisation_id=connection.organisation_id, connection=connection, store__isnull=False
        ).first()
        if not isinstance(vendor, ReadsShifts) or link is None:
            return Checked("ok", shops=shops, staff="none" if not isinstance(vendor, ReadsShifts) else "ok")
        try:
            found = next(iter(vendor.shifts(as_location(link), now - LOOKED_BACK, now)), None)
        except NotProvided as reason:
            return Checked("ok", reason.for_owner, shops=shops, staff="not_provided")
        except VendorRefused as refused:
            if refused.status != FORBIDDEN:
                raise
            return Checked("ok", shops=shops, staff="forbidden")
        return Checked("ok", shops=shops, staff="ok" if found is not None else "silent")


def _may_read_sales(vendor: Vendor, place: Location, now: datetime) -> bool:
    """One page of the latest hour tells."""
    try:
        next(iter(vendor.sales(place, now - HOUR, now, cursor="", now=now)), None)
    except VendorRefused as refused:
        if refused.status != FORBIDDEN:
            raise
        return False
    return True


def _closing(ask: Callable[[], Checked]) -> Callable[[], Checked]:
    """A thread of its own has a database session of its own: it ends with it."""

    def asked() -> Checked:
        try:
            return ask()
        finally:
            database.close()

    return asked
