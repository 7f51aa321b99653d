"""A file that arrived becomes counts once, however often it comes (traffic-analytics.md 3.3).

What it says and that it was taken are written together; its place hears of it afterwards. Cut off in between, the file
is still where it was, is known by its content, and only its place is put in order.
"""

import hashlib
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals.arrived import Arrival, ArrivedFile
from comptoir.apps.traffic.counting import aside
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

MOST_FAULTS: Final = 50
LONGEST: Final = 300


def take(feed: CountFeed, arrival: Arrival, *, now: datetime) -> list[CountFile]:
    """What became of each file of an arrival, all of them written in one transaction."""
    with transaction.atomic():
        rows = [_take(feed, each, arrival.refused, now) for each in arrival.files]
        CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id).update(arrived_at=now)
    arrival.settled(rows)
    return rows


def _take(feed: CountFeed, file: ArrivedFile, refused: str, now: datetime) -> CountFile:
    row = CountFile(
        organisation_id=feed.organisation_id,
        id=new_id(),
        feed_id=feed.id,
        origin=file.origin[:400],
        name=file.name[:200],
        sha256=hashlib.sha256(file.content).hexdigest(),
        state=CountFile.PARKED,
        is_refused=bool(refused),
        words=refused[:LONGEST],
        received_at=now,
    )
    before = CountFile.objects.filter(organisation_id=feed.organisation_id, sha256=row.sha256, state=CountFile.TAKEN)
    if before.exists():
        row.state = CountFile.AGAIN
    elif not refused:
        _read(row, file.content, f"feed:{feed.id}", now)
    row.save(force_insert=True)
    return row


def _read(row: CountFile, content: bytes, actor: str, now: datetime) -> None:
    """Fill in what the content came to; of what is refused as a whole nothing stays."""
    try:
        with transaction.atomic():
            found = aside.take(
                organisation_id=row.organisation_id, content=content, actor=actor, now=now, store_ids=None
            )
    except RuleBroken as broken:
        row.words = broken.for_owner[:LONGEST]
        return
    row.rows, row.taken, row.aside = found.rows, found.taken, found.aside
    row.faults = [[each.line, each.words[:LONGEST]] for each in found.faults[:MOST_FAULTS]]
    if found.taken or found.aside:
        row.state = CountFile.TAKEN
    else:
        row.words = _("No row of it could be taken.")
