"""A real SFTP server for one test (asyncssh), with a folder that can be looked into while it is written to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from tests.servers import running_loop, wait_for

USER, PASSWORD = "alice", "correct horse"


@dataclass
class Host:
    """`seen` are the names in the folder each time something was written; `password` is the one that opens it."""

    root: Path
    port: int = 0
    password: str = PASSWORD
    has_posix_rename: bool = True
    is_full: bool = False
    public_key: asyncssh.SSHKey | None = None
    seen: list[frozenset[str]] = field(default_factory=list)
    restart: Callable[[], None] = lambda: None

    @property
    def place(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "user": USER, "folder": "in"}

    def names(self) -> set[str]:
        return {each.name for each in (self.root / "in").iterdir()}


def _door(host: Host) -> type[asyncssh.SSHServer]:
    class Door(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, host.password)

        def public_key_auth_supported(self) -> bool:
            return host.public_key is not None

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == USER and key == host.public_key

    return Door


def _room(host: Host) -> type[asyncssh.SFTPServer]:
    class Room(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(host.root).encode())

        def write(self, file_obj: object, offset: int, data: bytes) -> int:
            if host.is_full:
                raise asyncssh.SFTPFailure("no space left")
            host.seen.append(frozenset(host.names()))
            return super().write(file_obj, offset, data)  # type: ignore[no-any-return]

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            if not host.has_posix_rename:
                raise asyncssh.SFTPOpUnsupported("not here")
            super().posix_rename(oldpath, newpath)

    return Room


@contextmanager
def sftp_host(root: Path) -> Iterator[Host]:
    """Started, with a folder `in`; `restart` gives it another key, as a server that was replaced has."""
    (root / "in").mkdir()
    host = Host(root)
    running: list[asyncssh.SSHAcceptor] = []

    async def listen() -> None:
        await close()
        running[:] = [
            await asyncssh.listen(
                "127.0.0.1",
                host.port,
                server_factory=_door(host),
                server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
                sftp_factory=_room(host),
            )
        ]
        host.port = running[0].get_port()

    async def close() -> None:
        for each in running:
            each.close()
            await each.wait_closed()

    with running_loop() as loop:
        host.restart = lambda: wait_for(loop, listen())
        host.restart()
        try:
            yield host
        finally:
            wait_for(loop, close())
