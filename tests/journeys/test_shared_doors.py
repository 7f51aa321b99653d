"""One address for all organisations: what comes in there says when to look, and the till's books say what is true."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from comptoir.connectors.lightspeed_k.simulator import NotificationSetting
from comptoir.core.accounts.models import Organisation, Store, User
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import LocationLink
from comptoir.core.connections.tokens import read_token_answer
from comptoir.core.intake import confirm, process, reads, tasks, unlinked
from comptoir.core.intake.models import BookReading, Notification, UnlinkedLocation
from comptoir.core.jobs import engine
from comptoir.core.ledger import reads as ledger
from comptoir.core.ledger.models import Sale
from comptoir.pos.hosting import Request, Response
from comptoir.pos.model import Source
from tests.connectors.lightspeed_k.simulator_shop import ALICE, CHEZ_CHARLIE, LE_ZINC, ZINC, closed_bill
from tests.core.kseries import PROVIDER, Vendor, vendor_served
from tests.journeys.inbox import wake
from tests.notifications import body, milliseconds
from tests.people import People
from tests.servers import WebServer, web_server

pytestmark = pytest.mark.django_db(transaction=True)
SHARED = "/partner/orders?dispatch=lightspeed"
BARE = "/v1/wh/lightspeedKSeries"


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        for location in (ZINC, ALICE):
            setting = NotificationSetting(url="http://testserver/hooks", code="comptoir-fid")
            served.simulator.configure_notifications(location, setting)
        yield served


@dataclass(frozen=True)
class Shop:
    """An organisation, its store and the location that will feed it."""

    organisation: Organisation
    store: Store
    owner: User
    business: str
    location: str

    def connect(self, vendor: Vendor) -> LocationLink:
        """Sign in at the till, see its locations, link the one."""
        now = datetime.now(UTC)
        body = json.dumps(vendor.simulator.mint(self.business, now=now)).encode()
        pair = read_token_answer(body, vendor="the till", now=now)
        made = consent.keep(
            organisation_id=self.organisation.id, provider=PROVIDER, pair=pair, user=self.owner, now=now
        )
        with open_vendor(made) as account:
            refresh_locations(made, account)
        link = LocationLink.objects.get(organisation=self.organisation, external_id=self.location)
        link_location(link, self.store, now=now)
        return link


@pytest.fixture
def zinc(people: People) -> Shop:
    return Shop(people.le_zinc, people.bar, people.alice, LE_ZINC, ZINC)


@pytest.fixture
def charlie(people: People) -> Shop:
    return Shop(people.chez_charlie, people.shop, people.charlie, CHEZ_CHARLIE, ALICE)


def sell(vendor: Vendor, *shops: Shop) -> dict[str, str]:
    """A bill closed a minute ago in each; number by location."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    return {shop.location: closed_bill(vendor.world, shop.location, at=at) for shop in shops}


def tell(server: WebServer, vendor: Vendor, path: str = SHARED) -> None:
    """The till posts what it has to say to the bare address."""
    now = datetime.now(UTC)
    while batch := vendor.simulator.due(now=now):
        for outgoing in batch:
            assert server.request("POST", path, outgoing.body)[0] == 202
            vendor.simulator.sent(outgoing.key, status=202, now=now)
    wake()


def forge(server: WebServer, number: str, *, location: str = ZINC) -> None:
    now = datetime.now(UTC)
    content = body(number=number, location=int(location), closeDate=milliseconds(now), updateDate=milliseconds(now))
    assert server.request("POST", SHARED, content)[0] == 202
    wake()


def readings(vendor: Vendor) -> int:
    return sum(each.path.endswith("/sales") for each in vendor.asked)


def numbers(organisation: Organisation) -> set[str]:
    return {each.sale.external_id for each in ledger.sales(organisation.id)}


@pytest.mark.parametrize("path", [SHARED, BARE])
def test_a_sale_told_at_a_shared_door_comes_in_from_the_books(
    server: WebServer, vendor: Vendor, zinc: Shop, charlie: Shop, path: str
) -> None:
    for shop in (zinc, charlie):
        shop.connect(vendor)
    sold = sell(vendor, zinc, charlie)
    tell(server, vendor, path)
    engine.drain()

    for shop in (zinc, charlie):
        [sale] = ledger.sales(shop.organisation.id)
        assert (sale.sale.external_id, sale.source, sale.store_id) == (sold[shop.location], Source.READ, shop.store.id)
        told = reads.notifications(shop.organisation.id)
        assert told
        assert {each.outcome for each in told} == {"confirmed"}
        assert {each.sale_id for each in told} == {sale.id}
        assert all(each.tries == 1 and each.tried_at and each.due_at is None for each in told)


