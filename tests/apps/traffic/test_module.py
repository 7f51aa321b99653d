"""Traffic is a module of each chain, as loyalty is: where it is off, pages say what to do and nothing is lost."""

from datetime import UTC, datetime

import pytest

from comptoir.apps.traffic import catching_up
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.installations import modules, plans
from comptoir.core.installations.install import install_all
from tests.apps.traffic.chain import NOW, sell, utc_store
from tests.people import People, create_member

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/traffic", "/traffic/reports/totals", "/traffic/reports/data", "/traffic/locations", "/traffic/integrations")
BEFORE = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_r", now=BEFORE)
    return people


def switch(people: People, *, on: bool) -> None:
    modules.switch(organisation_id=people.le_zinc.id, store_id=people.bar.id, app="traffic", on=on, now=NOW)


def test_without_it_every_page_says_what_to_do(chain: People) -> None:
    owner, supervisor = chain.client(chain.alice), chain.client(create_member(chain.le_zinc, "Dora", Role.SUPERVISOR))
    assert "Switched off" not in owner.get("/traffic").content.decode(), "on in a fresh install"
    switch(chain, on=False)
    for page in PAGES:
        told = owner.get(page).content.decode()
        assert "Switched off for every store" in told, page
        assert 'href="/settings/modules"' in told, page
    assert "An owner can switch it on" in supervisor.get("/traffic").content.decode()


def test_a_plan_without_it_switches_it_off_and_the_page_of_modules_says_whom_to_ask(chain: People) -> None:
    includes = {each.slug for each in plans.known()} - {"traffic", "suite"}
    assert "traffic" in plans.change(
        organisation_id=chain.le_zinc.id, name="Basic", includes=includes, actor="operator", now=NOW
    )
    switch(chain, on=False)
    owner = chain.client(chain.alice)
    assert "Switched off for every store" in owner.get("/traffic").content.decode()
    refused = owner.post(f"/settings/modules/{chain.bar.public_id}/traffic/on", follow=True)
    assert (refused.status_code, "plan" in refused.content.decode()) == (403, True)
    assert modules.is_off_everywhere(chain.le_zinc.id, "traffic")


def test_the_api_refuses_and_what_was_sold_meanwhile_is_made_when_it_is_on_again(chain: People) -> None:
    _, secret = create_token(name="counter", scopes=SCOPES, organisations=[chain.le_zinc], now=NOW)
    headers = {"Authorization": f"Bearer {secret.reveal()}"}
    client = chain.client(chain.alice)
    switch(chain, on=False)
    address = "/v1/traffic/hours?since=2026-05-20&until=2026-05-20"
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "module_inactive")
    sell(chain, 10, "12")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert not Day.objects.exists()
    switch(chain, on=True)
    assert client.get(address, headers=headers).status_code == 200
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert Day.objects.get().sales == 12
