"""News for open pages over real HTTP: for whom they are, what happens when the database goes, and how it ends."""

import asyncio
import contextlib
import http.client
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import uvicorn

from comptoir.core.connections.sealing import sealer
from comptoir.kernel.ids import new_id
from comptoir.project import environment
from comptoir.web import live
from comptoir.web.live import CHANNEL, Live, address
from tests.servers import free_port, until, web_server

LE_ZINC, CHEZ_CHARLIE = new_id(), new_id()


class Served:
    """A live stream under uvicorn in a thread of this process."""

    def __init__(self) -> None:
        self.live = Live(environment.conninfo(os.environ))
        self.port = free_port()
        config = uvicorn.Config(
            self, port=self.port, lifespan="on", log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.live(scope, receive, send)
            return
        await receive()
        task = asyncio.create_task(self.live.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})


class Reader:
    """What a browser's EventSource does: read lines, gather the names of events."""

    def __init__(self, port: int, path: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.socket = self.connection.sock
        self.connection.request("GET", path)
        self.response = self.connection.getresponse()
        self.events: list[str] = []
        self.comments = 0
        self.is_whole = False
        """It ended as a stream ends; one that is broken off does not."""
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        if self.response.status == 200:
            until(lambda: self.comments > 0)

    def _read(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            while self.response.status == 200 and (line := self.response.readline()):
                if line.startswith(b"event: "):
                    self.events.append(line.removeprefix(b"event: ").decode().strip())
                elif line.startswith(b":"):
                    self.comments += 1
            self.is_whole = self.response.chunk_left is None  # type: ignore[attr-defined]  # the last chunk was read

    def leave(self) -> None:
        """As a tab that is closed."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(60)
        self.response.close()
        self.connection.close()
        self.socket.close()


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Served]:
    made = Served()
    made.thread.start()
    until(lambda: made.server.started)
    until(lambda: bool(listening()))
    yield made
    made.live.stop()
    made.server.should_exit = True
    made.thread.join(60)


@contextmanager
def session() -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(environment.conninfo(os.environ), autocommit=True) as opened:
        yield opened


def listening() -> list[int]:
    """The sessions that listen for news of this database."""
    with session() as mine:
        found = mine.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = %s", [f"LISTEN {CHANNEL}"]
        )
        return [pid for (pid,) in found.fetchall()]


def tell(organisation: UUID, topic: str) -> None:
    with session() as mine:
        mine.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{organisation} {topic}"])


def reader(served: Served, organisation: UUID = LE_ZINC) -> Reader:
    return Reader(served.port, address(organisation, now=datetime.now(UTC)))


def test_news_reach_the_readers_of_their_own_organisation_alone(served: Served) -> None:
    alice, bob, charlie = reader(served), reader(served), reader(served, CHEZ_CHARLIE)
    headers = alice.response.headers
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-cache"
    tell(LE_ZINC, "sales")
    until(lambda: alice.events == bob.events == ["sales"])
    tell(CHEZ_CHARLIE, "inbox")
    until(lambda: charlie.events == ["inbox"])

    assert alice.events == ["sales"]
    for each in (alice, bob, charlie):
        each.leave()


def test_a_notice_that_is_no_news_of_ours_does_no_harm(served: Served) -> None:
    alice = reader(served)
    with session() as mine:
        for payload in ("", " ", "nobody", f"{LE_ZINC}", "é" * 500):
            mine.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
    tell(LE_ZINC, "sales")
    until(lambda: "sales" in alice.events)
    alice.leave()


def broken_tokens() -> dict[str, str]:
    now = datetime.now(UTC)
    good = address(LE_ZINC, now=now)
    head, _, tail = good.partition(".")
    other = address(CHEZ_CHARLIE, now=now)
    return {
        "none": "/live",
        "empty": "/live?token=",
        "nonsense": "/live?token=made-up",
        "no ascii": "/live?token=%C3%A9.%FF",
        "altered": f"{head}.{'A' if tail[0] != 'A' else 'B'}{tail[1:]}",
        "another's claims": f"{other.partition('.')[0]}.{tail}",
        "expired": address(LE_ZINC, now=now - live.TOKEN_LIFETIME - timedelta(seconds=1)),
        "no organisation": f"/live?token={sealer().sign({}, expires_at=now + timedelta(hours=1))}",
    }


@pytest.mark.parametrize("name", list(broken_tokens()))
def test_without_a_valid_token_there_is_nothing(served: Served, name: str) -> None:
    refused = Reader(served.port, broken_tokens()[name])
    assert refused.response.status == 403
    assert b"load the page again" in refused.response.read()
    refused.leave()


def test_a_reader_that_leaves_is_forgotten(served: Served) -> None:
    until(lambda: served.live._count == 0)
    readers = [reader(served) for _ in range(3)]
    assert served.live._count == 3
    for each in readers:
        each.leave()
    until(lambda: served.live._count == 0)

    assert not served.live._readers


def test_a_reader_that_falls_behind_costs_little_memory(served: Served) -> None:
    alice, charlie = reader(served), reader(served, CHEZ_CHARLIE)
    with session() as mine:
        mine.execute("SELECT pg_notify(%s, %s || n) FROM generate_series(1, 5000) AS n", [CHANNEL, f"{LE_ZINC} t"])
    tell(CHEZ_CHARLIE, "last")
    until(lambda: charlie.events == ["last"])
    assert alice.events
    assert all(queue.qsize() <= live.WAITING_TOPICS for queue in served.live._readers[str(LE_ZINC)])
    for each in (alice, charlie):
        each.leave()


def test_a_quiet_stream_shows_that_it_lives(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    alice = reader(served)
    until(lambda: alice.comments > 3)
    tell(LE_ZINC, "sales")
    until(lambda: alice.events == ["sales"])
    alice.leave()


def test_too_many_readers_are_told_so(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    until(lambda: served.live._count == 0)
    monkeypatch.setattr(live, "READERS", 1)
    alice = reader(served)
    late = Reader(served.port, address(LE_ZINC, now=datetime.now(UTC)))
    assert late.response.status == 503
    alice.leave()
    late.leave()


def test_a_killed_listener_comes_back_and_everybody_looks_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RECONNECT_SECONDS", 0.05)
    alice, charlie = reader(served), reader(served, CHEZ_CHARLIE)
    for times in (1, 2):
        [before] = listening()
        with session() as mine:
            mine.execute("SELECT pg_terminate_backend(%s)", [before])
        until(lambda times=times: alice.events.count("missed") == charlie.events.count("missed") == times)  # type: ignore[misc]
        assert listening() not in ([], [before])

    tell(LE_ZINC, "sales")
    until(lambda: alice.events[-1] == "sales")
    for each in (alice, charlie):
        each.leave()


def test_the_server_stops_at_once_although_streams_are_open(django_db_setup: None) -> None:
    with web_server() as server:
        readers = [Reader(server.port, address(LE_ZINC, now=datetime.now(UTC))) for _ in range(3)]
        assert {each.response.status for each in readers} == {200}
        assert server.process
        server.process.terminate()
        assert server.process.wait(timeout=60) == 0

        for each in readers:
            each.thread.join(60)
            assert not each.thread.is_alive(), "the stream was not ended"
            assert each.is_whole, "the server ends requests by force only after 5 seconds"
            each.leave()
