"""`python shop.py SALES [limited]`: an R-Series shop over HTTP with so many sales, in a process of its own.

It prints its address and a token as JSON, then serves until its input ends. To each line of it it says how many units
it has served, how many requests it has refused, and when it served what: `[[seconds of the clock, units, level], …]`.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus

from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour, Chain, OAuthClient, RSeriesSimulator, trade
from comptoir.connectors.lightspeed_r.simulator.bucket import Bucket
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import serve

LAST = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""When the latest sale was completed."""
APART = timedelta(seconds=60)
SIZE, DRIP = Decimal(20), Decimal("5.5")
"""Of the limited shop, in units and units a second: the drip of ten registers (sheet section 7), and a small bucket, so
that the limit binds at once."""


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
    served = _written_down(simulator.bucket(shop.books.account_id))
    token = simulator.tokens.mint(shop.books.account_id, ["employee:all"], now=datetime.now(UTC))["access_token"]
    with serve(simulator) as hosted:
        print(json.dumps({"url": hosted.url, "token": token, "account": shop.books.account_id}), flush=True)
        for _ in sys.stdin:
            bucket = simulator.bucket(shop.books.account_id)
            said = {"served": float(bucket.served), "refused": bucket.refused, "timeline": served}
            print(json.dumps(said), flush=True)


def _written_down(bucket: Bucket) -> list[tuple[float, float, float]]:
    """When the bucket serves, for how many units, and how full it is then; the list grows with it."""
    served: list[tuple[float, float, float]] = []
    take = bucket.take

    def taken(cost: Decimal, *, now: datetime, is_code: bool = False) -> tuple[int, dict[str, str]]:
        answer = take(cost, now=now, is_code=is_code)
        if answer[0] == HTTPStatus.OK:
            served.append((now.timestamp(), float(cost), float(bucket.level)))
        return answer

    bucket.take = taken  # type: ignore[method-assign]
    return served


if __name__ == "__main__":
    main(int(sys.argv[1]), limited=len(sys.argv) > 2)
