"""A file to somebody's SFTP server: under a name of its own first, and under its real one once it is whole.

Whoever answers under another key than the first time is not spoken to. Uploaded again, a file replaces itself.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.kernel import egress
from comptoir.kernel.own_thread import run_apart

if TYPE_CHECKING:
    import asyncssh

SECONDS: Final = 15
WHOLE_SECONDS: Final = 120
"""An upload may take no longer."""


class NotTaken(Exception):
    """The server did not take it. `words` say what to do."""

    def __init__(self, words: str, *, for_log: str = "") -> None:
        super().__init__(for_log or words)
        self.words = words


@dataclass(frozen=True)
class Server:
    """Where, and as whom; `secret` is a password or a private key. `trusted`: its key as it was known first, or ""."""

    host: str
    port: int
    user: str
    secret: str
    folder: str
    trusted: str = ""


def put(server: Server, name: str, content: bytes) -> str:
    """Put a file there, whole or not at all; returns the server's key. Raises NotTaken."""
    try:
        rules = egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)
        address = egress.resolved(server.host, server.port, rules)
        return run_apart(lambda: asyncio.wait_for(_put(server, address, name, content), WHOLE_SECONDS))
    except egress.EgressRefused as refused:
        raise NotTaken(_("The server is in a private network; Comptoir calls public addresses only.")) from refused
    except (TimeoutError, OSError) as error:
        raise NotTaken(_("The server does not answer. Check its address and port."), for_log=str(error)) from error


async def _put(server: Server, address: str, name: str, content: bytes) -> str:
    """Raises NotTaken, OSError, TimeoutError."""
    import asyncssh

    try:
        async with (
            asyncssh.connect(address, server.port, **_credentials(server)) as link,
            link.start_sftp_client() as client,
        ):
            key = link.get_server_host_key()
            await _upload(client, f"{server.folder or '.'}/{name}", f"{server.folder or '.'}/.{name}.part", content)
            return "" if key is None else " ".join(key.export_public_key().decode().split()[:2])
    except asyncssh.HostKeyNotVerifiable as error:
        words = _("The server answers under another key than before. Ask who runs it; if that is right, add it anew.")
        raise NotTaken(words) from error
    except asyncssh.PermissionDenied as error:
        raise NotTaken(_("The server refuses this user, or the password or key.")) from error
    except asyncssh.SFTPError as error:
        said = {"why": error.reason[:120]}
        raise NotTaken(_("The server does not take the file into this folder: %(why)s") % said) from error
    except asyncssh.Error as error:
        raise NotTaken(_("The server does not speak as it should: %(why)s") % {"why": error.reason[:120]}) from error


async def _upload(client: "asyncssh.SFTPClient", path: str, part: str, content: bytes) -> None:
    import asyncssh

    async with client.open(part, "wb") as file:
        await file.write(content)
    try:
        await client.posix_rename(part, path)
    except asyncssh.SFTPOpUnsupported:
        # Older servers rename only to a name that is free: for a moment there is no file, never half of one.
        if await client.exists(path):
            await client.remove(path)
        await client.rename(part, path)


def _credentials(server: Server) -> dict[str, Any]:
    """A password or a private key, and nothing that happens to lie about on this machine. Raises NotTaken."""
    import asyncssh

    is_key = server.secret.lstrip().startswith("-----BEGIN")
    try:
        keys = [asyncssh.import_private_key(server.secret.strip() + "\n")] if is_key else None
    except asyncssh.KeyImportError as error:
        raise NotTaken(_("The private key cannot be read: paste it whole, without a passphrase.")) from error
    return {
        "username": server.user,
        "password": None if is_key else server.secret,
        "client_keys": keys,
        "known_hosts": ([asyncssh.import_public_key(server.trusted)], [], []) if server.trusted else None,
        "agent_path": None,
        "config": None,
        "connect_timeout": SECONDS,
        "login_timeout": SECONDS,
    }
