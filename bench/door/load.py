"""The load: keep-alive connections on raw transports, cheap enough to share two cores with what it measures.

Closed: each connection sends its next body when the answer is there. Open: bodies are due at a fixed rate whatever the
answers do, and their latency counts from the moment they were due.
"""

import asyncio
import gc
import itertools
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

import uvloop

from bench.door.bodies import SIZE, body
from bench.failure import BenchFailure

CONNECTIONS: Final = 64
# Timers of the loop know whole milliseconds; what falls due within one is sent together.
TICK_SECONDS: Final = 0.001
ANSWER_SECONDS: Final = 30.0

_numbers = itertools.count(1)


@dataclass
class Outcome:
    """What came back. `seconds` runs from the first body to the last answer."""

    seconds: float = 0.0
    generator_cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many 2xx."""
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many percent were answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000


def closed(port: int, paths: Sequence[str], *, seconds: float) -> Outcome:
    """As many as the other side can take."""
    return _run(port, paths, seconds=seconds, rate=None)


def opened(port: int, paths: Sequence[str], *, seconds: float, rate: float) -> Outcome:
    """So many a second."""
    return _run(port, paths, seconds=seconds, rate=rate)


class _Load:
    """One run: what is due, who is free, what came back."""

    def __init__(self, *, ends_at: float, is_closed: bool) -> None:
        self.outcome = Outcome()
        self.ends_at = ends_at
        self.is_closed = is_closed
        self.free: deque[_Connection] = deque()
        self.due: deque[float] = deque()
        self.open = 0
        # Not told by the clock: a late tick sends after the end, and a timer may ring a little before it.
        self.is_fed = False
        self.is_done = asyncio.get_running_loop().create_future()

    def answered(self, connection: "_Connection", sent_at: float) -> None:
        now = time.perf_counter()
        self.outcome.latencies.append(now - sent_at)
        if self.is_closed and now < self.ends_at:
            connection.post(now)
        elif self.due:
            connection.post(self.due.popleft())
        else:
            self.free.append(connection)
            self.settle(now)

    def settle(self, now: float) -> None:
        """Done when nothing more is to be sent and nothing is under way."""
        is_over = now >= self.ends_at if self.is_closed else self.is_fed
        if is_over and len(self.free) == self.open and not self.is_done.done():
            self.is_done.set_result(None)

    def failed(self, reason: str) -> None:
        if not self.is_done.done():
            self.is_done.set_exception(BenchFailure(reason))


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load, head: bytes) -> None:
        self._load = load
        self._head = head
        self._answer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._load.open += 1
        self._load.free.append(self)

    def post(self, since: float) -> None:
        self._sent_at = since
        self._transport.write(self._head + body(next(_numbers)))

    def data_received(self, data: bytes) -> None:
        answer = self._answer = self._answer + data if self._answer else data
        end = answer.find(b"\r\n\r\n")
        if end < 0 or len(answer) < end + 4 + _length(answer, end):
            return
        self._answer = b""
        if not answer.startswith(b"HTTP/1.1 2"):
            self._load.failed(f"not a 2xx: {answer[:300]!r}")
            return
        self._load.answered(self, self._sent_at)

    def connection_lost(self, error: Exception | None) -> None:
        idle = "idle" if self in self._load.free else "waiting"
        since = time.perf_counter() - self._sent_at
        self._load.failed(f"the other side closed a connection, {idle}, {since:.1f} s after its latest body: {error}")

    def close(self) -> None:
        self._transport.close()


def _length(answer: bytes, end: int) -> int:
    """The announced length of the answer's body. Contestants all announce it."""
    lowered = answer[:end].lower()
    start = lowered.index(b"content-length:") + 15
    stop = lowered.find(b"\r\n", start)
    return int(lowered[start : stop if stop >= 0 else end])


def _run(port: int, paths: Sequence[str], *, seconds: float, rate: float | None) -> Outcome:
    gc.collect()
    gc.freeze()
    gc.disable()
    cpu = time.process_time()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            outcome = runner.run(_drive(port, paths, seconds=seconds, rate=rate))
    finally:
        gc.enable()
        gc.unfreeze()
    outcome.generator_cpu = time.process_time() - cpu
    return outcome


async def _drive(port: int, paths: Sequence[str], *, seconds: float, rate: float | None) -> Outcome:
    loop = asyncio.get_running_loop()
    load = _Load(ends_at=0.0, is_closed=rate is None)
    connections = []
    for index in range(CONNECTIONS):
        head = _head(port, paths[index % len(paths)])
        _, connection = await loop.create_connection(partial(_Connection, load, head), "127.0.0.1", port)
        connections.append(connection)
    start = time.perf_counter()
    load.ends_at = start + seconds
    if rate is None:
        while load.free:
            load.free.popleft().post(time.perf_counter())
    else:
        await _feed(load, start=start, seconds=seconds, rate=rate)
    try:
        await asyncio.wait_for(load.is_done, seconds + ANSWER_SECONDS)
    except TimeoutError:
        raise BenchFailure("answers are missing") from None
    load.outcome.seconds = time.perf_counter() - start
    for connection in connections:
        connection.close()
    return load.outcome


async def _feed(load: _Load, *, start: float, seconds: float, rate: float) -> None:
    """Send what is due with each tick; what finds no free connection waits, and its time runs."""
    dues = _dues(start, seconds, rate)
    upcoming = next(dues, None)
    while upcoming is not None:
        now = time.perf_counter()
        while upcoming is not None and upcoming <= now:
            if load.free:
                load.free.popleft().post(upcoming)
            else:
                load.due.append(upcoming)
            upcoming = next(dues, None)
        await asyncio.sleep(TICK_SECONDS)
    await asyncio.sleep(max(0.0, load.ends_at - time.perf_counter()))
    load.is_fed = True
    load.settle(time.perf_counter())


def _dues(start: float, seconds: float, rate: float) -> Iterator[float]:
    """When bodies are due: at the end of the tick they fall in."""
    for index in range(int(seconds * rate)):
        yield start + (int(index / rate / TICK_SECONDS) + 1) * TICK_SECONDS


def _head(port: int, path: str) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: localhost:{port}",
        "Content-Type: application/json",
        "User-Agent: till/1.0",
        f"Content-Length: {SIZE}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"
