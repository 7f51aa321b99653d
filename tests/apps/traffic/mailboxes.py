"""A real mailbox from which counts are fetched: IMAP by pymap, behind TLS."""

import asyncio
import datetime
import imaplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import free_port, running_loop, until, wait_for

MAIL_USER, MAIL_PASSWORD = "demouser", "demopass"


@contextmanager
def mail_server(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """A port that speaks TLS as `localhost`, one that does not, and the certificate to trust."""
    certificate = _certificate(folder)
    plain, program = free_port(), Path(sys.executable).with_name("pymap")
    server = subprocess.Popen([program, "--host", "127.0.0.1", "--port", str(plain), "--no-tls", "dict"])
    try:
        until(lambda: _answers(plain))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        with running_loop() as loop:
            front = wait_for(loop, _front(context, plain))
            try:
                yield front.sockets[0].getsockname()[1], plain, certificate
            finally:
                loop.call_soon_threadsafe(front.close)
    finally:
        server.terminate()
        server.wait(60)


def deliver(plain: int, mail: EmailMessage) -> None:
    """Into the inbox."""
    with imaplib.IMAP4("127.0.0.1", plain) as box:
        box.login(MAIL_USER, MAIL_PASSWORD)
        assert box.append("INBOX", "", "", mail.as_bytes())[0] == "OK"


def flags(plain: int) -> list[bool]:
    """Of each mail in the inbox whether it is marked as read."""
    with imaplib.IMAP4("127.0.0.1", plain) as box:
        box.login(MAIL_USER, MAIL_PASSWORD)
        box.select("INBOX", readonly=True)
        _state, found = box.fetch("1:*", "(FLAGS)")
        return [b"\\Seen" in each for each in found if isinstance(each, bytes)]


def _answers(port: int) -> bool:
    try:
        imaplib.IMAP4("127.0.0.1", port, timeout=30).logout()
    except OSError:
        return False
    return True


async def _front(context: ssl.SSLContext, plain: int) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", plain)

        async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            try:
                while content := await source.read(65536):
                    target.write(content)
                    await target.drain()
            except OSError:
                pass
            finally:
                target.close()

        await asyncio.gather(pipe(reader, outer), pipe(inner, writer))

    return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)


def _certificate(folder: Path) -> Path:
    """Of `localhost`, with its key, signed by itself."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path
