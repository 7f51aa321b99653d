"""Counts by signed webhook: taken once, and only from whoever has the secret (traffic-analytics.md 3.3, TA-24)."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook

from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.count_tables import Count
from comptoir.apps.traffic.counting import doors
from comptoir.apps.traffic.door_tables import CountDoor, DoorMessage
from comptoir.apps.traffic.models import Hour
from comptoir.kernel.ids import new_id, public_id
from tests.apps.traffic.chain import DAY, NOW, utc_store
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    save_location(store=people.bar, values={"location_id": "1"}, node_id=None, actor="u", now=NOW, today=DAY)
    return people


@pytest.fixture
def door(chain: People) -> tuple[CountDoor, str]:
    made, secret = doors.add(organisation_id=chain.le_zinc.id, name="Counters", actor="user:1", now=NOW)
    return made, secret.reveal()


def body(went_in: int = 7, start: str = "2026-05-20T10:00:00Z") -> str:
    return json.dumps({"counts": [{"start": start, "minutes": 60, "went_in": went_in, "location": "1"}]})


def signed(secret: str, text: str, *, number: str = "msg_1", at: datetime = NOW) -> dict[str, str]:
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, at, text),
    }


def send(door: CountDoor, text: str, headers: Mapping[str, str], *, now: datetime = NOW) -> tuple[int, dict[str, Any]]:
    with time_machine.travel(now, tick=False):
        address = f"/v1/traffic/webhooks/{door.public_id}"
        answer = Client().post(address, text, content_type="application/json", headers=dict(headers))
    return answer.status_code, answer.json()


def test_a_signed_message_is_taken_and_counts(door: tuple[CountDoor, str]) -> None:
    status, said = send(door[0], body(), signed(door[1], body()))
    assert (status, said["taken"], said["refused"]) == (202, 1, [])
    assert Hour.objects.get().visitors == 7
    assert Count.objects.get().source == "webhook"
    door[0].refresh_from_db()
    assert door[0].heard_at == NOW


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_message_without_a_signature_is_refused(door: tuple[CountDoor, str], missing: str) -> None:
    headers = signed(door[1], body())
    headers.pop(missing)
    assert _code(send(door[0], body(), headers)) == (401, "signature_missing")
    assert not Count.objects.exists()


def test_a_wrong_signature_is_refused_whatever_is_wrong_about_it(door: tuple[CountDoor, str], chain: People) -> None:
    made, secret = door
    _other, foreign = doors.add(organisation_id=chain.le_zinc.id, name="Others", actor="user:1", now=NOW)
    right = signed(secret, body())
    wrong = [
        (body(8), right),  # another body
        (body(), right | {"webhook-id": "msg_2"}),  # another message
        (body(), right | {"webhook-signature": "v1,AAAA"}),
        (body(), right | {"webhook-signature": right["webhook-signature"].removeprefix("v1,")}),
        (body(), signed(foreign.reveal(), body())),  # another door's secret
        (body(), signed(secret, body(), number="x" * 257)),
    ]
    for text, headers in wrong:
        assert _code(send(made, text, headers)) == (401, "signature_invalid")
    assert not Count.objects.exists()


def test_an_old_message_and_one_of_the_future_are_refused(door: tuple[CountDoor, str]) -> None:
    for off in (timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)):
        headers = signed(door[1], body(), at=NOW - off)
        assert _code(send(door[0], body(), headers)) == (401, "timestamp_stale")
    headers = signed(door[1], body()) | {"webhook-timestamp": "yesterday"}
    assert _code(send(door[0], body(), headers)) == (401, "timestamp_stale")
    assert send(door[0], body(), signed(door[1], body(), at=NOW - timedelta(minutes=5)))[0] == 202


def test_ta24_the_same_webhook_twice_and_out_of_order_is_one_record(door: tuple[CountDoor, str]) -> None:
    made, secret = door
    first, second = signed(secret, body(7)), signed(secret, body(9), number="msg_2")
    assert send(made, body(9), second)[1]["taken"] == 1
    assert send(made, body(9), second) == (202, {"taken": 1, "resets": 0, "refused": []}), "the answer it got first"
    earlier = body(3, "2026-05-20T09:00:00Z")
    send(made, earlier, signed(secret, earlier, number="msg_0"))
    assert [each.visitors for each in Hour.objects.order_by("hour")] == [3, 9]
    send(made, body(7), first)
    send(made, body(9), second)  # a replay does not undo what came after it
    assert [each.visitors for each in Hour.objects.order_by("hour")] == [3, 7]
    assert DoorMessage.objects.count() == 3


def test_two_copies_at_one_moment_are_one(door: tuple[CountDoor, str]) -> None:
    made, secret = door
    headers = signed(secret, body())

    def copy(_number: int) -> int:
        answer = Client().post(
            f"/v1/traffic/webhooks/{made.public_id}", body(), content_type="application/json", headers=headers
        )
        connection.close()
        return answer.status_code

    with time_machine.travel(NOW, tick=False), ThreadPoolExecutor(4) as pool:
        assert set(pool.map(copy, range(4))) == {202}
    assert (Count.objects.get().went_in, DoorMessage.objects.count()) == (Decimal(7), 1)


def test_a_body_that_is_none_is_refused_and_may_be_sent_right_under_the_same_id(door: tuple[CountDoor, str]) -> None:
    made, secret = door
    assert _code(send(made, "{", signed(secret, "{"))) == (400, "bad_request")
    assert _code(send(made, "{}", signed(secret, "{}"))) == (422, "validation")
    naive = body(start="2026-05-20T10:00:00")
    assert _code(send(made, naive, signed(secret, naive))) == (422, "offset_missing")
    assert send(made, body(), signed(secret, body()))[0] == 202


def test_nothing_is_at_an_address_that_is_no_door_s(door: tuple[CountDoor, str], chain: People) -> None:
    gone = CountDoor(organisation_id=chain.le_zinc.id, id=new_id())
    assert _code(send(gone, body(), signed(door[1], body()))) == (404, "not_found")
    doors.delete(organisation_id=chain.le_zinc.id, door_id=door[0].id, actor="user:1", now=NOW)
    assert _code(send(door[0], body(), signed(door[1], body()))) == (404, "not_found")


def test_a_door_counts_for_its_own_chain_alone(door: tuple[CountDoor, str], people: People) -> None:
    theirs, secret = doors.add(organisation_id=people.chez_charlie.id, name="Theirs", actor="user:1", now=NOW)
    status, said = send(theirs, body(), signed(secret.reveal(), body()))
    assert (status, said["taken"], said["refused"][0]["code"]) == (202, 0, "location_unknown")


def test_a_new_secret_is_shown_once_and_the_old_one_holds_for_a_day(chain: People) -> None:
    alice = chain.client(chain.alice)
    page = alice.post("/traffic/webhooks", {"name": "Counters"}).content.decode()
    made = CountDoor.objects.get()
    first = _secret_of(page)
    assert "whsec_" not in alice.get("/traffic/webhooks").content.decode()
    assert first.encode() not in bytes(made.secret), "sealed"
    with time_machine.travel(NOW, tick=False):
        second = _secret_of(alice.post(f"/traffic/webhooks/{made.public_id}/rotate").content.decode())
    assert first != second
    assert send(made, body(), signed(first, body()))[0] == 202
    assert send(made, body(), signed(second, body(), number="msg_2"))[0] == 202
    tomorrow = NOW + timedelta(hours=24)
    late = signed(first, body(), number="msg_3", at=tomorrow)
    assert _code(send(made, body(), late, now=tomorrow)) == (401, "signature_invalid")
    both = signed(second, body(), number="msg_4", at=tomorrow)
    both["webhook-signature"] = f"{late['webhook-signature']} {both['webhook-signature']}"
    assert send(made, body(), both, now=tomorrow)[0] == 202


def test_addresses_are_made_named_once_and_deleted_by_owners_of_this_chain(chain: People) -> None:
    alice = chain.client(chain.alice)
    assert alice.post("/traffic/webhooks", {"name": "Counters"}).status_code == 200
    assert alice.post("/traffic/webhooks", {"name": "Counters"}).status_code == 422
    assert chain.client(chain.bob).get("/traffic/webhooks").status_code == 403
    number = CountDoor.objects.get().public_id
    for act in ("rotate", "delete"):
        assert chain.client(chain.charlie).post(f"/traffic/webhooks/{number}/{act}").status_code == 404
    assert alice.post(f"/traffic/webhooks/{number}/delete").status_code == 302
    assert alice.post(f"/traffic/webhooks/{public_id('tdr', new_id())}/delete").status_code == 404
    assert not CountDoor.objects.exists()


def test_old_messages_are_forgotten_when_they_cannot_come_again(door: tuple[CountDoor, str]) -> None:
    send(door[0], body(), signed(door[1], body()))
    doors.forget_old(now=NOW + timedelta(days=1))
    assert DoorMessage.objects.exists()
    doors.forget_old(now=NOW + timedelta(days=3))
    assert not DoorMessage.objects.exists()


def _code(found: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    return found[0], found[1]["code"]


def _secret_of(page: str) -> str:
    begin = page.index("whsec_")
    return page[begin : begin + len("whsec_") + 44].partition("<")[0]
