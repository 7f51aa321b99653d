"""Serve a vendor's simulator over HTTP, and carry the webhooks it sends.

This is an edge: the clock is read here and handed down as `now`.
"""

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import (
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

import uvicorn

from comptoir.kernel.errors import ComptoirError, VendorBusy
from comptoir.kernel.http import send

LARGEST_BODY: Final = 1 << 20
ANSWERING_THREADS: Final = 8
START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5
POLL_SECONDS: Final = 0.1
LANE_WIDTH: Final = 2
"""Deliveries at once to one address: enough to be quick, few enough to arrive nearly in order."""
DELIVERY_SECONDS: Final = 10.0
"""How long a receiver may take before its silence counts as a failure."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """A request as a simulator sees it. Header names are lower-case.

    `query` keeps the latest of a repeated key; `pairs` has every key and value in the order they came.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    repeated: tuple[tuple[str, str], ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Whole, a key that was given twice included."""
        return self.repeated or tuple(self.query.items())


@dataclass(frozen=True)
class Response:
    """What a simulator answers.

    It leaves `after` seconds; with `cut_at` the line breaks after so many bytes of the body (0: right behind the head).
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    cut_at: int | None = None


@dataclass(frozen=True)
class Outgoing:
    """A webhook a simulator wants to send now; `key` names it when its outcome is told."""

    key: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Simulator(Protocol):
    """A vendor's HTTP as functions; safe to call from several threads."""

    def answer(self, request: Request, *, now: datetime) -> Response:
        """Answer one request as the vendor would."""

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        """The webhooks to send now, each at most once until `sent` is told."""

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Tell what the receiver answered (None: nothing); a failure is tried again later."""


Message = MutableMapping[str, Any]
Answering = Callable[[Request, datetime], Response]


class Server:
    """Answers HTTP on one port in threads of its own; `port` 0 picks a free one. Used once: start, then stop."""

    def __init__(self, answer: Answering, *, host: str, port: int) -> None:
        self._answer = answer
        self._host = host
        self._wanted_port = port
        self.port = 0
        self._threads = ThreadPoolExecutor(ANSWERING_THREADS, thread_name_prefix="answering")

    @property
    def url(self) -> str:
        """Where it is reached from this machine, without a slash at the end."""
        host = "127.0.0.1" if self._host in ("", "0.0.0.0", "::") else self._host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Listen, and return once requests are answered. Raises ComptoirError when the port cannot be had."""
        listening = _listen(self._host, self._wanted_port)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._application,
            interface="asgi3",
            lifespan="off",
            proxy_headers=False,
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        self._wait_until_started()

    def stop(self) -> None:
        """Finish the requests at hand and give the port back."""
        self._server.should_exit = True
        self._thread.join()
        self._threads.shutdown()

    def _wait_until_started(self) -> None:
        waited = threading.Event()
        for _ in range(int(START_SECONDS / 0.01)):
            if self._server.started:
                return
            waited.wait(0.01)
        raise ComptoirError(f"The server on port {self.port} did not start within {START_SECONDS:.0f} seconds.")

    async def _application(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        reply: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Plain ASGI: gather the body, answer in a thread, send."""
        body = b""
        more = True
        while more and len(body) <= LARGEST_BODY:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            response = Response(413)
        else:
            request = _request(scope, body)
            response = await asyncio.get_running_loop().run_in_executor(self._threads, self._safely, request)
        if response.after:
            await asyncio.sleep(response.after)
        await _reply(response, reply, head_only=scope["method"] == "HEAD")

    def _safely(self, request: Request) -> Response:
        try:
            return self._answer(request, now_in_milliseconds())
        except Exception:
            _log.exception("No answer to %s %s", request.method, request.path)
            return Response(500)


class Courier:
    """Carries a simulator's webhooks; each address has threads of its own, so a dead one holds up nobody else."""

    def __init__(self, simulator: Simulator, *, delivery_seconds: float = DELIVERY_SECONDS) -> None:
        self._simulator = simulator
        self._delivery_seconds = delivery_seconds
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to look for webhooks that are due."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the deliveries under way; those not begun stay due."""
        self._stopping.set()
        self._thread.join()
        for lane in self._lanes.values():
            lane.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                for outgoing in self._simulator.due(now=now_in_milliseconds()):
                    self._lane(outgoing.url).submit(self._deliver, outgoing)
            except Exception:
                _log.exception("The courier could not ask what is due")

    def _lane(self, url: str) -> ThreadPoolExecutor:
        if url not in self._lanes:
            self._lanes[url] = ThreadPoolExecutor(LANE_WIDTH, thread_name_prefix="delivering")
        return self._lanes[url]

    def _deliver(self, outgoing: Outgoing) -> None:
        status: int | None = None
        try:
            headers = {"content-type": "application/json", **outgoing.headers}
            answer = send(
                "POST",
                outgoing.url,
                body=outgoing.body,
                headers=headers,
                timeout=self._delivery_seconds,
            )
            status = answer.status
        except VendorBusy as silence:
            _log.info("No answer from %s: %s", outgoing.url, silence.for_log)
        except Exception:
            _log.exception("Could not deliver to %s", outgoing.url)
        try:
            self._simulator.sent(outgoing.key, status=status, now=now_in_milliseconds())
        except Exception:
            _log.exception("The outcome of delivery %s was not noted", outgoing.key)


@contextmanager
def serve(simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve a simulator and carry its webhooks until the block ends. Raises ComptoirError when the port is taken."""
    server = Server(lambda request, now: simulator.answer(request, now=now), host=host, port=port)
    courier = Courier(simulator)
    server.start()
    courier.start()
    try:
        yield server
    finally:
        courier.stop()
        server.stop()


def now_in_milliseconds() -> datetime:
    """The current instant (UTC), cut to whole milliseconds as tills stamp them."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


async def _reply(response: Response, reply: Callable[[Message], Awaitable[None]], *, head_only: bool) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    # A broken line promises at least one byte more than it brings, so that even an empty body is missed.
    promised = len(response.body) + (response.cut_at is not None)
    headers.append((b"content-length", str(promised).encode()))
    await reply({"type": "http.response.start", "status": response.status, "headers": headers})
    body = b"" if head_only else response.body[: response.cut_at]
    # Never said to be complete, a broken answer ends with the connection.
    await reply({"type": "http.response.body", "body": body, "more_body": response.cut_at is not None})


def _request(scope: Message, body: bytes) -> Request:
    pairs = tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(pairs),
        repeated=pairs,
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = f"Port {port} is already used by another program; stop it or choose another port."
        else:
            sentence = f"Cannot listen on {host}, port {port}: {error.strerror}."
        raise ComptoirError(sentence, for_log=str(error)) from error
