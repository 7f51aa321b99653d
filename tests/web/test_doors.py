"""The webhook doors over real HTTP: what is taken, what is refused and how, and what a kill cannot lose."""

import http.client
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from comptoir.core.accounts.models import Store
from comptoir.core.connections.locations import webhook_address, webhook_path
from comptoir.core.intake.models import Notification
from comptoir.core.intake.process import drain
from comptoir.core.ledger.models import Sale
from tests.notifications import body
from tests.people import People
from tests.servers import WebServer, until, web_server

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def address(store: Store) -> str:
    return webhook_path(webhook_address(organisation=store.organisation, store=store, provider="lightspeed_k", now=NOW))


def code(answer: bytes) -> str:
    return str(json.loads(answer)["code"])


def test_a_body_is_stored_before_it_is_answered(server: WebServer, people: People) -> None:
    status, answer, _ = server.request("POST", address(people.bar), body())

    assert (status, json.loads(answer)) == (202, {"status": "accepted"})
    row = Notification.objects.get()
    assert bytes(row.body) == body()
    assert (row.organisation_id, row.store_id, row.verified) == (people.le_zinc.id, people.bar.id, True)


def test_copies_within_a_minute_are_one_row_and_counted(server: WebServer, people: People) -> None:
    path = address(people.bar)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.request("POST", path, body())[0], range(24)))

    assert set(answers) == {202}
    rows = Notification.objects.all()
    assert sum(row.copies for row in rows) == 24
    assert len(rows) <= 2  # two when the minute turned meanwhile


def test_the_same_body_at_two_stores_is_two_rows(server: WebServer, people: People) -> None:
    for store in (people.bar, people.shop):
        server.request("POST", address(store), body())

    assert set(Notification.objects.values_list("organisation_id", flat=True)) == {
        people.le_zinc.id,
        people.chez_charlie.id,
    }


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "expected"),
    [
        ("POST", "/hooks/lightspeed_k/no-such-token", b"{}", 404, "address_unknown"),
        ("POST", "/hooks/no_such_till/token", b"{}", 404, "door_unknown"),
        ("POST", "/hooks/lightspeed_k", b"{}", 404, "door_unknown"),
        ("POST", "/v1/wh/no-such-till", b"{}", 404, "door_unknown"),
        ("POST", "/partner/orders", b"{}", 404, "door_unknown"),
        ("POST", "/partner/orders?dispatch=nobody", b"{}", 404, "door_unknown"),
        ("POST", "/partner/orders?dispatch=lightspeed", b"no json", 400, "body_unreadable"),
        ("POST", "/partner/orders?dispatch=lightspeed", b"", 400, "body_empty"),
        ("POST", "/partner/orders?dispatch=lightspeed", b"[" * 900_000, 400, "body_unreadable"),
        ("GET", "/partner/orders?dispatch=lightspeed", b"", 405, "method_not_allowed"),
        ("POST", "/v1/wh/lightspeedKSeries", b"x" * (1024 * 1024 + 1), 413, "body_too_large"),
    ],
)
def test_e42_what_is_not_taken_is_refused_with_a_stable_code(
    server: WebServer, method: str, path: str, content: bytes, status: int, expected: str
) -> None:
    got, answer, headers = server.request(method, path, content)

    assert (got, code(answer)) == (status, expected)
    assert headers["content-type"] == "application/problem+json"
    assert not Notification.objects.exists()


@pytest.mark.parametrize("path", ["/v1/wh/lightspeedKSeries", "/partner/orders?dispatch=lightspeed"])
def test_the_shared_doors_take_for_nobody_in_particular(server: WebServer, path: str) -> None:
    assert server.request("POST", path, body())[0] == 202

    row = Notification.objects.get()
    assert (row.organisation_id, row.verified) == (None, False)


def test_the_shared_doors_with_a_key_speak_for_their_store(server: WebServer, people: People) -> None:
    token = address(people.bar).rsplit("/", 1)[1]
    for path in (f"/v1/wh/lightspeedKSeries/{token}", f"/partner/orders?dispatch=lightspeed&key={token}"):
        assert server.request("POST", path, body())[0] == 202

    assert set(Notification.objects.values_list("store_id", "verified")) == {(people.bar.id, True)}


def test_no_token_is_kept_in_clear(server: WebServer, people: People) -> None:
    path = address(people.bar)
    server.request("POST", path, body(), {"Authorization": "Basic c2VjcmV0"})

    row = Notification.objects.get()
    assert path.rsplit("/", 1)[1] not in row.door
    assert "authorization" not in row.headers


def test_kill_9_of_the_web_server_under_load_loses_nothing_that_was_answered(server: WebServer, people: People) -> None:
    path = address(people.bar)
    answered: set[str] = set()
    lock = threading.Lock()
    halt = threading.Event()

    def post(worker: int) -> None:
        for turn in range(10_000):
            if halt.is_set():
                return
            number = f"A{worker}.{turn}"
            try:
                status = server.request("POST", path, body(number=number))[0]
            except (OSError, http.client.HTTPException):
                continue
            if status == 202:
                with lock:
                    answered.add(number)

    def has_answered(count: int) -> bool:
        with lock:
            return len(answered) >= count

    with ThreadPoolExecutor(8) as pool:
        senders = [pool.submit(post, worker) for worker in range(8)]
        kills = 5 if os.environ.get("DEEP") else 2
        for _ in range(kills):
            goal = len(answered) + 150
            until(lambda goal=goal: has_answered(goal))
            server.kill()
            server.start()
        halt.set()
        for sender in senders:
            sender.result()

    assert answered
    drain(clock=lambda: NOW)
    recorded = list(Sale.objects.values_list("external_id", flat=True))
    assert len(recorded) == len(set(recorded))
    assert answered <= set(recorded)
    assert not Notification.objects.exclude(outcome="recorded").exists()
