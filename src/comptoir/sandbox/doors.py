"""Counters over doors: they post how many came in, as a people counter does, through the API.

They know nothing of Comptoir but its public address, a token that may write counts, and what a location is called.
Without a token they count nothing. As many come in as bought something, and some more who went away again. Where a
location is not known over there yet, they keep their counts and ask again.
"""

import json
import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.http import send
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import now_in_milliseconds

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

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
Bought = Callable[[str, datetime, datetime], Iterable[datetime]]

_log = logging.getLogger(__name__)


class Doors:
    """Kept in memory, as the settings of a small device are. One thread at a time may call `tell`.

    `bought`: when somebody bought something at a location within [start, end). `history`: how much of the past a
    counter still remembers. `minutes`: what one count covers.
    """

    def __init__(
        self, bought: Bought, *, base_url: str, seed: int, history: timedelta = HISTORY, minutes: int = MINUTES
    ) -> None:
        self._bought = bought
        self._address = f"{base_url}/v1/traffic/counts"
        self._seed = seed
        self._history = history
        self._minutes = minutes
        self._token: Secret | None = None
        self._places: Mapping[str, str] = {}
        self._told_until: dict[str, datetime] = {}

    def set_up(self, token: str, places: Mapping[str, str]) -> None:
        """Type in the token and what each location is called over there. Raises RuleBroken for an unknown location."""
        for location_id in places:
            self._bought(location_id, LONG_AGO, LONG_AGO)
        self._token, self._places, self._told_until = Secret(token), dict(places), {}

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
        """Send what is over and was not told yet; how many counts. Raises VendorBusy.

        Of a location that was not taken yet the latest count alone is tried.
        """
        if self._token is None:
            return 0
        end = self._begin(now)
        unheard = [each for each in self._places if each not in self._told_until]
        self._told_until |= dict.fromkeys(self._tried(self._token, unheard, end), end - self._history)
        counts = [
            each
            for location_id, until in self._told_until.items()
            if until < end
            for each in self.counts(location_id, max(until - AGAIN, end - self._history), end)
        ]
        for first in range(0, len(counts), MOST):
            self._send(self._token, counts[first : first + MOST])
        self._told_until = dict.fromkeys(self._told_until, end)
        return len(counts)

    def _tried(self, token: Secret, unheard: list[str], end: datetime) -> list[str]:
        """Those of the locations that are known over there."""
        latest = [self.counts(each, end - timedelta(minutes=self._minutes), end)[0] for each in unheard]
        refused = self._send(token, latest) if latest else set()
        return [each for place, each in enumerate(unheard) if place not in refused]

    def counts(self, location_id: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """What the counter of a location says of [start, end): the same for the same bills, zeros included."""
        bought = Counter(self._begin(at) for at in self._bought(location_id, start, end))
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
                    "minutes": self._minutes,
                    "went_in": came,
                    "went_out": came,
                }
            )
            at += timedelta(minutes=self._minutes)
        return found

    def _send(self, token: Secret, counts: list[dict[str, Any]]) -> set[int]:
        """The places in the message of those counts that were not taken."""
        headers = {"authorization": f"Bearer {token.reveal()}", "content-type": "application/json"}
        answer = send("POST", self._address, body=json.dumps({"counts": counts}).encode(), headers=headers)
        if answer.status != 202:
            raise VendorBusy("The counts were not taken.", for_log=f"status {answer.status}")
        return {int(each["place"]) for each in json.loads(answer.body).get("refused", ())}

    def _begin(self, at: datetime) -> datetime:
        """Of the count that an instant belongs to."""
        return at.replace(minute=at.minute // self._minutes * self._minutes, second=0, microsecond=0)
