"""No sale is lost at a page's edge, whatever shares its millisecond."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k import client as calls
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints
from comptoir.pos.model import Location
from tests.answering import Answering, Asked, Told, answering
from tests.connectors.lightspeed_k.kseries_bodies import LOCATION_ID, encoded, glass_of_chasselas, iso, v2_sale

START = datetime(2026, 3, 7, 4, tzinfo=UTC)
END = START + timedelta(days=1)
BISTRO = Location(
    external_id=str(LOCATION_ID), name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)
PAGE_SIZE = 8


class Token:
    def access_token(self) -> Secret:
        return Secret("token")

    def renewed(self, stale: Secret) -> Secret:
        raise AssertionError("nobody refused it")


class Books:
    """The vendor's side: sorted by closing, a token that is an instant, and sales behind it skipped or repeated."""

    def __init__(self, closed: list[int], *, skips: bool) -> None:
        self.closed = sorted(closed)
        self.skips = skips

    def answer(self, asked: Asked) -> Told:
        since, until = (_milliseconds(asked.query[name]) for name in ("from", "to"))
        token = asked.query.get("nextPageToken")
        listed = [(at, number) for number, at in enumerate(self.closed) if since <= at <= until]
        if token:
            listed = [each for each in listed if each[0] > int(token) or (each[0] == int(token) and not self.skips)]
        shown, more = listed[:PAGE_SIZE], len(listed) > PAGE_SIZE
        sales = [v2_sale(glass_of_chasselas(counter=number, opened=at, closed=at)) for at, number in shown]
        return Told(200, encoded({"sales": sales, **({"nextPageToken": str(shown[-1][0])} if more else {})}))


def _milliseconds(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp() * 1000)


@pytest.fixture(scope="module")
def server() -> Iterator[Answering]:
    with answering() as started:
        yield started


@pytest.fixture(autouse=True, scope="module")
def small_pages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls, "SALES_PAGE_SIZE", PAGE_SIZE)
        yield


@settings(max_examples=50, deadline=None)
@given(
    groups=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), unique_by=lambda group: group[0], max_size=25),
    skips=st.booleans(),
    data=st.data(),
)
def test_every_sale_arrives(server: Answering, groups: list[tuple[int, int]], skips: bool, data: st.DataObject) -> None:
    first = _milliseconds(iso(int(START.timestamp() * 1000)))
    books = Books([first + at for at, count in groups for _ in range(count)], skips=skips)
    server.will_ask(books.answer)
    vendor = CONNECTOR.open(Endpoints("", "", server.url, "", Secret("")), Token())
    found: set[str] = set()
    cursor, interrupted = "", data.draw(st.integers(0, 5))
    for number, page in enumerate(vendor.sales(BISTRO, START, END, cursor="", now=END)):
        found |= {each.sale.external_id for each in page.observed}
        cursor = page.next_cursor
        if number == interrupted:
            break
    if cursor:
        for page in vendor.sales(BISTRO, START, END, cursor=cursor, now=END):
            found |= {each.sale.external_id for each in page.observed}
    vendor.close()
    assert found == {f"A40017.{number}" for number in range(len(books.closed))}
