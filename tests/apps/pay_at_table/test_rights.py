"""What Lightspeed does not grant, and places that are gone: said before somebody relies on them (O6, E54, E55)."""

from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest
from django.test import Client

from comptoir.apps.pay_at_table import checklist, setting_up
from comptoir.apps.pay_at_table.models import Integration, State
from comptoir.connectors.lightspeed_k.simulator.settings import SCOPES
from comptoir.core.connections import grants
from comptoir.core.connections.access import open_vendor, probe
from comptoir.core.connections.locations import create_store, link_location
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.health.causes import Cause
from comptoir.core.health.lights import health
from comptoir.kernel.errors import RuleBroken, VendorRefused
from comptoir.kernel.http import send
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.core.kseries import decide, leave, vendor_served
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
SELF_SERVICE = ("financial-api", "items", "offline_access")
OFFER = "/pay-at-table/catalogue/lightspeed_k"


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def shown(client: Client, path: str) -> str:
    return unescape(client.get(path, follow=True).content.decode())


def renew(table: Table) -> None:
    """The sign-in is renewed when it is needed next."""
    Connection.objects.update(access_expires_at=table.now - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("right", "says"),
    [("financial-api", "payment methods cannot be read"), ("offline_access", "until somebody signs in")],
)
def test_e55_a_right_that_is_missing_is_shown_as_partial(
    table: Table, people: People, alice: Client, right: str, says: str
) -> None:
    page = f"/pay-at-table/integrations/{table.integration.public_id}"
    assert "Partial" not in shown(alice, page)
    table.vendor.withheld = {right}
    renew(table)
    alice.get(page)
    told = shown(alice, page)
    assert "Partial: Lightspeed granted only a part of the rights" in told
    assert f"Lightspeed did not grant {right}" in told
    assert says in told
    connection = Connection.objects.get()
    assert f'href="/connections/{connection.public_id}"' in told, "the way to sign in again"
    assert checklist.steps(table.integration)[0].state == "stuck"
    assert "Partial" in shown(alice, f"/connections/{connection.public_id}")
    found = health(connection.organisation_id, now=datetime.now(UTC)).connections[connection.id]
    assert [(each.cause, each.detail) for each in found.findings] == [(Cause.PARTLY_GRANTED, right)]

    table.vendor.withheld = set()
    table.vendor.connect(people, connection=connection)
    assert "Partial" not in shown(alice, page), "somebody signed in again and granted it all"


def test_e55_what_the_other_rights_open_goes_on(table: Table) -> None:
    """Nobody is signed out because the books are closed to us: guests who pay are entered all the same."""
    table.vendor.withheld = {"financial-api"}
    renew(table)
    with pytest.raises(VendorRefused), open_vendor(Connection.objects.get()) as vendor:
        vendor.locations()
    probe(Connection.objects.get())
    assert Connection.objects.get().status == Connection.Status.CONNECTED
    assert table.go_on(table.take(1000)).state == State.APPLIED


@pytest.mark.parametrize("said", [[], ["openid", "email"]], ids=["nothing is said", "in words of its own"])
def test_e55_an_answer_that_does_not_say_what_was_granted_is_no_alarm(table: Table, said: list[str]) -> None:
    Connection.objects.update(scopes=said)
    connection = Connection.objects.get()
    assert (grants.missing(connection), grants.lacks_partners(connection)) == ((), False)


@pytest.mark.parametrize("quietly", [False, True], ids=["the consent page refuses", "left out of the answer"])
def test_e54_a_self_service_client_is_refused_with_its_reason(
    alice: Client, no_jobs: None, monkeypatch: pytest.MonkeyPatch, quietly: bool
) -> None:
    with vendor_served(monkeypatch, scopes=SCOPES if quietly else SELF_SERVICE) as vendor:
        vendor.withheld = {"orders-api"}
        back = decide(leave(alice)) if quietly else sent_back_at_once(leave(alice))
        page = shown(alice, back.removeprefix("http://testserver"))
    assert "are for approved partner clients only" in page
    assert "is a self-service one" in page
    assert not Connection.objects.exists()


def test_e54_a_self_service_client_that_reads_books_gets_no_table(
    people: People, alice: Client, no_jobs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTSPEED_K_SCOPES", "financial-api offline_access")
    with vendor_served(monkeypatch, scopes=SELF_SERVICE):
        alice.get(decide(leave(alice)).removeprefix("http://testserver"))
        link = LocationLink.objects.get(external_id=ZINC)
        link_location(link, people.bar, now=datetime.now(UTC))
        for path in (OFFER, "/pay-at-table/integrations"):
            page = shown(alice, path)
            assert "self-service API client" in page
            assert f'value="{link.id}"' not in page
        refused = alice.post("/pay-at-table/integrations/add", {"place": str(link.id)}, follow=True)
    assert "self-service API client" in unescape(refused.content.decode())
    assert not Integration.objects.exists()


def test_e54_an_integration_is_not_switched_on_with_it(table: Table) -> None:
    Connection.objects.update(scopes=list(SELF_SERVICE))
    with pytest.raises(RuleBroken) as refused:
        setting_up.enable(table.integration, actor="user:alice", now=table.now)
    assert "approved partner clients only" in refused.value.for_owner


def test_o6_a_place_that_vanished_cannot_be_chosen(table: Table, alice: Client) -> None:
    terrace = LocationLink.objects.exclude(external_id=ZINC).get()
    link_location(terrace, create_store(terrace, day_start=time(4), now=table.now), now=table.now)
    choice = f'value="{terrace.id}"'
    assert choice in shown(alice, OFFER)
    gone = LocationLink.objects.filter(id=terrace.id)
    gone.update(external_id="999")
    for path in (OFFER, "/pay-at-table/integrations"):
        page = shown(alice, path)
        assert choice not in page
        assert "Lightspeed no longer shows this place." in page
    alice.post("/pay-at-table/integrations/add", {"place": str(terrace.id)})
    assert Integration.objects.count() == 1
    gone.update(external_id=terrace.external_id)
    assert choice in shown(alice, OFFER)


def sent_back_at_once(address: str) -> str:
    """Where the consent page sends a browser back to without asking anybody."""
    answer = send("GET", address, body=b"", headers={})
    assert answer.status == 303, answer.body
    return str(answer.headers["location"])
