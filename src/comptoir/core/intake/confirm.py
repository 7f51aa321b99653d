"""Confirm what came in at a shared door: the till's books are read for it, and nothing else is believed.

A notification without a key only says when to look. Its sale comes in as read from the books, or not at all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db.models import BinaryField, Case, F, When
from django.db.models.functions import Length

from comptoir.core.connections.models import LocationLink
from comptoir.core.intake import books, process
from comptoir.core.intake import rows as inbox
from comptoir.core.intake.fates import observed_in
from comptoir.core.intake.models import Notification
from comptoir.core.intake.packing import unpacked
from comptoir.core.ledger import rows, store
from comptoir.kernel.errors import VendorBusy, VendorRefused
from comptoir.pos.model import Observed, Source

log = structlog.get_logger(__name__)

# When the books do not show a sale yet, they are read again after these waits: 24 hours in all.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60, 120, 240, 480, 492))
# A till that cannot be asked, or asks to be signed in again, is no answer: that counts as no try.
ASK_AGAIN: Final = timedelta(minutes=5)
GIVE_UP_AFTER: Final = timedelta(days=8)
# However much comes in, a store's books are read at most this often.
PAUSE: Final = timedelta(seconds=30)
BATCH: Final = 2000
# A till's clock may run ahead or behind, and the network has it later still.
MARGIN: Final = timedelta(minutes=5)
# What a stranger claims must not make us read years: a bill is looked for at most this long before it was told of.
REACH: Final = timedelta(days=1)
UNLINKED: Final = "This location does not feed the store any more."


@dataclass(frozen=True)
class Sought:
    """A notification, and the sales it claims."""

    row: Notification
    observed: tuple[Observed, ...]

    @property
    def earliest(self) -> datetime:
        """Where the books are opened for it: where it says the bill was closed, as far as that can be believed."""
        told = min((each.sale.closed_at or self.row.received_at for each in self.observed), default=None)
        at = min(told or self.row.received_at, self.row.received_at)
        return max(at, self.row.received_at - REACH) - MARGIN


def stores_due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, store) of those with something to confirm whose books were not read a moment ago."""
    waiting = Notification.objects.filter(due_at__lte=now, store_id__isnull=False, organisation_id__isnull=False)
    found = set(waiting.values_list("organisation_id", "store_id").distinct())
    stores = {store_id for _, store_id in found}
    rested = Notification.objects.filter(store_id__in=stores, tried_at__gt=now - PAUSE)
    busy = set(rested.values_list("store_id", flat=True).distinct())
    return sorted(
        (organisation, store) for organisation, store in found if organisation and store and store not in busy
    )


def confirm(*, organisation_id: UUID, store_id: UUID, clock: Callable[[], datetime]) -> int:
    """Read the books for what is due of a store; returns how many were confirmed. One batch of them, one reading."""
    groups: defaultdict[tuple[str, str], list[Notification]] = defaultdict(list)
    for row in _due(organisation_id, store_id, clock()):
        groups[row.provider, row.location_id].append(row)
    confirmed = sum(_confirm(organisation_id, store_id, members, clock) for members in groups.values())
    if groups:
        store.notify_live(organisation_id, process.LIVE_TOPIC)
    return confirmed


def _due(organisation_id: UUID, store_id: UUID, now: datetime) -> list[Notification]:
    """Those due the longest, with their bodies: as many as fit the memory. What is too much is the next reading's."""
    due = Notification.objects.filter(organisation_id=organisation_id, store_id=store_id, due_at__lte=now)
    small = Case(When(size__lte=inbox.LARGE, then="body"), output_field=BinaryField())
    found: list[Notification] = []
    taken = 0
    for row in due.defer("body").annotate(size=Length("body"), stored=small).order_by("due_at", "id")[:BATCH]:
        if taken >= inbox.MOST_BYTES:
            break
        if row.stored is not None:
            row.body = unpacked(bytes(row.stored))
        taken += len(row.body)  # a large one is fetched here, alone
        found.append(row)
    return found


def _confirm(organisation_id: UUID, store_id: UUID, due: Sequence[Notification], clock: Callable[[], datetime]) -> int:
    """Those of one location."""
    sought = [Sought(row, observed_in(row)) for row in due]
    links = LocationLink.objects.select_related("connection", "store")
    link = links.filter(
        organisation_id=organisation_id, store_id=store_id, provider=due[0].provider, external_id=due[0].location_id
    ).first()
    if link is None:
        _update(due, tried_at=clock(), due_at=None, fault=UNLINKED)
        return 0
    try:
        books.read_into_ledger(link, start=min(each.earliest for each in sought), end=clock() + MARGIN, clock=clock)
    except (VendorBusy, VendorRefused) as error:
        _put_off(due, error, clock())
        return 0
    except Exception as error:
        _try_again(due, books.words_for(error), clock())
        raise
    return _settle(organisation_id, sought, clock())


def _settle(organisation_id: UUID, sought: Iterable[Sought], now: datetime) -> int:
    """Confirmed is what the ledger holds as read from the books; what it does not is looked for again."""
    missing, confirmed = [], 0
    keys = {(each.sale.location_id, each.sale.external_id) for one in sought for each in one.observed}
    provider = next((one.row.provider for one in sought), "")
    known = rows.load(organisation_id, provider, keys)
    books = {key: row.id for key, row in known.items() if row.source is Source.READ}
    for one in sought:
        own = [books.get((each.sale.location_id, each.sale.external_id)) for each in one.observed]
        if own and all(own):
            values = {"outcome": Notification.Outcome.CONFIRMED, "sale_id": own[0], "fault": ""}
            confirmed += _update([one.row], tries=F("tries") + 1, tried_at=now, due_at=None, **values)
        else:
            missing.append(one.row)
    _try_again(missing, "", now)
    return confirmed


def _try_again(missing: Iterable[Notification], fault: str, now: datetime) -> None:
    """The next wait of the row, or none when all are through."""
    by_tries: defaultdict[int, list[Notification]] = defaultdict(list)
    for row in missing:
        by_tries[row.tries].append(row)
    for tries, members in by_tries.items():
        due_at = now + WAITS[tries] if tries < len(WAITS) else None
        _update(members, tries=tries + 1, tried_at=now, due_at=due_at, fault=fault)


def _put_off(due: Sequence[Notification], error: VendorBusy | VendorRefused, now: datetime) -> None:
    """The till could not be asked."""
    named = error.retry_at if isinstance(error, VendorBusy) else None
    due_at = max(named or now, now + ASK_AGAIN)
    late = [row for row in due if row.received_at < now - GIVE_UP_AFTER]
    _update(late, tried_at=now, due_at=None, fault=error.for_owner)
    _update([row for row in due if row not in late], tried_at=now, due_at=due_at, fault=error.for_owner)


def _update(them: Iterable[Notification], **values: object) -> int:
    """Write to those that are still unverified: one that was replayed meanwhile is somebody else's."""
    rows_of: defaultdict[UUID | None, list[int]] = defaultdict(list)
    for row in them:
        rows_of[row.organisation_id].append(row.id)
    unverified = Notification.objects.filter(outcome=Notification.Outcome.UNVERIFIED)
    return sum(unverified.filter(organisation_id=owner, id__in=ids).update(**values) for owner, ids in rows_of.items())
