"""Node-RED with a webhook flow that stores to disk: what somebody would wire up in an afternoon.

It comes through npm into the bench's own folder, in one exact version, and is started as it is. `flow.json` has two
addresses: `/appended` answers when its own file node has handed the body to the system; `/durable` answers when the
disk has it, one `fdatasync` for each body. Neither knows a till by its address or a copy from a new body, as our door
does.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from bench import running
from bench.failure import BenchFailure
from bench.fresh import FOLDER

VERSION: Final = "4.1.15"
"""The latest that runs on the Node.js of Debian 12 and 13 (18.5 or newer)."""
HERE: Final = Path(__file__).parent
INSTALL_SECONDS: Final = 240


class Absent(Exception):
    """It cannot be had on this machine; says why."""


@contextlib.contextmanager
def served(name: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]", Path]]:
    """It, started: its port, its process, and the file that holds a line for each body. Raises Absent, BenchFailure."""
    program = _installed()
    folder, port = FOLDER / name, running.free_port()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for each in ("flow.json", "settings.js"):
        shutil.copy(HERE / each, folder / each)
    stored = folder / "bodies.jsonl"
    stored.touch()
    command = ["node", str(program), "--userDir", str(folder), "--port", str(port)]
    process = running.start(name, command, {**os.environ, "BENCH_FILE": str(stored), "NODE_ENV": "production"})
    try:
        _wait_for(name, port, process)
        yield port, process, stored
    finally:
        running.stop([process])
        shutil.rmtree(folder, ignore_errors=True)


def _installed() -> Path:
    """Its program in an environment of the bench; installed once. Raises Absent."""
    folder = FOLDER / "environments" / f"node-red-{VERSION}"
    program = folder / "node_modules" / "node-red" / "red.js"
    if not (shutil.which("npm") and shutil.which("node")):
        raise Absent("npm is not on this machine")
    if not (folder / ".made").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True}))
        command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", f"node-red@{VERSION}"]
        try:
            made = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise Absent(f"npm did not bring it within {INSTALL_SECONDS} s") from None
        if made.returncode:
            raise Absent(f"npm cannot install it: {made.stderr.decode()[-300:].strip()}")
        (folder / ".made").touch()
    return program


def _wait_for(name: str, port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until its flow answers: it listens before its flow is there. Raises BenchFailure."""
    deadline = time.monotonic() + running.START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/ready", timeout=running.START_SECONDS):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise BenchFailure(f"{name} does not start; its words are in {FOLDER / name}.log")
