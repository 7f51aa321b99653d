"""JSON as the vendor writes it: numbers are numbers, instants end with Z (1 and 5)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from comptoir.pos.hosting import Response

JSON: Final = {"content-type": "application/json"}
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a body."""
    return Response(status, as_json(body), {**JSON, **(headers or {})})


def as_json(body: Any) -> bytes:
    """The bytes."""
    return _ENCODER.encode(_plain(body))


def error(status: int, short: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal (section 4)."""
    return answer(status, {"error": short, "message": detail}, headers)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def read(body: bytes) -> dict[str, Any]:
    """A JSON object that was sent; {} where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
