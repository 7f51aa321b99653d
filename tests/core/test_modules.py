"""An app that is off for a store does nothing for it, loses nothing, and goes on once it is on again."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import connections

from comptoir.apps.loyalty.models import Offer
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.installations import manifest, modules
from comptoir.core.installations.install import install, install_all
from comptoir.core.installations.models import Installation
from comptoir.core.ledger import reads
from comptoir.core.outbox import aside, dispatch
from comptoir.core.outbox.models import Delivery, SetAside
from comptoir.kernel.errors import RuleBroken
from tests.bills import bill, record, told
from tests.people import People, create_store
from tests.servers import until

NOW = datetime(2026, 3, 7, 21, 0, tzinfo=UTC)


@pytest.fixture
def trading(people: People) -> People:
    install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=NOW)
    return people


def switch(people: People, position: str) -> None:
    modules.switch(
        organisation_id=people.le_zinc.id, store_id=people.bar.id, app="loyalty", on=position == "on", now=NOW
    )


def sell(people: People, number: str) -> None:
    record(people.bar, [told(bill(number))])


def deliver() -> int:
    return dispatch.dispatch(clock=lambda: NOW + timedelta(hours=1))


def offered() -> list[str]:
    return list(Offer.objects.order_by("external_id").values_list("external_id", flat=True))


def test_on_off_on_while_sales_arrive(trading: People) -> None:
    sell(trading, "A1.1")
    deliver()
    sell(trading, "A1.2")  # its event is on the way when the owner switches
    switch(trading, "off")
    sell(trading, "A1.3")
    deliver()
    switch(trading, "on")
    deliver()
    sell(trading, "A1.4")
    deliver()

    assert offered() == ["A1.1", "A1.4"]
    assert len(reads.sales(trading.le_zinc.id)) == 4, "every sale is kept"
    assert SetAside.objects.count() == 2
    assert not Delivery.objects.exists()


def test_what_came_while_off_is_taken_up_on_request(trading: People) -> None:
    switch(trading, "off")
    sell(trading, "A1.1")
    place = {"organisation_id": trading.le_zinc.id, "store_id": trading.bar.id, "app": "loyalty"}
    with pytest.raises(RuleBroken, match="switched off"):
        aside.hand_over(**place, now=NOW)

    switch(trading, "on")
    assert aside.counts(trading.le_zinc.id) == {(trading.bar.id, "loyalty"): 1}
    assert aside.hand_over(**place, now=NOW) == 1
    assert aside.hand_over(**place, now=NOW) == 0
    deliver()
    assert offered() == ["A1.1"]


def test_a_suite_that_is_on_has_loyalty_on(trading: People) -> None:
    place = {"organisation_id": trading.le_zinc.id, "store_id": trading.bar.id, "now": NOW}
    switch(trading, "off")
    sell(trading, "A1.1")
    deliver()
    modules.switch(**place, app="suite", on=True)
    sell(trading, "A1.2")
    deliver()
    switch(trading, "on")
    modules.switch(**place, app="suite", on=False)
    sell(trading, "A1.3")
    deliver()
    switch(trading, "off")
    sell(trading, "A1.4")
    deliver()

    assert offered() == ["A1.2", "A1.3"]
    assert len(reads.sales(trading.le_zinc.id)) == 4, "every sale is kept"


def test_the_page_says_that_a_suite_has_an_app_work(trading: People) -> None:
    client = trading.client(trading.alice)
    switch(trading, "off")
    answer = client.post(f"/settings/modules/{trading.bar.public_id}/suite/on", follow=True).content.decode()
    assert "Suite is on for Le Zinc." in answer
    assert "Every app works" in answer
    assert "Switched off" not in client.get("/loyalty/members").content.decode()


def test_another_store_goes_on(trading: People) -> None:
    annexe = create_store(trading.le_zinc, "L’annexe")
    install_all(organisation=trading.le_zinc, store=annexe, provider="lightspeed_k", now=NOW)
    switch(trading, "off")
    record(annexe, [told(bill("B1.1", location_id="90000000000002"))])
    deliver()
    assert offered() == ["B1.1"]


def test_a_second_till_does_not_switch_an_app_on(trading: People) -> None:
    switch(trading, "off")
    added = install(organisation=trading.le_zinc, store=trading.bar, app="loyalty", provider="lightspeed_r", now=NOW)
    assert not added.enabled


@pytest.mark.django_db(transaction=True)
def test_whoever_switches_in_the_middle_of_a_batch_waits_for_its_end(
    trading: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_middle, go_on, switched = threading.Event(), threading.Event(), threading.Event()
    heard: list[int] = []

    def handler(events: Sequence[manifest.Event], now: datetime) -> None:
        in_the_middle.set()
        go_on.wait(60)
        assert not switched.is_set(), "the switch did not wait"
        heard.append(len(events))

    def aside_thread(work: object) -> threading.Thread:
        def run() -> None:
            work()  # type: ignore[operator]
            connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    app = manifest.App("loyalty", "x", "x", handlers=dict.fromkeys(manifest.EventKind, handler))
    monkeypatch.setattr(manifest, "_apps", {"loyalty": app})
    sell(trading, "A1.1")
    batch = aside_thread(deliver)
    assert in_the_middle.wait(60)
    owner = aside_thread(lambda: (switch(trading, "off"), switched.set()))
    until(_somebody_waits_for_a_lock)
    go_on.set()
    batch.join(60)
    owner.join(60)
    sell(trading, "A1.2")
    deliver()

    assert heard == [1]
    assert SetAside.objects.count() == 1


def _somebody_waits_for_a_lock() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        [(number,)] = cursor.fetchall()
    return bool(number)


def test_the_pages_say_so_and_lead_out(trading: People) -> None:
    client = trading.client(trading.alice)
    address = f"/settings/modules/{trading.bar.public_id}/loyalty"
    assert "switched off" not in client.get("/loyalty").content.decode()

    switched = client.post(f"{address}/off", follow=True).content.decode()
    assert "Loyalty is off for Le Zinc." in switched
    assert f'action="{address}/on"' in switched, "undo"
    page = client.get("/loyalty/members").content.decode()
    assert "Switched off for every store" in page
    assert 'href="/settings/modules"' in page
    assert client.get("/loyalty", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "An owner can switch it on" in trading.client(trading.bob).get("/loyalty").content.decode()

    client.post(f"{address}/on")
    assert "Switched off" not in client.get("/loyalty/members").content.decode()


def test_off_for_one_store_of_two_is_a_notice(trading: People) -> None:
    annexe = create_store(trading.le_zinc, "L’annexe")
    install_all(organisation=trading.le_zinc, store=annexe, provider="lightspeed_k", now=NOW)
    switch(trading, "off")
    page = trading.client(trading.alice).get("/loyalty").content.decode()
    assert "Loyalty is switched off for Le Zinc." in page
    assert "Switched off for every store" not in page


def test_charlie_switches_nothing_of_le_zinc(trading: People) -> None:
    client = trading.client(trading.charlie)
    address = f"/settings/modules/{trading.bar.public_id}/loyalty"
    assert client.post(f"{address}/off").status_code == 404
    assert client.post(f"{address}/catch-up").status_code == 404
    assert client.post(f"/settings/modules/{trading.shop.public_id}/loyalty/off").status_code == 404, "no till yet"
    assert client.post(f"/settings/modules/{trading.shop.public_id}/loyalty/sideways").status_code == 404
    assert not modules.switched_off([trading.le_zinc.id])


def test_the_api_of_the_app_refuses_and_nobody_claims(trading: People) -> None:
    sell(trading, "A1.1")
    deliver()
    _, secret = create_token(name="test", scopes=SCOPES, organisations=[trading.le_zinc], now=NOW)
    headers = {"Authorization": f"Bearer {secret.reveal()}"}
    client = trading.client(trading.alice)
    [offer] = Offer.objects.all()
    switch(trading, "off")

    for answer in (
        client.get("/v1/loyalty/members", headers=headers),
        client.post(
            f"/v1/loyalty/offers/{offer.public_id}/claim",
            {"phone": "+33612345678"},
            content_type="application/json",
            headers=headers,
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "module_inactive")
        assert answer["Content-Type"].startswith("application/problem+json")
    assert client.get("/v1/sales", headers=headers).status_code == 200, "the house goes on"


def test_nobody_claims_at_a_store_that_is_off(trading: People) -> None:
    annexe = create_store(trading.le_zinc, "L’annexe")
    install_all(organisation=trading.le_zinc, store=annexe, provider="lightspeed_k", now=NOW)
    sell(trading, "A1.1")
    deliver()
    [offer] = Offer.objects.all()
    switch(trading, "off")
    answer = trading.client(trading.alice).post(f"/loyalty/counter/{offer.public_id}", {"phone": "+33612345678"})
    assert "switched off for this store" in answer.content.decode()
    offer.refresh_from_db()
    assert offer.member_id is None


def test_an_app_that_is_set_up_store_by_store_comes_with_none(people: People) -> None:
    hidden = replace(manifest.app("loyalty"), slug="hidden", comes_with_store=False)
    with mock.patch.object(manifest, "_apps", {"hidden": hidden}):
        assert install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=NOW) == []
    assert not Installation.objects.filter(app="hidden").exists()
