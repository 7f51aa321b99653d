"""Pushed orders as canonical sales: amounts to the cent, states, lines, refunds, and bodies that are none."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.sixpos.connector import CONNECTOR
from comptoir.kernel.errors import ComptoirError, VendorUnreadable
from comptoir.kernel.money import to_minor
from comptoir.pos.connector import Notification
from comptoir.pos.model import Observed, SaleKind, SaleState

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def pushed(currency: str = "EUR", refunds: list[dict[str, Any]] | None = None, **changes: Any) -> tuple[Observed, ...]:
    order = {
        "order_id": "A-1",
        "amount": 2190,
        "status": "closed",
        "created_at": "2026-03-14T12:58:00+01:00",
        "lines": [{"name": "Menu", "sku": "12", "quantity": "2", "unit_amount": 1095, "amount": 2190}],
    }
    body = {"location": "le-zinc-7h2kqd", "currency": currency, "order": order | changes, "refunds": refunds or []}
    return CONNECTOR.read(Notification(body=json.dumps(body).encode(), received_at=NOW)).observed


def test_an_order_is_a_closed_sale_of_its_slug() -> None:
    [seen] = pushed(
        device_id="d1", device_name="Bar", partner_order_id="K-9", payments=[{"amount": 2190, "method": "card"}]
    )
    sale = seen.sale
    assert (sale.location_id, sale.external_id, sale.kind, sale.state) == (
        "le-zinc-7h2kqd",
        "A-1",
        SaleKind.SALE,
        SaleState.CLOSED,
    )
    assert (sale.total, sale.paid, sale.counted) == (Decimal("21.9"), Decimal("21.9"), True)
    assert sale.closed_at == datetime(2026, 3, 14, 11, 58, tzinfo=UTC)
    assert sale.register
    assert (sale.register.id, sale.register.name) == ("d1", "Bar")
    assert seen.aliases == ("K-9",)
    [line] = sale.lines
    assert (line.sku, line.quantity, line.unit_price, line.total) == ("12", 2, Decimal("10.95"), Decimal("21.9"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("paid", SaleState.CLOSED),
        ("closed", SaleState.CLOSED),
        ("refunded", SaleState.CLOSED),
        ("partially_refunded", SaleState.CLOSED),
        ("cancelled", SaleState.CANCELLED),
        ("open", SaleState.OPEN),
        ("half_paid", SaleState.OPEN),
    ],
)
def test_what_each_status_means(status: str, state: SaleState) -> None:
    [seen] = pushed(status=status)
    assert seen.sale.state is state
    assert (seen.sale.closed_at is None) == (state is SaleState.OPEN)


def test_a_tip_is_no_revenue() -> None:
    [seen] = pushed(amount=2390, tip_amount=200)
    assert (seen.sale.total, seen.sale.tip) == (Decimal("21.9"), Decimal(2))


def test_refunds_are_entries_of_their_own_under_their_id() -> None:
    refunds = [
        {"order_id": "A-1", "refund_id": name, "amount": 100, "at": "2026-03-14T13:00:00Z"} for name in ("a", "b")
    ]
    sale, first, second = (each.sale for each in pushed(refunds=refunds))
    assert {first.external_id, second.external_id, sale.external_id} >= {"A-1"}
    assert first.external_id != second.external_id
    assert (first.kind, first.total, first.previous_external_id) == (SaleKind.REFUND, Decimal(-1), "A-1")
    assert first == pushed(refunds=refunds)[1].sale
    [line] = first.lines
    assert (line.quantity, line.total, first.tax) == (-1, -1, None)


def test_a_refund_takes_its_share_of_the_tax_along() -> None:
    refunds = [{"order_id": "A-1", "refund_id": "a", "amount": 1095, "at": "2026-03-14T13:00:00Z"}]
    _, back = (each.sale for each in pushed(tax_amount=200, refunds=refunds))
    assert (back.total, back.tax) == (Decimal("-10.95"), -1)


@pytest.mark.parametrize(
    ("amount", "totals"),
    [
        (3000, ["10", "20", "0"]),
        (2000, ["6.66", "13.34", "0"]),
        (3001, ["10", "20.01", "0"]),
        (0, ["0", "0", "0"]),
        (4000, ["10", "20.01", "0", "9.99"]),
    ],
)
def test_lines_come_to_what_was_paid(amount: int, totals: list[str]) -> None:
    lines = [{"sku": "1", "amount": 1000}, {"sku": "2", "amount": 2001}, {"sku": "3", "amount": 0}]
    [seen] = pushed(amount=amount, lines=lines)
    assert [f"{each.total.normalize():f}" for each in seen.sale.lines] == totals


@given(amount=st.integers(0, 10**6), lines=st.lists(st.integers(0, 10**5), min_size=1, max_size=8))
def test_lines_add_up_to_any_amount(amount: int, lines: list[int]) -> None:
    [seen] = pushed(amount=amount, lines=[{"amount": each} for each in lines])
    assert sum(each.total for each in seen.sale.lines) == seen.sale.total
    assert all(each.total >= 0 for each in seen.sale.lines)


def test_e51_a_currency_without_decimals() -> None:
    [seen] = pushed("JPY", amount=1500, lines=[{"amount": 1500}])
    assert seen.sale.total == 1500


@given(amount=st.integers(0, 10**8), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_every_amount_comes_out_as_it_went_in(amount: int, currency: str) -> None:
    [seen] = pushed(currency, amount=amount, lines=[{"amount": amount}])
    assert to_minor(seen.sale.total, currency) == amount
    assert to_minor(seen.sale.lines[0].total, currency) == amount


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"location": "x"}', b'{"location": 1, "currency": "EUR"}', b"[" * 100_000]
)
def test_what_is_no_order_is_unreadable(body: bytes) -> None:
    with pytest.raises(VendorUnreadable):
        CONNECTOR.read(Notification(body=body, received_at=NOW))


def test_there_is_no_account_to_open() -> None:
    with pytest.raises(ComptoirError):
        CONNECTOR.endpoints({})
