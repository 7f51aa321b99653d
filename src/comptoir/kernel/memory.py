"""How Python's collector of cycles runs in a process that serves or works for long."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

BATCHED: Final = (50_000, 20, 100)
"""After how many new containers it looks: a batch of sales makes tens of thousands, hardly any of them in cycles."""


@contextmanager
def loading() -> Iterator[None]:
    """Look for no cycles meanwhile: of what is loaded nearly all stays, and looking takes a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_what_is_loaded() -> None:
    """What is loaded by now stays for good: no collection needs to walk through it again."""
    gc.collect()
    gc.freeze()


def collect_by_batches() -> None:
    """The same, and collect after a batch of sales instead of some hundred times within it."""
    keep_what_is_loaded()
    gc.set_threshold(*BATCHED)
