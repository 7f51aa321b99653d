"""Users, shifts and their webhooks (sheet 14), and what the restaurants' rota makes of them."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from comptoir.pos.world import Clocking, WorldShift
from comptoir.sandbox.catalogue import PLACES
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.rota import Rota
from tests.connectors.lightspeed_k.simulator_shop import NOON, ZINC, Caller, a_simulator, caller, quiet_world, told

PLACE = f"/staff/v1/businessLocations/{ZINC}"
MORNING = NOON - timedelta(hours=4)


def a_shift(*clockings: Clocking, number: int = 1, deleted: bool = False) -> WorldShift:
    return WorldShift(f"shift-{number}", ZINC, "40017", "5501", clockings, deleted=deleted)


def came(at: datetime = MORNING) -> Clocking:
    return Clocking(at, at, coming=True)


@pytest.fixture
def journal() -> Iterator[Journal]:
    journal = Journal(None)
    yield journal
    journal.close()


def at(journal: Journal) -> Caller:
    return caller(a_simulator(quiet_world(journal)))


def test_users_by_type_and_page_from_one(journal: Journal) -> None:
    called = at(journal)
    body = called.json(f"{PLACE}/userTypes/POS", size="3")
    assert [each["firstName"] for each in body["data"]["staff"]] == ["Alice", "Bob", "Charlie"]
    assert body["page"] == {"page": 1, "size": 3, "totalElements": 4, "totalPages": 2}
    assert "page=2" in body["links"]["next"]["href"]
    assert len(called.json(f"{PLACE}/userTypes/POS", size="3", page="2")["data"]["staff"]) == 1
    assert len(called.json(f"{PLACE}/userTypes/POS", isActive="false")["data"]["staff"]) == 1
    office = called.json(f"{PLACE}/userTypes/BACK_OFFICE")["data"]["staff"]
    assert office[0]["email"] == "alice@example.com"
    assert called.json(f"{PLACE}/staff/5501")["data"]["staff"]["lastName"] == "Martin"
    assert called.get(f"{PLACE}/staff/1").status == 404
    assert called.json(f"{PLACE}/groups/1")["data"]["staffGroup"]["name"] == "Salle"
    assert called.get(f"{PLACE}/userTypes/POS", page="0").status == 400


def test_shifts_keep_corrections_and_may_lack_an_end(journal: Journal) -> None:
    left = Clocking(MORNING + timedelta(hours=6), MORNING + timedelta(hours=6), coming=False)
    corrected = Clocking(MORNING + timedelta(hours=5), MORNING + timedelta(hours=7), coming=False)
    journal.staff_book.note(a_shift(came(), left, corrected))
    journal.staff_book.note(a_shift(came(MORNING + timedelta(minutes=5)), number=2))
    journal.staff_book.note(a_shift(came(), number=3, deleted=True))
    called = at(journal)
    body = called.json(f"{PLACE}/shift", startTime="2026-03-07T00:00:00", endTime="2026-03-08T00:00:00Z")
    open_, whole = body["data"]["shifts"]
    assert [event["eventType"] for event in open_["events"]] == ["CLOCK_IN"]
    assert [event["eventType"] for event in whole["events"]] == ["CLOCK_IN", "CLOCK_OUT", "CLOCK_OUT"]
    assert whole["dateInUTC"] == "2026-03-07T15:00:00Z"
    assert called.json(f"{PLACE}/shift", sort="date,asc")["data"]["shifts"] == [whole, open_]
    assert called.json(f"{PLACE}/shift", staffId="5502")["data"]["shifts"] == []


def test_one_webhook_for_each_topic_and_place(journal: Journal) -> None:
    called = at(journal)
    wanted = {"notificationType": "shift.updated", "url": "http://door.example/s", "webhookName": "cmp"}
    created = called.send("POST", f"{PLACE}/webhooks", wanted)
    assert created.status == 201
    hook = json.loads(created.body)
    assert called.send("POST", f"{PLACE}/webhooks", wanted).status == 409
    assert called.send("POST", f"{PLACE}/webhooks", {"url": "x"}).status == 400
    assert called.json(f"{PLACE}/webhooks") == [hook]
    path = f"{PLACE}/webhooks/{hook['uuid']}"
    assert called.send("PATCH", path, {"url": wanted["url"]}).status == 409
    assert called.send("PATCH", path, {"url": "http://door.example/t"}).status == 200
    journal.staff_book.note(a_shift(came()))
    assert told(called.simulator, now=NOON) == []
    journal.staff_book.note(a_shift(came(), Clocking(NOON, NOON, coming=False)))
    [outgoing] = called.simulator.due(now=NOON)
    body: Any = json.loads(outgoing.body)
    assert (outgoing.url, body["notificationType"], len(body["data"]["events"])) == (
        "http://door.example/t",
        "shift.updated",
        2,
    )
    assert called.send("DELETE", path).status == 204
    assert called.send("DELETE", path).status == 404


def test_the_rota_is_the_same_for_the_same_seed_and_has_its_mistakes() -> None:
    def notes(seed: int) -> list[WorldShift]:
        rota, minute, found = Rota(seed), NOON - timedelta(days=40), []
        while minute < NOON:
            found += rota.noted_in(PLACES[0], minute)
            minute += timedelta(minutes=1)
        return found

    first = notes(1)
    assert first == notes(1)
    latest = {shift.id: shift for shift in first}.values()
    assert any(len(shift.clockings) == 1 for shift in latest)
    assert any(len(shift.clockings) == 3 for shift in latest)
    assert any(shift.deleted for shift in latest)
