"""Where the time of a lone bill goes, from the till's post to the tablet, as it can be seen from outside.

Three sources, one clock: the till and the tablet; a session that hears what the others are told, as PostgreSQL tells it
behind the commit; and the instants that rows carry. At a rate at which bills come alone, the first word after an
instant is that of the same bill.
"""

import contextlib
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

import psycopg
from rich.console import Console
from rich.table import Table

from bench.tablet.watching import Track

ROWS_SQL: Final = (
    "SELECT o.receipt_number, n.received_at, n.processed_at, s.queued_at FROM loyalty_offer o"
    " JOIN loyalty_showing s ON s.organisation_id = o.organisation_id AND s.offer_id = o.id"
    " JOIN intake_notification n ON n.organisation_id = o.organisation_id AND n.sale_id = o.sale_id"
)
INBOX: Final = "comptoir_inbox"
OFFER: Final = "offer"
LOOK_SECONDS: Final = 0.2
STAGES: Final = (
    "the till posts, the door has the body",
    "the door commits, workers hear of it",
    "the drain begins",
    "bodies read, sales written, loyalty begins",
    "points, what the tablet shows, commit; whoever listens hears of it",
    "the web process tells the tablet",
)
"""Each from the end of the one before it."""


class Told(NamedTuple):
    """When a channel or topic was heard of, in order."""

    instants: dict[str, list[float]]

    def after(self, topic: str, instant: float) -> float:
        """The first time after an instant; the instant itself when there was none."""
        known = self.instants.get(topic, [])
        place = bisect_left(known, instant)
        return known[place] if place < len(known) else instant


@contextlib.contextmanager
def listening(dsn: str) -> Iterator[Told]:
    """Hear what workers and web processes are told meanwhile."""
    told, over = Told({}), threading.Event()
    with psycopg.connect(dsn, autocommit=True) as session:
        session.execute(f"LISTEN {INBOX}")
        session.execute("LISTEN comptoir_live")
        thread = threading.Thread(target=_hear, args=(session, told, over))
        thread.start()
        try:
            yield told
        finally:
            over.set()
            thread.join()


def _hear(session: "psycopg.Connection[tuple[object, ...]]", told: Told, over: threading.Event) -> None:
    while not over.is_set():
        for notice in session.notifies(timeout=LOOK_SECONDS):
            topic = notice.payload.rpartition(" ")[2] or notice.channel
            told.instants.setdefault(topic, []).append(time.time())


def follow(dsn: str, tracks: Sequence[Track], told: Told) -> list[list[float]]:
    """Seconds of each stage, for each bill that can be followed."""
    with psycopg.connect(dsn) as session:
        rows = {receipt: [each.timestamp() for each in instants] for receipt, *instants in session.execute(ROWS_SQL)}
    found = []
    for track in tracks:
        if track.receipt not in rows or not track.heard_at:
            continue
        received, processed, queued = rows[track.receipt]
        marks = [
            track.posted_at,
            received,
            told.after(INBOX, received),
            processed,
            queued,
            told.after(OFFER, queued),
            track.heard_at,
        ]
        found.append([after - before for before, after in pairwise(marks)])
    return found


def show(console: Console, found: Sequence[Sequence[float]]) -> None:
    """The median of each stage, in microseconds, and of each bill's whole way."""
    table = Table("stage of a lone bill", title=f"{len(found)} bills, 1,000 a minute")
    for heading in ("p50 us", "p90 us"):
        table.add_column(heading, justify="right")
    for name, took in zip((*STAGES, "all"), zip(*([*each, sum(each)] for each in found), strict=True), strict=True):
        ordered = sorted(took)
        table.add_row(name, f"{median(took) * 1e6:,.0f}", f"{ordered[len(ordered) * 9 // 10] * 1e6:,.0f}")
    console.print(table)
