"""Sales of X-Series in canonical words, the same from either shape (lightspeed-x-series.md 5, 6)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from comptoir.connectors.lightspeed_x import facts
from comptoir.connectors.lightspeed_x.client import read_sale
from comptoir.connectors.lightspeed_x.mapping import Names, from_sale
from comptoir.connectors.lightspeed_x.simulator import Article, Counter, opened, shapes, wire
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.model import Credit, Sale, SaleKind, SaleState

NOW = datetime(2026, 5, 3, tzinfo=UTC)
AT = datetime(2026, 5, 2, 18, 4, 11, tzinfo=UTC)
SCARF = Article(Decimal(20), quantity=Decimal(2), discount=Decimal(2), tax_rate=Decimal("0.14975"))
# Section 8 of the sheet, to the letter.
SHEET = (
    '{"id":"7d0f3b1e-0000-4000-8000-000000000001","invoice_number":"DT-204","state":"closed","attributes":[],'
    '"date":"2026-05-02T18:04:11Z","created_at":"2026-05-02T18:04:12Z","updated_at":"2026-05-02T18:04:12Z",'
    '"customer_id":null,"source":{"author":{"id":"7d0f3b1e-0000-4000-8000-0000000000a1"},'
    '"outlet_id":"7d0f3b1e-0000-4000-8000-0000000000b1","register_id":"7d0f3b1e-0000-4000-8000-0000000000c1",'
    '"type":"USER","id":null},"totals":{"price":36,"tax":5.39,"price_incl_tax":41.39,"loyalty":0,"surcharge":0},'
    '"line_items":[{"id":"7d0f3b1e-0000-4000-8000-000000000011",'
    '"product":{"id":"7d0f3b1e-0000-4000-8000-0000000000d1"},"quantity":2,'
    '"pricing":{"price":18,"total":36,"discount":2,"discount_total":4,"cost":9,"cost_total":18},'
    '"tax":{"id":"7d0f3b1e-0000-4000-8000-0000000000e1","amount":2.695,"total":5.39},"return":{"is_return":false},'
    '"status":"CONFIRMED","_metadata":{"sequence":0}}],"payments":[{"id":"7d0f3b1e-0000-4000-8000-000000000021",'
    '"amount":41.39,"date":"2026-05-02T18:04:10Z",'
    '"type":{"config_id":"7d0f3b1e-0000-4000-8000-0000000000f1","name":"Card"}}],'
    '"return":{"is_return":false,"original_sale_id":null,"return_sale_ids":[]},"_metadata":{"version":880413}}'
)


def mapped(body: bytes) -> Sale:
    return from_sale(facts.read(read_sale(body)), currency="CAD", names=Names(), now=NOW).sale


def both(*basket: Article, state: str = "closed", attributes: Sequence[str] = ()) -> Sale:
    """The sale, which is the same from either shape."""
    row = Counter(opened()).ring(basket, at=AT, state=state, attributes=attributes)
    nested, flat = (mapped(wire.as_json(shape(row))) for shape in (shapes.nested, shapes.flat))
    assert nested == flat
    return nested


def test_the_sheets_own_sample() -> None:
    found = mapped(SHEET.encode())

    assert (found.kind, found.state, found.counted) == (SaleKind.SALE, SaleState.CLOSED, True)
    assert (found.total, found.tax, found.discount, found.paid) == tuple(map(Decimal, ("41.39", "5.39", "4", "41.39")))
    [sold] = found.lines
    assert (sold.quantity, sold.total) == (2, Decimal("41.39"))
    # 40 before the discount of 4, with the tax of 36 in proportion: 45.988889 for two.
    assert sold.unit_price == Decimal("22.994444")
    assert (found.closed_at, found.receipt_number) == (AT, "DT-204")


def test_both_shapes_say_the_same() -> None:
    found = both(SCARF)
    assert (found.total, sum(line.total for line in found.lines)) == (Decimal("41.39"), Decimal("41.39"))


@pytest.mark.parametrize(
    ("state", "attributes", "expected", "counted"),
    [
        ("closed", (), SaleState.CLOSED, True),
        ("closed", ("onaccount",), SaleState.CLOSED, True),
        ("parked", (), SaleState.OPEN, False),
        ("pending", ("onaccount",), SaleState.OPEN, True),
        ("pending", ("layby",), SaleState.OPEN, True),
        ("pending", ("pickup",), SaleState.OPEN, False),
        ("voided", ("layby",), SaleState.CANCELLED, False),
        ("voided", (), SaleState.CANCELLED, False),
    ],
)
def test_4_1_which_sales_count(state: str, attributes: Sequence[str], expected: SaleState, counted: bool) -> None:
    found = both(SCARF, state=state, attributes=attributes)
    assert (found.state, found.counted) == (expected, counted)


@pytest.mark.parametrize("state", ["pending", "closed"])
def test_4_1_what_waits_to_be_settled_says_so_and_keeps_it(state: str) -> None:
    assert both(SCARF, state=state, attributes=["onaccount"]).credit is Credit.ON_ACCOUNT
    assert both(SCARF, state=state, attributes=["layby", "pickup"]).credit is Credit.LAYBY
    assert both(SCARF, state=state, attributes=["service"]).credit is Credit.NONE


@pytest.mark.parametrize(("status", "credit"), [("ONACCOUNT", "on_account"), ("LAYBY_CLOSED", "layby"), ("CLOSED", "")])
def test_an_older_word_says_how_it_is_settled(status: str, credit: str) -> None:
    row = json.loads(wire.as_json(shapes.flat(Counter(opened()).ring([SCARF], at=AT))))
    del row["state"], row["attributes"]
    assert mapped(json.dumps(row | {"status": status}).encode()).credit == credit


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("SAVED", SaleState.OPEN),
        ("ONACCOUNT", SaleState.OPEN),
        ("AWAITING_PICKUP", SaleState.OPEN),
        ("VOIDED", SaleState.CANCELLED),
        ("LAYBY_CLOSED", SaleState.CLOSED),
        ("CLOSED", SaleState.CLOSED),
        ("A_WORD_OF_TOMORROW", SaleState.OPEN),
    ],
)
def test_an_older_word_where_there_is_no_state(status: str, expected: SaleState) -> None:
    row = json.loads(wire.as_json(shapes.flat(Counter(opened()).ring([SCARF], at=AT))))
    del row["state"]
    assert mapped(json.dumps(row | {"status": status}).encode()).state is expected


def test_a_return_and_an_exchange() -> None:
    back = Article(Decimal(20), quantity=Decimal(-1))
    refund, exchange = both(back), both(back, SCARF)

    assert (refund.kind, refund.total) == (SaleKind.REFUND, Decimal(-24))
    assert exchange.kind is SaleKind.EXCHANGE
    assert exchange.total == Decimal("17.39")


def test_gift_cards_are_no_revenue() -> None:
    card = Article(Decimal(50), tax_rate=Decimal(0), gift_card="GC-1")
    alone, beside = both(card), both(card, SCARF)

    assert (alone.counted, alone.total, alone.lines) == (False, Decimal(0), ())
    assert (beside.counted, beside.total, len(beside.lines)) == (True, Decimal("41.39"), 1)
    assert beside.paid == Decimal("91.39")


def test_what_was_deleted_is_taken_back() -> None:
    row = Counter(opened()).ring([SCARF], at=AT) | {"deleted_at": AT}
    assert mapped(wire.as_json(shapes.nested(row))).state is SaleState.CANCELLED


def test_a_fault_names_its_path() -> None:
    broken = SHEET.replace('"quantity":2', '"quantity":"many"')
    with pytest.raises(VendorUnreadable) as raised:
        mapped(broken.encode())
    assert raised.value.path == "$.line_items[0].quantity"
