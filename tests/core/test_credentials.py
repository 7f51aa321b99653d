"""Tokens that are refreshed once, stored before use, and never lost, whatever breaks meanwhile."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection as database
from django.db import transaction

from comptoir.core.connections import reads
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.models import Connection
from comptoir.core.connections.sealing import sealer
from comptoir.kernel import http
from comptoir.kernel.errors import VendorBusy, VendorRefused
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Request, Response
from tests.answering import Told, answering
from tests.core.kseries import TOKEN_PATH, Vendor, at_once, row, stored, tokens_of
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = Response(400, b'{"error": "invalid_grant", "error_description": "Token is not active"}')

SOON = timedelta(seconds=59)

deep = pytest.mark.skipif(not os.environ.get("DEEP"), reason="takes long; set DEEP=1")


def test_a_token_that_lasts_is_used_as_it_is(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=timedelta(seconds=65))

    assert tokens_of(connection).access_token().reveal() == vendor.handed_out[0]
    assert vendor.token_requests == []


def test_a_token_within_a_minute_of_its_end_is_renewed_and_stored_before_use(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    used: list[tuple[str, str]] = []

    def watch(request: Request, now: datetime) -> Response | None:
        if "authorization" in request.headers and request.path != TOKEN_PATH:
            with psycopg.connect(**database.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
                found = other.execute("SELECT access_token FROM connections_connection").fetchone()
            assert found
            used.append((request.headers["authorization"], f"Bearer {sealer().unseal(found[0]).reveal()}"))
        return None

    vendor.instead = watch
    with open_vendor(connection) as account:
        account.locations()

    assert [each["grant_type"] for each in vendor.token_requests] == ["refresh_token"]
    assert used
    assert all(sent == kept for sent, kept in used)
    assert stored() == tuple(vendor.handed_out[-2:])
    assert row().access_expires_at > datetime.now(UTC) + timedelta(minutes=20)


@pytest.mark.parametrize("number", [8, pytest.param(50, marks=deep)])
def test_e35_many_who_ask_at_once_refresh_once(people: People, vendor: Vendor, number: int) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    found = at_once(*[tokens_of(connection).access_token] * number)

    assert len(found) == number

    assert {each.reveal() for each in found} == {stored()[0]}
    assert len(vendor.token_requests) == 1


def test_many_who_were_refused_at_once_renew_once(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    stale = Secret(stored()[0])
    found = at_once(*[lambda: tokens_of(connection).renewed(stale)] * 8)

    assert {each.reveal() for each in found} == {stored()[0]}
    assert stale.reveal() != stored()[0]
    assert len(vendor.token_requests) == 1


PROCESS = """
import os, sys
from datetime import UTC, datetime
from uuid import UUID
import django
django.setup()
from comptoir.core.connections.credentials import StoredCredentials
from comptoir.kernel.http import Api
from comptoir.pos import registry
endpoints = registry.connector("lightspeed_k").endpoints(os.environ)
tokens = StoredCredentials(UUID(sys.argv[1]), endpoints, lambda: datetime.now(UTC))
api = Api(endpoints.api_url, vendor="Lightspeed", credentials=tokens)
print("ready", flush=True)
sys.stdin.readline()
print(sum(api.get("/f/data/businesses").status == 200 for _ in range(int(sys.argv[2]))), flush=True)
"""


@pytest.mark.parametrize("calls", [20, pytest.param(500, marks=deep)])
def test_two_processes_many_calls_and_one_expiring_token_refresh_once(
    people: People, vendor: Vendor, calls: int
) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "comptoir.project.settings"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(connection.id), str(calls)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert [process.stdout and process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()

    said = [process.communicate(timeout=120)[0] for process in processes]  # lines of the log, then the count
    assert [each.splitlines()[-1] for each in said] == [str(calls)] * 2
    assert len(vendor.token_requests) == 1
    assert row().status == "connected"


def test_a_refusal_is_kept_told_and_not_asked_for_again(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    vendor.at_token(REFUSED)
    with pytest.raises(VendorRefused, match="asks you to sign in again"):
        tokens_of(connection).access_token()

    assert (row().status, row().status_reason) == ("reconnect", "Lightspeed K-Series asks you to sign in again.")
    assert row().status_since > connection.status_since
    facts = reads.connection(people.le_zinc.id, connection.id)
    assert facts
    assert facts.status_reason in people.client(people.alice).get("/connections").content.decode()

    for ask in (tokens_of(connection).access_token, lambda: tokens_of(connection).renewed(Secret("x"))):
        with pytest.raises(VendorRefused, match="asks you to sign in again"):
            ask()
    assert len(vendor.token_requests) == 1


def test_all_who_wait_for_a_refused_refresh_are_refused_by_one_question(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    vendor.at_token(REFUSED)
    found = at_once(*[tokens_of(connection).access_token] * 4)

    assert [type(each) for each in found] == [VendorRefused] * 4
    assert len(vendor.token_requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_vendor_out_of_order_costs_nothing(people: People, vendor: Vendor, status: int) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    before = stored()
    vendor.at_token(Response(status, b"<html>"))
    with pytest.raises(VendorBusy):
        tokens_of(connection).access_token()

    assert (row().status, stored()) == ("connected", before)
    assert tokens_of(connection).access_token().reveal() == stored()[0] != before[0]


def test_silence_at_the_token_endpoint_costs_nothing(
    people: People, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    before = stored()
    with answering() as silent, monkeypatch.context() as patch:
        patch.setenv("LIGHTSPEED_K_TOKEN_URL", f"{silent.url}/token")
        silent.will(Told(hang_up=True))
        with pytest.raises(VendorBusy):
            tokens_of(connection).access_token()

        released = threading.Event()
        silent.will_ask(lambda _: Told() if released.wait(60) else Told(status=500))
        patch.setattr(http, "TIMEOUT_SECONDS", 0.2)
        with pytest.raises(VendorBusy):
            tokens_of(connection).access_token()
        released.set()

    assert (row().status, stored()) == ("connected", before)
    assert tokens_of(connection).access_token()


def test_a_token_that_only_looked_fresh_is_renewed_once(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    Connection.objects.update(access_token=sealer().seal(Secret("lsk_at_revoked")))
    with open_vendor(connection) as account:
        assert len(account.locations()) == 2
        assert len(account.locations()) == 2

    assert len(vendor.token_requests) == 1


def test_a_vendor_that_refuses_fresh_tokens_too_is_asked_no_third_time(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    vendor.instead = lambda request, now: None if request.path == TOKEN_PATH else Response(401, b"{}")
    with open_vendor(connection) as account, pytest.raises(VendorRefused):
        account.locations()

    assert len(vendor.token_requests) == 1
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("expires_in", [SOON, timedelta(hours=1)])
def test_tokens_are_not_to_be_had_inside_a_transaction(people: People, vendor: Vendor, expires_in: timedelta) -> None:
    """Fresh ones could be rolled back, and the connection with them: so it fails at once, not when a token ends."""
    connection = vendor.connect(people, expires_in=expires_in)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        tokens_of(connection).access_token()

    assert vendor.token_requests == []


def test_a_refused_client_is_the_operator_s_to_mend_and_costs_no_consent(
    people: People, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    with monkeypatch.context() as patch:
        patch.setenv("LIGHTSPEED_K_CLIENT_SECRET", "wrong")
        with pytest.raises(VendorRefused, match="operator"):
            tokens_of(connection).access_token()

    assert row().status == "connected"
    assert tokens_of(connection).access_token()


def test_a_refresh_token_that_is_not_replaced_stays_good(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    kept = stored()[1]
    vendor.at_token(Response(200, b'{"access_token": "lsk_at_2", "expires_in": 1500}'))

    assert tokens_of(connection).access_token().reveal() == "lsk_at_2"
    assert stored() == ("lsk_at_2", kept)
