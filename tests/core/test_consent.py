"""The journey to the vendor's consent page and back, over real HTTP: what it leaves behind, and what it must not."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from comptoir.core.accounts.roles import Role
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.models import Connection, ConsentAttempt, LocationLink
from comptoir.core.connections.sealing import sealer
from comptoir.core.connections.tokens import read_token_answer
from comptoir.kernel.errors import RuleBroken, VendorBusy
from comptoir.kernel.seal import Secret
from comptoir.pos import registry
from tests.core.kseries import (
    CONNECT,
    PROVIDER,
    SECRET,
    Vendor,
    decide,
    everything_logged,
    everything_stored,
    leave,
    query_of,
)
from tests.people import People, create_member

pytestmark = pytest.mark.django_db


def test_the_whole_way_leads_to_sealed_tokens_and_the_locations(people: People, vendor: Vendor) -> None:
    client = people.client(people.alice)
    with everything_logged() as leaving:
        address = leave(client)
    back = decide(address)
    with everything_logged() as returning:
        response = client.get(back.removeprefix("http://testserver"))
    said = leaving.getvalue() + returning.getvalue()

    connection = Connection.objects.get()
    assert response["Location"] == f"/connections/{connection.public_id}"
    assert (connection.organisation, connection.consented_by) == (people.le_zinc, people.alice)
    assert (connection.status, connection.account_name) == ("connected", "Le Zinc")
    assert set(LocationLink.objects.values_list("name", flat=True)) == {"Le Zinc", "Le Zinc Terrasse"}
    assert not ConsentAttempt.objects.exists()

    exchanged, left = vendor.token_requests[0], query_of(address)
    assert exchanged["redirect_uri"] == "http://testserver/connections/returned"
    secrets = [*vendor.handed_out, exchanged["code"], exchanged["code_verifier"], SECRET]
    assert len(secrets) == 5
    stored, page = everything_stored(), client.get(response["Location"]).content
    for secret in secrets:
        assert secret.encode() not in stored, "a secret lies open in a table"
        assert secret not in said, "a secret was logged"
        assert secret.encode() not in page
    assert left["state"] not in said


def test_an_attempt_keeps_neither_state_nor_verifier_in_clear(people: People, vendor: Vendor) -> None:
    state = query_of(leave(people.client(people.alice)))["state"]
    attempt = ConsentAttempt.objects.get()
    verifier = sealer().unseal(attempt.code_verifier).reveal()

    assert len(verifier) >= 43
    for secret in (state, verifier):
        assert secret.encode() not in everything_stored()


def test_more_is_asked_for_where_more_was_granted_to_the_client(
    people: People, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"financial-api", "orders-api", "offline_access"}
    assert set(query_of(leave(people.client(people.alice)))["scope"].split()) == asked
    monkeypatch.setenv("LIGHTSPEED_K_SCOPES", "financial-api  staff-api items offline_access")
    address = leave(people.client(people.alice))
    assert query_of(address)["scope"] == "financial-api staff-api items offline_access"
    assert people.client(people.alice).get(decide(address).removeprefix("http://testserver")).status_code == 302


def test_a_denial_leaves_nothing_and_uses_the_attempt_up(people: People, vendor: Vendor) -> None:
    client = people.client(people.alice)
    back = decide(leave(client), "deny")
    response = client.get(back.removeprefix("http://testserver"))

    assert response["Location"] == "/connections"
    assert "not approved" in client.get("/connections").content.decode()
    assert not Connection.objects.exists()
    assert not ConsentAttempt.objects.exists()
    assert vendor.token_requests == []


def test_an_answer_counts_once(people: People, vendor: Vendor) -> None:
    client = people.client(people.alice)
    back = decide(leave(client)).removeprefix("http://testserver")
    assert client.get(back).status_code == 302
    again = client.get(back)

    assert again.status_code == 400
    assert "too old or was used already" in again.content.decode()
    assert Connection.objects.count() == 1
    assert len(vendor.token_requests) == 1


def test_an_answer_of_another_person_is_refused_and_stays_good_for_its_owner(people: People, vendor: Vendor) -> None:
    back = decide(leave(people.client(people.alice))).removeprefix("http://testserver")
    other = create_member(people.le_zinc, "Dora", Role.OWNER)

    assert people.client(other).get(back).status_code == 400
    assert people.client(people.charlie).get(back).status_code == 400
    assert not Connection.objects.exists()
    assert people.client(people.alice).get(back).status_code == 302
    assert Connection.objects.get().organisation == people.le_zinc


def begun(people: People, now: datetime, connection: Connection | None = None) -> str:
    connector = registry.connector(PROVIDER)
    return consent.begin(
        organisation=people.le_zinc,
        user=people.alice,
        connector=connector,
        endpoints=connector.endpoints(os.environ),
        redirect_uri="http://testserver/connections/returned",
        now=now,
        connection=connection,
    )


def test_an_answer_that_took_too_long_is_refused_and_the_next_attempt_forgets_it(
    people: People, vendor: Vendor
) -> None:
    now = datetime.now(UTC)
    back = decide(begun(people, now - consent.ATTEMPT_LIFETIME - timedelta(seconds=1)))

    assert people.client(people.alice).get(back.removeprefix("http://testserver")).status_code == 400
    assert not Connection.objects.exists()
    begun(people, now)
    assert ConsentAttempt.objects.count() == 1


@pytest.mark.parametrize("state", ["", "made-up", "%00", "é" * 3000])
def test_a_state_nobody_gave_is_refused(people: People, state: str) -> None:
    response = people.client(people.alice).get(f"/connections/returned?code=x&state={state}")
    assert response.status_code == 400


@pytest.mark.parametrize("code", ["wrong", "%00", "é" * 2000, ""])
def test_a_wrong_code_leaves_nothing_half_made(people: People, vendor: Vendor, code: str) -> None:
    client = people.client(people.alice)
    state = query_of(leave(client))["state"]
    response = client.get(f"/connections/returned?code={code}&state={state}")

    assert response.status_code == 502
    assert "did not accept the sign-in" in response.content.decode()
    assert not Connection.objects.exists()
    assert not LocationLink.objects.exists()
    assert not ConsentAttempt.objects.exists()


def test_a_code_that_was_caught_is_worth_nothing_without_its_verifier(people: People, vendor: Vendor) -> None:
    client = people.client(people.alice)
    back = decide(leave(client)).removeprefix("http://testserver")
    ConsentAttempt.objects.update(code_verifier=sealer().seal(Secret("x" * 64)))

    assert client.get(back).status_code == 502
    assert not Connection.objects.exists()


def test_connecting_again_keeps_the_connection_and_its_links(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    client = people.client(people.alice)
    client.post(f"/connections/{connection.public_id}/refresh")
    link = LocationLink.objects.get(name="Le Zinc")
    client.post(f"/connections/{connection.public_id}/locations", {f"store-{link.id}": people.bar.public_id})
    Connection.objects.update(status="reconnect", status_reason="Sign in again.")
    before = bytes(Connection.objects.get().refresh_token)

    back = decide(leave(client, connection=connection.public_id))
    assert client.get(back.removeprefix("http://testserver"))["Location"] == f"/connections/{connection.public_id}"

    again = Connection.objects.get()
    assert (again.id, again.status, again.status_reason) == (connection.id, "connected", "")
    assert again.created_at == connection.created_at
    assert bytes(again.refresh_token) != before
    link.refresh_from_db()
    assert link.store == people.bar
    with open_vendor(again) as account:
        assert len(account.locations()) == 2


def test_nobody_connects_another_s_connection_again(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    client = people.client(people.charlie)

    assert client.post(CONNECT, {"connection": connection.public_id}).status_code == 404
    assert not ConsentAttempt.objects.exists()


def test_a_connection_of_another_vendor_is_not_connected_again_here(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    Connection.objects.update(provider="another_till")
    connection.refresh_from_db()

    with pytest.raises(RuleBroken):
        begun(people, datetime.now(UTC), connection)
    assert not ConsentAttempt.objects.exists()


def test_nothing_that_holds_a_secret_shows_it(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    pair = read_token_answer(
        b'{"access_token": "tok_1", "refresh_token": "tok_2", "expires_in": 60}', vendor="x", now=datetime.now(UTC)
    )
    endpoints = registry.connector(PROVIDER).endpoints(os.environ)
    shown = f"{pair!r} {pair} {endpoints!r} {connection!r} {connection} {vars(connection)!r}"

    for secret in ("tok_1", "tok_2", SECRET, settings.COMPTOIR_KEYS, *vendor.handed_out):
        assert secret not in shown


def test_a_vendor_that_does_not_answer_at_all_is_busy(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHORISE", "TOKEN", "API"):
        monkeypatch.setenv(f"LIGHTSPEED_K_{name}_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_SECRET", SECRET)
    now = datetime.now(UTC)
    state = query_of(begun(people, now))["state"]
    attempt = consent.take_attempt(state=state, user=people.alice, now=now)

    with pytest.raises(VendorBusy) as caught:
        consent.complete(
            attempt=attempt,
            code="x",
            endpoints=registry.connector(PROVIDER).endpoints(os.environ),
            redirect_uri="http://testserver",
            now=now,
        )
    assert SECRET not in str(caught.value)
    assert not Connection.objects.exists()
