"""Counters over the doors of the restaurants: they post how many came in, as a people counter does, through the API.

They know nothing of Comptoir but its public address, a token that may write counts, and what a location is called.
Without a token they count nothing. As many come in as sat down and paid, and some more who went away again.
"""

import json
import logging
import random
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.http import send
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import now_in_milliseconds
from comptoir.pos.model import SaleKind
from comptoir.sandbox.world import RestaurantWorld

MINUTES: Final = 15
BUCKET: Final = timedelta(minutes=MINUTES)
HISTORY: Final = timedelta(days=3)
AGAIN: Final = timedelta(hours=1)
"""What was told within so long is told again each time: bills of that time may have been closed since."""
TICK_SECONDS: Final = 5.0
MOST: Final = 500
"""Counts in one message; the API takes 1,000."""
OUT_OF_THE_RAIN: Final = 2
"""How many look in within a quarter of an hour and leave although nobody bought."""

_log = logging.getLogger(__name__)


class Doors:
    """Kept in memory, as the settings of a small device are. One thread at a time may call `tell`."""

    def __init__(self, world: RestaurantWorld, *, base_url: str, seed: int) -> None:
        self._world = world
        self._address = f"{base_url}/v1/traffic/counts"
        self._seed = seed
        self._token: Secret | None = None
        self._places: Mapping[str, str] = {}
        self._told_until: datetime | None = None

    def set_up(self, token: str, places: Mapping[str, str]) -> None:
        """Type in the token and what each location is called over there. Raises RuleBroken for an unknown location."""
        for location_id in places:
            self._world.place(location_id)
        self._token, self._places, self._told_until = Secret(token), dict(places), None

    def run(self, stopping: threading.Event) -> None:
        """Until it is stopped."""
        while not stopping.wait(TICK_SECONDS):
            try:
                self.tell(now_in_milliseconds())
            except VendorBusy as fault:
                _log.info("The counters reach nobody, and try again: %s", fault.for_log)
            except Exception:
                _log.exception("The counters missed a beat")

    def tell(self, now: datetime) -> int:
        """Send the quarters of an hour that are over and were not told yet; how many. Raises VendorBusy."""
        end = _bucket(now)
        if self._token is None or (self._told_until is not None and end <= self._told_until):
            return 0
        start = _bucket(now - HISTORY) if self._told_until is None else self._told_until - AGAIN
        counts = [each for location_id in self._places for each in self.counts(location_id, start, end)]
        for first in range(0, len(counts), MOST):
            self._send(self._token, counts[first : first + MOST])
        self._told_until = end
        return len(counts)

    def counts(self, location_id: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """What the counter of a location says of [start, end): the same for the same bills, zeros included."""
        bought = Counter(
            _bucket(sale.closed_at)
            for sale in self._world.closed_sales(location_id, start, end)
            if sale.closed_at is not None and sale.kind is SaleKind.SALE
        )
        found, at = [], start
        while at < end:
            chance = random.Random(f"{self._seed}/{location_id}/{int(at.timestamp())}")  # noqa: S311 - guests, not keys
            buyers = bought[at]
            looked = chance.randint(buyers, 2 * buyers + OUT_OF_THE_RAIN) if buyers else 0
            came = buyers + looked
            found.append(
                {
                    "location": self._places.get(location_id, location_id),
                    "start": at.isoformat(),
                    "minutes": MINUTES,
                    "went_in": came,
                    "went_out": came,
                }
            )
            at += BUCKET
        return found

    def _send(self, token: Secret, counts: list[dict[str, Any]]) -> None:
        headers = {"authorization": f"Bearer {token.reveal()}", "content-type": "application/json"}
        answer = send("POST", self._address, body=json.dumps({"counts": counts}).encode(), headers=headers)
        if answer.status != 202:
            raise VendorBusy("The counts were not taken.", for_log=f"status {answer.status}")


def _bucket(at: datetime) -> datetime:
    return at.replace(minute=at.minute // MINUTES * MINUTES, second=0, microsecond=0)
