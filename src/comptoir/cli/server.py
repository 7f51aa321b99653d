"""Run the web server in this process."""

import errno
import signal
import socket
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.importer import import_from_string

from comptoir.kernel import memory
from comptoir.kernel.errors import ComptoirError

APPLICATION: Final = "comptoir.project.asgi:application"
KEEP_ALIVE_SECONDS: Final = 130
"""An idle connection is the proxy's to close: nginx holds its own for 60 seconds, Traefik 90, Caddy 120. Whoever closes
first risks a request that is on its way already, and a webhook that is sent by POST is not sent again for that."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ComptoirError with one sentence when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise ComptoirError(_sentence(error, host, port), for_log=str(error)) from error
    bound.listen(2048)
    bound.set_inheritable(True)
    return bound


def _sentence(error: Exception, host: str, port: int) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; stop it, or choose another with PORT={port + 10}."
    if code == errno.EACCES:
        return f"Port {port} needs rights this user does not have; choose one above 1023 with PORT=8000."
    return f"Comptoir cannot listen on {host}, port {port}."


class Server(uvicorn.Server):
    """A server that ends its application's streams before it waits for requests at hand: a stream ends no other way."""

    def end(self, _number: int, _frame: FrameType | None) -> None:
        """Stop, as soon as it has started if need be."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish requests, refuse new ones."""
        application = import_from_string(self.config.app)
        if hasattr(application, "end_streams"):
            application.end_streams()
        await super().shutdown(sockets)


def configured(application: str, protocol: Any = "httptools") -> uvicorn.Config:
    """How the server serves an application; `protocol` is what makes one for each connection."""
    return uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="on",
        loop="uvloop",
        http=protocol,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


def run(*, host: str, port: int, application: str = APPLICATION) -> None:
    """Serve until SIGTERM or SIGINT; requests at hand are finished first. The bench puts its peers in our place."""
    bound = listen(host, port)
    with memory.loading():
        loaded = import_from_string(application)
    server = Server(configured(application, getattr(loaded, "protocol", "httptools")))
    # The library raises the signal anew when it is done: nobody may die of it before the database was left in order.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.end)
    server.run(sockets=[bound])
