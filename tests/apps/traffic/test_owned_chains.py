"""A top chain may own other chains (traffic-analytics.md 1): a level above districts, and what lies in what."""

import csv
import io
import re
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import IntegrityError

from comptoir.apps.traffic import catching_up, chains, subscriptions, wages
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports import totals as totals_report
from comptoir.core.accounts.models import Membership, MembershipStore, Store
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.core.audit.models import Note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id, public_id
from tests.apps.traffic.chain import DAY, NOW, at, hour, utc_store, works
from tests.bills import bill, record, told
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()


@pytest.fixture
def chain(people: People) -> People:
    """Le Zinc (10) in the region Coast of the district West of the chain Zinc; Quai Bob (20) right in the chain Quai;
    Bar Charlie (40) nowhere."""
    utc_store(people)
    works(people, ("1", 10, 12))
    coast = node(people, "Coast", "region", node(people, "West", "district", node(people, "Zinc", "chain")))
    stores = {
        people.bar: ("1", "10", coast),
        another(people, "Quai Bob"): ("2", "20", node(people, "Quai", "chain")),
        another(people, "Bar Charlie"): ("3", "40", None),
    }
    for store, (number, total, place) in stores.items():
        put(store, number, place)
        sale = bill(number, total, opened_at=at(10), closed_at=at(10), tax=Decimal(0), location_id=f"{store.id}")
        record(store, [told(sale)], now=NOW)
    restate(people.le_zinc.id, {(store.id, DAY) for store in stores}, now=NOW)
    return people


def node(people: People, name: str, kind: str, parent: UUID | None = None) -> UUID:
    made = {"organisation_id": people.le_zinc.id, "actor": "user:1", "now": NOW}
    return chains.add_node(name=name, kind=kind, parent_id=parent, **made).id  # type: ignore[arg-type]


def another(people: People, name: str) -> Store:
    store = create_store(people.le_zinc, name, timezone="UTC")
    store.day_start = time(0)
    store.save()
    return store


def put(store: Store, location_id: str, place: UUID | None) -> None:
    values: dict[str, Any] = {"location_id": location_id}
    chains.save_location(store=store, values=values, node_id=place, actor="user:1", now=NOW, today=TODAY)


def named(name: str) -> Node:
    return Node.objects.get(name=name)


def public(name: str) -> str:
    return public_id("nod", named(name).id)


def test_1_a_chain_has_districts_regions_or_stores_and_each_level_its_subtotal(chain: People) -> None:
    places = chains.places(chain.le_zinc.id, store_ids=None, now=NOW)
    scope = reading.Scope(chain.le_zinc.id, [each.store.id for each in places])
    report = totals_report.totals(scope, places, Period(DAY, DAY), None, today=TODAY, now=NOW)
    assert [(row.name, row.depth, int(row.now.sales)) for row in report.rows if row.is_total] == [
        ("Quai", 1, 20),
        ("Zinc", 1, 10),
        ("West", 2, 10),
        ("Coast", 3, 10),
    ]
    assert [row.now.sales for row in report.totals] == [70]


@pytest.mark.parametrize(
    ("kind", "parent", "parent_kind"),
    [
        ("chain", "Quai", "chain"),
        ("chain", "West", "district"),
        ("district", "West", "district"),
        ("district", "Coast", "region"),
        ("region", "Coast", "region"),
        ("region", "Coast", "district"),  # a lie about the kind of what it lies in
        ("district", "West", "chain"),
        ("district", "Quai", None),
        ("district", None, "chain"),
        ("street", None, None),
    ],
)
def test_1_the_database_holds_what_lies_in_what_whoever_writes(
    chain: People, kind: str, parent: str | None, parent_kind: str | None
) -> None:
    made = Node(organisation_id=chain.le_zinc.id, id=new_id(), name="New", kind=kind, parent_kind=parent_kind)
    made.parent_id = named(parent).id if parent else None
    with pytest.raises(IntegrityError):
        made.save(force_insert=True)


