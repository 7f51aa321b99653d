"""Corrections, late news and moved locations: whatever the order, the ledger ends in one state."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from threading import Barrier
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.core.accounts.models import Store
from comptoir.core.ledger import rollup
from comptoir.core.ledger.models import HourlyFigure, Sale, SaleRevision
from comptoir.core.outbox.models import Event
from comptoir.pos.model import Line, Observed, SaleState
from comptoir.pos.model import Sale as Bill
from tests.bills import OPENED, bill, counter_entry, read, record, refund, told
from tests.examples import examples
from tests.people import People, create_store


def clear() -> None:
    for model in (Sale, SaleRevision, HourlyFigure, Event):
        model.objects.all().delete()


def held() -> dict[str, tuple[str, bytes]]:
    """What stands: the state of each bill and the hash of its content."""
    rows = Sale.objects.values_list("external_id", "state", "content_hash")
    return {number: (state, bytes(content)) for number, state, content in rows}


def stored_bill(row: Sale) -> Bill:
    return msgspec.convert(row.document, Bill)


def owed() -> dict[tuple[str, str, str], Decimal]:
    """The roll-up as the stored bills say it must be, added up afresh."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for row in Sale.objects.all():
        store = Store.objects.get(id=row.store_id)
        made = rollup.contribution(stored_bill(row), zone=ZoneInfo(store.timezone), day_start=store.day_start)
        for figure, value in made.items():
            key = (str(store.id), figure.hour.isoformat(), figure.measure)
            sums[key] = sums.get(key, Decimal(0)) + value
    return {key: value for key, value in sums.items() if value}


def rolled() -> dict[tuple[str, str, str], Decimal]:
    rows = HourlyFigure.objects.values_list("store_id", "hour", "measure", "value")
    return {(str(store), hour.isoformat(), measure): value for store, hour, measure, value in rows}


def ends_the_same(people: People, story: Sequence[Observed]) -> None:
    """Every order of a short story, one observation at a time, and all of it at once."""
    record(people.bar, story)
    expected = held()
    assert rolled() == owed()
    for order in permutations(story):
        clear()
        for each in order:
            record(people.bar, [each])
        assert held() == expected
        assert rolled() == owed()


def test_two_contradicting_open_bills_of_one_instant_and_their_counter_entry(people: People) -> None:
    for cents in range(6):
        clear()
        ends_the_same(
            people,
            [
                told(bill("A1", "10", closed=False), at=OPENED),
                told(bill("A1", f"11.{cents}", closed=False), at=OPENED),
                told(counter_entry("A2", "A1", "-10")),
            ],
        )


def test_a_counter_entry_that_was_cancelled_supersedes_nothing(people: People) -> None:
    entry = counter_entry("A2", "A1", "-10")
    ends_the_same(
        people,
        [
            told(bill("A1", "10", closed=False)),
            told(entry),
            read(msgspec.structs.replace(entry, state=SaleState.CANCELLED)),
        ],
    )
    assert held()["A1"][0] == "open"


def test_the_books_may_name_another_bill_than_the_notification(people: People) -> None:
    ends_the_same(
        people,
        [
            told(bill("A1", "10", closed=False)),
            told(bill("A2", "10", closed=False)),
            told(counter_entry("A3", "A1", "-10")),
            read(counter_entry("A3", "A2", "-10")),
        ],
    )
    assert (held()["A1"][0], held()["A2"][0]) == ("open", "superseded")


def test_a_bill_stays_superseded_while_one_of_two_counter_entries_stands(people: People) -> None:
    gone = counter_entry("A2", "A1", "-10")
    ends_the_same(
        people,
        [
            told(bill("A1", "10", closed=False)),
            told(gone),
            read(msgspec.structs.replace(gone, state=SaleState.CANCELLED)),
            told(counter_entry("A3", "A1", "-4")),
        ],
    )
    assert held()["A1"][0] == "superseded"


def test_a_counter_entry_of_less_than_a_cent_supersedes_in_no_order(people: People) -> None:
    ends_the_same(people, [told(bill("A1", "10", closed=False)), told(counter_entry("A2", "A1", "-0.001"))])


def test_a_superseded_bill_that_is_closed_after_all(people: People) -> None:
    ends_the_same(
        people,
        [
            told(bill("A1", "10", closed=False)),
            told(counter_entry("A2", "A1", "-10")),
            told(bill("A1", "10")),
        ],
    )
    assert held()["A1"][0] == "closed"


numbers = st.sampled_from(["A1", "A2", "A3", "A4"])
totals = st.sampled_from(["10", "10.5", "-10", "-0.001"])


@st.composite
def observations(draw: st.DrawFn) -> Observed:
    """Anything a till or its books may say of one of four bills, true or not."""
    number, total = draw(numbers), draw(totals)
    make = draw(st.sampled_from([bill, refund, counter_entry]))
    sale = bill(number, total, closed=draw(st.booleans())) if make is bill else make(number, draw(numbers), total)
    if draw(st.integers(0, 4)) == 0:
        sale = msgspec.structs.replace(sale, state=SaleState.CANCELLED, counted=False)
    seen = draw(st.sampled_from([told, read]))
    return seen(sale, at=OPENED + timedelta(minutes=draw(st.integers(0, 3))))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(observations(), min_size=2, max_size=8), seed=st.integers(0, 2**16), size=st.integers(1, 4))
def test_any_story_ends_the_same(people: People, story: list[Observed], seed: int, size: int) -> None:
    clear()
    record(people.bar, story)
    expected, figures = held(), rolled()
    assert figures == owed()

    clear()
    shuffled = [*story, *story[:2]]
    random.Random(seed).shuffle(shuffled)
    for start in range(0, len(shuffled), size):
        record(people.bar, shuffled[start : start + size])
    assert held() == expected
    assert rolled() == figures == owed()


def weighed(number: str, quantity: str, price: str) -> Observed:
    """A bill of something sold by weight, whose gross has eight decimals."""
    line = Line(name="Comté", quantity=Decimal(quantity), unit_price=Decimal(price), total=Decimal("1.1"))
    return told(bill(number, "1.1", lines=(line,)))


def test_figures_of_eight_decimals_add_up_the_same_one_by_one_and_together(people: People) -> None:
    day = [weighed(f"A{number}", "0.3333", "3.3333") for number in range(9)]
    record(people.bar, day)
    together = rolled()

    clear()
    for each in day:
        record(people.bar, [each])
    assert rolled() == together


def test_a_sale_of_a_location_that_moved_keeps_its_store_and_its_figures(people: People) -> None:
    annapurna = create_store(people.le_zinc, "Annapurna", timezone="Asia/Kathmandu")
    record(people.bar, [told(bill("A1", "10"))])
    record(annapurna, [read(bill("A1", "12"))])

    assert Sale.objects.get().store_id == people.bar.id
    assert rolled() == owed()


def at_once(acts: Sequence[Callable[[], object]]) -> None:
    """Run all acts in threads that start together; each with a connection of its own."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(60)
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_one_new_bill_at_the_doors_of_two_stores_at_once_counts_once(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    for number in range(10):
        sale = told(bill(f"A{number}", "10"))
        at_once([lambda sale=sale: record(people.bar, [sale]), lambda sale=sale: record(terrace, [sale])])  # type: ignore[misc]
        assert Event.objects.count() == number + 1
        assert rolled() == owed()
