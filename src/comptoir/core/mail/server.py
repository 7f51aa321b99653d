"""The mail server: what its address says, and one conversation with it. The only file that speaks SMTP."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from comptoir.kernel import computing
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.seal import Secret

TIMEOUT_SECONDS: Final = 20
PORTS: Final = {"smtp": 587, "smtps": 465}
LOCAL: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class MailServer:
    """Where mails go. `smtp` becomes encrypted as soon as the server offers it, `smtps` is from the start."""

    host: str
    port: int
    user: str = ""
    password: Secret | None = None
    encrypted: bool = False


class MailNotTaken(ComptoirError):
    """The server did not take a mail; `permanent` when asking again would be answered the same."""

    def __init__(self, cause: str, *, permanent: bool = False) -> None:
        super().__init__("The mail server did not take a mail.", for_log=cause)
        self.permanent = permanent


def mail_server(url: str) -> MailServer | None:
    """What COMPTOIR_SMTP_URL says; None when it is empty. Raises ComptoirError without quoting it."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ComptoirError("COMPTOIR_SMTP_URL cannot be read; it looks like smtp://user:password@mail.example:587.")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=Secret(unquote(parts.password)) if parts.password else None,
        encrypted=parts.scheme == "smtps",
    )


def hand_over(server: MailServer, message: EmailMessage) -> None:
    """Give one mail to the server; returns once it answered for it. Raises MailNotTaken."""
    try:
        with computing.outside(), _connected(server) as smtp:
            try:
                refused = smtp.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                refused = error.recipients
            for code, said in refused.values():
                raise MailNotTaken(_cause(code, said), permanent=code >= 500)
    except smtplib.SMTPSenderRefused as error:
        raise MailNotTaken(_cause(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500) from error
    except smtplib.SMTPDataError as error:
        raise MailNotTaken(_cause(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        # Greeting, encryption, sign-in, a cut line: nothing of it is about this mail, and somebody may mend it.
        raise MailNotTaken(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.encrypted:
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        smtp.ehlo()
        is_safe = server.encrypted or server.host in LOCAL
        if not server.encrypted and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
            is_safe = True
        if server.password is not None:
            if not is_safe:
                raise MailNotTaken("the server offers no encryption, and a password is not sent without")
            smtp.login(server.user, server.password.reveal())
        yield smtp
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()


def _cause(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
