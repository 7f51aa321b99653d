"""A table at Le Zinc: the K-Series simulator over real HTTP, an integration on it, and a clock of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from comptoir.apps.pay_at_table import applying
from comptoir.apps.pay_at_table.integrations import create
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment, Integration, MethodKind
from comptoir.apps.pay_at_table.recording import Taken, record
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import LocationLink
from comptoir.pos.capabilities import TellsOrderNews
from comptoir.pos.hosting import Request, Response
from comptoir.pos.orders import NewsAddress
from comptoir.sandbox.till import Item
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.kseries import Vendor, vendor_served
from tests.people import People

PAY = "/o/op/1/pay"


@dataclass
class Table:
    """A bill of 24.00 and what befalls it. The simulator's clock is the real one; ours is `now`, which only grows."""

    vendor: Vendor
    integration: Integration
    bill: str
    ahead: timedelta = timedelta(0)
    taken: list[GuestPayment] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def another_bill(self) -> str:
        opened = self.vendor.world.open(ZINC, items=[Item("ENTRECOTE")], now=datetime.now(UTC))
        return opened.external_id

    def take(self, amount: int = 2400, name: str = "", **said: Any) -> GuestPayment:
        told: dict[str, Any] = {"check_id": self.bill, "currency": "EUR", **said}
        name = name or f"q-{len(self.taken)}"
        payment, _ = record(integration=self.integration, taken=Taken(name, amount, **told), now=self.now)
        self.taken.append(payment)
        return payment

    def work(self, payment: GuestPayment, *, till: bool = True) -> GuestPayment:
        applying.run(organisation_id=payment.organisation_id, payment_id=payment.id, clock=lambda: self.now)
        if till:
            self.till_works()
        payment.refresh_from_db()
        return payment

    def settle(self, payment: GuestPayment) -> GuestPayment:
        """Let the worker look, the till do, the worker look again, as long as something moves."""
        for _ in range(4):
            self.work(payment)
        return payment

    def till_works(self) -> list[bytes]:
        """The till does what is due, and what it tells is lost."""
        soon = datetime.now(UTC) + timedelta(seconds=1)
        bodies = []
        while batch := self.vendor.simulator.due(now=soon):
            for each in batch:
                bodies.append(each.body)
                self.vendor.simulator.sent(each.key, status=202, now=soon)
        return bodies

    def lines(self, bill: str = "") -> list[tuple[str, int]]:
        sale = self.vendor.world.find(ZINC, bill or self.bill)
        assert sale
        return [(each.external_reference, int(each.amount * 100)) for each in sale.payments]

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


@contextmanager
def table_of(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with vendor_served(monkeypatch) as vendor:
        connection = vendor.connect(people)
        with open_vendor(connection) as account:
            refresh_locations(connection, account)
            locations = {each.external_id: each for each in account.locations()}
            cast(TellsOrderNews, account).listen(
                NewsAddress("comptoir", "http://door.example/hooks"), [locations[ZINC]]
            )
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
        opened = vendor.world.open(ZINC, items=[Item("ENTRECOTE")], now=datetime.now(UTC))
        yield Table(vendor, integration, opened.external_id)


__all__ = ["MethodKind", "Table", "table_of"]
