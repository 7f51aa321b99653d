"""Files of counts on somebody's SFTP server: read, never changed there.

Whoever answers under another key than the first time is not spoken to. A file that is still being written is read as
far as it is and once more when it has grown: rows told again replace themselves.
"""

import asyncio
import base64
import hashlib
import stat
from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals.arrived import MOST_AT_ONCE, SECONDS, Arrival, ArrivedFile, FeedFault, is_ours
from comptoir.apps.traffic.counting.files import MOST_BYTES
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.core.connections.sealing import sealer
from comptoir.kernel import egress
from comptoir.kernel.own_thread import run_apart

if TYPE_CHECKING:
    import asyncssh

REMEMBERED: Final = timedelta(days=400)
WHOLE_SECONDS: Final = 25
"""A look at a server may take no longer."""


def arrivals(feed: CountFeed, *, now: datetime) -> Iterator[Arrival]:
    """Files that are not known yet. Raises FeedFault."""
    rows = CountFile.objects.filter(organisation_id=feed.organisation_id, feed_id=feed.id)
    known = set(rows.filter(received_at__gte=now - REMEMBERED).values_list("origin", flat=True))
    try:
        rules = egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)
        address = egress.resolved(feed.place["host"], feed.place["port"], rules)
        found, key = run_apart(lambda: asyncio.wait_for(_fetch(feed, address, known), WHOLE_SECONDS))
    except (TimeoutError, OSError) as error:
        raise FeedFault(_("The server does not answer. Check its address and port."), for_log=str(error)) from error
    if key != feed.trusted:
        CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id).update(trusted=key)
    yield from (Arrival((each,)) for each in found)


async def _fetch(feed: CountFeed, address: str, known: Container[str]) -> tuple[list[ArrivedFile], str]:
    """The files, and the key of the server. Raises FeedFault, OSError, TimeoutError."""
    import asyncssh

    try:
        async with (
            asyncssh.connect(address, feed.place["port"], **_credentials(feed)) as link,
            link.start_sftp_client() as server,
        ):
            key = link.get_server_host_key()
            return await _files(server, str(feed.place.get("folder") or "."), known), _written(key)
    except asyncssh.HostKeyNotVerifiable as error:
        raise FeedFault(
            _("The server answers under another key than before. Ask who runs it; if that is right, add it anew.")
        ) from error
    except asyncssh.PermissionDenied as error:
        raise FeedFault(_("The server refuses this user, or the password or key.")) from error
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied) as error:
        raise FeedFault(_("The server has no such folder, or does not let us in.")) from error
    except asyncssh.Error as error:
        raise FeedFault(_("The server does not speak as it should: %(why)s") % {"why": error.reason[:120]}) from error


def _credentials(feed: CountFeed) -> dict[str, Any]:
    """A password or a private key, and nothing that happens to lie about on this machine. Raises FeedFault."""
    import asyncssh

    secret = sealer().unseal(feed.secret).reveal() if feed.secret else ""
    is_key = secret.lstrip().startswith("-----BEGIN")
    try:
        keys = [asyncssh.import_private_key(secret.strip() + "\n")] if is_key else None
    except asyncssh.KeyImportError as error:
        raise FeedFault(_("The private key cannot be read: paste it whole, without a passphrase.")) from error
    return {
        "username": feed.place["user"],
        "password": None if is_key else secret,
        "client_keys": keys,
        "known_hosts": ([asyncssh.import_public_key(feed.trusted)], [], []) if feed.trusted else None,
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


async def _files(server: "asyncssh.SFTPClient", folder: str, known: Container[str]) -> list[ArrivedFile]:
    listed = []
    async for each in server.scandir(folder):
        name, found = str(each.filename), each.attrs
        is_file = found.permissions is None or stat.S_ISREG(found.permissions)
        origin = f"{name}:{found.size}:{found.mtime}"
        if is_ours(name) and "/" not in name and is_file and origin not in known:
            listed.append((name, origin))
    made = []
    for name, origin in sorted(listed)[:MOST_AT_ONCE]:
        async with server.open(f"{folder}/{name}", "rb") as file:
            content: Any = await file.read(MOST_BYTES + 1)
            made.append(ArrivedFile(origin, name, bytes(content)))
    return made
