"""`python -m bench.balance.reading`: 30 days of one department out of a shop that limits as its maker does.

It prints the seconds until the first cells stand and until all do, and how many questions that took.
"""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from comptoir.cli import house

DAYS: Final = 30
BILLS_A_DAY: Final = 80


def linked(token: str) -> tuple[Any, Any, Any]:
    """(client, department, link) of a store that the shop feeds; nothing is read yet."""
    from django.contrib.auth import get_user_model

    from bench.balance import client as clients
    from comptoir.core.connections import consent
    from comptoir.core.connections.access import open_vendor
    from comptoir.core.connections.locations import link_location, refresh_locations
    from comptoir.core.connections.models import LocationLink
    from comptoir.core.connections.tokens import TokenPair
    from comptoir.core.intake.models import ImportRun
    from comptoir.kernel.seal import Secret

    store, client, department = clients.make("lightspeed_r")
    alice = get_user_model().objects.create_user("alice@example.com")
    pair = TokenPair(Secret(token), Secret("unused"), now() + timedelta(minutes=50))
    connection = consent.keep(
        organisation_id=store.organisation_id, provider="lightspeed_r", pair=pair, user=alice, now=now()
    )
    with open_vendor(connection) as vendor:
        refresh_locations(connection, vendor)
    link = LocationLink.objects.get(external_id__endswith=":1")
    link_location(link, store, now=now())
    ImportRun.objects.all().update(state=ImportRun.State.CANCELLED)
    return client, department, link


def now() -> datetime:
    """The clock of the jobs."""
    return datetime.now(UTC)


def main(token: str, asked: list[object]) -> None:
    """Begin Import POS as its page does, and be its worker."""
    from comptoir.apps.weekly_balance import importing
    from comptoir.apps.weekly_balance.models import Cell
    from comptoir.core.intake.importing import reading
    from comptoir.core.intake.importing.till import Till
    from comptoir.core.ledger.models import Sale
    from comptoir.core.outbox import dispatch

    client, department, link = linked(token)
    asked.clear()
    today = now().date()
    began, first = time.perf_counter(), 0.0
    row = importing.begin(
        client=client,
        departments=[department],
        first=today - timedelta(days=DAYS),
        last=today - timedelta(days=1),
        overwrite=True,
        actor="system",
        now=now(),
    )
    mine = {"organisation_id": link.organisation_id, "connection_id": link.connection_id}
    with Till() as till:
        while row.finished_at is None:
            if not reading.read_next(**mine, till=till, clock=now):
                time.sleep(0.05)
            dispatch.dispatch(clock=now)
            if not first and Cell.objects.filter(measured__gt=0).exists():
                first = time.perf_counter() - began
            importing.finish_due(now=now())
            row.refresh_from_db()
    took = time.perf_counter() - began
    if row.fault or Sale.objects.count() != DAYS * BILLS_A_DAY:
        raise SystemExit(f"{Sale.objects.count()} of {DAYS * BILLS_A_DAY} bills. {row.fault}")
    print(json.dumps({"first": first, "all": took, "calls": len(asked), "bills": Sale.objects.count()}))


def shop() -> None:
    """Serve the shop beside us; its clock is ours."""
    from comptoir.connectors.lightspeed_r.simulator import (
        Basket,
        Behaviour,
        Chain,
        OAuthClient,
        RSeriesSimulator,
        trade,
    )
    from comptoir.kernel.seal import Secret
    from comptoir.pos.hosting import Request, Response, serve

    behaviour, asked = Behaviour(), list[object]()
    made = trade(Chain(sales_a_day=0), behaviour)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(1, DAYS + 1):
        for number in range(BILLS_A_DAY):
            lines = [Basket(Decimal(number % 90 + line), item_id=line) for line in (1, 2, 3)]
            made.counter.ring(lines, at=midnight - timedelta(days=day) + timedelta(hours=9, minutes=8 * number))

    class Counting(RSeriesSimulator):
        def answer(self, request: Request, *, now: datetime) -> Response:
            asked.append(request.path)
            return super().answer(request, now=now)

    simulator = Counting(
        [made.books], client=OAuthClient("bench", Secret("bench"), "http://localhost/"), behaviour=behaviour
    )
    token = simulator.tokens.mint(made.books.account_id, ["employee:all"], now=datetime.now(UTC))["access_token"]
    with serve(simulator) as hosted:
        os.environ |= {
            "LIGHTSPEED_R_API_URL": f"{hosted.url}/API/V3",
            "LIGHTSPEED_R_TOKEN_URL": f"{hosted.url}/auth/oauth/token",
            "LIGHTSPEED_R_AUTHORISE_URL": f"{hosted.url}/auth/oauth/authorize",
            "LIGHTSPEED_R_CLIENT_ID": "bench",
            "LIGHTSPEED_R_CLIENT_SECRET": "bench",
        }
        main(str(token), asked)


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    shop()
