"""The mail room over real SMTP: written once, sent until it arrives or is given up, visibly."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.test import override_settings

from comptoir.core.jobs import engine
from comptoir.core.mail import deliver, reads, tasks
from comptoir.core.mail.models import OutgoingMail
from comptoir.core.mail.send import send
from comptoir.core.mail.server import mail_server
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.project import environment
from comptoir.sandbox.postbox import Mail, Postbox
from tests.core.queue import jobs
from tests.people import People
from tests.servers import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
State = OutgoingMail.State
URL = "http://testserver/confirm/abc?a=1&b=2"


def now() -> datetime:
    return datetime.now(UTC)


def written(*, to: str = "alice@example.com", language: str = "en", address: str = "", key: str = "") -> OutgoingMail:
    context = {"url": URL, "address": address or to}
    return send(
        template="mails/verify_address",
        to=to,
        language=language,
        context=context,
        organisation_id=None,
        now=now(),
        key=key,
    )


def sent(postbox: Postbox, **words: str) -> Mail:
    written(**words)
    engine.drain()
    return postbox.messages()[-1]


def test_a_mail_arrives_and_its_body_is_forgotten(postbox: Postbox) -> None:
    arrived = sent(postbox)

    assert arrived.to == ("alice@example.com",)
    assert arrived.subject == "Confirm your e-mail address for Comptoir"
    assert arrived.button == URL
    assert URL in arrived.text
    row = OutgoingMail.objects.get()
    assert (row.state, row.attempts, row.fault) == (State.SENT, 1, "")
    assert (row.text, row.html) == ("", "")
    assert arrived.headers["Message-ID"] == row.message_id
    assert jobs() == []


def test_a_mail_exists_if_and_only_if_its_transaction_commits(postbox: Postbox) -> None:
    with transaction.atomic():
        written()
        transaction.set_rollback(True)
    engine.drain()

    assert not OutgoingMail.objects.exists()
    assert postbox.messages() == ()


def test_it_speaks_the_reader_s_language(postbox: Postbox) -> None:
    with override_settings(COMPTOIR_OPERATOR_EMAIL="help@lezinc.example", COMPTOIR_OPERATOR_HOURS="9–18"):
        arrived = sent(postbox, language="fr")

    assert arrived.subject == "Confirmez votre adresse e-mail pour Comptoir"
    for body in (arrived.text, arrived.html):
        assert "Confirmer cette adresse" in body
        assert "help@lezinc.example" in body
        assert "9–18" in body
    assert 'lang="fr"' in arrived.html


def test_what_somebody_typed_is_text_and_no_markup(postbox: Postbox) -> None:
    name = 'Chez <b>Alice</b> & "Bob"\0 </mj-text><mj-raw>'
    arrived = sent(postbox, address=name)

    assert 'Chez <b>Alice</b> & "Bob" </mj-text><mj-raw>' in arrived.text
    assert "<b>" not in arrived.html
    assert "&lt;b&gt;Alice&lt;/b&gt; &amp; &quot;Bob&quot;" in arrived.html


def test_nothing_is_fetched_from_anybody_when_a_mail_is_read(postbox: Postbox) -> None:
    html = sent(postbox).html
    assert "<img" not in html
    assert "<link" not in html
    assert "@import" not in html
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize(
    "address",
    ["", "alice", "alice@", "a b@example.com", "alice@example.com\nBcc: bob@example.com", "Alice <alice@example.com>"],
)
def test_what_is_no_address_is_refused(db: None, address: str) -> None:
    with pytest.raises(RuleBroken):
        send(template="mails/verify_address", to=address, language="en", context={}, organisation_id=None, now=now())


def test_a_repeated_request_mails_once(postbox: Postbox, people: People) -> None:
    first, second = (
        send(
            template="mails/verify_address",
            to="alice@example.com",
            language="en",
            context={"url": URL, "address": "x"},
            organisation_id=people.le_zinc.id,
            now=now(),
            key="alert 7",
        )
        for _ in range(2)
    )
    engine.drain()

    assert first.id == second.id
    assert len(postbox.messages()) == 1


def test_a_temporary_refusal_is_tried_again_later(postbox: Postbox) -> None:
    postbox.refuse_with = "451 4.3.0 the disk is full"
    mail = written()
    engine.drain()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.WAITING, 1)
    assert "451" in mail.fault
    assert mail.html, "it is still needed"
    assert mail.due_at > now() + timedelta(seconds=30)

    postbox.refuse_with = ""
    tasks.sweep.task.func(0)
    engine.drain()
    assert postbox.messages() == (), "not due yet"
    OutgoingMail.objects.update(due_at=now())
    tasks.sweep.task.func(0)
    engine.drain()
    mail.refresh_from_db()
    assert (mail.state, mail.fault, len(postbox.messages())) == (State.SENT, "", 1)


def test_a_final_refusal_is_believed_at_once(postbox: Postbox) -> None:
    postbox.refuse_with = "550 5.1.1 nobody of this name"
    mail = written()
    engine.drain()

    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.html) == (State.GIVEN_UP, "", "")
    assert "nobody of this name" in mail.fault
    assert reads.standing(now=now()).mails_given_up == 1


def test_after_two_days_of_faults_it_is_given_up(db: None) -> None:
    nobody = mail_server(f"smtp://127.0.0.1:{free_port()}")
    at = now()
    mail = written()
    with override_settings(COMPTOIR_MAIL_SERVER=nobody):
        while mail.state == State.WAITING:
            at = max(at, mail.due_at)
            deliver.deliver(mail.id, clock=lambda at=at: at)  # type: ignore[misc]
            mail.refresh_from_db()
    assert mail.state == State.GIVEN_UP
    assert timedelta(days=1) < at - mail.created_at < timedelta(days=4)
    assert "refused" in mail.fault.lower()


def test_without_a_server_mails_wait_for_one(postbox: Postbox) -> None:
    with override_settings(COMPTOIR_MAIL_SERVER=None):
        written()
        engine.drain()
        tasks.sweep.task.func(0)
        standing = reads.standing(now=now())
        assert (standing.mail_server, standing.mails_waiting) == (False, 1)
        assert jobs() == []
    tasks.sweep.task.func(0)
    engine.drain()
    assert len(postbox.messages()) == 1


def test_two_workers_and_doubled_jobs_send_once(postbox: Postbox) -> None:
    mail = written()
    at = now()
    for _ in range(3):
        deliver.deliver(mail.id, clock=lambda: at)
    assert len(postbox.messages()) == 1
    deliver.deliver(UUID(int=7), clock=now)


def test_a_worker_that_died_while_sending_leaves_the_mail_to_the_next(postbox: Postbox) -> None:
    """It may have been taken: the copy carries the same Message-ID."""
    mail = written()
    died_at = now()
    OutgoingMail.objects.update(attempts=1, due_at=died_at + deliver.LEASE)
    deliver.deliver(mail.id, clock=lambda: died_at)
    assert postbox.messages() == ()
    deliver.deliver(mail.id, clock=lambda: died_at + deliver.LEASE)
    [arrived] = postbox.messages()
    assert arrived.headers["Message-ID"] == mail.message_id


def test_what_was_sent_long_ago_is_forgotten(postbox: Postbox) -> None:
    sent(postbox)
    deliver.forget_old(now=now() + deliver.KEPT - timedelta(hours=1))
    assert OutgoingMail.objects.count() == 1
    deliver.forget_old(now=now() + deliver.KEPT + timedelta(hours=1))
    assert OutgoingMail.objects.count() == 0


def test_what_the_setting_says() -> None:
    server = mail_server("smtps://u%40x:p%3Aw@mail.example")
    assert server
    assert (server.host, server.port, server.user, server.encrypted) == ("mail.example", 465, "u@x", True)
    assert server.password
    assert server.password.reveal() == "p:w"
    assert "p:w" not in repr(server)
    assert mail_server("") is None


@pytest.mark.parametrize("url", ["mail.example", "http://u:hunter2@h", "smtp://u:hunter2@h:x", "smtp://u:hunter2@h/in"])
def test_a_setting_that_cannot_be_read_is_not_quoted(url: str) -> None:
    with pytest.raises(ComptoirError, match="COMPTOIR_SMTP_URL") as caught:
        environment.smtp({"COMPTOIR_SMTP_URL": url})
    assert "hunter2" not in f"{caught.value} {caught.value.for_log}"


def test_a_sender_that_is_no_address_is_refused_at_the_start() -> None:
    assert environment.mail_from({}, "lezinc.example") == "Comptoir <comptoir@lezinc.example>"
    with pytest.raises(ComptoirError, match="COMPTOIR_MAIL_FROM"):
        environment.mail_from({"COMPTOIR_MAIL_FROM": "Comptoir"}, "lezinc.example")


def test_a_password_is_never_sent_without_encryption(postbox: Postbox) -> None:
    """The postbox offers none; only on this machine would it be taken so."""
    server = mail_server(f"smtp://alice:secret@localhost.localdomain:{postbox.port}")
    assert server
    mail = written()
    with override_settings(COMPTOIR_MAIL_SERVER=server):
        engine.drain()
    mail.refresh_from_db()
    assert mail.state == State.WAITING
    assert postbox.messages() == ()
