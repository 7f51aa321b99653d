"""`comptoir …` as a process of its own, on the test database unless told otherwise."""

import os
import subprocess
import sys

TIMEOUT_SECONDS = 60


def comptoir(*arguments: str, **environ: str | None) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end; an environment variable that is None is not set at all."""
    surroundings = {**os.environ, **environ}
    return subprocess.run(
        [sys.executable, "-m", "comptoir", *arguments],
        env={name: value for name, value in surroundings.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def expect_one_sentence(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    """It failed, and said why in one line that holds these words."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    [line] = done.stderr.strip().splitlines()
    for word in words:
        assert word in line, line
