"""A till and its books may disagree on what a bill is, or what it corrects: points follow what stands now."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from comptoir.pos.model import Sale, Source
from tests.apps.loyalty.till import BOBS_PHONE, Till, bill, refund


def test_a_refund_that_the_books_give_to_another_sale(till: Till) -> None:
    till.sends(bill("A1", "20.00"), bill("A2", "20.00"), refund("A3", "A1", "-5.00"))
    till.claim("A1")
    till.claim("A2", BOBS_PHONE)
    till.record(refund("A3", "A2", "-5.00"), source=Source.READ)
    till.hear()

    assert (till.points("A1"), till.points("A2")) == (20, 15)


def test_a_refund_that_turns_out_to_be_a_sale(till: Till) -> None:
    till.sends(bill("A1", "20.00"), refund("A2", "A1", "-5.00"))
    till.record(bill("A2", "5.00", previous_external_id="A1"), source=Source.READ)
    till.hear()

    assert (till.offer("A1").points, till.offer("A2").points) == (20, 5)


@pytest.mark.parametrize("is_claimed", [True, False])
def test_a_sale_that_turns_out_to_be_a_refund(till: Till, is_claimed: bool) -> None:
    till.sends(bill("A1", "20.00"), bill("A2", "5.00"))
    if is_claimed:
        till.claim("A2")
    till.record(refund("A2", "A1", "-5.00"), source=Source.READ)
    till.hear()

    assert till.offer("A1").points == 15
    assert (till.offer("A2").points, till.offer("A2").state) == (0, "voided")
    assert till.points("A2") == 0
    assert till.offer("A2").external_id == "A2"


@pytest.mark.parametrize("is_heard_together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_a_chain_of_many_links_in_any_order(till: Till, order: Sequence[int], is_heard_together: bool) -> None:
    story: list[Sale] = [
        bill("A1", "20.00"),
        refund("A2", "A1", "-6.00"),
        refund("A3", "A2", "4.00"),
        refund("A4", "A3", "-1.00"),
    ]
    for place in order:
        till.record(story[place])
        if not is_heard_together:
            till.hear()
    till.hear()

    assert till.offer("A1").points == 17


def test_refunds_that_name_each_other_are_no_endless_chain(till: Till) -> None:
    till.sends(refund("A1", "A2", "-5.00"), refund("A2", "A1", "-5.00"))
    assert till.offers() == []


def test_a_chain_is_as_long_as_it_is(till: Till) -> None:
    till.record(bill("A0", "100.00"), *(refund(f"A{n}", f"A{n - 1}", "-1.00") for n in range(1, 71)))
    till.hear()
    assert till.offer("A0").points == 30
