"""Webhooks as an owner sets them up on pages: made, tried, seen failing, mended, sent again, rotated, deleted."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from standardwebhooks.webhooks import Webhook

from comptoir.core.outbox import endpoints, reads, sending
from tests.bills import bill, record, told
from tests.people import People
from tests.receivers import Receiver, receiver


@pytest.fixture
def program(settings: Any) -> Iterator[Receiver]:
    with receiver() as made:
        settings.COMPTOIR_EGRESS_ALLOW = made.place
        yield made


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def the_webhook(people: People) -> reads.EndpointFacts:
    [found] = reads.endpoints(people.le_zinc.id)
    return found


def send(people: People) -> None:
    later = datetime.now(UTC) + timedelta(seconds=1)
    sending.send_due(the_webhook(people).id, clock=lambda: later, rules=endpoints.rules())


def make(alice: Client, program: Receiver, people: People) -> str:
    """The secret that the page showed."""
    wish = {"url": program.url, "kinds": ["sale.closed"], "stores": [people.bar.public_id]}
    page = alice.post("/settings/webhooks", wish)
    assert page.status_code == 200, page.content.decode()
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.content.decode().replace("&#x2B;", "+"))
    return str(secret)


def test_an_empty_page_says_what_a_webhook_is_for(alice: Client, people: People) -> None:
    assert "No program of yours hears of sales yet" in alice.get("/settings/webhooks").content.decode()
    assert "/settings/webhooks" in alice.get("/settings").content.decode()


def test_made_tried_and_seen(alice: Client, people: People, program: Receiver) -> None:
    secret = make(alice, program, people)
    listed = alice.get("/settings/webhooks").content.decode()
    assert program.url in listed
    assert secret not in listed

    webhook = the_webhook(people)
    tried = alice.post(f"/settings/webhooks/{webhook.public_id}/test", follow=True)
    assert "Nobody was called yet" in tried.content.decode()
    now = datetime.now(UTC)
    record(people.bar, [told(bill("A1.1"), at=now)], now=now)
    send(people)
    kinds = [Webhook(secret).verify(body, headers)["type"] for headers, body in program.messages]
    assert sorted(kinds) == ["sale.closed", "webhook.test"]

    page = alice.get(f"/settings/webhooks/{webhook.public_id}?state=delivered").content.decode()
    assert page.count("Delivered") >= 3  # the tab and two rows
    assert "A sale was closed" in page
    message = alice.get(tried.redirect_chain[-1][0]).content.decode()
    assert "thanks" in message


def test_what_was_given_up_is_shown_and_sent_again(alice: Client, people: People, program: Receiver) -> None:
    make(alice, program, people)
    webhook = the_webhook(people)
    program.status = 500
    address = alice.post(f"/settings/webhooks/{webhook.public_id}/test")["Location"]
    send(people)
    assert "Does not answer as it should" in alice.get("/settings/webhooks").content.decode()
    assert "500" in alice.get(address).content.decode()

    program.status = 200
    again = alice.post(f"{address}/replay", follow=True)
    assert "on its way again" in again.content.decode()
    send(people)
    assert len(set(program.ids())) == 1
    assert "Does not answer" not in alice.get("/settings/webhooks").content.decode()


def test_everything_since_an_hour_is_sent_again(alice: Client, people: People, program: Receiver) -> None:
    now = datetime.now(UTC)
    record(people.bar, [told(bill("A1.1"), at=now)], now=now)
    make(alice, program, people)
    webhook = the_webhook(people)
    since = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    said = alice.post(f"/settings/webhooks/{webhook.public_id}/replay", {"since": since}, follow=True)
    assert "1 message is on its way again" in said.content.decode()
    assert alice.post(f"/settings/webhooks/{webhook.public_id}/replay", {"since": "yesterday"}).status_code == 422


def test_a_new_secret_a_pause_and_the_end(alice: Client, people: People, program: Receiver) -> None:
    secret = make(alice, program, people)
    webhook = the_webhook(people)
    rotated = alice.post(f"/settings/webhooks/{webhook.public_id}/rotate").content.decode()
    assert "whsec_" in rotated
    assert secret not in rotated

    off = alice.post(f"/settings/webhooks/{webhook.public_id}/off", follow=True).content.decode()
    assert "Switched off" in off
    assert f"/settings/webhooks/{webhook.public_id}/on" in off
    alice.post(f"/settings/webhooks/{webhook.public_id}/on")
    assert the_webhook(people).disabled == ""
    assert alice.post(f"/settings/webhooks/{webhook.public_id}/sideways").status_code == 404

    moved = {"url": program.url, "description": "Ledger", "kinds": []}
    assert alice.post(f"/settings/webhooks/{webhook.public_id}", moved).status_code == 302
    assert (the_webhook(people).description, the_webhook(people).kinds) == ("Ledger", ())
    assert "Deleted" in alice.post(f"/settings/webhooks/{webhook.public_id}/delete", follow=True).content.decode()
    assert reads.endpoints(people.le_zinc.id) == []


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://127.0.0.1:1/", "nowhere"])
def test_an_address_that_is_never_called_is_refused_at_its_field(alice: Client, people: People, url: str) -> None:
    refused = alice.post("/settings/webhooks", {"url": url})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    assert reads.endpoints(people.le_zinc.id) == []
