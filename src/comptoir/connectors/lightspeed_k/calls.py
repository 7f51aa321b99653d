"""What all calls to K-Series share: paths with ids in them, answers read by their shape, refusals in words."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import quote

import msgspec

from comptoir.connectors.lightspeed_k.schemas import Shape
from comptoir.connectors.lightspeed_k.values import decode, decoder
from comptoir.kernel.budget import Priority
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorUnreadable
from comptoir.kernel.http import Answer, Api

VENDOR: Final = "Lightspeed"
REFUSALS: Final = frozenset({400, 403, 404, 409, 422})
"""Statuses that say why nothing was done."""

Read = TypeVar("Read")


class Calls:
    """The account that is asked; each matter of the vendor's is a class on top of this one."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _ask(
        self,
        path: str,
        shape: "msgspec.json.Decoder[Read]",
        params: Mapping[str, str] | None = None,
        priority: Priority = Priority.LIVE,
    ) -> Read:
        return decode(self._api.get(path, params, priority=priority).body, shape)

    def _ask_or_none(
        self,
        path: str,
        shape: "msgspec.json.Decoder[Read]",
        params: Mapping[str, str] | None = None,
        none_on: Collection[int] = frozenset({404}),
    ) -> Read | None:
        """None on statuses that are an answer here and no fault."""
        answer = self._api.get(path, params, read_also=none_on)
        return None if answer.status in none_on else decode(answer.body, shape)

    def _do(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, str] | None = None,
        read_also: Collection[int] = REFUSALS,
    ) -> Answer:
        """Ask for something to be done, once. Raises VendorBusy, OutcomeUnknown, VendorRefused, VendorUnreadable."""
        return self._api.write(method, path, b"" if body is None else written(body), params, read_also=read_also)


class _Acknowledged(Shape, frozen=True):
    status: str


class _Refused(Shape, frozen=True):
    message: str | None = None
    msg: str | None = None
    error: str | None = None


ACKNOWLEDGED: Final = decoder(_Acknowledged)
REFUSED: Final = decoder(_Refused)


def path_to(template: str, **parts: str) -> str:
    """A path with ids in it, each safe for the place where it stands: "+" and ":" of an instant included."""
    return template.format(**{name: quote(part, safe="") for name, part in parts.items()})


def written(body: object) -> bytes:
    """JSON as the vendor wants it: decimals as numbers, exact."""
    return msgspec.json.Encoder(decimal_format="number").encode(body)


def without_empty(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields that say something: None, empty text and empty lists are left out."""
    return {name: value for name, value in fields.items() if value not in (None, "", (), [], {})}


def whole_number(identifier: str, what: str) -> int:
    """An id where the vendor's schema wants a number. Raises RuleBroken."""
    if identifier.isascii() and identifier.isdecimal() and len(identifier) < 19:
        return int(identifier)
    raise RuleBroken(f"{VENDOR} knows no {what} {identifier[:40]!r}.", code="id_unknown", status=422)


def require_ok(answer: Answer) -> None:
    """Raises OutcomeUnknown when a 2xx does not say "ok": something was done, we cannot say what."""
    try:
        if decode(answer.body, ACKNOWLEDGED).status.lower() == "ok":
            return
    except VendorUnreadable:
        pass
    raise OutcomeUnknown(
        f"{VENDOR} answered something unexpected; Comptoir looks before it tries again.",
        for_log=f"status {answer.status}: {answer.body[:300]!r}",
    )


def reason_of(answer: Answer) -> str:
    """Why the vendor refused, in its own words; its error bodies have four shapes and may be empty or no JSON."""
    try:
        said = decode(answer.body, REFUSED)
    except VendorUnreadable:
        return answer.body[:200].decode(errors="replace")
    return said.message or said.msg or said.error or ""


def iso(instant: datetime) -> str:
    """An instant as the financial API wants it."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
