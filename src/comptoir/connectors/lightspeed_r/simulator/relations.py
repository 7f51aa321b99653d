"""Relations that a request loads, what they cost, and the records they bring (sheet sections 6 and 7)."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.entities import ENTITIES, UNNUMBERED, Many, Relation, key_of
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour
from comptoir.connectors.lightspeed_r.simulator.wire import Row, children, told

Tree = dict[str, "Tree"]
TO_ONE: Final = Decimal("0.1")
TO_MANY: Final = Decimal("0.2")


def asked(entity: str, said: str) -> Tree:
    """The relations of `load_relations` as a tree; `A.C` implies `A`. Raises Refused (400) for one there is not."""
    if not said:
        return {}
    if said.strip('"') == "all":
        return _all(entity, depth=2)
    try:
        names = json.loads(said)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise Refused(400, "load_relations is a JSON list of names, or all.")
    tree: Tree = {}
    for name in names:
        node, here = tree, entity
        for part in name.split("."):
            relation = _relation(here, part)
            if relation is None:
                raise Refused(400, f"Unknown relation '{name}' for {entity}.")
            node, here = node.setdefault(part, {}), relation.entity
    return tree


def _all(entity: str, *, depth: int) -> Tree:
    known = ENTITIES.get(entity)
    if known is None or not depth:
        return {}
    return {each.container: _all(each.entity, depth=depth - 1) for each in known.relations}


def _relation(entity: str, container: str) -> Relation | None:
    known = ENTITIES.get(entity)
    return known.relation(container) if known else None


def cost(entity: str, tree: Tree, *, is_list: bool, below_many: bool = False) -> Decimal:
    """Drips for these relations: doubled on a list, and once more below a relation to many."""
    total = Decimal(0)
    for container, below in tree.items():
        relation = _relation(entity, container)
        if relation is None:
            continue
        each = TO_ONE if relation.many is Many.ONE else TO_MANY
        total += each * (2 if is_list else 1) * (2 if below_many else 1)
        total += cost(relation.entity, below, is_list=is_list, below_many=below_many or relation.many is Many.MANY)
    return total


def record(books: Books, entity: str, row: Row, tree: Tree, behaviour: Behaviour) -> Row:
    """A record as it is told, with the relations that were asked for."""
    plain = dict(row)
    if entity == "Sale" and behaviour.update_time_key != "updatetime":
        plain[behaviour.update_time_key] = plain.pop("updatetime", None)
    if entity in UNNUMBERED:
        plain.pop(key_of(entity), None)
    shown = told(plain)
    known = ENTITIES.get(entity)
    for container, below in tree.items():
        relation = known.relation(container) if known else None
        if known is None or relation is None:
            continue
        if relation.many is Many.ONE:
            inner = books.get(relation.entity, int(row.get(relation.key) or 0))
            if inner is not None:
                shown[container] = record(books, relation.entity, inner, below, behaviour)
            continue
        found = books.children(relation.entity, relation.key, int(row[known.key]))
        told_children = [record(books, relation.entity, each, below, behaviour) for each in found]
        if (box := children(relation.entity, told_children)) is not None:
            shown[container] = box
    return shown


def request_cost(
    method: str, entity: str, query: Mapping[str, str], body: Mapping[str, Any], *, is_list: bool
) -> Decimal:
    """Known from the request alone (section 7)."""
    if query.get("count") == "1":
        return Decimal(10)
    total = Decimal(1)
    if method in ("POST", "PUT"):
        if entity in ("Sale", "SaleLine"):
            total = Decimal(2) + (3 if str(body.get("completed", "")).lower() == "true" else 0)
        elif entity == "Category":
            total = Decimal(10)
        total += Decimal("0.5") * sum(isinstance(each, dict | list) for each in body.values())
    if method == "GET" and entity in ENTITIES:
        total += cost(entity, asked(entity, query.get("load_relations", "")), is_list=is_list)
    if "or" in query and len({each.partition("=")[0] for each in query["or"].split("|")}) > 1:
        total += len(query["or"].split("|"))
    return total
