"""A real HTTP server that gives the answers it is told to, and remembers what it was asked."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    caller: int = 0
    """The port on the other side: the same one is the same connection."""


@dataclass(frozen=True)
class Told:
    """An answer to give; `hang_up` closes the connection without one."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False


class Listening(ThreadingHTTPServer):
    """As many may knock at once as come: of what does not fit, the kernel drops the first packet, and whoever knocks
    tries again a second later."""

    request_queue_size = 128


class Answering:
    """Gives the scripted answers in turn, the last one for ever; or asks a function."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self._script: list[Told] = [Told()]
        self._answer: Callable[[Asked], Told] | None = None

    def will(self, *script: Told) -> None:
        self._script, self._answer = list(script), None

    def will_ask(self, answer: Callable[[Asked], Told]) -> None:
        self._answer = answer

    def next_answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        if self._answer:
            return self._answer(asked)
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]


@contextmanager
def answering(*, keeps: bool = False) -> Iterator[Answering]:
    """Start the server on a free port and stop it at the end; whether it `keeps` connections for the next request."""
    server = Listening(("127.0.0.1", 0), _Keeping if keeps else _Handler)
    server.answering = Answering(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.answering  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def do_PUT(self) -> None:
        self._reply()

    def do_PATCH(self) -> None:
        self._reply()

    def do_DELETE(self) -> None:
        self._reply()

    def _reply(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, split.path, dict(parse_qsl(split.query)), headers, body, self.client_address[1])
        told = self.server.answering.next_answer(asked)  # type: ignore[attr-defined]
        if told.hang_up:
            return
        self.send_response(told.status)
        for name, value in told.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(told.body)))
        self.end_headers()
        self.wfile.write(told.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


class _Keeping(_Handler):
    protocol_version = "HTTP/1.1"
