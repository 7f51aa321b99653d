"""What a till does with figures."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale, SaleKind, SaleState
from comptoir.sandbox import till
from comptoir.sandbox.catalogue import CARD, CASH, MENU, PLACES
from comptoir.sandbox.guests import FIFTY_GRAMS
from comptoir.sandbox.till import Item, Opening

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)
PLACE = PLACES[0]
DISCOUNTS = st.sampled_from([0, 5, 10, 33, 100])
PIECES = st.builds(
    Item,
    sku=st.sampled_from(sorted(MENU)),
    quantity=st.integers(1, 9).map(Decimal),
    extras=st.lists(st.sampled_from(["FRITES", "OEUF"]), max_size=2).map(tuple),
    discount_percent=DISCOUNTS,
)
BY_WEIGHT = st.builds(
    Item,
    sku=st.just("COMTE"),
    quantity=st.integers(1, 40).map(lambda steps: FIFTY_GRAMS * steps),
    discount_percent=DISCOUNTS,
)


def a_bill(*items: Item) -> Sale:
    opening = Opening(PLACE.registers[0], PLACE.staff[0], "Table 1", covers=3)
    return till.open_bill(PLACE, opening, items, number="A1.1", at=NOON)


def a_closed_bill(*items: Item) -> Sale:
    bill = a_bill(*items)
    return till.close(bill, till.shares(bill.total, [CARD], tip=till.ZERO), receipt="R1.1", at=NOON)


def is_whole_cents(amount: Decimal) -> bool:
    return amount == amount.quantize(till.CENTS)


@given(st.lists(PIECES | BY_WEIGHT, min_size=1, max_size=8))
def test_figures_add_up_and_are_whole_cents(items: list[Item]) -> None:
    bill = a_closed_bill(*items)
    assert bill.total == sum(line.total for line in bill.lines) == bill.paid
    assert all(is_whole_cents(line.total) for line in bill.lines)
    assert bill.discount is not None
    assert is_whole_cents(bill.discount)
    assert bill.tax == sum(till.tax(line) for line in bill.lines)
    whole = till.refund(bill, range(len(bill.lines)), number="A1.2", receipt="R1.2", at=NOON)
    assert (whole.total, whole.tax, whole.paid) == (-bill.total, -bill.tax, -bill.paid)
    assert [line.parent for line in whole.lines] == [line.parent for line in bill.lines]


@given(total=st.decimals(0, 900, places=2), ways=st.integers(1, 4))
def test_shares_add_up(total: Decimal, ways: int) -> None:
    payments = till.shares(total, [CARD, CASH, CARD, CASH][:ways], tip=Decimal("1.50"))
    assert sum(payment.amount for payment in payments) == total
    assert sum(payment.tip for payment in payments) == Decimal("1.5")


def test_extras_hang_on_their_dish() -> None:
    bill = a_bill(Item("CAFE"), Item("ENTRECOTE", Decimal(2), ("FRITES", "SAUCE-POIVRE")))
    assert [line.parent for line in bill.lines] == [None, None, 1, 1]
    assert bill.total == Decimal("63.6")
    assert till.with_sub_lines(bill, 1) == (1, 2, 3)


def test_a_price_can_be_set_by_hand() -> None:
    assert a_bill(Item("PLAT-JOUR", price=Decimal("24.50"))).total == Decimal("24.5")
    with pytest.raises(RuleBroken, match="whole cents"):
        a_bill(Item("PLAT-JOUR", price=Decimal("24.505")))


def test_tips_are_left_in_halves() -> None:
    assert till.tip_for(Decimal("53.30"), 10) == Decimal("5.5")
    assert till.tip_for(Decimal("53.30"), 0) == 0


def test_a_reversal_is_negative_closed_and_paid_with_no_method() -> None:
    bill = a_bill(Item("ENTRECOTE"))
    reversal = till.reverse(bill, number="A1.2", at=NOON)
    assert (reversal.kind, reversal.state, reversal.counted) == (SaleKind.CORRECTION, SaleState.CLOSED, False)
    assert (reversal.total, reversal.covers, reversal.previous_external_id) == (Decimal(-24), -3, "A1.1")
    assert reversal.payments[0].method is None
    fresh = till.continue_at(bill, "Table 2", number="A1.3", previous="A1.2", at=NOON)
    assert (fresh.table, fresh.previous_external_id, fresh.lines) == ("Table 2", "A1.2", bill.lines)


def test_what_cannot_be_done_is_refused() -> None:
    closed = a_closed_bill(Item("CAFE"))
    with pytest.raises(RuleBroken):
        till.add(closed, [Item("CAFE")])
    with pytest.raises(RuleBroken):
        till.reverse(closed, number="A1.2", at=NOON)
    with pytest.raises(RuleBroken):
        till.refund(a_bill(Item("CAFE")), [0], number="A1.2", receipt="R1.2", at=NOON)
    with pytest.raises(RuleBroken):
        till.close(a_bill(Item("CAFE")), till.shares(Decimal(1), [CARD], tip=till.ZERO), receipt="R1.1", at=NOON)
    with pytest.raises(RuleBroken):
        a_bill(Item("CAVIAR"))
    with pytest.raises(RuleBroken):
        till.with_sub_lines(closed, 1)
