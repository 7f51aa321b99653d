"""A vendor over real HTTP, and the job engine's tables, empty."""

from collections.abc import Iterator

import pytest

from comptoir.core.connections.models import LocationLink
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.kseries import Vendor, linked, vendor_served
from tests.core.queue import query
from tests.people import People


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        yield served


@pytest.fixture
def link(people: People, vendor: Vendor) -> LocationLink:
    """Le Zinc's location, feeding its bar."""
    return linked(vendor.connect(people), people, ZINC)


@pytest.fixture
def no_jobs(transactional_db: None) -> None:
    """The engine's tables are not Django's to empty."""
    for table in ("jobs", "workers", "periodic_defers"):
        query(f"DELETE FROM procrastinate_{table}")
