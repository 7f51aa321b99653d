"""Conditions of a list: equality, operators, `or=`, archived rows (sheet section 5)."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.entities import Entity, Many
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.query import Query
from comptoir.connectors.lightspeed_r.simulator.relations import asked
from comptoir.connectors.lightspeed_r.simulator.wire import Row

OPERATORS: Final = ("><", ">=", "<=", "!=", "!~", ">", "<", "~", "IN")
MOST_VALUES: Final = 100
CONTROL: Final = frozenset(
    {
        "limit",
        "offset",
        "sort",
        "orderby",
        "orderby_desc",
        "after",
        "before",
        "count",
        "load_relations",
        "archived",
        "or",
        "access_token",
    }
)
ALIASES: Final = {"updateTime": "updatetime"}
"""The vendor's own pages spell it both ways (3.10)."""
CONTACT_KINDS: Final = {"phoneHome": "Home", "phoneWork": "Work", "mobile": "Mobile", "pager": "Pager", "fax": "Fax"}
Test = Callable[[Row], bool]


def tests(entity: Entity, query: Query, books: Books) -> list[Test]:
    """What a record must pass. Raises Refused (400) for a field or value that makes no sense."""
    known = _fields(entity, books)
    has_archived = any("archived" in row for row in _some(books.all(entity.name)))
    found = [_archived(query.get("archived", "false"))] if has_archived else []
    if entity.name == "CreditAccount" and "giftCard" not in query:
        found.append(lambda row: not row["giftCard"])
    for name, said in query.pairs:
        if name not in CONTROL:
            found.append(_condition(entity, name, said, books, known, query))
    for said_or in (said for name, said in query.pairs if name == "or"):
        options = [each.partition("=") for each in said_or.split("|")]
        # Below `or=` values are escaped once more than elsewhere.
        found.append(
            _either([_condition(entity, n, unquote(s), books, known, query) for n, _equals, s in options if n])
        )
    return found


def _either(conditions: Sequence[Test]) -> Test:
    return lambda row: any(test(row) for test in conditions)


def _fields(entity: Entity, books: Books) -> frozenset[str] | None:
    """What can be filtered by: what is told of a record, and what can be sorted by; None where there is no record."""
    rows = list(_some(books.all(entity.name)))
    if not rows:
        return None
    plain = {
        name
        for row in rows
        for name, value in row.items()
        if not name.startswith("_") and not isinstance(value, dict | list)
    }
    return frozenset(plain | set(entity.sort) | entity.unset | entity.unseen)


def _some(rows: Iterable[Row]) -> Iterable[Row]:
    return islice(rows, 50)


def _archived(said: str) -> Test:
    if said == "true":
        return lambda _row: True
    if said == "only":
        return lambda row: bool(row.get("archived"))
    return lambda row: not row.get("archived")


def _condition(entity: Entity, name: str, said: str, books: Books, known: frozenset[str] | None, query: Query) -> Test:
    operator, value = _split(said)
    container, dot, inner = name.partition(".")
    if dot:
        return _of_relation(entity, container, inner, operator, value, books, query)
    field = ALIASES.get(name, name)
    if known is not None and field not in known:
        raise Refused(400, f"Unknown field '{name}' for {entity.name}.")
    matches = _matcher(operator, value, name)
    return lambda row: matches(row.get(field))


def _split(said: str) -> tuple[str, str]:
    for operator in OPERATORS:
        if said.startswith(f"{operator},"):
            return operator, said[len(operator) + 1 :]
    return "=", said


def _of_relation(
    entity: Entity, container: str, inner: str, operator: str, value: str, books: Books, query: Query
) -> Test:
    """One level deep, and only of a relation that is loaded (section 5)."""
    relation = entity.relation(container)
    if relation is None or container not in asked(entity, query.get("load_relations", "")):
        raise Refused(400, f"The relation '{container}' of {entity.name} is not loaded.")
    matches = _matcher(operator, value, inner)

    def test(row: Row) -> bool:
        if relation.many is Many.MANY:
            below = books.children(relation.entity, relation.key, int(row[entity.key]))
        else:
            single = books.get(relation.entity, int(row.get(relation.key) or 0))
            below = [single] if single else []
        return any(matches(_inside(each, inner)) for each in below)

    return test


def _inside(row: Row, name: str) -> Any:
    """A field of a related record; of a contact, its address or number of that kind (section 5)."""
    if name in row:
        return row[name]
    if name == "email":
        return _first(row.get("Emails"), "ContactEmail", "address", "")
    return _first(row.get("Phones"), "ContactPhone", "number", CONTACT_KINDS.get(name, "?"))


def _first(box: Any, name: str, field: str, kind: str) -> Any:
    inner = box.get(name, []) if isinstance(box, dict) else []
    for each in inner if isinstance(inner, list) else [inner]:
        if not kind or each.get("useType") == kind:
            return each.get(field)
    return None


def _matcher(operator: str, value: str, name: str) -> Callable[[Any], bool]:
    if operator == "IN":
        wanted = _values(value)
        if len(wanted) > MOST_VALUES:
            raise Refused(400, f"At most {MOST_VALUES} values may be given to IN for '{name}'.")
        return lambda held: any(_equal(held, each, name) for each in wanted)
    if operator == "><":
        low, _comma, high = value.partition(",")
        return lambda held: held is not None and _compare(held, low, name) >= 0 and _compare(held, high, name) <= 0
    if operator in ("~", "!~"):
        pattern = re.compile(".*".join(re.escape(part) for part in value.split("%")), re.IGNORECASE | re.DOTALL)
        return lambda held: (pattern.fullmatch(str(held or "")) is not None) is (operator == "~")
    if operator in ("=", "!="):
        return lambda held: _equal(held, value, name) is (operator == "=")
    holds: dict[str, Callable[[int], bool]] = {
        ">": lambda order: order > 0,
        ">=": lambda order: order >= 0,
        "<": lambda order: order < 0,
        "<=": lambda order: order <= 0,
    }
    return lambda held: held is not None and holds[operator](_compare(held, value, name))


def _values(said: str) -> list[str]:
    try:
        listed = json.loads(said)
    except ValueError:
        listed = said.strip("[]").split(",")
    return [str(each).strip() for each in (listed if isinstance(listed, list) else [listed])]


def _equal(held: Any, said: str, name: str) -> bool:
    if held is None:
        return said == ""
    return _compare(held, said, name) == 0


def _compare(held: Any, said: str, name: str) -> int:
    """-1, 0 or 1. Raises Refused (400) where the value is not of the field's kind."""
    wanted = _read(held, said, name)
    mine = str(held) if isinstance(wanted, str) else held
    return int(mine > wanted) - int(mine < wanted)


def _read(like: Any, said: str, name: str) -> Any:
    try:
        match like:
            case bool():
                return {"true": True, "1": True, "false": False, "0": False}[said.lower()]
            case datetime():
                return instant(said)
            case int() | Decimal():
                return _number(said)
            case _:
                return said
    except (KeyError, ValueError, InvalidOperation):
        raise Refused(400, f"'{said}' is no value for '{name}'.") from None


def _number(said: str) -> Decimal:
    number = Decimal(said)
    if not number.is_finite():
        raise ValueError(said)
    return number


def instant(said: str) -> datetime:
    """An instant; no offset is UTC, and a `+` that arrived as a space is a `+` (section 5). Raises ValueError."""
    plain = re.sub(r" (\d{2}:?\d{2})$", r"+\1", said.strip())
    found = datetime.fromisoformat(plain)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
