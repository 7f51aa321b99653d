"""What a payment asks of the database: an upper bound, since two hundred stores share it."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.apps.pay_at_table import tasks
from comptoir.apps.pay_at_table.models import State
from comptoir.core.intake import process
from tests.apps.pay_at_table.table import Table
from tests.core.queue import query

pytestmark = pytest.mark.django_db(transaction=True)

RECORDED, SENT, HEARD, APPLIED, READ = 13, 30, 16, 19, 26
"""Statements, those that begin and end a transaction included."""


def asks(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        work()
    return len(asked)


def test_a_payment_that_goes_well_asks_the_database_a_hundred_times(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "utc_now", lambda: table.now)
    for number in range(4):  # what else is open in the store costs nothing more
        table.another_bill()
        table.pass_time(seconds=10)
        table.read()
        if number == 0:  # the first payment of a while finds out whether the till is ready
            table.go_on(table.take(100))
    table.bill = table.another_bill()
    table.pass_time(seconds=10)
    table.read()
    table.pass_time(seconds=3)
    ours = {"organisation_id": str(table.integration.organisation_id)}

    assert asks(lambda: table.take(2400)) <= RECORDED
    payment = table.taken[-1]
    query("DELETE FROM procrastinate_jobs WHERE queue_name = 'tills'")  # a worker took them
    assert asks(lambda: tasks.apply.task.func(**ours, payment_id=str(payment.id))) <= SENT
    table.hold_back()
    for each in table.waiting:
        table.arrive(each.body, path=urlsplit(each.url).path)
    assert asks(lambda: process.drain(clock=lambda: table.now)) <= HEARD
    query("DELETE FROM procrastinate_jobs WHERE queue_name = 'tills'")
    assert asks(lambda: tasks.apply.task.func(**ours, payment_id=str(payment.id))) <= APPLIED
    payment.refresh_from_db()
    assert payment.state == State.APPLIED
    assert not query("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock LIKE %s", f"pay_at_table.tell%{payment.id}")
    assert asks(lambda: tasks.read.task.func(**ours, integration_id=str(table.integration.id))) <= READ
