"""`comptoir …` on the test database: as a process of its own, or in this one, which takes two CPU seconds less."""

import os
import subprocess
import sys
from unittest import mock

from typer.testing import CliRunner

from comptoir.cli import house
from comptoir.cli.main import app

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


def inside(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run one command in this process, whose Django and log are set up: what it says and does, not how it starts."""
    with mock.patch.object(house, "ready", house.sentences), mock.patch.object(house, "set_up_log"):
        done = CliRunner().invoke(app, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def expect_one_sentence(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    """It failed, and said why in one line that holds these words."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    [line] = done.stderr.strip().splitlines()
    for word in words:
        assert word in line, line
