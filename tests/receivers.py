"""A customer's program that receives webhooks: real HTTP on loopback, behaving as told."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.answering import Listening

Message = tuple[dict[str, str], bytes]


class Receiver:
    """Answers with `status`; `mode` "slow" answers when released, "cut" hangs up, "cut_body" breaks the body off."""

    def __init__(self) -> None:
        self.status, self.mode, self.headers = 200, "", dict[str, str]()
        self.body = b"thanks"
        self.messages: list[Message] = []
        self.at_once = self.most_at_once = 0
        self.release = threading.Event()
        self._lock = threading.Lock()
        self.server = Listening(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.messages]

    def _handler(receiver: Any) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver._lock:
                    receiver.messages.append(({k.lower(): v for k, v in self.headers.items()}, body))
                    receiver.at_once += 1
                    receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
                try:
                    receiver._answer(self)
                finally:
                    with receiver._lock:
                        receiver.at_once -= 1

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.mode == "slow":
            self.release.wait(30)
        if self.mode == "cut":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            return
        try:
            handler.send_response(self.status)
            for name, value in self.headers.items():
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(self.body) + (10 if self.mode == "cut_body" else 0)))
            handler.end_headers()
            handler.wfile.write(self.body)
            if self.mode == "pair":
                time.sleep(0.05)
        except OSError:
            pass


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.release.set()
        made.server.shutdown()
        thread.join()
        made.server.server_close()