def test_many_notifications_of_a_store_are_one_reading(server: WebServer, vendor: Vendor, zinc: Shop) -> None:
    zinc.connect(vendor)
    later = datetime.now(UTC) + timedelta(days=1)  # the minute may turn meanwhile, and its own reading is not meant
    for link in LocationLink.objects.all():
        BookReading.objects.update_or_create(
            organisation_id=link.organisation_id,
            location_link_id=link.id,
            defaults={"read_until": later, "due_at": later, "long_due_at": later},
        )
    for _ in range(5):
        sell(vendor, zinc)
    tell(server, vendor)
    engine.drain()

    assert readings(vendor) == 1
    assert Sale.objects.count() == 5
    assert set(Notification.objects.values_list("outcome", flat=True)) == {"confirmed"}


def test_e41_a_forged_notification_never_becomes_anything(server: WebServer, vendor: Vendor, zinc: Shop) -> None:
    zinc.connect(vendor)
    sold = sell(vendor, zinc)
    forge(server, "A40017.999")
    engine.drain()

    row = Notification.objects.get()
    assert (row.outcome, row.tries, row.sale_id) == ("unverified", 1, None)
    waits = []
    while row.due_at is not None:
        at = row.due_at
        waits.append(at - row.received_at)
        confirm.confirm(organisation_id=zinc.organisation.id, store_id=zinc.store.id, clock=lambda at=at: at)
        row.refresh_from_db()
    assert len(waits) == len(confirm.WAITS)
    assert waits == sorted(waits)
    assert timedelta(hours=24) <= waits[-1] < timedelta(hours=25)
    assert (row.outcome, row.tries) == ("unverified", len(confirm.WAITS) + 1)
    assert numbers(zinc.organisation) == set(sold.values()), "the books are true, whoever made us open them"
    assert confirm.stores_due(now=datetime.now(UTC) + timedelta(days=9)) == []


def test_books_that_do_not_show_it_yet_are_read_again(server: WebServer, vendor: Vendor, zinc: Shop) -> None:
    zinc.connect(vendor)

    def nothing_yet(request: Request, now: datetime) -> Response | None:
        return Response(200, b'{"sales": []}') if request.path.endswith("/sales") else None

    sell(vendor, zinc)
    tell(server, vendor)
    vendor.instead = nothing_yet
    engine.drain()
    assert set(Notification.objects.values_list("outcome", "tries")) == {("unverified", 1)}

    vendor.instead = None
    tasks.enqueue_confirmations()  # nothing is due
    engine.drain()
    assert not Sale.objects.exists()

    later = datetime.now(UTC) + confirm.WAITS[0] + confirm.PAUSE
    with mock.patch.object(tasks, "utc_now", return_value=later):
        tasks.enqueue_confirmations()
        engine.drain()
    assert set(Notification.objects.values_list("outcome", flat=True)) == {"confirmed"}
    assert Sale.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response(503, b"", {"retry-after": "3600"}), "does not answer at the moment"),
        (Response(403, b"{}"), "asks you to sign in again"),
    ],
)
def test_a_till_that_cannot_be_asked_costs_no_try(
    server: WebServer, vendor: Vendor, zinc: Shop, answer: Response, words: str
) -> None:
    zinc.connect(vendor)
    sell(vendor, zinc)
    tell(server, vendor)
    vendor.instead = lambda request, now: answer if request.path.endswith("/sales") else None
    engine.drain()

    [told] = reads.notifications(zinc.organisation.id)[:1]
    assert (told.outcome, told.tries) == ("unverified", 0)
    assert words in told.fault
    assert told.due_at
    assert told.due_at > datetime.now(UTC)


