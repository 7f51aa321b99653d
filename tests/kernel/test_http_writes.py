"""Asking a vendor to do something: once, and honest about what is not known."""

import threading
import time
from collections.abc import Iterator

import pytest

from comptoir.kernel import http
from comptoir.kernel.budget import Budget, Priority
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.http import Api
from comptoir.kernel.seal import Secret
from tests.answering import Answering, Told, answering


class Tokens:
    number = 1

    def access_token(self) -> Secret:
        return Secret(f"token-{self.number}")

    def renewed(self, stale: Secret) -> Secret:
        self.number += 1
        return self.access_token()


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as started:
        yield started


@pytest.fixture
def api(server: Answering) -> Iterator[Api]:
    opened = Api(server.url, vendor="Vendor", credentials=Tokens())
    yield opened
    opened.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_is_said_once(server: Answering, api: Api, method: str) -> None:
    server.will(Told(200, b'{"status":"ok"}'))
    assert api.write(method, "/pay", b'{"amount":1.50}', {"at": "a b"}).body == b'{"status":"ok"}'
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query, asked.body) == (method, "/pay", {"at": "a b"}, b'{"amount":1.50}')
    assert asked.headers["content-type"] == "application/json"


def test_a_stale_token_is_renewed_once(server: Answering, api: Api) -> None:
    server.will(Told(401, b""), Told(200))
    assert api.write("POST", "/pay").status == 200
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("told", [Told(hang_up=True), Told(500, b""), Told(502), Told(503), Told(504)])
def test_without_a_clear_answer_nobody_knows(server: Answering, api: Api, told: Told) -> None:
    server.will(told)
    with pytest.raises(OutcomeUnknown) as caught:
        api.write("POST", "/pay")
    assert len(server.asked) == 1
    assert "looks before it tries again" in caught.value.for_owner


def test_a_slow_answer_is_unknown(server: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(_: object) -> Told:
        release.wait(60)
        return Told(200)

    server.will_ask(slow)
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    api = Api(server.url, vendor="Vendor", credentials=Tokens())
    with pytest.raises(OutcomeUnknown):
        api.write("POST", "/pay")
    release.set()
    api.close()


def test_a_limit_is_a_clear_no(server: Answering, api: Api) -> None:
    server.will(Told(429, b"", {"retry-after": "60"}))
    with pytest.raises(VendorBusy) as caught:
        api.write("POST", "/pay")
    assert caught.value.retry_at is not None
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_did_nothing() -> None:
    with answering() as gone:
        url = gone.url
    api = Api(url, vendor="Vendor", credentials=Tokens())
    with pytest.raises(VendorBusy):
        api.write("POST", "/pay")


@pytest.mark.parametrize(("status", "error"), [(400, VendorUnreadable), (403, VendorRefused), (302, VendorUnreadable)])
def test_refusals(server: Answering, api: Api, status: int, error: type[Exception]) -> None:
    server.will(Told(status, b"no"))
    with pytest.raises(error):
        api.write("POST", "/pay")
    assert api.write("POST", "/pay", read_also={status}).body == b"no"


def test_every_attempt_is_paid_from_the_budget(server: Answering) -> None:
    budget = Budget(calls=2, seconds=0.3)
    api = Api(server.url, vendor="Vendor", credentials=Tokens(), budget=budget)
    began = time.monotonic()
    api.get("/a")
    api.write("POST", "/b")
    assert budget.take(now=began) > 0, "both were counted, however long they took"
    api.get("/c", priority=Priority.IMPORT)
    assert len(server.asked) == 3


def test_whose_turn_never_comes_is_told_so(server: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget(calls=2, seconds=3600)
    api = Api(server.url, vendor="Vendor", credentials=Tokens(), budget=budget)
    api.get("/a")
    with pytest.raises(VendorBusy) as caught:
        api.get("/b", priority=Priority.IMPORT)
    assert "budget" in caught.value.for_log
    assert len(server.asked) == 1
