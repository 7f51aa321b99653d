"""Pages that come fast are stored together, and none is lost to a fault behind it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from comptoir.core.intake.importing.gathering import FAST, PAGES, gathered
from comptoir.kernel.errors import VendorBusy, VendorUnreadable
from comptoir.pos.connector import SalesPage
from comptoir.pos.model import Observed, Source
from tests.bills import OPENED, bill

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def page(number: int, *, is_last: bool = False, total: str = "10") -> SalesPage:
    sale = msgspec.structs.replace(bill(), external_id=f"A{number}", total=Decimal(total))
    told = Observed(sale=sale, source=Source.READ, observed_at=OPENED)
    return SalesPage(observed=(told,), next_cursor="" if is_last else f"after {number}")


def told(pages: list[SalesPage]) -> list[tuple[list[str], str]]:
    """The sales of each, and its cursor."""
    return [([each.sale.external_id for each in found.observed], found.next_cursor) for found in pages]


def clock_of(step: timedelta) -> Callable[[], datetime]:
    """A clock that goes on by this with each look."""
    at = NOW

    def clock() -> datetime:
        nonlocal at
        at += step
        return at

    return clock


def test_pages_that_come_fast_are_one_and_keep_the_cursor_of_the_last() -> None:
    pages = [page(number, is_last=number == PAGES + 1) for number in range(PAGES + 2)]
    first, middle, last = told(list(gathered(pages, clock_of(timedelta(0)))))

    assert first == (["A0"], "after 0"), "the first page of a window is on screen at once"
    assert middle == ([f"A{each}" for each in range(1, PAGES + 1)], f"after {PAGES}")
    assert last == ([f"A{PAGES + 1}"], "")


def test_pages_that_come_slowly_are_stored_one_by_one() -> None:
    assert len(list(gathered([page(1), page(2), page(3)], clock_of(2 * FAST)))) == 3


def test_what_came_before_a_fault_is_handed_on_first() -> None:
    def failing() -> Iterator[SalesPage]:
        yield page(1)
        yield page(2)
        yield page(3)
        raise VendorBusy("Come again.", retry_at=NOW)

    found: list[SalesPage] = []
    with pytest.raises(VendorBusy):
        found.extend(gathered(failing(), clock_of(timedelta(0))))
    assert told(found) == [(["A1"], "after 1"), (["A2", "A3"], "after 3")]


def test_a_page_that_the_ledger_cannot_hold_holds_up_none_before_it() -> None:
    found: list[SalesPage] = []
    with pytest.raises(VendorUnreadable):
        found.extend(gathered([page(1), page(2), page(3, total="1e13")], clock_of(timedelta(0))))
    assert told(found) == [(["A1"], "after 1"), (["A2"], "after 2")]
