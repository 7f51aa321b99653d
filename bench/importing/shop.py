"""`python shop.py SALES [REGISTERS]`: an R-Series shop over HTTP with so many sales, in a process of its own.

It prints its address and a token as JSON, then serves until it is stopped. Without REGISTERS there is no limit.
"""

import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour, Chain, OAuthClient, RSeriesSimulator, trade
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import serve

LAST = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""When the latest sale was completed."""
APART = timedelta(seconds=60)
SIZE, DRIP = Decimal(20), Decimal(12)
"""Of the limited shop, in units and units a second: its limit binds, and a run is over in seconds."""


def main(number: int, *, limited: bool) -> None:
    """Ring up the sales, three lines and a payment each, and serve them."""
    behaviour = Behaviour(size=SIZE, drip=DRIP, most_in_a_second=1000) if limited else Behaviour(registers=None)
    shop = trade(Chain(sales_a_day=0), behaviour)
    for place in range(number):
        lines = [Basket(Decimal(place % 90 + line), item_id=line) for line in (1, 2, 3)]
        shop.counter.ring(lines, at=LAST - place * APART, employee_id=1 + place % 6)
    simulator = RSeriesSimulator(
        [shop.books], client=OAuthClient("bench", Secret("bench"), "http://localhost/"), behaviour=behaviour
    )
    token = simulator.tokens.mint(shop.books.account_id, ["employee:all"], now=datetime.now(UTC))["access_token"]
    with serve(simulator) as hosted:
        print(json.dumps({"url": hosted.url, "token": token, "account": shop.books.account_id}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), limited=len(sys.argv) > 2)
