"""Whoever is erased stands in no stored body any more; everything else of the body is read as before."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.intake import erasing, process, tasks
from comptoir.core.intake.blackening import ERASED, Marks, blackened
from comptoir.core.intake.models import Erasure, Notification
from comptoir.core.intake.replay import Selection, replay
from comptoir.core.ledger.models import Sale
from tests.core.test_replay import NOW, arrive, clock
from tests.notifications import body
from tests.people import People

PHONE, MAIL = "+33612345678", "alice@example.com"
ALICE = Marks.of(phones=[PHONE], mails=[MAIL])
RECORD = {
    "id": 7,
    "consumer": {"id": 8, "emailAddress": "Alice@Example.com", "language": "fr"},
    "contactInformation": {"firstName": "Alice", "lastName": "Martin", "phoneNumber1": "06 12 34 56 78"},
    "externalReferences": [{"type": "LOYALTY", "reference": "42"}],
}
RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "k-series" / "rtn-open.json"
plain = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def written(content: Any) -> bytes:
    return json.dumps(content).encode()


@pytest.mark.parametrize("known", [ALICE, Marks.of(phones=[PHONE], mails=[]), Marks.of(phones=[], mails=[MAIL])])
def test_everything_about_the_person_goes_by_whichever_of_it_is_known(known: Marks) -> None:
    left = json.loads(blackened(written({"name": "Table 12", "consumerRecord": RECORD}), known) or b"")
    assert not any(word in json.dumps(left) for word in ("lice", "Martin", "34 56", "example.com"))
    assert left["name"] == "Table 12"
    assert left["consumerRecord"]["externalReferences"] == RECORD["externalReferences"]
    assert left["consumerRecord"]["contactInformation"]["firstName"] == ERASED


@pytest.mark.parametrize("number", ["+33 6 12 34 56 78", "0612345678", "0033-6-12-34-56-78", 33612345678])
def test_a_number_is_known_however_it_is_written(number: str | int) -> None:
    assert blackened(written({"guest": {"phone": number}}), ALICE) == b'{"guest":{"phone":"erased"}}'


def test_a_form_loses_the_person_too() -> None:
    assert blackened(b"mail=ALICE%40example.com&phone=06.12.34.56.78&total=3", ALICE) == (
        b"mail=erased&phone=0erased&total=3"
    )


def test_a_name_alone_names_nobody() -> None:
    assert blackened(written({"customer": {"firstName": "Alice", "phoneNumber1": "0699999999"}}), ALICE) is None
    assert Marks.of(phones=["12"], mails=["nobody"]) == Marks(frozenset(), frozenset())


@given(content=anything, where=st.text(max_size=8))
def test_wherever_it_stands_it_is_gone_and_gone_once(content: Any, where: str) -> None:
    left = blackened(written([{where: content, "x": f"call {PHONE}"}, content]), ALICE)
    assert left is not None
    assert "612345678" not in left.decode()
    assert blackened(left, ALICE) is None


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded bodies are not here")
def test_a_recorded_guest_is_erased() -> None:
    left = blackened(RECORDED.read_bytes(), Marks.of(phones=[], mails=["test@email.com"]))
    assert left is not None
    assert b"test@email.com" not in left


def ask(people: People) -> None:
    erasing.ask(organisation_id=people.le_zinc.id, phones=[PHONE], mails=[MAIL], now=NOW)


def bodies() -> list[bytes]:
    return [bytes(row.body) for row in Notification.objects.order_by("id")]


def test_bodies_of_the_organisation_lose_the_person_and_nobody_elses(people: People, monkeypatch: Any) -> None:
    monkeypatch.setattr(erasing, "BATCH", 2)
    for number in range(5):
        arrive(people, body(number=f"A1.{number}", consumerRecord=RECORD if number % 2 else None))
    arrive(people, body(number="A9.1", consumerRecord=RECORD), to_shop=True)
    before = bodies()
    process.drain(clock=clock)
    sales = list(Sale.objects.order_by("id").values_list("external_id", "revision"))

    ask(people)
    tasks.enqueue_erasures()
    [(organisation_id, erasure_id)] = erasing.unfinished()
    erasing.run(organisation_id=organisation_id, erasure_id=erasure_id, clock=clock)
    after = bodies()
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True, False, True, True]
    assert not any(b"Martin" in each for each in after[:5])

    done = Erasure.objects.get()
    assert (done.bodies, done.marks, done.finished_at) == (2, None, NOW)
    erasing.run(organisation_id=organisation_id, erasure_id=erasure_id, clock=clock)
    assert bodies() == after
    again = replay(Selection(people.le_zinc.id), clock=lambda: datetime.now(UTC) + timedelta(hours=1))
    assert (again.done, again.changed) == (5, 0)
    assert list(Sale.objects.order_by("id").values_list("external_id", "revision")) == sales


def test_a_job_that_died_goes_on_where_it_stopped(people: People, monkeypatch: Any) -> None:
    monkeypatch.setattr(erasing, "BATCH", 1)
    for number in range(3):
        arrive(people, body(number=f"A1.{number}", consumerRecord=RECORD))
    ask(people)
    [(organisation_id, erasure_id)] = erasing.unfinished()
    asked = iter([NOW])
    with pytest.raises(StopIteration):  # the worker dies after its first batch
        erasing.run(organisation_id=organisation_id, erasure_id=erasure_id, clock=lambda: next(asked))
    assert sum(b"Martin" in each for each in bodies()) == 2
    assert Erasure.objects.get().marks is not None
    erasing.run(organisation_id=organisation_id, erasure_id=erasure_id, clock=clock)
    assert not any(b"Martin" in each for each in bodies())


def test_nobody_known_is_nothing_to_do(people: People) -> None:
    erasing.ask(organisation_id=people.le_zinc.id, phones=[], mails=[], now=NOW)
    assert not Erasure.objects.exists()
