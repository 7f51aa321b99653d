"""Lists page by page: cursors of V3, offsets of V2, sorting and counting (sheet section 4)."""

import base64
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.entities import Entity
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.filters import tests
from comptoir.connectors.lightspeed_r.simulator.query import Query
from comptoir.connectors.lightspeed_r.simulator.wire import Row, text

MOST: Final = 100
KEPT: Final = 8
"""Selections that are remembered between the pages of a walk, for as long as the books do not change."""
Place = tuple[Any, int]


@dataclass(frozen=True)
class Page:
    """Records of one page, and what stands in its `@attributes`."""

    rows: list[Row]
    attributes: dict[str, str]


class Selections:
    """What requests asked for, filtered and sorted once for all its pages."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._changes = -1
        self._kept: OrderedDict[tuple[Any, ...], list[tuple[Place, Row]]] = OrderedDict()

    def find(self, entity: Entity, query: Query, *, sort: str) -> list[tuple[Place, Row]]:
        """Records that match, each with its place in the order. Raises Refused (400)."""
        if self._changes != self._books.changes:
            self._kept.clear()
            self._changes = self._books.changes
        key = (entity.name, sort, query.without("after", "before", "limit", "offset").pairs)
        if key not in self._kept:
            passing = tests(entity, query, self._books)
            name = sort.removeprefix("-")
            rows = [row for row in self._books.all(entity.name) if all(test(row) for test in passing)]
            placed = [((_sortable(row.get(name)), int(row[entity.key])), row) for row in rows]
            self._kept[key] = sorted(placed, key=lambda each: each[0], reverse=sort.startswith("-"))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def _sortable(value: Any) -> Any:
    """Unset instants come before all others. A cursor tells whole seconds, so the order knows no more of them."""
    if value is None:
        return 0.0
    return value.replace(microsecond=0).timestamp() if isinstance(value, datetime) else value


def page(selections: Selections, entity: Entity, query: Query, *, address: str, circles: bool = False) -> Page:
    """One page of V3. Raises Refused (400). `circles`: the second page leads to itself."""
    sort = _sort(entity, query.get("sort", entity.key))
    limit = _limit(query)
    found = selections.find(entity, query, sort=sort)
    begin, end = _window(found, query, limit, sort)
    shown = found[begin:end]

    def link(name: str, row: Row) -> str:
        name_of_sort = sort.removeprefix("-")
        mark = [row[entity.key]] if name_of_sort == entity.key else [text(row.get(name_of_sort)), row[entity.key]]
        others = query.without("sort", "limit", "after", "before").pairs
        if circles and name == "after" and name in query:
            return f"{address}?{urlencode([('sort', sort), *others, ('limit', str(limit)), (name, query[name])])}"
        cursor = base64.b64encode(json.dumps(mark, separators=(",", ":")).encode()).decode()
        return f"{address}?{urlencode([('sort', sort), *others, ('limit', str(limit)), (name, cursor)])}"

    return Page(
        [row for _place, row in shown],
        {
            "next": link("after", shown[-1][1]) if shown and end < len(found) else "",
            "previous": link("before", shown[0][1]) if shown and begin > 0 else "",
        },
    )


def page_of_v2(selections: Selections, entity: Entity, query: Query) -> Page:
    """One page of V2: offset and count. Raises Refused (400)."""
    wanted = query.get("orderby", entity.key)
    sort = f"-{query['orderby']}" if query.get("orderby_desc") == "1" else wanted
    if "orderby_desc" in query and query["orderby_desc"] not in ("0", "1"):
        sort = f"-{query['orderby_desc']}"
    sort = _sort(entity, sort)
    limit, offset = _limit(query), _number(query, "offset", 0)
    found = selections.find(entity, query, sort=sort)
    attributes = {"count": str(len(found)), "offset": str(offset), "limit": str(limit)}
    return Page([row for _place, row in found[offset : offset + limit]], attributes)


def page_of_report(rows: list[Row], query: Query, *, address: str) -> Page:
    """One page of a report, whose rows have no ids: the cursor is a place. Raises Refused (400)."""
    limit, begin = _limit(query), 0
    if "after" in query:
        begin = int(_cursor(query["after"], [])[1])
    others = query.without("limit", "after").pairs
    cursor = base64.b64encode(json.dumps([begin + limit]).encode()).decode()
    following = f"{address}?{urlencode([*others, ('limit', str(limit)), ('after', cursor)])}"
    more = limit > 0 and begin + limit < len(rows)
    return Page(rows[begin : begin + limit], {"next": following if more else "", "previous": ""})


def count(selections: Selections, entity: Entity, query: Query) -> Page:
    """How many there are. Raises Refused (400) together with what only a list of records has."""
    if wrong := {"limit", "sort", "after", "before"} & query.keys():
        raise Refused(400, f"count cannot be combined with {', '.join(sorted(wrong))}.")
    return Page([], {"count": str(len(selections.find(entity, query, sort=entity.key)))})


def _window(found: list[tuple[Place, Row]], query: Query, limit: int, sort: str) -> tuple[int, int]:
    """Where the page lies: strictly past `after`, or right before `before`."""
    descending = sort.startswith("-")
    if "after" in query:
        place = _cursor(query["after"], found)
        begin = _first(found, lambda each: each < place if descending else each > place)
        return begin, min(begin + limit, len(found))
    if "before" in query:
        place = _cursor(query["before"], found)
        end = _first(found, lambda each: each <= place if descending else each >= place)
        return max(0, end - limit), end
    return 0, min(limit, len(found))


def _first(found: list[tuple[Place, Row]], holds: Any) -> int:
    """The index of the first record whose place holds; they hold from there on."""
    low, high = 0, len(found)
    while low < high:
        middle = (low + high) // 2
        if holds(found[middle][0]):
            high = middle
        else:
            low = middle + 1
    return low


def _cursor(said: str, found: list[tuple[Place, Row]]) -> Place:
    """The place that a cursor means, comparable with those found. Raises Refused (400)."""
    try:
        mark = json.loads(base64.b64decode(said, validate=True))
        if not isinstance(mark, list) or len(mark) not in (1, 2):
            raise ValueError(said)
        number = int(mark[-1])
        like = found[0][0][0] if found else number
        value: Any = mark[0]
        if isinstance(like, float):
            value = datetime.fromisoformat(value).timestamp() if value else 0.0
        else:
            value = type(like)(value)
        return value, number
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise Refused(400, "The cursor is not one of ours.") from None


def _sort(entity: Entity, said: str) -> str:
    if said.removeprefix("-") not in entity.sort:
        raise Refused(400, f"{entity.name} cannot be sorted by '{said}'. Allowed: {', '.join(entity.sort)}.")
    return said


def _limit(query: Query) -> int:
    return min(_number(query, "limit", MOST), MOST)


def _number(query: Query, name: str, default: int) -> int:
    said = query.get(name, "")
    if not said:
        return default
    if not said.isdigit():
        raise Refused(400, f"'{said}' is no value for '{name}'.")
    return int(said)
