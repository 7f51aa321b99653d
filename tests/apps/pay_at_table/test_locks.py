"""Two real transactions that want the same rows: one waits for the other, never each for the other."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from comptoir.apps.pay_at_table import applying, checks
from comptoir.apps.pay_at_table.models import State
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.queue import query
from tests.servers import until

pytestmark = pytest.mark.django_db(transaction=True)


def somebody_waits() -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(query(waiting))


def test_a_bill_gets_another_number_while_an_attempt_is_written_down(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader moves the bill's payments, the worker asks whose turn it is on the bill: both lock the bill first."""
    payment = table.take(1000)
    table.read()
    faults: list[BaseException] = []

    def read() -> None:
        try:
            checks.read(table.integration, now=table.now + timedelta(seconds=16))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    reader, asked = threading.Thread(target=read), applying._is_its_turn

    def meanwhile(*about: Any) -> bool:
        table.vendor.world.move(ZINC, table.bill, "Table 9", now=table.now)
        reader.start()
        until(somebody_waits)
        return asked(*about)

    with monkeypatch.context() as patched:
        patched.setattr(applying, "_is_its_turn", meanwhile)
        table.run(payment)
    reader.join()
    assert faults == []
    payment.refresh_from_db()
    assert payment.check_id != table.bill
    table.hear()  # the till does not know the old number any more
    table.pass_time(seconds=20)
    assert table.go_on(payment).state == State.APPLIED
