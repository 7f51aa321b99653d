"""Read bills from the till and mirror them: figures come from reads alone (P6), and one read serves all who wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import mirror
from comptoir.apps.pay_at_table.application import FRESH, Seen, TillLine
from comptoir.apps.pay_at_table.models import Bill, Integration
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.ledger import reads
from comptoir.kernel import computing
from comptoir.kernel.errors import RuleBroken, VendorRefused
from comptoir.kernel.money import to_minor
from comptoir.pos.capabilities import ReadsChecks, ReadsPaymentMethods
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Location, Payment

GAP: Final = timedelta(seconds=2)
"""Between two full reads of one store."""
AHEAD: Final = timedelta(minutes=1)
"""How far the till's clock may be ahead of ours: a bill that just closed must not be missed."""
SEARCHED: Final = timedelta(hours=36)
"""How far back the closed sales are searched for a reference: the day of the bill, however late it is looked for."""


def integration_of(organisation_id: UUID, integration_id: UUID) -> Integration:
    """One of the organisation's. Raises RuleBroken."""
    try:
        return Integration.objects.get(organisation_id=organisation_id, id=integration_id)
    except Integration.DoesNotExist:
        words = _("There is no such integration.")
        raise RuleBroken(words, code="integration_not_found", status=404) from None


@contextmanager
def at_the_till(integration: Integration) -> Iterator[tuple[Vendor, Location]]:
    """The till behind an integration; outside any transaction. Raises the vendor's errors."""
    links = LocationLink.objects.filter(
        organisation_id=integration.organisation_id,
        connection_id=integration.connection_id,
        external_id=integration.location_id,
    )
    if (link := links.select_related("connection").first()) is None:
        raise VendorRefused(_("This place of the till is not known any more. Connect the till again."))
    with open_vendor(link.connection, just_read=True) as vendor:
        yield vendor, as_location(link)


def method_codes(integration: Integration) -> set[str]:
    """Of the payment methods that the till has now. Raises the vendor's errors."""
    with at_the_till(integration) as (vendor, location):
        return {each.code for each in cast(ReadsPaymentMethods, vendor).payment_methods(location)}


def open_bills(integration: Integration, *, now: datetime, age: timedelta = GAP) -> list[Bill]:
    """Every open bill, not older than `age`: whoever asks meanwhile waits for the same read (F2)."""
    read(integration, now=now, age=age)
    mirrored = Bill.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
    return list(mirrored.filter(closed=False).order_by("check_id"))


def read(integration: Integration, *, now: datetime, age: timedelta = GAP) -> None:
    """Bring the mirror up to date where it is older than `age`. Raises the vendor's errors."""
    with _one_reader(integration):
        read_at = Integration.objects.filter(id=integration.id).values_list("read_at", flat=True).first()
        if read_at is None or not now - age < read_at <= now:
            with at_the_till(integration) as (vendor, location):
                found = cast(ReadsChecks, vendor).checks(location, now=now)
            mirror.keep_all(integration, found, now=now)
            Integration.objects.filter(id=integration.id).update(read_at=now)


def fresh_bill(integration: Integration, check_id: str, *, now: datetime, age: timedelta = FRESH) -> Bill:
    """One bill, read anew when it is older than `age`. Raises RuleBroken `check_not_found`, and the vendor's errors."""
    kept = Bill.objects.filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, check_id=check_id
    ).first()
    if kept is not None and now - kept.fetched_at <= age:
        return kept
    with at_the_till(integration) as (vendor, location):
        found = cast(ReadsChecks, vendor).check(location, check_id, now=now)
    if found is None:
        raise RuleBroken(_("The till has no such bill."), code="check_not_found", status=404)
    return mirror.keep(integration, found)


def look(
    integration: Integration, check_id: str, *, since: datetime | None, now: datetime, enough: bool = False
) -> Seen:
    """What the till shows of a bill and of our references on it; where that is `enough`, that it is not there.

    A bill that is not there under its number is looked for under another (`mirror.keep_all` follows it). With `since`,
    when the first reference of ours was written, the sales that were closed later are searched as well.
    """
    with at_the_till(integration) as (vendor, location):
        found = cast(ReadsChecks, vendor).check(location, check_id, now=now)
        if found is not None:
            bill = mirror.keep(integration, found)
            lines = _lines(found.sale.payments, found.sale.currency)
            return Seen(
                now,
                found=True,
                closed=bill.closed,
                remaining=bill.remaining,
                lines=lines,
                sales_searched=True,
                currency=bill.currency,
                table_number=bill.table_number,
            )
        if enough:
            return Seen(now, found=False)
        if _followed(integration, cast(ReadsChecks, vendor), location, check_id, now=now):
            return Seen(now, found=False, moved=True)
        if since is None:
            return Seen(now, found=False, closed=_was_closed(integration, check_id))
        paid: list[TillLine] = []
        closed = _was_closed(integration, check_id)
        for page in vendor.sales(location, max(since - AHEAD, now - SEARCHED), now + AHEAD, cursor="", now=now):
            for each in page.observed:
                closed = closed or each.sale.external_id == check_id
                paid += _lines(each.sale.payments, each.sale.currency)
        return Seen(now, found=False, closed=closed, lines=tuple(paid), sales_searched=True)


def _followed(
    integration: Integration, vendor: ReadsChecks, location: Location, check_id: str, *, now: datetime
) -> bool:
    """Whether the bill goes on under another number; one full read of the store says so."""
    known = Bill.objects.filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, check_id=check_id
    )
    if not known.exists():
        return False
    with _one_reader(integration):
        mirror.keep_all(integration, vendor.checks(location, now=now), now=now)
        Integration.objects.filter(id=integration.id).update(read_at=now)
    return known.exclude(succeeded_by="").exists()


def _was_closed(integration: Integration, check_id: str) -> bool:
    """Whether the till was heard to have closed it."""
    return reads.is_closed(integration.organisation_id, integration.store_id, check_id)


def _lines(payments: tuple[Payment, ...], currency: str) -> tuple[TillLine, ...]:
    return tuple(
        TillLine(each.external_reference, to_minor(each.amount, currency))
        for each in payments
        if each.external_reference.startswith(mirror.PREFIX)
    )


@contextmanager
def _one_reader(integration: Integration) -> Iterator[None]:
    """One full read of a store at a time, in all processes together."""
    key = f"bills {integration.organisation_id} {integration.id}"
    with computing.outside(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
