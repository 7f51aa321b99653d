"""The places of sale, read over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
import stamina

from comptoir.connectors.lightspeed_k import client as calls
from comptoir.connectors.lightspeed_k.connector import CONNECTOR, KSeriesAccount
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints
from tests.answering import Answering, Told, answering
from tests.connectors.lightspeed_k.kseries_bodies import encoded


class Tokens:
    number = 1

    def access_token(self) -> Secret:
        return Secret(f"token-{self.number}")

    def renewed(self, stale: Secret) -> Secret:
        self.number += 1
        return self.access_token()


@pytest.fixture(autouse=True)
def without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5):
        yield


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as started:
        yield started


@pytest.fixture
def vendor(server: Answering) -> Iterator[KSeriesAccount]:
    endpoints = Endpoints("", "", server.url, "id", Secret("hush"))
    opened = CONNECTOR.open(endpoints, Tokens())
    yield opened
    opened.close()


def business(number: int, **location: Any) -> dict[str, Any]:
    said = {"blName": f"Store {number}", "blID": number, "country": "CH", "timezone": "Europe/Zurich"}
    return {
        "businessName": "Bistro SA",
        "businessId": 4100,
        "currencyCode": "CHF",
        "businessLocations": [{**said, **location}],
    }


def hal(*businesses: dict[str, Any]) -> Told:
    return Told(200, encoded({"_embedded": {"businessList": list(businesses)}, "_links": {"self": {"href": "x"}}}))


def test_locations_in_either_spelling(server: Answering, vendor: KSeriesAccount) -> None:
    old = business(90000000000002)
    del old["businessLocations"][0]["blID"]
    old["businessLocations"][0]["blId"] = "90000000000002"
    server.will(hal(business(90000000000001, timezone="Asia/Kathmandu", country=None), old))
    first, second = vendor.locations()
    assert (first.external_id, first.name, first.timezone) == (
        "90000000000001",
        "Store 90000000000001",
        "Asia/Kathmandu",
    )
    assert (first.currency, first.business_name, first.country) == ("CHF", "Bistro SA", "")
    assert (second.external_id, second.country) == ("90000000000002", "CH")
    (asked,) = server.asked
    assert (asked.path, asked.query) == ("/f/data/businesses", {"page": "0", "size": "1000"})
    assert asked.headers["authorization"] == "Bearer token-1"


@pytest.mark.parametrize("body", [{}, {"_embedded": None}, {"_embedded": {}}, {"_embedded": {"businessList": []}}])
def test_no_location_at_all(server: Answering, vendor: KSeriesAccount, body: Any) -> None:
    server.will(Told(200, encoded(body)))
    assert vendor.locations() == ()


def test_locations_on_several_pages(server: Answering, vendor: KSeriesAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "BUSINESSES_PAGE_SIZE", 2)
    server.will(hal(business(1), business(2)), hal(business(2), business(3)), hal())
    assert [location.external_id for location in vendor.locations()] == ["1", "2", "3"]
    assert [asked.query["page"] for asked in server.asked] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ({"blID": None}, "$._embedded.businessList[0].businessLocations[0].blID"),
        ({"timezone": None}, "$._embedded.businessList[0].businessLocations[0].timezone"),
        *(
            ({"timezone": zone}, "$._embedded.businessList[0].businessLocations[0].timezone")
            for zone in ("", "Europe", "Europe/Atlantis", "../etc/passwd", "/etc/localtime", "CET+1", "A\0", "A" * 900)
        ),
    ],
)
def test_a_location_that_says_too_little(
    server: Answering, vendor: KSeriesAccount, fault: dict[str, Any], path: str
) -> None:
    server.will(hal(business(1, **fault)))
    with pytest.raises(VendorUnreadable) as caught:
        vendor.locations()
    assert caught.value.path == path


@pytest.mark.parametrize(("said", "kept"), [("fr", "FR"), ("France", ""), ("", ""), ("F1", "")])
def test_a_country_is_two_letters_or_unknown(vendor: KSeriesAccount, server: Answering, said: str, kept: str) -> None:
    server.will(hal(business(1, country=said)))
    [found] = vendor.locations()
    assert found.country == kept
