"""What tills do with payments and orders that were sent to them, and what is told of it (sheet 9.2, 10.3)."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_k.simulator.answers import encode
from comptoir.connectors.lightspeed_k.simulator.desk import Desk
from comptoir.connectors.lightspeed_k.simulator.figures import milliseconds
from comptoir.connectors.lightspeed_k.simulator.numbers import long_id
from comptoir.connectors.lightspeed_k.simulator.orders import accept, endpoints
from comptoir.connectors.lightspeed_k.simulator.orders import items as counted
from comptoir.connectors.lightspeed_k.simulator.orders.checks import check
from comptoir.connectors.lightspeed_k.simulator.orders.methods import NATIVE_METHODS, methods
from comptoir.connectors.lightspeed_k.simulator.orders.refusing import (
    BROKEN_RULES,
    NOT_PRINTED,
    REASONS,
    TIMEOUT,
    Failed,
)
from comptoir.connectors.lightspeed_k.simulator.post import Post
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named, Payment, Sale, SaleState, exact
from comptoir.pos.world import BillFacts, Change, NewOrder, OrderedItem, WorldGuest

UNREACHABLE: Final = (Condition.TILL_OFFLINE, Condition.SALES_PERIOD_CLOSED)
REFERENCE_PREFIX: Final = "TASK:OO-"
CHANGES_READ: Final = "order_changes_read"
DELIVERED: Final = "DELIVERED"
ANNOUNCED: Final = ("IN_DELIVERY", "READY_FOR_PICKUP", DELIVERED, "ABANDONED", "CANCELLED")


@dataclass(frozen=True)
class SentTask:
    """A payment or an order that came from outside; `status` is the latest told of it, empty before."""

    is_payment: bool
    reference: str
    body: Mapping[str, Any]
    status: str
    reason: str


class Tills:
    """Takes what is queued, once a till is there."""

    def __init__(self, desk: Desk, post: Post) -> None:
        self._desk = desk
        self._post = post

    def work(self, *, now: datetime) -> None:
        """Do what is due and tell what became of it; tell, too, what happened to bills of earlier orders."""
        with self._desk.store.transaction() as database:
            query = "SELECT * FROM task WHERE due_at <= ? ORDER BY due_at, reference"
            for task in database.execute(query, (milliseconds(now),)).fetchall():
                if self._reached(task):
                    self._finish(database, task)
                    self._take(task, now)
                elif milliseconds(now) >= task["ends_at"]:
                    self._finish(database, task)
                    self._time_out(task, now)
            self._follow_orders(database, now)

    def announce(self, location_id: str, reference: str, status: str, *, now: datetime) -> None:
        """Tell how an order of ours fares in the kitchen and on the road. Raises RuleBroken.

        DELIVERED is told only to endpoints that subscribed to it.
        """
        if status not in ANNOUNCED:
            raise RuleBroken(f"Orders know no status {status}.", code="status_unknown", status=422)
        sales = self._desk.world.by_reference(location_id, f"{REFERENCE_PREFIX}{location_id}-{reference}")
        with self._desk.store.transaction() as database:
            query = "SELECT * FROM task WHERE kind = 'ORDER' AND location_id = ? AND reference = ?"
            task = database.execute(query, (location_id, reference)).fetchone()
            if task is None or not sales:
                raise RuleBroken("There is no order with this reference.", code="order_unknown", status=404)
            registration = endpoints.find(database, task["endpoint_id"]) or {"subscribeTo": []}
            if status == DELIVERED and DELIVERED not in {wish["name"] for wish in registration["subscribeTo"]}:
                return
            self._tell(task, {"status": status, **self._account(sales[0])}, sale=sales[0], now=now)

    def sent(self, location_id: str, *, limit: int) -> list[SentTask]:
        """What came from outside lately, newest first, and what became of it."""
        query = (
            "SELECT task.*, outcome.status, outcome.reason FROM task LEFT JOIN outcome ON outcome.location_id ="
            " task.location_id AND outcome.reference = task.reference AND outcome.kind ="
            " (CASE task.kind WHEN 'PAY' THEN 'PAYMENT' ELSE task.kind END)"
            " WHERE task.location_id = ? ORDER BY task.rowid DESC LIMIT ?"
        )
        with self._desk.store.transaction() as database:
            rows = database.execute(query, (location_id, limit)).fetchall()
        return [
            SentTask(
                row["kind"] == accept.PAY,
                row["reference"],
                accept.decode(row["body"]),
                row["status"] or "",
                row["reason"] or "",
            )
            for row in rows
        ]

    def _reached(self, task: sqlite3.Row) -> bool:
        location_id = task["location_id"]
        if any(self._desk.holds(condition, location_id) for condition in UNREACHABLE):
            return False
        wanted = accept.decode(task["body"]).get("deviceId")
        return wanted is None or str(wanted) in self._desk.devices(location_id)

    def _finish(self, database: sqlite3.Connection, task: sqlite3.Row) -> None:
        query = "UPDATE task SET due_at = NULL WHERE kind = ? AND business_id = ? AND reference = ?"
        database.execute(query, (task["kind"], task["business_id"], task["reference"]))

    def _take(self, task: sqlite3.Row, now: datetime) -> None:
        body = accept.decode(task["body"])
        is_payment = task["kind"] == accept.PAY
        try:
            sale = self._pay(task, body, now) if is_payment else self._place(task, body, now)
        except Failed as failed:
            self._fail(task, body, failed.kind, now)
            return
        if not is_payment and self._desk.office(task["location_id"]).printer_off:
            told = {"status": "FAILURE", "reason": NOT_PRINTED, **self._account(sale)}
            self._tell(task, told, now=now)
            return
        self._tell(task, {"status": "SUCCESS", **self._account(sale)}, sale=None if is_payment else sale, now=now)

    def _pay(self, task: sqlite3.Row, body: dict[str, Any], now: datetime) -> Sale:
        """The checks of a till, in its order."""
        location_id, number = task["location_id"], str(body["iKaccountIdentifier"])
        if self._desk.holds(Condition.API_DISABLED, location_id):
            raise Failed("INVALID_TASK")
        if kind := self._desk.offices.take_refusal(location_id):
            raise Failed(kind)
        bill = self._desk.world.find(location_id, number)
        self._check_staff(location_id, body.get("staffId"), bill)
        method = self._method(location_id, body.get("paymentMethod"))
        if bill is not None and any(each.external_reference == task["reference"] for each in bill.payments):
            return bill  # taken right before a kill that kept this task from being finished
        if bill is None or bill.state is SaleState.SUPERSEDED:
            raise Failed("ACCOUNT_NOT_FOUND")
        if bill.state is not SaleState.OPEN:
            raise Failed("ACCOUNT_ALREADY_CLOSED")
        amount, tip = (exact(Decimal(str(body.get(name) or 0))) for name in ("paymentAmount", "tipAmount"))
        payment = Payment(amount=amount, tip=tip, method=method, external_reference=task["reference"])
        return self._do(lambda: self._desk.world.pay(location_id, number, payment, now=now))

    def _place(self, task: sqlite3.Row, body: dict[str, Any], now: datetime) -> Sale:
        location_id = task["location_id"]
        if self._desk.holds(Condition.API_DISABLED, location_id):
            raise Failed("INVALID_TASK")
        self._check_staff(location_id, body.get("staffId"))
        self._check_items(location_id, body.get("items") or ())
        reference = f"{REFERENCE_PREFIX}{location_id}-{task['reference']}"
        placed = self._desk.world.by_reference(location_id, reference)
        if placed:
            return placed[0]  # as above
        facts = BillFacts((reference,), _guest(body["customerInfo"]), name=f"Order {_call_name(task['reference'])}")
        table = body.get("tableNumber")
        order = NewOrder(
            tuple(_item(each) for each in body.get("items") or ()),
            facts,
            table=f"Table {table}" if table else "",
            covers=int(body.get("clientCount") or 0),
            number=str(body.get("accountIdentifier") or ""),
            staff_id=str(body.get("staffId") or ""),
        )
        sale = self._do(lambda: self._desk.world.order(location_id, order, now=now))
        given = body.get("payment")
        if not given:
            return sale
        # Here the amount includes the tip; in a payment of its own it does not (sheet 9.1).
        tip = exact(Decimal(str(given.get("tipAmount") or 0)))
        amount = exact(Decimal(str(given["paymentAmount"])) - tip)
        method = self._method(location_id, given.get("paymentMethod"))
        payment = Payment(amount=amount, tip=tip, method=method, external_reference=task["reference"])
        return self._do(lambda: self._desk.world.pay(location_id, sale.external_id, payment, now=now))

    def _do(self, act: Callable[[], Sale]) -> Sale:
        try:
            return act()
        except RuleBroken as broken:
            raise Failed(BROKEN_RULES.get(broken.code, "UPDATE_FAILED")) from broken

    def _check_staff(self, location_id: str, staff_id: Any, bill: Sale | None = None) -> None:
        """Whoever is named must work there still, whoever enters it for the API, and whoever opened the table."""
        if self._desk.holds(Condition.STAFF_INACTIVE, location_id):
            raise Failed("MISSING_STAFF")
        office = self._desk.office(location_id)
        known = {each.id: each for each in self._desk.staff(location_id)}
        if staff_id is not None and str(staff_id) not in known:
            raise Failed("STAFF_NOT_FOUND")
        entering = str(staff_id or office.api_staff)
        opened_by = bill.staff.id if bill and bill.staff else ""
        gone = office.inactive_staff | {each.id for each in known.values() if not each.active}
        if gone & {entering, opened_by}:
            raise Failed("MISSING_STAFF")

    def _check_items(self, location_id: str, items: Sequence[Mapping[str, Any]]) -> None:
        """What was taken off the menu is not found; what is sold out is not added."""
        off_menu, sold_out = self._desk.office(location_id).off_menu, counted.sold_out(self._desk, location_id)
        for item in items:
            if item["sku"] in off_menu:
                raise Failed("ITEM_NOT_FOUND")
            if item["sku"] in sold_out:
                raise Failed("ITEM_NOT_ADDED")
            self._check_items(location_id, item.get("subItems") or ())

    def _method(self, location_id: str, code: Any) -> Named:
        wanted = str(code or self._desk.office(location_id).default_method)
        if wanted in NATIVE_METHODS:
            raise Failed("NATIVE_PAYMENT_NOT_SUPPORTED")
        method = next((each for each in methods(self._desk, location_id) if each.id == wanted), None)
        if method is None:
            raise Failed("PAYMENT_METHOD_NOT_FOUND")
        return method

    def _fail(self, task: sqlite3.Row, body: dict[str, Any], kind: str, now: datetime) -> None:
        told: dict[str, Any] = {"status": "FAILURE", "reason": REASONS.get(kind, kind)}
        if body.get("iKaccountIdentifier"):
            told["ikentooAccountIdentifier"] = body["iKaccountIdentifier"]
        if task["kind"] == accept.PAY and self._desk.behaviour.failures_with_errors:
            told["errors"] = {"account": {"type": kind}}
        self._tell(task, told, now=now)

    def _time_out(self, task: sqlite3.Row, now: datetime) -> None:
        told: dict[str, Any] = {"status": "FAILURE", "reason": TIMEOUT["message"]}
        if task["kind"] == accept.PAY and self._desk.behaviour.failures_with_errors:
            told["errors"] = {"timeout": TIMEOUT}
        self._tell(task, told, now=now)

    def _follow_orders(self, database: sqlite3.Connection, now: datetime) -> None:
        """Orders of ours are told of when their bill changes; others are not (A6)."""
        row = database.execute("SELECT value FROM position WHERE name = ?", (CHANGES_READ,)).fetchone()
        changes = self._desk.world.changes(int(row["value"]) if row else 0)
        ever = database.execute("SELECT 1 FROM task WHERE kind = 'ORDER' LIMIT 1").fetchone()
        for change in changes if ever else ():
            self._follow(database, change, now)
        if changes:
            database.execute("REPLACE INTO position VALUES (?, ?)", (CHANGES_READ, changes[-1].sequence))

    def _follow(self, database: sqlite3.Connection, change: Change, now: datetime) -> None:
        sale = change.sale
        statuses = {
            SaleState.OPEN: "CHECK_WAS_UPDATED",
            SaleState.CLOSED: "CLOSED",
            SaleState.CANCELLED: "CANCELLED",
        }
        if sale.state not in statuses or sale.kind.value != "sale":
            return
        prefix = f"{REFERENCE_PREFIX}{sale.location_id}-"
        for reference in self._desk.world.facts(sale.location_id, sale.external_id).references:
            query = "SELECT * FROM task WHERE kind = 'ORDER' AND location_id = ? AND reference = ?"
            ours = (sale.location_id, reference.removeprefix(prefix))
            task = database.execute(query, ours).fetchone()
            if task is None or (sale.state is SaleState.OPEN and _is_new(change)):
                continue
            self._tell(task, {"status": statuses[sale.state], **self._account(sale)}, sale=sale, now=now)

    def _account(self, sale: Sale) -> dict[str, Any]:
        behaviour = self._desk.behaviour
        number = long_id(sale.location_id, sale.external_id)
        shown = str(number) if behaviour.account_id_as_text else number
        return {behaviour.account_id_key: shown, "ikentooAccountIdentifier": sale.external_id}

    def _tell(self, task: sqlite3.Row, told: dict[str, Any], *, sale: Sale | None = None, now: datetime) -> None:
        kind = "PAYMENT" if task["kind"] == accept.PAY else "ORDER"
        body = {"thirdPartyReference": task["reference"], "businessLocationId": int(task["location_id"]), **told}
        with self._desk.store.transaction() as database:
            registration = endpoints.find(database, task["endpoint_id"])
        if sale is not None and registration and registration["provideAccount"]:
            body["account"] = check(
                self._desk,
                sale,
                money_as_text=self._desk.behaviour.webhook_money_as_text,
                with_lines=registration["expandTransactions"],
                with_payments=registration["expandPayments"],
            )
        with self._desk.store.transaction() as database:
            outcome = (
                kind,
                task["location_id"],
                task["reference"],
                told["status"],
                told.get("reason"),
                milliseconds(now),
            )
            database.execute("REPLACE INTO outcome VALUES (?, ?, ?, ?, ?, ?)", outcome)
        untyped = kind == "ORDER" and told["status"] == "FAILURE" and not self._desk.behaviour.order_failures_with_type
        if not untyped:
            body["type"] = kind
        what = f"{kind} {told['status']}"
        sender = task["endpoint_id"]
        self._post.put(location_id=task["location_id"], sender=sender, what=what, body=encode(body), now=now)


def _is_new(change: Change) -> bool:
    """Whether this is the opening of the bill, which SUCCESS has told already."""
    return change.at == change.sale.opened_at and not change.sale.previous_external_id


def _item(item: dict[str, Any]) -> OrderedItem:
    price = item.get("customItemPrice")
    return OrderedItem(
        item["sku"],
        Decimal(item["quantity"]),
        tuple(below["sku"] for below in item.get("subItems") or ()),
        price=None if price is None else exact(Decimal(str(price))),
    )


def _guest(customer: dict[str, Any]) -> WorldGuest:
    return WorldGuest(
        id=str(long_id("guest", customer.get("email") or "", customer["firstName"], customer.get("lastName") or "")),
        first_name=customer["firstName"],
        last_name=customer.get("lastName") or "",
        phone=customer.get("contactNumberAsE164") or "",
        email=customer.get("email") or "",
    )


def _call_name(reference: str) -> str:
    """Four letters or digits that are called out when an order is ready."""
    return (reference.upper().replace("-", "") + "XXXX")[-8:][:4]
