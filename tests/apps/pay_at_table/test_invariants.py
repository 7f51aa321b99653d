"""P1 to P8 and P11 in any history: the real database, the real client and the vendor's simulator, and everything lost.

The till loses answers, calls and news, tells late or twice, sleeps until its patience is over; staff pays, adds, moves
and closes bills; tokens end; the worker is killed before any of its writes. Nothing is sent over a socket, and jobs are
not queued: the machine works as the sweeper would, in any order.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
import pytest
import stamina
from django.db import connection as database
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from comptoir.apps.pay_at_table import applying, checks, hearing, holding, looking_after, refunding, retrying
from comptoir.apps.pay_at_table.application import OPEN
from comptoir.apps.pay_at_table.models import (
    ENDS,
    MOVING,
    Attempt,
    Bill,
    GuestPayment,
    Intent,
    State,
    Transition,
)
from comptoir.apps.pay_at_table.provider_tables import Refund, RefundStatus
from comptoir.apps.pay_at_table.recording import Taken, record
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.simulator.settings import Condition, Lifetimes
from comptoir.core.connections import access, consent
from comptoir.core.connections.models import CallBudget, Connection
from comptoir.core.connections.tokens import read_token_answer
from comptoir.core.installations.manifest import Heard
from comptoir.core.jobs import engine
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.pos.connector import Notification
from comptoir.pos.hosting import Request
from comptoir.pos.model import Payment, Sale, SaleState
from comptoir.sandbox.till import Item
from tests.apps.pay_at_table.table import PAY, Table, table_of
from tests.connectors.lightspeed_k.simulator_shop import CARD, LE_ZINC, ZINC
from tests.core.kseries import PROVIDER, TOKEN_PATH
from tests.examples import examples
from tests.people import People

DEEP = int(os.environ.get("DEEP_HISTORIES", "10000")) if os.environ.get("DEEP") else 0
DEEP_STEPS = int(os.environ.get("DEEP_STEPS", "30"))
FAULTS = st.sampled_from(["none"] * 6 + ["lost_answer", "lost_call", "never_sent", "killed_before", "killed_after"])
IN_CI = 200
"""Of six steps each, 50 seconds on a quiet core; `DEEP=1 DEEP_HISTORIES=250 DEEP_STEPS=30` tries longer ones."""
SELDOM = st.sampled_from([False, False, False, True])
PLACES = st.integers(0, 5)
ACCESS_LIFE = timedelta(minutes=25)
OPEN_ENDS = {State.NEEDS_ATTENTION, State.REFUND_PENDING_POS}
ON_TILL = {State.APPLIED, State.REFUND_PENDING_POS}
WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The worker's process is gone."""


class House:
    """What all histories share: an integration, the simulator, and the wire between them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.integration = table.integration
        self.world: Any = table.vendor.world
        self.simulator = table.vendor.simulator
        self.ahead = timedelta(0)
        self.faults: list[str] = []
        self.began = self.ahead
        self.refreshes = self.expiries = 0
        self.seen: dict[str, tuple[datetime, Decimal]] = {}

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Instead of a socket: the simulator, and what befalls the call on the way."""
        path = request.url.raw_path.decode().partition("?")[0]
        fault = self.faults.pop(0) if self.faults and path == PAY else "none"
        if fault == "never_sent":
            raise httpx.ConnectError("nobody there", request=request)
        if fault == "lost_call":
            raise httpx.ReadError("cut before it arrived", request=request)
        if fault == "killed_before":
            raise Killed
        body = request.read()
        if path == PAY:
            self.check_p3(msgspec.json.decode(body))
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(parse_qsl(request.url.query.decode()))
        told = self.simulator.answer(Request(request.method, path, query, headers, body), now=self.now)
        self.refreshes += path == TOKEN_PATH and told.status == 200
        if fault == "killed_after":
            raise Killed
        if fault == "lost_answer":
            raise httpx.ReadError("cut", request=request)
        if "/accounts/" in path and told.status == 200:
            read = msgspec.json.decode(told.body)
            left = Decimal(str(read["currentAmount"])) - Decimal(str(read["paidAmount"]))
            self.seen[read["ikaccountId"]] = (self.now, left)
        return httpx.Response(told.status, headers=dict(told.headers), content=told.body, request=request)

    def check_p3(self, body: dict[str, Any]) -> None:
        """No more is asked of the till than was left on a read that is not older than 15 seconds; a reference that is
        sent again under a number that the bill no longer has is refused by the till."""
        if body["iKaccountIdentifier"] not in {each.external_id for each in self.world.open_sales(ZINC)}:
            return
        at, left = self.seen[body["iKaccountIdentifier"]]
        assert self.now - at <= timedelta(seconds=16)
        assert Decimal(str(body["paymentAmount"])) <= left

    def live_sales(self) -> list[Sale]:
        closed = self.world.closed_sales(ZINC, self.now - timedelta(days=2), self.now + timedelta(days=1))
        live = [*self.world.open_sales(ZINC), *closed]
        return [sale for sale in live if sale.state in (SaleState.OPEN, SaleState.CLOSED) and sale.kind.value == "sale"]


