"""Listings of the staff API, whose pages count from 1."""

from collections.abc import Iterator, Mapping
from typing import Final

from comptoir.connectors.lightspeed_k.calls import Calls
from comptoir.connectors.lightspeed_k.staff import schemas
from comptoir.kernel.budget import Priority

PAGE_SIZE: Final = 100
MOST_PAGES: Final = 10_000
"""Where a listing that never ends is left: a million rows."""


class Listings(Calls):
    """Paging."""

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[schemas.Listed]:
        """What each page lists, up to the last one named or the first empty one."""
        for number in range(1, MOST_PAGES + 1):
            asked = {**params, "page": str(number), "size": str(PAGE_SIZE)}
            page = self._ask(path, schemas.PAGE, asked, Priority.IMPORT)
            listed = page.data or schemas.Listed()
            yield listed
            rows = listed.shifts or listed.staff or listed.staff_group_list or []
            last = page.page.total_pages if page.page else None
            if not rows or (number >= last if last is not None else len(rows) < PAGE_SIZE):
                return
