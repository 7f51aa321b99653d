"""What becomes of a notification: recorded, nothing new, parked with a path, unverified, unlinked."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations import manifest
from comptoir.core.intake import confirm, fates, process, reads, rows
from comptoir.core.intake.models import Notification
from comptoir.core.intake.packing import packed
from comptoir.core.ledger import reads as ledger
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox import dispatch
from comptoir.kernel import packing
from comptoir.pos.events import EventKind
from tests.notifications import LOCATION, body, notification
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def arrive(people: People, content: bytes, *, verified: bool = True) -> Notification:
    """A row as the door writes it."""
    number = Notification.objects.count()
    return Notification.objects.create(
        organisation_id=people.le_zinc.id if verified else None,
        store_id=people.bar.id if verified else None,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=verified,
        body=content,
        body_hash=number.to_bytes(4, "big"),
        received_at=NOW,
        received_minute=NOW,
    )


@pytest.mark.parametrize("how", ["another's words", "cut", "cut as the door packed it"])
def test_a_body_that_cannot_be_unpacked_is_parked_as_it_is_and_keeps_nobody_waiting(people: People, how: str) -> None:
    broken, whole = arrive(people, body(number="A1.1")), arrive(people, body(number="A1.2"))
    text = packing.pack(body(number="A1.1"), b"nobody knows these" * 9 if how == "another's words" else b"")
    if how == "cut as the door packed it":
        text = packed(body(number="A1.1"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_notification SET body = %s WHERE id = %s", [text[:200], broken.id])

    assert process.drain(clock=clock) == 2
    assert Notification.objects.get(id=broken.id).outcome == "parked"
    assert Notification.objects.get(id=whole.id).outcome == "recorded"
    assert kept(broken) == text[:200], "packed once more it would stay unreadable, whatever is known later"


def test_a_large_body_stays_as_the_door_packed_it_so_that_no_batch_outgrows_the_memory(people: People) -> None:
    row = arrive(people, body() + b" " * rows.LARGEST_PACKED_AGAIN)
    by_the_door = kept(row)

    process.drain(clock=clock)

    assert Notification.objects.get().outcome == "recorded"
    assert kept(row) == by_the_door


def kept(row: Notification) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM intake_notification WHERE id = %s", [row.id])
        return bytes(cursor.fetchone()[0])


def test_a_body_that_was_processed_is_kept_smaller_and_read_as_it_came(people: People) -> None:
    row = arrive(people, body())
    by_the_door = kept(row)

    process.drain(clock=clock)

    assert len(kept(row)) < len(by_the_door) / 2
    assert Notification.objects.get().body == body()


def link(people: People, *, to_shop: bool = False, location: int = LOCATION) -> None:
    organisation, store = (people.chez_charlie, people.shop) if to_shop else (people.le_zinc, people.bar)
    made = Connection.objects.create(
        organisation=organisation,
        provider="lightspeed_k",
        status_since=NOW,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOW + timedelta(hours=1),
        created_at=NOW,
    )
    LocationLink.objects.create(
        organisation=organisation,
        connection=made,
        provider="lightspeed_k",
        external_id=str(location),
        name="Le Zinc",
        currency="EUR",
        timezone="Europe/Paris",
        store=store,
    )


def outcome(row: Notification) -> str:
    row.refresh_from_db()
    return row.outcome


def test_a_closed_bill_is_recorded_and_points_at_its_sale(people: People) -> None:
    link(people)
    row = arrive(people, body())
    assert process.drain(clock=clock) == 1

    assert outcome(row) == "recorded"
    assert row.sale_id == Sale.objects.get().id
    assert row.delivery
    assert not row.taken_for_store


def test_a_copy_changes_nothing(people: People) -> None:
    rows = [arrive(people, body()), arrive(people, body())]
    process.drain(clock=clock)
    late = arrive(people, body())
    process.drain(clock=clock)

    assert Sale.objects.count() == 1
    assert Sale.objects.get().revision == 1
    assert outcome(rows[0]) == "recorded"
    assert outcome(late) == "unchanged"


def test_a_location_linked_nowhere_is_taken_for_the_store_of_the_address(people: People) -> None:
    row = arrive(people, body())
    process.drain(clock=clock)

    assert outcome(row) == "recorded"
    assert row.taken_for_store
    assert Sale.objects.get().store_id == people.bar.id


def test_a_location_linked_elsewhere_is_parked(people: People) -> None:
    link(people, to_shop=True)
    row = arrive(people, body())
    process.drain(clock=clock)

    assert outcome(row) == "parked"
    assert row.fault_path == "$.businessLocationId"
    assert not Sale.objects.exists()


def test_a_shared_door_is_unverified_where_linked_and_unlinked_where_not(people: People) -> None:
    link(people)
    linked = arrive(people, body(), verified=False)
    unlinked = arrive(people, body(location=LOCATION + 1), verified=False)
    process.drain(clock=clock)

    assert (outcome(linked), outcome(unlinked)) == ("unverified", "unlinked")
    assert (linked.organisation_id, unlinked.organisation_id) == (people.le_zinc.id, None)
    assert not Sale.objects.exists()


def without(path: str) -> bytes:
    """A notification that lacks one field of its account."""
    whole = notification()
    del whole["account"][path]
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"", "$"),
        (b"not json", "$"),
        (b"\xff\xfe", "$"),
        (b"[]", "$"),
        (b"null", "$"),
        (without("accountNumber"), "$.account"),
        (without("status"), "$.account"),
        (without("totalAmount"), "$.account"),
        (without("openDate"), "$.account"),
        (body(status="half-open"), "$.account.status"),
        (body(type="NOVELTY"), "$.account.type"),
        (body(closeDate=None), "$.account.closeDate"),
        (body(openDate="yesterday"), "$.account.openDate"),
        (body(totalAmount="many"), "$.account.totalAmount"),
        (body(accountNumber="A" * 500), "$"),
        (body(totalAmount=1e40), "$"),
        (json.dumps({**notification(), "notificationType": "DELETE"}).encode(), "$.notificationType"),
    ],
)
def test_what_does_not_match_the_sheet_is_parked_with_the_path_of_the_fault(
    people: People, content: bytes, path: str
) -> None:
    row, sound = arrive(people, content), arrive(people, body(number="A1.99"))
    process.drain(clock=clock)

    assert outcome(row) == "parked"
    assert row.fault_path.startswith(path)
    assert row.fault
    assert bytes(row.body) == content
    assert outcome(sound) == "recorded"


def test_a_bug_of_ours_parks_one_notification_and_no_other(people: People) -> None:
    rows = [arrive(people, body(number=f"A1.{number}")) for number in range(3)]
    original = fates.limits.check

    def failing(observed: Any) -> None:
        if observed.sale.external_id == "A1.1":
            raise ZeroDivisionError("a bug")
        original(observed)

    with mock.patch.object(fates.limits, "check", failing):
        process.drain(clock=clock)

    assert [outcome(row) for row in rows] == ["recorded", "parked", "recorded"]
    assert "ZeroDivisionError" in rows[1].fault


def test_a_database_error_parks_one_notification_and_no_other(people: People) -> None:
    rows = [arrive(people, body(number=f"A1.{number}")) for number in range(3)]
    original = process.store.record

    def failing(*, observed: Any, **rest: Any) -> Any:
        if any(each.sale.external_id == "A1.1" for each in observed):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return original(observed=observed, **rest)

    with mock.patch.object(process.store, "record", failing):
        process.drain(clock=clock)

    assert [outcome(row) for row in rows] == ["recorded", "parked", "recorded"]


def test_a_passing_fault_of_the_database_parks_nothing(people: People) -> None:
    """A deadlock, a full disk, a restart: what waits goes on waiting, and the next drain reads it."""
    rows = [arrive(people, body(number=f"A1.{number}")) for number in range(3)]
    original = process.store.record

    def failing(*, observed: Any, **rest: Any) -> Any:
        if any(each.sale.external_id == "A1.1" for each in observed):
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")
        return original(observed=observed, **rest)

    with mock.patch.object(process.store, "record", failing):
        process.drain(clock=clock)
    assert [outcome(row) for row in rows] == ["recorded", "", "recorded"]

    process.drain(clock=clock)
    assert outcome(rows[1]) == "recorded"


def test_what_another_worker_has_read_meanwhile_is_not_parked_over_it(people: People) -> None:
    row = arrive(people, body())

    def read_elsewhere(event: str, **_: Any) -> None:
        if event == "intake.notification_failed":
            Notification.objects.filter(id=row.id).update(processed_at=NOW, outcome="recorded")

    with mock.patch.object(process.store, "record", side_effect=ZeroDivisionError("a bug")):
        with mock.patch.object(process.log, "exception", read_elsewhere):
            process.drain(clock=clock)
    assert outcome(row) == "recorded"


def test_what_was_read_reaches_the_apps_before_the_inbox_is_empty(people: People) -> None:
    for number in range(5):
        arrive(people, body(number=f"A1.{number}"))
    waiting: list[int] = []

    def look() -> None:
        waiting.append(Notification.objects.filter(processed_at=None).count())

    with mock.patch.object(process, "BATCH", 2):
        assert process.drain(clock=clock, then=look) == 5
    assert waiting == [3, 1, 0]


@pytest.mark.parametrize("large", [100, rows.LARGE], ids=["each fetched alone", "all at once"])
def test_a_batch_takes_fewer_of_what_is_large_so_that_it_fits_the_memory(people: People, large: int) -> None:
    for number in range(5):
        arrive(people, body(number=f"A1.{number}") + b" " * 100_000)
    waiting: list[int] = []

    def look() -> None:
        waiting.append(Notification.objects.filter(processed_at=None).count())

    with mock.patch.object(rows, "MOST_BYTES", 150_000), mock.patch.object(rows, "LARGE", large):
        assert process.drain(clock=clock, then=look) == 5
    assert waiting == [3, 1, 0]
    assert Sale.objects.count() == 5


@pytest.mark.parametrize("large", [100, rows.LARGE], ids=["each fetched alone", "all at once"])
def test_what_is_to_be_confirmed_is_read_in_portions_that_fit_the_memory(people: People, large: int) -> None:
    for number in range(5):
        arrive(people, body(number=f"A1.{number}") + b" " * 100_000)
    Notification.objects.update(processed_at=NOW, outcome="unverified", location_id="gone", due_at=NOW)
    waiting: list[int] = []

    with mock.patch.object(rows, "MOST_BYTES", 150_000), mock.patch.object(rows, "LARGE", large):
        for _ in range(3):
            confirm.confirm(organisation_id=people.le_zinc.id, store_id=people.bar.id, clock=clock)
            waiting.append(Notification.objects.exclude(due_at=None).count())
    assert waiting == [3, 1, 0]


def test_figures_no_column_can_hold_are_parked_as_what_they_are(people: People) -> None:
    line = {"amount": 1, "quantity": 9_999_999_999, "unitAmount": 9_999_999_999, "active": True}
    one = arrive(people, body(transactionLines=[line]))
    many = arrive(people, body(transactionLines=[{**line, "quantity": 99, "unitAmount": 9_999_999_999}] * 200))
    with mock.patch.object(process, "_process_one_by_one", side_effect=AssertionError("it fails its batch")):
        process.drain(clock=clock)

    assert (outcome(one), outcome(many)) == ("parked", "parked")
    assert "too large" in one.fault
    assert "too large" in many.fault


def test_nobody_else_sees_a_notification(people: People) -> None:
    row = arrive(people, body())
    process.drain(clock=clock)

    assert reads.notification(people.le_zinc.id, row.id) is not None
    assert reads.notification(people.chez_charlie.id, row.id) is None
    assert reads.raw_body(people.chez_charlie.id, row.id) is None
    assert reads.notifications(people.chez_charlie.id) == []


def test_events_reach_apps_once_and_a_failing_app_is_tried_again(people: People) -> None:
    arrive(people, body())
    process.drain(clock=clock)
    with mock.patch("comptoir.core.outbox.dispatch.manifest.app", side_effect=RuntimeError("a bug in an app")):
        assert dispatch.dispatch(clock=clock) == 0
    each_app = sum(EventKind.SALE_CLOSED in app.handlers for app in manifest.apps())
    assert dispatch.failing() == each_app
    assert dispatch.dispatch(clock=clock) == 0  # not due yet

    later = NOW + timedelta(minutes=1)
    assert dispatch.dispatch(clock=lambda: later) == each_app
    assert dispatch.dispatch(clock=lambda: later) == 0


def test_the_ledger_holds_what_the_notification_said(people: People) -> None:
    arrive(people, body())
    process.drain(clock=clock)

    [found] = ledger.sales(people.le_zinc.id, external_id="A40017.231")
    assert found.sale.table == "Table 12"
    assert found.sale.payments[0].method is not None
    assert found.sale.payments[0].method.id == "TWINT"


# News without a bill


@pytest.mark.parametrize("location", [LOCATION, None])
def test_news_of_a_payment_records_no_sale_and_is_no_fault(people: People, location: int | None) -> None:
    link(people)
    said = {"type": "PAYMENT", "status": "SUCCESS", "thirdPartyReference": "cmp-1", "businessLocationId": location}
    row = arrive(people, json.dumps(said).encode())
    bill = arrive(people, body())
    assert process.drain(clock=clock) == 2
    assert (outcome(row), outcome(bill)) == (Notification.Outcome.UNCHANGED, Notification.Outcome.RECORDED)
    assert (row.sale_id, row.delivery, row.fault) == (None, "PAYMENT SUCCESS · cmp-1", "")
    assert Sale.objects.count() == 1
