"""X-Series: the shop, the ledger and the roll-up say the same, to the cent, whatever happens meanwhile."""

import dataclasses
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from random import Random

import pytest

from comptoir.connectors.lightspeed_x import client
from comptoir.connectors.lightspeed_x.connector import XSeries
from comptoir.connectors.lightspeed_x.simulator import Article
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import CallBudget, LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.intake import polling
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger.models import HourlyFigure, Sale
from comptoir.core.ledger.rebuild import compare
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Outgoing, Request, Response
from tests.connectors.lightspeed_x.stage import Shop, shop
from tests.people import People

NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
DEEP = bool(os.environ.get("DEEP"))
DAYS = 120 if DEEP else 8
SEEDS = range(12 if DEEP else 2)
PAGE = 5


class Weather:
    """What goes wrong between us and the shop, drawn from a seed; and somebody works there meanwhile."""

    def __init__(self, made: Shop, chance: Random) -> None:
        self._shop, self._chance = made, chance
        self.faults = self.changes = 0
        self.is_over = False

    def answer(self, request: Request, *, now: datetime) -> Response:
        if self.is_over or not request.path.endswith(("/search", "/sales")):
            return self._shop.simulator.answer(request, now=now)
        kind = self._chance.random()
        if kind < 0.4:
            self._somebody_works()
        answer = self._shop.simulator.answer(request, now=now)
        spoilt = self._spoilt(answer, kind)
        self.faults += spoilt is not answer
        return spoilt

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        raise AssertionError(key, status, now)

    def _spoilt(self, answer: Response, kind: float) -> Response:
        if 0.4 < kind < 0.45:
            return Response(429, b"{}", {"retry-after": format_datetime(datetime.now(UTC), usegmt=True)})
        if 0.45 < kind < 0.5:
            return Response(500, b"<html>busy</html>")
        if 0.5 < kind < 0.55:
            return dataclasses.replace(answer, cut_at=len(answer.body) // 2)
        return answer

    def _somebody_works(self) -> None:
        """A sale is voided, deleted, or a parked one is closed, while its page is being read."""
        rows = list(self._shop.retailer.after("sales", 0))
        row = self._chance.choice(rows)
        self.changes += 1
        if self._chance.random() < 0.5:
            self._shop.retailer.delete("sales", row["id"], now=NOW)
        else:
            self._shop.counter.change(row["id"], state=self._chance.choice(("voided", "closed")))


@dataclass
class Trade:
    """A shop of two outlets that traded from a seed; the store is fed by the first."""

    shop: Shop
    link: LocationLink
    weather: Weather
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    def truth(self) -> Decimal:
        """What the outlet's own books say: closed and not deleted, gift cards left out (lightspeed-x-series.md 6)."""
        rows = [row for row in self.shop.retailer.after("sales", 0) if row["_outlet"] == self.link.external_id]
        counted = [row for row in rows if row["_state"] == "closed" and not row["deleted_at"]]
        lines = [line for row in counted for line in row["_lines"] if not line["_gift_card"]]
        return sum((line["_total"] + line["_tax_total"] for line in lines), Decimal(0))

    def polls(self, after: timedelta) -> None:
        self.now += after
        for organisation_id, link_id in polling.due(now=self.now):
            polling.read(organisation_id=organisation_id, link_id=link_id, clock=self.clock)


def rings(made: Shop, chance: Random) -> None:
    """Two outlets trade: sales, returns, discounts, gift cards, what is parked, and what is voided."""
    for number in range(DAYS * 14):
        at = NOW - timedelta(days=DAYS) + timedelta(hours=DAYS * 24 * number / (DAYS * 14), seconds=chance.randrange(9))
        basket = [
            Article(
                Decimal(chance.randrange(100, 9000)) / 100,
                Decimal(chance.choice((1, 1, 2, 3, -1))),
                Decimal(chance.choice((0, 0, 50))) / 100,
                Decimal(chance.choice(("0.2", "0.055", "0"))),
                gift_card=f"GC-{number}" if chance.random() < 0.05 else "",
            )
            for _ in range(chance.randrange(1, 4))
        ]
        state = chance.choice(("closed",) * 8 + ("parked", "voided"))
        outlet = chance.choice(("main", "main", "far"))
        made.counter.ring(basket, at=at.replace(microsecond=0), outlet=outlet, state=state)


@contextmanager
def trading(people: People, monkeypatch: pytest.MonkeyPatch, seed: int) -> Iterator[Trade]:
    outlets = (("main", "Europe/Paris"), ("far", "Europe/Paris"))
    with shop(outlets=outlets, version="2026-07" if seed % 2 == 0 else "2.0") as made:
        for name, value in (
            ("API_URL", made.endpoints.api_url),
            ("TOKEN_URL", made.endpoints.token_url),
            ("CLIENT_ID", made.endpoints.client_id),
            ("CLIENT_SECRET", made.endpoints.client_secret.reveal()),
        ):
            monkeypatch.setenv(f"LIGHTSPEED_X_{name}", value)
        monkeypatch.setattr(XSeries, "manifest", dataclasses.replace(XSeries.manifest, calls_per_second=1000))
        monkeypatch.setattr(client, "PAGE_SIZE", PAGE)
        chance = Random(seed)
        rings(made, chance)
        made.front.simulator = weather = Weather(made, chance)
        real = datetime.now(UTC)
        pair = TokenPair(Secret(made.mint()), Secret("unused"), real + timedelta(minutes=50))
        connection = consent.keep(
            organisation_id=people.le_zinc.id, provider="lightspeed_x", pair=pair, user=people.alice, now=real
        )
        with open_vendor(connection) as vendor:
            refresh_locations(connection, vendor)
        link = LocationLink.objects.get(external_id=made.retailer.identifier("outlet/main"))
        link_location(link, people.bar, now=NOW)
        link.refresh_from_db()
        yield Trade(made, link, weather)


def ledger() -> Decimal:
    return Decimal(sum(Sale.objects.filter(counted=True, state="closed").values_list("total", flat=True))) / 100


def roll_up() -> Decimal:
    return sum(HourlyFigure.objects.filter(measure="net_sales").values_list("value", flat=True), Decimal(0))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", SEEDS)
def test_import_truth(people: People, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    with trading(people, monkeypatch, seed) as trade:
        trade.polls(timedelta())  # linked: what changes from now on is found by its version
        run_id = runs.begin(trade.link, start=NOW - timedelta(days=DAYS + 2), end=NOW, now=NOW)
        _until_done(trade, run_id)
        assert trade.weather.faults > 0 < trade.weather.changes
        trade.weather.is_over = True
        for _tick in range(3):
            CallBudget.objects.all().delete()
            trade.polls(timedelta(minutes=16))
        assert ledger() == trade.truth() == roll_up()
        assert trade.truth() > 1000
        assert compare(people.bar, mend=False).wrong == 0


def _until_done(trade: Trade, run_id: object) -> None:
    for _try in range(300):
        found = ImportRun.objects.get(id=run_id)
        if found.state == ImportRun.State.DONE:
            return
        # Windows that were put off are due at once: nobody waits for minutes here.
        ImportWindow.objects.filter(run_id=run_id, state=ImportWindow.State.WAITING).update(
            due_at=trade.now, attempts=0
        )
        CallBudget.objects.all().delete()
        try:
            reading.run(organisation_id=found.organisation_id, run_id=found.id, clock=trade.clock)
        except ComptoirError:
            continue
    raise AssertionError("the import never ends")
