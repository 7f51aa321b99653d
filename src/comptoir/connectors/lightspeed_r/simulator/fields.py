"""Values of a request body, read into the kinds that the books keep (sheet section 1)."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.filters import instant
from comptoir.connectors.lightspeed_r.simulator.wire import Row

INSTANTS: Final = ("checkIn", "checkOut", "completeTime", "dob")
LARGEST: Final = Decimal(10) ** 12
"""Amounts and ids beyond it make no sense anywhere."""


def body_of(content: bytes) -> dict[str, Any]:
    """The JSON object of a request, whatever its content type. Raises Refused (400)."""
    if not content.strip():
        return {}
    try:
        found = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Refused(400, "The request body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Refused(400, "The request body is an object.")
    return found


def nested(body: Mapping[str, Any], container: str, name: str) -> list[Mapping[str, Any]]:
    """Children of a body in any of the three shapes that clients send (section 1). Raises Refused (400)."""
    box = body.get(container)
    if box in (None, "", []):
        return []
    if isinstance(box, list):
        found = [each.get(name, each) if isinstance(each, dict) else each for each in box]
    else:
        inner = box.get(name, box) if isinstance(box, dict) else box
        found = inner if isinstance(inner, list) else [inner] if inner else []
    if not all(isinstance(each, dict) for each in found):
        raise Refused(400, f"{container} holds no {name}.")
    return found


def amount(body: Mapping[str, Any], name: str, default: Any = "0") -> Decimal:
    """An amount or a rate. Raises Refused (400)."""
    value = body.get(name)
    return decimal(default if value in (None, "") else value, name)


def decimal(value: Any, name: str) -> Decimal:
    """A number. Raises Refused (400)."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Refused(400, f"'{value}' is no value for '{name}'.") from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise Refused(400, f"'{value}' is no value for '{name}'.")
    return number


def whole(body: Mapping[str, Any], name: str, default: int = 0) -> int:
    """An id or a count. Raises Refused (400)."""
    number = amount(body, name, default)
    if number != number.to_integral_value():
        raise Refused(400, f"'{body.get(name)}' is no value for '{name}'.")
    return int(number)


def truth(body: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """A boolean, as one or as a word. Raises Refused (400)."""
    value = body.get(name)
    if value in (None, ""):
        return default
    known = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if known is None:
        raise Refused(400, f"'{value}' is no value for '{name}'.")
    return known


def moment(body: Mapping[str, Any], name: str) -> datetime | None:
    """An instant, None where none is given. Raises Refused (400)."""
    value = body.get(name)
    if value in (None, ""):
        return None
    try:
        return instant(str(value)).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise Refused(400, f"'{value}' is no value for '{name}'.") from None


def read(like: Mapping[str, Any], body: Mapping[str, Any]) -> Row:
    """The fields of a body that the resource has, in their own kinds; null or empty clears. Raises Refused (400).

    Fields that it does not have are passed over, nested records are somebody else's.
    """
    known = {name: value for name, value in body.items() if name in like or name in INSTANTS}
    return {
        name: _as(known, like.get(name), name)
        for name, value in known.items()
        if not isinstance(value, dict | list) and not isinstance(like.get(name), dict | list)
    }


def _as(body: Mapping[str, Any], like: Any, name: str) -> Any:
    match like:
        case bool():
            return truth(body, name)
        case Decimal():
            return amount(body, name)
        case int():
            return whole(body, name)
        case datetime():
            return moment(body, name)
        case _:
            pass
    if name in INSTANTS:
        return moment(body, name)
    value = body[name]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def texts(value: Any) -> Any:
    """A nested record as it will be told: every scalar a string (3.1)."""
    if isinstance(value, dict):
        return {str(name): texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [texts(each) for each in value]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def blank(value: Any) -> Any:
    """Unset, in the kind of a value (3.6)."""
    match value:
        case bool():
            return False
        case int() | Decimal():
            return type(value)(0)
        case str():
            return ""
        case _:
            return None
