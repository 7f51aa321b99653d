"""An integration is for all locations, or for one of the chains that the organisation owns (traffic-analytics.md 1)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from comptoir.apps.traffic import chains, jobs
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.accounts.tree_tables import Node
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.ids import public_id
from tests.core.rseries import Connected, connected
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


@pytest.fixture
def alice(house: Connected) -> Client:
    return house.people.client(house.people.alice)


def owned(house: Connected, name: str) -> Node:
    made = {"organisation_id": house.people.le_zinc.id, "actor": "user:1", "now": NOW}
    return chains.add_node(name=name, kind="chain", parent_id=None, **made)  # type: ignore[arg-type]


def test_1_without_a_chain_there_is_nothing_to_choose(alice: Client) -> None:
    assert 'name="chain"' not in alice.get("/traffic/integrations").content.decode()


def test_1_a_job_for_a_chain_feeds_its_locations_and_makes_new_ones_there(alice: Client, house: Connected) -> None:
    zinc, quai = owned(house, "Zinc"), owned(house, "Quai")
    elsewhere = create_store(house.people.le_zinc, "Elsewhere")
    chains.save_location(
        store=elsewhere, values={"location_id": "2"}, node_id=quai.id, actor="u", now=NOW, today=NOW.date()
    )
    answer = alice.post("/traffic/integrations/new", {"label": "Tills", "chain": public_id("nod", zinc.id)})
    alice.get(f"{answer['Location']}?connection={house.connection.public_id}")
    job = ImportJob.objects.get()
    path = f"/traffic/integrations/{jobs.public(job)}"
    page = alice.get(path).content.decode()
    assert "Tills, for Zinc" in page
    assert f'value="{elsewhere.public_id}"' not in page.partition("<tbody>")[2], "it lies in another chain"
    fed, free = LocationLink.objects.filter(connection_id=house.connection.id).order_by("external_id")
    refused = alice.post(f"{path}/match", {f"shop-{free.id}": elsewhere.public_id})
    assert (refused.status_code, LocationLink.objects.get(id=free.id).store_id) == (422, None)
    alice.post(f"{path}/match", {f"shop-{fed.id}": house.people.bar.public_id, f"shop-{free.id}": "new"})
    made = LocationLink.objects.get(id=free.id).store
    assert made is not None
    placed = chains.placed(house.people.le_zinc.id)
    assert {placed[house.people.bar.id], placed[made.id]} == {zinc.id}
    assert placed[elsewhere.id] == quai.id
