"""A file to somebody's SFTP server: under a name of its own first, and under its real one once it is whole.

Uploaded again, a file replaces itself.
"""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from comptoir.apps.traffic.sftp import Server, SftpFault, visit
from comptoir.kernel import egress

if TYPE_CHECKING:
    import asyncssh

WHOLE_SECONDS: Final = 120
"""An upload may take no longer."""


def put(server: Server, name: str, content: bytes) -> str:
    """Put a file there, whole or not at all; returns the server's key. Raises SftpFault."""
    path, part = f"{server.folder}/{name}", f"{server.folder}/.{name}.part"
    try:
        return visit(server, lambda client: _upload(client, path, part, content), seconds=WHOLE_SECONDS)[1]
    except egress.EgressRefused as refused:
        raise SftpFault(_("The server is in a private network; Comptoir calls public addresses only.")) from refused


async def _upload(client: "asyncssh.SFTPClient", path: str, part: str, content: bytes) -> None:
    """Raises SftpFault where the folder does not take it."""
    import asyncssh

    try:
        async with client.open(part, "wb") as file:
            await file.write(content)
        await _rename(client, part, path)
    except asyncssh.SFTPError as error:
        said = {"why": error.reason[:120]}
        raise SftpFault(_("The server does not take the file into this folder: %(why)s") % said) from error


async def _rename(client: "asyncssh.SFTPClient", part: str, path: str) -> None:
    import asyncssh

    try:
        await client.posix_rename(part, path)
    except asyncssh.SFTPOpUnsupported:
        # Older servers rename only to a name that is free: for a moment there is no file, never half of one.
        if await client.exists(path):
            await client.remove(path)
        await client.rename(part, path)
