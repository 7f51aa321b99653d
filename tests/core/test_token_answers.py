"""What a token endpoint may answer to the exchange of a code: out of order, without tokens, quoting secrets."""

from datetime import UTC, datetime

import pytest

from comptoir.core.connections.models import Connection
from comptoir.core.connections.tokens import read_token_answer
from comptoir.kernel.errors import VendorRefused
from comptoir.pos.hosting import Request, Response
from tests.core.kseries import TOKEN_PATH, Vendor, decide, everything_logged, leave, query_of
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_vendor_out_of_order_is_not_said_to_have_refused(people: People, vendor: Vendor, status: int) -> None:
    client = people.client(people.alice)
    back = decide(leave(client)).removeprefix("http://testserver")
    vendor.at_token(Response(status, b"<html>busy</html>"))
    content = client.get(back).content.decode()

    assert "does not answer at the moment" in content
    assert not Connection.objects.exists()


def test_a_client_the_vendor_does_not_know_is_told_as_such(
    people: People, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_SECRET", "wrong")
    client = people.client(people.alice)
    content = client.get(decide(leave(client)).removeprefix("http://testserver")).content.decode()

    assert "its operator must correct id and secret" in content


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"access_token": "tok_1", "expires_in": 60}',
        b'{"access_token": 5, "refresh_token": "tok_1", "expires_in": 60}',
        b'{"access_token": null, "refresh_token": "tok_1", "expires_in": 60}',
        b'{"access_token": "", "refresh_token": "tok_1", "expires_in": 60}',
        b'{"access_token": "tok_1", "refresh_token": "tok_1", "expires_in": "tok_1"}',
        b'{"access_token": "tok_1", "refresh_token": "tok_1", "expires_in": 1e400}',
        b'{"access_token": "tok_1", "refresh_token": "tok_1", "expires_in": 1e30}',
    ],
)
def test_an_answer_without_tokens_is_a_refusal_that_quotes_nothing(body: bytes) -> None:
    with pytest.raises(VendorRefused) as caught:
        read_token_answer(body, vendor="The till", now=datetime.now(UTC))

    assert "tok_1" not in f"{caught.value} {caught.value.for_log} {caught.value.__cause__!r}"


def test_a_refusal_that_echoes_a_secret_is_not_quoted(people: People, vendor: Vendor) -> None:
    client = people.client(people.alice)
    back = decide(leave(client)).removeprefix("http://testserver")
    code = query_of(back)["code"]

    def echo(request: Request, now: datetime) -> Response | None:
        body = b'{"error": "' + code.encode() + b'", "error_description": "' + request.body + b'"}'
        return Response(400, body) if request.path == TOKEN_PATH else None

    vendor.instead = echo
    with everything_logged() as said:
        content = client.get(back).content.decode()

    for text in (content, said.getvalue()):
        assert code not in text.replace(f"returned?code={code}", ""), "more than the address of the page itself"
