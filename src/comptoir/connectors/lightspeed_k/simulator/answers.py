"""What the vendor answers besides data: its several error shapes (sheet 12), and JSON in its spelling of figures."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec

from comptoir.connectors.lightspeed_k.simulator.figures import instant_without_colon
from comptoir.pos.hosting import Response

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


class Refusal(Exception):
    """A request that is not served; carries the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def encode(value: object) -> bytes:
    """JSON in which decimals are numbers."""
    return _encoder.encode(value)


def json_answer(value: object, *, status: int = 200) -> Response:
    """A JSON body."""
    return Response(status, encode(value), {"content-type": "application/json"})


def spring(status: int, message: str, *, path: str, now: datetime) -> Response:
    """The default error body (12.1); its offset has no colon."""
    return json_answer(
        {
            "timestamp": instant_without_colon(now),
            "status": status,
            "error": HTTPStatus(status).phrase,
            "message": message,
            "path": path,
        },
        status=status,
    )


def location_unknown(location_id: str, *, path: str, now: datetime) -> Response:
    """The finance flavour of 404 (12.5)."""
    message = f"Business Location Not found for {location_id}"
    return with_exception(404, message, "BusinessLocationNotFound", path=path, now=now)


def with_exception(status: int, message: str, kind: str, *, path: str, now: datetime) -> Response:
    """The finance V1 flavour (12.5): the default body with the name of a Java class."""
    body = msgspec.json.decode(spring(status, message, path=path, now=now).body)
    return json_answer({**body, "exception": f"com.ikentoo.api.{kind}Exception"}, status=status)


def invalid(name: str, faults: Sequence[tuple[str, str, str]], *, path: str, now: datetime) -> Response:
    """The validation body (12.2) of an object; each fault is a field, a rule such as NotNull, and its words."""
    message = f"Validation failed for object='{name}'. Error count: {len(faults)}"
    body = msgspec.json.decode(spring(400, message, path=path, now=now).body)
    return json_answer({**body, "errors": [_fault(name, *fault) for fault in faults]}, status=400)


def _fault(name: str, field: str, rule: str, words: str) -> dict[str, object]:
    codes = [f"{name}.{field}", field]
    return {
        "codes": [*(f"{rule}.{code}" for code in codes), rule],
        "arguments": [{"codes": codes, "defaultMessage": field, "code": field}],
        "defaultMessage": words,
        "objectName": name,
        "field": field,
        "bindingFailure": False,
        "code": rule,
    }


def unauthorised() -> Response:
    """No token, or none that is valid now (3.5)."""
    title = "Full authentication is required to access this resource"
    return json_answer({"errors": [{"code": "unauthorized", "title": title}]}, status=401)


def bad_request(text: str) -> Response:
    """The finance V2 flavour of 400 (12.6)."""
    return json_answer({"error": text}, status=400)


def oauth_error(error: str, description: str, *, status: int = 400) -> Response:
    """An error of the token endpoint, in the OAuth form (3.3)."""
    return json_answer({"error": error, "error_description": description}, status=status)
