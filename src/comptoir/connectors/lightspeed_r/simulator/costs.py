"""What a request costs, known from the request alone (sheet section 7)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.entities import Entity, Many
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.query import Query
from comptoir.connectors.lightspeed_r.simulator.relations import TOTALS, Tree, asked, grown, named
from comptoir.connectors.lightspeed_r.simulator.resources import RECORDS

COUNT: Final = Decimal(10)
TO_ONE: Final = Decimal("0.1")
TO_MANY: Final = Decimal("0.2")
NESTED: Final = Decimal("0.5")
RANGES: Final = (">", "<", "><", ">=", "<=")


def request_cost(
    method: str, entity: Entity | None, action: str, query: Query, body: Mapping[str, Any], *, is_list: bool
) -> Decimal:
    """Drips. A relation there is not counts as one record, so that a request that is refused has its price too."""
    if method == "GET" and query.get("count") == "1":
        return COUNT
    name = entity.name if entity else ""
    total = _base(method, name, action, body)
    if method in ("POST", "PUT"):
        total += NESTED * sum(_nested(each) for each in body.values())
    if entity is not None:
        total += relations_cost(entity.name, _tree(entity, query.get("load_relations", "")), for_several=is_list)
    if "or" in query:
        total += _either(query["or"])
    return total


def _base(method: str, name: str, action: str, body: Mapping[str, Any]) -> Decimal:
    if method == "GET":
        return Decimal(1)
    if (name, action) == ("Sale", "refund"):
        return Decimal(10)
    if name == "Category" and method in ("POST", "PUT"):
        return Decimal(10)
    if name in ("Sale", "SaleLine"):
        is_completing = name == "Sale" and str(body.get("completed", "")).lower() in ("true", "1")
        return Decimal(5) if is_completing and method in ("POST", "PUT") else Decimal(2)
    return Decimal(1)


def _tree(entity: Entity, said: str) -> Tree:
    try:
        return asked(entity, said)
    except Refused:
        return grown(named(said) or [])


def relations_cost(entity: str, tree: Tree, *, for_several: bool) -> Decimal:
    """Drips for these relations: doubled, once, where they may be loaded for several records.

    Those are the records of a list, and whatever lies below a relation to many.
    """
    total = Decimal(0)
    known = RECORDS.get(entity)
    for container, below in tree.items():
        if container == TOTALS:
            continue
        relation = known.relation(container) if known else None
        is_many = relation is not None and relation.many is Many.MANY
        total += (TO_MANY if is_many else TO_ONE) * (2 if for_several else 1)
        inner = relation.entity if relation else ""
        total += relations_cost(inner, below, for_several=for_several or is_many)
    return total


def _nested(value: Any) -> int:
    """How many records a value of a body holds; a box of records is none itself."""
    if isinstance(value, list):
        return sum(_nested(each) for each in value)
    if not isinstance(value, dict):
        return 0
    parts = [each for each in value.values() if isinstance(each, dict | list)]
    is_box = bool(parts) and len(parts) == len(value)
    return (0 if is_box else 1) + sum(_nested(each) for each in parts)


def _either(said: str) -> Decimal:
    """`or=`: nothing for one field; one each for fields of one entity with a range at most; else ten an entity."""
    operands = [each.partition("=") for each in said.split("|")]
    if len({name for name, _equals, _value in operands}) <= 1:
        return Decimal(0)
    entities = {name.rpartition(".")[0] for name, _equals, _value in operands}
    ranges = sum(value.startswith(RANGES) for _name, _equals, value in operands)
    if len(entities) == 1 and ranges <= 1:
        return Decimal(len(operands))
    return Decimal(10 * len(entities) + len(operands) - 1)
