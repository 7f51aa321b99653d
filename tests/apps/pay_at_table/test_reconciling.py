"""What was taken on a business day, beside what the till shows of it: every difference is a row (3.5, P10)."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.apps.pay_at_table import days, reconciling, retrying
from comptoir.apps.pay_at_table.day_tables import DayReport
from comptoir.apps.pay_at_table.matching import Day, Line, Row, Taken, match
from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.pos.model import Payment
from comptoir.sandbox.postbox import Postbox
from tests.apps.pay_at_table.table import Table, table_of
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.examples import examples
from tests.people import People
from tests.postbox import postbox as postbox

DB = pytest.mark.django_db(transaction=True)
APM: Any = msgspec.structs.replace(CARD, id="APM", name="API")


@pytest.fixture
def table(people: People, no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with table_of(people, monkeypatch) as made:
        made.integration.emails = "till@example.com"
        made.integration.save()
        yield made


def report(table: Table) -> DayReport:
    return reconciling.make(table.integration, days.of_store(table.integration, table.now), now=table.now)


def states(made: DayReport) -> list[str]:
    return sorted(row["state"] for row in made.rows)


@DB
def test_p10_what_was_taken_is_all_accounted_for(table: Table) -> None:
    table.go_on(table.take(1000, tip=100))
    table.go_on(table.take(9900))
    by_hand = table.go_on(table.take(9800))
    retrying.settle_by_hand(
        organisation_id=by_hand.organisation_id, payment_id=by_hand.id, actor="user:alice", why="typed", now=table.now
    )
    made = report(table)
    assert states(made) == ["matched", "missing_on_pos", "settled_manually"]
    totals = made.totals["card"]
    assert totals["taken"] == totals["applied"] + totals["settled_manually"] + totals["refunded"] + totals["open"]
    assert (totals["taken"], totals["tips"], totals["on_pos"], made.difference) == (20700, 100, 1000, 0)


@DB
def test_each_kind_of_difference_is_a_row(table: Table) -> None:
    gone, kept = table.go_on(table.take(500)), table.go_on(table.take(600))
    refunded = table.go_on(table.take(700))
    retrying.refunded(
        organisation_id=gone.organisation_id, payment_id=refunded.id, actor="provider", refund_id="r", now=table.now
    )
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=2, method=APM), now=table.now)
    world: Any = table.vendor.world
    sale = world.find(ZINC, table.bill)
    payments = tuple(
        msgspec.structs.replace(each, method=msgspec.structs.replace(CARD, id="CASH"))
        if each.external_reference == kept.applied_reference
        else each
        for each in sale.payments
        if each.external_reference != gone.applied_reference
    )
    world._record(msgspec.structs.replace(sale, payments=payments), table.now)
    made = report(table)
    assert states(made) == ["method_differs", "missing_at_provider", "missing_on_pos", "refunded_not_removed"]
    assert made.difference == -500 + 200 + 700 == sum(row["difference"] for row in made.rows)


@DB
def test_t4_p10_what_was_given_back_in_part_is_applied_and_refunded(table: Table) -> None:
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    payment = table.go_on(table.take(2400))
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id, "actor": "provider"}
    retrying.refunded(**mine, refund_id="r-1", total=1200, now=table.now)
    payment.refresh_from_db()
    assert states(report(table)) == ["missing_on_pos"]
    assert table.go_on(payment).state == State.APPLIED
    made = report(table)
    totals = made.totals["card"]
    assert (states(made), made.difference) == (["matched"], 0)
    assert (totals["taken"], totals["applied"], totals["refunded"], totals["on_pos"]) == (2400, 1200, 1200, 1200)
    retrying.refunded(**mine, refund_id="r-2", total=1500, now=table.now)
    made = report(table)
    assert (states(made), made.difference) == (["refunded_not_removed"], 300)


@DB
def test_a_line_without_a_reference_is_found_by_its_amount(table: Table) -> None:
    payment = table.go_on(table.take(500))
    world: Any = table.vendor.world
    sale = world.find(ZINC, table.bill)
    bare = tuple(msgspec.structs.replace(each, external_reference="") for each in sale.payments)
    world._record(msgspec.structs.replace(sale, payments=bare), table.now)
    made = report(table)
    assert (states(made), made.difference, payment.state) == (["matched_by_amount"], 0, State.APPLIED)


@DB
def test_the_report_runs_by_itself_twice_and_is_mailed_when_it_differs(table: Table, postbox: Postbox) -> None:
    table.go_on(table.take(500))
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=2, method=APM), now=table.now)
    day = days.of_store(table.integration, table.now)
    GuestPayment.objects.update(business_date=day)
    _, end = days.bounds(table.integration, day)
    assert not list(reconciling.due(now=end + timedelta(minutes=29)))
    assert list(reconciling.due(now=end + timedelta(minutes=31))) == [(table.integration, day)]
    reconciling.make(table.integration, day, now=table.now)
    DayReport.objects.update(is_final=True, made_at=end + timedelta(minutes=31))
    assert not list(reconciling.due(now=end + timedelta(hours=4)))
    assert list(reconciling.due(now=end + timedelta(hours=5))) == [(table.integration, day)]
    made = reconciling.report_of(table.integration, day)
    assert made
    for _ in range(2):
        made.refresh_from_db()
        reconciling._mail(table.integration, made, now=table.now)
    table.post()
    [mail] = postbox.messages()
    assert "the till differs by €2.00" in mail.subject
    assert "On the till, and no provider reported it" in mail.text


@DB
def test_the_file_has_a_line_for_each_row_and_runs_no_formula(table: Table) -> None:
    table.go_on(table.take(500, name="=1+1"))
    lines = list(csv.reader(io.StringIO(reconciling.csv_of(report(table)))))
    assert lines[0] == list(reconciling.COLUMNS)
    row = dict(zip(lines[0], lines[1], strict=True))
    assert (row["state"], row["taken"], row["on_pos"], row["provider_payment_id"]) == (
        "matched",
        "5.00",
        "5.00",
        "'=1+1",
    )


STANDS = st.sampled_from(["applied", "settled_manually", "refunded", "open"])
AMOUNTS = st.sampled_from([100, 250, 250, 999])


def test_o11_p10_a_test_said_to_be_removed_stays_a_row_with_what_the_till_still_shows() -> None:
    at = datetime.fromisoformat("2026-11-27T20:00:00+00:00")
    line = Line("b", "CT1", 1, 0, "APM", at)

    def day(stands: str) -> Day:
        test = Taken("g", "q", "test", 1, 0, 0, "APM", "b", frozenset({"CT1"}), stands, "", at, is_test=True)
        return match([test], [line], kinds={"APM": "card"}, foreign=frozenset())

    [open_row], [settled] = day("applied").rows, day("settled_manually").rows
    assert (open_row.state, open_row.lines, open_row.difference) == (Row.TEST_PAYMENT, (line,), 1)
    assert (settled.state, settled.lines, settled.difference) == (Row.TEST_SETTLED, (line,), 0)
    totals = day("settled_manually").totals
    assert (list(totals), totals["test"].taken, totals["test"].difference) == (["test"], 0, 0)


@settings(max_examples=examples(300), deadline=None)
@given(
    payments=st.lists(st.tuples(AMOUNTS, STANDS, st.sampled_from(["a", "b"]), st.sampled_from([0, 0, 50])), max_size=6),
    lines=st.lists(st.tuples(AMOUNTS, st.integers(-3, 7), st.sampled_from(["a", "b", "c"])), max_size=8),
)
def test_p10_in_any_day_the_difference_is_that_of_its_rows(
    payments: list[tuple[int, str, str, int]], lines: list[tuple[int, int, str]]
) -> None:
    at = datetime.fromisoformat("2026-11-27T20:00:00+00:00")
    taken = [
        Taken(f"g{n}", f"q{n}", "card", amount, back, 0, "APM", bill, frozenset({f"CT{n}"}), stands, "", at)
        for n, (amount, stands, bill, part) in enumerate(payments)
        for back in [amount if stands == "refunded" else part]
    ]
    shown = [Line(bill, f"CT{n}" if n >= 0 else "", amount, 0, "APM", at) for amount, n, bill in lines]
    day = match(taken, shown, kinds={"APM": "card"}, foreign=frozenset())
    totals = day.totals.get("card")
    if totals is None:
        assert not taken
        assert not shown
        return
    assert totals.taken == totals.applied + totals.settled_manually + totals.refunded + totals.open
    assert totals.refunded == sum(each.given_back for each in taken)
    assert totals.difference == day.difference == totals.on_pos - totals.applied
    by_hand = sum(len(row.lines) for row in day.rows if row.state is Row.SETTLED_MANUALLY)
    assert sum(len(row.lines) for row in day.rows) == len(shown)
    assert by_hand <= len(shown)
