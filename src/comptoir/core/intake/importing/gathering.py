"""Pages of an import put together, while the till's maker answers fast, to what one transaction takes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from comptoir.core.intake import books
from comptoir.pos.connector import SalesPage

PAGES: Final = 5
"""In one transaction: locks, questions and the commit cost the same for one page as for some."""
FAST: Final = timedelta(milliseconds=250)
"""What takes longer to come is stored at once: somebody looks at the screen, and the disk has the time."""


def gathered(pages: Iterable[SalesPage], clock: Callable[[], datetime]) -> Iterator[SalesPage]:
    """The same sales in the same order, in fewer pages; each has the cursor of its last one.

    What came before a fault is handed on before the fault is raised, so nothing is asked for twice. Raises what `pages`
    raises, and VendorUnreadable for a page that the ledger cannot hold.
    """
    held: list[SalesPage] = []
    most = 1  # the first is on screen at once
    asked_at = clock()
    try:
        for page in pages:
            books.check(page)
            held.append(page)
            if len(held) == most or clock() - asked_at > FAST:
                yield _as_one(held)
                held, most = [], PAGES
            asked_at = clock()
    except Exception:
        if held:
            yield _as_one(held)
        raise
    if held:
        yield _as_one(held)


def _as_one(pages: Sequence[SalesPage]) -> SalesPage:
    return SalesPage(
        observed=tuple(each for page in pages for each in page.observed),
        next_cursor=pages[-1].next_cursor,
        identified=tuple(each for page in pages for each in page.identified),
    )
