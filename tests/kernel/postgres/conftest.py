"""Real servers in folders of their own; everything of theirs is gone after each test."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest

from comptoir.kernel.postgres import Cluster, cluster, discard, locks, server

HOLDER = """
import sys
from pathlib import Path
from comptoir.kernel.postgres import attach, cluster
with attach(cluster(Path(sys.argv[1])), durable=False):
    print("attached", flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that is attached until told to leave, or killed."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait_until_attached(self) -> None:
        assert _stream(self._process.stdout).readline() == "attached\n"

    def leave(self) -> None:
        self._process.communicate("", timeout=60)
        assert self._process.returncode == 0

    def kill_after(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream
    return stream


@contextmanager
def _tidied(folder: Path) -> Iterator[Cluster]:
    made = cluster(folder)
    yield made
    discard(made)
    server.end_remains(made)
    shutil.rmtree(made.socket_folder, ignore_errors=True)


@pytest.fixture
def fresh_place(tmp_path: Path) -> Iterator[Cluster]:
    """A data folder yet to be made, below pytest's own: private, so out of reach for the account root steps down to."""
    with _tidied(tmp_path / "data") as made:
        yield made


@pytest.fixture(scope="module")
def _kept_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with _tidied(tmp_path_factory.mktemp("kept") / "data") as made:
        yield made


@pytest.fixture
def place(_kept_place: Cluster) -> Iterator[Cluster]:
    """A data folder like `fresh_place`, but with what the file's former tests left in it; its server is stopped."""
    yield _kept_place
    with locks.exclusive(_kept_place.start_lock, seconds=60):
        server.stop(_kept_place)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="comptoir-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def open_place(open_folder: Path) -> Iterator[Cluster]:
    """A data folder yet to be made that every account may enter."""
    with _tidied(open_folder / "data") as made:
        yield made


@pytest.fixture
def hold() -> Iterator[Callable[[Path], Holder]]:
    """Start another process that attaches to a data folder."""
    holders: list[Holder] = []

    def start(folder: Path) -> Holder:
        holders.append(Holder(folder))
        return holders[-1]

    yield start
    for holder in holders:
        holder.kill()


Query = Callable[..., Any]


@pytest.fixture
def query() -> Query:
    """Run one statement in the cluster's own database; the first column of the first row, if any."""

    def run(place: Cluster, statement: str) -> Any:
        with psycopg.connect(place.dsn(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    return run


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Poll until a condition holds; fails after a minute."""

    def poll(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "did not happen in time"
            # Give way: a hot loop would starve the supervisor, which is a thread of this process.
            time.sleep(0.02)

    return poll