def test_a_stranger_cannot_make_us_read_years(server: WebServer, vendor: Vendor, zinc: Shop) -> None:
    zinc.connect(vendor)
    long_ago = milliseconds(datetime(2020, 1, 1, tzinfo=UTC))
    forged = body(number="A1.1", location=int(ZINC), openDate=long_ago, closeDate=long_ago, updateDate=long_ago)
    server.request("POST", SHARED, forged)
    wake()
    engine.drain()

    # The reading that it asked for, and perhaps that of the minute.
    asked = [datetime.fromisoformat(each.query["from"]) for each in vendor.asked if each.path.endswith("/sales")]
    assert asked
    assert min(asked) > datetime.now(UTC) - confirm.REACH - 2 * confirm.MARGIN


def test_the_books_of_a_store_rest_between_two_readings(server: WebServer, vendor: Vendor, zinc: Shop) -> None:
    zinc.connect(vendor)
    for number in range(4):
        forge(server, f"A1.{number}")
        engine.drain()

    assert readings(vendor) == 1
    assert process.drain(clock=lambda: datetime.now(UTC)) == 0


def test_what_came_before_the_link_is_kept_for_nobody_and_read_on_linking(
    server: WebServer, vendor: Vendor, zinc: Shop, charlie: Shop
) -> None:
    sold = sell(vendor, zinc, charlie)
    tell(server, vendor)
    engine.drain()
    kept = Notification.objects.all()
    assert {(row.outcome, row.organisation_id, row.store_id) for row in kept} == {("unlinked", None, None)}
    assert readings(vendor) == 0
    for shop in (zinc, charlie):
        assert reads.notifications(shop.organisation.id) == []
        assert all(reads.notification(shop.organisation.id, row.id) is None for row in kept)

    zinc.connect(vendor)
    tasks.reopen_unlinked.enqueue_once()
    engine.drain()
    assert numbers(zinc.organisation) == {sold[ZINC]}
    assert (numbers(charlie.organisation), reads.notifications(charlie.organisation.id)) == (set(), [])

    charlie.connect(vendor)
    tasks.sweep.task(timestamp=0)  # the job was lost: the sweeper finds the rows
    engine.drain()
    for shop in (zinc, charlie):
        assert numbers(shop.organisation) == {sold[shop.location]}
        told = reads.notifications(shop.organisation.id)
        assert {(each.location_id, each.outcome) for each in told} == {(shop.location, "confirmed")}


def test_of_an_unlinked_location_the_newest_are_kept_and_the_others_counted(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlinked, "KEPT_PER_LOCATION", 3)
    for number in range(5):
        forge(server, f"A1.{number}", location="555")
    forge(server, "A2.1", location="556")
    process.drain(clock=lambda: datetime.now(UTC))
    forge(server, "A1.5", location="555")
    process.drain(clock=lambda: datetime.now(UTC))

    kept = Notification.objects.order_by("id").values_list("location_id", "delivery")
    assert list(kept) == [
        ("555", "CLOSE · A1.3"),
        ("555", "CLOSE · A1.4"),
        ("556", "CLOSE · A2.1"),
        ("555", "CLOSE · A1.5"),
    ]
    assert list(UnlinkedLocation.objects.values_list("location_id", "let_go")) == [("555", 3)]
    assert reads.backlog(now=datetime.now(UTC)).notifications_let_go == 3


def test_what_is_too_old_is_not_read_on_linking(server: WebServer, vendor: Vendor, zinc: Shop) -> None:
    sell(vendor, zinc)
    tell(server, vendor)
    engine.drain()
    zinc.connect(vendor)

    assert unlinked.reopen_linked(now=datetime.now(UTC) + unlinked.KEPT_FOR) == 0
    assert unlinked.reopen_linked(now=datetime.now(UTC)) > 0


def test_linking_on_the_page_reads_what_was_kept(server: WebServer, vendor: Vendor, zinc: Shop, people: People) -> None:
    sold = sell(vendor, zinc)
    tell(server, vendor)
    engine.drain()
    link = zinc.connect(vendor)
    link_location(link, None, now=datetime.now(UTC))
    fields = {f"store-{link.id}": zinc.store.public_id}
    people.client(people.alice).post(f"/connections/{link.connection.public_id}/locations", fields)
    engine.drain()

    assert numbers(zinc.organisation) == set(sold.values())
    assert {each.outcome for each in reads.notifications(zinc.organisation.id)} == {"confirmed"}
