"""Integrations: label, connect, match, schedule; a check that always ends; off, deleted and connected anew."""

import dataclasses
import html
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.traffic import catching_up, chains, checking, jobs
from comptoir.apps.traffic.models import EditRight, Hour, ImportJob
from comptoir.connectors.lightspeed_r.connector import RSeries
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.models import ImportRun, ImportSchedule
from comptoir.core.ledger.models import Sale
from comptoir.kernel.ids import public_id
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_r.stage import QUIET, SCOPES, environ_of, shop
from tests.core.rseries import Connected, connected
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)


def basket(price: str) -> Basket:
    return Basket(Decimal(price), is_taxed=False)


def sell(house: Connected, price: str) -> int:
    return int(house.shop.trade.counter.ring([basket(price)], at=NOW - timedelta(hours=2))["saleID"])


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


@pytest.fixture
def alice(house: Connected) -> Client:
    return house.people.client(house.people.alice)


def begun(alice: Client, house: Connected, label: str = "Le Zinc") -> ImportJob:
    """A job with the account of the house."""
    answer = alice.post("/traffic/integrations/new", {"label": label})
    assert alice.get(f"{answer.url}?connection={house.connection.public_id}").status_code == 302
    return ImportJob.objects.get(label=label)


def address(job: ImportJob) -> str:
    return f"/traffic/integrations/{jobs.public(job)}"


def links(house: Connected) -> list[LocationLink]:
    return list(LocationLink.objects.filter(connection=house.connection).order_by("external_id"))


def test_label_connect_match_schedule_finish(alice: Client, house: Connected) -> None:
    job = begun(alice, house)
    page = alice.get(address(job)).content.decode()
    first, second = links(house)
    assert first.name in page
    answer = alice.post(f"{address(job)}/match", {f"shop-{second.id}": "new"})
    assert answer.status_code == 302
    second.refresh_from_db()
    assert second.store is not None
    places = chains.places(house.people.le_zinc.id, store_ids=None, now=NOW)
    assert {each.shown_id for each in places} == {"0002", ""}, "the new location has the shop's number"
    alice.post(f"{address(job)}/schedule", {"rhythm": "hourly", "start": "00:02"})
    assert {(each.rhythm, each.start.minute) for each in ImportSchedule.objects.all()} == {("hourly", 2)}
    assert ImportSchedule.objects.count() == 2, "one for each store that is fed"
    job.refresh_from_db()
    assert job.finished_at is not None
    listed = alice.get("/traffic/integrations").content.decode()
    assert "Active" in listed
    assert "2 of 2" in listed


def test_before_the_consent_the_page_says_what_is_read_and_links_to_the_privacy_notice(
    alice: Client, house: Connected, settings: Any
) -> None:
    path = alice.post("/traffic/integrations/new", {"label": "Before"})["Location"]
    assert "privacy notice" not in alice.get(path).content.decode(), "nobody said where it is"
    settings.COMPTOIR_PRIVACY_URL = "https://example.com/privacy"
    page = alice.get(path).content.decode()
    assert "reads sales, shops, people and their clock entries" in page
    assert page.index('href="https://example.com/privacy"') < page.index("/connect/"), "before the button"


def test_the_address_of_a_shop_is_its_store_s_until_somebody_types_another_and_proposes_it(
    alice: Client, house: Connected
) -> None:
    job = begun(alice, house)
    first, second = links(house)
    LocationLink.objects.filter(id=second.id).update(address="3 quai Bob, 69001 Lyon")
    pier = create_store(house.people.le_zinc, "The pier")
    page = f"/traffic/locations/{pier.public_id}"
    alice.post(f"{page}/save", {"status": "operational", "address": "3, Quai Bob 69001 LYON"})
    chosen = alice.get(address(job)).content.decode()
    assert f'value="{pier.public_id}" selected' in chosen, "neither id nor name says so"
    alice.post(f"{address(job)}/match", {f"shop-{second.id}": pier.public_id})
    pier.refresh_from_db()
    assert pier.address == "3, Quai Bob 69001 LYON", "what somebody typed stays"
    LocationLink.objects.filter(id=first.id).update(address="1 rue d’Alice, Paris", store=None)
    alice.post(f"{address(job)}/match", {f"shop-{first.id}": "new"})
    first.refresh_from_db()
    assert first.store is not None
    assert first.store.address == "1 rue d’Alice, Paris"