def test_1_no_circle_and_nothing_of_another_organisation(chain: People) -> None:
    west = Node.objects.filter(name="West")
    with pytest.raises(IntegrityError):
        west.update(parent_id=named("West").id)
    with pytest.raises(IntegrityError):
        west.update(kind="chain", parent_id=None, parent_kind=None)
    with pytest.raises(IntegrityError):
        Node.objects.create(
            organisation_id=new_id(),
            id=new_id(),
            name="Theirs",
            kind="region",
            parent_id=named("Quai").id,
            parent_kind="chain",
        )


def test_6_2_the_export_names_the_owned_chain_else_the_organisation(chain: People) -> None:
    client = chain.client(chain.alice)
    found = client.get(f"/traffic/reports/data/csv?since={DAY}&until={DAY}").getvalue().decode().lstrip("\ufeff")
    rows = {
        row["location_name"]: (row["chain"], row["district"], row["region"])
        for row in csv.DictReader(io.StringIO(found))
    }
    assert rows == {
        "Le Zinc": ("Zinc", "West", "Coast"),
        "Quai Bob": ("Quai", "", ""),
        "Bar Charlie": (chain.le_zinc.name, "", ""),
    }


def test_1_location_options_take_a_chain_pages_and_mails_are_about_it(chain: People) -> None:
    client, zinc = chain.client(chain.alice), public("Zinc")
    page = client.get(f"/traffic/reports/totals?at={zinc}&since={DAY}&until={DAY}").content.decode()
    assert f'<option value="{zinc}" selected>Zinc</option>' in page
    assert f'href="/traffic/locations?at={zinc}"' in page, "links keep it"
    assert ("€10.00" in page, "€20.00" in page, "€70.00" in page) == (True, False, False)
    with time_machine.travel(NOW, tick=False):
        client.post(f"/traffic/reports/mails?at={zinc}", {"rhythm": "daily", "hour": "13"})
    row = ReportMail.objects.get()
    assert [each.store.id for each in subscriptions.places_of(row, now=NOW)] == [chain.bar.id]


def test_1_a_district_is_put_into_a_chain_by_its_page_and_undone_by_the_toast(chain: People) -> None:
    client, path = chain.client(chain.alice), f"/traffic/locations/nodes/{public('West')}/move"
    page = client.get("/traffic/locations").content.decode()
    choice = page.partition(f'id="in-{public("West")}"')[2].partition("</select>")[0]
    assert re.findall(r">([^<]*)</option>", choice) == ["–", "Quai", "Zinc"]
    answer = client.post(path, {"parent": public("Quai")}, follow=True).content.decode()
    assert named("West").parent_id == named("Quai").id
    undo = re.search(rf'action="({path}\?parent=[^"]+)"', answer)
    assert undo is not None
    client.post(undo[1].replace("&amp;", "&"))
    assert named("West").parent_id == named("Zinc").id
    assert Note.objects.filter(what="traffic.node_moved").count() == 2
    refused = client.post(path, {"parent": public("Coast")})
    assert (refused.status_code, named("West").parent_id) == (422, named("Zinc").id)


def test_1_a_level_is_renamed_by_its_page_and_undone_by_the_toast(chain: People) -> None:
    client, coast = chain.client(chain.alice), named("Coast")
    path = f"/traffic/locations/nodes/{public('Coast')}/rename"
    answer = client.post(path, {"name": " North & Sea "}, follow=True).content.decode()
    assert Node.objects.get(id=coast.id).name == "North & Sea"
    assert 'value="North &amp; Sea"' in answer
    undo = re.search(rf'action="({path}\?name=[^"]+)"', answer)
    assert undo is not None
    client.post(undo[1].replace("&amp;", "&"))
    assert Node.objects.get(id=coast.id).name == "Coast"
    notes = Note.objects.filter(what="traffic.node_renamed").order_by("at", "id")
    assert [each.details for each in notes] == [
        {"before": "Coast", "after": "North & Sea"},
        {"before": "North & Sea", "after": "Coast"},
    ]
    for name, words in (("Zinc", "There is a Zinc already."), (" ", "a name of at most 120"), ("x" * 121, "120")):
        assert words in client.post(path, {"name": name}, follow=True).content.decode()
    assert "Undo" not in client.post(path, {"name": "Coast"}, follow=True).content.decode(), "nothing changed"
    assert (Node.objects.get(id=coast.id).name, notes.count()) == ("Coast", 2)


