"""One request to the Retail API, understood and answered (sheet sections 1, 4 to 6 and 9)."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator import lists, relations, reports, session, wire
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.costs import request_cost
from comptoir.connectors.lightspeed_r.simulator.counter import Counter
from comptoir.connectors.lightspeed_r.simulator.entities import Entity, Many
from comptoir.connectors.lightspeed_r.simulator.errors import Refused, not_found
from comptoir.connectors.lightspeed_r.simulator.fields import body_of
from comptoir.connectors.lightspeed_r.simulator.query import Query, query_of
from comptoir.connectors.lightspeed_r.simulator.registers import Registers
from comptoir.connectors.lightspeed_r.simulator.resources import ENTITIES
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour, Condition, Conditions
from comptoir.connectors.lightspeed_r.simulator.writing import REACHED, Writer
from comptoir.pos.hosting import Request

PATH: Final = re.compile(
    r"/API(?P<v3>/V3)?/(?P<what>Session|Account)(?:/(?P<account>\d+|-))?"
    r"(?:/(?P<resource>[A-Z]\w+)(?:/(?P<id>\d{1,30}))?(?:/(?P<action>[A-Za-z]\w*)(?:/(?P<sub>\w+))?)?)?"
    r"(?P<suffix>\.json|\.xml)?"
)
ENOUGH: Final = "-"
"""In place of an account number, as recorded clients write it: the token's own."""
READ_ONLY: Final = "_read"
UNASKED: Final = ("SaleLines", "SalePayments.PaymentType", "Shop", "Customer", "TaxCategory.TaxCategoryClasses")
"""What writes of a sale show besides (section 6)."""
Answer = tuple[str, dict[str, Any]]


