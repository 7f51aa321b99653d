"""Webhooks as the programs of customers set them up, from the first call to the verified message."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from standardwebhooks.webhooks import Webhook

from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.outbox import endpoints, sending
from comptoir.kernel.ids import parse_id
from tests.bills import bill, record, told
from tests.people import People
from tests.receivers import Receiver, receiver

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "receive-webhooks.md"


@pytest.fixture
def program(settings: Any) -> Iterator[Receiver]:
    with receiver() as made:
        settings.COMPTOIR_EGRESS_ALLOW = made.place
        yield made


class Caller:
    def __init__(self, people: People, *scopes: str) -> None:
        _, secret = create_token(
            name="test", scopes=scopes or SCOPES, organisations=[people.le_zinc], now=datetime.now(UTC)
        )
        self.headers = {"Authorization": f"Bearer {secret.reveal()}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        more = {"content_type": "application/json"} if method in ("post", "put") else {}
        return getattr(Client(), method)(f"/v1/webhooks{path}", body or {}, headers=self.headers, **more)


def send(webhook: str) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    sending.send_due(parse_id("whk", webhook), clock=lambda: now, rules=endpoints.rules())


def test_from_the_first_call_to_the_verified_message(people: People, program: Receiver) -> None:
    ask = Caller(people)
    made = ask("post", "", {"url": program.url, "events": ["sale.closed"], "stores": [people.bar.public_id]})
    assert made.status_code == 201, made.content
    webhook, secret = made.json()["webhook"], made.json()["secret"]
    assert webhook["state"] == "working"
    assert secret not in ask("get", f"/{webhook['id']}").content.decode()

    assert ask("post", f"/{webhook['id']}/test").status_code == 200
    now = datetime.now(UTC)
    record(people.bar, [told(bill("A1.1"), at=now)], now=now)
    send(webhook["id"])
    kinds = {Webhook(secret).verify(body, headers)["type"] for headers, body in program.messages}
    assert kinds == {"webhook.test", "sale.closed"}

    listed = ask("get", f"/{webhook['id']}/deliveries?state=delivered").json()["data"]
    assert {each["type"] for each in listed} == kinds
    assert {each["message_id"] for each in listed} == set(program.ids())
    detail = ask("get", f"/deliveries/{listed[0]['id']}").json()
    assert [(each["number"], each["status"], each["answer"]) for each in detail["tries"]] == [(1, 200, "thanks")]

    assert ask("post", f"/deliveries/{listed[0]['id']}/replay").json()["state"] == "waiting"
    since = (now - timedelta(hours=1)).isoformat()
    assert ask("post", f"/{webhook['id']}/replay", {"since": since}).json() == {"events": 1}
    send(webhook["id"])
    assert len(set(program.ids())) == 2

    rotated = ask("post", f"/{webhook['id']}/rotate").json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["previous_secret_until"]
    off = ask("put", f"/{webhook['id']}", {"url": program.url, "enabled": False}).json()
    assert (off["state"], off["events"]) == ("disabled", [])
    assert ask("post", f"/{webhook['id']}/test").json()["code"] == "webhook_disabled"
    assert ask("delete", f"/{webhook['id']}").status_code == 204
    assert ask("get", f"/{webhook['id']}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"url": "http://example.com/"}, "url_refused"),
        ({"url": "https://169.254.169.254/"}, "url_refused"),
        ({"url": "https://example.com/", "events": ["sale.eaten"]}, "event_unknown"),
        ({"url": "https://example.com/", "stores": ["sto_01JZZZZZZZZZZZZZZZZZZZZZZZ"]}, "store_unknown"),
        ({"url": "https://example.com/", "description": "a\u0000b"}, "validation"),
        ({}, "validation"),
    ],
)
def test_what_cannot_be(people: People, wrong: dict[str, Any], code: str) -> None:
    answer = Caller(people)("post", "", wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert Caller(people, "webhooks.read")("post", "", wrong).json()["code"] == "scope_missing"


def test_the_guide_verifies_what_is_sent(people: People, program: Receiver) -> None:
    """The example of the guide is run as it stands there."""
    [example] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    made = Caller(people)("post", "", {"url": program.url}).json()
    Caller(people)("post", f"/{made['webhook']['id']}/test")
    send(made["webhook"]["id"])
    [(headers, body)] = program.messages
    known: dict[str, Any] = {}
    exec(example, known)
    assert known["verified"](made["secret"], headers, body)["type"] == "webhook.test"
    assert known["verified"](made["secret"], headers, body + b" ") is None
    assert known["verified"]("whsec_" + "A" * 32, headers, body) is None
