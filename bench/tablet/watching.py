"""Tablets that listen and tills that close bills: the time from a till's post until its own tablet hears of it."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.failure import BenchFailure
from bench.tablet.bills import closed

HEARD_WITHIN: Final = 30.0
OFFER: Final = b"event: offer"

_numbers = itertools.count(1)


@dataclass
class Track:
    """One bill, by the clock of the machine in seconds; `stages.py` fills in what lies between."""

    receipt: str
    posted_at: float
    answered_at: float = 0.0
    heard_at: float = 0.0


@dataclass
class Counter:
    """A register and its tablet; `sent_at` is set while a bill is on its way to the screen, and the next one waits."""

    device: int
    live: str
    sent_at: float = 0.0
    took: list[float] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    free: asyncio.Lock = field(default_factory=asyncio.Lock)

    def heard(self) -> None:
        """The tablet hears that there is an offer; the first news behind a bill is that of this bill."""
        if self.sent_at:
            self.took.append(time.perf_counter() - self.sent_at)
            self.tracks[-1].heard_at = time.time()
            self.sent_at = 0.0
            self.free.release()


@dataclass(frozen=True)
class Heard:
    """Seconds from post to tablet, one for each bill that was closed."""

    took: list[float]
    rate: float
    tracks: list[Track]

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many percent were heard."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000


def run(port: int, place: dict[str, Any], *, rate: float, seconds: float, warm_up: float) -> Heard:
    """Close so many bills a second, at one counter after the other. Raises BenchFailure when a tablet hears nothing."""
    return asyncio.run(_run(port, place, rate=rate, seconds=seconds, warm_up=warm_up))


async def _run(port: int, place: dict[str, Any], *, rate: float, seconds: float, warm_up: float) -> Heard:
    counters = [Counter(each["device"], each["live"]) for each in place["counters"]]
    listening = [asyncio.create_task(_listen(port, each)) for each in counters]
    try:
        await asyncio.sleep(warm_up)
        start = time.perf_counter()
        tills = [asyncio.create_task(_till(port, place["door"], each)) for each in _due(counters, start, rate, seconds)]
        # Whoever hears nothing keeps its next bill waiting.
        async with asyncio.timeout(seconds + HEARD_WITHIN):
            await asyncio.gather(*tills)
            await _until_heard(counters)
    except TimeoutError:
        waiting = sum(bool(each.sent_at) for each in counters)
        raise BenchFailure(
            f"{waiting} tablets heard nothing, {seconds + HEARD_WITHIN:.0f} s after the first bill"
        ) from None
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    took = [each for counter in counters for each in counter.took]
    return Heard(took, len(took) / seconds, [each for counter in counters for each in counter.tracks])


def _due(counters: Sequence[Counter], start: float, rate: float, seconds: float) -> list[tuple[Counter, float]]:
    return [
        (counter, start + number / rate)
        for number, counter in zip(range(round(rate * seconds)), itertools.cycle(counters), strict=False)
    ]


async def _till(port: int, door: str, due: tuple[Counter, float]) -> None:
    """Post one bill when it is due; its time runs from then on, also while the tablet has not heard of the last one."""
    counter, at = due
    await asyncio.sleep(max(0.0, at - time.perf_counter()))
    await counter.free.acquire()
    number = next(_numbers)
    body = closed(counter.device, number)
    head = (
        f"POST {door} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    counter.sent_at = at
    track = Track(f"R{counter.device}.{number}", time.time())
    counter.tracks.append(track)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    status = await reader.readline()
    track.answered_at = time.time()
    await reader.read()
    writer.close()
    if b" 2" not in status:
        raise BenchFailure(f"the door said {status!r}")


async def _listen(port: int, counter: Counter) -> None:
    """The tablet's live channel."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {counter.live} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(OFFER):
                counter.heard()
    finally:
        writer.close()


async def _until_heard(counters: Sequence[Counter]) -> None:
    while any(each.sent_at for each in counters):
        await asyncio.sleep(0.01)
