"""Open checks, in every form the till writes them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.orderpay import checks as reading
from comptoir.connectors.lightspeed_k.orderpay import schemas
from comptoir.connectors.lightspeed_k.values import decode
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.model import Check, Location, SaleState
from tests.answering import Answering, Told
from tests.connectors.lightspeed_k.kseries_bodies import encoded

NOW = datetime(2026, 3, 7, 19, 10, tzinfo=UTC)
BISTRO = Location(
    external_id="90000000000001", name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)


def entry(**changed: Any) -> dict[str, Any]:
    said = {
        "id": 1,
        "itemName": "Fondue",
        "itemSku": "FON",
        "unitAmount": 24.5,
        "quantity": 2.0,
        "modifiers": [],
        "amountWithTax": 49,
        "amountLessTax": 45.33,
        "discountedAmount": 0,
        "grossUnitAmount": 24.5,
        "active": True,
        "subLineItems": [],
        "taxIncluded": True,
    }
    return {**said, **changed}


def payment(**changed: Any) -> dict[str, Any]:
    said = {
        "paymentMethodDescription": "Comptoir",
        "externalReference": "cmp-pay-1",
        "paymentMethodCode": "CMPT",
        "amountPaid": 20,
        "paymentDate": "2026-03-07T19:02:11.482+0000",
        "active": True,
    }
    return {**said, **changed}


def check(**changed: Any) -> dict[str, Any]:
    said = {
        "clientCount": 2,
        "uuid": "0b0f4c1e-0000-4000-8000-000000000077",
        "openDate": "2026-03-07T18:40:58.000+0000",
        "paidAmount": 20,
        "serviceCharge": 0,
        "name": "Salle, Table 12",
        "currentAmount": 49,
        "staffName": "Lea",
        "staffId": 5501,
        "salesEntries": [entry()],
        "paymentEntries": [payment()],
        "ikaccountId": "A40017.230",
        "tableNumber": 12,
        "posId": 40017,
        "deviceId": 7,
        "id": "old",
    }
    return {**said, **changed}


def read(**changed: Any) -> Check:
    return reading.to_check(decode(encoded(check(**changed)), schemas.CHECK), BISTRO, now=NOW)


def test_what_is_due_and_where() -> None:
    found = read()
    sale = found.sale
    assert (found.due, found.table_number, found.seen_at) == (29, "12", NOW)
    assert (sale.state, sale.external_id, sale.location_id) == (SaleState.OPEN, "A40017.230", "90000000000001")
    assert (sale.total, sale.paid, sale.currency, sale.covers, sale.table) == (49, 20, "CHF", 2, "Table 12")
    assert (sale.tax, sale.discount) == (Decimal("3.67"), 0)
    assert sale.opened_at == datetime(2026, 3, 7, 18, 40, 58, tzinfo=UTC)
    assert sale.register is not None
    assert sale.register.id == "40017"
    assert [(line.name, line.quantity, line.unit_price, line.total) for line in sale.lines] == [
        ("Fondue", 2, Decimal("24.5"), 49)
    ]
    assert sale.payments[0].external_reference == "cmp-pay-1"


def test_money_as_number_or_as_text_is_the_same() -> None:
    text = {"currentAmount": "49.00", "paidAmount": "20.00", "serviceCharge": "0.00", "tableNumber": "12"}
    lines = [entry(amountWithTax="49.00", amountLessTax="45.33", unitAmount="24.50", discountedAmount="0.00")]
    assert read(**text, salesEntries=lines, paymentEntries=[payment(amountPaid="20.00")]) == read()


def test_what_was_struck_out_is_not_there() -> None:
    struck = entry(active=False, itemName="Gone", subLineItems=[entry(itemName="With it")])
    sale = read(salesEntries=[entry(), struck], paymentEntries=[payment(), payment(active=False)]).sale
    assert [line.name for line in sale.lines] == ["Fondue"]
    assert len(sale.payments) == 1


def test_sub_lines_follow_their_parent() -> None:
    nested = entry(subLineItems=[entry(itemName="Cheese", subLineItems=[entry(itemName="More")])])
    lines = read(salesEntries=[nested, entry(itemName="Wine")]).sale.lines
    assert [(line.name, line.parent) for line in lines] == [
        ("Fondue", None),
        ("Cheese", 0),
        ("More", 1),
        ("Wine", None),
    ]


@pytest.mark.parametrize(
    ("said", "table", "number"),
    [
        ({"name": "Order NZVV", "tableNumber": 3}, "3", "3"),
        ({"name": "Salle, étage, Table 2", "tableNumber": 2}, "Table 2", "2"),
        ({"name": "Bar tab", "tableNumber": None}, "", ""),
        ({"name": None, "tableNumber": "7"}, "7", "7"),
    ],
)
def test_the_table(said: dict[str, Any], table: str, number: str) -> None:
    found = read(**said)
    assert (found.sale.table, found.table_number) == (table, number)


def test_a_close_date_closes_what_is_paid() -> None:
    at = "2026-03-07T19:05:00.000+0000"
    paid = read(closeDate=at, paidAmount=49)
    assert (paid.sale.state, paid.due, paid.sale.closed_at) == (
        SaleState.CLOSED,
        0,
        datetime(2026, 3, 7, 19, 5, tzinfo=UTC),
    )
    assert read(closeDate=at).sale.state is SaleState.OPEN
    assert read(paidAmount=49).sale.state is SaleState.OPEN


def test_the_two_assumptions_about_amounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CURRENT_AMOUNT_IS_BEFORE_PAYMENTS", False)
    assert read().due == 49
    monkeypatch.setattr(reading, "SERVICE_CHARGE_IS_IN_CURRENT_AMOUNT", False)
    assert read(serviceCharge=5).due == 54


def test_the_calls(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, encoded([check(), check(ikaccountId="A40017.231")])))
    assert [each.sale.external_id for each in account.checks(BISTRO, now=NOW)] == ["A40017.230", "A40017.231"]
    till.will(Told(200, encoded(check())))
    assert account.check_at_table(BISTRO, "12", now=NOW) == account.check(BISTRO, "A40017.230", now=NOW) == read()
    assert [(asked.path, asked.query) for asked in till.asked] == [
        ("/o/op/1/order/table/getCheck", {"businessLocationId": "90000000000001"}),
        ("/o/op/1/order/table/12/getCheck", {"businessLocationId": "90000000000001"}),
        ("/o/op/1/order/accounts/A40017.230", {"businessLocationId": "90000000000001"}),
    ]


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("body", [b"", b'{"status":404,"message":"account not found for BL 90000000000001"}'])
def test_a_check_that_is_not_there(till: Answering, account: KSeriesAccount, status: int, body: bytes) -> None:
    till.will(Told(status, body))
    assert account.check(BISTRO, "A1.1", now=NOW) is None
    assert account.check_at_table(BISTRO, "../1", now=NOW) is None
    assert till.asked[-1].path == "/o/op/1/order/table/..%2F1/getCheck"


def test_trial_mode_shows_nothing(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, b"[]"))
    assert account.checks(BISTRO, now=NOW) == ()


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"currentAmount": None}, "$.currentAmount"),
        ({"currentAmount": "a lot"}, "$.currentAmount"),
        ({"paidAmount": None}, "$.paidAmount"),
        ({"ikaccountId": ""}, "$.ikaccountId"),
        ({"openDate": "noon"}, "$.openDate"),
        ({"salesEntries": [{"quantity": 1}]}, "$.salesEntries[0].amountWithTax"),
    ],
)
def test_a_fault_names_its_path(said: dict[str, Any], path: str) -> None:
    with pytest.raises(VendorUnreadable) as caught:
        read(**said)
    assert caught.value.path == path


def test_the_published_list(recorded: Callable[[str], bytes]) -> None:
    (found,) = decode(recorded("get-check-list"), schemas.CHECKS)
    sale = reading.to_check(found, BISTRO, now=NOW).sale
    assert [(line.name, line.parent) for line in sale.lines] == [("Burger", None), ("Extra Cheese", 0)]
    assert (sale.external_id, sale.total, sale.paid, sale.state) == ("A78094.48", 110, 100, SaleState.OPEN)


money = st.decimals(min_value=-9999, max_value=9999, places=2)


@given(current=money, paid=money, as_text=st.booleans())
def test_due_is_exact(current: Decimal, paid: Decimal, as_text: bool) -> None:
    def shown(amount: Decimal) -> object:
        return str(amount) if as_text else amount

    found = read(currentAmount=shown(current), paidAmount=shown(paid))
    assert found.due == current - paid
    assert msgspec.json.decode(msgspec.json.encode(found), type=Check) == found
