"""Never more calls in a second than promised, and nobody live behind an import."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.budget import GRACE_SECONDS, Budget, Priority

LIVE, IMPORT = Priority.LIVE, Priority.IMPORT


def test_a_second_holds_so_many_calls() -> None:
    budget = Budget(calls=3)
    assert [budget.take(now=10.0) for _ in range(3)] == [0, 0, 0]
    assert budget.take(now=10.25) == 0.75
    assert budget.take(now=11.0) == 0


def test_an_import_leaves_a_call_for_somebody_who_asks() -> None:
    budget = Budget(calls=3)
    assert [budget.take(now=10.0, priority=IMPORT) for _ in range(2)] == [0, 0]
    assert budget.take(now=10.0, priority=IMPORT) == 1
    assert budget.take(now=10.0, priority=LIVE) == 0


def test_an_import_stays_behind_a_live_call_that_waits() -> None:
    budget = Budget(calls=3)
    for _ in range(3):
        budget.take(now=10.0)
    assert budget.take(now=10.0) == 1
    assert budget.take(now=11.0, priority=IMPORT) == pytest.approx(GRACE_SECONDS)
    assert budget.take(now=11.0) == 0
    assert budget.take(now=11.2, priority=IMPORT) == 0


def test_a_budget_without_a_call_for_imports_is_none() -> None:
    with pytest.raises(ValueError, match="for imports"):
        Budget(calls=1)


def test_a_vendor_that_says_too_often_is_left_alone_by_everybody() -> None:
    budget = Budget(calls=3)
    budget.slow_down(now=10.0, seconds=4.0)
    assert budget.take(now=10.0, priority=LIVE) == 4
    budget.slow_down(now=10.0, seconds=None)
    assert budget.take(now=13.5) == 0.5
    assert budget.take(now=14.0) == 0


@given(
    st.integers(2, 6),
    st.lists(st.tuples(st.floats(0, 0.7), st.sampled_from(Priority)), max_size=80),
)
def test_never_more_in_any_second(calls: int, asks: list[tuple[float, Priority]]) -> None:
    budget, now, went = Budget(calls=calls), 0.0, []
    for pause, priority in asks:
        now += pause
        if budget.take(now=now, priority=priority) == 0:
            went.append((now, priority))
    for at, _ in went:
        within = [priority for other, priority in went if 0 <= other - at < 1]
        assert len(within) <= calls


@given(st.integers(2, 6), st.integers(1, 40), st.sampled_from(Priority))
def test_who_waits_as_told_goes(calls: int, asks: int, priority: Priority) -> None:
    budget, now = Budget(calls=calls), 0.0
    for _ in range(asks):
        for _ in range(3):
            wait = budget.take(now=now, priority=priority)
            now += wait
            if not wait:
                break
        else:
            raise AssertionError("told to wait again and again")
    assert now <= asks / (calls - 1) + 1


def test_threads_share_it() -> None:
    budget, went = Budget(calls=5), []

    def call() -> None:
        while wait := budget.take(now=(now := time.monotonic())):
            time.sleep(wait)
        went.append(now)

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    went.sort()
    assert went[10] - went[0] > 1.9
