"""What providers are told: the feed nobody misses an event of, and signed messages to their addresses."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from standardwebhooks.webhooks import Webhook

from comptoir.apps.pay_at_table import events, happenings
from comptoir.apps.pay_at_table.event_tables import ProviderEvent
from comptoir.apps.pay_at_table.link_tables import KeptAnswer, ProviderKey
from comptoir.apps.pay_at_table.models import GuestPayment
from comptoir.core.mail.models import OutgoingMail
from comptoir.core.outbox import endpoints, reads, sending
from comptoir.core.outbox.models import Endpoint, WebhookDelivery
from comptoir.kernel.ids import parse_id
from tests.apps.pay_at_table.provider import Provider, decide, linked, provider_of, taken
from tests.apps.pay_at_table.table import Table
from tests.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(settings: Any) -> Iterator[Receiver]:
    with receiver() as made:
        settings.COMPTOIR_EGRESS_ALLOW = made.place
        yield made


def say(table: Table, kind: str = "menu.changed") -> None:
    mine = table.integration
    happenings.say(kind, organisation_id=mine.organisation_id, integration_id=mine.id, now=table.now)


def subscribe(provider: Provider, program: Receiver, **wishes: Any) -> dict[str, Any]:
    status, made = provider.post("/webhook-endpoints", {"url": program.url, **wishes})
    assert status == 201, made
    return dict(made)


def turn(made: dict[str, Any], at: datetime) -> datetime | None:
    identifier = parse_id("whk", made["endpoint"]["id"])
    return sending.send_due(identifier, clock=lambda: at, rules=endpoints.rules())


def feed(provider: Provider, query: str = "") -> list[tuple[str, int]]:
    return [(each["type"], each["data"]["sequence"]) for each in provider.get(f"/events{query}")[1]["data"]]


def test_the_feed_tells_what_became_of_a_payment_in_order(table: Table, provider: Provider) -> None:
    payment = provider.post(f"/checks/{table.bill}/payments", taken())[1]
    table.settle(GuestPayment.objects.get())
    said = feed(provider)
    assert [number for _, number in said] == [*range(1, len(said) + 1)]
    kinds = [kind for kind, _ in said if kind.startswith("payment.")]
    assert (kinds[0], kinds[-1]) == ("payment.recorded", "payment.applied")
    told = next(each for each in provider.get("/events")[1]["data"] if each["type"] == "payment.applied")
    assert told["data"]["payment_id"] == payment["id"]
    assert told["data"]["state"] == "applied"
    assert told["data"]["link"].endswith(f"/v1/integrations/{table.integration.public_id}/payments/{payment['id']}")


def test_the_feed_goes_on_behind_what_was_seen(table: Table, provider: Provider) -> None:
    for _ in range(3):
        say(table)
    page = provider.get("/events?limit=2")[1]
    assert feed(provider, f"?after={page['next_cursor']}") == [("menu.changed", 3)]
    last = provider.get(f"/events?after={page['next_cursor']}")[1]["next_cursor"]
    assert provider.get(f"/events?after={last}")[1] == {"data": [], "next_cursor": last}
    assert provider.get("/events?after=evt_01J00000000000000000000000")[0] == 404


def test_an_event_that_commits_late_comes_behind_those_that_were_read(table: Table, provider: Provider) -> None:
    written, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            say(table, "payment.applied")
            written.set()
            go_on.wait(60)
        connection.close()

    slow = threading.Thread(target=slowly)
    slow.start()
    assert written.wait(60)
    say(table)
    seen = provider.get("/events")[1]
    assert [each["type"] for each in seen["data"]] == ["menu.changed"]
    go_on.set()
    slow.join()
    assert feed(provider, f"?after={seen['next_cursor']}") == [("payment.applied", 2)]


def test_what_is_undone_was_never_said(table: Table, provider: Provider) -> None:
    with transaction.atomic():
        say(table)
        transaction.set_rollback(True)
    say(table)
    assert feed(provider) == [("menu.changed", 1)]


def test_the_feed_is_kept_for_thirty_days(table: Table, provider: Provider) -> None:
    say(table)
    events.forget_old(now=table.now + timedelta(days=29))
    assert feed(provider)
    events.forget_old(now=table.now + timedelta(days=31))
    assert not feed(provider)


def test_messages_are_signed_after_standard_webhooks(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program)
    say(table)
    assert turn(made, table.now) is None
    [(headers, body)] = program.messages
    message = Webhook(made["secret"]).verify(body, headers)
    assert message["type"] == "menu.changed"
    assert message["data"]["integration_id"] == table.integration.public_id
    assert headers["webhook-id"] == provider.get("/events")[1]["data"][0]["id"]
    assert len(body) < 20_000


def test_an_endpoint_hears_what_it_asked_for(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program, events=["payment.applied"])
    say(table)
    turn(made, table.now)
    assert program.messages == []
    refused = provider.post("/webhook-endpoints", {"url": program.url, "events": ["sale.closed"]})
    assert refused[1]["code"] == "event_unknown"
    assert provider.post("/webhook-endpoints", {"url": "http://10.0.0.1/"})[1]["code"] == "url_refused"


def test_the_secret_is_kept_in_no_answer(table: Table, provider: Provider, program: Receiver) -> None:
    body, key = {"url": program.url}, {"Idempotency-Key": "k"}
    first = provider.ask("POST", "/webhook-endpoints", body, **key).json()
    again = provider.ask("POST", "/webhook-endpoints", body, **key).json()
    assert first == again
    assert first["secret"].startswith("whsec_")
    assert KeptAnswer.objects.get(key="k").body["secret"] == ""
    assert Endpoint.objects.count() == 1


def test_both_secrets_sign_while_one_replaces_the_other(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program)
    path = f"/webhook-endpoints/{made['endpoint']['id']}"
    fresh = provider.post(f"{path}/rotate-secret")[1]
    assert fresh["endpoint"]["previous_secret_until"]
    provider.post(f"{path}/test")
    turn(made, table.now)
    [(headers, body)] = program.messages
    for secret in (made["secret"], fresh["secret"]):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"


def test_money_is_told_again_sooner_and_the_endpoint_paused_in_the_end(
    table: Table, provider: Provider, program: Receiver
) -> None:
    ProviderKey.objects.update(contact="dev@qodeup.example")
    made = subscribe(provider, program)
    say(table, "payment.applied")
    program.status, at = 500, table.now
    for wait in events.DENSER:
        following = turn(made, at)
        assert following is not None
        assert wait <= following - at <= wait * 1.11
        at = following
    turn(made, at)
    shown = provider.get(f"/webhook-endpoints/{made['endpoint']['id']}")[1]
    assert (shown["state"], shown["given_up"]) == ("paused", 1)
    mails = OutgoingMail.objects.filter(to="dev@qodeup.example")
    assert mails.count() == 2  # after an hour, and when it was paused (T19)
    say(table)  # kept in the feed, and sent once it is asked for
    assert WebhookDelivery.objects.count() == 1
    program.status = 200
    since = (table.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/webhook-endpoints/{made['endpoint']['id']}"
    assert provider.post(f"{path}/replay?since={since}")[1]["code"] == "webhook_disabled"
    assert provider.ask("PATCH", path, {"enabled": True}).json()["state"] == "working"
    assert provider.post(f"{path}/replay?since={since}")[1] == {"events": 2}
    turn(made, datetime.now(UTC) + timedelta(days=9))
    assert {each["type"] for each in map(_body, program.messages)} == {"payment.applied", "menu.changed"}


def _body(message: tuple[dict[str, str], bytes]) -> dict[str, Any]:
    return dict(json.loads(message[1]))


def test_gone_is_gone_until_it_is_switched_on(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program)
    say(table)
    program.status = 410
    turn(made, table.now)
    assert provider.get("/webhook-endpoints")[1][0]["state"] == "gone"


def test_deliveries_are_seen_and_sent_again_one_by_one(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program)
    for _ in range(3):
        say(table)
    turn(made, table.now)
    path = f"/webhook-endpoints/{made['endpoint']['id']}/deliveries"
    page = provider.get(f"{path}?limit=2")[1]
    rest = provider.get(f"{path}?limit=2&cursor={page['next_cursor']}")[1]
    assert (len(page["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)
    provider.post(f"/deliveries/{rest['data'][0]['id']}/replay")
    turn(made, table.now)
    assert program.ids()[-1] == rest["data"][0]["message_id"]


def test_nobody_else_sees_or_hears(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program)
    sent = provider.post(f"/webhook-endpoints/{made['endpoint']['id']}/test")[1]["id"]
    other = linked(provider_of(table.integration))
    assert other.get("/webhook-endpoints") == (200, [])
    assert other.get(f"/webhook-endpoints/{made['endpoint']['id']}")[0] == 404
    assert other.post(f"/deliveries/{sent}/replay")[0] == 404
    mine = table.integration.organisation_id
    assert reads.endpoints(mine) == []  # nor among the owner's own webhooks
    assert reads.delivery(mine, parse_id("dlv", sent)) is None


def test_whoever_is_shut_out_hears_nothing_any_more(table: Table, provider: Provider, program: Receiver) -> None:
    made = subscribe(provider, program)
    decide(provider, yes=False)
    say(table)
    turn(made, table.now)
    assert program.messages == []
    assert not Endpoint.objects.exists()
    assert ProviderEvent.objects.exists()


def test_a_refund_is_told_once_when_recorded_and_once_when_done(table: Table, provider: Provider) -> None:
    payment = provider.post(f"/checks/{table.bill}/payments", taken())[1]["id"]
    said = {"provider_refund_id": "r-1", "amount": 100, "status": "pending"}
    for status in ("pending", "pending", "succeeded", "succeeded"):
        provider.post(f"/payments/{payment}/refunds", {**said, "status": status})
    assert [kind for kind, _ in feed(provider) if kind.startswith("refund.")] == ["refund.recorded", "refund.completed"]