def test_1_a_name_is_taken_within_an_organisation_only_and_levels_of_others_are_not_found(chain: People) -> None:
    said: dict[str, Any] = {"node_id": named("Coast").id, "actor": "user:1", "now": NOW}
    with pytest.raises(RuleBroken, match="Zinc") as taken:
        chains.rename_node(organisation_id=chain.le_zinc.id, name="Zinc", **said)
    with pytest.raises(RuleBroken) as unknown:
        chains.rename_node(organisation_id=chain.chez_charlie.id, name="North", **said)
    assert (taken.value.code, unknown.value.code, unknown.value.status) == ("name_taken", "node_unknown", 404)
    chains.add_node(
        organisation_id=chain.chez_charlie.id, name="North", kind="region", parent_id=None, actor="user:1", now=NOW
    )
    assert chains.rename_node(organisation_id=chain.le_zinc.id, name="North", **said) == "Coast"


def test_1_what_is_typed_at_a_chain_holds_in_it_and_follows_what_moves(chain: People) -> None:
    def cost(name: str, per_hour: str) -> None:
        wages.save(
            organisation_id=chain.le_zinc.id,
            store_id=None,
            node_id=named(name).id,
            since=date(2020, 1, 1),
            per_hour=Decimal(per_hour),
            currency="EUR",
            name=name,
            actor="user:1",
            now=NOW,
        )

    cost("Zinc", "15")
    cost("Quai", "20")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert hour(chain, 10).labour_cost == 15
    moved = {"organisation_id": chain.le_zinc.id, "node_id": named("West").id, "actor": "user:1", "now": NOW}
    chains.move_node(**moved, parent_id=named("Quai").id)  # type: ignore[arg-type]
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert hour(chain, 10).labour_cost == 20


def test_1_whoever_has_chosen_stores_moves_nothing_and_a_stranger_finds_nothing(chain: People) -> None:
    denise = create_member(chain.le_zinc, "Denise", Role.SUPERVISOR)
    membership = Membership.objects.get(user=denise)
    Membership.objects.filter(pk=membership.pk).update(all_stores=False)
    MembershipStore.objects.create(organisation=chain.le_zinc, membership=membership, store=chain.bar)
    path = f"/traffic/locations/nodes/{public('West')}/move"
    assert chain.client(denise).post(path, {"parent": ""}).status_code == 403
    assert path not in chain.client(denise).get("/traffic/locations").content.decode()
    assert chain.client(denise).post(path.replace("move", "rename"), {"name": "East"}).status_code == 403
    assert chain.client(chain.charlie).post(path.replace("move", "rename"), {"name": "East"}).status_code == 404
    assert chain.client(chain.charlie).post(path, {"parent": ""}).status_code == 404
    assert named("West").parent_id == named("Zinc").id


def test_1_how_we_count_is_one_for_every_chain_and_the_page_says_so(chain: People) -> None:
    client, words = chain.client(chain.alice), "It holds for every chain you own"
    assert words in client.get("/traffic/settings").content.decode()
    Placement.objects.all().delete()
    Node.objects.filter(name__in=["Coast", "West"]).delete()
    Node.objects.all().delete()
    assert words not in client.get("/traffic/settings").content.decode()
