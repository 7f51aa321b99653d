"""Somebody's SFTP server, whether files come from it or go to it: how to get in, and why it did not work.

Whoever answers under another key than the first time is not spoken to.
"""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.core.connections.sealing import sealer
from comptoir.kernel import egress
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.own_thread import run_apart

if TYPE_CHECKING:
    import asyncssh

SECONDS: Final = 15
"""How long a server may take to answer."""
Made = TypeVar("Made")


class SftpFault(ComptoirError):
    """The server cannot be used; `for_owner` says what to do."""


@dataclass(frozen=True)
class Server:
    """Where, and as whom; `secret` is a password or a private key. `trusted`: its key as it was known first, or ""."""

    host: str
    port: int
    user: str
    secret: str
    folder: str
    trusted: str = ""


def server_of(place: Mapping[str, Any], secret: bytes | None, trusted: str) -> Server:
    """As a feed and an export keep it, the secret sealed."""
    revealed = sealer().unseal(secret).reveal() if secret else ""
    return Server(place["host"], place["port"], place["user"], revealed, place.get("folder") or ".", trusted)


def visit(
    server: Server, work: "Callable[[asyncssh.SFTPClient], Awaitable[Made]]", *, seconds: float
) -> tuple[Made, str]:
    """Sign in and work there for so long at most; returns what came of it, and the server's key.

    Raises SftpFault, egress.EgressRefused, and what `work` raises but errors of asyncssh.
    """
    rules = egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)
    try:
        address = egress.resolved(server.host, server.port, rules)
        return run_apart(lambda: asyncio.wait_for(_visit(server, address, work), seconds))
    except (TimeoutError, OSError) as error:
        raise SftpFault(_("The server does not answer. Check its address and port."), for_log=str(error)) from error


async def _visit(
    server: Server, address: str, work: "Callable[[asyncssh.SFTPClient], Awaitable[Made]]"
) -> tuple[Made, str]:
    """Raises SftpFault, OSError, TimeoutError."""
    import asyncssh

    try:
        async with (
            asyncssh.connect(address, server.port, **_credentials(server)) as link,
            link.start_sftp_client() as client,
        ):
            return await work(client), _written(link.get_server_host_key())
    except asyncssh.HostKeyNotVerifiable as error:
        raise SftpFault(
            _("The server answers under another key than before. Ask who runs it; if that is right, add it anew.")
        ) from error
    except asyncssh.PermissionDenied as error:
        raise SftpFault(_("The server refuses this user, or the password or key.")) from error
    except asyncssh.Error as error:
        raise SftpFault(_("The server does not speak as it should: %(why)s") % {"why": error.reason[:120]}) from error


def _credentials(server: Server) -> dict[str, Any]:
    """A password or a private key, and nothing that happens to lie about on this machine. Raises SftpFault."""
    import asyncssh

    is_key = server.secret.lstrip().startswith("-----BEGIN")
    try:
        keys = [asyncssh.import_private_key(server.secret.strip() + "\n")] if is_key else None
    except asyncssh.KeyImportError as error:
        raise SftpFault(_("The private key cannot be read: paste it whole, without a passphrase.")) from error
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


def fingerprint(key: str) -> str:
    """As the tools of SSH show a public key: `SHA256:…`."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _written(key: "asyncssh.SSHKey | None") -> str:
    return "" if key is None else " ".join(key.export_public_key().decode().split()[:2])
