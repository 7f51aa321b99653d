"""A mail server that keeps what it gets: the demo's post, and the tests'. What is sent to it leaves no further."""

import asyncio
import base64
import re
import threading
import weakref
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT: Final = 500
TAKEN: Final = "250 2.0.0 taken"
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived."""

    at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    headers: Mapping[str, str]
    text: str
    html: str
    images: Mapping[str, bytes] = field(default_factory=dict)
    """What the HTML shows from within the mail, by content id."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What is attached, by name."""

    @property
    def drawn(self) -> str:
        """The HTML with its own pictures in place, as a mail program shows it."""
        html = self.html
        for cid, image in self.images.items():
            html = html.replace(f"cid:{cid}", f"data:image/png;base64,{base64.b64encode(image).decode()}")
        return html

    @property
    def links(self) -> tuple[str, ...]:
        """Every web address in it, each once: those of the HTML first, its button before anything else."""
        found = _Links()
        found.feed(self.html)
        return tuple(dict.fromkeys([*found.addresses, *_LINK.findall(self.text)]))

    @property
    def button(self) -> str:
        """The address of its button; empty when it has none."""
        return next(iter(self.links), "")


class Postbox:
    """Listens on a port of its own from `start` to `stop`; any process may send to it.

    With a folder, mails outlive it; each is a file there. `refuse_with` is the fault switch: an answer such as
    `451 later` or `550 nobody here` instead of taking mails.
    """

    def __init__(self, *, port: int = 0, folder: Path | None = None) -> None:
        self.port = port
        self.refuse_with = ""
        self._folder = folder
        self._mails: deque[Mail] = deque(maxlen=KEPT)
        self._thread: threading.Thread | None = None
        self._conversations: weakref.WeakSet[SMTP] = weakref.WeakSet()
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.glob("*.eml"))[-KEPT:]:
                self._mails.append(_read(path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)))

    @property
    def url(self) -> str:
        """For COMPTOIR_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; `port` says where. Raises OSError when the port is taken."""
        # All of it in a thread of its own: whoever starts this may have a loop running in theirs.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postbox", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except OSError:
            self._end()
            raise
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening; what arrived stays readable."""
        if self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._end()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(self._answer, "127.0.0.1", self.port)

    def _end(self) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._thread = None

    def messages(self, to: str = "") -> tuple[Mail, ...]:
        """What arrived, the oldest first; with `to`, for this address alone."""
        return tuple(mail for mail in tuple(self._mails) if not to or to in mail.to)

    def clear(self) -> None:
        """Forget all of it."""
        self._mails.clear()
        for path in self._folder.glob("*.eml") if self._folder else ():
            path.unlink(missing_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802  (aiosmtpd's name and signature)
        """Take one mail, or answer as told."""
        if self.refuse_with:
            return self.refuse_with
        at = datetime.now(UTC)
        raw = cast(bytes, envelope.original_content)
        if self._folder:
            path = self._folder / f"{at:%Y%m%dT%H%M%S.%f}.eml"
            path.write_bytes(raw)
        self._mails.append(_read(raw, at))
        return TAKEN

    def _answer(self) -> SMTP:
        conversation = SMTP(self, enable_SMTPUTF8=True, loop=self._loop)
        self._conversations.add(conversation)
        return conversation

    async def _hang_up(self) -> None:
        self._server.close()
        for conversation in self._conversations:
            if conversation.transport:
                conversation.transport.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _Links(HTMLParser):
    """Collects the addresses that a reader can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://")):
            self.addresses.append(address)


def _read(raw: bytes, at: datetime) -> Mail:
    message = message_from_bytes(raw, policy=policy.default)
    return Mail(
        at=at,
        sender=str(message["From"] or ""),
        to=tuple(address.addr_spec for address in getattr(message["To"], "addresses", ())),
        subject=str(message["Subject"] or ""),
        headers={name: str(value) for name, value in message.items()},
        text=_body(message, "plain"),
        html=_body(message, "html"),
        images={
            str(part["Content-ID"]).strip("<>"): part.get_content()
            for part in message.walk()
            if part.get_content_type() == "image/png" and part["Content-ID"]
        },
        files={
            part.get_filename() or "": bytes(cast(bytes, part.get_payload(decode=True)))
            for part in message.walk()
            if part.get_content_disposition() == "attachment"
        },
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
