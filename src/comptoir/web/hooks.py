"""The webhook doors: bytes in, durable before the 2xx. Asynchronous, without ORM, and without thought."""

import json
import os
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from prometheus_client import Counter

from comptoir.core.intake.batches import Answer as Settled
from comptoir.core.intake.batches import Arrival, DoorBusy, Envelope, Receipt
from comptoir.core.intake.receive import Receiver
from comptoir.kernel import metrics
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.seal import Secret, token_hash
from comptoir.pos import registry
from comptoir.pos.connector import Connector, Signs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

LARGEST_BODY: Final = 1024 * 1024
RETRY_AFTER_SECONDS: Final = 2
CONTENT_TYPE: Final = b"content-type"
USER_AGENT: Final = b"user-agent"
LONGEST_HEADER: Final = 200
LONGEST_ADDRESS: Final = 512
# The same tills come again and again: their doors are worked out once.
REMEMBERED_ENVELOPES: Final = 4096
REMEMBERED_COUNTERS: Final = 64
PREFIXES: Final = ("/hooks/", "/v1/wh/", "/partner/orders")


@dataclass(frozen=True)
class Door:
    """Whose notifications come in here, and the token of the address, if it has one."""

    name: str
    connector: Connector
    token: str


class Refusal(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


def is_door(path: str) -> bool:
    """Whether this path leads to a door."""
    return path.startswith(PREFIXES)


def find_door(path: str, query: bytes) -> Door:
    """The door behind an address. Raises Refusal (404) where there is none."""
    head, _, rest = path.strip("/").partition("/")
    words = rest.split("/")
    if head == "hooks" and len(words) == 2 and words[1]:
        connector = next((each for each in registry.connectors() if each.manifest.slug == words[0]), None)
        return _door("hooks", connector, words[1])
    if head == "v1" and words[0] == "wh" and len(words) in (2, 3):
        return _door("wh", registry.by_webhook_name(words[1]), words[2] if len(words) == 3 else "")
    if head == "partner" and words == ["orders"]:
        parameters = parse_qs(query.decode("latin-1"))
        connector = registry.by_dispatch(parameters.get("dispatch", [""])[-1])
        return _door("orders", connector, parameters.get("key", [""])[-1])
    raise Refusal(404, "door_unknown", "No notifications are taken at this address.")


def _door(kind: str, connector: Connector | None, token: str) -> Door:
    if connector is None:
        raise Refusal(404, "door_unknown", "No notifications of this point of sale are taken here.")
    # A token must not stand in a table in clear: the door is named by a part of its hash.
    suffix = f"/{token_hash(token).hex()[:16]}" if token else ""
    return Door(f"{kind}/{connector.manifest.slug}{suffix}", connector, token)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a door says: whole, since it is short."""

    code: str
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def _answer(code: str, status: int, body: bytes, content_type: bytes, *more: tuple[bytes, bytes]) -> Answer:
    length = str(len(body)).encode()
    return Answer(code, status, ((b"content-type", content_type), (b"content-length", length), *more), body)


ACCEPTED: Final = _answer("accepted", 202, b'{"status":"accepted"}', b"application/json")


def refused(refusal: Refusal) -> Answer:
    """A refusal as problem+json."""
    problem = {"type": "about:blank", "title": "Not taken", "status": refusal.status, "code": refusal.code}
    body = json.dumps({**problem, "detail": refusal.detail}).encode()
    retry = [(b"retry-after", str(RETRY_AFTER_SECONDS).encode())] if refusal.status == 503 else []
    allow = [(b"allow", b"POST")] if refusal.status == 405 else []
    return _answer(refusal.code, refusal.status, body, b"application/problem+json", *retry, *allow)


def answer_to(outcome: Receipt | DoorBusy) -> Answer:
    """What the sender is told of what became of his notification."""
    if outcome is Receipt.STORED:
        return ACCEPTED
    if outcome is Receipt.UNKNOWN_ADDRESS:
        return refused(
            Refusal(404, "address_unknown", "This address is not in use; copy the current one from Comptoir.")
        )
    return refused(Refusal(503, "busy", outcome.for_owner))


class Doors:
    """The ASGI application of the doors, and what the shorter way (`knocks.py`) shares with it."""

    def __init__(self, receiver: Receiver, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._receiver = receiver
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one notification in."""
        try:
            answer = answer_to(await self._take(scope, receive))
        except Refusal as refusal:
            answer = refused(refusal)
        except DoorBusy as busy:
            answer = answer_to(busy)
        counted(scope["path"], answer)
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
        await send({"type": "http.response.body", "body": answer.body})

    async def _take(self, scope: Scope, receive: Receive) -> Receipt:
        path, query, headers = scope["path"], scope["query_string"], scope["headers"]
        _envelope(path, query, *_said_of_the_body(headers))  # where there is no door, no body is read
        if scope["method"] != "POST":
            raise Refusal(405, "method_not_allowed", "Notifications come by POST.")
        body = await _read(receive)
        return await self._receiver.receive(self._arrival(path, query, headers, body))

    def submit(self, path: str, query: bytes, headers: Headers, body: bytes, answer: Callable[[Answer], None]) -> None:
        """Take in what came by POST, whole; `answer` is called in the loop, once, perhaps before this returns."""
        try:
            arrival = self._arrival(path, query, headers, body)
            self._receiver.submit(arrival, lambda outcome: answer(answer_to(outcome)))
        except Refusal as refusal:
            answer(refused(refusal))
        except DoorBusy as busy:
            answer(answer_to(busy))

    def known(self, path: str, query: bytes, headers: Headers) -> Envelope | None:
        """What all that come with this head have in common; None where more than their bodies is to be looked at."""
        try:
            envelope, signs = _envelope(path, query, *_said_of_the_body(headers))
        except Refusal:
            return None
        return envelope if signs is None else None

    def submit_known(self, envelope: Envelope, body: bytes, told: Settled) -> None:
        """Take in what came with such a head; `told` what became of it. Raises Refusal, DoorBusy."""
        if envelope.address_hash is None:
            _require_json(body)
        self._receiver.submit(Arrival(envelope, body, self._clock()), told)

    def _arrival(self, path: str, query: bytes, headers: Headers, body: bytes) -> Arrival:
        """Raises Refusal."""
        envelope, signs = _envelope(path, query, *_said_of_the_body(headers))
        if not body:
            raise Refusal(400, "body_empty", "This notification has no body.")
        if envelope.address_hash is None:
            _require_json(body)
        if signs is not None:
            _require_signature(body, headers, signs)
        return Arrival(envelope, body, self._clock())


def counted(path: str, answer: Answer) -> None:
    """Note an answer in the metrics."""
    _counter(path.split("/", 2)[1], answer.code).inc()


@lru_cache(REMEMBERED_COUNTERS)
def _counter(kind: str, code: str) -> Counter:
    return metrics.DOORS.labels(kind, code)


def _said_of_the_body(headers: Headers) -> tuple[bytes | None, bytes | None]:
    """Content type and user agent; nothing else is kept, so no password of a Basic header is."""
    content_type = user_agent = None
    for name, value in headers:
        if name == CONTENT_TYPE:
            content_type = value[:LONGEST_HEADER]
        elif name == USER_AGENT:
            user_agent = value[:LONGEST_HEADER]
    return content_type, user_agent


def _require_signature(body: bytes, headers: Headers, signs: "Signing") -> None:
    """Raises Refusal (401): what anybody could have written is not kept."""
    given = next((value for name, value in headers if name == signs.header), b"")
    if not signs.connector.is_signed(body, given[:LONGEST_HEADER].decode("latin-1"), signs.secret):
        raise Refusal(401, "signature_invalid", "This notification is not signed, or not by whom it says.")


@dataclass(frozen=True)
class Signing:
    """How notifications of a vendor are told from anybody's."""

    header: bytes
    connector: Signs
    secret: Secret


def _signing(connector: Connector) -> Signing | None:
    """None where the vendor signs nothing. Raises Refusal (404) while there is no OAuth client to check with."""
    header = connector.manifest.signature_header
    if not header:
        return None
    if not isinstance(connector, Signs):
        raise TypeError(f"{connector.manifest.slug} names a signature_header and has no is_signed")
    try:
        secret = connector.endpoints(os.environ).client_secret
    except ComptoirError as error:
        raise Refusal(404, "door_unknown", error.for_owner) from None
    return Signing(header.encode("ascii"), connector, secret)


@lru_cache(REMEMBERED_ENVELOPES)
def _envelope(
    path: str, query: bytes, content_type: bytes | None, user_agent: bytes | None
) -> tuple[Envelope, Signing | None]:
    """What all notifications of a till have in common. Raises Refusal (404), which is not remembered."""
    if len(path) + len(query) > LONGEST_ADDRESS:
        raise Refusal(404, "door_unknown", "No notifications are taken at this address.")
    door = find_door(path, query)
    said = {CONTENT_TYPE: content_type, USER_AGENT: user_agent}
    envelope = Envelope(
        door=door.name,
        provider=door.connector.manifest.slug,
        address_hash=token_hash(door.token) if door.token else None,
        headers={
            name.decode("ascii"): value.decode("latin-1").replace("\0", "")
            for name, value in said.items()
            if value is not None
        },
    )
    return envelope, _signing(door.connector)


async def _read(receive: Receive) -> bytes:
    """The whole body. Raises Refusal (413) as soon as it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "body_incomplete", "The body ended early.")
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            raise Refusal(413, "body_too_large", f"A notification has at most {LARGEST_BODY} bytes.")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _require_json(body: bytes) -> None:
    """Anybody can knock at a shared door: what is not even JSON is not kept (loyalty.md E42)."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        raise Refusal(400, "body_unreadable", "This body is not JSON.") from None
