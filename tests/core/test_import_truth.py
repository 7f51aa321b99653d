"""What the shop has is what the ledger has is what the roll-up has, to the cent, whatever happens on the way."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from comptoir.connectors.lightspeed_r.simulator import Chain
from comptoir.core.connections.models import CallBudget
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.importing.till import Till
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger.models import HourlyFigure, Sale
from comptoir.core.ledger.rebuild import compare
from comptoir.kernel.errors import ComptoirError, VendorBusy
from comptoir.pos.hosting import Outgoing, Request, Response
from tests.core.rseries import Connected, connected
from tests.people import People

NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
DEEP = bool(os.environ.get("DEEP"))
DAYS = 365 if DEEP else 12
SEEDS = range(12) if DEEP else (0, 2)
"""Both have faults among their few calls."""


def truth(house: Connected) -> Decimal:
    """The total of the shop's sales that count, by its own books (lightspeed-r-series.md 11.1)."""
    rows = house.shop.trade.books.all("Sale")
    mine = [
        row for row in rows if row["shopID"] == 1 and row["completed"] and not row["voided"] and not row["archived"]
    ]
    return sum((row["calcTotal"] for row in mine), Decimal(0))


def ledger(house: Connected) -> Decimal:
    rows = Sale.objects.filter(organisation_id=house.people.le_zinc.id, counted=True, state="closed")
    return Decimal(sum(rows.values_list("total", flat=True))) / 100


def roll_up(house: Connected) -> Decimal:
    """Sales with tax, of all hours and registers."""
    rows = HourlyFigure.objects.filter(organisation_id=house.people.le_zinc.id, measure="net_sales")
    return sum(rows.values_list("value", flat=True), Decimal(0))


class Weather:
    """What goes wrong between us and the shop, drawn from a seed: and sometimes somebody works there meanwhile."""

    def __init__(self, house: Connected, chance: Random, answer: Callable[..., Response]) -> None:
        self._house = house
        self._chance = chance
        self._answer = answer
        self.faults = 0
        self._latest: Response | None = None

    def answer(self, request: Request, *, now: datetime) -> Response:
        if not request.path.endswith("/Sale.json"):
            return self._answer(request, now=now)
        kind = self._chance.random()
        if kind < 0.15:
            self._somebody_works()
        answer = self._answer(request, now=now)
        spoilt = self._spoilt(answer, kind)
        self.faults += spoilt is not answer
        self._latest = answer
        return spoilt

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        raise AssertionError(key, status, now)

    def _spoilt(self, answer: Response, kind: float) -> Response:
        if 0.15 < kind < 0.2:
            return Response(429, b"{}", {"retry-after": "0"})
        if 0.2 < kind < 0.25:
            return Response(500, b"<html>busy</html>")
        if 0.25 < kind < 0.3:
            return dataclasses.replace(answer, cut_at=len(answer.body) // 2)
        if 0.3 < kind < 0.33 and self._latest is not None and b'"next":"h' in self._latest.body:
            return self._latest  # the page before once more, with its own token
        return answer

    def _somebody_works(self) -> None:
        """A sale changes while its page is being read: voided, or given back."""
        counter, books = self._house.shop.trade.counter, self._house.shop.trade.books
        number = 1 + self._chance.randrange(books.next_id("Sale") - 1)
        sale = books.get("Sale", number)
        if sale is None or not sale["completed"] or sale["voided"]:
            return
        if self._chance.random() < 0.5:
            counter.void(number, at=self._house.now)
        elif sale["calcTotal"] > 0:
            counter.refund(number, at=self._house.now - timedelta(minutes=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", SEEDS)
def test_import_truth(people: People, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    since = NOW - timedelta(days=DAYS)
    chain = Chain(since=since.date(), seed=seed, sales_a_day=20)
    with connected(people, monkeypatch, now=NOW, chain=chain) as house:
        house.shop.trade.advance(NOW - timedelta(minutes=5))
        weather = Weather(house, Random(seed), house.shop.simulator.answer)
        house.shop.front.simulator = weather
        run_id = runs.begin(house.link, start=since - timedelta(days=2), end=NOW, now=NOW)
        _until_done(house, run_id)
        assert weather.faults > 0
        house.shop.front.simulator = house.shop.simulator
        for _tick in range(3):  # what changed after it was read comes by itself
            house.polls(timedelta(minutes=11))
        assert ledger(house) == truth(house) == roll_up(house)
        assert truth(house) > 1000
        assert compare(people.bar, mend=False).wrong == 0


def _until_done(house: Connected, run_id: object) -> None:
    for _try in range(200):
        found = ImportRun.objects.get(id=run_id)
        if found.state == ImportRun.State.DONE:
            return
        # Windows that were put off are due at once: nobody waits for minutes here.
        ImportWindow.objects.filter(run_id=run_id, state=ImportWindow.State.WAITING).update(
            due_at=house.now, attempts=0
        )
        CallBudget.objects.all().delete()
        try:
            reading.run(organisation_id=found.organisation_id, run_id=found.id, clock=house.clock)
        except ComptoirError:
            continue
    raise AssertionError("the import never ends")


def test_an_account_is_opened_once_for_all_windows_and_anew_after_a_fault(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(people, monkeypatch, now=NOW) as house:
        house.imports(NOW - timedelta(days=20), NOW)
        assert ImportWindow.objects.count() > 1
        asked = [each for each in house.shop.front.asked if each.path.endswith("/Account.json")]
        assert len(asked) <= 2, "once to list the shops, once for the import"


def test_lanes_of_one_process_share_an_account_and_a_fault_of_one_leaves_it_to_the_others(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(people, monkeypatch, now=NOW) as house, Till() as first, Till() as second:
        with first.of(house.connection) as one, second.of(house.connection) as other:
            assert one is other
        with pytest.raises(VendorBusy), first.of(house.connection):
            raise VendorBusy("Not now.")
        with second.of(house.connection) as other, first.of(house.connection) as anew:
            assert other is one
            assert anew is not one
            assert other.locations() == anew.locations(), "neither is closed"
