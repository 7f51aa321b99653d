"""What every connector owes the house, as checks: hand in a stage, get the suite (style.md, 20).

A `Stage` is the connector, its vendor's simulator served over HTTP, and what a test may make happen there. Each check
raises `Nonconforming` with what was promised. What needs the ledger, or two workers, lives in `tests/conformance`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from comptoir.kernel.budget import KEPT_FOR_LIVE, Budget
from comptoir.kernel.errors import ComptoirError, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.seal import Secret
from comptoir.pos import capabilities
from comptoir.pos.connector import Connector, Endpoints, Notification, Reading, Vendor
from comptoir.pos.model import Location, Observed, Sale, SaleState, Source, exact

# More than fits on a page, all closed in one millisecond: the hardest place for a cursor.
CROWD: Final = 7
HOSTILE: Final = (b"", b"{}", b"[]", b"null", b"1", b'"', b"\xff\xfe", b'{"a":' * 2000, b'{"account": {}}', b"[" * 5000)


class Nonconforming(AssertionError):
    """What was promised and not kept."""


@dataclass
class Keys:
    """Credentials of a test: what the simulator minted, and how often a fresh one was asked for."""

    mint: Callable[[], str]
    current: str = ""
    renewals: int = 0

    def access_token(self) -> Secret:
        """The current token."""
        self.current = self.current or self.mint()
        return Secret(self.current)

    def renewed(self, stale: Secret) -> Secret:  # noqa: ARG002 - whatever it was
        """Another one. Raises VendorRefused when one was asked for again and again."""
        self.renewals += 1
        if self.renewals > 1:
            raise VendorRefused("a token was renewed twice for one refusal")
        self.current = self.mint()
        return Secret(self.current)


@dataclass(frozen=True)
class Stage:
    """A connector in front of its vendor's simulator.

    `sell` closes a plain bill at an instant, never before the latest, and returns its external id. `told` are the
    bodies the till posts because of what happened since it was asked last; none for a vendor that does not notify.
    `refuse` ends all access tokens. `too_often` lets the vendor answer once that it is asked too often, and to come
    again after so many seconds.
    """

    connector: Connector
    endpoints: Endpoints
    mint: Callable[[], str]
    location_id: str
    page_size: int
    sell: Callable[[datetime], str]
    told: Callable[[], Sequence[bytes]]
    refuse: Callable[[], None]
    too_often: Callable[[int], None]

    def keys(self) -> Keys:
        """Fresh credentials."""
        return Keys(self.mint)

    def open(self, keys: Keys | None = None, budget: Budget | None = None) -> Vendor:
        """One account."""
        return self.connector.open(self.endpoints, keys or self.keys(), budget)

    def location(self, vendor: Vendor) -> Location:
        """The place where `sell` sells."""
        return next(each for each in vendor.locations() if each.external_id == self.location_id)


def require(holds: bool, promise: str) -> None:
    """Raises Nonconforming."""
    if not holds:
        raise Nonconforming(promise)


NOON: Final = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


def read_all(stage: Stage, start: datetime, end: datetime, *, cursor: str = "") -> list[Observed]:
    """The sales of a window, page by page."""
    vendor = stage.open()
    try:
        pages = vendor.sales(stage.location(vendor), start, end, cursor=cursor, now=datetime.now(UTC))
        return [each for page in pages for each in page.observed]
    finally:
        vendor.close()


def the_manifest_says_what_the_account_can(stage: Stage) -> None:
    """A slug for paths, scopes to ask for, a budget with room for imports, and every capability it names."""
    manifest = stage.connector.manifest
    require(manifest.slug.isidentifier() and manifest.slug.islower(), "the slug is a folder name")
    require(bool(manifest.name and manifest.scopes), "there is a name for people, and something to consent to")
    require(manifest.calls_per_second > KEPT_FOR_LIVE, "the budget leaves calls for imports")
    require(
        manifest.refresh_idle > timedelta(minutes=5), "an unused refresh token lives longer than a look at it takes"
    )
    vendor = stage.open()
    protocols = {
        protocol
        for name, protocol in vars(capabilities).items()
        if isinstance(protocol, type) and getattr(protocol, "_is_runtime_protocol", False) and name != "Protocol"
    }
    kept = sum(isinstance(vendor, protocol) for protocol in protocols)
    vendor.close()
    require(kept >= len(manifest.capabilities), "every capability in the manifest is one the account has")


def locations_are_told_apart_and_timed(stage: Stage) -> None:
    """Ids as text and unique, a currency and a zone for each."""
    vendor = stage.open()
    found = vendor.locations()
    vendor.close()
    ids = [each.external_id for each in found]
    require(stage.location_id in ids, "the location that sells is listed")
    require(len(ids) == len(set(ids)) and all(ids), "every location has an id of its own")
    for each in found:
        require(len(each.currency) == 3 and each.currency.isupper(), "a currency is three letters")
        require(bool(ZoneInfo(each.timezone)), "a zone is one")


def a_window_holds_what_was_closed_in_it(stage: Stage) -> None:
    """Closed from `start` on and before `end`, from the books, at this location, finished and exact."""
    before = stage.sell(NOON - timedelta(seconds=1))
    inside = {stage.sell(NOON + timedelta(minutes=minutes)) for minutes in (0, 1, 59)}
    outside = {before, stage.sell(NOON + timedelta(hours=1))}
    found = read_all(stage, NOON, NOON + timedelta(hours=1))
    ids = {each.sale.external_id for each in found}
    require(inside <= ids, "a sale at the start of a window is in it, and so are the others")
    require(not ids & outside, "a sale at the end of a window is not, nor one before its start")
    for each in found:
        require(each.source is Source.READ, "what was read from the books says so")
        require(each.sale.location_id == stage.location_id, "a sale names its location")
        require(each.sale.state in (SaleState.CLOSED, SaleState.CANCELLED), "the books hold finished bills")
        require(each.observed_at.utcoffset() == timedelta(0), "instants are UTC")
        _require_exact(each.sale)


def _require_exact(sale: Sale) -> None:
    amounts = [sale.total, *(line.total for line in sale.lines), *(payment.amount for payment in sale.payments)]
    require(all(isinstance(each, Decimal) and exact(each) == each for each in amounts), "money is exact, never a float")
    require(sale.opened_at.utcoffset() == timedelta(0), "instants are UTC")
    require(msgspec.json.decode(msgspec.json.encode(sale), type=Sale) == sale, "a record survives being stored")


def an_empty_window_is_no_fault(stage: Stage) -> None:
    """Nothing was sold; or the location did not exist yet."""
    require(read_all(stage, NOON, NOON + timedelta(minutes=5)) == [], "a window without sales is empty")
    long_ago = NOON - timedelta(days=900)
    require(read_all(stage, long_ago, long_ago + timedelta(days=2)) == [], "before its time, a location sold nothing")


def a_crowd_in_one_instant_comes_whole_and_from_any_cursor(stage: Stage) -> None:
    """More bills than a page holds, many of them in one millisecond; and going on at each cursor misses none."""
    wanted = {stage.sell(NOON + timedelta(seconds=number)) for number in range(stage.page_size)}
    wanted |= {stage.sell(NOON + timedelta(seconds=stage.page_size)) for _ in range(CROWD)}
    start, end = NOON, NOON + timedelta(hours=1)
    vendor = stage.open()
    location = stage.location(vendor)
    pages = list(vendor.sales(location, start, end, cursor="", now=datetime.now(UTC)))
    require(len(pages) > 1, "so many sales take more than a page")
    require({each.sale.external_id for page in pages for each in page.observed} == wanted, "no sale is skipped")
    require(
        not pages[-1].next_cursor and all(page.next_cursor for page in pages[:-1]), "only the last page has no next"
    )
    require(all(a.next_cursor != b.next_cursor for a, b in pairwise(pages)), "no cursor leads to itself")
    seen: set[str] = set()
    for page in pages[:-1]:
        seen |= {each.sale.external_id for each in page.observed}
        rest = vendor.sales(location, start, end, cursor=page.next_cursor, now=datetime.now(UTC))
        later = {each.sale.external_id for one in rest for each in one.observed}
        require(seen | later == wanted, "an import that was cut short goes on where it stopped")
    vendor.close()


def reading_twice_gives_the_same_bytes(stage: Stage) -> None:
    """A sale that did not change has the same record, whenever it is read."""
    stage.sell(NOON)
    first, second = (read_all(stage, NOON, NOON + timedelta(hours=1)) for _ in range(2))
    require(bool(first), "what was sold is in the books")
    bytes_of = [[msgspec.json.encode(each.sale) for each in found] for found in (first, second)]
    require(bytes_of[0] == bytes_of[1], "equal sales, equal bytes")


def the_till_and_its_books_agree(stage: Stage) -> None:
    """What a notification says of a closed bill is what the books say: the two roads meet."""
    number = stage.sell(NOON)
    bodies = stage.told()
    if not stage.connector.manifest.notifies:
        require(not bodies, "a vendor that does not notify posts nothing")
        return
    told = [each.sale for body in bodies for each in understood(stage, body).observed]
    closed = [each for each in told if each.external_id == number and each.state is SaleState.CLOSED]
    read = {each.sale.external_id: each.sale for each in read_all(stage, NOON, NOON + timedelta(hours=1))}
    require(bool(closed), "the till tells of a bill that it closes")
    require(all(each == read[number] for each in closed), "told and read are one record")


def understood(stage: Stage, body: bytes) -> Reading:
    """A notification, read; it names its location."""
    reading = stage.connector.read(Notification(body=body, received_at=NOON + timedelta(minutes=1)))
    require(reading.location_id == stage.location_id, "a notification says where it is from")
    return reading


def no_body_is_too_hostile(stage: Stage) -> None:
    """Whatever is posted is read, or refused with the path of the fault; and reading twice says the same."""
    stage.sell(NOON)
    bodies = list(stage.told())
    cut = [body[:length] for body in bodies[:1] for length in range(0, len(body), max(len(body) // 40, 1))]
    for body in (*HOSTILE, *cut):
        notification = Notification(body=body, received_at=NOON)
        try:
            stage.connector.read(notification)
        except VendorUnreadable as error:
            require(error.path.startswith("$"), "a fault has a path")
    for body in bodies:
        notification = Notification(body=body, received_at=NOON)
        require(stage.connector.read(notification) == stage.connector.read(notification), "reading is pure")


def a_token_that_is_refused_is_renewed_once(stage: Stage) -> None:
    """401 with one token is a reason to take the next; with that one, to ask the owner."""
    keys = stage.keys()
    vendor = stage.open(keys)
    vendor.locations()
    stage.refuse()
    require(stage.location(vendor) is not None and keys.renewals == 1, "a stale token is renewed, once")
    vendor.close()
    vendor = stage.open(Keys(lambda: "no-such-token"))
    try:
        vendor.locations()
        raise Nonconforming("a token the vendor never gave opens nothing")
    except VendorRefused:
        pass
    finally:
        vendor.close()


def too_often_is_heard_by_the_budget(stage: Stage) -> None:
    """429 makes everybody wait who shares the account, and is no fault of the owner's."""
    budget = Budget(calls=stage.connector.manifest.calls_per_second)
    vendor = stage.open(budget=budget)
    stage.too_often(3600)
    try:
        vendor.locations()
        raise Nonconforming("a vendor that is asked too often is busy")
    except VendorBusy as busy:
        require(busy.retry_at is not None and busy.retry_at > datetime.now(UTC), "it is asked again when it said")
    except ComptoirError as error:
        raise Nonconforming("too often is not the owner's to mend") from error
    finally:
        vendor.close()
    require(budget.take(now=0.0) > 0, "the next caller waits too")


CHECKS: Final[tuple[Callable[[Stage], None], ...]] = (
    the_manifest_says_what_the_account_can,
    locations_are_told_apart_and_timed,
    a_window_holds_what_was_closed_in_it,
    an_empty_window_is_no_fault,
    a_crowd_in_one_instant_comes_whole_and_from_any_cursor,
    reading_twice_gives_the_same_bytes,
    the_till_and_its_books_agree,
    no_body_is_too_hostile,
    a_token_that_is_refused_is_renewed_once,
    too_often_is_heard_by_the_budget,
)
