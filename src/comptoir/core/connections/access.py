"""Open a vendor account with the tokens of a connection."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from comptoir.core.connections.credentials import StoredCredentials
from comptoir.core.connections.models import Connection
from comptoir.kernel import budget
from comptoir.pos import registry
from comptoir.pos.connector import Vendor


def utc_now() -> datetime:
    """The clock that token expiry is read against."""
    return datetime.now(UTC)


@contextmanager
def open_vendor(connection: Connection) -> Iterator[Vendor]:
    """The vendor account behind a connection; call it outside any transaction, since it may store fresh tokens.

    All calls of this process to one connection share one budget.
    """
    connector = registry.connector(connection.provider)
    endpoints = connector.endpoints(os.environ)
    shared = budget.shared(str(connection.id), calls=connector.manifest.calls_per_second)
    vendor = connector.open(endpoints, StoredCredentials(connection.id, endpoints, utc_now), shared)
    try:
        yield vendor
    finally:
        vendor.close()
