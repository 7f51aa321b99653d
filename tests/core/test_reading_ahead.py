"""Pages of an import are asked for while those before them are stored; order, faults and the end stay as they are."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice

import pytest
from django.db import connection, transaction

from comptoir.core.intake.importing.ahead import MOST, MOST_READERS, read_ahead
from comptoir.kernel.errors import VendorBusy
from comptoir.pos.connector import SalesPage
from tests.servers import until

PAGES = [SalesPage(observed=(), next_cursor=str(number)) for number in range(8)]


class Till:
    """Hands out pages, and knows what was asked for and by whom."""

    def __init__(self, *, fails_at: int = -1) -> None:
        self.asked: list[str] = []
        self.readers: set[threading.Thread] = set()
        self._fails_at = fails_at

    def pages(self) -> Iterator[SalesPage]:
        for number, page in enumerate(PAGES):
            self.readers.add(threading.current_thread())
            with connection.cursor() as cursor:  # a turn among the calls is asked for like this
                cursor.execute("SELECT 1")
            if number == self._fails_at:
                raise VendorBusy("Come again.")
            self.asked.append(page.next_cursor)
            yield page


@pytest.mark.django_db(transaction=True)
def test_the_next_pages_are_asked_for_while_one_is_stored() -> None:
    till = Till()
    with read_ahead(till.pages()) as coming:
        assert next(coming) is PAGES[0]
        until(lambda: len(till.asked) == MOST)  # nobody took the second page yet
        assert list(coming) == PAGES[1:]
    assert threading.current_thread() not in till.readers
    assert not any(each.is_alive() for each in till.readers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken", [1, len(PAGES)])
def test_the_reader_s_session_goes_back_to_the_pool_and_ours_stays(taken: int) -> None:
    mine = session()
    before = lent()
    with read_ahead(Till().pages()) as coming:
        assert len(list(islice(coming, taken))) == taken
    assert lent() == before, "what is missing is missing for good: the pool makes no other in its place"
    assert session() == mine


def session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def lent() -> int:
    """Sessions of this process that the pool has handed out and not got back."""
    assert connection.pool is not None
    stats = connection.pool.get_stats()
    return int(stats["pool_size"] - stats["pool_available"])


@pytest.mark.django_db(transaction=True)
def test_no_more_than_some_pages_are_asked_for_in_vain() -> None:
    till = Till()
    with read_ahead(till.pages()) as coming:
        next(coming)
    assert len(till.asked) <= MOST
    assert not any(each.is_alive() for each in till.readers)


@pytest.mark.django_db(transaction=True)
def test_a_fault_comes_where_it_happened_and_what_came_before_is_handed_on() -> None:
    found: list[SalesPage] = []
    with pytest.raises(VendorBusy), read_ahead(Till(fails_at=4).pages()) as coming:
        found.extend(coming)
    assert found == PAGES[:4]


@pytest.mark.django_db(transaction=True)
def test_more_readers_than_the_pool_has_sessions_for_read_page_by_page() -> None:
    late = Till()
    with ExitStack() as stack:
        for _ in range(MOST_READERS):
            stack.enter_context(read_ahead(Till().pages()))
        assert list(stack.enter_context(read_ahead(late.pages()))) == PAGES
        assert late.readers == {threading.current_thread()}
    again = Till()
    with read_ahead(again.pages()) as coming:
        assert list(coming) == PAGES
    assert threading.current_thread() not in again.readers


@pytest.mark.django_db
def test_within_a_transaction_nothing_is_read_ahead() -> None:
    till = Till()
    with transaction.atomic(), read_ahead(till.pages()) as coming:
        next(coming)
        assert till.asked == ["0"]
    assert till.readers == {threading.current_thread()}
