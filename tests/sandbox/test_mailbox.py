"""The mailbox page: every mail with its button and text, its HTML in a frame that runs nothing."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from comptoir.kernel.http import send
from comptoir.sandbox.server import Sandbox
from tests.sandbox.restaurants import quiet_sandbox
from tests.servers import until

BUTTON = "https://comptoir.example/connections/con_1?a=1&b=2"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = quiet_sandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


def post(sandbox: Sandbox, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "comptoir@example.com", "alice@example.com", subject
    message.set_content(f"Sign in again: {BUTTON}")
    html = f'<a href="{BUTTON.replace("&", "&amp;")}">Sign in</a><script>alert(1)</script>'
    message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.postbox.port, timeout=60) as smtp:
        smtp.send_message(message)
    until(lambda: sandbox.postbox.messages() != ())


def page(sandbox: Sandbox, path: str) -> tuple[int, str, str]:
    answer = send("GET", sandbox.control_url + path, body=b"", headers={})
    return answer.status, answer.body.decode(), answer.headers.get("content-security-policy", "")


def test_an_empty_mailbox_says_what_would_fill_it(sandbox: Sandbox) -> None:
    status, html, _ = page(sandbox, "/mailbox")
    assert status == 200
    assert "Nothing has come yet" in html


def test_a_mail_is_listed_and_opened_with_its_button_and_its_text(sandbox: Sandbox) -> None:
    post(sandbox, "Le Zinc <b>: Signed out")
    _, listed, _ = page(sandbox, "/mailbox")
    assert "Le Zinc &lt;b&gt;: Signed out" in listed
    assert "alice@example.com" in listed
    path = listed.partition('class="mail" href="')[2].partition('"')[0]

    status, opened, policy = page(sandbox, path)
    assert status == 200
    assert f'href="{BUTTON.replace("&", "&amp;")}"' in opened
    assert "Sign in again:" in opened
    assert "<script>" not in opened
    assert "sandbox=" in opened
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_the_html_of_a_mail_runs_nothing(sandbox: Sandbox) -> None:
    post(sandbox, "Hello")
    _, listed, _ = page(sandbox, "/mailbox")
    path = listed.partition('class="mail" href="')[2].partition('"')[0]
    status, body, policy = page(sandbox, f"{path}/body")
    assert status == 200
    assert body.startswith('<base target="_blank">')
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "allow-scripts" not in policy


def test_what_is_not_there(sandbox: Sandbox) -> None:
    assert page(sandbox, "/mailbox/1")[0] == 404
    assert page(sandbox, "/mailbox/x")[0] == 404
    assert page(sandbox, "/mailboxes")[0] == 404
