"""`python -m bench.pay.till FOLDER COUNT`: the K-Series simulator with so many places, until it is stopped.

`FOLDER/till.json` says where it listens, and for each place its number, a token pair and the numbers of open bills.
"""

import dataclasses
import json
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from comptoir.connectors.lightspeed_k.simulator import Behaviour, KSeriesSimulator, OAuthClient
from comptoir.connectors.lightspeed_k.simulator import account_number as account
from comptoir.connectors.lightspeed_k.simulator import receipt_number as receipt
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import serve
from comptoir.sandbox.catalogue import PLACES
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.till import Item
from comptoir.sandbox.world import RestaurantWorld

CLIENT: Final = OAuthClient("bench", Secret("bench"), ("http://localhost",))
FIRST: Final = 91000000000000
BILLS: Final = 4
"""Of each place: one to be read, and one to be paid alone, one within a minute, one at once with all others."""


class _Numbering:
    """As K-Series numbers."""

    def account(self, device: str, counter: int) -> str:
        """Of a bill."""
        return account(device, counter)

    def receipt(self, device: str, counter: int) -> str:
        """Of a receipt."""
        return receipt(device, counter)


def main(folder: Path, count: int) -> None:
    """Serve until a signal comes."""
    first = PLACES[0]
    places = [
        dataclasses.replace(
            first,
            location=dataclasses.replace(
                first.location, id=str(FIRST + number), business_id=str(FIRST + number), name=f"Bench {number}"
            ),
        )
        for number in range(count)
    ]
    world = RestaurantWorld(Journal(None), _Numbering(), places=places)
    behaviour = Behaviour(till_delay=timedelta(0))
    now = datetime.now(UTC)
    simulator = KSeriesSimulator(world, client=CLIENT, behaviour=behaviour)
    simulator.take_note(now=now)
    shown = [
        {
            "location": place.location.id,
            "pair": simulator.mint(place.location.business_id, now=now),
            "bills": [
                world.open(place.location.id, items=[Item("ENTRECOTE")], now=now).external_id for _ in range(BILLS)
            ],
        }
        for place in places
    ]
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with serve(simulator) as hosted:
        (folder / "till.json").write_text(json.dumps({"url": hosted.url, "places": shown}))
        told.wait()
    simulator.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
