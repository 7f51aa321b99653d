"""`python -m bench.drain.backlog SALES [STORES]`: stores with loyalty, and so many bills in the inbox, mixed.

Each store has two hundred registers and an organisation of its own. The bills come in by the product's own door,
without HTTP.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from comptoir.cli import house

REGISTERS: Final = 200
AT_ONCE: Final = 500


async def fill(conninfo: str, envelopes: Sequence[Any], number: int) -> None:
    """Store so many different bills, as the doors of these stores do."""
    from bench.tablet import bills
    from comptoir.core.intake.batches import Arrival
    from comptoir.core.intake.receive import Receiver

    receiver = Receiver(conninfo)
    writer = asyncio.create_task(receiver.run())
    for first in range(0, number, AT_ONCE):
        bodies = [bills.closed(40000 + each % REGISTERS, each) for each in range(first, min(first + AT_ONCE, number))]
        arrivals = [
            Arrival(envelopes[place % len(envelopes)], body, datetime.now(UTC)) for place, body in enumerate(bodies)
        ]
        await asyncio.gather(*(receiver.receive(each) for each in arrivals))
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)


def main(number: int, stores: int = 1) -> None:
    """Make the stores and their backlog."""
    from bench.tablet import counters
    from comptoir.core.intake.batches import Envelope
    from comptoir.kernel.seal import token_hash
    from comptoir.project.environment import conninfo
    from comptoir.web.hooks import find_door

    doors = [find_door(counters.make(REGISTERS, f"Bench {place}")["door"], b"") for place in range(stores)]
    envelopes = [
        Envelope(door.name, counters.PROVIDER, token_hash(door.token), {"content-type": "application/json"})
        for door in doors
    ]
    asyncio.run(fill(conninfo(os.environ), envelopes, number))
    print(json.dumps({"waiting": number}))


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    main(*(int(each) for each in sys.argv[1:]))
