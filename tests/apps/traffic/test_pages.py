"""What people do on traffic's pages, cell by cell of the table of roles (traffic-analytics.md 1.1, 3.5)."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from comptoir.apps.traffic import chains, report_mails, rights
from comptoir.apps.traffic.chains import add_node, save_location
from comptoir.apps.traffic.count_tables import Count, Counter
from comptoir.apps.traffic.models import Change, Hour, ReportMail, Settings, Tailored
from comptoir.apps.traffic.pages.day_fields import as_typed
from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import create_token
from comptoir.core.audit.models import Note
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import new_id
from tests.apps.traffic.chain import DAY, NOW, at, come, hour, make, sell, utc_store, works
from tests.people import People, create_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    sell(people, 10, "50")
    works(people, ("1", 9, 12))
    come(people, {10: 10})
    make(people)
    return people


def day_path(people: People, act: str = "") -> str:
    return f"/traffic/days/{people.bar.public_id}/{DAY}{act}"


def typed(kind: str, number: float, value: str) -> dict[str, str]:
    return {f"{kind}@{int(at(number).timestamp())}": value}


def someone(people: People, role: Role) -> tuple[Client, User]:
    user = create_member(people.le_zinc, f"Someone{role}", role)
    return people.client(user), user


def test_a_figure_is_typed_marked_logged_and_taken_back(chain: People) -> None:
    alice = chain.client(chain.alice)
    answer = alice.post(day_path(chain, "/edit"), {**typed("sales", 10, "55,50"), "reason": "cash box"})
    assert answer.status_code == 302
    assert hour(chain, 10).sales == Decimal("55.5")
    page = alice.get(day_path(chain)).content.decode()
    assert "cash box" in page
    assert "€50.00" in page, "what was measured stays beside it"
    assert Note.objects.filter(what="traffic.data_edited", organisation_id=chain.le_zinc.id).count() == 1
    row = Tailored.objects.get()
    moment = int(row.at.timestamp()) * 1_000_000 + row.at.microsecond
    assert f"/undo/{moment}" in page, "the toast has it"
    alice.post(day_path(chain, f"/undo/{moment}"))
    assert hour(chain, 10).sales == 50


def test_what_is_left_as_it_is_is_not_typed(chain: People) -> None:
    alice = chain.client(chain.alice)
    alice.post(day_path(chain, "/edit"), {**typed("sales", 10, "50"), **typed("visitors", 11, "")})
    assert not Tailored.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value", "status"), [("sales", "x", 422), ("visitors", "-1", 422), ("sales", "1e99", 422)]
)
def test_what_is_no_figure_is_refused_with_words(chain: People, kind: str, value: str, status: int) -> None:
    alice = chain.client(chain.alice)
    assert alice.post(day_path(chain, "/edit"), typed(kind, 10, value)).status_code == status
    assert not Tailored.objects.exists()


def test_what_is_no_figure_is_told_beside_its_field_and_what_was_typed_stays(chain: People) -> None:
    alice = chain.client(chain.alice)
    fields = {**typed("sales", 10, "12.x"), **typed("visitors", 11, "-3"), **typed("items", 10, "7")}
    answer = alice.post(day_path(chain, "/edit"), {**fields, "reason": "cash box"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for name, value in fields.items():
        assert f'id="{name}" name="{name}" value="{value}"' in page
    assert page.count('aria-invalid="true"') == 2
    name = next(iter(fields))
    assert f'id="{name}_error">Type digits, such as 12 or 12.5.' in page
    assert "Type nought or more" in page
    assert 'value="cash box"' in page
    assert not Tailored.objects.exists(), "all of it or nothing"


def test_an_hour_that_was_skipped_is_refused(chain: People) -> None:
    alice = chain.client(chain.alice)
    elsewhere = {f"sales@{int((at(10) + timedelta(days=3)).timestamp())}": "5"}
    assert alice.post(day_path(chain, "/edit"), elsewhere).status_code == 422


EVERYTHING = {
    "see",
    "staff",
    "edit",
    "edit hours",
    "export",
    "mail",
    "locations",
    "manage",
    "status",
    "jobs",
    "connect",
}
READS = {"see", "staff", "export", "mail"}
TABLE: dict[Role, set[str]] = {
    Role.OWNER: EVERYTHING,
    Role.SUPERVISOR: EVERYTHING - {"connect"},
    Role.REGIONAL_SUPERVISOR: READS | {"locations", "status"},
    Role.MANAGER: READS | {"locations"},
    Role.VIEWER: READS,
    Role.MARKETING: READS - {"staff"},
    Role.HR: READS | {"edit hours", "hours by person", "export hours by person"},
    Role.STAFF: set(),
    Role.PARTNER: set(),
}


@pytest.mark.parametrize("role", TABLE)
def test_the_role_table_cell_by_cell(chain: People, role: Role) -> None:
    client, _user = someone(chain, role)
    place, days = f"/traffic/locations/{chain.bar.public_id}", f"since={DAY}&until={DAY}"
    totals = client.get(f"/traffic/reports/totals?{days}")
    asked: dict[str, int] = {
        "see": client.get(f"/traffic?{days}").status_code,
        "staff": 200 if b"Visitors per staff hour" in totals.content else 403,
        "hours by person": client.get(f"/traffic/people?{days}").status_code,
        "export hours by person": client.get(f"/traffic/people/export?{days}").status_code,
        "edit": client.post(day_path(chain, "/edit"), typed("sales", 10, "1")).status_code,
        "edit hours": client.post(day_path(chain, "/edit"), typed("staff_hours", 10, "2")).status_code,
        "export": client.get(f"/traffic/reports/data/csv?{days}").status_code,
        "mail": client.get("/traffic/reports/mails").status_code,
        "locations": client.get("/traffic/locations").status_code,
        "manage": client.post(f"{place}/save", {"location_id": "1", "status": "operational"}).status_code,
        "status": client.get("/traffic/integrations").status_code,
        "jobs": client.get("/traffic/integrations/job_01JZZZZZZZZZZZZZZZZZZZZZZZ").status_code,
        "connect": client.post("/traffic/integrations/new", {"label": "New"}).status_code,
    }
    assert {name for name, status in asked.items() if status != 403} == TABLE[role]


def test_a_manager_edits_where_somebody_let_him_and_nowhere_else(chain: People) -> None:
    client, user = someone(chain, Role.MANAGER)
    made = {"organisation_id": chain.le_zinc.id, "actor": "user:1", "now": NOW}
    region = add_node(**made, name="North", kind="region", parent_id=None)
    rights.allow(**made, user_id=user.pk, node_id=region.id)
    assert client.post(day_path(chain, "/edit"), typed("sales", 10, "1")).status_code == 403
    save_location(store=chain.bar, values={}, node_id=region.id, actor="user:1", now=NOW, today=NOW.date())
    assert client.post(day_path(chain, "/edit"), typed("sales", 10, "1")).status_code == 302
    assert 'name="sales@' in client.get(day_path(chain)).content.decode()


def test_no_page_shows_a_person_s_clock_times(chain: People) -> None:
    alice = chain.client(chain.alice)
    page = alice.get(day_path(chain)).content.decode()
    assert "Alice Example" not in page
    assert hour(chain, 10).staff_hours == 1


def test_a_way_of_counting_holds_for_past_days(chain: People) -> None:
    alice = chain.client(chain.alice)
    said = {"with_tax": "on", "week_starts_on": "6", "transactions": "net"}
    assert alice.post("/traffic/settings/save", said).status_code == 302
    row = Settings.objects.get()
    assert (row.with_tax, row.week_starts_on, row.transactions) == (True, 6, "net")


def test_a_location_that_clashes_says_so_in_the_form_and_keeps_what_was_typed(chain: People) -> None:
    from tests.people import create_store

    other = create_store(chain.le_zinc, "Quai Bob")
    alice = chain.client(chain.alice)
    answer = alice.post(
        f"/traffic/locations/{other.public_id}/save",
        {"location_id": "001", "status": "operational", "category": "pier"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "is the same location as 1 of Le Zinc" in page
    assert 'value="pier"' in page


def test_a_counter_is_added_switched_off_and_named_by_its_serial(chain: People) -> None:
    alice = chain.client(chain.alice)
    path = f"/traffic/locations/{chain.bar.public_id}"
    alice.post(f"{path}/counters", {"name": "Side door", "serial": "AX-1", "kind": "entrance"})
    counter = Counter.objects.get(serial="AX-1")
    assert hour(chain, 10).visitors == 10
    page = alice.get(path).content.decode()
    assert "AX-1" in page
    from comptoir.kernel.ids import public_id

    alice.post(f"{path}/counters/{public_id('cnt', counter.id)}/off")
    counter.refresh_from_db()
    assert not counter.active


def test_a_file_says_what_of_it_was_taken(chain: People) -> None:
    alice = chain.client(chain.alice)
    content = b"location id,date,hour,traffic in\n1,2026-05-20,15,7\n1,2026-05-20,99,7\n42,2026-05-20,15,7\n"
    page = alice.post("/traffic/locations/upload", {"file": SimpleUploadedFile("counts.csv", content)}).content.decode()
    assert "1 of 3 rows was taken." in page
    assert "no date and hour: 2026-05-20 99" in page
    assert "1 row names a location nobody knows" in page
    assert hour(chain, 15).visitors == 7
    bad = alice.post("/traffic/locations/upload", {"file": SimpleUploadedFile("x.csv", b"hello\nworld\n")})
    assert bad.status_code == 422


def bearer(people: People) -> dict[str, str]:
    _, secret = create_token(
        name="counters", scopes=["traffic.read", "traffic.write"], organisations=[people.le_zinc], now=NOW
    )
    return {"Authorization": f"Bearer {secret.reveal()}"}


def push(people: People, *counts: dict[str, Any]) -> Any:
    return Client().post(
        "/v1/traffic/counts", {"counts": list(counts)}, content_type="application/json", headers=bearer(people)
    )


@pytest.mark.parametrize("more", [{"image": "iVBORw0KGgo="}, {"mac": "a4:5e:60:00:00:01"}, {"phone": "+33612345678"}])
def test_3_3_no_picture_and_nothing_of_a_person_is_accepted(chain: People, more: dict[str, str]) -> None:
    before = Count.objects.count()
    answer = push(chain, {"start": "2026-05-20T14:00:00+00:00", "went_in": 12, "location": "0001", **more})
    assert answer.status_code == 422
    assert next(iter(more)) in answer.content.decode()
    assert next(iter(more.values())) not in answer.content.decode(), "nor told back"
    assert Count.objects.count() == before


def test_counts_come_by_the_api_are_answered_202_and_twice_is_once(chain: People) -> None:
    count = {"start": "2026-05-20T14:00:00+00:00", "minutes": 60, "went_in": 12, "went_out": 11, "location": "0001"}
    for _ in range(2):
        answer = push(chain, count, {**count, "location": "77"})
        assert answer.status_code == 202
        assert answer.json() == {
            "taken": 1,
            "resets": 0,
            "refused": [{"place": 1, "code": "location_unknown", "detail": "No location of this chain has this id."}],
        }
    assert hour(chain, 14).visitors == 12
    got = Client().get(f"/v1/traffic/hours?since={DAY}&until={DAY}&location=1", headers=bearer(chain)).json()["data"]
    assert [row["traffic_in"] for row in got if row["start_local"].endswith("14:00")] == ["12"]


def test_a_count_without_an_offset_is_refused(chain: People) -> None:
    answer = push(chain, {"start": "2026-05-20T14:00:00", "went_in": 1, "location": "1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "offset_missing")


def test_a_report_comes_by_mail_once_with_the_figures_of_the_page(chain: People) -> None:
    alice = chain.client(chain.alice)
    with time_machine.travel(NOW, tick=False):
        alice.post("/traffic/reports/mails", {"rhythm": "daily", "hour": "13"})
        row = ReportMail.objects.get()
        assert row.due_at == NOW + timedelta(hours=1)
    due = NOW + timedelta(hours=1)
    assert report_mails.send_due(now=due) == 1
    assert report_mails.send_due(now=due) == 0
    mail = OutgoingMail.objects.get(template="traffic/mails/report")
    assert mail.to == "alice@example.com"
    for body in (mail.text, mail.html):
        assert "€50.00" in body
        assert "10.0%" in body
        assert "/traffic?since=2026-05-20" in body
    row.refresh_from_db()
    assert row.due_at == due + timedelta(days=1)
    with time_machine.travel(NOW, tick=False):
        listed = alice.get("/traffic/reports/mails").content.decode()
        assert "Every morning, yesterday" in listed


def test_a_report_stops_by_one_press_and_only_by_its_reader(chain: People) -> None:
    from comptoir.kernel.ids import public_id

    alice = chain.client(chain.alice)
    alice.post("/traffic/reports/mails", {"rhythm": "weekly", "hour": "7"})
    mail_id = public_id("rpm", ReportMail.objects.get().id)
    other, _user = someone(chain, Role.SUPERVISOR)
    assert other.post(f"/traffic/reports/mails/{mail_id}/delete").status_code == 404
    assert alice.post(f"/traffic/reports/mails/{mail_id}/delete").status_code == 302
    assert not ReportMail.objects.exists()


def test_somebody_who_left_gets_no_report(chain: People) -> None:
    alice = chain.client(chain.alice)
    alice.post("/traffic/reports/mails", {"rhythm": "daily", "hour": "7"})
    chain.alice.is_active = False
    chain.alice.save()
    assert report_mails.send_due(now=NOW + timedelta(days=400)) == 0
    assert not ReportMail.objects.exists()


def test_late_changes_are_listed_with_what_was_before_and_exported(chain: People) -> None:
    sell(chain, 11, "70")
    make(chain, now=NOW + timedelta(days=2))
    alice = chain.client(chain.alice)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        page = alice.get("/traffic/reports/changes").content.decode()
        exported = alice.get("/traffic/reports/changes/export").getvalue().decode()
    assert "€70.00" in page
    assert "sales" in exported
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        day = alice.get(f"/traffic/days/{chain.bar.public_id}/{DAY}").content.decode()
    assert "changed after import: €0.00 before, seen" in day
    assert Hour.objects.count() >= 2


def test_more_late_changes_than_a_page_holds_are_all_counted_and_turned_over(chain: People) -> None:
    store = {"organisation_id": chain.le_zinc.id, "store_id": chain.bar.id}
    Change.objects.bulk_create(
        Change(**store, id=new_id(), hour=NOW, business_date=DAY, kind="sales", old=0, new=number, seen_at=NOW)
        for number in range(1, 71)
    )
    alice = chain.client(chain.alice)
    seen: list[str] = []
    for number in ("1", "2"):
        page = alice.get(f"/traffic/reports/changes?since={DAY}&until={DAY}&page={number}").content.decode()
        assert "70 figures moved after their days were over." in page
        seen += re.findall(r'data-label="Now">€(\d+)\.00<', page)
    assert sorted(map(int, seen)) == list(range(1, 71)), "each once"


def test_a_chain_in_french(chain: People) -> None:
    alice = chain.client(chain.alice)
    page = alice.get(f"/traffic?since={DAY}&until={DAY}", headers={"accept-language": "fr"}).content.decode()
    assert "10 visiteurs" in page
    assert "10,0\u00a0% ont acheté" in page


def test_the_tree_is_made_and_chosen_and_kept_in_the_address(chain: People) -> None:
    alice = chain.client(chain.alice)
    alice.post("/traffic/locations/nodes", {"name": "West", "kind": "district", "parent": ""})
    [district] = chains.nodes(chain.le_zinc.id)
    from comptoir.kernel.ids import public_id

    node = public_id("nod", district.id)
    alice.post(
        f"/traffic/locations/{chain.bar.public_id}/save", {"location_id": "1", "status": "operational", "node": node}
    )
    page = alice.get(f"/traffic?at={node}&since={DAY}&until={DAY}").content.decode()
    assert "Traffic of West" in page
    assert f"at={node}" in page, "links keep the choice"
    again = alice.post("/traffic/locations/nodes", {"name": "West", "kind": "region", "parent": ""})
    assert "There is a West already." in again.content.decode()


@pytest.mark.parametrize(
    ("value", "kind", "currency", "language", "said"),
    [
        ("32.800000", "sales", "EUR", "en", "32.80"),
        ("32.800000", "sales", "EUR", "fr", "32,80"),
        ("1200", "sales", "JPY", "fr", "1200"),
        ("-5.125", "sales", "EUR", "en", "-5.125"),
        ("1.250000", "staff_hours", "EUR", "fr", "1,25"),
        ("4.000000", "visitors", "EUR", "en", "4"),
        (None, "visitors", "EUR", "en", ""),
    ],
)
def test_a_field_says_a_figure_as_it_is_typed(
    value: str | None, kind: str, currency: str, language: str, said: str
) -> None:
    with translation.override(language):
        assert as_typed(None if value is None else Decimal(value), kind, currency) == said
