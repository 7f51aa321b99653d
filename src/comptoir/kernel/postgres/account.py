"""The system account that the server runs as: our own, or, since PostgreSQL refuses root, one made for it."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from comptoir.kernel.postgres.unavailable import PostgresUnavailable

SYSTEM_USER: Final = "comptoir"
_SYSTEM_HOME: Final = Path("/var/lib/comptoir")
_ADMIN_PATH: Final = "/usr/sbin:/sbin:/usr/bin:/bin"


@dataclass(frozen=True)
class Account:
    """A user and group id; `is_other` when we are root and step down to it."""

    uid: int
    gid: int
    is_other: bool

    def run(self, command: Sequence[str | Path], *, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run to its end with `text` as input; output and errors come back together. Raises OSError."""
        return subprocess.run(
            command,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            **self._circumstances(),
        )

    def launch(self, command: Sequence[str | Path], *, log: IO[bytes], inherited: int) -> None:
        """Start a program that outlives us, with one file descriptor to inherit. Raises OSError.

        A session of its own keeps the terminal's Ctrl-C away. The shell in between ends at once, so that the
        program is nobody's child here: it leaves no zombie that would look alive to the next server.
        """
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(inherited,),
            start_new_session=True,
            **self._circumstances(),
        )

    def can_run(self, program: Path) -> bool:
        """Whether this account may reach and execute a program that knows `--version`."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder on the way, and the last one, lets this account through."""
        return self.run(["/bin/sh", "-c", 'cd "$0"', folder]).returncode == 0

    def own(self, path: Path) -> None:
        """Give it a file or folder that we have just made."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _circumstances(self) -> dict[str, Any]:
        # A bare environment: ours holds secrets, and PG* variables that would redirect the server.
        surroundings: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
        if self.is_other:
            surroundings |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return surroundings


def server_account() -> Account:
    """The account for the server; makes the system user when we are root. Raises PostgresUnavailable."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    found = _system_user() or _make_system_user_once()
    return Account(found.pw_uid, found.pw_gid, is_other=True)


def system_home() -> Path:
    """Our own folder of the machine, which every account may enter; made when absent. Raises OSError."""
    try:
        _SYSTEM_HOME.mkdir()
    except FileExistsError:
        return _SYSTEM_HOME
    _SYSTEM_HOME.chmod(0o755)
    return _SYSTEM_HOME


def _system_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _make_system_user_once() -> pwd.struct_passwd:
    """One process at a time: two `useradd` that overlap may both report an id, of which only one stays."""
    with (system_home() / "account.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return _system_user() or _make_system_user()


def _make_system_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=_ADMIN_PATH)
    output = "useradd is not installed"
    if useradd:
        shell = shutil.which("nologin", path=_ADMIN_PATH) or "/bin/false"
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell]
        made = subprocess.run([useradd, *options, SYSTEM_USER], capture_output=True, text=True)
        output = made.stderr
    # Ask again whatever it said: another process may have been faster.
    if found := _system_user():
        return found
    raise PostgresUnavailable(
        f"PostgreSQL does not run as root and the system user '{SYSTEM_USER}' could not be made; run Comptoir as "
        "another user, or set DATABASE_URL to a PostgreSQL of your own, version 15 or newer.",
        for_log=output.strip(),
    )
