"""Pages of an import are asked for while those before them are stored: neither the till's maker nor the disk waits."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import Final

from django.db import connection as database

from comptoir.kernel import computing
from comptoir.pos.connector import SalesPage

MOST: Final = 3
"""Pages that were asked for and not handed on yet: what an import that is paused has asked for in vain."""
MOST_READERS: Final = 4
"""In one process at a time: each keeps a session of the pool, beside those of the jobs (`core.jobs.engine`)."""

_free: Final = BoundedSemaphore(MOST_READERS)


@contextmanager
def read_ahead(pages: Iterator[SalesPage]) -> Iterator[Iterator[SalesPage]]:
    """The same pages in the same order; what `pages` raises is raised in its place. Its reader is gone afterwards.

    Within a transaction nothing is read ahead: the reader's session would not see what the transaction wrote. Nor is it
    where `MOST_READERS` are at it already.
    """
    if database.in_atomic_block or not _free.acquire(blocking=False):
        yield pages
        return
    try:
        with _read_by_another(pages) as coming:
            yield coming
    finally:
        _free.release()


@contextmanager
def _read_by_another(pages: Iterator[SalesPage]) -> Iterator[Iterator[SalesPage]]:
    with ThreadPoolExecutor(1, thread_name_prefix="import-ahead") as reader:
        asked: deque[Future[SalesPage | None]] = deque()
        try:
            yield _handed_on(pages, reader, asked)
        finally:
            for each in asked:
                each.cancel()
            # Every thread has its session: the name is looked up over there, or it would be this one's. A session that
            # is not given back is missing from the pool for good.
            reader.submit(lambda: database.close()).result()


def _handed_on(
    pages: Iterator[SalesPage], reader: ThreadPoolExecutor, asked: "deque[Future[SalesPage | None]]"
) -> Iterator[SalesPage]:
    context = copy_context()  # the job's name in the log

    def following() -> SalesPage | None:
        return context.run(next, pages, None)

    while True:
        asked.extend(reader.submit(following) for _ in range(MOST - len(asked)))
        with computing.outside():
            page = asked.popleft().result()
        if page is None:
            return
        yield page
