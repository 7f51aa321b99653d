"""The pages: what they show, what they let whom do, what they refuse in words."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.test import Client as Browser
from django.urls import reverse

from comptoir.apps.weekly_balance import confirming
from comptoir.apps.weekly_balance.models import Client, Department, Field, PosImport
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType, Preset
from comptoir.core.accounts.models import Membership, MembershipStore, User
from comptoir.core.accounts.roles import Role
from comptoir.pos.model import SaleState
from tests.apps.weekly_balance.bills import DAY, bill, line, worked_day
from tests.apps.weekly_balance.house import ALICE, House, link, other_store
from tests.people import People, create_member

pytestmark = pytest.mark.django_db
WEEK = f"?week={DAY}"


@pytest.fixture
def alice(house: House) -> Browser:
    return house.people.client(house.people.alice)


def text(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def day_path(house: House, day: date = DAY) -> str:
    return f"/balance/of/{house.department.public_id}/{day}"


def member(house: House, name: str, role: Role) -> Browser:
    return house.people.client(create_member(house.people.le_zinc, name, role))


def ready(house: House) -> None:
    """The worked day, over and read."""
    house.sells(*worked_day())
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.covers(DAY)
    house.compute(DAY)


def test_the_week_shows_the_worked_day_and_its_total(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    shown = text(alice, f"/balance{WEEK}")
    assert "5266 Gross sales" in shown
    assert 'value="690.96"' in shown
    assert re.search(r"<strong>\D*690\.96", shown)
    assert "2026-W24" in shown


def test_a_day_shows_its_hours_registers_and_receipts(house: House, alice: Browser) -> None:
    house.sells(*worked_day(), bill("r", worked_day()[0].opened_at, line("1", "125"), register="Till 7"))
    shown = text(alice, day_path(house))
    assert "11:00" in shown
    assert "Till 7" in shown
    assert "Receipts" in shown


def test_wb15_the_day_with_25_hours_names_both(house: House, alice: Browser) -> None:
    house.now = datetime(2026, 10, 26, tzinfo=UTC)
    house.sells(bill("1", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), line("1", "125")))
    shown = text(alice, day_path(house, date(2026, 10, 25)))
    assert "02:00 (summer)" in shown
    assert "02:00 (winter)" in shown


def save(house: House, browser: Browser, kind: FieldType, value: str, was: str = "") -> None:
    name = f"{house.field(kind).public_id}/{DAY}"
    path = reverse("balance_type", args=[house.department.public_id])
    answer = browser.post(path, {name: value, f"was:{name}": was, "week": str(DAY)}, follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("typed", "stored"), [("77", 77), ("1 234,50", "1234.50"), ("1.234,5", "1234.5"), ("1,234.5", "1234.5")]
)
def test_a_number_is_typed_as_people_write_it(house: House, alice: Browser, typed: str, stored: object) -> None:
    save(house, alice, FieldType.NET_SALES, typed)
    assert str(house.value(DAY, FieldType.NET_SALES)) in (f"{stored}", f"{stored}.00", f"{stored}0")


def test_what_is_no_number_is_refused_and_nothing_is_saved(house: House, alice: Browser) -> None:
    first, second = (house.field(kind).public_id for kind in (FieldType.NET_SALES, FieldType.GROSS_SALES))
    path = reverse("balance_type", args=[house.department.public_id])
    answer = alice.post(path, {f"{first}/{DAY}": "5", f"{second}/{DAY}": "many"}, follow=True)
    assert "is not a number" in answer.content.decode()
    assert house.value(DAY, FieldType.NET_SALES) is None


def test_a_day_is_confirmed_reopened_with_a_reason_and_confirmed_again(house: House, alice: Browser) -> None:
    ready(house)
    alice.post(f"{day_path(house)}/confirm")
    assert house.day(DAY).state == DayState.CONFIRMED
    assert "Alice" in text(alice, day_path(house))
    alice.post(f"{day_path(house)}/reopen", {"reason": ""})
    assert house.day(DAY).state == DayState.CONFIRMED
    alice.post(f"{day_path(house)}/reopen", {"reason": "Miscounted"})
    assert house.day(DAY).state == DayState.REOPENED
    assert "Miscounted" in text(alice, day_path(house))
    alice.post(f"/balance/of/{house.department.public_id}/all/confirm", {"week": str(DAY)})
    assert (house.day(DAY).state, house.day(DAY).revision) == (DayState.CONFIRMED, 2)


def test_a_late_void_is_shown_as_a_difference_and_accepted(house: House, alice: Browser) -> None:
    ready(house)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    house.later(hours=1)
    house.sells(msgspec.structs.replace(worked_day()[0], state=SaleState.CANCELLED))
    assert "the till says" in text(alice, f"/balance{WEEK}")
    assert "Accept" in text(alice, day_path(house))
    for each in house.waiting():
        alice.post(f"/balance/corrections/{each.public_id}/accept")
    assert house.waiting() == []
    assert "the till says" not in text(alice, f"/balance{WEEK}")


def test_what_a_void_moved_is_decided_with_one_click_all_of_it_or_nothing(house: House, alice: Browser) -> None:
    ready(house)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    house.later(hours=1)
    house.sells(msgspec.structs.replace(worked_day()[0], state=SaleState.CANCELLED))
    first, *others = [each.public_id for each in house.waiting()]
    assert f"Accept all {1 + len(others)}" in text(alice, day_path(house))
    unknown = {"also": [*others, "cor_00000000000000000000000000"]}
    assert alice.post(f"/balance/corrections/{first}/accept", unknown).status_code == 404
    assert len(house.waiting()) == 1 + len(others)
    alice.post(f"/balance/corrections/{first}/accept", {"also": others})
    assert house.waiting() == []
    assert house.value(DAY, FieldType.GROSS_SALES) == Decimal("490.96")


def test_a_note_stands_over_the_day(house: House, alice: Browser) -> None:
    alice.post(f"{day_path(house)}/note", {"note": "Street market"})
    assert "Street market" in text(alice, day_path(house))


def test_wb01_the_settings_offer_to_turn_both_on(people: People) -> None:
    alice = people.client(people.alice)
    said = {
        "pos_import": "on",
        "confirm_at": "05:00",
        "schedule_zone": "Europe/Copenhagen",
        "week_starts_on": "0",
        "last_year": "weekday",
        "basis": "without_tax",
        "moment": "completed",
        "count_on_account_at": "settlement",
        "return_receipts": "ignored",
    }
    refused = alice.post("/balance/settings/save", said)
    assert refused.status_code == 422
    assert "Turn both on" in refused.content.decode()
    assert not Client.objects.filter(pos_import=True).exists()
    assert alice.post("/balance/settings/save", said | {"both": "1"}).status_code == 302
    assert Client.objects.filter(pos_import=True, multi_cash_registers=True).exists()
    assert alice.post("/balance/settings/save", said | {"schedule_zone": "Nowhere/Else"}).status_code == 422


def test_a_department_is_made_and_an_overlap_named(house: House, alice: Browser) -> None:
    said = {
        "name": "Terrace",
        "store": house.store.public_id,
        "terminals": "8, 9",
        "day_start": "04:00",
        "zone": "Europe/Copenhagen",
    }
    refused = alice.post("/balance/departments/new/save", said)
    assert refused.status_code == 422
    assert "also of Bar" in refused.content.decode()
    own = said | {"name": "Bar", "terminals": "7"}
    alice.post(f"/balance/departments/{house.department.public_id}/save", own)
    assert alice.post("/balance/departments/new/save", said).status_code == 302
    assert Department.objects.get(name="Terrace").terminals == ["8", "9"]
    assert "Terrace" in text(alice, "/balance/departments")


def test_fields_are_mapped_one_by_one_or_all_at_once(people: People) -> None:
    alice = people.client(people.alice)
    assert "8 of the eight types" in text(alice, "/balance/fields")
    alice.post("/balance/fields/usual")
    assert "All eight types feed a field" in text(alice, "/balance/fields")
    gross = Field.objects.get(number="5266")
    alice.post(f"/balance/fields/{gross.public_id}", {"field_type": "manual"})
    gross.refresh_from_db()
    assert (gross.field_type, gross.is_split) == ("manual", False)


def test_yesterday_under_each_preset_and_the_bridge(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    shown = text(alice, f"/balance/presets?day={DAY}").replace("\xa0", " ")
    for figure in ("690.96", "488.70", "390.96", "670.96", "998.70"):
        assert figure in shown
    assert "Gift cards sold" in shown
    alice.post("/balance/presets/vat")
    assert Client.objects.get(organisation=house.people.le_zinc).preset == Preset.VAT


def test_wb42_another_basis_is_looked_at_before_it_is_chosen(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    shown = text(alice, f"/balance/presets?day={DAY}&basis=with_tax").replace("\xa0", " ")
    for figure in ("863.70", "25.00", "350.00", "488.70"):
        assert figure in shown
    assert "Only looked at" in shown
    assert Client.objects.get().basis == "without_tax"
    assert "Only looked at" not in text(alice, f"/balance/presets?day={DAY}&basis=nonsense")


def test_an_import_says_what_it_would_touch_and_begins(house: House, alice: Browser) -> None:
    link(house.store)
    shown = text(alice, "/balance/import")
    assert 'name="overwrite"' in shown
    assert "checked" in shown.split('name="overwrite"')[1].split(">")[0], "ticked for the first import"
    said = {"departments": [house.department.public_id], "first": "2026-06-01", "last": "2026-06-10", "overwrite": "on"}
    assert (
        "Approved numbers that may change: 0"
        in alice.post("/balance/import/begin", said | {"preview": "1"}).content.decode()
    )
    assert not PosImport.objects.exists()
    assert alice.post("/balance/import/begin", said).status_code == 302
    assert PosImport.objects.get().overwrite
    shown = text(alice, "/balance/import")
    assert "1 import is running" in shown


def test_the_week_as_csv_has_each_number_and_its_hours(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    path = reverse("balance_export", args=[house.department.public_id])
    body = b"".join(alice.get(f"{path}{WEEK}").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(body)))
    net = [row for row in rows if row["number"] == "5267" and row["date"] == str(DAY)]
    assert next(row["value"] for row in net if not row["hour"]) == "390.96"
    assert {row["hour"]: row["value"] for row in net if row["hour"]}["11:00"] == "-30.00"
    assert {row["utc_offset"] for row in net if row["hour"]} == {"UTC+02:00"}


def test_when_nothing_arrives_the_page_says_why(people: People, house: House, alice: Browser) -> None:
    assert "not connected to a point of sale" in text(alice, f"/balance{WEEK}")
    made = link(house.store)
    assert "Nothing was imported yet" in text(alice, f"/balance{WEEK}")
    made.connection.status, made.connection.status_reason = "revoked", "Alice took the consent back."
    made.connection.save()
    assert "Alice took the consent back." in text(alice, f"/balance{WEEK}")
    Client.objects.update(pos_import=False)
    assert "POS import is off" in text(alice, f"/balance{WEEK}")


def test_wb02_a_manager_is_refused_in_words_at_import_pos(house: House) -> None:
    shown = text(member(house, "Someone", Role.MANAGER), "/balance/import", 403)
    assert "Manager" in shown
    assert "Bar" not in shown.replace("Barre", "")


def test_what_a_manager_may_not_change_is_grey_with_the_reason(house: House) -> None:
    manager = member(house, "Someone", Role.MANAGER)
    for path in ("/balance/settings", f"/balance/departments/{house.department.public_id}"):
        shown = text(manager, path)
        assert "Only owners and supervisors change this" in shown
        assert "disabled" in shown
    assert "A supervisor can reopen" not in text(manager, day_path(house))


def scoped(house: House, name: str, role: Role, store_id: object) -> Browser:
    """Somebody who was given one store."""
    user: User = create_member(house.people.le_zinc, name, role)
    membership = Membership.objects.get(user=user)
    Membership.objects.filter(pk=membership.pk).update(all_stores=False)
    MembershipStore.objects.create(organisation=house.people.le_zinc, membership=membership, store_id=store_id)
    return house.people.client(user)


def test_wb03_only_the_departments_of_the_client_that_was_entered(house: House) -> None:
    charlie = house.people.client(house.people.charlie)
    assert "Bar" not in text(charlie, "/balance/import").replace("toolbar", "")
    assert charlie.get(day_path(house)).status_code == 404
    said = {"departments": [house.department.public_id], "first": "2026-06-01", "last": "2026-06-02"}
    assert charlie.post("/balance/import/begin", said).status_code == 422
    assert not PosImport.objects.exists()


def test_a_department_outside_the_scope_answers_404(house: House) -> None:
    elsewhere = scoped(house, "Someone", Role.REGIONAL_SUPERVISOR, other_store(house.people, "Cellar"))
    assert elsewhere.get(day_path(house)).status_code == 404
    assert elsewhere.post(f"{day_path(house)}/reopen", {"reason": "x"}).status_code == 404
    assert "Bar" not in text(elsewhere, "/balance/departments").replace("toolbar", "")


def test_wb35_a_regional_supervisor_loses_a_store_at_once(house: House) -> None:
    regional = scoped(house, "Someone", Role.REGIONAL_SUPERVISOR, house.store.id)
    assert regional.get(day_path(house)).status_code == 200
    MembershipStore.objects.update(store_id=other_store(house.people, "Cellar"))
    assert regional.get(day_path(house)).status_code == 404


def test_the_week_before_and_a_wrong_date(house: House, alice: Browser) -> None:
    assert str(DAY - timedelta(days=2 + 7)) in text(alice, f"/balance{WEEK}")
    assert alice.get("/balance?week=nonsense").status_code == 404
    assert alice.get(f"/balance/of/{house.department.public_id}/nonsense").status_code == 404


def test_a_reader_of_french_types_with_a_comma_and_reads_the_history_in_his_language(house: House) -> None:
    ready(house)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    house.later(hours=1)
    house.sells(msgspec.structs.replace(worked_day()[0], state=SaleState.CANCELLED))
    browser = house.people.client(house.people.alice)
    french = {"Accept-Language": "fr"}
    shown = browser.get(day_path(house), headers=french).content.decode()
    assert "Prête → Validée" in shown
    assert "690,96 est retenu, la caisse dit 490,96" in shown, "it waits: the number did not move"
    assert "690,96 → 490,96" not in shown
    gross = next(each for each in house.waiting() if each.field_id == house.field(FieldType.GROSS_SALES).id)
    net = next(each for each in house.waiting() if each.field_id == house.field(FieldType.NET_SALES).id)
    browser.post(f"/balance/corrections/{gross.public_id}/accept")
    browser.post(f"/balance/corrections/{net.public_id}/reject")
    shown = browser.get(day_path(house), headers=french).content.decode()
    assert "690,96 → 490,96" in shown
    assert "changé plus tard en caisse" in shown
    assert "un superviseur a gardé le nombre" in shown
    assert "late change" not in shown
    confirming.type_number(
        client=house.client,
        department=house.department,
        day=DAY + timedelta(days=1),
        field_id=house.field(FieldType.NET_SALES).id,
        value=Decimal("12.5"),
        actor=ALICE,
        now=house.now,
    )
    assert 'value="12,50"' in browser.get(f"/balance{WEEK}", headers=french).content.decode()
