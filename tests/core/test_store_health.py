"""When a store was heard of last: found among the latest of its house, without reading a month of the inbox."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import store_health
from comptoir.core.intake.models import BookReading, Notification
from tests.people import People, create_store

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
AGO = NOW - timedelta(days=9)


def arrive(people: People, at: datetime, *, outcome: str = "recorded") -> None:
    """A row of the bar's, as the drain leaves it."""
    Notification.objects.create(
        organisation_id=people.le_zinc.id,
        store_id=people.bar.id,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=True,
        body=b"{}",
        body_hash=Notification.objects.count().to_bytes(4, "big"),
        received_at=at,
        received_minute=NOW,
        outcome=outcome,
    )


def heard(people: People) -> dict[str, datetime | None]:
    found = store_health.store_health(people.le_zinc.id, now=NOW)
    return {each.store_name: each.latest_notification_at for each in found}


def test_the_latest_notification_counts_but_for_what_anybody_can_send(people: People) -> None:
    arrive(people, AGO)
    arrive(people, NOW - timedelta(minutes=2))
    arrive(people, NOW, outcome="unverified")
    assert heard(people) == {"Le Zinc": NOW - timedelta(minutes=2)}


def test_a_store_that_is_silent_for_long_is_told_as_its_till_was_noted(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_health, "LATELY", 1)
    terrace = create_store(people.le_zinc, "Terrasse")
    account = Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        status_since=AGO,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOW,
        created_at=AGO,
    )
    link = LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=account,
        provider="lightspeed_k",
        external_id="2",
        name="Terrasse",
        currency="EUR",
        timezone="Europe/Paris",
        store=terrace,
    )
    BookReading.objects.create(
        organisation_id=people.le_zinc.id,
        location_link_id=link.id,
        read_until=AGO,
        due_at=NOW,
        long_due_at=NOW,
        heard_at=AGO,
    )
    arrive(people, NOW)
    assert heard(people) == {"Le Zinc": NOW, "Terrasse": AGO}
