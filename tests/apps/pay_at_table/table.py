"""A table at Le Zinc: the K-Series simulator over real HTTP, an integration on it, and a clock of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import stamina
from django.db import connection as database
from django.db.models import F

from comptoir.apps.pay_at_table import applying, checks, listening, notices
from comptoir.apps.pay_at_table.integrations import create
from comptoir.apps.pay_at_table.models import MOVING, Attempt, GuestPayment, Integration, MethodKind
from comptoir.apps.pay_at_table.recording import Taken, record
from comptoir.connectors.lightspeed_k.connector import KSeries
from comptoir.connectors.lightspeed_k.simulator.settings import NotificationSetting
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations, store_behind
from comptoir.core.connections.models import CallBudget, LocationLink
from comptoir.core.intake import process
from comptoir.core.intake.models import Notification
from comptoir.core.mail import deliver
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.http import ATTEMPTS, Answer, Api
from comptoir.pos.hosting import Outgoing, Request, Response
from comptoir.sandbox.postbox import Mail, Postbox
from comptoir.sandbox.till import Item
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.kseries import PROVIDER, Vendor, vendor_served
from tests.people import People

PAY = "/o/op/1/pay"
READINESS = "/o/op/1/onlineOrderReadiness"

MOMENT = 3
"""Seconds after which a bill is worth another look."""


@dataclass
class Table:
    """A bill of 24.00 and what befalls it. `now` is the real time and what it was moved ahead, at the till as well."""

    vendor: Vendor
    integration: Integration
    bill: str
    taken: list[GuestPayment] = field(default_factory=list)
    waiting: list[Outgoing] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.vendor.ahead

    @property
    def ahead(self) -> timedelta:
        return self.vendor.ahead

    @ahead.setter
    def ahead(self, value: timedelta) -> None:
        self.vendor.ahead = value

    def pass_time(self, **units: float) -> None:
        """For Comptoir, for the till, and for the account's pause, which the database's clock would keep."""
        passed = timedelta(**units)
        self.vendor.ahead += passed
        sooner = {name: F(name) - passed.total_seconds() for name in ("paused_until", "slowed_until")}
        CallBudget.objects.update(**sooner)

    def another_bill(self, sku: str = "ENTRECOTE") -> str:
        opened = self.vendor.world.open(ZINC, items=[Item(sku)], now=self.now)
        return opened.external_id

    def take(self, amount: int = 2400, name: str = "", **said: Any) -> GuestPayment:
        told: dict[str, Any] = {"check_id": self.bill, "currency": "EUR", **said}
        name = name or f"q-{len(self.taken)}"
        payment, _ = record(integration=self.integration, taken=Taken(name, amount, **told), now=self.now)
        self.taken.append(payment)
        return payment

    def run(self, payment: GuestPayment) -> GuestPayment:
        """The worker, once."""
        payment.refresh_from_db()
        integration = checks.integration_of(payment.organisation_id, payment.integration_id)
        applying.run(payment, integration, clock=lambda: self.now)
        payment.refresh_from_db()
        return payment

    def work(self, payment: GuestPayment, *, till: bool = True) -> GuestPayment:
        self.run(payment)
        if till:
            self.till_works()
        payment.refresh_from_db()
        return payment

    def settle(self, payment: GuestPayment) -> GuestPayment:
        """The worker looks, the till does, time passes, the worker looks again; what the till tells is lost."""
        for _ in range(4):
            self.work(payment)
            self.pass_time(seconds=MOMENT)
        return payment

    def go_on(self, payment: GuestPayment, *, rounds: int = 6, step: float = 5) -> GuestPayment:
        """The same with everything the till tells, and time that passes."""
        for _ in range(rounds):
            self.run(payment)
            if payment.state not in MOVING:
                break
            self.hear()
            self.pass_time(seconds=step)
        return payment

    def till_works(self) -> list[bytes]:
        """The till does what is due, and what it tells is lost."""
        told = self._due()
        return [each.body for each in told]

    def hear(self, *, times: int = 1, only: str = "") -> int:
        """The till does what is due, and what it tells comes in at our door; returns how much of it."""
        told = [*self.waiting, *self._due()]
        self.waiting = []
        told = [each for each in told if only in each.body.decode()]
        for each in told:
            for _ in range(times):
                self.arrive(each.body, path=urlsplit(each.url).path)
        process.drain(clock=lambda: self.now)
        return len(told)

    def hold_back(self) -> None:
        """The till does what is due; what it tells comes later."""
        self.waiting += self._due()

    def arrive(self, body: bytes, *, path: str = "") -> None:
        """A row as the door writes it: whose it is, the token of its address says."""
        path = path or urlsplit(listening.address_of(self.integration, now=self.now)).path
        known = store_behind(PROVIDER, path.rpartition("/")[2]) if path.startswith("/hooks/") else None
        Notification.objects.update_or_create(
            door=path[:30],
            body_hash=sha256(body).digest(),
            received_minute=self.now.replace(second=0, microsecond=0),
            defaults={
                "organisation_id": known[0] if known else None,
                "store_id": known[1] if known else None,
                "provider": PROVIDER,
                "verified": known is not None,
                "body": body,
                "received_at": self.now,
                "processed_at": None,
            },
        )

    def tell_of_bills(self) -> None:
        """The back office is told our address: from now on OPEN, UPDATE and CLOSE come."""
        url = listening.address_of(self.integration, now=self.now)
        self.vendor.simulator.configure_notifications(ZINC, NotificationSetting(url))

    def _due(self) -> list[Outgoing]:
        soon = self.now + timedelta(seconds=1)
        found: list[Outgoing] = []
        while batch := self.vendor.simulator.due(now=soon):
            for each in batch:
                found.append(each)
                self.vendor.simulator.sent(each.key, status=202, now=soon)
        return found

    def read(self) -> None:
        """All open bills, as the minute's tick does."""
        checks.open_bills(self.integration, now=self.now, age=timedelta(0))

    def told(self, postbox: Postbox, to: str = "") -> tuple[Mail, ...]:
        """The mails that are due now, as they arrive; those that arrived before are forgotten."""
        postbox.clear()
        notices.look(self.integration.organisation_id, self.integration.id, now=self.now)
        self.post()
        return postbox.messages(to)

    def post(self) -> None:
        """What was written goes through the mail server."""
        OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).update(due_at=datetime.now(UTC))
        for mail_id in deliver.due(now=datetime.now(UTC)):
            deliver.deliver(mail_id, clock=lambda: datetime.now(UTC))

    def lines(self, bill: str = "") -> list[tuple[str, int]]:
        sale = self.vendor.world.find(ZINC, bill or self.bill)
        assert sale
        return [(each.external_reference, int(each.amount * 100)) for each in sale.payments]

    def strike_out(self, place: int) -> None:
        """Staff removes a payment from the bill, which no program can (A9)."""
        world: Any = self.vendor.world
        sale = world.find(ZINC, self.bill)
        kept = [each for index, each in enumerate(sale.payments) if index != place]
        paid = sum((each.amount for each in kept), start=0)
        world._record(msgspec.structs.replace(sale, payments=tuple(kept), paid=paid), self.now)

    def correct(self, payment: GuestPayment, *, amount: int) -> None:
        """Staff types another amount over the line of a payment of ours."""
        world: Any = self.vendor.world
        sale = world.find(ZINC, self.bill)
        lines = tuple(
            msgspec.structs.replace(each, amount=Decimal(amount)) if payment.ulid in each.external_reference else each
            for each in sale.payments
        )
        paid = sum((each.amount for each in lines), start=Decimal(0))
        world._record(msgspec.structs.replace(sale, payments=lines, paid=paid), self.now)

    def attempts(self, payment: GuestPayment) -> list[tuple[str, str]]:
        rows = Attempt.objects.filter(organisation_id=payment.organisation_id, payment_id=payment.id)
        return [(each.reference[-2:], each.outcome) for each in rows.order_by("number")]

    @property
    def sent(self) -> int:
        return sum(each.path == PAY for each in self.vendor.asked)

    def at_pay(self, *faults: str) -> None:
        """`lost`: it arrives, its answer does not; `cut`: it never arrives; `ok`: as usual. Then always as usual."""
        left = list(faults)

        def instead(request: Request, now: datetime) -> Response | None:
            fault = left.pop(0) if request.path == PAY and left else "ok"
            if fault == "lost":
                self.vendor.simulator.answer(request, now=now)
            return None if fault == "ok" else Response(200, b'{"status":"ok"}', cut_at=0)

        self.vendor.instead = instead


