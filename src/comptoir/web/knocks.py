"""The short way into the webhook doors: from the HTTP parser to the writer, and from the commit to the socket.

uvicorn makes a task, a scope and two events for each request, and writes twice; half of what a notification cost the
web process was that. What is quite ordinary (a POST of announced length, one at a time) needs none of it. Everything
else goes the long way: the same doors as an ASGI application.
"""

import asyncio
from functools import lru_cache
from typing import Any, Final, cast

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from comptoir.web.hooks import LARGEST_BODY, PREFIXES, Answer, Doors, Headers, Refusal, counted, refused

log = structlog.get_logger(__name__)

DOORS: Final = tuple(prefix.encode() for prefix in PREFIXES)
FAULT: Final = refused(Refusal(500, "internal", "Comptoir stumbled over this notification; send it again later."))


class Knock:
    """A notification under way, in the place where uvicorn keeps its request, and with what uvicorn looks at there."""

    __slots__ = ("disconnected", "keep_alive", "parts", "path", "response_complete")

    message_event: Final = asyncio.Event()  # nobody waits for it

    def __init__(self, *, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.response_complete = False
        self.disconnected = False
        self.parts: list[bytes] = []
        self.path = ""


class KnockProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with the short way beside its own."""

    def __init__(self, doors: Doors, **given: Any) -> None:
        super().__init__(**given)
        self._doors = doors
        self._read: Knock | None = None  # whose body is being read

    def on_headers_complete(self) -> None:
        """Choose the way."""
        if self._is_ordinary():
            self._read = Knock(keep_alive=self.parser.should_keep_alive())
            self.cycle = cast(Any, self._read)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Gather."""
        if self._read:
            self._read.parts.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Hand it in."""
        knock, self._read = self._read, None
        if knock is None:
            super().on_message_complete()
            return
        url, _, query = self.url.partition(b"?")
        knock.path = url.decode("ascii")
        body = knock.parts[0] if len(knock.parts) == 1 else b"".join(knock.parts)
        knock.parts = []
        try:
            self._doors.submit(knock.path, query, self.headers, body, lambda answer: self._say(knock, answer))
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
