"""Who computes, and who waits for somebody outside."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from comptoir.kernel import computing
from comptoir.kernel.http import Api
from comptoir.kernel.own_thread import run_apart
from comptoir.kernel.seal import Secret
from tests.answering import Asked, Told, answering
from tests.servers import until

PATIENT = 60.0


@pytest.fixture(autouse=True)
def one_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[computing.Places]:
    places = computing.Places(1)
    monkeypatch.setattr(computing, "_places", places)
    monkeypatch.setattr(computing, "LONGEST_SECONDS", PATIENT)
    yield places
    assert (places._free, waiting(places)) == (1, 0)


def beside(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def compute(done: threading.Event) -> None:
    with computing.inside():
        done.set()


def waiting(places: computing.Places) -> int:
    return sum(map(len, places._waiting))


def test_whoever_begins_waits_until_somebody_waits_for_somebody_outside(one_place: computing.Places) -> None:
    begun = threading.Event()
    with computing.inside():
        other = beside(lambda: compute(begun))
        until(lambda: waiting(one_place) == 1)
        assert not begun.is_set()
        with computing.outside():
            assert begun.wait(PATIENT)
    other.join()


def test_who_comes_back_goes_before_who_begins_and_what_is_urgent_before_what_is_not(
    one_place: computing.Places,
) -> None:
    order: list[str] = []
    may = threading.Event()

    def begin(name: str, urgent: bool) -> None:
        with computing.inside(urgent=urgent):
            order.append(name)

    def come_back() -> None:
        with computing.inside(urgent=True):
            with computing.outside():
                may.wait(PATIENT)
            order.append("back")

    threads = [beside(come_back)]
    until(lambda: one_place._free == 1)
    with computing.inside():
        for number, (name, urgent) in enumerate({"import": False, "first": True, "second": True}.items(), 1):
            threads.append(beside(partial(begin, name, urgent)))
            until(lambda number=number: waiting(one_place) == number)  # type: ignore[misc]
        may.set()
        until(lambda: waiting(one_place) == 4)
    for thread in threads:
        thread.join()
    assert order == ["back", "first", "second", "import"]


def test_a_place_comes_back_whatever_is_raised_and_however_deep(one_place: computing.Places) -> None:
    def work() -> None:
        with computing.inside(), computing.inside(), computing.outside():
            with computing.outside(), computing.inside():
                assert one_place._free == 0
            assert one_place._free == 1
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        work()
    assert one_place._free == 1


def test_in_no_job_there_is_nothing_to_give_back(one_place: computing.Places) -> None:
    with computing.outside():
        assert one_place._free == 1


def test_nobody_waits_for_a_place_for_ever(one_place: computing.Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should somebody in a place wait for what another one holds who waits for a place: both go on."""
    monkeypatch.setattr(computing, "LONGEST_SECONDS", 0.01)
    begun = threading.Event()
    with computing.inside():
        other = beside(lambda: compute(begun))
        assert begun.wait(PATIENT)
        other.join()
        assert one_place._free == 0


class Tokens:
    def access_token(self) -> Secret:
        return Secret("token")

    def renewed(self, stale: Secret) -> Secret:
        return stale


def test_while_a_vendor_answers_another_one_computes(one_place: computing.Places) -> None:
    begun = threading.Event()

    def answer(_: Asked) -> Told:
        beside(lambda: compute(begun)).join(PATIENT)
        return Told()

    with answering() as server, computing.inside():
        server.will_ask(answer)
        Api(server.url, vendor="Vendor", credentials=Tokens()).get("/things")
        assert begun.is_set()
        assert one_place._free == 0


def test_while_others_work_for_it_another_one_computes(one_place: computing.Places) -> None:
    begun = threading.Event()

    async def work() -> None:
        compute(begun)

    with computing.inside():
        run_apart(work)
        assert begun.is_set()
