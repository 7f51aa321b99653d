"""Page iterators that refuse a repeated token."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from comptoir.kernel.errors import VendorUnreadable

Page = TypeVar("Page")


def by_token(
    load: Callable[[str | None], Page], *, next_token: Callable[[Page], str | None], start: str | None = None
) -> Iterator[Page]:
    """Load pages until one carries no next token.

    Raises VendorUnreadable when a token repeats: going on would read the same page for ever.
    """
    seen = {start}
    token = start
    while True:
        page = load(token)
        yield page
        token = next_token(page)
        if not token:
            return
        if token in seen:
            raise VendorUnreadable(
                "The point of sale sent the same page twice; the import stopped before counting twice.",
                path="$.nextPageToken",
                for_log=f"page token repeated: {token}",
            )
        seen.add(token)
