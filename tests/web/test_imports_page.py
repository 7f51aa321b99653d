"""The page of imports: how far each is, why one stopped, and two buttons that do what they say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import reads, runs
from comptoir.core.intake.models import ImportRun
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import Sale
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill
from tests.core.kseries import Vendor, linked, vendor_served
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
DAY = {"since": "2026-03-07", "until": "2026-03-07"}


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        for number in range(3):
            closed_bill(served.world, at=START + timedelta(hours=number))
        yield served


@pytest.fixture
def link(people: People, vendor: Vendor) -> LocationLink:
    return linked(vendor.connect(people), people, ZINC)


def teapot(request: Request, now: datetime) -> Response | None:
    return Response(418, b"teapot") if request.path.endswith("/sales") else None


def found(people: People) -> list[reads.ImportFacts]:
    return reads.import_runs(people.le_zinc.id, now=datetime.now(UTC))


def text(people: People, path: str = "/imports", **headers: str) -> str:
    response = people.client(people.alice).get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_days_are_imported_from_the_page(people: People, vendor: Vendor, link: LocationLink) -> None:
    assert "Nothing was imported yet" in text(people)
    client = people.client(people.alice)
    fields = {"store": people.bar.public_id, **DAY}
    assert client.post("/imports/new", fields)["Location"] == "/imports"
    assert client.post("/imports/new", fields).status_code == 302, "the same days go on"
    assert "1 import is running." in text(people)
    engine.drain()

    assert Sale.objects.count() == 3
    [run] = found(people)
    assert (run.state, run.sales_changed, run.percent) == ("done", 3, 100)
    page = text(people, **{"HX-Request": "true"})
    assert "Every import is done." in page
    assert "<html" not in page


def test_one_that_stopped_says_why_and_goes_on(people: People, vendor: Vendor, link: LocationLink) -> None:
    client = people.client(people.alice)
    vendor.instead = teapot
    client.post("/imports/new", {"store": people.bar.public_id, **DAY})
    engine.drain()
    [run] = found(people)
    assert (run.state, bool(run.waits_for)) == ("running", True)
    assert run.waits_for in text(people)
    assert "1 import waits and tries again by itself." in text(people)
    assert run.waits_for in text(people, f"/imports/{run.public_id}")

    vendor.instead = None
    path = f"/imports/{run.public_id}/go-on"
    assert path in text(people)
    assert people.client(people.charlie).post(path).status_code == 404
    assert client.post(path)["Location"] == "/imports"
    assert client.post(path).status_code == 409, "a second click finds it running"
    engine.drain()
    assert [each.state for each in found(people)] == ["done"]
    assert Sale.objects.count() == 3


def test_one_is_paused_taken_up_and_cancelled_from_the_page(people: People, vendor: Vendor, link: LocationLink) -> None:
    client = people.client(people.alice)
    client.post("/imports/new", {"store": people.bar.public_id, **DAY})
    [run] = found(people)
    page = f"/imports/{run.public_id}"
    for act, word, again in (("pause", "Paused", 409), ("go-on", "Running", 409), ("cancel", "Cancelled", 409)):
        assert people.client(people.charlie).post(f"{page}/{act}").status_code == 404
        assert client.post(f"{page}/{act}")["Location"] == "/imports"
        assert client.post(f"{page}/{act}").status_code == again, "a second click finds it so"
        assert word in text(people, page)
    engine.drain()

    assert not Sale.objects.exists()
    assert f"{page}/cancel" not in text(people)


def test_each_day_of_an_import_says_what_became_of_it(people: People, vendor: Vendor, link: LocationLink) -> None:
    people.client(people.alice).post("/imports/new", {"store": people.bar.public_id, **DAY, "since": "2026-03-05"})
    engine.drain()
    [run] = found(people)

    page = text(people, f"/imports/{run.public_id}", **{"HX-Request": "true"})
    assert page.count('<th scope="row">') == 3
    assert "3 sales read, 3 new or changed" in page


def test_what_makes_no_sense_is_said_beside_the_field(people: People, vendor: Vendor, link: LocationLink) -> None:
    client = people.client(people.alice)
    for fields, words in (
        ({"since": "2026-03-07", "until": "2026-03-06"}, "The last day comes before the first."),
        ({"since": "2016-03-07", "until": "2026-03-06"}, "At most three years are read at once."),
    ):
        answer = client.post("/imports/new", {"store": people.bar.public_id, **fields})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    foreign = client.post("/imports/new", {"store": people.shop.public_id, **DAY})
    assert foreign.status_code == 422, "a store of somebody else is no choice"
    assert not ImportRun.objects.exists()


def test_charlie_sees_no_import_of_le_zinc(people: People, vendor: Vendor, link: LocationLink) -> None:
    [run_id] = runs.begin_days(people.bar, first=START.date(), last=START.date(), now=START)

    assert reads.import_runs(people.chez_charlie.id, now=datetime.now(UTC)) == []
    page = people.client(people.charlie).get("/imports").content.decode()
    assert str(run_id) not in page
    assert "Nothing was imported yet" in page