def _refuse_calls_within_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks a till holds no rows that others may wait for meanwhile (`kernel.computing`)."""
    sent = Api._sent

    def outside(self: Api, *about: Any) -> Answer:
        assert not database.in_atomic_block
        return sent(self, *about)

    monkeypatch.setattr(Api, "_sent", outside)


@contextmanager
def table_of(people: People, monkeypatch: pytest.MonkeyPatch, **behaviour: Any) -> Iterator[Table]:
    """Nobody waits here for the next try of a read, nor for a turn among the account's calls (`test_turns.py`)."""
    monkeypatch.setattr(KSeries, "manifest", replace(KSeries.manifest, calls_per_second=1000))
    _refuse_calls_within_transactions(monkeypatch)
    with stamina.set_testing(True, attempts=ATTEMPTS), vendor_served(monkeypatch, **behaviour) as vendor:
        connection = vendor.connect(people)
        with open_vendor(connection) as account:
            refresh_locations(connection, account)
        link = LocationLink.objects.get(external_id=ZINC)
        link_location(link, people.bar, now=datetime.now(UTC))
        integration = create(
            organisation=people.le_zinc,
            store=people.bar,
            connection=connection,
            location_id=ZINC,
            name="Qodeup",
            now=datetime.now(UTC),
            card_method="APM",
            voucher_method="APM",
            enabled=True,
        )
        listening.register(integration, now=datetime.now(UTC))
        opened = vendor.world.open(ZINC, items=[Item("ENTRECOTE")], now=datetime.now(UTC))
        yield Table(vendor, integration, opened.external_id)


__all__ = ["MethodKind", "Table", "table_of"]
