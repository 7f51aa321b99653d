"""Webhooks of partners: subscribed, signed, at least once, tried again, refused where they must not go (3.8)."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.loyalty.hooks import sending
from comptoir.apps.loyalty.partner_tables import HookMessage
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.people import People
from tests.receivers import Receiver
from tests.receivers import receiver as receiving

pytestmark = pytest.mark.django_db
SECRET = "0123456789abcdef0123"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as found:
        settings.COMPTOIR_EGRESS_ALLOW = found.place
        yield found


def subscribes(pos: Pos, receiver: Receiver, event: str) -> Any:
    return pos.call("post", "webhooks", {"event": event, "url": receiver.url, "secret": SECRET})


def send(later: timedelta = timedelta()) -> int:
    return sending.send_due(now=datetime.now(UTC) + timedelta(seconds=1) + later)


def test_a_customer_is_told_and_signed_in_the_public_way(pos: Pos, receiver: Receiver) -> None:
    assert subscribes(pos, receiver, "customer.created").status_code == 201
    made = pos.call("post", "customers", {"phone": ALICES_NUMBER, "reference_store_slug": pos.stores[0].slug}).json()
    assert send() == 1
    [(headers, body)] = receiver.messages
    stamp, _, signature = headers["pongo-signature"].partition(",v1=")
    timestamp = stamp.removeprefix("t=")
    expected = hmac.new(SECRET.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signature, expected)
    ours = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["comptoir-signature"] == f"t={timestamp},v1={ours}"
    said = json.loads(body)
    assert (said["event"], said["data"]) == ("customer.created", {"customer": {"public_id": made["public_id"]}})
    assert said["event_id"] == headers["webhook-id"]
    assert ALICES_NUMBER not in body.decode()
    assert send() == 0


def test_points_are_told_as_they_move(pos: Pos, receiver: Receiver) -> None:
    for event in ("order.credited", "order.reversed"):
        subscribes(pos, receiver, event)
    pos.sells("1")
    pos.tells("1", status="cancelled")
    send()
    said = [json.loads(body) for _, body in receiver.messages]
    assert sorted((each["event"], each["data"]["points"]) for each in said) == [
        ("order.credited", 21),
        ("order.reversed", -21),
    ]


def test_what_is_not_taken_comes_again_under_the_same_id(pos: Pos, receiver: Receiver) -> None:
    subscribes(pos, receiver, "customer.created")
    receiver.status = 500
    pos.sells("1")
    assert send() == 1
    assert send() == 0
    receiver.status = 200
    assert send(timedelta(minutes=5)) == 1
    first, second = receiver.ids()
    assert first == second
    assert HookMessage.objects.get().sent_at
    assert send(timedelta(days=1)) == 0


def test_it_is_given_up_after_a_day(pos: Pos, receiver: Receiver) -> None:
    subscribes(pos, receiver, "customer.created")
    receiver.status = 500
    pos.sells("1")
    for day in range(len(sending.WAITS) + 2):
        send(timedelta(days=day))
    row = HookMessage.objects.get()
    assert (row.due_at, row.attempts, row.status) == (None, len(sending.WAITS) + 1, 500)
    assert timedelta(hours=23) < sum(sending.WAITS, timedelta()) < timedelta(hours=25)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "ftp://x", "x"]
)
def test_private_addresses_are_refused(pos: Pos, url: str) -> None:
    refused = pos.call("post", "webhooks", {"event": "customer.created", "url": url})
    assert refusal(refused) == (422, "validation")
    assert list(refused.json()["errors"]) == ["url"]


def test_a_secret_is_made_where_none_is_given_and_told_once(pos: Pos) -> None:
    said = {"event": "customer.updated", "url": "https://6xpos.example/hook"}
    made = pos.call("post", "webhooks", said).json()
    assert made["secret"].startswith("phs_")
    assert refusal(pos.call("post", "webhooks", said)) == (409, "webhook_exists")
    assert [each["secret"] for each in pos.get("webhooks").json()] == [None]
    assert pos.call("delete", f"webhooks/{made['id']}").status_code == 204
    assert refusal(pos.call("delete", f"webhooks/{made['id']}")) == (404, "not_found")
    assert refusal(pos.call("post", "webhooks", said | {"event": "everything"})) == (422, "validation")


def test_nobody_hears_of_another_brand(pos: Pos, people: People, receiver: Receiver) -> None:
    subscribes(pos, receiver, "customer.created")
    other = open_brand(people.chez_charlie, people.shop)
    other.sells("1")
    assert send() == 0
    assert other.get("webhooks").json() == []


def test_a_message_that_was_given_up_is_sent_again_from_the_page(pos: Pos, people: People, receiver: Receiver) -> None:
    subscribes(pos, receiver, "customer.created")
    receiver.status = 500
    pos.sells("1")
    for day in range(len(sending.WAITS) + 2):
        send(timedelta(days=day))
    alice = people.client(people.alice)
    page = alice.get("/loyalty/partners/messages?state=given_up").content.decode()
    assert "1 message was given up" in page
    assert receiver.url in page
    receiver.status = 200
    row = HookMessage.objects.get()
    path = f"/loyalty/partners/messages/{row.public_id}/again"
    assert people.client(people.charlie).post(path).status_code == 404
    assert people.client(people.bob).post(path).status_code == 403
    assert alice.post(path).status_code == 302
    assert send() == 1
    assert set(receiver.ids()) == {row.public_id}
    row.refresh_from_db()
    assert row.sent_at
    assert "No message was given up" in alice.get("/loyalty/partners/messages").content.decode()
    [hook] = pos.get("webhooks").json()
    pos.call("delete", f"webhooks/{hook['id']}")
    assert alice.post(path).status_code == 409
