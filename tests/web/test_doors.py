"""The webhook doors over real HTTP: what is taken, what is refused and how, and what a kill cannot lose."""

import http.client
import json
import os
import socket
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


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def posted(path: str, content: bytes, *headers: str) -> bytes:
    return head(path, f"Content-Length: {len(content)}", *headers) + content


def speaking(server: WebServer) -> socket.socket:
    return socket.create_connection(("localhost", server.port), timeout=60)


def is_closed(server: WebServer) -> bool:
    try:
        speaking(server).close()
    except OSError:
        return True
    return False


def answered(connection: socket.socket) -> tuple[int, http.client.HTTPMessage]:
    """The next answer, read to its end and no further."""
    with connection.makefile("rb", buffering=0) as stream:
        status = int(stream.readline().split()[1])
        headers = http.client.parse_headers(stream)
        stream.read(int(headers["content-length"]))
    return status, headers


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


def test_two_sent_at_once_over_one_connection_are_answered_in_order(server: WebServer, people: People) -> None:
    first, second = (posted(address(people.bar), body(number=number)) for number in ("A1", "A2"))
    with speaking(server) as connection:
        connection.sendall(first + posted("/hooks/no_such_till/token", b"{}") + second)

        assert [answered(connection)[0] for _ in range(3)] == [202, 404, 202]
    assert Notification.objects.count() == 2


def test_a_body_may_come_in_pieces_and_in_chunks(server: WebServer, people: People) -> None:
    path = address(people.bar)
    whole = posted(path, body(number="A1"))
    chunk = body(number="A2")
    with speaking(server) as connection:
        for piece in (whole[:20], whole[20:-500], whole[-500:]):
            connection.sendall(piece)
        assert answered(connection)[0] == 202
        connection.sendall(head(path, "Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(chunk), chunk))
        assert answered(connection)[0] == 202
        connection.sendall(head(path, f"Content-Length: {len(chunk)}", "Expect: 100-continue"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body(number="A3")[: len(chunk)])
        assert answered(connection)[0] == 202

    assert {bytes(row.body) for row in Notification.objects.all()} == {body(number=f"A{n}") for n in (1, 2, 3)}


def test_who_asks_to_close_is_answered_first(server: WebServer, people: People) -> None:
    with speaking(server) as connection:
        connection.sendall(posted(address(people.bar), body(), "Connection: close"))
        status, headers = answered(connection)

        assert (status, headers["connection"]) == (202, "close")
        assert connection.recv(1) == b""


def test_who_leaves_before_the_answer_takes_nobody_with_him(server: WebServer, people: People) -> None:
    path = address(people.bar)
    with speaking(server) as leaving:
        leaving.sendall(posted(path, body(number="A1")))
    assert server.request("POST", path, body(number="A2"))[0] == 202

    until(lambda: Notification.objects.count() == 2)


def test_a_stop_waits_for_what_is_under_way(server: WebServer, people: People) -> None:
    sent = posted(address(people.bar), body())
    with speaking(server) as connection:
        connection.sendall(sent[:-500])
        until(lambda: server.request("GET", "/healthz")[0] == 200)  # it has read what came before
        assert server.process
        server.process.terminate()
        until(lambda: is_closed(server))
        connection.sendall(sent[-500:])

        assert answered(connection)[0] == 202
    server.process.wait(timeout=60)
    server.start()
    assert Notification.objects.count() == 1


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
