"""The processes of an embedded server, found by the cluster's name in their command lines."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process and its command line; a zombie's is empty."""

    pid: int
    program: str
    command: str

    def is_postgres(self) -> bool:
        """Whether this is a PostgreSQL server process, of whatever cluster."""
        return self.command.startswith("postgres: ") or Path(self.program).name == "postgres"

    def is_of(self, name: str) -> bool:
        """Whether it serves the cluster of that name: its first process by an argument, its children by their title."""
        return self.is_postgres() and (f"cluster_name={name}" in self.command or self.is_child_of(name))

    def is_shell_of(self, name: str) -> bool:
        """Whether it is the shell that launches the server of that name, or its copy that has not become it yet."""
        return Path(self.program).name == "sh" and f"cluster_name={name}" in self.command

    def is_child_of(self, name: str) -> bool:
        """Whether it is a child (a session, the checkpointer …) of the server of that name."""
        return self.command.startswith(f"postgres: {name}:")


def serving(name: str) -> list[Process]:
    """All processes that serve the cluster of that name."""
    return [process for process in _all() if process.is_of(name)]


def is_launched(name: str) -> bool:
    """Whether the cluster of that name has processes, or a shell about to become its first (`Account.launch`)."""
    return any(each.is_of(name) or each.is_shell_of(name) for each in _all())


def find(pid: int) -> Process | None:
    """The process with that id, or None."""
    return next((process for process in _all() if process.pid == pid), None)


def works_in(process: Process, folder: Path) -> bool:
    """Whether a server process works in that data directory; True also where this cannot be told."""
    try:
        return (_PROC / str(process.pid) / "cwd").samefile(folder)
    except PermissionError:
        return True
    except OSError:
        return sys.platform != "linux"


def send(process: Process, number: signal.Signals) -> None:
    """Signal a process; one that is gone already, or is not ours, is left alone."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process.pid, number)


def _all() -> Iterator[Process]:
    if sys.platform == "linux":
        yield from _from_proc()
    else:
        yield from _from_ps()


def _from_proc() -> Iterator[Process]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace").rstrip("\0 ")
                yield Process(int(entry.name), line.partition("\0")[0], line.replace("\0", " "))


def _from_ps() -> Iterator[Process]:
    listing = subprocess.run(["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield Process(int(pid), command.strip().partition(" -")[0], command.strip())
