"""Processes of a run: started with their words in a log, waited for, measured, stopped in order."""

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.failure import BenchFailure

FOLDER: Final = Path(__file__).resolve().parents[1] / ".cache" / "bench"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
TICKS: Final = os.sysconf("SC_CLK_TCK")


def start(name: str, command: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches only us, who stop all in order."""
    with (FOLDER / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)


def wait_for(name: str, port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it answers over HTTP. Raises BenchFailure."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if answers(port):
                return
        except OSError:
            time.sleep(0.05)
    raise BenchFailure(f"{name} does not start; its words are in {FOLDER / name}.log")


def answers(port: int) -> bool:
    """Whether it says anything: the socket is bound long before the application is loaded."""
    with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        return bool(connection.recv(1))


def stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """All of them, in order; what does not end is killed."""
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu(pid: int) -> float:
    """CPU seconds of a process, its threads and its ended children; 0 where the system does not tell."""
    try:
        # The program's name in brackets may hold anything; what follows it does not.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11:15]) / TICKS
