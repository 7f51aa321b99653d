"""One front, two colours: the small asynchronous doors, and Django as plain WSGI beside them (design.md D10)."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final, cast

from a2wsgi import WSGIMiddleware

from comptoir.project.wsgi import application as django

from comptoir.core.intake.receive import Receiver  # isort: skip  (Django must be set up first)
from comptoir.kernel import memory  # isort: skip
from comptoir.project.environment import POOL_SIZE, conninfo  # isort: skip
from comptoir.web.hooks import Doors, is_door  # isort: skip
from comptoir.web.knocks import KnockProtocol  # isort: skip
from comptoir.web.live import Live  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEALTH: Final = b'{"status":"alive"}'


class Front:
    """Leads each request to its door."""

    def __init__(self) -> None:
        where = conninfo(os.environ)
        self._receiver = Receiver(where)
        self._doors = Doors(self._receiver)
        # How the server is to speak with clients: `cli/server.py` asks for it.
        self.protocol = partial(KnockProtocol, self._doors)
        self._live = Live(where)
        # As many threads as the pool has places: a thread never waits for a connection.
        self._pages = WSGIMiddleware(cast(Any, django), workers=POOL_SIZE)  # a2wsgi types WSGI more narrowly

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        path: str = scope["path"]
        if path == "/healthz":
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
            )
            await send({"type": "http.response.body", "body": HEALTH})
        elif path == "/live":
            await self._live(scope, receive, send)
        elif is_door(path):
            await self._doors(scope, receive, send)
        else:
            await self._pages(scope, receive, send)  # type: ignore[arg-type]

    def end_streams(self) -> None:
        """Let every open stream end; its reader comes back to whoever serves next."""
        self._live.stop()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        memory.keep_what_is_loaded()  # no door waits for a collection that walks through all of Django
        tasks = [asyncio.create_task(self._receiver.run()), asyncio.create_task(self._live.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


application = Front()
