"""Webhooks of customers, against a real receiver: each event reaches each endpoint, signed, in its own time."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from comptoir.core.jobs import engine
from comptoir.core.outbox import couriers, dispatch, endpoints, sending
from comptoir.core.outbox.endpoints import Wish
from comptoir.core.outbox.models import Attempt, Endpoint, WebhookDelivery
from comptoir.kernel import egress
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret
from tests.bills import bill, record, told
from tests.people import People, create_store
from tests.receivers import Receiver, receiver

WAITING, DELIVERED, GIVEN_UP = WebhookDelivery.State


@pytest.fixture
def program(settings: Any) -> Iterator[Receiver]:
    with receiver() as made:
        settings.COMPTOIR_EGRESS_ALLOW = made.place
        yield made


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def subscribe(people: People, url: str, now: datetime, **wishes: Any) -> tuple[Endpoint, Secret]:
    return endpoints.create(organisation_id=people.le_zinc.id, wish=Wish(url, **wishes), now=now)


def sell(people: People, number: str, now: datetime, total: str = "28.50") -> None:
    record(people.bar, [told(bill(number, total), at=now)], now=now)


def turn(endpoint: Endpoint, now: datetime) -> datetime | None:
    return sending.send_due(endpoint.id, clock=lambda: now, rules=endpoints.rules())


def test_a_sale_arrives_signed_and_thin(people: People, program: Receiver, now: datetime) -> None:
    endpoint, secret = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    assert turn(endpoint, now) is None

    [(headers, body)] = program.messages
    message = Webhook(secret.reveal()).verify(body, headers)
    assert message["type"] == "sale.closed"
    assert set(message["data"]) == {"organisation", "store", "sale", "revision"}
    assert message["data"]["store"] == people.bar.public_id
    assert headers["webhook-id"].startswith("evt_")
    assert headers["content-type"] == "application/json"
    [row] = WebhookDelivery.objects.all()
    assert row.state == DELIVERED
    [attempt] = Attempt.objects.all()
    assert (attempt.status, attempt.answer, attempt.fault) == (200, "thanks", "")
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(body, headers)


def test_only_what_was_asked_for_is_sent(people: People, program: Receiver, now: datetime) -> None:
    annexe = create_store(people.le_zinc, "L’annexe")
    subscribe(people, program.url, now, kinds=("sale.voided",))
    elsewhere, _ = subscribe(people, program.url, now, store_ids=(annexe.id,))
    endpoints.create(organisation_id=people.chez_charlie.id, wish=Wish(program.url), now=now)
    sell(people, "A1.1", now)
    assert not WebhookDelivery.objects.exists()

    record(annexe, [told(bill("B1.1", location_id="90000000000002"))], now=now)
    assert WebhookDelivery.objects.get().endpoint_id == elsewhere.id


def test_failures_are_retried_on_schedule_under_one_id_and_then_given_up(
    people: People, program: Receiver, now: datetime
) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    program.status, program.body = 500, b"x" * 5000
    at = now
    for wait in (*sending.WAITS, None):
        following = turn(endpoint, at)
        if wait is None:
            assert following is None
        else:
            assert following is not None
            assert wait <= following - at <= wait * 1.1
            at = following
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts) == (GIVEN_UP, 10)
    assert len(set(program.ids())) == 1
    timestamps = [int(headers["webhook-timestamp"]) for headers, _ in program.messages]
    assert timestamps == sorted(set(timestamps)), "each attempt has its own instant"
    assert {body for _, body in program.messages} == {program.messages[0][1]}
    assert len(Attempt.objects.get(number=10).answer) == 1024
    endpoint.refresh_from_db()
    assert endpoint.failing_since == now
    assert not endpoint.disabled, "it is never switched off for failing"

    program.status = 200
    endpoints.replay(organisation_id=people.le_zinc.id, delivery_id=row.id, now=at)
    turn(endpoint, at)
    endpoint.refresh_from_db()
    assert WebhookDelivery.objects.get().state == DELIVERED
    assert endpoint.failing_since is None
    assert len(set(program.ids())) == 1


def test_a_receiver_says_when_to_come_back(people: People, program: Receiver, now: datetime) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    program.status, program.headers = 429, {"retry-after": "3600"}
    assert turn(endpoint, now) == now + timedelta(hours=1)


@pytest.mark.parametrize("mode", ["cut", "cut_body"])
def test_what_is_cut_off(people: People, program: Receiver, now: datetime, mode: str) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    program.mode = mode
    turn(endpoint, now)
    attempt = Attempt.objects.get()
    if mode == "cut":
        assert attempt.status is None
        assert attempt.fault
        assert WebhookDelivery.objects.get().state == WAITING
    else:
        assert attempt.status == 200, "the status was said"
        assert WebhookDelivery.objects.get().state == DELIVERED


def test_a_slow_receiver_is_left_after_its_time(
    people: People, program: Receiver, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = egress.TOTAL_SECONDS
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 1.0)
    endpoint, _ = subscribe(people, program.url, now)
    for number in range(6):
        sell(people, f"A1.{number}", now)
    program.mode = "slow"
    following = turn(endpoint, now)
    assert following is not None
    assert program.most_at_once == sending.AT_ONCE
    assert Attempt.objects.count() == sending.AT_ONCE, "after silence nothing more is tried in this turn"
    assert "No answer within" in Attempt.objects.all()[0].fault

    turn(endpoint, following)
    assert Attempt.objects.count() == sending.AT_ONCE + 1, "one alone finds out whether it is back"
    program.mode = ""
    monkeypatch.setattr(egress, "TOTAL_SECONDS", patient)  # whoever answers may be on a busy machine
    endpoint.refresh_from_db()
    assert endpoint.not_before
    turn(endpoint, endpoint.not_before)
    assert Attempt.objects.filter(status=200).count() >= 5


def test_redirects_are_not_followed(people: People, program: Receiver, now: datetime) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    program.status, program.headers = 307, {"location": program.url + "/elsewhere"}
    turn(endpoint, now)
    assert len(program.messages) == 1
    assert WebhookDelivery.objects.get().state == WAITING


def test_gone_switches_the_endpoint_off_and_keeps_what_waits(people: People, program: Receiver, now: datetime) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    program.status = 410
    assert turn(endpoint, now) is None
    endpoint.refresh_from_db()
    assert endpoint.disabled == Endpoint.Disabled.GONE
    assert WebhookDelivery.objects.get().state == WAITING
    with pytest.raises(RuleBroken, match="switched off"):
        endpoints.send_test(organisation_id=people.le_zinc.id, endpoint_id=endpoint.id, now=now)

    program.status = 200
    endpoints.set_enabled(organisation_id=people.le_zinc.id, endpoint_id=endpoint.id, enabled=True, now=now)
    turn(endpoint, now + timedelta(minutes=1))
    assert WebhookDelivery.objects.get().state == DELIVERED


def test_while_a_secret_is_rotated_both_sign(people: People, program: Receiver, now: datetime) -> None:
    endpoint, old = subscribe(people, program.url, now)
    new = endpoints.rotate(organisation_id=people.le_zinc.id, endpoint_id=endpoint.id, now=now)
    sell(people, "A1.1", now)
    turn(endpoint, now)
    [(headers, body)] = program.messages
    for secret in (old, new):
        assert Webhook(secret.reveal()).verify(body, headers)

    later = now + timedelta(hours=25)
    with mock.patch("standardwebhooks.webhooks.datetime") as clock:
        clock.now.return_value = later
        clock.fromtimestamp = datetime.fromtimestamp
        sell(people, "A1.2", later)
        turn(endpoint, later)
        assert Webhook(new.reveal()).verify(program.messages[1][1], program.messages[1][0])
        with pytest.raises(WebhookVerificationError):
            Webhook(old.reveal()).verify(program.messages[1][1], program.messages[1][0])
    assert new == endpoints.reveal(organisation_id=people.le_zinc.id, endpoint_id=endpoint.id)


def test_killed_between_the_answer_and_the_commit_it_goes_out_again_under_the_same_id(
    people: People, program: Receiver, now: datetime
) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    with mock.patch.object(sending, "_note", side_effect=KeyboardInterrupt), contextlib.suppress(KeyboardInterrupt):
        turn(endpoint, now)
    assert not Attempt.objects.exists()
    turn(endpoint, now)
    assert len(program.messages) == 1, "whoever comes at once waits until the claim has run out"
    turn(endpoint, now + sending.CLAIMED_FOR)
    assert len(program.messages) == 2
    assert len(set(program.ids())) == 1
    assert WebhookDelivery.objects.get().state == DELIVERED


def test_replay_since_sends_again_and_what_was_never_heard(people: People, program: Receiver, now: datetime) -> None:
    sell(people, "A1.0", now - timedelta(days=2))
    sell(people, "A1.1", now - timedelta(hours=2))
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.2", now)
    turn(endpoint, now)
    assert len(program.messages) == 1

    number = endpoints.replay_since(
        organisation_id=people.le_zinc.id, endpoint_id=endpoint.id, since=now - timedelta(days=1), now=now
    )
    turn(endpoint, now)
    assert number == 2
    assert len(program.messages) == 3
    assert len(set(program.ids())) == 2


def test_old_deliveries_go_and_what_waits_stays(people: People, program: Receiver, now: datetime) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    sell(people, "A1.1", now)
    turn(endpoint, now)
    sell(people, "A1.2", now)
    couriers.forget_old(now=now + timedelta(days=31))
    assert WebhookDelivery.objects.get().state == WAITING
    assert not Attempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_carries_it_and_a_dead_endpoint_holds_up_nobody(
    people: People, program: Receiver, now: datetime, no_jobs: None
) -> None:
    calm, _ = subscribe(people, program.url, now)
    dead, _ = subscribe(people, "https://127.0.0.1.nip.invalid/", now)
    for number in range(10):
        sell(people, f"A1.{number}", now - timedelta(seconds=1))
    dispatch.dispatch(clock=lambda: datetime.now(UTC))
    engine.drain()
    done = WebhookDelivery.objects.filter(endpoint_id=calm.id, state=DELIVERED)
    assert done.count() == 10
    assert len(set(program.ids())) == 10
    assert WebhookDelivery.objects.filter(endpoint_id=dead.id, state=WAITING).count() == 10
    dead.refresh_from_db()
    assert dead.failing_since


def test_a_strangers_endpoint_is_nobody_s(people: People, program: Receiver, now: datetime) -> None:
    endpoint, _ = subscribe(people, program.url, now)
    theirs = {"organisation_id": people.chez_charlie.id, "endpoint_id": endpoint.id}
    for act in (
        lambda: endpoints.rotate(**theirs, now=now),
        lambda: endpoints.reveal(**theirs),
        lambda: endpoints.remove(**theirs),
        lambda: endpoints.send_test(**theirs, now=now),
        lambda: endpoints.replay_since(**theirs, since=now, now=now),
        lambda: endpoints.change(**theirs, wish=Wish(program.url)),
        lambda: endpoints.create(
            organisation_id=people.chez_charlie.id, wish=Wish(program.url, store_ids=(people.bar.id,)), now=now
        ),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.status in (404, 422)
