"""The load of the bench: what it counts is what the other side was asked and has answered."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

from bench.door import load
from tests.answering import Listening


def test_a_load_of_a_rate_has_each_of_its_bodies_answered_and_ends() -> None:
    """However late its ticks are: a body sent after the end of the time is waited for, too."""
    taken: list[int] = []

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            taken.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent."""

    with Listening(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        port = server.server_port
        with ThreadPoolExecutor(1) as apart:  # a browser's loop may run in this thread
            outcomes = [
                apart.submit(load.opened, port, ["/hooks/x"], seconds=0.02, rate=1000.0).result() for _ in range(5)
            ]
        server.shutdown()
    assert [outcome.answered for outcome in outcomes] == [20] * 5
    assert len(taken) == 100
