"""The short way to the doors, piece by piece: whatever way a request comes in, what is taken and said is the same."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from comptoir.core.intake.batches import Answer, Arrival, Receipt
from comptoir.core.intake.receive import Receiver
from comptoir.web import knocks
from comptoir.web.hooks import Doors
from comptoir.web.knocks import KnockProtocol

DOOR = "/hooks/lightspeed_k/token"
HEADS = (
    ("Host: localhost", "User-Agent: till/1.0", "Content-Length: {}", "Content-Type: application/json"),
    ("host: localhost", "x-strength: 7", "content-length: {}", "x-last: 1"),
    ("Host: localhost", "X-Strength: {}", "Content-Length: {}"),
    ("Host: localhost", "Content-Length:{}"),
    ("Host: localhost", "Content-Length: 0{}"),
)


class Keeping(Receiver):
    """Keeps what it is given, and says at once that it is stored."""

    def __init__(self) -> None:
        super().__init__("")
        self.bodies: list[bytes] = []

    def submit(self, arrival: Arrival, answer: Answer) -> None:
        self.bodies.append(arrival.body)
        answer(Receipt.STORED)


class Wire(asyncio.Transport):
    """The other end of a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.said += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Pieces come one after the other."""

    def resume_reading(self) -> None:
        """The same."""

    @property
    def statuses(self) -> list[int]:
        return [int(part.split(b" ")[0]) for part in self.said.split(b"HTTP/1.1 ")[1:]]


class Counting(KnockProtocol):
    """Counts how often the parser was asked."""

    parsed = 0

    def on_message_begin(self) -> None:
        self.parsed += 1
        super().on_message_begin()


def spoken(pieces: Iterable[bytes], *, knows: bool = False) -> tuple[list[bytes], Wire, Counting]:
    """What is taken of these pieces over one connection, its other end, and our end. Earlier heads are forgotten."""

    async def run() -> tuple[list[bytes], Wire, Counting]:
        receiver, wire = Keeping(), Wire()
        protocol = served(receiver)
        protocol.connection_made(wire)
        for piece in pieces:
            protocol.data_received(piece)
            while protocol.tasks:
                await asyncio.sleep(0)
        protocol.connection_lost(None)
        return receiver.bodies, wire, protocol

    if not knows:
        knocks._heads.clear()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def served(receiver: Receiver) -> Counting:
    """Our end of a connection."""
    doors = Doors(receiver)
    config = uvicorn.Config(doors, log_config=None, http=partial(Counting, doors))  # type: ignore[arg-type]
    config.load()
    return Counting(doors, config=config, server_state=ServerState(), app_state={})


def posted(body: bytes, lines: Sequence[str] = HEADS[0], path: str = DOOR) -> bytes:
    head = "\r\n".join((f"POST {path} HTTP/1.1", *lines, "", "")).replace("{}", str(len(body)))
    return head.encode() + body


@given(
    sent=st.lists(st.tuples(st.binary(min_size=1, max_size=30), st.sampled_from(HEADS)), min_size=1, max_size=12),
    cuts=st.sets(st.integers(1, 2000), max_size=12),
    together=st.booleans(),
)
def test_however_bodies_are_cut_they_are_taken_whole_and_in_order(
    sent: list[tuple[bytes, Sequence[str]]], cuts: set[int], together: bool
) -> None:
    requests = [posted(body, lines) for body, lines in sent]
    stream = b"".join(requests)
    places = {0, len(stream), *(cut for cut in cuts if cut < len(stream))}
    if not together:
        places |= {sum(map(len, requests[:number])) for number in range(len(requests))}
    ordered = sorted(places)
    bodies, wire, _ = spoken(stream[start:end] for start, end in pairwise(ordered))

    assert bodies == [body for body, _ in sent]
    assert wire.statuses == [202] * len(sent)
    assert b"connection: close" not in wire.said


def test_a_head_that_was_parsed_once_is_known_whatever_its_length() -> None:
    sent = [b"a", b"b" * 2000, b"c" * 30]
    bodies, wire, ours = spoken(posted(body) for body in sent)

    assert (bodies, wire.statuses, ours.parsed) == (sent, [202] * 3, 1)


def test_what_only_looks_like_a_length_is_part_of_the_head() -> None:
    lines = ("Host: localhost", "X-Strength: {}", "Content-Length: 1")
    bodies, wire, ours = spoken([posted(b"a", HEADS[2]), posted(b"b", HEADS[2]), posted(b"cc", lines)[:-1]])

    assert (bodies, wire.statuses) == ([b"a", b"b", b"c"], [202] * 3)
    assert ours.parsed == 3


@pytest.mark.parametrize("line", ["Content-Length: 0", "Content-Length: 99999999999999999999", "Content-Length: x"])
def test_a_known_head_with_a_length_that_is_none_is_left_to_the_parser(line: str) -> None:
    known = ("Host: localhost", "Content-Length: {}")
    bodies, _, ours = spoken([posted(b"a", known), posted(b"", ("Host: localhost", line))])

    assert bodies == [b"a"]
    assert ours.parsed == 2


def test_who_asks_to_close_is_closed_whether_his_head_is_known_or_not() -> None:
    lines = ("Host: localhost", "Connection: close", "Content-Length: {}")
    for knows in (False, True):
        bodies, wire, _ = spoken([posted(b"a", lines)], knows=knows)
        assert (bodies, wire.statuses, wire.closed) == ([b"a"], [202], True)
        assert b"connection: close" in wire.said


def test_where_there_is_no_door_no_head_is_learned() -> None:
    _, wire, ours = spoken([posted(b"a", path="/hooks/no_such_till/token")] * 2)

    assert (wire.statuses, ours.parsed) == ([404, 404], 2)


def test_a_shared_door_looks_at_each_body() -> None:
    path = "/v1/wh/lightspeedKSeries"
    bodies, wire, ours = spoken(posted(body, path=path) for body in (b"{}", b"no json", b"[]"))

    assert (bodies, wire.statuses, ours.parsed) == ([b"{}", b"[]"], [202, 400, 202], 1)


def test_of_heads_no_more_than_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocks, "REMEMBERED_HEADS", 3)
    bodies, _, _ = spoken(posted(b"a", (*HEADS[0], f"X-Number: {number}")) for number in range(20))

    assert len(bodies) == 20
    assert len(knocks._heads) <= 3


def test_a_connection_is_closed_when_nobody_has_used_it_for_so_long() -> None:
    async def run() -> tuple[bool, bool]:
        wire, protocol = Wire(), served(Keeping())
        protocol.connection_made(wire)
        for _ in range(2):
            protocol.data_received(posted(b"a"))
        protocol.timeout_keep_alive_handler()  # it rings for the first, and the second came later
        kept = not wire.closed
        protocol._idle_since -= protocol.timeout_keep_alive
        protocol.timeout_keep_alive_handler()
        return kept, wire.closed

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, run()).result() == (True, True)
