"""What goes by itself holds what its reader sees when it goes, by the tree as well (traffic-analytics.md 1, 6)."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from comptoir.apps.traffic import chains, report_mails, subscriptions
from comptoir.apps.traffic.alerts import mailing
from comptoir.apps.traffic.deliveries import content, plans, sending
from comptoir.apps.traffic.deliveries.plans import Wanted
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.accounts import members
from comptoir.core.accounts.models import Membership, Store, User
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.core.audit.models import Note
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import public_id
from comptoir.web.pages import activity_words
from tests.apps.traffic.chain import DAY, NOW, make, sell, utc_store, works
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime.combine(DAY + timedelta(days=1), datetime.min.time(), UTC).replace(hour=7)
FILE = {
    "kind": "csv",
    "separator": "comma",
    "decimal": "point",
    "rhythm": "daily",
    "days": "1",
    "hour": "7",
    "way": "mail",
}
NIGHT = MORNING - timedelta(hours=5)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    sell(people, 10, "50.25")
    works(people, ("1", 9.5, 12))
    make(people)
    return people


@pytest.fixture
def north(chain: People) -> Node:
    made = {"organisation_id": chain.le_zinc.id, "actor": "user:1", "now": NOW}
    return chains.add_node(name="North", kind="region", parent_id=None, **made)  # type: ignore[arg-type]


@pytest.fixture
def mia(chain: People, north: Node) -> User:
    """The manager of the region North."""
    made = create_member(chain.le_zinc, "Mia", Role.MANAGER)
    give(made, north)
    return made


def give(user: User, node: Node, role: Role = Role.MANAGER, *stores: Store) -> None:
    organisation_id = Membership.objects.get(user=user).organisation_id
    with transaction.atomic():
        members.give(
            organisation_id=organisation_id,
            user_id=user.pk,
            role=role,
            store_ids=[each.id for each in stores],
            node_ids=[node.id],
        )


def put(store: Store, node: Node | None, *, today: date | None = None) -> None:
    node_id = node.id if node else None
    day = today or NOW.date()
    chains.save_location(store=store, values={}, node_id=node_id, actor="user:1", now=NOW, today=day)


def mail_to(chain: People, user: User) -> ReportMail:
    return subscriptions.add_mail(
        organisation_id=chain.le_zinc.id,
        user=user,
        rhythm="daily",
        hour=7,
        language="en",
        store_ids=None,
        zone=ZoneInfo("UTC"),
        now=NIGHT,
    )


def test_1_a_report_by_mail_holds_what_its_reader_sees_when_it_goes(chain: People, mia: User, north: Node) -> None:
    create_store(chain.le_zinc, "Terrace", timezone="UTC")
    row = mail_to(chain, mia)
    assert report_mails.send_due(now=MORNING) == 0, "no store lies there: there is nothing to write"
    put(chain.bar, north)
    assert report_mails.send_due(now=MORNING + timedelta(days=1)) == 1
    [sent] = OutgoingMail.objects.filter(to=mia.email)
    assert (chain.bar.name in sent.text, "Terrace" in sent.text) == (True, False)
    put(chain.bar, None)
    assert subscriptions.places_of(row, now=MORNING) == []


def test_1_a_report_about_a_region_takes_in_what_joins_it_later(chain: People, north: Node) -> None:
    alice, quai, at = chain.client(chain.alice), create_store(chain.le_zinc, "Quai"), public_id("nod", north.id)
    put(chain.bar, north)
    with time_machine.travel(NOW, tick=False):
        alice.post(f"/traffic/reports/mails?at={at}", {"rhythm": "daily", "hour": "7"})
        alice.post(f"/traffic/reports/exports?at={at}", {**FILE, "name": "North"})
        put(quai, north)
        put(chain.bar, None)
        assert ">North</td>" in alice.get("/traffic/reports/mails").content.decode()
    for row in (ReportMail.objects.get(), ExportPlan.objects.get()):
        assert [each.store.id for each in subscriptions.places_of(row, now=NOW)] == [quai.id]


def test_6_2_a_file_loses_what_whoever_asked_for_it_lost_and_ends_with_the_role(
    chain: People, mia: User, north: Node
) -> None:
    put(chain.bar, north)
    wanted = Wanted(name="Head office", kind="csv", rhythm="daily", hour=7, days=1, way=ExportPlan.MAIL)
    made = {"organisation_id": chain.le_zinc.id, "user": mia, "language": "en", "zone": ZoneInfo("UTC"), "now": NIGHT}
    plan, _secret = plans.add(wanted=wanted, store_ids=frozenset({chain.bar.id}), **made)  # type: ignore[arg-type]
    assert [each.store.id for each in subscriptions.places_of(plan, now=MORNING)] == [chain.bar.id]
    give(sue := create_member(chain.le_zinc, "Sue", Role.SUPERVISOR), north, Role.SUPERVISOR)
    for reader, is_shown in ((sue, False), (mia, True), (chain.alice, True)):
        page = chain.client(reader).get("/traffic/reports/exports").content.decode()
        assert ("Head office" in page) is is_shown
    plans.come_due(now=MORNING)
    put(chain.bar, None, today=DAY + timedelta(days=2))
    run = ExportRun.objects.get()
    sending.deliver(run.organisation_id, run.id, clock=lambda: MORNING)
    assert (ExportRun.objects.get().state, OutgoingMail.objects.count()) == (ExportRun.GIVEN_UP, 0), "not an empty file"
    give(mia, north, Role.STAFF)
    plans.come_due(now=MORNING + timedelta(days=1))
    assert not ExportPlan.objects.exists()


def test_6_2_ta39_a_file_about_a_level_is_of_the_tree_of_each_day_as_its_page(chain: People, north: Node) -> None:
    quai, at = create_store(chain.le_zinc, "Quai", timezone="UTC"), public_id("nod", north.id)
    put(chain.bar, north)
    put(chain.bar, None, today=DAY + timedelta(days=1))
    put(quai, north)
    alice = chain.client(chain.alice)
    with time_machine.travel(MORNING, tick=False):
        for tree in ("", "today"):
            alice.post(f"/traffic/reports/exports?at={at}&tree={tree}", {**FILE, "name": f"North {tree}"})
            page = b"".join(alice.get(f"/traffic/reports/data/csv?at={at}&tree={tree}&period=yesterday"))
            plan = ExportPlan.objects.get(name=f"North {tree}".strip())
            run = ExportRun(organisation_id=plan.organisation_id, plan_id=plan.id, since=DAY, until=DAY)
            assert content.made(plan, run, now=MORNING).decode().split() == page.decode().split()
            assert (b"50.25" in page) is (tree == ""), "it lay there on that day, and does not today"


def test_1_the_summary_of_a_level_opens_the_page_of_that_level(chain: People, north: Node) -> None:
    put(chain.bar, north)
    with time_machine.travel(NIGHT, tick=False):
        chain.client(chain.alice).post(
            f"/traffic/reports/mails?at={public_id('nod', north.id)}", {"rhythm": "daily", "hour": "7"}
        )
    assert report_mails.send_due(now=MORNING) == 1
    [sent] = OutgoingMail.objects.filter(to=chain.alice.email)
    assert f"/traffic?since={DAY}&until={DAY}&at={public_id('nod', north.id)}" in sent.text


def test_1_east_of_greenwich_a_store_lies_where_it_was_just_put(chain: People, north: Node) -> None:
    Store.objects.filter(id=chain.bar.id).update(timezone="Pacific/Auckland")
    morning = datetime(2026, 5, 20, 22, 0, tzinfo=UTC)  # ten o'clock of the 21st there
    made = {"organisation_id": chain.le_zinc.id, "actor": "user:1", "now": NOW}
    south = chains.add_node(name="South", kind="region", parent_id=None, **made)  # type: ignore[arg-type]
    put(chain.bar, south, today=date(2026, 5, 1))
    put(chain.bar, north, today=date(2026, 5, 21))
    [place] = chains.places(chain.le_zinc.id, store_ids={chain.bar.id}, now=morning)
    assert place.node_id == north.id


def test_1_alerts_are_written_to_the_manager_of_the_region_a_store_lies_in(chain: People, mia: User) -> None:
    north = Node.objects.get(name="North")
    [before] = [each for each in mailing.readers(chain.le_zinc.id) if each.user_id == mia.pk]
    put(chain.bar, north)
    [after] = [each for each in mailing.readers(chain.le_zinc.id) if each.user_id == mia.pk]
    assert (before.store_ids, after.store_ids) == (frozenset(), {chain.bar.id})


def test_1_a_level_that_somebody_was_given_is_not_taken_away_and_the_page_says_whose_it_is(
    chain: People, mia: User, north: Node
) -> None:
    alice, path = chain.client(chain.alice), f"/traffic/locations/nodes/{public_id('nod', north.id)}/remove"
    assert "Mia was given North: give them something else first" in alice.post(path, follow=True).content.decode()
    Membership.objects.get(user=mia).delete()
    put(chain.bar, north)
    put(chain.bar, None, today=DAY + timedelta(days=2))
    assert "Something lies or lay in North" in alice.post(path, follow=True).content.decode()
    Placement.objects.all().delete()
    assert "North is taken away." in alice.post(path, follow=True).content.decode()
    assert not Node.objects.exists()
    assert alice.post(path).status_code == 404


def test_1_whoever_has_chosen_stores_takes_a_store_out_of_no_level_of_others(chain: People, north: Node) -> None:
    south = chains.add_node(
        organisation_id=chain.le_zinc.id, name="South", kind="region", parent_id=None, actor="user:1", now=NOW
    )
    sue, path = create_member(chain.le_zinc, "Sue", Role.SUPERVISOR), f"/traffic/locations/{chain.bar.public_id}/save"
    give(sue, south, Role.SUPERVISOR, chain.bar)
    put(chain.bar, north)
    for typed in ({"node": public_id("nod", south.id)}, {"node": ""}, {}):
        with time_machine.travel(NOW, tick=False):
            chain.client(sue).post(path, {"location_id": "1", "status": "operational", **typed})
        assert chains.placed(chain.le_zinc.id)[chain.bar.id] == north.id
    put(chain.bar, None)
    with time_machine.travel(NOW, tick=False):
        answer = chain.client(sue).post(
            path, {"location_id": "1", "status": "operational", "node": public_id("nod", south.id)}
        )
    assert answer.status_code == 302
    assert chains.placed(chain.le_zinc.id)[chain.bar.id] == south.id


def test_1_nor_out_of_a_level_of_others_that_lies_above_his(chain: People) -> None:
    made = {"organisation_id": chain.le_zinc.id, "actor": "user:1", "now": NOW}
    west = chains.add_node(name="West", kind="district", parent_id=None, **made)  # type: ignore[arg-type]
    coast = chains.add_node(name="Coast", kind="region", parent_id=west.id, **made)  # type: ignore[arg-type]
    alone = chains.add_node(name="Alone", kind="region", parent_id=None, **made)  # type: ignore[arg-type]
    sue, path = create_member(chain.le_zinc, "Sue", Role.SUPERVISOR), f"/traffic/locations/{chain.bar.public_id}/save"
    with transaction.atomic():
        members.give(
            organisation_id=chain.le_zinc.id,
            user_id=sue.pk,
            role=Role.SUPERVISOR,
            store_ids=[],
            node_ids=[coast.id, alone.id],
        )
    put(chain.bar, coast)
    for node in (public_id("nod", alone.id), ""):
        with time_machine.travel(NOW, tick=False):
            chain.client(sue).post(path, {"location_id": "1", "status": "operational", "node": node})
        assert chains.placed(chain.le_zinc.id)[chain.bar.id] == coast.id, "West would lose it"


def test_1_the_audit_says_where_a_store_lay_and_lies(chain: People, north: Node) -> None:
    put(chain.bar, north)
    put(chain.bar, north)
    first, second = Note.objects.filter(what="traffic.location_changed").order_by("id")
    assert (first.details["lay_in"], first.details["lies_in"]) == ("", "North")
    assert "lies_in" not in second.details
    said: dict[str, object] = {"location_id": "1", "target_star": None, "is_closure": False}
    chains.save_location(store=chain.bar, values=said, node_id=north.id, actor="user:1", now=NOW, today=NOW.date())
    words = dict(activity_words.lines(Note.objects.filter(what="traffic.location_changed").latest("id").details))
    assert words == {"location_id": "1", "target_star": "–", "is_closure": "no"}


def test_1_a_manager_reads_words_of_a_location_where_the_form_has_codes(chain: People, mia: User, north: Node) -> None:
    put(chain.bar, north)
    with time_machine.travel(NOW, tick=False):
        page = chain.client(mia).get(f"/traffic/locations/{chain.bar.public_id}").content.decode()
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert facts["Chain, district or region"] == "North"
    assert (facts["Status"], facts["What of the id counts"]) == ("Operational", "all of it")
    assert facts["Really closed: on return, leave this time empty"] == "no"
    assert facts["Address"] == "–"


def test_1_1_an_owner_is_not_told_to_ask_an_owner_for_hours_by_person(chain: People) -> None:
    answer = chain.client(chain.alice).get("/traffic/people")
    page = answer.content.decode()
    assert (answer.status_code, "An owner can give you" in page) == (403, False)
    assert "you give it to somebody under Users" in page
    assert 'class="button primary" href="/settings/users"' in page


def test_1_1_how_we_count_is_changed_by_whoever_sees_every_store_and_the_page_says_so(
    chain: People, north: Node
) -> None:
    """It holds for the whole house; a wage at a level is for whoever was given that level."""
    sam = create_member(chain.le_zinc, "Sam", Role.SUPERVISOR)
    put(chain.bar, north)
    said = {"week_starts_on": "6", "transactions": "sales"}
    browser = chain.client(sam)
    assert browser.post("/traffic/settings/save", said).status_code == 302
    give(sam, north, Role.SUPERVISOR)
    assert browser.post("/traffic/settings/save", {**said, "week_starts_on": "0"}).status_code == 403
    assert chains.settings_of(chain.le_zinc.id).week_starts_on == 6
    page = browser.get("/traffic/settings").content.decode()
    assert "somebody who sees every store changes it" in page
    assert re.search(r'<fieldset class="form" disabled>', page)
    wage = {"per_hour": "15", "currency": "EUR", "wage_since": "2026-01-01"}
    assert browser.post("/traffic/settings/wages", {**wage, "place": ""}).status_code == 403
    assert browser.post("/traffic/settings/wages", {**wage, "place": public_id("nod", north.id)}).status_code == 302
    assert Wage.objects.get().node_id == north.id
