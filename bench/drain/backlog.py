"""`python -m bench.drain.backlog SALES`: a store with loyalty, two hundred registers, and so many bills in the inbox.

They come in by the product's own door, without HTTP.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any, Final

from comptoir.cli import house

REGISTERS: Final = 200
AT_ONCE: Final = 500


async def fill(conninfo: str, envelope: Any, number: int) -> None:
    """Store so many different bills, as the door does."""
    from bench.tablet import bills
    from comptoir.core.intake.receive import Arrival, Receiver

    receiver = Receiver(conninfo)
    writer = asyncio.create_task(receiver.run())
    for first in range(0, number, AT_ONCE):
        bodies = [bills.closed(40000 + each % REGISTERS, each) for each in range(first, min(first + AT_ONCE, number))]
        arrivals = [Arrival(envelope, body, datetime.now(UTC)) for body in bodies]
        await asyncio.gather(*(receiver.receive(each) for each in arrivals))
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)


def main(number: int) -> None:
    """Make the store and its backlog."""
    from bench.tablet import counters
    from comptoir.core.intake.receive import Envelope
    from comptoir.kernel.seal import token_hash
    from comptoir.project.environment import conninfo
    from comptoir.web.hooks import find_door

    door = find_door(counters.make(REGISTERS)["door"], b"")
    envelope = Envelope(door.name, counters.PROVIDER, token_hash(door.token), {"content-type": "application/json"})
    asyncio.run(fill(conninfo(os.environ), envelope, number))
    print(json.dumps({"waiting": number}))


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    main(int(sys.argv[1]))
