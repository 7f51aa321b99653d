"""An integration is for all locations, or for one of the chains that the organisation owns (traffic-analytics.md 1)."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from comptoir.apps.traffic import chains, jobs, placing
from comptoir.apps.traffic.models import ImportJob, Location
from comptoir.core.accounts import members, roles
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree_tables import Node
from comptoir.core.audit.models import Note
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.kernel.ids import public_id
from tests.core.rseries import Connected, connected
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
TODAY = NOW.date()


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


def job_for(house: Connected, chain: Node) -> ImportJob:
    """Of this chain, feeding the bar, which lies in it."""
    made = {"organisation_id": house.people.le_zinc.id, "actor": "user:1", "now": NOW}
    job = jobs.begin(label="Tills", chain_id=chain.id, **made)  # type: ignore[arg-type]
    jobs.attach(job=job, connection=house.connection)
    LocationLink.objects.filter(connection_id=house.connection.id, store__isnull=False).update(store=house.people.bar)
    put(house.people.bar, chain.id)
    return job


def put(store: Store, node_id: UUID, *, on: date = TODAY) -> None:
    chains.save_location(store=store, values={}, node_id=node_id, actor="user:1", now=NOW, today=on)


def settings_of(job: ImportJob) -> str:
    return f"/traffic/integrations/{jobs.public(job)}/change"


def rows_of(store: Store) -> list[tuple[date, UUID | None]]:
    return placing.rows_of(store.organisation_id, store.id)


def undo_in(page: HttpResponse) -> str:
    found = re.search(r'action="(/traffic/integrations/job_[^"]+/undo/[^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_1_a_job_made_for_the_wrong_chain_is_moved_with_its_locations_and_undone(
    alice: Client, house: Connected
) -> None:
    """In the wizard, where a mistake is mended on all days; what the location has stays its own."""
    zinc, quai, bar = owned(house, "Zinc"), owned(house, "Quai"), house.people.bar
    job = job_for(house, zinc)
    Location.objects.filter(store_id=bar.id).update(location_id="7", matching_id="0007")
    page = alice.get(f"/traffic/integrations/{jobs.public(job)}").content.decode()
    assert 'value="always" selected' in page, "while it is set up another chain mends a mistake"
    said = {"label": "Tills", "chain": public_id("nod", quai.id), "since": "always"}
    moved = alice.post(settings_of(job), said, follow=True)
    assert "Tills, for Quai" in moved.content.decode()
    assert rows_of(bar) == [(placing.BEGINNING, quai.id)]
    link = LocationLink.objects.get(store=bar)
    assert (link.connection_id, Location.objects.get(store_id=bar.id).location_id) == (house.connection.id, "7")
    note = Note.objects.get(what="traffic.job_changed")
    assert (note.details["chain_before"], note.details["chain"], note.details["locations"]) == (
        "Zinc",
        "Quai",
        bar.name,
    )
    told = Note.objects.filter(what="traffic.location_changed", subject=bar.name).latest("at", "id").details
    assert (told["lay_in"], told["lies_in"]) == ("Zinc", "Quai")

    back = alice.post(undo_in(moved), follow=True)
    assert "Tills, for Zinc" in back.content.decode()
    assert rows_of(bar) == [(placing.BEGINNING, zinc.id)]
    alice.post(undo_in(back))
    assert rows_of(bar) == [(placing.BEGINNING, quai.id)], "undone, it can be done again"


def test_1_from_today_on_past_days_keep_their_chain_and_an_undo_leaves_what_came_since(
    alice: Client, house: Connected
) -> None:
    zinc, quai, bar = owned(house, "Zinc"), owned(house, "Quai"), house.people.bar
    job = job_for(house, zinc)
    said = {"label": "Tills", "chain": public_id("nod", quai.id), "since": "today"}
    with time_machine.travel(NOW, tick=False):
        moved = alice.post(settings_of(job), said, follow=True)
        assert rows_of(bar) == [(placing.BEGINNING, zinc.id), (NOW.date(), quai.id)]
        put(bar, zinc.id, on=NOW.date() + timedelta(days=1))
        alice.post(undo_in(moved))
    assert ImportJob.objects.get().node_id == zinc.id
    assert rows_of(bar)[1:] == [(NOW.date(), quai.id), (NOW.date() + timedelta(days=1), zinc.id)]


def test_1_a_job_takes_no_location_of_a_third_chain_along_nor_one_that_another_job_feeds(
    alice: Client, house: Connected
) -> None:
    zinc, quai, third, bar = owned(house, "Zinc"), owned(house, "Quai"), owned(house, "Third"), house.people.bar
    job = job_for(house, zinc)
    put(bar, third.id, on=NOW.date() + timedelta(days=1))
    to_quai = {"label": "Tills", "chain": public_id("nod", quai.id), "since": "today"}
    refused = alice.post(settings_of(job), to_quai)
    assert (refused.status_code, f"{bar.name}: of another chain" in refused.content.decode()) == (422, True)
    put(bar, zinc.id, on=NOW.date() + timedelta(days=2))
    other = jobs.begin(organisation_id=bar.organisation_id, label="Others", actor="user:1", now=NOW, chain_id=zinc.id)
    ours = Connection.objects.get(id=house.connection.id)
    theirs = Connection.objects.create(
        **{each.name: getattr(ours, each.name) for each in Connection._meta.fields if each.name != "id"}
    )
    jobs.attach(job=other, connection=theirs)
    LocationLink.objects.create(
        organisation_id=bar.organisation_id, connection=theirs, provider="lightspeed_r", external_id="1:99",
        name="Till 2", currency="EUR", timezone="Europe/Paris", store=bar,
    )  # fmt: skip
    refused = alice.post(settings_of(job), to_quai)
    assert (refused.status_code, "fed by Others too" in refused.content.decode()) == (422, True)
    assert alice.post(settings_of(job), {**to_quai, "chain": "", "label": "Others"}).status_code == 422
    assert ImportJob.objects.get(label="Tills").node_id == zinc.id
    assert alice.post(settings_of(job), {**to_quai, "chain": ""}).status_code == 302
    assert ImportJob.objects.get(label="Tills").node_id is None
    assert chains.placed(bar.organisation_id)[bar.id] == zinc.id, "for all locations, nothing has to lie anywhere"


def test_1_a_job_is_moved_by_whoever_has_both_chains(house: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(roles.PERMISSIONS, "traffic.connect", frozenset({Role.OWNER, Role.SUPERVISOR}))
    zinc, quai = owned(house, "Zinc"), owned(house, "Quai")
    job, sam = job_for(house, zinc), create_member(house.people.le_zinc, "Sam", Role.SUPERVISOR)
    said = {"label": "Tills", "chain": public_id("nod", quai.id), "since": "today"}
    for nodes, status in (([zinc.id], 403), ([quai.id], 403), ([zinc.id, quai.id], 302)):
        with transaction.atomic():
            members.give(
                organisation_id=house.people.le_zinc.id,
                user_id=sam.pk,
                role=Role.SUPERVISOR,
                store_ids=[],
                node_ids=nodes,
            )
        assert house.people.client(sam).post(settings_of(job), said).status_code == status, nodes
    assert ImportJob.objects.get().node_id == quai.id
