"""The one way into the ledger: same observations, same ledger, whatever their order, number and batches."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from unittest import mock

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.core.ledger import reads, rows
from comptoir.core.ledger.models import HourlyFigure, Sale, SaleRevision
from comptoir.core.outbox.models import Event
from comptoir.pos.model import Observed, SaleState
from tests.bills import OPENED, bill, counter_entry, read, record, refund, told
from tests.examples import examples
from tests.people import People

DAY = date(2026, 3, 7)


def exported(people: People) -> str:
    return reads.export(people.le_zinc.id, people.bar.id, DAY - timedelta(days=2), DAY + timedelta(days=2))


def figures(people: People) -> dict[str, Decimal]:
    found = reads.day_figures(people.le_zinc.id, {people.bar.id: DAY})[people.bar.id]
    return {measure: value for (measure, _), value in found.items()}


def clear() -> None:
    for model in (Sale, SaleRevision, HourlyFigure, Event):
        model.objects.all().delete()


def test_a_closed_bill_is_recorded_with_its_figures(people: People) -> None:
    record(people.bar, [told(bill(total="28.50", tip=Decimal("1.5")))])

    [found] = reads.sales(people.le_zinc.id, external_id="A40017.1")
    assert found.sale.state is SaleState.CLOSED
    assert found.business_date == DAY
    row = Sale.objects.get()
    assert (row.total, row.tip, row.currency) == (2850, 150, "EUR")
    assert figures(people) == {
        "net_sales": Decimal("28.5"),
        "gross_sales": Decimal("28.5"),
        "untaxed_gross_sales": Decimal("28.5"),
        "tax": Decimal("2.5909"),
        "tips": Decimal("1.5"),
        "covers": 2,
        "receipts": 1,
        "transactions": 1,
        "goods_sold": 1,
    }


NASTY = ("\\N", "\\.", "a\tb", "a\nb\r", '"', "\\", "{,}", "été 🍷", "null", "'", "")


def test_many_new_bills_are_copied_in_as_they_would_be_inserted_one_by_one(people: People) -> None:
    """Of a batch that holds known ones too, with everything that a copy might read as something else."""
    known = [told(bill(f"A40017.{number}", "5.00", closed=False)) for number in range(3)]
    batch = [
        told(bill(f"A40017.{number}", "7.00", table=text, receipt_number=text, closed=number % 5 > 0))
        for number, text in enumerate(NASTY * 3)
    ]
    left = []
    for copied in (rows.COPIED, len(batch) + 1):
        clear()
        record(people.bar, known)
        with mock.patch.object(rows, "COPIED", copied):
            record(people.bar, batch)
        found = Sale.objects.order_by("external_id").values()
        left.append(([{**each, "id": 0} for each in found], SaleRevision.objects.count(), exported(people)))

    assert left[0] == left[1]
    assert [each["table_name"] for each in left[0][0] if each["external_id"] == "A40017.2"] == ["a\tb"]
    assert len(left[0][0]) == len(batch) > rows.COPIED


def test_an_open_check_is_kept_and_brings_no_revenue(people: People) -> None:
    record(people.bar, [told(bill(closed=False))])

    assert reads.open_checks(people.le_zinc.id, [people.bar.id]) == {people.bar.id: 1}
    assert figures(people) == {}
    assert exported(people) == ""


def test_the_same_bill_again_writes_nothing(people: People) -> None:
    first = record(people.bar, [told(bill())])
    again = record(people.bar, [told(bill()), told(bill())])

    assert [each.changed for each in first.values()] == [True]
    assert [each.changed for each in again.values()] == [False]
    assert Sale.objects.get().revision == 1
    assert Event.objects.count() == 1


def test_a_changed_bill_replaces_its_figures_and_keeps_the_old_revision(people: People) -> None:
    record(people.bar, [told(bill(total="28.50"))])
    record(people.bar, [told(bill(total="20.00"), at=OPENED + timedelta(hours=2))])

    assert figures(people)["net_sales"] == 20
    assert figures(people)["transactions"] == 1
    [old] = reads.revisions(people.le_zinc.id, Sale.objects.get().id)
    assert old.sale.total == Decimal("28.5")


def test_the_books_outrank_a_later_notification(people: People) -> None:
    record(people.bar, [read(bill(total="20.00"))])
    record(people.bar, [told(bill(total="28.50"), at=OPENED + timedelta(days=9))])

    assert figures(people)["net_sales"] == 20


def test_a_confirmation_by_the_books_is_no_new_revision(people: People) -> None:
    record(people.bar, [told(bill())])
    record(people.bar, [read(bill())])

    row = Sale.objects.get()
    assert (row.revision, row.source) == (1, "read")


def test_a_cancelled_bill_leaves_the_figures(people: People) -> None:
    record(people.bar, [told(bill())])
    record(people.bar, [told(bill(state=SaleState.CANCELLED, counted=False), at=OPENED + timedelta(hours=3))])

    assert figures(people) == {}
    assert not HourlyFigure.objects.exists()


@pytest.mark.parametrize("seed", range(6))
def test_an_edited_check_leaves_one_open_check_in_any_order(people: People, seed: int) -> None:
    chain = [
        told(bill("A1.21", "10", closed=False)),
        told(counter_entry("A1.22", "A1.21", "-10")),
        told(counter_entry("A1.22", "A1.21", "-10")),
        told(bill("A1.23", "10", closed=False, previous_external_id="A1.22")),
    ]
    random.Random(seed).shuffle(chain)
    for each in chain:
        record(people.bar, [each])

    open_now = [each.sale.external_id for each in reads.sales(people.le_zinc.id, state="open")]
    assert open_now == ["A1.23"]
    assert figures(people) == {}


def test_a_chain_nets_a_sale_with_its_refunds(people: People) -> None:
    record(people.bar, [told(refund("A1.3", "A1.2", "-2.50")), told(refund("A1.2", "A1.1", "-5"))])
    record(people.bar, [told(bill("A1.1", "28.50"))])

    for external_id in ("A1.1", "A1.2", "A1.3"):
        [found] = reads.sales(people.le_zinc.id, external_id=external_id)
        chain = reads.chain(people.le_zinc.id, found.id)
        assert chain is not None
        assert chain.root.sale.external_id == "A1.1"
        assert chain.net_total == Decimal("21")


def test_a_refund_before_its_sale_has_no_chain_yet(people: People) -> None:
    record(people.bar, [told(refund("A1.2", "A1.1", "-5"))])

    [found] = reads.sales(people.le_zinc.id, external_id="A1.2")
    assert reads.chain(people.le_zinc.id, found.id) is None


def test_a_bill_that_is_paid_to_the_cent_is_balanced(people: People) -> None:
    record(people.bar, [read(bill("A1", "28.4999", paid=Decimal("28.5")))])
    record(people.bar, [read(bill("A2", "28.49", paid=Decimal("28.5")))])

    assert dict(Sale.objects.values_list("external_id", "unbalanced")) == {"A1": False, "A2": True}


def test_another_organisation_sees_nothing(people: People) -> None:
    record(people.bar, [told(bill())])
    [found] = reads.sales(people.le_zinc.id)

    assert reads.sales(people.chez_charlie.id) == []
    assert reads.sale(people.chez_charlie.id, found.id) is None
    assert reads.chain(people.chez_charlie.id, found.id) is None
    assert reads.revisions(people.chez_charlie.id, found.id) == []
    assert reads.day_figures(people.chez_charlie.id, {people.bar.id: DAY}) == {people.bar.id: {}}


def test_two_organisations_can_know_a_bill_of_the_same_number(people: People) -> None:
    record(people.bar, [told(bill(total="10"))])
    record(people.shop, [told(bill(total="20"))])

    assert reads.sales(people.le_zinc.id)[0].sale.total == 10
    assert reads.sales(people.chez_charlie.id)[0].sale.total == 20


amounts = st.integers(min_value=1, max_value=9999).map(lambda cents: str(Decimal(cents) / 100))


@st.composite
def days(draw: st.DrawFn) -> list[Observed]:
    """Some bills of a day, each told open, told closed and read, with refunds, all of them final in the books."""
    observed: list[Observed] = []
    for number in range(draw(st.integers(1, 4))):
        name, total = f"A1.{number}", draw(amounts)
        closed = bill(name, total, closed_at=OPENED + timedelta(minutes=draw(st.integers(0, 600))))
        observed += [told(bill(name, total, closed=False)), told(closed), read(closed)]
        if draw(st.booleans()):
            back = refund(f"A2.{number}", name, f"-{total}")
            observed += [told(back), read(back)]
    return observed


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=days(), seed=st.integers(0, 2**16), data=st.data())
def test_any_order_any_copies_any_batches_leave_the_same_bytes(
    people: People, day: list[Observed], seed: int, data: st.DataObject
) -> None:
    clear()
    record(people.bar, day)
    expected = exported(people)

    clear()
    shuffled = [each for each in day for _ in range(data.draw(st.integers(1, 2)))]
    random.Random(seed).shuffle(shuffled)
    for batch in _batches(shuffled, data.draw(st.integers(1, 5))):
        record(people.bar, batch)
    assert exported(people) == expected


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=days())
def test_the_roll_up_is_the_sum_of_the_sales(people: People, day: list[Observed]) -> None:
    clear()
    for each in day:
        record(people.bar, [each])

    sales = [each.sale for each in reads.sales(people.le_zinc.id, limit=200) if each.sale.state is SaleState.CLOSED]
    rolled = HourlyFigure.objects.filter(measure="net_sales").values_list("value", flat=True)
    assert sum(rolled, Decimal(0)) == sum((sale.total for sale in sales), Decimal(0))


def _batches(observed: Sequence[Observed], size: int) -> list[Sequence[Observed]]:
    return [observed[start : start + size] for start in range(0, len(observed), size)]


def test_the_document_is_the_record_itself(people: People) -> None:
    sale = bill()
    record(people.bar, [told(sale)])

    assert msgspec.convert(Sale.objects.get().document, type(sale)) == sale
