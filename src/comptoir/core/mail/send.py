"""Write a mail: the one way in to the mail room."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.mail import tasks, writing
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id


@dataclass(frozen=True)
class InlineImage:
    """A PNG that travels inside a mail; the template shows it as `src="cid:{cid}"` and says in `alt` what is seen."""

    cid: str
    name: str
    png: bytes


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail, under its name; `media` is its type, such as `text/csv; charset=utf-8`."""

    name: str
    media: str
    content: bytes


def send(
    *,
    template: str,
    to: str,
    language: str,
    context: Mapping[str, object],
    organisation_id: UUID | None,
    now: datetime,
    key: str = "",
    reply_to: str = "",
    images: Sequence[InlineImage] = (),
    attachments: Sequence[Attachment] = (),
) -> OutgoingMail:
    """Write a mail into the caller's transaction; it is sent if and only if that commits.

    `template` is a path without suffix, such as `mails/verify_address`: beside it stand `.subject.txt`, `.txt` and
    `.mjml`. It is rendered now, in `language`, so what it says is what was true when it was asked for.
    An answer goes to `reply_to`, if given. `images` and `attachments` are part of the mail: nothing is fetched from
    anywhere.
    With a `key`, the same mail asked for again is the mail that was written first, whatever became of it.

    A mail may arrive twice: when we die after the server took it and before we wrote that down. Both copies carry one
    Message-ID. Without a mail server, mails wait for one. Subject and address are kept for 90 days, the body only
    until the mail is sent or given up, because it may hold a link that signs its reader in.

    Raises RuleBroken (`address_invalid`) for what is no address.
    """
    check_address(to)
    if reply_to:
        check_address(reply_to)
    if key and (written := OutgoingMail.objects.filter(key=key).first()):
        return written
    words = writing.write(template, language=language, context=context)
    mail_id = new_id()
    values = {
        "id": mail_id,
        "organisation_id": organisation_id,
        "template": template,
        "to": to,
        "reply_to": reply_to,
        "language": language,
        "subject": words.subject,
        "text": words.text,
        "html": words.html,
        "images": [{"cid": each.cid, "name": each.name, "png": _text(each.png)} for each in images],
        "attachments": [
            {"name": each.name, "media": each.media, "content": _text(each.content)} for each in attachments
        ],
        "message_id": f"<{mail_id}@{parseaddr(settings.COMPTOIR_MAIL_FROM)[1].rpartition('@')[2]}>",
        "due_at": now,
        "created_at": now,
    }
    with transaction.atomic():
        if key:
            mail, is_new = OutgoingMail.objects.get_or_create(key=key, defaults=values)
        else:
            mail, is_new = OutgoingMail.objects.create(**values), True
        if is_new:
            tasks.enqueue(mail.id)
    return mail


def check_address(address: str) -> None:
    """Raises RuleBroken when a mail cannot be addressed so; a line break in it would be a header of somebody else's."""
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError) as error:
        raise RuleBroken(_("This is not an e-mail address."), code="address_invalid", status=422) from error
    if not parsed.domain or address != address.strip() or any(each in address for each in "\r\n\0"):
        raise RuleBroken(_("This is not an e-mail address."), code="address_invalid", status=422)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
