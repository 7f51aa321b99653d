"""Answers recorded from the live service map, and their headers are our totals (V2 envelope, 2015 to 2021)."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from comptoir.connectors.lightspeed_r import mapping, schemas
from comptoir.connectors.lightspeed_r.values import Ident, decode, listed
from comptoir.pos.model import SaleState
from tests.connectors.lightspeed_r.rseries import NOW

ACCOUNT = schemas.AccountHead(account_id=Ident("1"), name="Alice")

RECORDED = Path(os.environ.get("COMPTOIR_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data") / "r-series"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded R-Series answers in {RECORDED}")


def body(name: str) -> bytes:
    return json.dumps(json.loads((RECORDED / name).read_text())["body"]).encode()


def test_every_recorded_sale_maps_and_totals_equal_the_headers() -> None:
    content = body("sale_list_v2_page2_all_relations.json")
    headers: list[dict[str, Any]] = json.loads(content)["Sale"]
    found = listed(decode(content, schemas.SALES).sale)
    sales = [
        mapping.from_sale(each, account_id="900100", currency="USD", names=mapping.Names(), now=NOW).sale
        for each in found
    ]

    assert len(sales) == len(headers) == 19
    for sale, header in zip(sales, headers, strict=True):
        assert sale.external_id == header["saleID"]
        assert sale.total == Decimal(header["total"])
        assert sale.tax == Decimal(header["taxTotal"])
        if sale.paid is not None:
            assert sale.paid == Decimal(header["calcPayments"])
        if sale.state is SaleState.CLOSED:
            lines = sum((each.total for each in sale.lines), start=Decimal(0))
            assert abs(lines - sale.total) < Decimal("0.01")


def test_recorded_people_shops_hours_and_accounts_are_read() -> None:
    [person] = listed(decode(body("employee_list_one.json"), schemas.EMPLOYEES).employee)
    hours = listed(decode(body("employee_hours_list_page1_of_4252.json"), schemas.HOURS).employee_hours)
    shops = listed(decode(body("shop_list_two.json"), schemas.SHOPS).shop)
    account = decode(body("account_headers_bucket.json"), schemas.ACCOUNTS).account

    assert mapping.full_name(person) == "Given Family"
    assert len(hours) == 100
    assert all(each.check_out and each.check_out.at and each.check_out.at >= each.check_in.at for each in hours)
    places = [mapping.location(each, account=ACCOUNT, currency="USD", path="$") for each in shops]
    assert [each.timezone for each in places] == ["US/Mountain", "America/Denver"]
    assert isinstance(account, schemas.AccountHead)
    assert account.account_id == "120645"
