"""A vendor between whom and the world things go wrong: its answers, and the webhooks it sends."""

import dataclasses
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from uuid import uuid4

import msgspec

from comptoir.pos.hosting import Outgoing, Request, Response, Simulator
from comptoir.pos.world import World
from comptoir.sandbox.faults import EVERYWHERE, Fault, Faults

RETRY_AFTER: Final = timedelta(seconds=5)
SLOW_SECONDS: Final = 8.0
DELAY: Final = timedelta(seconds=20)
REORDERING: Final = timedelta(seconds=4)
"""How long notifications are gathered before they leave, the latest first."""
TWIN: Final = "/twin"
RESULT: Final = b'"thirdPartyReference"'
"""What the results of payments and orders from outside carry, and nothing else a vendor sends."""
SENDING: Final = re.compile("/o/op/1/(?:pay|order/(?:local|toGo))")
Failure = Callable[[int, Request, datetime], Response]
"""An error that no request deserved: the status, what was asked, and when."""


class Troubled:
    """Satisfies `pos.hosting.Simulator` around another one; safe to call from several threads.

    What it holds back stays due with the simulator inside, so a restart loses nothing. `failure` puts an error of the
    vendor's machines into the vendor's own envelope; K-Series' unless told otherwise.
    """

    def __init__(
        self, simulator: Simulator, world: World, faults: Faults, *, vendor: str, failure: Failure | None = None
    ) -> None:
        self._simulator = simulator
        self._world = world
        self._faults = faults
        self._vendor = vendor
        self._failure = failure or _failure
        self._lock = threading.Lock()
        self._held: list[tuple[datetime, Outgoing]] = []
        self._gathered: list[Outgoing] = []
        self._gathered_since: datetime | None = None

    def answer(self, request: Request, *, now: datetime) -> Response:
        """Answer, or what is left of an answer."""
        if _renews(request):
            response = self._simulator.answer(request, now=now)
            lost = response.status == HTTPStatus.OK and self._faults.take(self._vendor, Fault.REFRESH_ANSWER_LOST)
            return dataclasses.replace(response, cut_at=0) if lost else response
        if not request.headers.get("authorization", "").lower().startswith("bearer "):
            return self._simulator.answer(request, now=now)
        words = f"{request.path} {' '.join(request.query.values())} {request.body.decode('utf-8', 'replace')}"
        on = self._on(words)
        refusal = self._refusal(on, request, now)
        if refusal is not None:
            return refusal
        response = _spoilt(self._simulator.answer(request, now=now), on)
        accepted = request.method == "POST" and SENDING.fullmatch(request.path) and response.status == HTTPStatus.OK
        return dataclasses.replace(response, cut_at=0) if accepted and Fault.ANSWER_LOST in on else response

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        """What leaves now, lost, doubled, late or in disorder as switched."""
        leaving: list[Outgoing] = []
        with self._lock:
            for outgoing in self._simulator.due(now=now):
                self._treat(outgoing, leaving, now)
            leaving += [outgoing for release_at, outgoing in self._held if release_at <= now]
            self._held = [(release_at, outgoing) for release_at, outgoing in self._held if release_at > now]
            if self._gathered_since is not None and now - self._gathered_since >= REORDERING:
                leaving += reversed(self._gathered)
                self._gathered, self._gathered_since = [], None
        return leaving

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Note how a delivery went; that of a twin is nobody's concern."""
        if not key.endswith(TWIN):
            self._simulator.sent(key, status=status, now=now)

    def _treat(self, outgoing: Outgoing, leaving: list[Outgoing], now: datetime) -> None:
        on = self._on(outgoing.body.decode("utf-8", "replace"))
        result = RESULT in outgoing.body

        def strikes(fault: Fault, of_results: Fault) -> bool:
            return fault in on or (result and of_results in on)

        if strikes(Fault.NOTIFICATIONS_LOST, Fault.RESULTS_LOST):
            self._simulator.sent(outgoing.key, status=200, now=now)
            return
        copies = [outgoing]
        if strikes(Fault.NOTIFICATIONS_DOUBLED, Fault.RESULTS_DOUBLED):
            copies.append(dataclasses.replace(outgoing, key=outgoing.key + TWIN))
        if strikes(Fault.NOTIFICATIONS_DELAYED, Fault.RESULTS_DELAYED):
            self._held += [(now + DELAY, copy) for copy in copies]
        elif Fault.NOTIFICATIONS_REORDERED in on:
            self._gathered_since = self._gathered_since or now
            self._gathered += copies
        else:
            leaving += copies

    def _refusal(self, on: Collection[str], request: Request, now: datetime) -> Response | None:
        """An answer without asking, if one is switched on."""
        if Fault.BUSY_SECONDS in on:
            return self._error(429, request, now, {"retry-after": f"{RETRY_AFTER.total_seconds():.0f}"})
        if Fault.BUSY_DATE in on:
            return self._error(429, request, now, {"retry-after": format_datetime(now + RETRY_AFTER, usegmt=True)})
        if Fault.BUSY_BARE in on:
            return self._error(429, request, now, {})
        if Fault.BROKEN in on:
            return _spoilt(self._error(500, request, now, {}), on)
        if Fault.UNAVAILABLE in on:
            return _spoilt(self._error(503, request, now, {}), on)
        return None

    def _error(self, status: int, request: Request, now: datetime, headers: Mapping[str, str]) -> Response:
        response = self._failure(status, request, now)
        return dataclasses.replace(response, headers={**response.headers, **headers})

    def _on(self, words: str) -> frozenset[str]:
        """What is on where these words are about."""
        named = (location.id for location in self._world.locations() if location.id in words)
        return self._faults.on(self._vendor, next(named, EVERYWHERE))


def _renews(request: Request) -> bool:
    """Whether new tokens are asked for: in a form, in JSON or in parts."""
    if request.query.get("grant_type") == "refresh_token":
        return True
    return b"grant_type" in request.body and b"refresh_token" in request.body


def _spoilt(response: Response, on: Collection[str]) -> Response:
    if Fault.EMPTY_ERRORS in on and response.status >= HTTPStatus.BAD_REQUEST:
        response = dataclasses.replace(response, body=b"")
    if Fault.SLOW in on:
        response = dataclasses.replace(response, after=SLOW_SECONDS)
    if Fault.CUT_SHORT in on:
        response = dataclasses.replace(response, cut_at=len(response.body) // 2)
    return response


def _failure(status: int, request: Request, now: datetime) -> Response:
    """As K-Series tells it."""
    body = {
        "timestamp": now.isoformat(timespec="milliseconds"),
        "path": request.path,
        "status": status,
        "error": HTTPStatus(status).phrase,
        "requestId": uuid4().hex[:12],
    }
    return Response(status, msgspec.json.encode(body), {"content-type": "application/json"})
