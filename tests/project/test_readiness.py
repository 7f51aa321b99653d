"""`/readyz`: what a load balancer and whoever watches are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from comptoir.core.intake.models import Notification
from comptoir.core.jobs import engine
from comptoir.web.pages import health
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_workers(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


def a_worker(*, seen_seconds_ago: float = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s)",
            [timedelta(seconds=seen_seconds_ago)],
        )


def ask() -> tuple[int, Any]:
    response = Client().get("/readyz")
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()


def test_ready_with_a_database_a_schema_and_a_worker() -> None:
    a_worker()
    assert ask() == (
        200,
        {"status": "ready", "database": True, "migrations": True, "workers": 1, "oldest_unprocessed_seconds": 0},
    )


@pytest.mark.parametrize("seen_seconds_ago", [None, engine.STALLED_AFTER_SECONDS + 1])
def test_not_ready_without_a_worker_that_lives(seen_seconds_ago: float | None) -> None:
    if seen_seconds_ago is not None:
        a_worker(seen_seconds_ago=seen_seconds_ago)
    status, body = ask()
    assert (status, body["status"], body["workers"]) == (503, "not ready", 0)


def test_the_oldest_notification_that_waits_is_told_and_nothing_of_whom(people: People) -> None:
    a_worker()
    received = datetime.now(UTC) - timedelta(seconds=90)
    Notification.objects.create(
        organisation_id=people.le_zinc.id,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=True,
        body=b"{}",
        body_hash=b"1",
        received_at=received,
        received_minute=received,
    )
    status, body = ask()

    assert status == 200
    assert 90 <= body["oldest_unprocessed_seconds"] < 120
    assert set(body) == {"status", "database", "migrations", "workers", "oldest_unprocessed_seconds"}


def test_not_ready_while_a_migration_is_missing() -> None:
    a_worker()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'loyalty'")
    status, body = ask()
    assert (status, body["database"], body["migrations"], body["workers"]) == (503, True, False, None)


def test_not_ready_without_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> bool:
        raise OperationalError("the server went away")

    monkeypatch.setattr(health, "is_migrated", gone)
    status, body = ask()
    assert (status, body["database"], body["oldest_unprocessed_seconds"]) == (503, False, None)


def test_only_asked_never_told() -> None:
    assert Client().post("/readyz").status_code == 405
