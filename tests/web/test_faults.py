"""Errors as pages tell them: in words, with a correlation id, never as a bare trace."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from structlog.contextvars import get_contextvars

from comptoir.kernel.errors import ComptoirError, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.web.middleware import ErrorMiddleware
from tests.people import People

BUSY = VendorBusy("K-Series does not answer.", for_log="GET /f/v2: timeout")


def handle(error: Exception, path: str = "/sales", **headers: str) -> HttpResponse | None:
    """What the middleware makes of an error, with an id as in a real request."""
    answers: list[HttpResponse | None] = []

    def view(request: HttpRequest) -> HttpResponse:
        answers.append(middleware.process_exception(request, error))
        return HttpResponse()

    middleware = ErrorMiddleware(view)
    request = RequestFactory().get(path, headers={"X-Request-Id": "till-00042", **headers})
    request.user = AnonymousUser()
    middleware(request)
    return answers[0]


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (BUSY, 502, "does not answer right now"),
        (VendorRefused("Sign in again."), 502, "asks you to sign in again"),
        (VendorUnreadable("Parked.", path="$.account.openDate"), 502, "cannot read"),
        (RuleBroken("No such sale.", code="not_found", status=404), 404, "There is nothing here"),
        (RuleBroken("Already linked.", code="linked"), 409, "This was not done"),
        (ComptoirError("The disk is full."), 502, "This did not work"),
    ],
)
def test_an_error_is_explained(error: ComptoirError, status: int, title: str) -> None:
    response = handle(error)
    assert response
    html = response.content.decode()
    assert response.status_code == status
    assert title in html
    assert error.for_owner in html
    assert "till-00042" in html


def test_the_technical_cause_is_folded_away() -> None:
    response = handle(BUSY)
    assert response
    before, _, folded = response.content.decode().partition("<details")
    assert "timeout" in folded
    assert "timeout" not in before


def test_part_of_a_page_stays_and_the_explanation_appears_beside_it() -> None:
    response = handle(BUSY, **{"HX-Request": "true"})
    assert response
    assert response.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize("path", ["/v1/sales", "/partner/v1/clients"])
def test_the_apis_answer_for_themselves(path: str) -> None:
    assert handle(BUSY, path=path) is None


def test_a_bug_stays_a_bug() -> None:
    assert handle(KeyError("bug")) is None


@pytest.mark.parametrize(
    ("given", "is_kept"), [("0af7651916cd43dd", True), ("short", False), ("a" * 65, False), ("<script>alert()", False)]
)
def test_correlation_ids_come_in_and_go_out(given: str, is_kept: bool) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(str(get_contextvars()["request_id"]))
        return HttpResponse()

    answer: Callable[[HttpRequest], HttpResponse] = ErrorMiddleware(view)  # type: ignore[assignment]
    response = answer(RequestFactory().get("/", headers={"X-Request-Id": given}))
    assert seen == [response.headers["X-Request-Id"]]
    assert (seen == [given]) is is_kept
    assert "request_id" not in get_contextvars()


def test_pages_run_nothing_inline(client: Client, db: None) -> None:
    response = client.get("/sign-in")
    html = response.content.decode()
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert " style=" not in html
    assert "<style" not in html
    scripts = re.findall(r"<script[^>]*>", html)
    assert scripts
    for each in scripts:
        assert " src=" in each or 'type="application/json"' in each, "a file of ours, or data that no browser runs"


def test_an_unknown_address_keeps_the_navigation(people: People) -> None:
    response = people.client(people.alice).get("/nowhere")
    assert response.status_code == 404
    assert 'aria-label="Main"' in response.content.decode()


def test_a_form_without_token_is_refused_in_words(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.alice)
    response = client.post("/organisation", {"organisation": "x"})
    assert response.status_code == 403
    assert "This form has grown old" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_of_last_resort_need_no_request(name: str) -> None:
    assert "<h1>" in render_to_string(name)
