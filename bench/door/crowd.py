"""How long processes waited for a core: what of a latency is the machine's, not the program's."""

from collections.abc import Sequence
from pathlib import Path


def waited(pids: Sequence[int]) -> float:
    """Seconds that threads of these processes were ready to run and had no core; 0 where the system does not tell."""
    return sum(_of(pid) for pid in pids)


def _of(pid: int) -> float:
    total = 0
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            _ran, waited_for, _slices = (thread / "schedstat").read_text().split()
            total += int(waited_for)
    except (OSError, ValueError):
        return 0.0
    return total / 1e9
