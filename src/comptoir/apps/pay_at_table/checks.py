"""Read bills from the till and mirror them: figures come from reads alone (P6), and one read serves all who wait."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import msgspec
from django.db import connection, transaction

from comptoir.apps.pay_at_table.application import FRESH, Seen, TillLine
from comptoir.apps.pay_at_table.models import Bill, Integration
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import to_minor
from comptoir.pos.capabilities import ReadsChecks
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Check, Location, Payment, SaleState

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
        words = "There is no such integration."
        raise RuleBroken(words, code="integration_not_found", status=404) from None


@contextmanager
def at_the_till(integration: Integration) -> Iterator[tuple[Vendor, Location]]:
    """The till behind an integration; outside any transaction. Raises the vendor's errors."""
    mine = integration.organisation_id
    found = Connection.objects.get(organisation_id=mine, id=integration.connection_id)
    link = LocationLink.objects.get(organisation_id=mine, connection=found, external_id=integration.location_id)
    with open_vendor(found) as vendor:
        yield vendor, as_location(link)


def open_bills(integration: Integration, *, now: datetime) -> list[Bill]:
    """Every open bill, not older than two seconds: whoever asks meanwhile waits for the same read (F2)."""
    with _one_reader(integration):
        mirrored = Bill.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
        if not mirrored.filter(fetched_at__gt=now - GAP, fetched_at__lte=now).exists():
            with at_the_till(integration) as (vendor, location):
                found = cast(ReadsChecks, vendor).checks(location, now=now)
            shown = {keep(integration, check).check_id for check in found}
            mirrored.filter(closed=False).exclude(check_id__in=shown).update(closed=True, remaining=0, fetched_at=now)
        return list(mirrored.filter(closed=False).order_by("check_id"))


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
        raise RuleBroken("The till has no such bill.", code="check_not_found", status=404)
    return keep(integration, found)


def look(integration: Integration, check_id: str, *, search: bool, now: datetime) -> Seen:
    """What the till shows of a bill and of our references on it; `search` looks through the closed sales as well."""
    with at_the_till(integration) as (vendor, location):
        found = cast(ReadsChecks, vendor).check(location, check_id, now=now)
        if found is not None:
            bill = keep(integration, found)
            lines = _lines(found.sale.payments, found.sale.currency)
            return Seen(now, found=True, closed=bill.closed, remaining=bill.remaining, lines=lines, sales_searched=True)
        if not search:
            return Seen(now, found=False)
        paid: list[TillLine] = []
        for page in vendor.sales(location, now - SEARCHED, now + AHEAD, cursor="", now=now):
            for each in page.observed:
                paid += _lines(each.sale.payments, each.sale.currency)
        return Seen(now, found=False, closed=True, lines=tuple(paid), sales_searched=True)


def keep(integration: Integration, check: Check) -> Bill:
    """Mirror a read. An older one than the mirror's changes nothing; the revision grows when what it says does."""
    sale = check.sale
    said = hashlib.sha256(msgspec.json.encode((sale, check.due, check.table_number))).digest()
    total, due = to_minor(sale.total, sale.currency), to_minor(check.due, sale.currency)
    figures = {
        "table_number": check.table_number,
        "currency": sale.currency,
        "total": total,
        "paid": total - due,
        "remaining": max(0, due),
        "closed": sale.state is not SaleState.OPEN,
        "content_hash": said,
        "fetched_at": check.seen_at,
    }
    key = {
        "organisation_id": integration.organisation_id,
        "integration_id": integration.id,
        "check_id": sale.external_id,
    }
    with transaction.atomic():
        bill, made = Bill.objects.select_for_update().get_or_create(**key, defaults=figures)
        if made or check.seen_at < bill.fetched_at:
            return bill
        if bytes(bill.content_hash) != said:
            bill.revision += 1
        for name, value in figures.items():
            setattr(bill, name, value)
        bill.save()
        return bill


def _lines(payments: tuple[Payment, ...], currency: str) -> tuple[TillLine, ...]:
    return tuple(
        TillLine(each.external_reference, to_minor(each.amount, currency))
        for each in payments
        if each.external_reference.startswith("CT")
    )


@contextmanager
def _one_reader(integration: Integration) -> Iterator[None]:
    """One full read of a store at a time, in all processes together."""
    key = f"bills {integration.organisation_id} {integration.id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
