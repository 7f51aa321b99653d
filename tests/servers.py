"""The real web server as a process of its own, on the test database."""

import asyncio
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

DEADLINE_SECONDS = 60.0
START_SECONDS = 120.0
"""Two CPU seconds, and nobody promised how soon: a busy machine gives them late."""
PORTS = range(20_000, 32_000)
COMPTOIR = "from comptoir.cli.main import app; app()"


def free_port() -> int:
    """A port nobody uses now. It is none of those that outgoing connections are given: one of them might take it
    before the server does."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def until(condition: Callable[[], bool], *, seconds: float = DEADLINE_SECONDS) -> None:
    """Poll until something is true; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.02)


@dataclass
class WebServer:
    """`comptoir serve` on a port of its own."""

    port: int
    process: subprocess.Popen[bytes] | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        environ = {**self.environ, "COMPTOIR_URL": self.url}
        command = [sys.executable, "-m", "comptoir", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environ)
        until(self.is_alive, seconds=START_SECONDS)

    def is_alive(self) -> bool:
        try:
            return self.request("GET", "/healthz")[0] == 200
        except OSError:
            assert self.process
            assert self.process.poll() is None, "the server ended by itself"
            return False

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        self.process.wait(timeout=DEADLINE_SECONDS)

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection(urlsplit(self.url).hostname or "", self.port, timeout=DEADLINE_SECONDS)
        try:
            connection.request(method, path, body=body or None, headers=headers or {})
            response = connection.getresponse()
            return response.status, _content(response), response.headers
        finally:
            connection.close()


@contextmanager
def web_server() -> Iterator[WebServer]:
    server = WebServer(free_port())
    try:
        server.start()
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.stop()


@contextmanager
def worker(*arguments: str, code: str = COMPTOIR) -> Iterator[subprocess.Popen[bytes]]:
    """A real `comptoir work`, stopped at the end; `code` is what its process runs."""
    process = subprocess.Popen([sys.executable, "-c", code, "work", *arguments])
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            assert process.wait(timeout=DEADLINE_SECONDS) == 0


def _content(response: http.client.HTTPResponse) -> bytes:
    """The body as far as it came: a server killed behind its status line has answered all the same."""
    try:
        return response.read()
    except http.client.IncompleteRead as cut:
        return cut.partial


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def wait_for(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:
    """What asynchronous work in that loop returns."""
    return asyncio.run_coroutine_threadsafe(work, loop).result(DEADLINE_SECONDS)
