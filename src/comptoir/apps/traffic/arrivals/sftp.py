"""Files of counts on somebody's SFTP server: read, never changed there.

A file that is still being written is read as far as it is and once more when it has grown: rows told again replace
themselves.
"""

import stat
from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from comptoir.apps.traffic import sftp
from comptoir.apps.traffic.arrivals.arrived import MOST_AT_ONCE, Arrival, ArrivedFile, FeedFault, is_ours
from comptoir.apps.traffic.counting.lines import MOST_BYTES
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile

if TYPE_CHECKING:
    import asyncssh

REMEMBERED: Final = timedelta(days=400)
WHOLE_SECONDS: Final = 25
"""A look at a server may take no longer."""


def arrivals(feed: CountFeed, *, now: datetime) -> Iterator[Arrival]:
    """Files that are not known yet. Raises FeedFault, EgressRefused."""
    rows = CountFile.objects.filter(organisation_id=feed.organisation_id, feed_id=feed.id)
    known = set(rows.filter(received_at__gte=now - REMEMBERED).values_list("origin", flat=True))
    try:
        server = sftp.server_of(feed.place, feed.secret, feed.trusted)
        found, key = sftp.visit(server, lambda client: _files(client, server.folder, known), seconds=WHOLE_SECONDS)
    except sftp.SftpFault as fault:
        raise FeedFault(fault.for_owner, for_log=fault.for_log) from fault
    if key != feed.trusted:
        # Of the server that was visited: somebody may have named another meanwhile.
        feeds = CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id, place=feed.place)
        feeds.update(trusted=key)
    yield from (Arrival((each,)) for each in found)


async def _files(client: "asyncssh.SFTPClient", folder: str, known: Container[str]) -> list[ArrivedFile]:
    """Raises FeedFault where the folder, or a file, is not for us."""
    import asyncssh

    try:
        return [
            await _read(client, folder, name, origin)
            for name, origin in sorted(await _listed(client, folder, known))[:MOST_AT_ONCE]
        ]
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied) as error:
        raise FeedFault(_("The server has no such folder, or does not let us in.")) from error


async def _listed(client: "asyncssh.SFTPClient", folder: str, known: Container[str]) -> list[tuple[str, str]]:
    listed = []
    async for each in client.scandir(folder):
        name, found = str(each.filename), each.attrs
        is_file = found.permissions is None or stat.S_ISREG(found.permissions)
        origin = f"{name}:{found.size}:{found.mtime}"
        if is_ours(name) and "/" not in name and is_file and origin not in known:
            listed.append((name, origin))
    return listed


async def _read(client: "asyncssh.SFTPClient", folder: str, name: str, origin: str) -> ArrivedFile:
    async with client.open(f"{folder}/{name}", "rb") as file:
        content: Any = await file.read(MOST_BYTES + 1)
        return ArrivedFile(origin, name, bytes(content))
