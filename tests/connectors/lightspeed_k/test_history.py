"""V1, trading days and sums: the same sales as V2, byte for byte, under every spelling."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k import mapping
from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints, Notification
from comptoir.pos.model import Observed
from tests.answering import Answering, Asked, Told, answering
from tests.connectors.lightspeed_k.conftest import Tokens
from tests.connectors.lightspeed_k.kseries_bodies import MadeSale, encoded, glass_of_chasselas, notification, v2_sale
from tests.connectors.lightspeed_k.kseries_history import DOCUMENTED, RECORDED, day, history_page, v1_sale
from tests.connectors.lightspeed_k.kseries_sales import made_sales
from tests.connectors.lightspeed_k.test_checks import BISTRO

NOW = datetime(2026, 3, 9, 6, tzinfo=UTC)
START, END = datetime(2026, 3, 7, 4, tzinfo=UTC), datetime(2026, 3, 8, 4, tzinfo=UTC)
DAY = date(2026, 3, 7)
BL = BISTRO.external_id


def sale(counter: int = 231) -> MadeSale:
    return glass_of_chasselas(counter=counter)


def numbers(observed: tuple[Observed, ...]) -> list[str]:
    return [each.sale.external_id for each in observed]


# V1


@pytest.mark.parametrize("older", [True, False])
def test_pages_of_v1_follow_the_token_and_never_the_link(till: Answering, account: KSeriesAccount, older: bool) -> None:
    till.will(
        history_page(v1_sale(sale(1)), token="A40017.1", older=older), history_page(v1_sale(sale(2)), older=older)
    )
    first, second = account.sales_as_dated(BISTRO, START, END, cursor="", now=NOW)
    assert (numbers(first.observed), numbers(second.observed)) == (["A40017.1"], ["A40017.2"])
    assert (first.next_cursor, second.next_cursor) == ("0:A40017.1", "")
    path = f"/f/finance/{BL}/financials/2026-03-07T04%3A00%3A00.000Z/2026-03-08T04%3A00%3A00.000Z"
    assert [asked.path for asked in till.asked] == [path, path]
    assert [asked.query.get("nextPageToken") for asked in till.asked] == [None, "A40017.1"]
    assert till.asked[0].query["pageSize"] == "1000"
    assert "consumer" not in till.asked[0].query["include"]
    till.will(history_page())
    list(account.sales_as_dated(BISTRO, START, END, cursor=first.next_cursor, now=NOW))
    assert till.asked[-1].query["nextPageToken"] == "A40017.1"


def test_v1_asks_for_a_year_at_most(till: Answering, account: KSeriesAccount) -> None:
    till.will(history_page())
    pages = list(account.sales_as_dated(BISTRO, END - timedelta(days=800), END, cursor="", now=NOW))
    assert [each.next_cursor for each in pages] == ["1:", "2:", ""]


def test_a_token_of_v1_that_repeats_is_refused(till: Answering, account: KSeriesAccount) -> None:
    till.will(history_page(token="A40017.1"))
    with pytest.raises(VendorUnreadable):
        list(account.sales_as_dated(BISTRO, START, END, cursor="", now=NOW))


@pytest.mark.parametrize("href", [None, "", "nonsense", "https://x/?nextPageToken=", "?nextPageToken"])
def test_links_that_lead_nowhere(till: Answering, account: KSeriesAccount, href: str | None) -> None:
    till.will(Told(200, encoded({"sales": [], "_links": {"nextPage": {"href": href}}})))
    (page,) = account.sales_as_dated(BISTRO, START, END, cursor="", now=NOW)
    assert page.next_cursor == ""


def test_a_link_that_is_none(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, encoded({"sales": [], "_links": {"nextPage": {"href": "//["}}})))
    with pytest.raises(VendorUnreadable) as caught:
        list(account.sales_as_dated(BISTRO, START, END, cursor="", now=NOW))
    assert caught.value.path == "$._links.nextPage.href"


# Trading days


@pytest.mark.parametrize(("said", "complete"), [(True, True), (False, False), (None, False)])
def test_a_day_is_complete_only_when_the_vendor_says_so(
    till: Answering, account: KSeriesAccount, said: object, complete: bool
) -> None:
    till.will(day(v2_sale(sale()), complete=said))
    found = account.sales_of_day(BISTRO, DAY, now=NOW)
    assert (found.complete, numbers(found.observed)) == (complete, ["A40017.231"])
    assert found.next_day_at == datetime(2026, 3, 8, 4, 30, tzinfo=UTC)
    till.will(day(v1_sale(sale()), complete=said))
    older = account.sales_of_day_as_dated(BISTRO, DAY, now=NOW)
    assert older == found
    assert [asked.path for asked in till.asked] == [
        f"/f/v2/business-location/{BL}/sales-daily",
        f"/f/finance/{BL}/dailyFinancials",
    ]
    assert all(asked.query["date"] == "2026-03-07" for asked in till.asked)


@pytest.mark.parametrize(
    "body",
    [
        {"totalAmount": "57.00", "serviceCharge": "2.00", "numberOfSales": 2, "children": [{"totalAmount": "1.00"}]},
        {
            "children": [
                {"totalAmount": "28.50", "serviceCharge": "2.00", "numberOfSales": 1},
                {"totalAmount": "28.50", "serviceCharge": "0.00", "numberOfSales": 1},
            ]
        },
    ],
)
def test_the_vendors_own_sums(till: Answering, account: KSeriesAccount, body: dict[str, Any]) -> None:
    till.will(Told(200, encoded({"businessName": "Bistro SA", "dataComplete": True, **body})))
    totals = account.day_totals(BISTRO, DAY)
    assert (totals.total, totals.service_charge, totals.sales, totals.complete) == (59, 2, 2, True)
    assert till.asked[0].query == {"date": "2026-03-07", "groupBy": "device"}


def test_sums_show_what_is_missing(till: Answering, account: KSeriesAccount) -> None:
    till.will(day(v2_sale(sale(1)), v2_sale(sale(2)), v2_sale(glass_of_chasselas(counter=3, type="TRANSITORY"))))
    sales = tuple(each.sale for each in account.sales_of_day(BISTRO, DAY, now=NOW).observed)
    till.will(Told(200, encoded({"children": [{"totalAmount": "57.00", "numberOfSales": 2}]})))
    totals = account.day_totals(BISTRO, DAY)
    assert totals.missing(sales) == 0
    assert totals.missing(sales[:1]) == Decimal("28.5")


def test_the_sale_of_an_order(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, encoded(v1_sale(sale()))))
    found = account.sale_of_order(BISTRO, "cmp-ord-77", now=NOW)
    assert found is not None
    assert found.sale.external_id == "A40017.231"
    assert till.asked[0].query == {"externalReferenceId": f"TASK:OO-{BL}-cmp-ord-77"}
    till.will(Told(404, b""))
    assert account.sale_of_order(BISTRO, "cmp-ord-78", now=NOW) is None


# One sale, five tellings


@pytest.fixture(scope="module")
def told_all_ways() -> Iterator["AllWays"]:
    with answering() as server:
        ways = AllWays(server)
        yield ways
        ways.account.close()


class AllWays:
    """One account over HTTP that tells the same sale by every surface it has."""

    def __init__(self, server: Answering) -> None:
        self.account = CONNECTOR.open(Endpoints("", "", server.url, "id", Secret("hush")), Tokens())
        self.made = glass_of_chasselas()
        self.spelling = RECORDED
        server.will_ask(self._answer)

    def _answer(self, asked: Asked) -> Told:
        if "/financials/" in asked.path:
            return history_page(v1_sale(self.made, spelling=self.spelling))
        if asked.path.endswith("/dailyFinancials"):
            return day(v1_sale(self.made, spelling=self.spelling))
        if asked.path.endswith("/sales-daily"):
            return day(v2_sale(self.made))
        return Told(200, encoded({"sales": [v2_sale(self.made)]}))

    def bytes_of(self, made: MadeSale, spelling: dict[str, str]) -> list[bytes]:
        self.made, self.spelling = made, spelling
        at = datetime.fromtimestamp(made.closed // 1000, UTC)
        place = msgspec.structs.replace(BISTRO, currency=made.currency)
        window = (place, at, at + timedelta(seconds=2))
        told = [
            *CONNECTOR.read(Notification(body=encoded(notification(made)), received_at=NOW)).observed,
            *(each for page in self.account.sales(*window, cursor="", now=NOW) for each in page.observed),
            *(each for page in self.account.sales_as_dated(*window, cursor="", now=NOW) for each in page.observed),
            *self.account.sales_of_day(place, DAY, now=NOW).observed,
            *self.account.sales_of_day_as_dated(place, DAY, now=NOW).observed,
        ]
        return [msgspec.json.encode(each.sale) for each in told]


@settings(max_examples=60)
@given(made=made_sales(), spelling=st.sampled_from([RECORDED, DOCUMENTED]))
def test_every_surface_tells_the_same_sale(told_all_ways: AllWays, made: MadeSale, spelling: dict[str, str]) -> None:
    told = told_all_ways.bytes_of(made, spelling)
    assert len(told) == 5
    assert len(set(told)) == 1


@settings(max_examples=20)
@given(made=made_sales())
def test_whichever_till_a_device_names(told_all_ways: AllWays, made: MadeSale) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapping, "ACCOUNT_DEVICE_IS_THE_TILL", False)
        assert len(set(told_all_ways.bytes_of(made, RECORDED))) == 1
