"""What is asked for counts in tests: a simulator over HTTP, and a location with a counter of that serial number."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.pos.hosting import Request, Response, Server
from tests.apps.traffic.chain import DAY, NOW, utc_store
from tests.people import People


@contextmanager
def served(answer: Callable[[Request, datetime], Response], settings: Any) -> Iterator[str]:
    """Its address, to which Comptoir may go."""
    server = Server(answer, host="127.0.0.1", port=0)
    server.start()
    settings.COMPTOIR_EGRESS_ALLOW = server.url.removeprefix("http://")
    yield server.url
    server.stop()


def with_counter(people: People, serial: str) -> People:
    """The bar counts at one door."""
    utc_store(people)
    said = {"store": people.bar, "values": {"location_id": "1"}, "node_id": None, "actor": "user:1"}
    chains.save_location(**said, now=NOW, today=DAY)  # type: ignore[arg-type]
    add_counter(organisation_id=people.le_zinc.id, store_id=people.bar.id, name="Door", now=NOW, serial=serial)
    return people
