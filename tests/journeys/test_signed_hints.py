"""A till that posts signed hints: subscribed when its outlet is linked, believed only when signed, read at once
(lightspeed-x-series.md 7)."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from comptoir.connectors.lightspeed_x.simulator import Article
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import refresh_locations
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.revoking import revoke
from comptoir.core.connections.tasks import enqueue_listening, listen_again
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.intake import hints, polling
from comptoir.core.intake.models import BookReading, ImportRun, Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import RegisterClosure, Sale
from comptoir.kernel.seal import Secret
from comptoir.web import linking
from tests.connectors.lightspeed_x.stage import CLIENT, Shop, shop
from tests.journeys.inbox import wake
from tests.people import People
from tests.servers import WebServer, free_port, until

pytestmark = pytest.mark.django_db(transaction=True)
SCARF = Article(Decimal(20))
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class House:
    """A shop of two outlets, connected; the web server stands where the simulator posts to."""

    people: People
    shop: Shop
    server: WebServer
    connection: Connection

    def link(self, outlet: str) -> None:
        """Let an outlet feed a store made like it."""
        found = LocationLink.objects.get(external_id=self.shop.retailer.identifier(f"outlet/{outlet}"))
        with transaction.atomic():
            linking.feed(self.people.le_zinc, found, linking.NEW_STORE, now=datetime.now(UTC))
            ImportRun.objects.update(state=ImportRun.State.CANCELLED)  # the past is of no interest here

    def unlink(self) -> None:
        for found in LocationLink.objects.filter(store__isnull=False):
            with transaction.atomic():
                linking.feed(self.people.le_zinc, found, "", now=datetime.now(UTC))

    def hooks(self) -> dict[str, str]:
        """Where the vendor posts what."""
        with self.shop.retailer.lock:
            rows = list(self.shop.retailer.after("webhooks", 0))
        assert len({row["type"] for row in rows}) == len(rows), "nothing is asked for twice"
        return {str(row["type"]): str(row["url"]) for row in rows}

    def posts(self, body: bytes) -> int:
        """As the vendor signs it."""
        value = hmac.new(CLIENT.secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        signed = FORM | {"x-signature": f"signature={value},algorithm=HMAC-SHA256"}
        path = self.hooks()["sale.update"].removeprefix(self.server.url)
        status = self.server.request("POST", path, body, signed)[0]
        wake()
        return status

    def books_are_read_and_not_due(self) -> None:
        """Nothing but a hint makes anybody read now."""
        engine.drain()
        now = datetime.now(UTC)
        for link in LocationLink.objects.filter(store__isnull=False):
            BookReading.objects.update_or_create(
                organisation_id=link.organisation_id,
                location_link_id=link.id,
                defaults={
                    "read_until": now,
                    "read_at": now - timedelta(minutes=1),
                    "due_at": now + timedelta(hours=1),
                    "long_due_at": now + timedelta(hours=1),
                },
            )


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[WebServer]:
    """One for all of them: what it must know of the vendor is the secret that hints are signed with."""
    said = {"LIGHTSPEED_X_CLIENT_ID": CLIENT.id, "LIGHTSPEED_X_CLIENT_SECRET": CLIENT.secret.reveal()}
    running = WebServer(free_port(), environ={**os.environ, **said})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def house(people: People, server: WebServer, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[House]:
    with shop(outlets=(("main", "Europe/Paris"), ("far", "Europe/Paris"))) as made:
        monkeypatch.setenv("LIGHTSPEED_X_API_URL", made.endpoints.api_url)
        monkeypatch.setenv("LIGHTSPEED_X_TOKEN_URL", made.endpoints.token_url)
        monkeypatch.setenv("LIGHTSPEED_X_CLIENT_ID", made.endpoints.client_id)
        monkeypatch.setenv("LIGHTSPEED_X_CLIENT_SECRET", made.endpoints.client_secret.reveal())
        now = datetime.now(UTC)
        pair = TokenPair(Secret(made.mint()), Secret("unused"), now + timedelta(minutes=50))
        connection = consent.keep(
            organisation_id=people.le_zinc.id, provider="lightspeed_x", pair=pair, user=people.alice, now=now
        )
        Connection.objects.update(keep_alive_at=now + timedelta(days=1))
        with open_vendor(connection) as vendor:
            refresh_locations(connection, vendor)
        settings.COMPTOIR_URL = server.url
        yield House(people, made, server, connection)


def hear() -> None:
    """What the simulator has posted by now."""
    wake()
    engine.drain()


def test_linking_subscribes_once_and_unlinking_ends_it(house: House) -> None:
    house.link("main")
    house.link("far")
    engine.drain()
    wanted = house.hooks()
    assert set(wanted) == {"sale.update", "register_closure.create"}
    assert all(url.startswith(f"{house.server.url}/hooks/lightspeed_x/") for url in wanted.values())

    enqueue_listening()
    engine.drain()
    assert house.hooks() == wanted, "harmless to repeat"

    house.unlink()
    engine.drain()
    assert house.hooks() == {}


def test_what_the_vendor_forgot_is_asked_for_again(house: House) -> None:
    house.link("main")
    engine.drain()
    wanted = house.hooks()
    for row in list(house.shop.retailer.after("webhooks", 0)):
        house.shop.retailer.remove("webhooks", row["id"])
    assert house.hooks() == {}
    listen_again.enqueue(timestamp=0)
    engine.drain()
    assert house.hooks() == wanted


def test_a_consent_that_is_given_back_ends_it(house: House) -> None:
    house.link("main")
    engine.drain()
    assert house.hooks()
    house.connection.refresh_from_db()
    revoke(house.connection, now=datetime.now(UTC))
    assert house.hooks() == {}


def test_a_sale_that_is_told_is_read_at_once_and_a_void_as_well(house: House) -> None:
    house.link("main")
    house.books_are_read_and_not_due()
    number = str(house.shop.counter.ring([SCARF], at=datetime.now(UTC).replace(microsecond=0))["id"])

    def state() -> str | None:
        hear()
        return Sale.objects.filter(external_id=number).values_list("state", flat=True).first()

    until(lambda: state() == "closed")
    told = Notification.objects.get()
    assert (told.delivery, told.verified, told.taken_for_store) == (f"sale.update {number}", True, False)

    BookReading.objects.update(read_at=datetime.now(UTC) - timedelta(minutes=1))
    house.shop.counter.change(number, state="voided")
    until(lambda: state() == "cancelled")

    BookReading.objects.update(read_at=datetime.now(UTC) - timedelta(minutes=1))
    assert house.posts(told.body) == house.posts(told.body) == 202, "late, out of order, and twice"
    assert state() == "cancelled", "what it says of the sale is not believed"
    assert Sale.objects.count() == 1


def test_what_is_told_while_books_are_read_is_read_after_that(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.link("main")
    house.books_are_read_and_not_due()
    link = LocationLink.objects.get(store__isnull=False)
    began = datetime.now(UTC)
    BookReading.objects.update(due_at=began)

    def told_meanwhile(*_: object, **__: object) -> None:
        hints.follow([(link.store_id, "lightspeed_x", link.external_id)], now=began + timedelta(seconds=1))

    monkeypatch.setattr(polling.closing, "read_closures", told_meanwhile)
    polling.read(organisation_id=link.organisation_id, link_id=link.id, clock=lambda: began)
    assert BookReading.objects.get().due_at == began + timedelta(seconds=1)


def test_a_sale_of_another_outlet_is_read_where_it_was_sold(house: House) -> None:
    house.link("main")
    house.link("far")
    house.books_are_read_and_not_due()
    number = str(house.shop.counter.ring([SCARF], at=datetime.now(UTC).replace(microsecond=0), outlet="far")["id"])

    def is_there() -> bool:
        hear()
        return Sale.objects.filter(external_id=number).exists()

    until(is_there)
    assert Sale.objects.get(external_id=number).store_id == LocationLink.objects.get(name="Shop far").store_id
    assert not Notification.objects.filter(outcome=Notification.Outcome.PARKED).exists()


def test_a_closing_that_is_told_is_counted_at_once_and_keeps_its_word(house: House) -> None:
    house.link("main")
    tills, now = house.shop.simulator.tills, datetime.now(UTC).replace(microsecond=0)
    tills.open("main", at=now - timedelta(hours=1))
    number = str(house.shop.counter.ring([SCARF], at=now)["id"])
    house.books_are_read_and_not_due()
    assert not RegisterClosure.objects.filter(closed_at__isnull=False).exists()
    tills.close("main", at=now + timedelta(seconds=1))

    def closed() -> RegisterClosure | None:
        hear()
        return RegisterClosure.objects.filter(closed_at=now + timedelta(seconds=1)).first()

    until(lambda: closed() is not None)
    [counted] = RegisterClosure.objects.all()
    assert [(name, amount) for _method, name, amount in counted.takings] == [("Card", "24")]
    assert counted.store_id == LocationLink.objects.get(name="Shop main").store_id

    BookReading.objects.update(read_at=now - timedelta(minutes=1))
    house.shop.counter.change(number, state="voided")
    until(lambda: hear() or Sale.objects.filter(external_id=number, state="cancelled").exists())
    assert RegisterClosure.objects.get().takings == counted.takings, "what was counted was counted"


def test_what_is_not_signed_is_refused_and_kept_nowhere(house: House) -> None:
    house.link("main")
    engine.drain()
    url = house.hooks()["sale.update"]
    for signature in ("", "signature=,algorithm=HMAC-SHA256", f"signature={'0' * 64},algorithm=HMAC-SHA256"):
        headers = FORM | ({"x-signature": signature} if signature else {})
        status, body, _ = house.server.request("POST", url.removeprefix(house.server.url), b"payload={}", headers)
        assert (status, b"signature_invalid" in body) == (401, True), signature
    assert not Notification.objects.exists()
