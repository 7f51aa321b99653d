"""A real worker whose tills do not answer, or not so soon: what else there is to do is done meanwhile."""

import threading
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from comptoir.apps.pay_at_table import hands, listening
from comptoir.apps.pay_at_table.integrations import create
from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.intake import tasks
from comptoir.core.jobs import engine
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.till import Item
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import TERRASSE
from tests.core.queue import query
from tests.people import People, create_store
from tests.servers import until, worker

pytestmark = pytest.mark.django_db(transaction=True)


def in_hand(queue: str) -> int:
    [(number,)] = query("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = %s AND status = 'doing'", queue)
    return int(number)


def at_terrasse(table: Table, people: People) -> Table:
    """A second store, over an account of its own."""
    store, now = create_store(people.le_zinc, "Terrasse"), datetime.now(UTC)
    connection = table.vendor.connect(people)
    with open_vendor(connection) as account:
        refresh_locations(connection, account)
    link_location(connection.locations.get(external_id=TERRASSE), store, now=now)
    integration = create(
        organisation=people.le_zinc,
        store=store,
        connection=connection,
        location_id=TERRASSE,
        name="Terrasse",
        now=now,
        card_method="APM",
        enabled=True,
    )
    listening.register(integration, now=now)
    opened = table.vendor.world.open(TERRASSE, items=[Item("ENTRECOTE")], now=now)
    return Table(table.vendor, integration, opened.external_id)


def test_a_till_that_does_not_answer_keeps_nobody_else_waiting(table: Table, people: People) -> None:
    """Of as many payments as there are hands it gets a few; those of another store go on, and so do other jobs."""
    released, other = threading.Event(), at_terrasse(table, people)

    def instead(request: Request, now: datetime) -> Response | None:
        if TERRASSE not in repr(request):
            released.wait(60)
        return None

    for number in range(engine.AT_LEAST[engine.TILLS]):
        table.take(100, name=f"q-{number}")
    table.vendor.instead = instead
    with worker() as process:
        try:
            until(lambda: in_hand(engine.TILLS) == hands.MOST)
            payment = other.take(100, name="other")
            until(lambda: GuestPayment.objects.get(id=payment.id).state == State.SUBMITTED)
            tasks.drain.enqueue_once()
            until(lambda: not query("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s", tasks.drain.name))
            assert in_hand(engine.TILLS) >= hands.MOST
        finally:
            released.set()
            process.terminate()
            assert process.wait(timeout=60) == 0


def test_whom_an_account_turned_away_is_called_when_one_has_done() -> None:
    account, another, called = uuid4(), uuid4(), list[str]()

    def one_of(account: UUID, name: str) -> AbstractContextManager[bool]:
        return hands.one_of(account, who=uuid4(), call=lambda: called.append(name))

    with ExitStack() as busy:
        assert all(busy.enter_context(one_of(account, "busy")) for _ in range(hands.MOST))
        for name in ("first", "second"):
            with one_of(account, name) as is_free:
                assert not is_free
        with one_of(another, "another") as is_free:
            assert is_free
        assert called == []
    assert called == ["first", "second"]
    with one_of(account, "later") as is_free:
        assert is_free
