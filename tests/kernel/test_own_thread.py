"""Asynchronous work, whatever runs in the caller's thread."""

import asyncio
import contextvars

import pytest

from comptoir.kernel.own_thread import run_apart

language: contextvars.ContextVar[str] = contextvars.ContextVar("language", default="en")


async def spoken() -> str:
    await asyncio.sleep(0)
    return language.get()


async def failing() -> None:
    raise OSError("gone")


def test_work_runs_beside_a_loop_of_the_caller_in_the_callers_context() -> None:
    async def caller() -> str:
        language.set("fr")
        return run_apart(spoken)

    # Itself apart: a browser of another test may have a loop running in this thread.
    assert run_apart(caller) == "fr"


def test_what_the_work_raises_arrives() -> None:
    with pytest.raises(OSError, match="gone"):
        run_apart(failing)
