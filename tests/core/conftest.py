"""A vendor over real HTTP, and the job engine's tables, empty."""

from collections.abc import Iterator

import pytest

from tests.core.kseries import Vendor, vendor_served
from tests.core.queue import query


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        yield served


@pytest.fixture
def no_jobs(transactional_db: None) -> None:
    """The engine's tables are not Django's to empty."""
    for table in ("jobs", "workers", "periodic_defers"):
        query(f"DELETE FROM procrastinate_{table}")