def ours(payment: GuestPayment, sales: list[Sale]) -> list[tuple[str, int]]:
    """The lines of a payment on these bills, with amounts in minor units."""
    start = f"CT{payment.ulid}-"
    return [
        (line.external_reference, int(line.amount * 100))
        for sale in sales
        for line in sale.payments
        if line.external_reference.startswith(start)
    ]


@contextmanager
def writes_until(limit: int | None) -> Iterator[None]:
    """The process is killed before its next write, once it has made so many."""
    made = 0

    def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal made
        if str(sql).startswith(WRITES):
            if limit is not None and made >= limit:
                raise Killed
            made += 1
        return execute(sql, params, many, context)

    with database.execute_wrapper(count):
        yield


class Evening(RuleBasedStateMachine):
    """One table, its guests, its staff, the provider, the till and the worker."""

    house: House

    @initialize(parts=st.lists(st.sampled_from([400, 800, 1200, 2400, 2500]), min_size=1, max_size=2))
    def begin(self, parts: list[int]) -> None:
        self.clear()
        self.number = self.refunds = 0
        self.taken: dict[Any, tuple[int, int]] = {}
        self.news: list[bytes] = []
        self.removed_by_staff = False
        self.bill = self.house.world.open(ZINC, items=[Item("ENTRECOTE")], now=self.house.now).external_id
        for amount in parts:
            self.guest_pays(amount, holds=False, tip=False)

    def payments(self) -> list[GuestPayment]:
        return list(GuestPayment.objects.order_by("id"))

    def current(self) -> Sale | None:
        """The bill as it is now, whatever its number."""
        return next(iter(self.house.world.open_sales(ZINC)), None)

    @rule(amount=st.sampled_from([400, 800, 1200, 2400]), holds=st.booleans(), tip=st.booleans())
    def guest_pays(self, amount: int, holds: bool, tip: bool) -> None:
        if self.number >= 3:
            return
        self.number += 1
        house, intent = self.house, None
        bill = self.current()
        number = bill.external_id if bill else self.bill
        if holds:
            try:
                intent = holding.hold(
                    integration=house.integration,
                    check_id=number,
                    session=f"s{self.number}",
                    amount=amount,
                    now=house.now,
                ).id
            except (RuleBroken, VendorBusy, VendorRefused, VendorUnreadable, OutcomeUnknown):
                return
        taken = Taken(
            f"q{house.expiries}-{id(self)}-{self.number}",
            amount,
            "EUR",
            tip=100 if tip else 0,
            check_id=number,
            intent_id=intent,
        )
        payment, made = record(integration=house.integration, taken=taken, now=house.now)
        again, remade = record(integration=house.integration, taken=taken, now=house.now)
        assert (made, remade, payment.id) == (True, False, again.id)
        self.taken[payment.id] = (amount, taken.tip)

    @rule(
        place=PLACES,
        faults=st.lists(FAULTS, min_size=1, max_size=3),
        limit=st.one_of(st.none(), st.none(), st.integers(0, 12)),
        seconds=st.sampled_from([0, 1, 5, 14, 16, 45, 95]),
        tell=st.sampled_from(["all", "all", "none", "later", "twice"]),
        asleep=SELDOM,
    )
    def a_moment(self, place: int, faults: list[str], limit: int | None, seconds: int, tell: str, asleep: bool) -> None:
        """The worker does what it can, or is killed at it; time passes; the till does what was sent, and may tell."""
        moving = [each for each in self.payments() if each.state in MOVING]
        if moving:
            self.work(moving[place % len(moving)], faults, limit)
        self.till_works(tell, asleep=asleep, seconds=seconds)
        looking_after.end_holds(now=self.house.now)

    def work(self, payment: GuestPayment, faults: list[str], limit: int | None) -> None:
        house = self.house
        house.faults, refreshes = list(faults), house.refreshes
        connection = Connection.objects.get()
        try:
            with writes_until(limit):
                applying.run(
                    payment,
                    checks.integration_of(payment.organisation_id, payment.integration_id),
                    clock=lambda: house.now,
                )
        except Killed:
            if house.refreshes > refreshes:
                self.sign_in_again(connection)
        finally:
            house.faults = []

    def sign_in_again(self, before: Connection) -> None:
        """Killed between the vendor's fresh tokens and their commit: the old ones are used up, and nobody can know the
        new ones. What is left is a person who signs in again (E36)."""
        connection = Connection.objects.get()
        if connection.refresh_token != before.refresh_token:
            return
        now = self.house.now
        pair = msgspec.json.encode(self.house.simulator.mint(LE_ZINC, now=now))
        consent.keep(
            organisation_id=connection.organisation_id,
            provider=PROVIDER,
            pair=read_token_answer(pair, vendor="the till", now=now),
            user=connection.consented_by,
            now=now,
            connection=connection,
        )

    def till_works(self, tell: str, asleep: bool, seconds: int) -> None:
        house = self.house
        house.table.vendor.conditions = {Condition.TILL_OFFLINE} if asleep else set()
        house.ahead += timedelta(seconds=seconds + 1)  # the till needs a moment, and is never ahead of its own books
        told = []
        while batch := house.simulator.due(now=house.now):
            for each in batch:
                told.append(each.body)
                house.simulator.sent(each.key, status=202, now=house.now)
        if tell == "later":
            self.news += told
        elif tell != "none":
            self.hear([*told, *(told if tell == "twice" else ())])

    @rule()
    def late_news(self) -> None:
        late, self.news = self.news, []
        self.hear(late)

    def hear(self, bodies: list[bytes]) -> None:
        mine = self.house.integration
        for body in bodies:
            reading = CONNECTOR.read(Notification(body, self.house.now))
            told = [
                Heard(mine.organisation_id, mine.store_id, PROVIDER, each, verified=True)
                for each in (*reading.facts, *(each.sale for each in reading.observed))
            ]
            with transaction.atomic():
                hearing.heard(told, self.house.now)

    def read(self) -> None:
        house = self.house
        checks.open_bills(house.integration, now=house.now, age=timedelta(0))
        for sale in house.world.open_sales(ZINC):
            bill = Bill.objects.get(check_id=sale.external_id)  # P6: the mirror says what the read said
            assert (bill.total, bill.paid) == (int(sale.total * 100), int((sale.paid or 0) * 100))

    @rule(
        what=st.sampled_from(["cash", "add", "move", "close", "read", "tokens end"]), amount=st.sampled_from([1, 4, 12])
    )
    def meanwhile(self, what: str, amount: int) -> None:
        """Staff takes cash, adds an item, moves the table, closes it; bills are read; the access token ends."""
        bill, world, now = self.current(), self.house.world, self.house.now
        if what == "tokens end":
            self.house.expiries += 1
            self.house.simulator.expire_tokens(LE_ZINC)
        elif what == "read":
            self.read()
        elif bill is None:
            return
        elif what == "cash" and bill.total - (bill.paid or 0) >= amount:
            world.pay(ZINC, bill.external_id, Payment(amount=Decimal(amount), method=CARD), now=now)
        elif what == "add":
            world.add(ZINC, bill.external_id, [Item("CAFE")], now=now)
        elif what == "move":
            world.move(ZINC, bill.external_id, "Table 9", now=now)
        elif what == "close" and self.number > 1:
            world.close(ZINC, bill.external_id, [CARD], now=now)

    @rule(place=PLACES, part=st.sampled_from([1, 400, 800, 1200, 2500]), seldom=SELDOM)
    def the_provider_gives_back(self, place: int, part: int, seldom: bool) -> None:
        """All of it, or a part: what is left is due on the till (T4, T22)."""
        payments = self.payments()
        if not payments or not seldom:
            return
        one = payments[place % len(payments)]
        self.refunds += 1
        with suppress(RuleBroken):  # more than was taken
            refunding.report(
                integration=self.house.integration,
                payment=one,
                refund_id=f"{one.provider_payment_id}-{self.refunds}",
                amount=part,
                reason="",
                status=RefundStatus.SUCCEEDED,
                actor="provider",
                now=self.house.now,
            )

    @rule(place=PLACES)
    def somebody_presses_retry(self, place: int) -> None:
        waiting = [each for each in self.payments() if each.state == State.NEEDS_ATTENTION]
        if waiting:
            one = waiting[place % len(waiting)]
            retrying.retry(
                organisation_id=one.organisation_id, payment_id=one.id, actor="user:alice", now=self.house.now
            )

    @invariant()
    def p1_to_p8_and_p11_hold(self) -> None:
        payments, sales = self.payments(), self.house.live_sales()
        self.p1_and_p4_recorded_as_taken(payments)
        self.p2_and_p5_one_line_at_most(payments, sales)
        for sale in sales:  # P3
            assert (sale.paid or 0) <= sale.total
        under_way = [each.check_id for each in Attempt.objects.filter(outcome__in=OPEN)]
        assert len(under_way) == len(set(under_way)), "P7"
        self.p8_the_journal_tells_every_step(payments)
        ended = (self.house.ahead - self.house.began) // ACCESS_LIFE
        assert self.house.refreshes <= self.house.expiries + ended + 2, "P11"

    def p1_and_p4_recorded_as_taken(self, payments: list[GuestPayment]) -> None:
        assert {each.id: (each.amount, each.tip) for each in payments} == getattr(self, "taken", {})

    def p2_and_p5_one_line_at_most(self, payments: list[GuestPayment], sales: list[Sale]) -> None:
        """And *applied* means that there is one, of what was not given back."""
        for payment in payments:
            lines = ours(payment, sales)
            assert len(lines) <= 1, (payment.public_id, lines)
            if payment.state == State.APPLIED:
                assert lines == [(payment.applied_reference, payment.due)]
            if payment.state == State.REFUND_PENDING_POS:
                assert lines[0][1] > payment.due
            given = Refund.objects.filter(payment_id=payment.id).aggregate(sum=Sum("amount"))["sum"] or 0
            assert payment.given_back == min(given, payment.amount)

    def p8_the_journal_tells_every_step(self, payments: list[GuestPayment]) -> None:
        told: dict[Any, list[tuple[str, str]]] = {each.id: [] for each in payments}
        for row in Transition.objects.order_by("at", "id"):
            if row.before != row.after:
                told[row.payment_id].append((row.before, row.after))
        for payment in payments:
            steps = told[payment.id]
            assert steps[-1][1] == payment.state
            assert all(one[1] == after[0] for one, after in pairwise(steps))

    def teardown(self) -> None:
        """All faults end; then each payment is on the till once, or waits for a person and is not on it."""
        house = self.house
        if not hasattr(self, "taken"):
            return
        house.table.vendor.conditions = set()
        for _ in range(12):
            moving = [each for each in self.payments() if each.state in MOVING]
            if not moving:
                break
            for payment in moving:
                self.work(payment, [], None)
            self.till_works("all", asleep=False, seconds=45)
        self.read()
        sales = house.live_sales()
        for payment in self.payments():
            assert payment.state in ENDS | OPEN_ENDS, (payment.state, payment.reason)
            assert len(ours(payment, sales)) == (payment.state in ON_TILL), (payment.state, payment.reason)
            assert payment.due or payment.state in {State.REFUNDED, State.REFUND_PENDING_POS}
        self.p8_the_journal_tells_every_step(self.payments())

    def clear(self) -> None:
        house = self.house
        for sale in house.world.open_sales(ZINC):
            house.world.close(ZINC, sale.external_id, [CARD], now=house.now)
        for model in (Transition, Attempt, Intent, Bill, Refund, GuestPayment):
            model.objects.all().delete()
        CallBudget.objects.all().delete()
        house.seen.clear()
        house.ahead += timedelta(hours=49)  # nothing of this evening is in sight of the next
        house.began = house.ahead
        house.expiries = house.refreshes = 0
        house.simulator.due(now=house.now)


@pytest.mark.django_db(transaction=True)
def test_p1_to_p8_and_p11_in_any_history(people: People, no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with table_of(people, monkeypatch, lifetimes=Lifetimes(offline=None)) as table:
        Evening.house = House(table)
        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: Evening.house.answer(request))
        monkeypatch.setattr(access, "SharedTurns", lambda *_, **__: None)
        monkeypatch.setattr(engine.Job, "enqueue_once", lambda *_, **__: None)
        stamina.set_testing(True, attempts=1)
        try:
            run_state_machine_as_test(
                Evening,
                settings=settings(
                    max_examples=DEEP or examples(IN_CI),
                    derandomize=not DEEP,
                    stateful_step_count=DEEP_STEPS if DEEP else 6,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            stamina.set_testing(False)
        assert Connection.objects.get().status == Connection.Status.CONNECTED
