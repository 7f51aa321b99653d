"""How the simulator is set up: the OAuth client it knows, and the freedoms that the sheet leaves open."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum, StrEnum

from comptoir.kernel.seal import Secret


@dataclass(frozen=True)
class OAuthClient:
    """The one client that may ask for consent; there is no redirect_uri in a request, the registered one is used."""

    id: str
    secret: Secret
    redirect_uri: str


class Condition(StrEnum):
    """What can be made to go wrong while the shops trade."""

    PAGE_TOKEN_REPEATED = "page_token_repeated"  # noqa: S105 - a condition
    CHANGED_WHILE_READ = "changed_while_read"


Conditions = Callable[[], Collection[str]]
"""What holds now."""


class RetryAfter(Enum):
    """How a 429 of the token endpoint says when to come again; public clients met all three (2.2)."""

    SECONDS = "seconds"
    HTTP_DATE = "http date"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Behaviour:
    """Freedoms of sheet section 15; the defaults are its assumptions.

    `registers`: of the subscription, which sets the size of the bucket (section 7); None: no limits at all. `size`,
    `drip` and `most_in_a_second`: a bucket of a test's own.
    `void_moves_time_stamp`, `void_reopens`: whether a void moves timeStamp, and sets `completed` to false (11.1).
    `update_time_key`: the spelling of a sale's update time (3.10).
    `void_archives`: whether a voided sale is archived as well (11.1 leaves it open).
    `sale_accounts_key`: what a line calls its accounts; samples of the vendor say `SalesAccounts` (9.8).
    `envelope_401`: a bad token is told in the API's envelope, as in older recordings (2.3).
    `revokes_at_once`: a refresh kills the old token at once, as before 2026 (2.2).
    """

    registers: int | None = 1
    size: Decimal | None = None
    drip: Decimal | None = None
    most_in_a_second: int | None = None
    access: timedelta = timedelta(seconds=3600)
    code: timedelta = timedelta(seconds=60)
    refresh_idle: timedelta = timedelta(days=30)
    revokes_at_once: bool = False
    retry_after: RetryAfter = RetryAfter.SECONDS
    void_moves_time_stamp: bool = False
    void_reopens: bool = True
    update_time_key: str = "updatetime"
    sale_accounts_key: str = "SaleAccounts"
    void_archives: bool = True
    envelope_401: bool = False

    @property
    def bucket_size(self) -> Decimal:
        """Units (section 7)."""
        return self.size or Decimal(90 + 10 * ((self.registers or 1) - 1))

    @property
    def drip_rate(self) -> Decimal:
        """Units a second (section 7)."""
        return self.drip or 1 + Decimal("0.5") * ((self.registers or 1) - 1)

    @property
    def burst(self) -> int:
        """Requests in one second; the sheet has one sample, 20 of 90, and assumes the same share elsewhere."""
        return self.most_in_a_second or int(self.bucket_size * 2 / 9)
