"""Hand waiting mails to the mail server, each until it is taken or given up."""

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F

from comptoir.core.mail.models import OutgoingMail
from comptoir.core.mail.server import TIMEOUT_SECONDS, MailNotTaken, MailServer, hand_over

log = structlog.get_logger(__name__)

State = OutgoingMail.State

# Waits between attempts, together a little more than three days: a server that is down over a weekend loses no mail
# about money (pay-at-table.md E50).
RETRY_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1560))
# A conversation has a handful of answers, each within the timeout; a worker that died leaves the mail to the next.
LEASE: Final = timedelta(seconds=8 * TIMEOUT_SECONDS)
KEPT: Final = timedelta(days=90)


def deliver(mail_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Try to send one mail, if it is due. Doubled, late and parallel calls send it once.

    The row is leased first and no transaction is open during the conversation. A crash between the server's answer and
    our commit sends the mail a second time, under the same Message-ID, by which receivers tell the copy.
    """
    server: MailServer | None = settings.COMPTOIR_MAIL_SERVER
    if server is None:
        return
    now = clock()
    due = OutgoingMail.objects.filter(id=mail_id, state=State.WAITING, due_at__lte=now)
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return
    mail = OutgoingMail.objects.get(id=mail_id)
    try:
        hand_over(server, message_of(mail))
    except MailNotTaken as error:
        _not_taken(mail, error, now=clock())
    except Exception as error:  # a bug of ours, in this mail alone: shown and tried again like any other fault
        log.exception("mail.failed", mail=str(mail.id))
        _not_taken(mail, MailNotTaken(f"{type(error).__name__}: {error}"), now=clock())
    else:
        _finish(mail, State.SENT, now=clock())


def message_of(mail: OutgoingMail) -> EmailMessage:
    """The mail as it goes over the wire; the same for every attempt."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(settings.COMPTOIR_MAIL_FROM)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.to)
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.images:
        _add_images(message, mail.images)
    for each in mail.attachments:
        maintype, _, subtype = each["media"].partition(";")[0].partition("/")
        content = base64.b64decode(each["content"])
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=each["name"])
    return message


def _add_images(message: EmailMessage, images: Iterable[Mapping[str, str]]) -> None:
    """Beside the HTML that shows them (multipart/related), so that no reader lists them as files."""
    html = cast(EmailMessage, message.get_body(("html",)))
    for each in images:
        html.add_related(
            base64.b64decode(each["png"]),
            maintype="image",
            subtype="png",
            cid=f"<{each['cid']}>",
            filename=each["name"],
            disposition="inline",
        )


def due(*, now: datetime) -> list[UUID]:
    """Mails to try now; none while no server is set, since all of them wait for that."""
    if settings.COMPTOIR_MAIL_SERVER is None:
        return []
    return list(
        OutgoingMail.objects.filter(state=State.WAITING, due_at__lte=now)
        .order_by("due_at", "pk")
        .values_list("id", flat=True)
    )


def forget_old(*, now: datetime) -> None:
    """Forget to whom what was sent: an address is somebody's."""
    OutgoingMail.objects.filter(finished_at__lt=now - KEPT).delete()


def _not_taken(mail: OutgoingMail, error: MailNotTaken, *, now: datetime) -> None:
    mail.fault = error.for_log.replace("\0", "")[:2000]
    log.warning("mail.not_taken", mail=str(mail.id), attempts=mail.attempts, cause=mail.fault)
    if error.permanent or mail.attempts > len(RETRY_WAITS):
        _finish(mail, State.GIVEN_UP, now=now)
        return
    mail.due_at = now + RETRY_WAITS[mail.attempts - 1]
    mail.save(update_fields=["fault", "due_at"])


def _finish(mail: OutgoingMail, state: OutgoingMail.State, *, now: datetime) -> None:
    mail.state, mail.finished_at = state, now
    mail.text, mail.html, mail.images, mail.attachments = "", "", [], []
    mail.fault = "" if state == State.SENT else mail.fault
    mail.save(update_fields=["state", "finished_at", "text", "html", "images", "attachments", "fault"])
