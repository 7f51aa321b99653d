"""Relations that a request loads, and the records they bring (sheet section 6)."""

import json
from typing import Any

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.entities import VALUE, Entity, Many, Relation
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.resources import RECORDS, UNNUMBERED
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour
from comptoir.connectors.lightspeed_r.simulator.wire import Row, children, told

Tree = dict[str, "Tree"]
TOTALS = "TaxClassTotals"
"""Told of a sale when everything is loaded: recorded, and nowhere documented (9.7)."""


def asked(entity: Entity, said: str) -> Tree:
    """The relations of `load_relations` as a tree; `A.C` implies `A`. Raises Refused (400) for one there is not."""
    if not said:
        return {}
    if said.strip('"') == "all":
        tree = grown(each for each in entity.asked if not each.endswith(f".{VALUE}"))
        return tree | ({TOTALS: {}} if entity.name == "Sale" else {})
    names = named(said)
    if names is None:
        raise Refused(400, "load_relations is a JSON list of names, or all.")
    for name in names:
        if name not in entity.asked:
            raise Refused(400, f"Unknown relation '{name}' for {entity.name}. Allowed: {', '.join(entity.asked)}.")
    return grown(names)


def named(said: str) -> list[str] | None:
    """The names of `load_relations`, whether there are such relations or not; None where it is no list of names."""
    try:
        names = json.loads(said)
    except ValueError:
        return None
    return names if isinstance(names, list) and all(isinstance(each, str) for each in names) else None


def grown(names: Any) -> Tree:
    """A tree of dotted names."""
    tree: Tree = {}
    for name in names:
        node = tree
        for part in name.split("."):
            node = node.setdefault(part, {})
    return tree


class Teller:
    """Tells records of one account to one client.

    `shows_codes`: whether it may see codes of gift cards (2.4).
    """

    def __init__(self, books: Books, behaviour: Behaviour, *, shows_codes: bool) -> None:
        self._books = books
        self._behaviour = behaviour
        self._shows_codes = shows_codes

    def record(self, name: str, row: Row, tree: Tree, *, numbered: bool = True, whole: bool = False) -> Row:
        """A record as it is told, with the relations that were asked for."""
        entity = RECORDS[name]
        shown = told(self._plain(entity, row, numbered=numbered, whole=whole))
        shown_always: Tree = {each: {} for each in entity.always}
        for container, below in (shown_always | tree).items():
            relation = entity.relation(container)
            if relation is not None:
                self._load(shown, entity, row, relation, below)
            elif container == TOTALS and (totals := self._totals(row)):
                shown[TOTALS] = {"Tax": totals[0] if len(totals) == 1 else totals}
        if name == "CustomFieldValue" and VALUE not in tree:
            shown[VALUE] = ""
        return shown

    def _plain(self, entity: Entity, row: Row, *, numbered: bool, whole: bool) -> Row:
        hidden = set() if whole else set(entity.unseen)
        if entity.name in UNNUMBERED or not numbered:
            hidden.add(entity.key)
        plain = {key: value for key, value in row.items() if key not in hidden}
        spelling = self._behaviour.update_time_key
        if entity.name == "Sale" and spelling != "updatetime":
            plain[spelling] = plain.pop("updatetime", None)
        if entity.name == "CreditAccount" and not self._shows_codes and plain["code"]:
            plain["code"] = f"********{plain['code'][-4:]}"
        return plain

    def _load(self, shown: Row, entity: Entity, row: Row, relation: Relation, below: Tree) -> None:
        if relation.many is Many.ONE:
            inner = self._books.get(relation.entity, int(row.get(relation.key) or 0))
            if inner is not None:
                shown[relation.container] = self.record(
                    relation.entity, inner, below, numbered=relation.numbered, whole=relation.whole
                )
            return
        found = self._books.children(relation.entity, relation.key, int(row[entity.key]))
        box = children(relation.entity, [self.record(relation.entity, each, below) for each in found])
        spelling = self._behaviour.sale_accounts_key
        container = (
            spelling if (entity.name, relation.container) == ("SaleLine", "SaleAccounts") else relation.container
        )
        if box is not None:
            shown[container] = box
        elif relation.container == "Tags":
            shown[container] = ""

    def _totals(self, sale: Row) -> list[Row]:
        """What each class of goods was taxed, tax by tax."""
        sums: dict[tuple[Any, ...], Row] = {}
        for line in self._books.children("SaleLine", "saleID", int(sale["saleID"])):
            for tax in ("1", "2"):
                rate, amount = line[f"tax{tax}Rate"], line[f"calcTax{tax}"]
                if not rate:
                    continue
                kind = self._books.get("TaxClass", int(line["taxClassID"])) or {}
                base, number = line["displayableSubtotal"], line["taxClassID"]
                total = sums.setdefault(
                    (number, tax, rate),
                    {"id": number, "name": kind.get("name", ""), "taxable": 0, "rate": rate * 100, "amount": 0}
                    | {"taxname": "Tax", "subtotal": 0},
                )
                total["taxable"] += base
                total["subtotal"] += base
                total["amount"] += amount
        return [told(each) for each in sums.values()]