def test_once_it_is_read_the_reports_are_one_press_away(alice: Client, house: Connected) -> None:
    job = begun(alice, house)
    alice.post(f"{address(job)}/match", {f"shop-{links(house)[1].id}": "new"})
    assert "/traffic/reports/totals?period=7" not in alice.get(address(job)).content.decode()
    alice.post(f"{address(job)}/schedule", {"rhythm": "hourly", "start": "00:02"})
    ImportRun.objects.update(state=ImportRun.State.DONE)
    page = alice.get(address(job)).content.decode()
    for report in ("totals", "data"):
        assert f'href="/traffic/reports/{report}?period=7"' in page
    made = {"organisation_id": house.people.le_zinc.id, "actor": "user:1", "now": NOW}
    chain = chains.add_node(**made, name="Zinc", kind="chain", parent_id=None)
    ImportJob.objects.update(node_id=chain.id)
    assert "?at=" not in alice.get(address(job)).content.decode(), "nothing lies in it: its reports would be nowhere"
    chains.save_location(store=house.people.bar, values={}, node_id=chain.id, actor="user:1", now=NOW, today=NOW.date())
    filtered = f"?at={public_id('nod', chain.id)}&amp;period=7"
    assert alice.get(address(job)).content.decode().count(filtered) == 2, "of its own chain alone"
    ImportJob.objects.update(node_id=None)
    [kept, *others] = links(house)
    LocationLink.objects.filter(id__in=[each.id for each in others]).update(store=None)
    filtered = f"?at={kept.store.public_id}&amp;period=7"
    assert alice.get(address(job)).content.decode().count(filtered) == 2, "of the one location that it feeds"


def test_a_label_is_there_once_in_a_chain(alice: Client, house: Connected) -> None:
    begun(alice, house)
    again = alice.post("/traffic/integrations/new", {"label": "Le Zinc"})
    assert again.status_code == 422
    assert "There is an integration called Le Zinc already." in again.content.decode()


