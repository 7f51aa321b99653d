"""A pass read at the till: the waiter sees whose it is, and the bill is theirs once it is closed (loyalty.md 2.6).

Real HTTP both ways: the simulated till asks our web server, and posts its bill to it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from comptoir.apps.loyalty.members import passes, profile
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.rewards import buying
from comptoir.connectors.lightspeed_k.simulator import NotificationSetting
from comptoir.core.connections.locations import webhook_address, webhook_path
from comptoir.core.installations import modules
from comptoir.core.installations.install import install_all
from comptoir.core.jobs import engine
from comptoir.sandbox.catalogue import CARD
from comptoir.sandbox.till import Item
from tests.apps.loyalty.test_rewards import reward
from tests.apps.loyalty.till import Till
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.kseries import PROVIDER, Vendor, vendor_served
from tests.journeys.inbox import wake
from tests.people import People
from tests.servers import WebServer, web_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        served.simulator.configure_notifications(ZINC, NotificationSetting(url="http://testserver/hooks", code="x"))
        yield served


class Counter:
    """The till of Le Zinc, and the address of ours that its back office has."""

    def __init__(self, people: People, server: WebServer, vendor: Vendor) -> None:
        now = datetime.now(UTC)
        self.people, self.server, self.vendor = people, server, vendor
        install_all(organisation=people.le_zinc, store=people.bar, provider=PROVIDER, now=now)
        address = webhook_address(organisation=people.le_zinc, store=people.bar, provider=PROVIDER, now=now)
        self.path = webhook_path(address)
        self.alice = profile.create(
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            phone="+33612345642",
            actor="user:1",
            now=now - timedelta(days=1),
            fields={"first_name": "Alice"},
        )
        who = {"organisation_id": people.le_zinc.id, "member_id": self.alice.id, "actor": "user:1"}
        self.code = passes.issue(**who, now=now).code

    @property
    def scans(self) -> str:
        return self.server.url + self.path.replace("/hooks/", "/scans/")

    def opens(self) -> str:
        opened = self.vendor.world.open(ZINC, items=[Item("CAFE"), Item("CAFE")], now=datetime.now(UTC))
        return opened.external_id

    def scan(self, number: str, code: str) -> dict[str, object]:
        now = datetime.now(UTC)
        return dict(self.vendor.simulator.scan(ZINC, number, code, url=self.scans, now=now))

    def closes(self, number: str) -> None:
        """The bill is paid; the till tells, and everything that follows is done."""
        self.vendor.world.close(ZINC, number, [CARD], now=datetime.now(UTC))
        later = datetime.now(UTC) + timedelta(hours=1)
        while batch := self.vendor.simulator.due(now=later):
            for outgoing in batch:
                assert self.server.request("POST", self.path, outgoing.body)[0] == 202
                self.vendor.simulator.sent(outgoing.key, status=202, now=later)
        wake()
        engine.drain()


@pytest.fixture
def counter(people: People, server: WebServer, vendor: Vendor) -> Counter:
    return Counter(people, server, vendor)


def points(member: Member) -> int:
    return sum(Entry.objects.filter(member_id=member.id).values_list("points", flat=True))


def test_the_waiter_sees_whose_pass_it_is_and_the_bill_is_collected_by_itself(counter: Counter) -> None:
    number = counter.opens()
    told = counter.scan(number, counter.code)
    assert told["displayMessage"] == "Alice · 0 pts"
    assert told["externalReference"] == {"prefix": "comptoir-pass", "reference": counter.code}
    counter.closes(number)
    offer = Offer.objects.get(external_id=number)
    assert (offer.member_id, offer.claimed_by) == (counter.alice.id, "pass")
    assert points(counter.alice) == offer.points > 0
    assert Entry.objects.filter(kind="earn").count() == 1


def test_the_product_of_a_bought_reward_goes_onto_the_bill(counter: Counter) -> None:
    mine = Till(counter.people.le_zinc, counter.people.bar, now=datetime.now(UTC))
    item = reward(mine, name="Coffee", skus="CAFE", points=10)
    Entry.objects.create(
        organisation=counter.people.le_zinc, member_id=counter.alice.id, kind="opening", points=50, created_at=mine.now
    )
    buying.buy(
        organisation_id=counter.people.le_zinc.id,
        member_id=counter.alice.id,
        reward_id=item.id,
        store_id=counter.people.bar.id,
        actor="user:1",
        now=mine.now,
    )
    told = counter.scan(counter.opens(), counter.code)
    assert told["rewardBasket"] == {"productRewardList": [{"sku": "CAFE", "price": 0, "modifyItemIfFound": False}]}


@pytest.mark.parametrize("code", ["P0123456789ABCDEF", "https://example.com/menu", "x" * 500])
def test_a_code_that_is_nobody_s_is_no_error_on_the_till(counter: Counter, code: str) -> None:
    number = counter.opens()
    assert counter.scan(number, code) == {}
    counter.closes(number)
    assert Offer.objects.get(external_id=number).member_id is None


def test_where_loyalty_is_off_or_the_address_is_none_nothing_is_said(counter: Counter) -> None:
    place = {"organisation_id": counter.people.le_zinc.id, "store_id": counter.people.bar.id}
    modules.switch(**place, app="loyalty", on=False, now=datetime.now(UTC))
    assert counter.scan(counter.opens(), counter.code) == {}
    assert counter.server.request("POST", f"/scans/{PROVIDER}/made-up?code=x", b"")[0] == 404
    assert counter.server.request("POST", "/scans/nobody/made-up?code=x", b"")[0] == 404
    assert counter.server.request("GET", counter.path.replace("/hooks/", "/scans/"), b"")[0] == 405


def test_a_pass_that_was_lost_meanwhile_collects_nothing_by_itself(counter: Counter) -> None:
    number = counter.opens()
    counter.scan(number, counter.code)
    who = {"organisation_id": counter.people.le_zinc.id, "member_id": counter.alice.id, "actor": "user:1"}
    passes.issue(**who, now=datetime.now(UTC), is_new=True)  # type: ignore[arg-type]
    counter.closes(number)
    assert Offer.objects.get(external_id=number).member_id is None
