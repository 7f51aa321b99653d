"""Asynchronous work from synchronous code."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from comptoir.kernel import computing

Made = TypeVar("Made")


def run_apart(work: Callable[[], Coroutine[Any, Any, Made]]) -> Made:
    """Run to the end in a thread of its own: whoever calls may have a loop running in this one.

    `work` makes the coroutine there, so that none is left that nobody awaits. Raises what it raises.
    """
    with computing.outside(), ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.copy_context().run, lambda: asyncio.run(work())).result()
