"""The decisions of the mapping, one by one."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k import mapping, schemas
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.values import decode
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.connector import Notification
from comptoir.pos.model import Location, Sale, SaleKind, SaleState
from tests.connectors.lightspeed_k.kseries_bodies import (
    LOCATION_ID,
    encoded,
    glass_of_chasselas,
    notification,
    v2_sale,
)
from tests.connectors.lightspeed_k.kseries_sales import TYPES

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
BISTRO = Location(
    external_id=str(LOCATION_ID), name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)
WINE = glass_of_chasselas().lines[0]


def told(body: dict[str, Any]) -> Sale:
    (observed,) = CONNECTOR.read(Notification(body=encoded(body), received_at=NOW)).observed
    return observed.sale


def read(body: dict[str, Any]) -> Sale:
    page = decode(encoded({"sales": [body]}), schemas.SALES_PAGE)
    return mapping.from_sale(page.sales[0], location=BISTRO, now=NOW, path="$.sales[0]").sale


def unreadable_path(body: dict[str, Any]) -> str:
    with pytest.raises(VendorUnreadable) as caught:
        read(body)
    return caught.value.path


# What counts


@pytest.mark.parametrize(
    ("sale_type", "kind", "counted"),
    [
        ("SALE", SaleKind.SALE, True),
        ("REFUND", SaleKind.REFUND, True),
        ("VOID", SaleKind.VOID, True),
        ("CANCEL", SaleKind.VOID, True),
        ("SPLIT", SaleKind.SPLIT, False),
        ("TRANSFER", SaleKind.TRANSFER, False),
        ("FLOAT", SaleKind.FLOAT, False),
        ("RECALL", SaleKind.CORRECTION, False),
        ("UPDATE", SaleKind.CORRECTION, False),
        ("TRANSITORY", SaleKind.CORRECTION, False),
        ("CROSS_BL", SaleKind.CORRECTION, False),
    ],
)
def test_kind_and_revenue_of_each_type(sale_type: str, kind: SaleKind, counted: bool) -> None:
    sale = glass_of_chasselas(type=sale_type)
    for record in (told(notification(sale)), read(v2_sale(sale))):
        assert (record.kind, record.counted, record.state) == (kind, counted, SaleState.CLOSED)


def test_every_type_of_the_sheet_has_a_kind() -> None:
    assert set(mapping.KINDS) == set(TYPES)


def test_a_missing_type_is_a_sale() -> None:
    body = notification(glass_of_chasselas())
    del body["account"]["type"]
    del body["account"]["updateDate"]
    assert told(body).kind is SaleKind.SALE


def test_a_cancelled_account_counts_for_nothing() -> None:
    sale = glass_of_chasselas(cancelled=True)
    for record in (told(notification(sale)), read(v2_sale(sale))):
        assert (record.state, record.counted) == (SaleState.CANCELLED, False)


def test_the_status_decides_and_not_the_kind_of_notification() -> None:
    closed = told(notification(glass_of_chasselas(), kind="UPDATE"))
    still_open = told(notification(glass_of_chasselas(), kind="CLOSE", status="open"))
    assert (closed.state, still_open.state) == (SaleState.CLOSED, SaleState.OPEN)
    assert closed.closed_at is not None
    assert still_open.closed_at is None


# Chain, table, people


def test_the_previous_account_in_a_chain_of_three() -> None:
    sale = glass_of_chasselas(previous="A40017.230", initial="A40017.229")
    assert told(notification(sale)).previous_external_id == read(v2_sale(sale)).previous_external_id == "A40017.230"


def test_the_first_account_stands_in_for_a_missing_previous_one() -> None:
    assert read(v2_sale(glass_of_chasselas(), source={"initialAccountId": "A1.1"})).previous_external_id == "A1.1"


@pytest.mark.parametrize(
    "source",
    [
        None,
        {"initialAccountId": "A40017.231"},
        {"initialAccountId": "A40017.231", "previousAccountId": "A40017.231"},
    ],
)
def test_an_account_is_not_its_own_predecessor(source: Any) -> None:
    assert read(v2_sale(glass_of_chasselas(), source=source)).previous_external_id == ""


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"tableName": "Dining Room, Table 1", "tableNumber": "1"}, "Table 1"),
        ({"tableName": "Table 1", "tableNumber": "1"}, "Table 1"),
        ({"tableName": None, "tableNumber": "7"}, "7"),
        ({"tableName": "", "tableNumber": 7}, "7"),
        ({"tableName": None, "tableNumber": None}, ""),
    ],
)
def test_the_label_of_a_table(table: dict[str, Any], expected: str) -> None:
    assert read(v2_sale(glass_of_chasselas(), **table)).table == expected


def test_absent_figures_are_unknown_and_not_zero() -> None:
    nothing = {"taxAmount": None, "totalDiscount": None, "serviceCharge": None, "paidAmount": None, "coverCount": None}
    sale = told(notification(glass_of_chasselas(), **nothing, gratuityAmount=None, deviceId=None, staffId=None))
    assert (sale.tax, sale.discount, sale.service_charge, sale.paid, sale.covers, sale.tip) == (None,) * 6
    assert (sale.register, sale.staff) == (None, None)
    without = read(v2_sale(glass_of_chasselas(), payments=None, nbCovers=None))
    assert (without.paid, without.tip, without.covers, without.payments) == (None, None, None, ())


def test_text_keeps_no_nul_and_no_novel() -> None:
    sale = told(notification(glass_of_chasselas(), staffName="L\x00ea", tableName="T" * 500))
    assert sale.staff is not None
    assert (sale.staff.name, len(sale.table)) == ("Lea", 120)


# Money


def test_a_till_that_counts_in_binary_is_rounded_to_shared_decimals() -> None:
    sale = told(notification(glass_of_chasselas(), totalAmount=Decimal("28.499999999999996447")))
    assert sale.total == Decimal("28.5")


def test_v2_adds_the_service_charge_beside_the_lines() -> None:
    sale = glass_of_chasselas(lines=(replace(WINE, service_charge=Decimal("2.85")),))
    for record in (told(notification(sale)), read(v2_sale(sale))):
        assert (record.total, record.service_charge) == (Decimal("31.35"), Decimal("2.85"))


def test_a_discount_is_positive_and_a_refund_negative() -> None:
    line = replace(WINE, total=-WINE.total, quantity=-WINE.quantity, tax=-WINE.tax, discount=Decimal("-1.5"))
    sale = glass_of_chasselas(type="REFUND", lines=(line,), covers=-2)
    for record in (told(notification(sale)), read(v2_sale(sale))):
        assert (record.total, record.discount, record.covers) == (Decimal("-28.5"), Decimal("1.5"), -2)
        assert record.lines[0].quantity == -3


def test_tax_that_is_added_to_prices_is_in_the_total() -> None:
    line = {
        "quantity": "1.000",
        "totalNetAmountWithTax": "10.00",
        "totalNetAmountWithoutTax": "10.00",
        "taxAmount": "0.888750",
        "taxLines": [{"taxRate": "1.08875", "taxIncluded": False}],
    }
    sale = read(v2_sale(glass_of_chasselas(), salesLines=[line]))
    assert (sale.total, sale.tax, sale.lines[0].tax_rate_ppm) == (Decimal("10.8888"), Decimal("0.8888"), 88750)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"taxLines": [{"taxRate": "1.081"}], "taxRatePercentage": "20.00"}, 81000),
        ({"taxRatePercentage": "20.00"}, 200000),
        ({"taxRatePercentage": "8.10"}, 81000),
        ({"taxRatePercentage": "1.08"}, 80000),
        ({"taxRatePercentage": "0.00", "taxLines": []}, None),
        ({"taxLines": [{"taxRate": "1.0"}]}, 0),
        ({"taxLines": [{"taxRate": "0.2"}]}, None),
        ({"taxLines": [{}]}, None),
        ({}, None),
    ],
)
def test_the_tax_rate_of_a_line(fields: dict[str, Any], expected: int | None) -> None:
    line = {"quantity": "1.000", "totalNetAmountWithTax": "10.00", **fields}
    assert read(v2_sale(glass_of_chasselas(), salesLines=[line])).lines[0].tax_rate_ppm == expected


def test_a_line_without_price_costs_what_one_came_to() -> None:
    lines = [
        {"quantity": "3.000", "totalNetAmountWithTax": "10.00"},
        {"quantity": "0.000", "totalNetAmountWithTax": "10.00"},
    ]
    sale = read(v2_sale(glass_of_chasselas(), salesLines=lines))
    assert [line.unit_price for line in sale.lines] == [Decimal("3.3333"), Decimal(10)]


def test_the_currency_of_lines_payments_and_location() -> None:
    bare_line = {"quantity": "1.000", "totalNetAmountWithTax": "10.00"}
    paid = {"netAmountWithTax": "10.00", "currency": "EUR"}
    assert read(v2_sale(glass_of_chasselas(), salesLines=[bare_line], payments=[paid])).currency == "EUR"
    assert read(v2_sale(glass_of_chasselas(), salesLines=[bare_line], payments=[])).currency == "CHF"


# Faults of V2


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ("timeOfOpening", "timeClosed"),
        ("timeOfOpening", "timeOfCloseAndPaid"),
        ("timeofOpening", "timeofCloseAndPaid"),
    ],
)
def test_every_spelling_of_the_instants(opened: str, closed: str) -> None:
    body = v2_sale(glass_of_chasselas(), timeOfOpening=None, timeClosed=None)
    sale = read({**body, opened: "2020-01-14T14:30:00+02:00", closed: "2020-01-14T13:00:00.999999Z"})
    assert sale.opened_at == datetime(2020, 1, 14, 12, 30, tzinfo=UTC)
    assert sale.closed_at == datetime(2020, 1, 14, 13, 0, 0, 999_000, tzinfo=UTC)


def test_a_missing_instant_or_total_names_its_path() -> None:
    assert unreadable_path(v2_sale(glass_of_chasselas(), timeClosed=None)) == "$.sales[0].timeClosed"
    assert unreadable_path(v2_sale(glass_of_chasselas(), timeOfOpening=None)) == "$.sales[0].timeOfOpening"
    assert unreadable_path(v2_sale(glass_of_chasselas(), accountFiscId=None)) == "$.sales[0].accountFiscId"
    assert unreadable_path(v2_sale(glass_of_chasselas(), type="GIFT")) == "$.sales[0].type"
    bare = [{"quantity": "1.000"}]
    expected = "$.sales[0].salesLines[0].totalNetAmountWithTax"
    assert unreadable_path(v2_sale(glass_of_chasselas(), salesLines=bare)) == expected
