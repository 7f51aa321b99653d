"""The calls over real HTTP, answered the way the sheet says the vendor answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina

from comptoir.connectors.lightspeed_k.connector import CONNECTOR, KSeriesAccount
from comptoir.kernel.errors import VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints, Vendor
from comptoir.pos.model import Location, Source
from tests.answering import Answering, Asked, Told, answering
from tests.connectors.lightspeed_k.kseries_bodies import LOCATION_ID, encoded, glass_of_chasselas, iso, v2_sale

NOW = datetime(2026, 3, 9, 6, tzinfo=UTC)
START, END = datetime(2026, 3, 7, 4, tzinfo=UTC), datetime(2026, 3, 8, 4, tzinfo=UTC)
BISTRO = Location(
    external_id=str(LOCATION_ID), name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)


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


def page(*sales: dict[str, Any], token: str | None = None) -> Told:
    return Told(200, encoded({"sales": list(sales), **({} if token is None else {"nextPageToken": token})}))


def sale_closed_at(at: datetime, counter: int) -> dict[str, Any]:
    closed = int(at.timestamp() * 1000)
    return v2_sale(glass_of_chasselas(counter=counter, opened=closed - 1000, closed=closed))


def read_all(vendor: Vendor, start: datetime = START, end: datetime = END, cursor: str = "") -> list[list[str]]:
    pages = vendor.sales(BISTRO, start, end, cursor=cursor, now=NOW)
    return [[each.sale.external_id for each in page.observed] for page in pages]


def test_pages_of_sales(server: Answering, vendor: KSeriesAccount) -> None:
    """The second page begins just before the latest sale of the first: none of its millisecond is skipped."""
    noon, one = START + timedelta(hours=8), START + timedelta(hours=9)
    server.will(
        page(sale_closed_at(noon, 1), sale_closed_at(one, 2), token="MjAy+/=="),
        page(sale_closed_at(one, 2), sale_closed_at(one, 3), token=""),
    )
    first, second = vendor.sales(BISTRO, START, END, cursor="", now=NOW)
    assert [each.sale.external_id for each in first.observed] == ["A40017.1", "A40017.2"]
    assert [each.sale.external_id for each in second.observed] == ["A40017.2", "A40017.3"]
    assert (first.next_cursor, second.next_cursor) == ("0:2026-03-07T12:59:59.999Z|", "")
    assert {(each.source, each.observed_at) for each in first.observed} == {(Source.READ, NOW)}
    start, then = server.asked
    assert start.path == f"/f/v2/business-location/{LOCATION_ID}/sales"
    assert start.query == {
        "from": "2026-03-07T04:00:00.000Z",
        "to": "2026-03-08T04:00:00.000Z",
        "include": "payments,table,staff,account_profile",
        "pageSize": "100",
    }
    assert then.query == {**start.query, "from": "2026-03-07T12:59:59.999Z"}


def test_pages_within_one_millisecond_follow_the_token(server: Answering, vendor: KSeriesAccount) -> None:
    noon = START + timedelta(hours=8)
    server.will(
        page(sale_closed_at(noon, 1), token="MjAy+/=="),
        page(sale_closed_at(noon, 1), sale_closed_at(noon, 2), token="MjAy+/=="),
        page(sale_closed_at(noon, 3)),
    )
    assert read_all(vendor) == [["A40017.1"], ["A40017.1", "A40017.2"], ["A40017.3"]]
    asked = [(each.query["from"], each.query.get("nextPageToken")) for each in server.asked]
    just_before = "2026-03-07T11:59:59.999Z"
    assert asked == [("2026-03-07T04:00:00.000Z", None), (just_before, None), (just_before, "MjAy+/==")]


def test_pages_out_of_order_follow_the_token(server: Answering, vendor: KSeriesAccount) -> None:
    noon, one = START + timedelta(hours=8), START + timedelta(hours=9)
    server.will(page(sale_closed_at(one, 1), sale_closed_at(noon, 2), token="next"), page())
    read_all(vendor)
    assert server.asked[1].query["from"] == "2026-03-07T04:00:00.000Z"
    assert server.asked[1].query["nextPageToken"] == "next"


def test_an_interrupted_read_goes_on_from_its_cursor(server: Answering, vendor: KSeriesAccount) -> None:
    server.will(page(sale_closed_at(START, 2)))
    assert read_all(vendor, cursor="0:2026-03-07T12:59:59.999Z|abc:d|ef") == [["A40017.2"]]
    assert server.asked[0].query["from"] == "2026-03-07T12:59:59.999Z"
    assert server.asked[0].query["nextPageToken"] == "abc:d|ef"


def test_a_vendor_that_turns_in_circles_is_refused(server: Answering, vendor: KSeriesAccount) -> None:
    server.will(page(sale_closed_at(START + timedelta(hours=1), 1), token="same"))
    with pytest.raises(VendorUnreadable) as caught:
        read_all(vendor)
    assert caught.value.path == "$.nextPageToken"
    assert len(server.asked) == 3


def test_the_edges_of_the_window(server: Answering, vendor: KSeriesAccount) -> None:
    before, at_end = START - timedelta(milliseconds=1), END
    server.will(page(sale_closed_at(before, 1), sale_closed_at(START, 2), sale_closed_at(at_end, 3)))
    assert read_all(vendor) == [["A40017.2"]]


def test_a_window_longer_than_a_year_is_cut(server: Answering, vendor: KSeriesAccount) -> None:
    start, end = START - timedelta(days=800), START
    server.will(page(token="more"), page(), page(), page())
    pages = [*vendor.sales(BISTRO, start, end, cursor="", now=NOW)]
    assert [each.next_cursor for each in pages] == ["0:2023-12-28T04:00:00.000Z|more", "1:", "2:", ""]
    spans = [(asked.query["from"], asked.query["to"]) for asked in server.asked]
    assert spans[0] == spans[1] != spans[2]
    assert (spans[0][0], spans[-1][1]) == ("2023-12-28T04:00:00.000Z", "2026-03-07T04:00:00.000Z")
    server.asked.clear()
    server.will(page())
    assert len(read_all(vendor, start, end, cursor="2:")) == 1
    assert server.asked[0].query["from"] == spans[-1][0]
    assert "nextPageToken" not in server.asked[0].query


def test_an_empty_window_asks_nothing(server: Answering, vendor: KSeriesAccount) -> None:
    assert read_all(vendor, START, START) == []
    assert server.asked == []


def test_an_unreadable_sale_names_its_path(server: Answering, vendor: KSeriesAccount) -> None:
    good = sale_closed_at(START, 1)
    bad = {**good, "timeClosed": "at closing time"}
    server.will(page(good, bad))
    with pytest.raises(VendorUnreadable) as caught:
        read_all(vendor)
    assert caught.value.path == "$.sales[1].timeClosed"
    server.will(page(good, {name: value for name, value in good.items() if name != "timeClosed"}))
    with pytest.raises(VendorUnreadable) as caught:
        read_all(vendor)
    assert caught.value.path == "$.sales[1].timeClosed"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"sales":null}', b"{}"])
def test_an_answer_that_is_no_page(server: Answering, vendor: KSeriesAccount, body: bytes) -> None:
    server.will(Told(200, body))
    with pytest.raises(VendorUnreadable) as caught:
        read_all(vendor)
    assert caught.value.path in {"$", "$.sales"}


# A location younger than the window


def not_before(first: datetime) -> Any:
    """The documented refusal of a `from` before the location existed."""

    def answer(asked: Asked) -> Told:
        if datetime.fromisoformat(asked.query["from"]) > first:
            return page(sale_closed_at(first + timedelta(hours=1), 1))
        words = (
            "Invalid 'from' date query parameter. The requested business location was not operational on the provided"
            f" date.\nPlease specify a date and time after: {iso(int(first.timestamp() * 1000))}, which is the earliest"
            " available date for this location.\n"
        )
        return Told(400, encoded({"error": words}))

    return answer


def test_a_window_that_begins_before_the_location_existed(server: Answering, vendor: KSeriesAccount) -> None:
    server.will_ask(not_before(START + timedelta(hours=2)))
    assert read_all(vendor) == [["A40017.1"]]
    assert [asked.query["from"] for asked in server.asked] == ["2026-03-07T04:00:00.000Z", "2026-03-07T06:00:00.001Z"]


def test_a_window_that_ends_before_the_location_existed(server: Answering, vendor: KSeriesAccount) -> None:
    server.will_ask(not_before(END + timedelta(days=1)))
    assert read_all(vendor) == [[]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"error":"Invalid date format: 12/12/2023"}',
        b'{"error":"Invalid date range: from 2026-03-07T04:00:00Z should not be after 2026-01-01T00:00Z"}',
        b'{"error":"after: 2026-99-99T99:99:99Z"}',
    ],
)
def test_any_other_refusal_is_shown(server: Answering, vendor: KSeriesAccount, body: bytes) -> None:
    server.will(Told(400, body))
    with pytest.raises(VendorUnreadable) as caught:
        read_all(vendor)
    assert "status 400" in caught.value.for_log
    assert len(server.asked) == 1


def test_a_refusal_that_never_ends_is_shown(server: Answering, vendor: KSeriesAccount) -> None:
    server.will(Told(400, b'{"error":"after: 2026-03-07T06:00:00Z"}'))
    with pytest.raises(VendorUnreadable):
        read_all(vendor)
    assert len(server.asked) == 2


# The onion around all calls


def test_a_stale_token_is_renewed_once(server: Answering, vendor: KSeriesAccount) -> None:
    server.will(Told(401, b'{"errors":[{"code":"unauthorized","title":"Full authentication is required"}]}'), page())
    assert read_all(vendor) == [[]]
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_are_refused(server: Answering, vendor: KSeriesAccount, status: int) -> None:
    server.will(Told(status, b""))
    with pytest.raises(VendorRefused):
        vendor.locations()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_faults_with_empty_bodies_are_waited_out(server: Answering, vendor: KSeriesAccount, status: int) -> None:
    server.will(Told(status, b"", {"retry-after": "1"}), Told(status, b""), page())
    assert read_all(vendor) == [[]]


def test_a_limit_that_lasts_names_when_to_come_back(server: Answering, vendor: KSeriesAccount) -> None:
    server.will(Told(429, b"", {"retry-after": "600"}))
    with pytest.raises(VendorBusy) as caught:
        read_all(vendor)
    assert caught.value.retry_at is not None
    assert caught.value.for_owner == "Lightspeed does not answer at the moment; Comptoir tries again by itself."
