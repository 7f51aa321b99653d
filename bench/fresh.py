"""A database with all tables and nothing in them, made once and copied: migrating takes 20 CPU seconds, for each member
of the suite.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.failure import BenchFailure
from comptoir.kernel import postgres

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / ".cache" / "bench"
FRESH: Final = FOLDER / "fresh"
LOCKS: Final = "postgres-*.lock"


def lay_out(folder: Path) -> None:
    """Put it into an empty data folder. Raises BenchFailure, PostgresUnavailable."""
    folder.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "fresh.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever measures something else at the same time
        _make()
    cluster = postgres.cluster(FRESH)
    if cluster.location_file.exists():
        return  # its data lie in no folder of ours: the member migrates by itself
    copied = subprocess.run(["cp", "-a", f"{FRESH}/.", str(folder)], capture_output=True, check=False)
    if copied.returncode:
        raise BenchFailure(f"{FRESH} cannot be copied: {copied.stderr.decode()[-300:]}")
    for stale in folder.glob(LOCKS):
        stale.unlink()
    os.sync()  # else the disk writes it while we measure


def _make() -> None:
    mark, known = FRESH / "made-of", _digest()
    if mark.exists() and mark.read_text() == known:
        return
    cluster = postgres.cluster(FRESH)
    postgres.discard(cluster)
    shutil.rmtree(FRESH, ignore_errors=True)
    FRESH.mkdir(parents=True)
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("COMPTOIR_", "DATABASE_"))}
    environ["COMPTOIR_DATA"] = str(FRESH)
    with postgres.attach(cluster, durable=False):
        command = [sys.executable, "-m", "comptoir", "migrate"]
        made = subprocess.run(command, env=environ, capture_output=True, check=False)
    if made.returncode:
        raise BenchFailure(f"The tables cannot be made: {made.stderr.decode()[-600:]}")
    mark.write_text(known)


def _digest() -> str:
    """Of what the tables are made of."""
    files = [ROOT / "requirements.lock", *sorted((ROOT / "src").glob("**/migrations/*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
