"""The door under pressure: bounded, and never a 2xx that is not durable."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from comptoir.core.intake import batches, receive
from comptoir.core.intake.batches import Arrival, DoorBusy, Envelope, Receipt
from comptoir.core.intake.models import Notification
from comptoir.core.intake.receive import Receiver
from comptoir.web.hooks import Doors
from tests.database import NAME, conninfo, maintenance
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
SHARED = Envelope(door="wh/lightspeed_k", provider="lightspeed_k", address_hash=None, headers={})


def with_receiver(where: str, act: Callable[[Receiver], Awaitable[Any]], *, is_writing: bool = True) -> Any:
    """Run something against a receiver and its writer."""

    async def run() -> Any:
        receiver = Receiver(where)
        writer = asyncio.create_task(receiver.run()) if is_writing else None
        try:
            return await act(receiver)
        finally:
            if writer:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)

    # In a thread of its own: a browser test of the same process may have left its loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def arrival(number: int) -> Arrival:
    return Arrival(SHARED, b'{"number": %d}' % number, NOW)


async def knock(receiver: Receiver) -> list[dict[str, Any]]:
    """A POST at a shared door; returns the messages of its answer."""
    sent: list[dict[str, Any]] = []

    async def take() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"path": "/v1/wh/lightspeedKSeries", "query_string": b"", "method": "POST", "headers": []}
    await Doors(receiver, clock=lambda: NOW)(scope, take, send)
    return sent


def test_without_a_database_the_sender_is_asked_to_come_again() -> None:
    answer = with_receiver("host=/nowhere dbname=nothing", knock)

    assert answer[0]["status"] == 503
    assert dict(answer[0]["headers"])[b"retry-after"] == b"2"
    assert b'"code": "busy"' in answer[1]["body"]


def test_a_full_queue_refuses_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "WAITING_BODIES", 3)

    async def fill(receiver: Receiver) -> int:
        waiting = [asyncio.create_task(receiver.receive(arrival(number))) for number in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(DoorBusy):
            await receiver.receive(arrival(3))
        for task in waiting:
            task.cancel()
        return len(waiting)

    assert with_receiver("", fill, is_writing=False) == 3


def test_a_queue_of_large_bodies_is_full_by_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "WAITING_BYTES", 10)

    async def fill(receiver: Receiver) -> None:
        waiting = asyncio.create_task(receiver.receive(arrival(1)))
        await asyncio.sleep(0)
        with pytest.raises(DoorBusy):
            await receiver.receive(arrival(2))
        waiting.cancel()

    with_receiver("", fill, is_writing=False)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_replaced(people: People) -> None:
    async def interrupted(receiver: Receiver) -> list[Receipt]:
        first = await receiver.receive(arrival(1))
        with psycopg.connect(maintenance(), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND query LIKE '%%envelope%%' AND pid <> pg_backend_pid()",
                [NAME],
            )
        return [first, await receiver.receive(arrival(2))]

    assert with_receiver(conninfo(NAME), interrupted) == [Receipt.STORED, Receipt.STORED]
    assert Notification.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_no_socket_takes_at_once_is_stored_whole(people: People) -> None:
    sent = [Arrival(SHARED, random.Random(number).randbytes(1_000_000), NOW) for number in range(12)]

    async def together(receiver: Receiver) -> list[Receipt]:
        return await asyncio.gather(*(receiver.receive(each) for each in sent), receiver.receive(arrival(1)))

    assert with_receiver(conninfo(NAME), together) == [Receipt.STORED] * 13
    bodies = [bytes(row.body) for row in Notification.objects.order_by("id")]
    assert bodies == [*(each.body for each in sent), arrival(1).body]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_the_database_refuses_does_not_fail_its_neighbours(people: People) -> None:
    bad = Arrival(Envelope("d" * 200, "lightspeed_k", None, {}), b"{}", NOW)

    async def together(receiver: Receiver) -> list[Any]:
        sent = [receiver.receive(each) for each in (arrival(1), bad, arrival(2))]
        return await asyncio.gather(*sent, return_exceptions=True)

    first, refused, second = with_receiver(conninfo(NAME), together)
    assert (first, second) == (Receipt.STORED, Receipt.STORED)
    assert isinstance(refused, DoorBusy)
    assert Notification.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_an_earlier_body_is_counted_and_its_neighbours_are_stored(people: People) -> None:
    async def again(receiver: Receiver) -> list[Receipt]:
        sent: list[Receipt] = []
        for numbers in ((1,), (1, 2), (2, 3)):
            sent += await asyncio.gather(*(receiver.receive(arrival(number)) for number in numbers))
        return sent

    assert with_receiver(conninfo(NAME), again) == [Receipt.STORED] * 5
    rows = Notification.objects.order_by("body").values_list("body", "copies")
    assert list(rows) == [(arrival(number).body, copies) for number, copies in ((1, 2), (2, 2), (3, 1))]


@pytest.mark.django_db(transaction=True)
def test_a_fault_that_nobody_thought_of_ends_neither_the_writer_nor_the_others(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = batches.Batch.values

    def scarce(batch: batches.Batch) -> list[bytes]:
        if any(each.arrival == arrival(1) for each in batch.waiting):
            raise MemoryError
        return values(batch)

    monkeypatch.setattr(batches.Batch, "values", scarce)

    async def act(receiver: Receiver) -> list[Any]:
        every = (receiver.receive(arrival(number)) for number in range(3))
        async with asyncio.timeout(20):  # without the writer nobody is answered at all
            return [*await asyncio.gather(*every, return_exceptions=True), await receiver.receive(arrival(3))]

    first, fault, *others = with_receiver(conninfo(NAME), act)
    assert isinstance(fault, DoorBusy)
    assert [first, *others] == [Receipt.STORED] * 3
    assert Notification.objects.count() == 3


def test_a_body_that_cannot_be_taken_in_gives_no_other_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    def scarce(body: bytes) -> bytes:
        if body == arrival(0).body:
            raise MemoryError
        return body

    monkeypatch.setattr(batches, "packed", scarce)
    batch = batches.Batch()
    with pytest.raises(MemoryError):
        batch.add(batches.Waiting(arrival(0), lambda _: None, 0.0))
    batch.add(batches.Waiting(arrival(1), lambda _: None, 0.0))

    assert len(batch.waiting) == 1
    assert hashlib.sha256(arrival(1).body).digest() in batch.values()
