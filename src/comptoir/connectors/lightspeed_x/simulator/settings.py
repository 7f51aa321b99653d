"""How the simulator is set up: the OAuth client it knows, and the freedoms that the sheet leaves open."""

from dataclasses import dataclass
from datetime import timedelta

from comptoir.kernel.seal import Secret


@dataclass(frozen=True)
class OAuthClient:
    """The one client that may ask for consent; `redirect_uri` is the registered one, and asked for again (2)."""

    id: str
    secret: Secret
    redirect_uri: str


@dataclass(frozen=True)
class Behaviour:
    """Freedoms of sheet section 9; the defaults are its assumptions.

    `limited`: whether requests are counted at all. `default_page`, `largest_page`: how many records a page has without
    and with `page_size` (unknown, and up to 200).
    """

    limited: bool = True
    default_page: int = 50
    largest_page: int = 200
    access: timedelta = timedelta(seconds=86400)
    code: timedelta = timedelta(minutes=10)
    window: timedelta = timedelta(minutes=5)
