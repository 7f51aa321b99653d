"""What a picture of a page is taken of: a name, an address, who looks, and what is done before and after."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


def nothing(page: Page) -> None:
    """The page as it comes."""


@dataclass(frozen=True)
class Shot:
    """A page, who looks at it, and what is done on it before the picture is taken."""

    name: str
    path: str
    who: str = "alice"
    act: Callable[[Page], object] = nothing
    after: Callable[[Page], object] = nothing
    """Puts back what `act` changed, for whoever comes next."""
