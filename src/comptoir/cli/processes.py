"""Child processes of the demo: started, watched, started again, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from comptoir.kernel.errors import ComptoirError

log = structlog.get_logger(__name__)

STOP_SECONDS: Final = 15.0
# A child that dies this often this fast will not get better by another start.
QUICK_DEATHS: Final = 5
QUICK_SECONDS: Final = 10.0


@dataclass
class Child:
    """One `comptoir …` process."""

    name: str
    arguments: list[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the parent, who stops all in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  (our own command line)
            [sys.executable, "-m", "comptoir", *self.arguments], env=dict(self.environ), start_new_session=True
        )

    def revive(self) -> None:
        """Start it again if it died. Raises ComptoirError when it keeps dying."""
        if self.process is None or self.process.poll() is None:
            return
        self.quick_deaths = self.quick_deaths + 1 if time.monotonic() - self.started_at < QUICK_SECONDS else 0
        if self.quick_deaths >= QUICK_DEATHS:
            raise ComptoirError(f"The {self.name} stops again and again; its words are above.")
        log.warning("child.restarted", name=self.name, code=self.process.returncode)
        self.start()


@dataclass
class Children:
    """All of them."""

    members: list[Child] = field(default_factory=list)

    def start(self, name: str, arguments: list[str], environ: Mapping[str, str]) -> None:
        """Start one more."""
        child = Child(name, arguments, {**os.environ, **environ})
        child.start()
        self.members.append(child)

    def revive(self) -> None:
        """Start again whatever died."""
        for child in self.members:
            child.revive()

    def stop(self) -> None:
        """Ask all to stop, latest first, and end what does not."""
        running = [child.process for child in reversed(self.members) if child.process]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
