"""Bodies are packed on their way into the inbox, and nobody who reads them notices."""

import random
from datetime import UTC, datetime

import pytest
from django.db import connection

from comptoir.core.intake.models import Notification
from comptoir.core.intake.packing import MARK, packed, unpacked
from tests.notifications import body

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
NOISE = random.Random(11).randbytes(3000)


@pytest.mark.parametrize("content", [b"", b"{}", body(), NOISE, MARK, MARK + NOISE, b"\0" * 1_048_576], ids=len)
def test_a_body_comes_back_as_it_was(content: bytes) -> None:
    stored = packed(content)

    assert unpacked(stored) == content
    assert len(stored) <= len(content) or content.startswith(MARK)


@pytest.mark.django_db
def test_bodies_lie_packed_in_the_table_and_older_ones_as_they_are() -> None:
    row = Notification.objects.create(
        provider="lightspeed_k",
        door="wh/lightspeed_k",
        verified=False,
        body=body(),
        body_hash=b"1",
        received_at=NOW,
        received_minute=NOW,
    )
    ours = Notification.objects.filter(id=row.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM intake_notification WHERE id = %s", [row.id])
        assert bytes(cursor.fetchone()[0]).startswith(MARK)
        assert ours.get().body == ours.values_list("body", flat=True)[0] == body()

        cursor.execute("UPDATE intake_notification SET body = %s WHERE id = %s", [body(), row.id])
        assert ours.get().body == body()
