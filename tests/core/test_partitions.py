"""The inbox by days: made ahead, never refusing a row, and forgotten when they are old."""

import importlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.db.models import F

from comptoir.core.intake import partitions, process, tasks, unlinked
from comptoir.core.intake.models import Notification, UnlinkedLocation
from comptoir.core.ledger.models import Sale, SaleRevision
from comptoir.core.ledger.retention import REVISIONS_KEPT_FOR
from comptoir.kernel.ids import new_id
from tests.bills import bill, record, told
from tests.database import NAME, conninfo
from tests.notifications import body
from tests.people import People

# Far from today, so that the days the template was made with are not in the way.
NOW = datetime(2031, 3, 7, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def arrive(at: datetime, owner: UUID | None = None, *, store: UUID | None = None, **fields: object) -> Notification:
    values: dict[str, object] = {"processed_at": at, "outcome": "recorded", **fields}
    return Notification.objects.create(
        organisation_id=owner,
        store_id=store,
        provider="lightspeed_k",
        door="wh/lightspeed_k",
        verified=owner is not None,
        body=body(),
        body_hash=new_id().bytes,
        received_at=at,
        received_minute=at.replace(second=0, microsecond=0),
        **values,
    )


def partition_of(row: Notification) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM intake_notification WHERE id = %s", [row.id])
        found = cursor.fetchone()
    return str(found[0]) if found else ""


@pytest.mark.django_db
def test_days_are_made_ahead_and_only_once(people: People) -> None:
    made = partitions.ensure(NOW)
    assert made == [partitions.name((NOW + ahead * DAY).date()) for ahead in range(partitions.DAYS_AHEAD + 1)]
    assert partitions.ensure(NOW) == []
    assert partitions.ensure(NOW + DAY) == [partitions.name((NOW + 8 * DAY).date())]

    assert partition_of(arrive(NOW)) == "intake_notification_20310307"
    assert partition_of(arrive(NOW + 5 * DAY)) == "intake_notification_20310312"


@pytest.mark.django_db
def test_what_has_no_day_is_never_refused_and_moves_when_its_day_is_made(people: People) -> None:
    early, other = arrive(NOW, people.le_zinc.id), arrive(NOW - 3 * DAY)
    assert partition_of(early) == "intake_notification_default"
    kept = Notification.objects.filter(id=early.id).values().get()
    partitions.ensure(NOW)

    assert partition_of(early) == "intake_notification_20310307"
    assert Notification.objects.filter(id=early.id).values().get() == kept
    assert partition_of(other) == "intake_notification_default"
    assert arrive(NOW).id > other.id > early.id


@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_being_read_makes_nobody_wait_for_long(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "MAKING_WAITS", "50ms")
    try:
        partitions.ensure(NOW)
        with psycopg.connect(conninfo(NAME)) as reader:
            reader.execute("SELECT count(*) FROM intake_notification")
            assert partitions.ensure(NOW + DAY) == []
        assert partitions.ensure(NOW + DAY) != []
    finally:
        partitions.drop_old(NOW + 90 * DAY)
        partitions.ensure(datetime.now(UTC))


@pytest.mark.django_db(transaction=True)
def test_an_old_day_is_dropped_when_nobody_uses_the_inbox_and_no_door_waits_for_it(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of hours, such as a backup, keeps its lock: whoever queued behind it would have the doors behind him."""
    old, tries = partitions.name(NOW.date()), threading.Semaphore(0)
    monkeypatch.setattr(partitions, "sleep", lambda _seconds: tries.release())
    monkeypatch.setattr(partitions, "DROPPING_TRIES", 1_000_000)

    def drop() -> bool:
        try:
            return partitions._drop(old)
        finally:
            connection.close()

    try:
        partitions.ensure(NOW)
        row = arrive(datetime.now(UTC))
        with (
            psycopg.connect(conninfo(NAME)) as reader,
            psycopg.connect(conninfo(NAME), autocommit=True) as door,
            ThreadPoolExecutor(1) as thread,
        ):
            reader.execute("SELECT count(*) FROM intake_notification")
            door.execute("SET lock_timeout = '1ms'")
            dropped = thread.submit(drop)
            try:
                while not (tries.acquire(blocking=False) and tries.acquire(blocking=False)):
                    door.execute("UPDATE intake_notification SET copies = 2")
            finally:
                reader.rollback()
            assert dropped.result()
        assert old not in partitions.names()
        row.refresh_from_db()
        assert row.copies == 2
    finally:
        partitions.drop_old(NOW + 90 * DAY)
        partitions.ensure(datetime.now(UTC))


@pytest.mark.django_db
def test_bodies_are_kept_for_thirty_days_and_what_waits_for_longer(people: People) -> None:
    partitions.ensure(NOW)
    day = NOW.replace(hour=0)
    read, waits = arrive(day), arrive(day + DAY, processed_at=None, outcome="")
    sound, stray = arrive(day + DAY), arrive(day - DAY)

    partitions.drop_old(day + partitions.KEPT_FOR - DAY)
    assert set(Notification.objects.all()) == {read, waits, sound, stray}
    partitions.drop_old(day + partitions.KEPT_FOR)
    assert set(Notification.objects.all()) == {read, waits, sound}, "the default partition is emptied row by row"
    assert partitions.drop_old(day + partitions.KEPT_FOR + DAY) == 1
    assert set(Notification.objects.all()) == {waits, sound}
    assert partitions.drop_old(day + partitions.KEPT_FOR + 3 * DAY) == 1
    assert list(Notification.objects.all()) == [waits], "nothing is forgotten unread"


@pytest.mark.django_db
def test_what_belongs_to_nobody_is_kept_for_seven_days(people: People) -> None:
    rows = {
        "kept": arrive(NOW - unlinked.KEPT_FOR + DAY, outcome="unlinked"),
        "old": arrive(NOW - unlinked.KEPT_FOR - DAY, outcome="unlinked"),
        "unreadable": arrive(NOW - unlinked.KEPT_FOR - DAY, outcome="parked"),
        "waits": arrive(NOW - unlinked.KEPT_FOR - DAY, outcome="", processed_at=None),
        "somebody's": arrive(NOW - unlinked.KEPT_FOR - DAY, people.le_zinc.id),
    }
    for location, at in (("1", NOW - 8 * DAY), ("2", NOW)):
        UnlinkedLocation.objects.create(
            provider="lightspeed_k", location_id=location, let_go=3, first_at=at, latest_at=at
        )
    tasks.forget_old(now=NOW)

    left = set(Notification.objects.values_list("id", flat=True))
    assert {name for name, row in rows.items() if row.id in left} == {"kept", "waits", "somebody's"}
    assert list(UnlinkedLocation.objects.values_list("location_id", flat=True)) == ["2"]


@pytest.mark.django_db
def test_revisions_are_kept_for_four_hundred_days_and_sales_for_good(people: People) -> None:
    for minute, total in enumerate(("10", "11", "12")):
        at = NOW + timedelta(minutes=minute)
        record(people.bar, [told(bill("A1.1", total), at=at)], now=at + minute * DAY)
    assert SaleRevision.objects.count() == 2

    tasks.forget_old(now=NOW + REVISIONS_KEPT_FOR + DAY + timedelta(hours=1))
    assert list(SaleRevision.objects.values_list("revision", flat=True)) == [2]
    assert Sale.objects.get().revision == 3


@pytest.mark.django_db
def test_a_batch_over_several_days_is_processed(people: People) -> None:
    partitions.ensure(NOW)
    owner = {"owner": people.le_zinc.id, "store": people.bar.id, "processed_at": None, "outcome": ""}
    for ahead in (-9, 0, 1, 3):
        arrive(NOW + ahead * DAY, **owner)  # type: ignore[arg-type]
    assert process.drain(clock=lambda: NOW) == 4

    assert set(Notification.objects.values_list("outcome", flat=True)) == {"recorded"}
    assert not Notification.objects.exclude(processed_at=NOW).exists()


@pytest.mark.django_db
def test_the_migration_keeps_every_row_and_goes_on_counting() -> None:
    statements = importlib.import_module("comptoir.core.intake.migrations.0005_partitions").PARTITIONED
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE plain (LIKE intake_notification INCLUDING DEFAULTS);"
            "ALTER TABLE plain ALTER id DROP DEFAULT, ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;"
            "DROP TABLE intake_notification; ALTER TABLE plain RENAME TO intake_notification"
        )
        cursor.execute(
            "INSERT INTO intake_notification (provider, door, verified, body, body_hash, headers, copies, received_at,"
            " received_minute, outcome, location_id, delivery, fault_path, fault, taken_for_store)"
            " SELECT 'lightspeed_k', 'd', true, 'body', int4send(n), '{}', n, %s, %s, '', '', '', '', '', false"
            " FROM generate_series(1, 5) n",
            [NOW, NOW],
        )
        before = list(Notification.objects.order_by("id").values())
        cursor.execute(statements)
    assert len(before) == 5
    assert list(Notification.objects.order_by("id").values()) == before
    assert arrive(NOW).id == before[-1]["id"] + 1
    partitions.ensure(NOW)
    assert list(Notification.objects.filter(copies=F("id")).order_by("id").values()) == before
