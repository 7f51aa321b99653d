"""Open a vendor account with the tokens of a connection."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from comptoir.core.connections import standing
from comptoir.core.connections.credentials import StoredCredentials
from comptoir.core.connections.models import Connection
from comptoir.core.connections.turns import SharedTurns
from comptoir.kernel import computing
from comptoir.kernel.errors import VendorBusy, VendorRefused
from comptoir.pos import registry
from comptoir.pos.connector import Vendor


def utc_now() -> datetime:
    """The clock that token expiry is read against."""
    return datetime.now(UTC)


@contextmanager
def open_vendor(connection: Connection, *, probing: bool = False, just_read: bool = False) -> Iterator[Vendor]:
    """The vendor account behind a connection; call it outside any transaction, since it may store fresh tokens.

    All calls of all processes to one connection share one budget. A refusal that leaves the block is written down.
    `just_read`: the row was read for this, so its tokens need not be read again for the first call.
    """
    connector = registry.connector(connection.provider)
    endpoints = connector.endpoints(os.environ).at(connection.domain)
    shared = SharedTurns(connection, calls=connector.manifest.calls_per_second)
    row = connection if just_read else None
    credentials = StoredCredentials(connection.id, endpoints, utc_now, probing=probing, row=row)
    vendor = connector.open(endpoints, credentials, shared)
    try:
        with noting_refusals(connection):
            yield vendor
    finally:
        vendor.close()


@contextmanager
def noting_refusals(connection: Connection) -> Iterator[None]:
    """Write down a refusal that leaves the block."""
    asked_at = utc_now()
    try:
        yield
    except VendorRefused as refusal:
        standing.note_refusal(connection, refusal, asked_at=asked_at, now=utc_now())
        raise


def keep_alive(connection: Connection) -> None:
    """Renew the tokens of a connection that nobody used. Raises VendorRefused, VendorBusy."""
    endpoints = registry.connector(connection.provider).endpoints(os.environ).at(connection.domain)
    with computing.outside():
        StoredCredentials(connection.id, endpoints, utc_now).keep_alive()


def probe(connection: Connection) -> None:
    """Ask a vendor that refused a call whether it refuses us altogether; one that cannot answer is asked again."""
    asked_at, refused = utc_now(), None
    try:
        with open_vendor(connection, probing=True) as vendor:
            vendor.locations()
    except VendorRefused as refusal:
        refused = refusal
    except VendorBusy:
        return
    standing.note_probe(connection, refused, asked_at=asked_at, now=utc_now())
