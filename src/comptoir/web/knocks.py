"""The short way into the webhook doors: from the socket to the writer, and from the commit to the socket.

uvicorn makes a task, a scope and two events for each request, and writes twice; half of what a notification cost the
web process was that. What is quite ordinary (a POST of announced length, one at a time) needs none of it. Everything
else goes the long way: the same doors as an ASGI application.

The heads of a till's notifications differ in their length alone, so a head that was parsed once is known: what comes
with it again goes past the parser, which would call us for each of its headers.
"""

import asyncio
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple, cast

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from comptoir.core.intake.batches import DoorBusy, Envelope, Receipt
from comptoir.web.hooks import (
    ACCEPTED,
    LARGEST_BODY,
    PREFIXES,
    Answer,
    Doors,
    Headers,
    Refusal,
    answer_to,
    counted,
    refused,
)

log = structlog.get_logger(__name__)

DOORS: Final = tuple(prefix.encode() for prefix in PREFIXES)
FAULT: Final = refused(Refusal(500, "internal", "Comptoir stumbled over this notification; send it again later."))

LONGEST_HEAD: Final = 1024
REMEMBERED_HEADS: Final = 2048
"""Two megabytes at the most; then all are forgotten, and learned anew."""
HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "
LENGTH_END: Final = b"ength: "
"""What is looked for, as senders spell the rest in several ways; that it is the length is seen in learning a head."""
LONGEST_LENGTH: Final = len(str(LARGEST_BODY))


class Head(NamedTuple):
    """What a head that was parsed means."""

    envelope: Envelope
    path: str
    keep_alive: bool


_heads: dict[bytes, Head] = {}
"""By the head without the digits of its length."""


class Knock:
    """A notification under way, in the place where uvicorn keeps its request, and with what uvicorn looks at there."""

    __slots__ = ("disconnected", "given", "head", "keep_alive", "missing", "parts", "path", "response_complete")

    message_event: Final = asyncio.Event()  # nobody waits for it
    # Only of one whose body comes in pieces: how much is still to come, and what was given to the parser for its head.
    head: Head
    missing: int
    given: bytes
    parts: list[bytes]

    def __init__(self, path: str, *, keep_alive: bool) -> None:
        self.path = path
        self.keep_alive = keep_alive
        self.response_complete = False
        self.disconnected = False


class KnockProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with the short way beside its own."""

    def __init__(self, doors: Doors, **given: Any) -> None:
        super().__init__(**given)
        self._doors = doors
        self._parsed: Knock | None = None  # whose body the parser reads
        self._known: Knock | None = None  # of a known head, whose body is not whole yet
        self._is_between = True  # the parser has seen no part of a request that it has not seen the end of
        self._unparsed = b""  # what it is given from the beginning of a request on
        self._idle_since = 0.0

    def data_received(self, data: bytes) -> None:
        """Past the parser, where it would say nothing new."""
        if self._known:
            self._gather(self._known, data)
        elif not (self._is_between and self._begin(data)):
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        if data:
            self._unparsed = data if self._is_between else b""
            super().data_received(data)

    def _begin(self, data: bytes) -> bool:
        """Take in what has a known head; False when it has not."""
        end = data.find(HEAD_END, 0, LONGEST_HEAD)
        start = data.find(LENGTH_END, 0, end) + len(LENGTH_END)
        stop = data.find(b"\r", start, end + 1)
        head = _heads.get(data[:start] + data[stop:end]) if end > 0 else None
        if head is None or self.flow.write_paused or not (self.cycle is None or self.cycle.response_complete):
            return False
        size = _number(data[start:stop])
        if not 0 < size <= LARGEST_BODY:
            return False
        knock = Knock(head.path, keep_alive=head.keep_alive)
        self.cycle = cast(Any, knock)
        end += len(HEAD_END)
        if len(data) - end == size:
            self._hand_in(knock, head, data[end:])
        else:
            knock.head, knock.parts, knock.missing = head, [], size
            self._known = knock
            self._gather(knock, data[end:])
        return True

    def _gather(self, knock: Knock, data: bytes) -> None:
        """A piece of its body, and perhaps what was sent after it."""
        piece = data[: knock.missing]
        knock.parts.append(piece)
        knock.missing -= len(piece)
        if not knock.missing:
            self._known = None
            self._hand_in(knock, knock.head, b"".join(knock.parts))
            knock.parts = []
            self._parse(data[len(piece) :])

    def _hand_in(self, knock: Knock, head: Head, body: bytes) -> None:
        try:
            self._doors.submit_known(head.envelope, body, partial(self._told, knock))
        except Refusal as refusal:
            self._say(knock, refused(refusal))
        except DoorBusy as busy:
            self._say(knock, answer_to(busy))
        except Exception:
            log.exception("door.fault")
            self._say(knock, FAULT)

    def _told(self, knock: Knock, outcome: Receipt | DoorBusy) -> None:
        self._say(knock, ACCEPTED if outcome is Receipt.STORED else answer_to(outcome))

    # What the parser calls.

    def on_message_begin(self) -> None:
        """From here to its end the parser must see all."""
        self._is_between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Choose the way."""
        given, self._unparsed = self._unparsed, b""
        if self._is_ordinary():
            self._parsed = knock = Knock("", keep_alive=self.parser.should_keep_alive())
            knock.parts, knock.given = [], given
            self.cycle = cast(Any, knock)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Gather."""
        if self._parsed:
            self._parsed.parts.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Hand it in."""
        self._is_between = not self.parser.should_upgrade()
        knock, self._parsed = self._parsed, None
        if knock is None:
            super().on_message_complete()
            return
        url, _, query = self.url.partition(b"?")
        knock.path = url.decode("ascii")
        body, knock.parts = b"".join(knock.parts), []
        try:
            if envelope := self._doors.known(knock.path, query, self.headers):
                _learn(knock.given, self.headers, Head(envelope, knock.path, knock.keep_alive))
            self._doors.submit(knock.path, query, self.headers, body, partial(self._say, knock))
        except Exception:
            log.exception("door.fault")
            self._say(knock, FAULT)  # left to the parser, it would be called a fault of the sender

    def _is_ordinary(self) -> bool:
        """A POST to a door, with nothing before it that waits for its answer, of a length that is known and allowed."""
        return (
            self.url.startswith(DOORS)
            and b"%" not in self.url
            and b"#" not in self.url
            and not self.root_path
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.expect_100_continue
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and not self.parser.should_upgrade()
            and 0 < _length(self.headers) <= LARGEST_BODY
        )

    def _say(self, knock: Knock, answer: Answer) -> None:
        counted(knock.path, answer)
        if knock.disconnected or self.transport.is_closing():
            return
        knock.response_complete = True
        self.transport.write(_rendered(answer, tuple(self.server_state.default_headers), knock.keep_alive))
        if not knock.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def on_response_complete(self) -> None:
        """uvicorn sets a timer after each answer and ends it with the next request; ours looks when it rings."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_after(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection when nobody has used it for so long."""
        self.timeout_keep_alive_task = None
        if self.cycle is not None and not self.cycle.response_complete:
            return  # its answer sets the timer
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_after(left)
        else:
            super().timeout_keep_alive_handler()

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


def _learn(given: bytes, headers: Headers, head: Head) -> None:
    """Remember what a head means, unless the parser read it otherwise than `_begin` would."""
    end = given.find(HEAD_END, 0, LONGEST_HEAD)
    start = given.find(LENGTH_END, 0, end) + len(LENGTH_END)
    stop = given.find(b"\r", start, end + 1)
    lines = given[:end].split(b"\n")
    is_plain = (
        end > 0
        and given.startswith(b"POST /")
        and len(lines) == len(headers) + 1
        and all(line.endswith(b"\r") for line in lines[:-1])
        and given[:start].lower().endswith(b"\r\n" + LENGTH)
        and _number(given[start:stop]) == _length(headers)
        and not any(name == b"transfer-encoding" for name, _ in headers)
    )
    if is_plain:
        if len(_heads) >= REMEMBERED_HEADS:
            _heads.clear()
        _heads[given[:start] + given[stop:end]] = head


def _number(digits: bytes) -> int:
    """0 for what is no number, or one with too many digits."""
    return int(digits) if digits.isdigit() and len(digits) <= LONGEST_LENGTH else 0


def _length(headers: Headers) -> int:
    """What the sender says it is; 0 when he does not."""
    for name, value in headers:
        if name == b"content-length":
            return int(value)  # the parser has refused what is no number
    return 0


@lru_cache(16)
def _rendered(answer: Answer, more: tuple[tuple[bytes, bytes], ...], keep_alive: bool) -> bytes:
    headers = [*more, *answer.headers, *(() if keep_alive else ((b"connection", b"close"),))]
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"%b%b\r\n%b" % (STATUS_LINE[answer.status], lines, answer.body)
