"""Values and records as the vendor writes them: every scalar a string, one child an object, no child nothing (3)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

Scalar = str | int | bool | Decimal | datetime | None
Row = dict[str, Any]
"""A record: scalars by their wire names; None is left out (3.6)."""

AS_THEY_ARE: Final = (str, dict, list)
XML: Final = "text/xml; charset=UTF-8"
PLURALS: Final = {
    "Category": "Categories",
    "TaxCategory": "TaxCategories",
    "TaxClass": "TaxClasses",
    "EmployeeHours": "EmployeeHours",
    "ItemShop": "ItemShops",
}
"""Names of XML collections; the sheet only tells that JSON is made of them, so these are assumed."""


@lru_cache(maxsize=1 << 14, typed=True)  # typed: 1 and True are equal, and are told otherwise
def text(value: Scalar) -> str:
    """A scalar as text: no trailing zeros, booleans as words, instants in UTC by whole seconds (3.1, 3.2, 3.7)."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            plain = f"{value:f}"
            return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds")
        case None:
            return ""
        case _:
            return str(value)


def children(name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    """The children of a record: None without any, an object for one, a list for several (3.3, 3.4)."""
    if not rows:
        return None
    return {name: rows[0] if len(rows) == 1 else list(rows)}


def told(row: Mapping[str, Any]) -> Row:
    """A record of strings; nested ones stay as they are. What begins with an underscore is for the books alone."""
    return {
        key: value if isinstance(value, AS_THEY_ARE) else text(value)
        for key, value in row.items()
        if value is not None and key[:1] != "_"
    }


def as_json(body: Mapping[str, Any]) -> bytes:
    """The answer as JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def as_xml(root: str, body: Mapping[str, Any]) -> bytes:
    """The same answer as XML, which is what the vendor writes unless told otherwise (section 1)."""
    element = Element(root)
    _fill(element, body)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(tostring(element, encoding="unicode"), "utf-8")


def _fill(element: Element, body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if name == "@attributes":
            for key, said in value.items():
                element.set(key, said)
        else:
            for each in value if isinstance(value, list) else [value]:
                _add(element, name, each)


def _add(parent: Element, name: str, value: Any) -> None:
    child = SubElement(parent, name)
    if isinstance(value, Mapping):
        _fill(child, value)
    else:
        child.text = text(value)


def plural(resource: str) -> str:
    """The name of a collection."""
    return PLURALS.get(resource, f"{resource}s")
