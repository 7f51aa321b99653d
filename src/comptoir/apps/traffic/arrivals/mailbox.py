"""Files of counts that come by mail: a mailbox is read over IMAP, and only what is meant for us is taken from it.

A sender's name can be forged, so the mail must carry the secret word of the feed as well: in the address it was sent to
(`counts+word@…`) or in its subject.
"""

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals.arrived import MOST_AT_ONCE, SECONDS, Arrival, ArrivedFile, FeedFault, is_ours
from comptoir.apps.traffic.counting.lines import MOST_BYTES
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.core.connections.sealing import sealer
from comptoir.kernel import egress

LOOKED_BACK: Final = timedelta(days=30)
MOST_MAIL: Final = 2 * MOST_BYTES
RECIPIENTS: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
UID: Final = re.compile(rb"UID (\d+)")
SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")


class _Pinned(imaplib.IMAP4_SSL):
    """Calls the address that was checked, and asks for the certificate of the name that was given."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._address = address
        super().__init__(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self._address, self.port), timeout)
        return self.ssl_context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[no-any-return]


def arrivals(feed: CountFeed, *, now: datetime) -> Iterator[Arrival]:
    """Mails of the latest month that are not known yet. Raises FeedFault."""
    host, port = str(feed.place["host"]), int(feed.place["port"])
    try:
        address = egress.resolved(host, port, egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW))
        box = _Pinned(host, port, address)
    except ssl.SSLError as error:
        raise FeedFault(
            _("The server's certificate is not of this name, or nobody vouches for it."), for_log=str(error)
        ) from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise FeedFault(_("The server does not answer. Check its address and port."), for_log=str(error)) from error
    with contextlib.closing(_LoggedIn(box, feed)) as mailbox:
        rows = CountFile.objects.filter(organisation_id=feed.organisation_id, feed_id=feed.id)
        known = set(rows.filter(received_at__gte=now - 2 * LOOKED_BACK).values_list("origin", flat=True))
        try:
            yield from mailbox.arrivals(known, since=now - LOOKED_BACK)
        except (OSError, imaplib.IMAP4.error) as error:
            raise FeedFault(
                _("The server broke off. It is asked again with the next round."), for_log=str(error)
            ) from error


class _LoggedIn:
    """A mailbox that is open."""

    def __init__(self, box: imaplib.IMAP4, feed: CountFeed) -> None:
        self._box, self._feed = box, feed
        secret = sealer().unseal(feed.secret).reveal() if feed.secret else ""
        try:
            box.login(feed.place["user"], secret)
        except imaplib.IMAP4.error as error:
            box.shutdown()
            raise FeedFault(_("The server refuses this user or password.")) from error
        folder = str(feed.place.get("folder") or "INBOX").replace("\\", "\\\\").replace('"', '\\"')
        state, _said = box.select(f'"{folder}"')
        if state != "OK":
            box.shutdown()
            raise FeedFault(_("The mailbox has no such folder."))
        self._validity = (box.response("UIDVALIDITY")[1] or [b""])[0] or b""

    def close(self) -> None:
        """Go, whatever the server says to it."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._box.logout()

    def arrivals(self, known: Container[str], *, since: datetime) -> Iterator[Arrival]:
        """Each mail once; it is marked as read when it is kept."""
        _state, found = self._box.uid("SEARCH", "SINCE", imaplib.Time2Internaldate(since)[1:12].strip())
        uids = [each.decode() for each in (found[0] or b"").split()]
        fresh = [uid for uid in uids if f"{self._origin(uid)}.0" not in known]
        for uid in fresh[:MOST_AT_ONCE]:
            yield self._arrival(uid)

    def _origin(self, uid: str) -> str:
        return f"{self._validity.decode()}.{uid}"

    def _arrival(self, uid: str) -> Arrival:
        content = self._mail(uid)
        mail = message_from_bytes(content or b"", policy=policy.default)
        subject = str(mail["Subject"] or "")
        refused = _("The mail is larger than 16 MB.") if content is None else refusal(self._feed, mail)
        files = [] if refused else list(_attachments(mail))
        if not files:
            refused = refused or _("No file of counts is attached to the mail.")
            files = [(subject, content or b"")]
        made = tuple(
            ArrivedFile(f"{self._origin(uid)}.{number}", name, found) for number, (name, found) in enumerate(files)
        )
        return Arrival(made, refused, settled=lambda _rows: self._mark(uid))

    def _mail(self, uid: str) -> bytes | None:
        """The mail as it is; None where it is too large."""
        _state, said = self._box.uid("FETCH", uid, "(RFC822.SIZE)")
        size = SIZE.search(_joined(said))
        if size and int(size[1]) > MOST_MAIL:
            return None
        _state, said = self._box.uid("FETCH", uid, "(BODY.PEEK[])")
        return next((bytes(each[1]) for each in said if isinstance(each, tuple)), b"")

    def _mark(self, uid: str) -> None:
        self._box.uid("STORE", uid, "+FLAGS", "(\\Seen)")


def refusal(feed: CountFeed, mail: EmailMessage) -> str:
    """Why nothing of a mail is taken, "" where it may be: it must come from who may send, and know the word."""
    senders = [address.lower() for _name, address in getaddresses([str(each) for each in mail.get_all("From", [])])]
    if not senders or not set(senders) <= set(feed.place["senders"]):
        return _("It comes from %(sender)s, who is not among the senders.") % {"sender": ", ".join(senders) or "?"}
    said = " ".join(str(each) for name in (*RECIPIENTS, "Subject") for each in mail.get_all(name, []))
    word = sealer().unseal(feed.word).reveal() if feed.word else ""
    if not word or word.lower() not in said.lower():
        return _("The secret word is neither in its address nor in its subject.")
    return ""


def _attachments(mail: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in mail.iter_attachments():
        name = (part.get_filename() or "").rpartition("/")[2]
        if is_ours(name):
            content: Any = part.get_payload(decode=True)
            yield name, bytes(content or b"")


def _joined(said: list[Any]) -> bytes:
    return b" ".join(bytes(each if isinstance(each, bytes) else each[0]) for each in said if each)
