"""Statements that are planned once for each session, and a migration while somebody has them."""

from collections.abc import Iterator
from datetime import datetime
from typing import LiteralString
from unittest import mock

import psycopg
import pytest
from django.db import NotSupportedError, transaction

from comptoir.core import prepared
from comptoir.core.intake import fates, process, tasks
from comptoir.core.intake.models import Notification
from comptoir.core.ledger.models import Sale
from comptoir.pos.model import Observed
from tests.core.queue import NOW, arrive, query
from tests.database import NAME, conninfo
from tests.people import People

QUESTION = "SELECT name FROM prepared_example WHERE id = ANY(%s)"


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    query("CREATE TABLE prepared_example (id int, name varchar(20))")
    query("INSERT INTO prepared_example VALUES (1, 'Alice'), (2, 'Bob')")
    yield
    query("DROP TABLE prepared_example")


@pytest.fixture(autouse=True)
def as_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "_kept", None)
    prepared.keep_plans()


def ask(*ids: int) -> list[str]:
    with prepared.cursor() as cursor:
        cursor.execute(QUESTION, [list(ids)])
        return [name for (name,) in cursor.fetchall()]


def planned(part: str) -> list[str]:
    """What this session has a plan for."""
    return [text for (text,) in query("SELECT statement FROM pg_prepared_statements") if part in text]


@pytest.mark.usefixtures("table")
def test_a_statement_that_comes_again_is_planned_once_and_those_of_django_are_not() -> None:
    for _ in range(6):
        assert ask(1) == ["Alice"]
        assert ask(1, 2) == ["Alice", "Bob"]
        query(QUESTION, [1])

    assert len(planned("prepared_example")) == 1


@pytest.mark.usefixtures("table")
def test_a_migration_that_changes_its_answer_costs_nothing_outside_a_transaction() -> None:
    for _ in range(4):
        ask(1)
    query("ALTER TABLE prepared_example ALTER COLUMN name TYPE text")

    assert ask(1) == ["Alice"]


@pytest.mark.usefixtures("table")
def test_a_migration_that_changes_its_answer_fails_one_transaction() -> None:
    for _ in range(4):
        ask(1)
    query("ALTER TABLE prepared_example ALTER COLUMN name TYPE text")

    with pytest.raises(NotSupportedError), transaction.atomic():
        ask(1)
    with transaction.atomic():
        assert ask(1) == ["Alice"]


@pytest.mark.usefixtures("table")
def test_within_a_savepoint_it_fails_the_savepoint_alone() -> None:
    for _ in range(4):
        ask(1)
    query("ALTER TABLE prepared_example ALTER COLUMN name TYPE text")

    with transaction.atomic():
        with pytest.raises(NotSupportedError), transaction.atomic():
            ask(1)
        assert ask(1) == ["Alice"]


@pytest.mark.django_db(transaction=True)
def test_bills_go_on_through_a_migration_of_what_the_drain_has_prepared(people: People) -> None:
    for number in range(4):
        arrive(people, number)
        tasks.drain.run()
    assert planned("FROM intake_notification")
    try:
        query("ALTER TABLE intake_notification ALTER COLUMN provider TYPE text")
        query("ALTER TABLE outbox_delivery ALTER COLUMN app TYPE text")
        arrive(people, 4)
        tasks.drain.run()
    finally:
        query("ALTER TABLE intake_notification ALTER COLUMN provider TYPE varchar(40)")
        query("ALTER TABLE outbox_delivery ALTER COLUMN app TYPE varchar(40)")

    assert Sale.objects.count() == 5
    assert not Notification.objects.exclude(outcome="recorded").exists()


@pytest.mark.django_db(transaction=True)
def test_a_migration_while_bills_are_tried_one_by_one_parks_none_of_them(people: People) -> None:
    for number in range(8):
        arrive(people, number)
    check = fates.limits.check
    asked: list[datetime] = []

    def failing(observed: Observed) -> None:
        check(observed)
        if len(asked) == 1:
            raise ZeroDivisionError("a bug that fails the batch")

    def clock() -> datetime:
        asked.append(NOW)
        if len(asked) == 7:  # between two bills, when those before have had the statements planned
            alter("text")
        return NOW

    try:
        with mock.patch.object(fates.limits, "check", failing):
            process.drain(clock=clock)
    finally:
        alter("varchar(16)")

    assert len(asked) > 7
    assert [row.fault for row in Notification.objects.exclude(outcome="recorded")] == []
    assert Sale.objects.count() == 8


def alter(kind: LiteralString) -> None:
    """From another session, as a migration does it."""
    with psycopg.connect(conninfo(NAME), autocommit=True) as migrating:
        migrating.execute(f"ALTER TABLE ledger_sale ALTER COLUMN source TYPE {kind}")


@pytest.mark.django_db(transaction=True)
def test_a_column_that_a_migration_has_taken_away_under_an_older_worker_parks_nothing(people: People) -> None:
    arrive(people)
    query("ALTER TABLE ledger_sale RENAME COLUMN revision TO revision_no")
    try:
        tasks.drain.run()
    finally:
        query("ALTER TABLE ledger_sale RENAME COLUMN revision_no TO revision")
    assert Notification.objects.get().outcome == ""

    tasks.drain.run()
    assert Notification.objects.get().outcome == "recorded"
