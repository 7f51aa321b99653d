"""The sandbox’s provider hears Comptoir over HTTP: subscribed with its own key, it believes what is signed, once, in
whatever order and however often it comes, and whatever befell it meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.pay_at_table.models import GuestPayment
from comptoir.apps.pay_at_table.provider_tables import Refund
from comptoir.core.outbox import endpoints, sending
from comptoir.core.outbox.models import Endpoint, WebhookDelivery
from comptoir.pos.hosting import Request
from comptoir.pos.model import Payment
from comptoir.sandbox.control.phones import PhonesPage
from comptoir.sandbox.provider.books import Books
from comptoir.sandbox.provider.company import DONE, REPORTED, Company
from tests.answering import Answering, Asked, Told, answering
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
DOWN, BROKEN, HEARD = Told(hang_up=True), Told(500), Told(204)


class House:
    """Petite Monnaie behind a door that may be shut."""

    def __init__(self, door: Answering, company: Company, store: str) -> None:
        self.door, self.company, self.store = door, company, store
        self.faults: list[Told] = []
        door.will_ask(self.answer)

    def answer(self, asked: Asked) -> Told:
        if self.faults:
            return self.faults.pop(0)
        return HEARD if self.company.hear(self.store, asked.body, asked.headers) else Told(400)

    def pay(self) -> str:
        """A guest pays all of the bill; the provider reports it."""
        [check] = self.company.api.checks(self.store)
        row = self.company.hold(self.store, check, "guest", amount=2400, tip=0, kind="card")
        self.company.charge(row["id"])
        return str(row["id"])

    def state(self, payment: str) -> tuple[str, str]:
        """As its books have it: nobody asks Comptoir for it."""
        row = self.company.payment(payment)
        return row["state"], row["said"]

    def page(self) -> str:
        desk = PhonesPage(self.company, hook=lambda: self.door.url)
        return desk.answer(Request("GET", "/phones", {"store": self.store})).body.decode()


@pytest.fixture
def house(table: Table, provider: Provider, live_server: LiveServer, settings: Any) -> Iterator[House]:
    books = Books(None)
    with answering() as door:
        settings.COMPTOIR_EGRESS_ALLOW = door.url.removeprefix("http://")
        company = Company(books, base_url=live_server.url)
        company.set_key(provider.secret)
        store = table.integration.public_id
        made = House(door, company, store)
        assert company.ask(store, hook=door.url) == "linked"
        yield made
    books.close()


def send_until_heard(at: datetime, *, tries: int = 10) -> int:
    """Let the courier come whenever he said he would; how often he came."""
    endpoint, due = Endpoint.objects.get(), at
    for turn in range(1, tries):
        following = sending.send_due(
            endpoint.id, clock=partial(datetime.fromtimestamp, due.timestamp(), UTC), rules=endpoints.rules()
        )
        if not WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING).exists():
            return turn
        assert following
        due = following
    raise AssertionError("not heard")


def test_the_provider_hears_that_its_payment_is_on_the_till_and_shows_it(table: Table, house: House) -> None:
    payment = house.pay()
    assert house.state(payment)[0] == REPORTED
    table.settle(GuestPayment.objects.get())
    send_until_heard(table.now)
    assert house.state(payment) == (DONE, "applied")
    kinds = [each["kind"] for each in house.company.heard(house.store)]
    assert {"payment.recorded", "payment.applied"} <= set(kinds)
    page = house.page()
    assert page.count("payment.applied") >= 1
    assert "Nothing yet." not in page.split("Heard from Comptoir")[1].split("<ul")[0]


def test_a_provider_that_was_down_broken_and_told_twice_hears_everything_and_does_it_once(
    table: Table, house: House
) -> None:
    payment = house.pay()
    table.settle(GuestPayment.objects.get())
    house.faults = [DOWN, BROKEN]
    assert send_until_heard(table.now) >= 3
    assert not house.faults
    heard = house.company.heard(house.store)
    assert {each["times"] for each in heard} == {1}
    endpoint, since = Endpoint.objects.get(), table.now - timedelta(hours=1)
    mine = {"organisation_id": endpoint.organisation_id, "endpoint_id": endpoint.id}
    again = endpoints.replay_since(**mine, since=since, now=table.now)
    send_until_heard(table.now + timedelta(minutes=1))
    assert [each["times"] for each in house.company.heard(house.store)] == [2] * again
    assert "2 times" in house.page()
    assert house.state(payment) == (DONE, "applied")
    assert [amount for _, amount in table.lines()] == [2400]


def test_what_is_not_signed_with_its_secret_is_refused_and_sent_again(table: Table, house: House) -> None:
    house.company.books.write("UPDATE store SET secret = ?", "whsec_" + "c2VjcmV0IG9mIHNvbWVib2R5IGVsc2U=")
    payment = house.pay()
    table.settle(GuestPayment.objects.get())
    sending.send_due(Endpoint.objects.get().id, clock=lambda: table.now, rules=endpoints.rules())
    assert house.company.heard(house.store) == []
    assert house.state(payment)[0] == REPORTED
    assert WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING).exists()
    assert house.company.look(house.company.payment(payment))["said"] == "applied", "asking is the other way"


def test_t4_part_of_it_is_asked_for_on_the_page_given_back_by_the_provider_and_the_rest_applied(
    table: Table, house: House, people: People
) -> None:
    """From the button of the page to the till, over the public API; asked for once, given back once."""
    paid = house.pay()
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    payment = table.go_on(GuestPayment.objects.get())
    house.company.catch_up()
    alice, path = people.client(people.alice), f"/pay-at-table/payments/{payment.public_id}"
    page = alice.get(path).content.decode()
    assert "Have €12.00 refunded, then enter €12.00" in page
    assert not Refund.objects.exists(), "nobody asked for it yet"
    alice.post(f"{path}/refund", {"why": "Cash came first", "amount": "1200"})
    assert "to give back €12.00" in alice.get(path).content.decode()
    for _ in range(2):
        house.company.catch_up()
    table.go_on(GuestPayment.objects.get())
    assert [amount for _, amount in table.lines()] == [1200, 1200]
    [refund] = Refund.objects.all()
    assert (refund.amount, refund.status) == (1200, "succeeded")
    assert house.company.look(house.company.payment(paid))["said"] == "applied"
    assert "to give back" not in alice.get(path).content.decode()
