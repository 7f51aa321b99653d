"""Accounts at hosts of their own: the part of the host comes with the consent, and stays with the connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from os import environ
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings as django_settings
from django.test import Client

from comptoir.core.connections import consent
from comptoir.core.connections.access import keep_alive, open_vendor
from comptoir.core.connections.models import Connection
from comptoir.kernel.errors import VendorRefused
from comptoir.pos import registry
from comptoir.pos.hosting import Request, Response, serve
from tests.connectors.lightspeed_x.stage import CLIENT, Shop, Shopfront, shop
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

PROVIDER = "lightspeed_x"


class Hosted(Shopfront):
    """The simulator below `/demo`, as there is one host for all in a test: elsewhere it answers nothing."""

    def answer(self, request: Request, *, now: datetime) -> Response:
        if request.path == "/connect":
            return super().answer(request, now=now)
        if not request.path.startswith("/demo/"):
            return Response(404)
        return super().answer(replace(request, path=request.path.removeprefix("/demo")), now=now)


@contextmanager
def installed(made: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Comptoir knows the simulator, at addresses with the retailer's part in them."""
    with serve(Hosted(made.simulator)) as hosted:
        settings = {
            "AUTHORISE_URL": f"{hosted.url}/connect",
            "TOKEN_URL": f"{hosted.url}/{{domain}}/api/1.0/token",
            "API_URL": f"{hosted.url}/{{domain}}/api/2026-07",
            "CLIENT_ID": CLIENT.id,
            "CLIENT_SECRET": CLIENT.secret.reveal(),
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"LIGHTSPEED_X_{name}", value)
        yield


def returned(made: Shop, people: People, domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consent, and come back with what the page said, but perhaps for another domain."""
    with installed(made, monkeypatch):
        connector, now = registry.connector(PROVIDER), datetime.now(UTC)
        endpoints = connector.endpoints(environ)
        address = consent.begin(
            organisation=people.le_zinc,
            user=people.alice,
            connector=connector,
            endpoints=endpoints,
            redirect_uri=CLIENT.redirect_uri,
            now=now,
        )
        said = parse_qs(urlsplit(httpx.get(address).headers["location"]).query)
        assert said[connector.manifest.domain_parameter] == ["demo"]
        connection = consent.complete(
            attempt=consent.take_attempt(state=said["state"][0], user=people.alice, now=now),
            code=said["code"][0],
            endpoints=endpoints,
            redirect_uri=CLIENT.redirect_uri,
            now=now,
            domain=domain,
        )
        keep_alive(connection)
        with open_vendor(connection) as vendor:
            assert [each.name for each in vendor.locations()] == ["Shop main"]


def test_the_domain_comes_with_the_consent_and_is_used_from_then_on(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop() as made:
        returned(made, people, "demo", monkeypatch)
    assert Connection.objects.get().domain == "demo"


@pytest.mark.parametrize("domain", ["", "evil.example/", "a.b", "other"])
def test_no_other_host_is_asked_and_nothing_is_left_behind(
    people: People, monkeypatch: pytest.MonkeyPatch, domain: str
) -> None:
    with shop() as made, pytest.raises(VendorRefused):
        returned(made, people, domain, monkeypatch)
    assert not Connection.objects.exists()


def test_the_page_takes_the_domain_from_the_way_back(
    client: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = replace(CLIENT, redirect_uri=f"{django_settings.COMPTOIR_URL}/connections/returned")
    client.force_login(people.alice)
    with shop(client=registered) as made, installed(made, monkeypatch):
        leaving = client.post("/connections/connect/lightspeed_x")
        back = urlsplit(httpx.get(leaving.headers["location"]).headers["location"])
        arrived = client.get(f"{back.path}?{back.query}")

    assert arrived.status_code == 302
    connection = Connection.objects.get()
    assert (connection.domain, connection.locations.get().name) == ("demo", "Shop main")
