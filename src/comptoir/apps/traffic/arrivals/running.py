"""A look at a place: what lies there is taken, file by file; why it cannot be looked at is written down."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

import structlog
from django.db import IntegrityError
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from comptoir.apps.traffic.arrivals import devices, dor, folder, mailbox, sftp
from comptoir.apps.traffic.arrivals.arrived import Arrival, FeedFault
from comptoir.apps.traffic.arrivals.feeds import EVERY
from comptoir.apps.traffic.arrivals.taking import take
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.core.installations import modules
from comptoir.kernel.egress import EgressRefused

log = structlog.get_logger(__name__)


class Looks(Protocol):
    """How a kind of place is looked at."""

    def __call__(self, feed: CountFeed, *, now: datetime) -> Iterator[Arrival]:
        """What lies there. Raises FeedFault, EgressRefused."""


KINDS: Final[Mapping[str, Looks]] = {"folder": folder.arrivals, "sftp": sftp.arrivals, "mail": mailbox.arrivals}
ASKED: Final[Mapping[str, Callable[..., int]]] = {**dict.fromkeys(devices.MAKERS, devices.read), "dor": dor.read}
"""Those that are asked for hours, rather than for files."""


@dataclass(frozen=True)
class Looked:
    """What a look came to; `fault` is why it failed, "" where it did not."""

    taken: int = 0
    parked: int = 0
    fault: str = ""


def look(feed: CountFeed, *, now: datetime) -> Looked:
    """Take what is there. What was taken before a fault stays taken.

    What went wrong is kept in English, and said to each reader in his language (`web.kept_words`).
    """
    with override("en"):
        return _look(feed, now)


def _look(feed: CountFeed, now: datetime) -> Looked:
    states: Counter[str] = Counter()
    fault = ""
    try:
        if feed.kind in ASKED:
            states[CountFile.TAKEN] = ASKED[feed.kind](feed, now=now)
            return _looked(feed, states, "", now)
        for arrival in KINDS[feed.kind](feed, now=now):
            try:
                states.update(each.state for each in take(feed, arrival, now=now))
            except IntegrityError:
                # The same content comes in through another place at this moment: the next look finds it known.
                log.info("traffic.feed_file_met", feed=str(feed.id))
    except EgressRefused as error:
        fault = _(
            "This address is in a private network. Whoever runs this installation can allow it: COMPTOIR_EGRESS_ALLOW."
        )
        log.info("traffic.feed_fault", feed=str(feed.id), why=error.for_log)
    except FeedFault as error:
        fault = error.for_owner[:300]
        log.info("traffic.feed_fault", feed=str(feed.id), why=error.for_log)
    return _looked(feed, states, fault, now)


def _looked(feed: CountFeed, states: Counter[str], fault: str, now: datetime) -> Looked:
    rows = CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id)
    rows.update(tried_at=now, fault=fault, failing_since=Coalesce(F("failing_since"), now) if fault else None)
    return Looked(states[CountFile.TAKEN], states[CountFile.PARKED], fault)


def due(app: str, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """The feeds to look at, of chains whose module is on: (organisation, feed). Each once within its own while."""
    looked_at = Q()
    for every in EVERY[1:]:
        while_of_now = datetime.fromtimestamp(now.timestamp() // (60 * every) * 60 * every, UTC)
        looked_at |= Q(every=every, tried_at__gte=while_of_now)
    rows = CountFeed.objects.filter(active=True).exclude(looked_at)
    return [
        (each.organisation_id, each.id) for each in rows if not modules.is_off_everywhere(each.organisation_id, app)
    ]