def test_a_shop_is_proposed_by_its_number_and_saved_by_one_press(alice: Client, house: Connected) -> None:
    quay = create_store(house.people.le_zinc, "Elsewhere")
    chains.save_location(
        store=quay, values={"location_id": "0002"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    job = begun(alice, house)
    assert f'<option value="{quay.public_id}" selected>' in alice.get(address(job)).content.decode()


def test_one_location_takes_two_shops_only_if_somebody_says_so(alice: Client, house: Connected) -> None:
    job = begun(alice, house)
    both = {f"shop-{each.id}": house.people.bar.public_id for each in links(house)}
    refused = alice.post(f"{address(job)}/match", both)
    assert refused.status_code == 422
    assert {each.store_id for each in links(house)} == {house.people.bar.id, None}
    alice.post(f"{address(job)}/match", {**both, "sum": "1"})
    assert {each.store_id for each in links(house)} == {house.people.bar.id}


def test_ta05_a_check_that_hangs_ends_and_the_wizard_goes_on(
    alice: Client, house: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, hung = begun(alice, house), threading.Event()
    answer = house.shop.front.answer

    def hang(request: Request, *, now: datetime) -> Response:
        if request.path.endswith("/Shop.json"):
            hung.wait(20)
        return answer(request, now=now)

    monkeypatch.setattr(house.shop.front, "answer", hang)
    monkeypatch.setattr(checking, "PATIENCE", timedelta(seconds=0.2))
    monkeypatch.setattr(checking.check, "__kwdefaults__", {"patience": timedelta(seconds=0.2)})
    try:
        found = alice.get(f"{address(job)}/check").content.decode()
        assert "No answer within ten seconds" in found
        assert "/traffic/locations" in found, "the other road"
        second = links(house)[1]
        assert alice.post(f"{address(job)}/match", {f"shop-{second.id}": "new"}).status_code == 302
        alice.post(f"{address(job)}/schedule", {"rhythm": "hourly", "start": "00:02"})
        job.refresh_from_db()
        assert job.finished_at is not None
    finally:
        hung.set()


def test_ta05_the_id_can_be_set_under_manage_locations_with_the_same_result(alice: Client, house: Connected) -> None:
    path = f"/traffic/locations/{house.people.bar.public_id}"
    alice.post(f"{path}/save", {"location_id": "1", "status": "operational", "mask": ""})
    assert "0001" in alice.get("/traffic/locations").content.decode()


def test_ta06_without_the_right_to_clock_entries_sales_work_and_the_right_is_named(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(scope for scope in SCOPES if scope != "employee:admin_employees")
    with connected(people, monkeypatch, now=NOW, scopes=few) as house:
        client = people.client(people.alice)
        job = begun(client, house)
        found = client.get(f"{address(job)}/check").content.decode()
        assert "The till answers: 2 shops." in found
        assert "employee:admin_employees" in found


def test_ta07_a_time_clock_that_is_off_is_said(alice: Client, house: Connected) -> None:
    job = begun(alice, house)
    assert "Time Clock module seems to be off" in alice.get(f"{address(job)}/check").content.decode()
    recent = datetime.now(UTC) - timedelta(days=1)
    house.shop.trade.clock.note(1, 1, recent, recent + timedelta(hours=8))
    assert "Time Clock" not in alice.get(f"{address(job)}/check").content.decode()


def test_ta11_the_employee_who_connected_is_gone_and_anybody_with_the_right_signs_in_anew(
    alice: Client, house: Connected
) -> None:
    job = begun(alice, house)
    Connection.objects.filter(id=house.connection.id).update(
        status=Connection.Status.RECONNECT, status_since=NOW, status_reason="token revoked"
    )
    page = alice.get("/traffic/integrations").content.decode()
    assert "Lightspeed does not accept that any more" in page
    assert "Sign in again" in page
    assert house.connection.public_id in page
    supervisor = create_member(house.people.le_zinc, "Dora", Role.SUPERVISOR)
    assert "Sign in again" in house.people.client(supervisor).get("/traffic/integrations").content.decode()
    before = [(each.id, each.store_id) for each in links(house)]
    pair = TokenPair(Secret(house.shop.mint(SCOPES)), Secret("unused"), datetime.now(UTC) + timedelta(minutes=50))
    consent.keep(
        organisation_id=house.people.le_zinc.id,
        provider="lightspeed_r",
        pair=pair,
        user=supervisor,
        now=NOW,
        connection=house.connection,
    )
    assert [(each.id, each.store_id) for each in links(house)] == before, "matches are kept"
    assert ImportJob.objects.get().id == job.id
    assert "Dora" in alice.get("/traffic/integrations").content.decode()


def test_off_and_on_again_by_the_toast(alice: Client, house: Connected) -> None:
    job = begun(alice, house)
    alice.post(f"{address(job)}/schedule", {"rhythm": "daily", "start": "02:00"})
    alice.post(f"{address(job)}/off")
    assert not ImportSchedule.objects.get().active
    assert "Off" in alice.get("/traffic/integrations").content.decode()
    alice.post(f"{address(job)}/on")
    assert ImportSchedule.objects.get().active


def test_two_accounts_that_both_have_a_shop_1_stay_apart(house: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    people = house.people
    number = sell(house, "10")
    house.imports(NOW - timedelta(days=1), NOW)
    with shop(chain=dataclasses.replace(QUIET, account_id=900200)) as other:
        for name, value in environ_of(other.endpoints).items():
            monkeypatch.setenv(name, value)
        pair = TokenPair(Secret(other.mint(SCOPES)), Secret("x"), datetime.now(UTC) + timedelta(minutes=50))
        second = consent.keep(
            organisation_id=people.le_zinc.id, provider=RSeries.manifest.slug, pair=pair, user=people.alice, now=NOW
        )
        with open_vendor(second) as vendor:
            refresh_locations(second, vendor)
        one, two = (
            LocationLink.objects.get(connection=each, external_id__endswith=":1") for each in (house.connection, second)
        )
        assert (one.external_id, two.external_id) == ("900100:1", "900200:1")
        quay = create_store(people.le_zinc, "Quai Bob", timezone="US/Eastern")
        Store.objects.filter(id=quay.id).update(currency="USD")
        link_location(two, quay, now=NOW)
        two.refresh_from_db()
        assert int(other.trade.counter.ring([basket("30")], at=NOW - timedelta(hours=2))["saleID"]) == number
        run_id = runs.begin(two, start=NOW - timedelta(days=1), end=NOW, now=NOW)
        reading.run(organisation_id=people.le_zinc.id, run_id=run_id, clock=house.clock)
    assert sorted(Sale.objects.values_list("location_id", "external_id", "total")) == [
        ("900100:1", str(number), 1000),
        ("900200:1", str(number), 3000),
    ]
    catching_up.everything(organisation_id=people.le_zinc.id, now=NOW)
    assert dict(Hour.objects.values_list("store_id", "sales")) == {people.bar.id: 10, quay.id: 30}


def test_who_may_overwrite_by_hand_is_listed_and_taken_away_with_one_click_and_back(
    alice: Client, house: Connected
) -> None:
    manager = create_member(house.people.le_zinc, "Mona", Role.MANAGER)
    north = chains.add_node(
        organisation_id=house.people.le_zinc.id, name="North", kind="district", parent_id=None, actor="u", now=NOW
    )
    for node in ("", public_id("nod", north.id)):
        alice.post("/traffic/settings/editors", {"user": str(manager.pk), "node": node})
    job = begun(alice, house)
    page = alice.get(address(job)).content.decode()
    assert "Mona" in page
    assert "every location they see, North" in page
    remove = f"/traffic/settings/editors/{manager.pk}/remove"
    answer = alice.post(remove, {"then": address(job)}, follow=True)
    assert answer.redirect_chain[-1][0] == address(job), "the wizard goes on where it was"
    assert not EditRight.objects.exists()
    undo = re.search(rf'"(/traffic/settings/editors/{manager.pk}/restore/[^"]+)"', answer.content.decode())
    assert undo
    assert alice.post(html.unescape(undo[1]))["Location"] == address(job)
    assert set(EditRight.objects.values_list("user_id", "node_id")) == {(manager.pk, None), (manager.pk, north.id)}
    assert alice.post(remove, {"then": "https://elsewhere.example/"})["Location"] == "/traffic/integrations"
