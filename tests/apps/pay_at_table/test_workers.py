"""A real worker whose tills do not answer: what else there is to do is done meanwhile."""

import subprocess
import sys
import threading
from datetime import datetime

import pytest

from comptoir.core.intake import tasks
from comptoir.core.jobs import engine
from comptoir.pos.hosting import Request, Response
from tests.apps.pay_at_table.table import Table
from tests.core.queue import query
from tests.servers import until

pytestmark = pytest.mark.django_db(transaction=True)


def in_hand(queue: str) -> int:
    [(number,)] = query("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = %s AND status = 'doing'", queue)
    return int(number)


def test_a_till_that_does_not_answer_keeps_nobody_else_waiting(table: Table) -> None:
    """Its jobs take all hands of their own queue, and no others."""
    released = threading.Event()

    def instead(request: Request, now: datetime) -> Response | None:
        released.wait(60)
        return None

    for number in range(engine.AT_LEAST[engine.TILLS]):
        table.take(100, name=f"q-{number}")
    table.vendor.instead = instead
    process = subprocess.Popen([sys.executable, "-m", "comptoir", "work"])
    try:
        until(lambda: in_hand(engine.TILLS) == engine.AT_LEAST[engine.TILLS])
        tasks.drain.enqueue_once()
        until(lambda: not query("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s", tasks.drain.name))
        assert in_hand(engine.TILLS) == engine.AT_LEAST[engine.TILLS]
    finally:
        released.set()
        process.terminate()
        assert process.wait(timeout=30) == 0
