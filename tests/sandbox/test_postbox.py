"""The demo's mail server takes real mails over real SMTP, reads them, and keeps them."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from comptoir.sandbox.postbox import Postbox


@pytest.fixture
def box() -> Iterator[Postbox]:
    postbox = Postbox()
    postbox.start()
    yield postbox
    postbox.stop()


def mail(to: str = "alice@example.com") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Comptoir <comptoir@lezinc.example>", to
    message["Subject"] = "Le Zinc : une vente à 24,50 €"
    message.set_content("Bonjour Alice\nhttps://comptoir.example/b\n.\nFin")
    message.add_alternative('<p>Bonjour <a href="https://comptoir.example/a?x=1&amp;y=2">Voir</a></p>', subtype="html")
    return message


def post(box: Postbox, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", box.port, timeout=60) as smtp:
        smtp.send_message(message)


def test_a_mail_is_read_whole(box: Postbox) -> None:
    post(box, mail())

    [arrived] = box.messages()
    assert (arrived.to, arrived.subject) == (("alice@example.com",), "Le Zinc : une vente à 24,50 €")
    assert arrived.text.splitlines() == ["Bonjour Alice", "https://comptoir.example/b", ".", "Fin"]
    assert arrived.links == ("https://comptoir.example/a?x=1&y=2", "https://comptoir.example/b")
    assert arrived.button == "https://comptoir.example/a?x=1&y=2"
    assert arrived.headers["From"].startswith("Comptoir ")


def test_mails_are_found_by_address(box: Postbox) -> None:
    for to in ("alice@example.com", "bob@example.com", "alice@example.com"):
        post(box, mail(to))

    assert len(box.messages("alice@example.com")) == 2
    assert box.messages("charlie@example.com") == ()


def test_with_a_folder_mails_outlive_the_process(tmp_path: Path) -> None:
    first = Postbox(folder=tmp_path)
    first.start()
    post(first, mail())
    first.stop()

    again = Postbox(folder=tmp_path)
    assert [each.subject for each in again.messages()] == [mail()["Subject"]]
    again.clear()
    assert (again.messages(), list(tmp_path.iterdir())) == ((), [])


def test_it_refuses_as_told(box: Postbox) -> None:
    box.refuse_with = "451 4.3.0 later"
    with pytest.raises(smtplib.SMTPDataError) as caught:
        post(box, mail())
    assert caught.value.smtp_code == 451
    box.refuse_with = ""
    post(box, mail())
    assert len(box.messages()) == 1


def test_stopping_while_somebody_is_connected_ends(box: Postbox) -> None:
    held = smtplib.SMTP("127.0.0.1", box.port, timeout=60)
    held.ehlo()
    box.stop()
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        held.mail("alice@example.com")
    held.close()
