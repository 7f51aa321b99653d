"""The job engine's tables as a test sees them, and rows that make work."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection as database

from comptoir.core.connections.models import Connection
from comptoir.core.intake import tasks
from comptoir.core.intake.importing import runs
from comptoir.core.intake.models import BookReading, Notification
from comptoir.core.jobs import engine
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.kseries import Vendor, linked
from tests.notifications import body
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
OF_THE_CLOCK = [name for name, _ in engine.engine_app.periodic_registry.periodic_tasks]
LONG_AGO = timedelta(seconds=engine.STALLED_AFTER_SECONDS + 1)


def query(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def jobs() -> list[tuple[str, str]]:
    """Task and status of every job but those of the clock, whose minute may come at any moment, and the one that makes
    a day anew a while after its sales."""
    others = [*OF_THE_CLOCK, "traffic.restate"]
    found = query("SELECT task_name, status FROM procrastinate_jobs WHERE task_name <> ALL(%s)", others)
    return [(str(task), str(status)) for task, status in found]


def statuses() -> list[str]:
    return [status for _, status in jobs()]


def arrive(people: People, number: int = 0) -> Notification:
    """A row as the door writes it."""
    row = arrival(people, number)
    row.save()
    return row


def arrival(people: People, number: int) -> Notification:
    """The same, not written yet."""
    return Notification(
        organisation_id=people.le_zinc.id,
        store_id=people.bar.id,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=True,
        body=body(number=f"A40017.{number}"),
        body_hash=number.to_bytes(4, "big"),
        received_at=NOW,
        received_minute=NOW,
    )


def enqueue_import(people: People, vendor: Vendor) -> None:
    """An import, and no other reading of the books beside it."""
    link = linked(vendor.connect(people), people, ZINC)
    Connection.objects.update(keep_alive_at=datetime.now(UTC) + timedelta(days=1))
    later = datetime.now(UTC) + timedelta(days=1)
    BookReading.objects.create(
        organisation_id=link.organisation_id, location_link_id=link.id, read_until=NOW, due_at=later, long_due_at=later
    )
    runs.begin(link, start=NOW - timedelta(days=1), end=NOW, now=datetime.now(UTC))
    tasks.enqueue_imports(link.organisation_id, link.connection_id)
