"""Deleting an integration: the consent goes back to the till, unless another app works over the same account."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.apps.traffic import catching_up, jobs
from comptoir.apps.traffic.models import Day, ImportJob
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import create_token
from comptoir.core.connections.credentials import put
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.health.lights import health
from comptoir.core.installations import modules
from comptoir.core.installations.install import install, install_all
from comptoir.core.intake.models import ImportSchedule
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox import endpoints
from comptoir.core.outbox.endpoints import Wish
from comptoir.kernel.seal import Secret
from tests.connectors.lightspeed_r.stage import SCOPES
from tests.core.rseries import Connected, connected
from tests.people import People, create_member

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)


@dataclass
class House:
    """An account with a consent that the simulator can be asked to forget, and who looks at it."""

    shop: Connected
    access: str

    @property
    def people(self) -> People:
        return self.shop.people

    @property
    def connection(self) -> Connection:
        return self.shop.connection

    def is_accepted(self) -> bool:
        """Whether the till still takes the tokens that we were given."""
        return self.shop.shop.simulator.tokens.claims(self.access, now=datetime.now(UTC)) is not None

    def give(self, app: str, *, provider: str = "lightspeed_r") -> None:
        install(organisation=self.people.le_zinc, store=self.people.bar, app=app, provider=provider, now=NOW)

    def switch(self, app: str, *, on: bool) -> None:
        modules.switch(organisation_id=self.people.le_zinc.id, store_id=self.people.bar.id, app=app, on=on, now=NOW)


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with connected(people, monkeypatch, now=NOW) as made:
        real, account = datetime.now(UTC), made.shop.trade.books.account_id
        said = made.shop.simulator.tokens.mint(account, SCOPES, now=real)
        pair = TokenPair(Secret(said["access_token"]), Secret(said["refresh_token"]), real + timedelta(minutes=50))
        put(made.connection, pair, now=real)
        made.connection.save()
        yield House(made, said["access_token"])


@pytest.fixture
def alice(house: House) -> Client:
    return house.people.client(house.people.alice)


def integration(alice: Client, house: House) -> str:
    """One that reads; its page."""
    answer = alice.post("/traffic/integrations/new", {"label": "Le Zinc"})
    alice.get(f"{answer.url}?connection={house.connection.public_id}")
    page = f"/traffic/integrations/{jobs.public(ImportJob.objects.get())}"
    alice.post(f"{page}/schedule", {"rhythm": "hourly", "start": "00:02"})
    return page


def sell(house: House, price: str, *, at: datetime) -> None:
    house.shop.shop.trade.counter.ring([Basket(Decimal(price), is_taxed=False)], at=at)


def dialog(alice: Client, page: str) -> str:
    """What somebody reads before he presses."""
    found = re.search(r'<dialog[^>]*id="delete".*?</dialog>', alice.get(page).content.decode(), re.DOTALL)
    assert found, "there is a dialog to press in"
    return found[0]


def press(alice: Client, shown: str) -> str:
    """The form of the dialog, as the browser sends it; the page it ends on."""
    action = re.search(r'<form method="post" action="([^"]+)"', shown)
    assert action
    said = dict(re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', shown))
    answer = alice.post(action[1], said, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_ta10_a_deleted_job_keeps_its_data_and_gives_the_consent_back(alice: Client, house: House) -> None:
    page = integration(alice, house)
    sell(house, "10", at=NOW - timedelta(hours=2))
    house.shop.imports(NOW - timedelta(days=1), NOW)
    catching_up.everything(organisation_id=house.people.le_zinc.id, now=NOW)
    assert Day.objects.get().sales == 10
    shown = dialog(alice, page)
    assert "The consent is given back at the till" in shown
    told = press(alice, shown)
    assert "Deleted. What it imported stays." in told
    assert "does not accept that any more" not in told, "given back on purpose is no trouble"
    assert (Day.objects.get().sales, Sale.objects.count()) == (10, 1)
    assert not ImportJob.objects.exists()
    assert not ImportSchedule.objects.exists()
    assert LocationLink.objects.filter(store__isnull=False).count() == 0
    assert not house.is_accepted(), "the token is revoked at the till"
    house.shop.shop.front.asked.clear()
    house.shop.polls(timedelta(hours=2))
    assert house.shop.shop.front.asked == [], "no call goes to the till any more"


def test_an_account_that_other_apps_work_over_is_kept_and_the_dialog_says_which(alice: Client, house: House) -> None:
    for app in ("loyalty", "weekly_balance", "pay_at_table"):
        house.give(app)
    page = integration(alice, house)
    shown = dialog(alice, page)
    assert "Loyalty, Weekly balance, Pay at table" in shown
    assert "The consent is given back" not in shown
    assert "Loyalty, Weekly balance, Pay at table" in press(alice, shown)
    assert not ImportJob.objects.exists()
    assert not ImportSchedule.objects.exists(), "traffic reads no more by itself"
    assert house.is_accepted()
    assert Connection.objects.get().status == Connection.Status.CONNECTED
    assert LocationLink.objects.get(store=house.people.bar).id == house.shop.link.id, "its shop still feeds the store"
    sell(house, "30", at=NOW)
    house.shop.polls()
    assert Sale.objects.get().total == 3000, "the other apps still hear of what is sold"


def test_a_consent_goes_back_only_if_the_dialog_said_so_and_it_is_still_so(alice: Client, house: House) -> None:
    install_all(organisation=house.people.le_zinc, store=house.people.bar, provider="lightspeed_r", now=NOW)
    for app in ("loyalty", "weekly_balance"):
        house.switch(app, on=False)
    house.give("pay_at_table", provider="lightspeed_k")
    page = integration(alice, house)
    shown = dialog(alice, page)
    assert "The consent is given back" in shown, "what is off, or on over another till, does not hold it"
    house.switch("suite", on=True)
    assert "Loyalty" in press(alice, shown), "switched on while the dialog was open, in a bundle: kept, and said"
    assert house.is_accepted()
    shown = dialog(alice, integration(alice, house))
    house.switch("suite", on=False)
    press(alice, shown)
    assert house.is_accepted(), "nobody was told that it goes back"
    press(alice, dialog(alice, integration(alice, house)))
    assert not house.is_accepted()


def test_an_account_that_was_given_back_is_grey_and_nobody_is_asked_to_sign_in(alice: Client, house: House) -> None:
    press(alice, dialog(alice, integration(alice, house)))
    found = health(house.people.le_zinc.id, now=NOW)
    assert not [each for each in found.troubles if each.subject_id == house.connection.id]
    listed = alice.get("/connections").content.decode()
    assert "Given back" in listed
    assert "no longer accepts Comptoir" not in listed
    alice.post("/traffic/integrations/new", {"label": "Again"})
    assert "does not accept that any more" not in alice.get("/traffic/integrations").content.decode()
    dora = create_member(house.people.le_zinc, "Dora", Role.SUPERVISOR)
    assert "sign-in was given back" in house.people.client(dora).get("/connections").content.decode()


def test_webhooks_and_tokens_that_hear_less_are_named_in_the_dialog(alice: Client, house: House) -> None:
    page = integration(alice, house)
    assert "These hear of what this chain sells" not in dialog(alice, page)
    organisation = house.people.le_zinc
    create_token(name="Books", scopes=["sales.read"], organisations=[organisation], now=NOW)
    create_token(name="Doors", scopes=["traffic.write"], organisations=[organisation], now=NOW)
    shown = dialog(alice, page)
    assert "they then hear nothing more: 1 API token." in shown
    endpoints.create(organisation_id=organisation.id, wish=Wish(url="https://books.example/hook"), now=NOW)
    assert "1 webhook, 1 API token." in dialog(alice, page)
    press(alice, shown)
    house.shop.connection.refresh_from_db()
    assert house.shop.connection.status_reason == Connection.GIVEN_BACK, "it is said, and holds up nothing"