class Call:
    """A request of one client to one account. `may`: what its token allows."""

    def __init__(
        self, request: Request, books: Books, behaviour: Behaviour, *, client_id: str, may: frozenset[str]
    ) -> None:
        self._request = request
        self._books = books
        self._behaviour = behaviour
        self._client_id = client_id
        self._may = may
        self._query = query_of(request.pairs)
        self._found = PATH.fullmatch(request.path)
        self._entity = ENTITIES.get(self._part("resource"))

    def _part(self, name: str) -> str:
        return (self._found[name] or "") if self._found else ""

    @property
    def looks_up_a_code(self) -> bool:
        """Whether a gift card is looked for, which may be done once a second (section 7)."""
        return self._part("resource") == "CreditAccount" and "code" in self._query

    def cost(self) -> Decimal:
        """Drips, also of what will be refused."""
        try:
            body = body_of(self._request.body) if self._request.method in ("POST", "PUT") else {}
        except Refused:
            body = {}
        entity, is_list = self._entity, self._part("id") == ""
        if (below := ENTITIES.get(self._part("action"))) is not None:
            entity, is_list = below, self._part("sub") == ""
        action = self._part("action").lower()
        return request_cost(self._request.method, entity, action, self._query, body, is_list=is_list)

    def answer(
        self, selections: lists.Selections, *, employee_id: int, conditions: Conditions, now: datetime
    ) -> Answer:
        """The root of the XML and the body. Raises Refused."""
        if self._found is None:
            raise Refused(404, "There is no such resource.")
        method, account = self._request.method, self._part("account")
        if self._part("what") == "Session":
            self._require_reading()
            told = session.session(self._books, employee_id=employee_id, client_id=self._client_id, may=self._may)
            return "Session", told
        if account not in ("", ENOUGH, str(self._books.account_id)):
            raise not_found("Account", account)
        if not self._part("resource"):
            self._require_reading()
            return ("Account", session.account(self._books)) if account else ("Accounts", session.accounts(self._books))
        if self._part("resource") == "Reports":
            return self._report()
        if self._entity is None:
            raise Refused(404, f"There is no resource named {self._part('resource')}.")
        if method == "GET":
            return self._read(self._entity, selections, conditions(), now)
        return self._written(self._entity, Counter(self._books, self._behaviour), now)

    def _require_reading(self) -> None:
        if self._request.method != "GET":
            raise Refused(405, f"{self._request.method} is not allowed here.")

    def _report(self) -> Answer:
        self._require_reading()
        self._require(reports.SCOPE, what="The accounting reports need")
        if self._part("action") != "Accounting" or self._part("id"):
            raise Refused(404, "There is no such report.")
        key, rows = reports.rows(self._books, self._part("sub"), self._query)
        page = lists.page_of_report(rows, self._query, address=self._address())
        return "Reports", {"@attributes": page.attributes, **(wire.children(key, page.rows) or {})}

    def _read(self, entity: Entity, selections: lists.Selections, conditions: Any, now: datetime) -> Answer:
        number, action, sub = self._part("id"), self._part("action"), self._part("sub")
        self._require_scope(entity)
        if not number and not action:
            return self._list(entity, selections, self._query, conditions, now)
        if not number:
            raise Refused(404, "There is no such resource.")
        row = self._row(entity, number)
        if not action:
            return self._one(entity, row)
        if (entity.name, action) == ("Register", "calculated"):
            return "CalculatedAmounts", Registers(self._books, now=now).calculated(row)
        below = ENTITIES.get(action)
        if below is None or not any(each.entity == below.name and each.many is Many.MANY for each in entity.relations):
            raise Refused(404, f"There is no resource named {action}.")
        self._require_scope(below)
        if not sub:
            return self._list(below, selections, self._query.also(entity.key, number), conditions, now)
        return self._one(below, self._child(below, entity, number, sub))

    def _written(self, entity: Entity, counter: Counter, now: datetime) -> Answer:
        method, number, action = self._request.method, self._part("id"), self._part("action")
        body = body_of(self._request.body)
        writer = Writer(self._books, counter, now=now)
        if action:
            return self._acted(entity, writer, body, now)
        self._require_scope(entity, writes=True)
        self._require_method(entity)
        if method == "POST" and not number:
            if entity.name == "RegisterWithdraw":
                return self._one(entity, Registers(self._books, now=now).withdraw(body))
            return self._one(entity, writer.create(entity, body))
        if method == "PUT" and number:
            return self._one(entity, writer.change(entity, int(number), body))
        if method == "DELETE" and number:
            return self._deleted(entity, writer, number)
        raise Refused(405, f"{method} is not allowed here.")

    def _acted(self, entity: Entity, writer: Writer, body: Mapping[str, Any], now: datetime) -> Answer:
        """What is done to a record below its own address."""
        method, number, action = self._request.method, self._part("id"), self._part("action")
        match method, entity.name, action.lower():
            case "POST", "Sale", "refund" if number:
                self._require("register", "register_refund", what="Refunds need")
                return self._one(entity, writer.till.refund(number, body))
            case "POST", "Register", "open" | "close" as deed if number:
                self._require(f"register_{deed}", "register_close", what="Registers need")
                registers, register = Registers(self._books, now=now), self._row(entity, number)
                if deed == "open":
                    return self._one(ENTITIES["RegisterWithdraw"], registers.open(register, body))
                return self._one(ENTITIES["RegisterCount"], registers.close(register, body), "RegisterCountAmounts")
            case "DELETE", "Customer", "anonymize" if number:
                self._require_scope(entity, writes=True)
                return self._one(entity, writer.anonymize(int(number)))
            case _, "Sale", "saleline" if number and action == "SaleLine":
                self._require_scope(entity, writes=True)
                return self._line(writer, body, number)
            case _:
                raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"{method} is not allowed here.")

    def _line(self, writer: Writer, body: Mapping[str, Any], number: str) -> Answer:
        """`/Sale/{id}/SaleLine`: lines of an open sale (9.7)."""
        sale, lines, sub = self._row(ENTITIES["Sale"], number), ENTITIES["SaleLine"], self._part("sub")
        if self._request.method == "POST" and not sub:
            return self._one(lines, writer.till.add_line(sale, body))
        if not sub or self._request.method == "POST":
            raise Refused(405, f"{self._request.method} is not allowed here.")
        line = self._child(lines, ENTITIES["Sale"], number, sub)
        if self._request.method == "PUT":
            return self._one(lines, writer.till.change_line(line, body))
        return self._deleted(lines, writer, sub)

    def _deleted(self, entity: Entity, writer: Writer, number: str) -> Answer:
        kept = writer.delete(entity, int(number))
        if kept is None:
            return entity.name, {"name": entity.name, "primaryID": number}
        return self._one(entity, kept)

    def _list(
        self, entity: Entity, selections: lists.Selections, query: Query, conditions: Any, now: datetime
    ) -> Answer:
        tree = relations.asked(entity, query.get("load_relations", ""))
        if query.get("count") == "1":
            page = lists.count(selections, entity, query)
        elif self._part("v3"):
            circles = Condition.PAGE_TOKEN_REPEATED in conditions
            page = lists.page(selections, entity, query, address=self._address(), circles=circles)
        else:
            page = lists.page_of_v2(selections, entity, query)
        teller = self._teller()
        rows = [teller.record(entity.name, row, tree) for row in page.rows]
        if entity.name == "Sale" and Condition.CHANGED_WHILE_READ in conditions:
            self._change_one(page.rows, now)
        inner = wire.children(entity.name, rows) or {}
        return wire.plural(entity.name), {"@attributes": page.attributes, **inner}

    def _change_one(self, sales: list[wire.Row], now: datetime) -> None:
        """The back office books a payment anew, of a sale of the page that has just been read."""
        counter = Counter(self._books, self._behaviour)
        for sale in sales:
            if sale["completed"] and not sale["voided"] and counter.rebook(int(sale["saleID"]), at=now):
                return

    def _one(self, entity: Entity, row: wire.Row, *unasked: str) -> Answer:
        tree = relations.asked(entity, self._query.get("load_relations", ""))
        if self._request.method != "GET":
            names = UNASKED if entity.name == "Sale" else ("Contact",) if entity.name in REACHED else unasked
            tree = relations.grown(names) | tree
        shown = self._teller().record(entity.name, row, tree)
        return wire.plural(entity.name), {"@attributes": {"count": "1"}, entity.name: shown}

    def _teller(self) -> relations.Teller:
        return relations.Teller(
            self._books, self._behaviour, shows_codes="customers_view_gift_card_numbers" in self._may
        )

    def _row(self, entity: Entity, number: str) -> wire.Row:
        row = self._books.get(entity.name, int(number))
        if row is None:
            raise not_found(entity.name, number)
        return row

    def _child(self, below: Entity, entity: Entity, number: str, sub: str) -> wire.Row:
        row = self._books.get(below.name, int(sub)) if sub.isdigit() else None
        if row is None or str(row.get(entity.key)) != number:
            raise not_found(below.name, sub)
        return row

    def _address(self) -> str:
        """Where the client found us: the links lead back there."""
        headers: Mapping[str, str] = self._request.headers
        scheme = headers.get("x-forwarded-proto", "http")
        return f"{scheme}://{headers.get('host', 'localhost')}{self._request.path}"

    def _require_method(self, entity: Entity) -> None:
        if self._request.method not in entity.methods:
            raise Refused(405, f"{entity.name} does not answer {self._request.method}.")

    def _require_scope(self, entity: Entity, *, writes: bool = False) -> None:
        wanted = entity.scopes
        if writes:
            wanted = tuple(each for each in wanted if not each.endswith(READ_ONLY) and each != reports.SCOPE)
        self._require(*wanted, what=f"{entity.name} needs")

    def _require(self, *wanted: str, what: str) -> None:
        """Any of them suffices (2.4)."""
        if not self._may & set(wanted):
            named = " or ".join(f"employee:{scope}" for scope in wanted)
            raise Refused(403, f"{what} {named}.", "ForbiddenException")


def wants_json(request: Request) -> bool:
    """`Accept` wins over the suffix; without either it is XML (section 1)."""
    accept = request.headers.get("accept", "")
    if "application/json" in accept:
        return True
    if "xml" in accept and "html" not in accept:
        return False
    return request.path.endswith(".json")
