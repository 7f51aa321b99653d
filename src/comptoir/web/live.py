"""Server-Sent Events for open pages: one LISTEN connection per process, no ORM, no thread per reader."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, quote
from uuid import UUID

import psycopg
import structlog

from comptoir.core.connections.sealing import sealer
from comptoir.kernel.seal import SealBroken

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CHANNEL: Final = "comptoir_live"
TOKEN_LIFETIME: Final = timedelta(hours=12)
HEARTBEAT_SECONDS: Final = 15.0
RECONNECT_SECONDS: Final = 1.0
READERS: Final = 5000
WAITING_TOPICS: Final = 64


def address(audience: UUID | str, *, now: datetime) -> str:
    """Where a page of this organisation, or whoever else `notify_live` tells, hears of news; good for half a day."""
    claims = {"org": str(audience)}
    return f"/live?token={quote(sealer().sign(claims, expires_at=now + TOKEN_LIFETIME))}"


class Live:
    """The ASGI application behind `/live`."""

    def __init__(self, conninfo: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._conninfo = conninfo
        self._clock = clock
        self._readers: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)
        self._count = 0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made anew, and then every reader looks again."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("live.database_gone", cause=str(error))
            await asyncio.sleep(RECONNECT_SECONDS)

    def stop(self) -> None:
        """End every stream."""
        self._stopping.set()

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=3)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._tell_all("missed")
            async for notice in connection.notifies():
                organisation, _, topic = notice.payload.partition(" ")
                self._tell(organisation, topic)

    def _tell(self, organisation: str, topic: str) -> None:
        for queue in self._readers.get(organisation, ()):
            if queue.qsize() < WAITING_TOPICS:  # a reader this far behind will look again anyway
                queue.put_nowait(topic)

    def _tell_all(self, topic: str) -> None:
        for organisation in list(self._readers):
            self._tell(organisation, topic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one reader until it leaves."""
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[-1]
        try:
            organisation = str(sealer().verify(token, now=self._clock())["org"])
        except (SealBroken, KeyError):
            await _plain(send, 403, b"This address has expired: load the page again.")
            return
        if self._count >= READERS:
            await _plain(send, 503, b"Too many readers.")
            return
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._readers[organisation].add(queue)
        self._count += 1
        try:
            await self._stream(queue, receive, send)
        finally:
            self._count -= 1
            self._readers[organisation].discard(queue)
            if not self._readers[organisation]:
                del self._readers[organisation]

    async def _stream(self, queue: asyncio.Queue[str], receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send_part(send, b"retry: 2000\n: welcome\n\n")
        gone = asyncio.create_task(_until_gone(receive))
        stopping = asyncio.create_task(self._stopping.wait())
        news = asyncio.create_task(queue.get())
        try:
            while not gone.done() and not stopping.done():
                await asyncio.wait(
                    {news, gone, stopping}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if not news.done():
                    await _send_part(send, b": still here\n\n")
                    continue
                topics = {news.result()}
                news = asyncio.create_task(queue.get())
                while not queue.empty():  # many changes at once are one reason to look
                    topics.add(queue.get_nowait())
                await _send_part(send, b"".join(_event(topic) for topic in sorted(topics)))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            for task in (gone, stopping, news):
                task.cancel()


def _event(topic: str) -> bytes:
    return f"event: {topic}\ndata: {{}}\n\n".encode()


async def _send_part(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass


async def _plain(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})
