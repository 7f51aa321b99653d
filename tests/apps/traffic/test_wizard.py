"""The set-up of traffic-analytics.md 2.2 to 2.5 in one run, over HTTP to the simulator; also while its check hangs."""

import dataclasses
import re
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from comptoir.apps.traffic import catching_up, chains, checking, jobs
from comptoir.apps.traffic.models import ImportJob
from comptoir.connectors.lightspeed_r.connector import RSeries
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake.importing import reading
from comptoir.core.intake.models import ImportRun, ImportSchedule
from comptoir.kernel.http import send
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_r.stage import Shop, environ_of, shop
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def allow(address: str) -> str:
    """Press Allow on the consent page; where it sends the browser back to."""
    asked = dict(parse_qsl(urlsplit(address).query))
    page = send("GET", address, body=b"", headers={})
    assert b"employee:admin_employees" in page.body or b"Allow access?" in page.body
    form = urlencode({**asked, "decision": "allow"}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = send("POST", address.split("?")[0], body=form, headers=headers)
    assert answer.status == 302
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def hang_up(made: Shop, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """From now on the till does not answer who its shops are."""
    hung, answer = threading.Event(), made.front.answer

    def hang(request: Request, *, now: datetime) -> Response:
        if request.path.endswith("/Shop.json"):
            hung.wait(20)
        return answer(request, now=now)

    monkeypatch.setattr(made.front, "answer", hang)
    monkeypatch.setattr(checking.check, "__kwdefaults__", {"patience": timedelta(seconds=0.2)})
    return hung


@pytest.mark.parametrize("hangs", [False, True], ids=["answers", "hangs"])
def test_steps_1_to_15_from_the_label_to_the_first_report(
    people: People, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    monkeypatch.setattr(RSeries, "manifest", dataclasses.replace(RSeries.manifest, calls_per_second=1000))
    alice = people.client(people.alice)
    with shop() as made:
        for name, value in environ_of(made.endpoints).items():
            monkeypatch.setenv(name, value)
        now = datetime.now(UTC).replace(microsecond=0)
        made.trade.counter.ring([Basket(Decimal(12), is_taxed=False)], at=now - timedelta(hours=1))
        # 1 to 4: POS integration, the label, Connect, consent and back.
        assert 'name="label"' in alice.get("/traffic/integrations").content.decode()
        path = alice.post("/traffic/integrations/new", {"label": "Le Zinc"})["Location"]
        first = alice.get(path).content.decode()
        assert f'name="then" value="{path}"' in first
        there = alice.post("/connections/connect/lightspeed_r", {"then": path})
        back = alice.get(allow(there["Location"]))
        connection = Connection.objects.get(organisation=people.le_zinc, provider="lightspeed_r")
        assert back["Location"] == f"{path}?connection={connection.public_id}"
        page = alice.get(back["Location"], follow=True).content.decode()
        # 5 to 9: its shops with their ids stand there; the check ends, whatever the till does.
        links = list(LocationLink.objects.filter(connection=connection).order_by("external_id"))
        assert [re.search(f">{link.name}<", page) is not None for link in links] == len(links) * [True]
        hung = hang_up(made, monkeypatch) if hangs else threading.Event()
        try:
            told = alice.get(f"{path}/check").content.decode()
            assert ("No answer within ten seconds" in told) is hangs
            assert (f"The till answers: {len(links)} shops." in told) is not hangs
            # 10 to 12: match, one left for later; the id under Manage locations is the same road.
            alice.post(f"{path}/match", {f"shop-{links[0].id}": "new"})
            links[0].refresh_from_db()
            assert links[0].store is not None
            # 13 to 15: the schedule, Finish.
            alice.post(f"{path}/schedule", {"rhythm": "hourly", "start": "00:02"})
        finally:
            hung.set()
        job = ImportJob.objects.get()
        assert job.finished_at is not None
        assert ImportSchedule.objects.get().connection_id == connection.id
        place = next(
            each
            for each in chains.places(people.le_zinc.id, store_ids=None, now=now)
            if each.store.id == links[0].store_id
        )
        assert place.shown_id == "0001"
        assert "Finish" not in alice.get(path).content.decode()
        assert next(iter(jobs.next_runs(job).values())).minute == 2
        # The first download, and the report that it leads to.
        run = ImportRun.objects.filter(store_id=place.store.id).latest("end", "start")
        reading.run(organisation_id=people.le_zinc.id, run_id=run.id, clock=lambda: datetime.now(UTC))
        catching_up.everything(organisation_id=people.le_zinc.id, now=datetime.now(UTC))
        at = Store.objects.get(id=place.store.id).public_id
        around = (now.date() + timedelta(days=days) for days in (-1, 1))  # whatever day it is where the shop stands
        report = alice.get("/traffic/reports/totals?at={}&since={}&until={}".format(at, *around))
        assert "12.00" in report.content.decode()
