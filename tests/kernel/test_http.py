"""The onion over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.http import ATTEMPTS, LONGEST_RETRY_AFTER, Api, post_form, retry_after, send
from comptoir.kernel.seal import Secret
from tests.answering import Answering, Told, answering

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)


class Tokens:
    """Credentials that count how often they were renewed."""

    def __init__(self) -> None:
        self.number = 1

    def access_token(self) -> Secret:
        return Secret(f"token-{self.number}")

    def renewed(self, stale: Secret) -> Secret:
        assert stale == self.access_token()
        self.number += 1
        return self.access_token()


@pytest.fixture(autouse=True)
def without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as started:
        yield started


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def api(server: Answering, tokens: Tokens) -> Iterator[Api]:
    opened = Api(server.url + "/root", vendor="Vendor", credentials=tokens)
    yield opened
    opened.close()


def test_accounts_share_connections_and_no_cookies(tokens: Tokens) -> None:
    with answering(keeps=True) as server:
        server.will(Told(200, b"{}", {"set-cookie": "account=alice; Path=/"}))
        for _ in range(2):
            Api(server.url, vendor="Vendor", credentials=tokens).get("/things")
        first, second = server.asked
    assert first.caller == second.caller
    assert "cookie" not in second.headers


def test_a_plain_answer(server: Answering, api: Api) -> None:
    server.will(Told(200, b'{"a":1}', {"x-thing": "yes"}))
    answer = api.get("/things", {"from": "2026-01-01T00:00:00+01:00", "include": "a,b"})
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (200, b'{"a":1}', "yes")
    (asked,) = server.asked
    assert asked.path == "/root/things"
    assert asked.query == {"from": "2026-01-01T00:00:00+01:00", "include": "a,b"}
    assert asked.headers["authorization"] == "Bearer token-1"
    assert asked.headers["accept"] == "application/json"


# Authorise


def test_a_stale_token_is_renewed_once(server: Answering, api: Api, tokens: Tokens) -> None:
    server.will(Told(401, b""), Told(200, b"[]"))
    assert api.get("/things").body == b"[]"
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer token-1", "Bearer token-2"]
    assert tokens.number == 2


def test_a_fresh_token_that_is_refused_too_asks_the_owner(server: Answering, api: Api, tokens: Tokens) -> None:
    server.will(Told(401, b""))
    with pytest.raises(VendorRefused) as caught:
        api.get("/things")
    assert (len(server.asked), tokens.number) == (2, 2)
    assert caught.value.for_owner == "Vendor asks you to sign in again."
    assert "token-" not in str(caught.value)


def test_a_refusal_of_the_credentials_passes_through(server: Answering, tokens: Tokens) -> None:
    class Dead(Tokens):
        def access_token(self) -> Secret:
            raise VendorRefused("Sign in again.")

    with pytest.raises(VendorRefused, match="Sign in again"):
        Api(server.url, vendor="Vendor", credentials=Dead()).get("/things")
    assert server.asked == []


def test_a_missing_scope_asks_the_owner_without_a_new_token(server: Answering, api: Api, tokens: Tokens) -> None:
    server.will(Told(403, b""))
    with pytest.raises(VendorRefused):
        api.get("/things")
    assert (len(server.asked), tokens.number) == (1, 1)


# Retry


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_fault_is_tried_again(server: Answering, api: Api, status: int) -> None:
    server.will(Told(status, b""), Told(status, b"", {"retry-after": "3"}), Told(200, b"[]"))
    assert api.get("/things").status == 200
    assert len(server.asked) == 3


def test_a_connection_cut_is_tried_again(server: Answering, api: Api) -> None:
    server.will(Told(hang_up=True), Told(200, b"[]"))
    assert api.get("/things").status == 200


def test_a_body_packed_wrongly_is_tried_again(server: Answering, api: Api) -> None:
    server.will(Told(200, b"no gzip at all", {"content-encoding": "gzip"}), Told(200, b"[]"))
    assert api.get("/things").status == 200


def test_faults_that_do_not_end(server: Answering, api: Api) -> None:
    server.will(Told(503, b""))
    with pytest.raises(VendorBusy) as caught:
        api.get("/things")
    assert len(server.asked) == ATTEMPTS
    assert caught.value.retry_at is None
    assert caught.value.for_owner == "Vendor does not answer at the moment; Comptoir tries again by itself."
    assert "GET /things: status 503" in str(caught.value)


def test_nobody_there(tokens: Tokens) -> None:
    with answering() as gone:
        url = gone.url
    with pytest.raises(VendorBusy, match="ConnectError"):
        Api(url, vendor="Vendor", credentials=tokens).get("/things")


def test_the_wait_a_vendor_names_is_kept(server: Answering, api: Api) -> None:
    server.will(Told(429, b"", {"retry-after": "7"}))
    before = datetime.now(UTC)
    with pytest.raises(VendorBusy) as caught:
        api.get("/things")
    assert caught.value.retry_at is not None
    assert timedelta(seconds=6) < caught.value.retry_at - before < timedelta(seconds=17)


@pytest.mark.parametrize("wait", ["3600", "9" * 30])
def test_a_long_wait_is_left_to_the_caller(server: Answering, api: Api, wait: str) -> None:
    server.will(Told(429, b"", {"retry-after": wait}))
    with pytest.raises(VendorBusy) as caught:
        api.get("/things")
    assert len(server.asked) == 1
    assert caught.value.retry_at is not None
    assert caught.value.retry_at > datetime.now(UTC) + timedelta(minutes=50)


def test_the_wait_is_really_waited(server: Answering, api: Api) -> None:
    server.will(Told(429, b"", {"retry-after": "1"}), Told(200, b"[]"))
    with stamina.set_testing(False):
        before = datetime.now(UTC)
        api.get("/things")
    assert datetime.now(UTC) - before >= timedelta(seconds=1)


# Map the answer


@pytest.mark.parametrize("status", [301, 400, 404, 410])
def test_other_refusals_are_shown(server: Answering, api: Api, status: int) -> None:
    server.will(Told(status, b""))
    with pytest.raises(VendorUnreadable) as caught:
        api.get("/things")
    assert caught.value.path == "$"
    assert f"status {status}" in caught.value.for_log
    assert len(server.asked) == 1


def test_a_refusal_that_the_caller_reads(server: Answering, api: Api) -> None:
    server.will(Told(400, b"why"))
    assert api.get("/things", read_also={400}).body == b"why"


def test_a_log_holds_a_part_of_a_long_answer(server: Answering, api: Api) -> None:
    server.will(Told(404, b"x" * 100_000))
    with pytest.raises(VendorUnreadable) as caught:
        api.get("/things")
    assert len(caught.value.for_log) < 500


# Forms and plain requests


def test_a_form_with_basic_authorisation(server: Answering) -> None:
    server.will(Told(400, b'{"error":"invalid_grant"}'))
    answer = post_form(server.url + "/token", {"code": "a b&c"}, client=("id", Secret("sécret")), vendor="Vendor")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/token", b"code=a+b%26c")
    assert asked.headers["authorization"] == "Basic aWQ6c8OpY3JldA=="
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (answer.status, answer.body) == (400, b'{"error":"invalid_grant"}')


@pytest.mark.parametrize("told", [Told(hang_up=True), Told(200, b"no gzip", {"content-encoding": "gzip"})])
def test_a_form_without_an_answer_is_never_repeated(server: Answering, told: Told) -> None:
    server.will(told)
    with pytest.raises(OutcomeUnknown) as caught:
        post_form(server.url, {"code": "once"}, client=("id", Secret("hush")), vendor="Vendor")
    assert len(server.asked) == 1
    assert "hush" not in repr(caught.value) + str(caught.value)


def test_a_plain_request(server: Answering) -> None:
    server.will(Told(302, b"", {"location": "/elsewhere"}))
    assert send("POST", server.url + "/hook", body=b"{}", headers={"x-a": "1"}).status == 302
    (asked,) = server.asked
    assert (asked.path, asked.body, asked.headers["x-a"]) == ("/hook", b"{}", "1")


def test_a_plain_request_without_an_answer(server: Answering) -> None:
    server.will(Told(hang_up=True))
    with pytest.raises(VendorBusy):
        send("POST", server.url, body=b"", headers={})


# Retry-After


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", timedelta(0)),
        (" 120 ", timedelta(seconds=120)),
        ("Sun, 08 Mar 2026 06:01:00 GMT", timedelta(minutes=1)),
        ("Sun, 08 Mar 2026 05:00:00 GMT", timedelta(0)),
        ("Sun, 08 Mar 2026 06:01:00 -0000", None),
        ("Sun, 08 Mar 2099 06:01:00 GMT", LONGEST_RETRY_AFTER),
        ("99999999999999999999", LONGEST_RETRY_AFTER),
        ("000000000000000000005", timedelta(seconds=5)),
        ("9" * 10_000, LONGEST_RETRY_AFTER),
    ],
)
def test_how_long_to_wait(value: str | None, expected: timedelta | None) -> None:
    assert retry_after(value, now=NOW) == expected


@given(st.text())
def test_any_header_is_read_or_ignored(value: str) -> None:
    wait = retry_after(value, now=NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_RETRY_AFTER


def test_a_client_may_have_to_name_itself_in_the_form(server: Answering) -> None:
    post_form(server.url, {"code": "once"}, client=("id", Secret("hush")), vendor="Vendor", client_in_form=True)

    [asked] = server.asked
    assert "authorization" not in asked.headers
    assert asked.body == b"code=once&client_id=id&client_secret=hush"
