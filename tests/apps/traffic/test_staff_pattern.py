"""A weekly pattern of staff, where no clock is: a fallback that gives way to whatever anybody tells (3.2)."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from comptoir.apps.traffic import catching_up, kpis, patterns, planned, rights, shown, tailoring, wages
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.models import Change, Day, Hour
from comptoir.apps.traffic.pattern_tables import HOURS_OF_A_WEEK, StaffPattern
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.kernel.errors import RuleBroken
from tests.apps.traffic.chain import DAY, NOW, at, come, hour, make, sell, utc_store, works
from tests.apps.traffic.test_pages import bearer, day_path, someone, typed
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = date(2020, 1, 1)
WEDNESDAY = f"day_{DAY.weekday()}"


@pytest.fixture
def chain(people: People) -> People:
    """On a Wednesday 30 visitors at 10 and 20 at 11, sales of 60 at 10, 40 at 11 and 10 at 15 o'clock; no clock."""
    utc_store(people)
    save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    sell(people, 10, "60")
    sell(people, 11, "40")
    sell(people, 15, "10")
    come(people, {10: 30, 11: 20})
    make(people)
    return people


def usual(people: People, wednesday: str, *, since: date = LONG_AGO) -> patterns.Saved:
    """On Wednesdays alone; the days are made anew as the job does it."""
    week = [Decimal(0)] * HOURS_OF_A_WEEK
    first = DAY.weekday() * 24
    week[first : first + 24] = patterns.read_day(wednesday, first=0)
    saved = patterns.save(store=people.bar, since=since, hours=week, actor="user:1", now=NOW)
    follow(people)
    return saved


def follow(people: People) -> None:
    catching_up.everything(organisation_id=people.le_zinc.id, now=NOW)


def staff() -> dict[int, tuple[Decimal | None, str]]:
    rows = Hour.objects.filter(business_date=DAY).order_by("hour")
    return {row.hour.hour: (row.staff_hours, row.staff_status) for row in rows}


def sums(people: People) -> kpis.Sums:
    """As days and hours say it alike."""
    scope = reading.Scope(people.le_zinc.id, [people.bar.id])
    found = reading.by_store(scope, Period(DAY, DAY))[people.bar.id]
    assert sum(reading.by_store_and_hour(scope, Period(DAY, DAY)).values(), start=kpis.Sums()) == found
    return found


def test_3_2_where_no_clock_is_the_hours_of_a_day_are_those_of_its_pattern_with_its_coverage(chain: People) -> None:
    assert staff() == dict.fromkeys((10, 11, 15), (None, "missing"))
    usual(chain, "9–11 2; 11–13 2.5")
    plan = planned.PLANNED
    # 9 and 12 are there because somebody is; at 15, sold after everybody's hours, nobody is: as with a clock.
    assert staff() == {
        9: (2, plan),
        10: (2, plan),
        11: (Decimal("2.5"), plan),
        12: (Decimal("2.5"), plan),
        15: (0, plan),
    }
    found = sums(chain)
    # 50 visitors by 4.5 h of the hours that know both; 110 by 9 h.
    assert shown.figure(BY_SLUG["star"], BY_SLUG["star"].of(found), "EUR") == "11.1"
    assert shown.figure(BY_SLUG["sales_per_hour"], BY_SLUG["sales_per_hour"].of(found), "EUR") == "€12.22"
    assert shown.coverage(BY_SLUG["staff_hours"], found) == "5 of 5 h, staff planned in 5 h"
    assert shown.coverage(BY_SLUG["star"], found) == "2 of 5 h, staff planned in 5 h"
    assert shown.coverage(BY_SLUG["conversion"], found) == "2 of 5 h", "of visitors nothing is planned"
    assert found.without_staff.hours_p == 0
    assert not Change.objects.exists(), "nothing that was known has moved"


def test_3_2_the_true_clock_entry_wins_as_soon_as_it_comes_for_its_whole_day_and_stands_among_the_changes(
    chain: People,
) -> None:
    usual(chain, "9–13 2")
    works(chain, ("1", 10, 12))
    follow(chain)
    assert staff() == {10: (1, "measured"), 11: (1, "measured"), 15: (0, "measured")}
    assert sums(chain).hours_p == 0
    assert not Change.objects.exists(), "the first reading of a clock is no change"
    later = NOW + timedelta(days=9)
    works(chain, now=later)
    catching_up.everything(organisation_id=chain.le_zinc.id, now=later)
    assert staff()[10] == (2, "planned"), "the entry was deleted: nobody tells any more"
    assert {(row.old, row.new, row.cause) for row in Change.objects.filter(hour=at(10), kind="staff_hours")} == {
        (1, 2, "planned")
    }


def test_3_2_typed_staff_hours_win_for_their_whole_day_and_nothing_measured_stands_beside_them(chain: People) -> None:
    usual(chain, "9–13 2")
    one = [tailoring.Typed(chain.bar.id, at(10), "staff_hours", Decimal(3))]
    tailoring.tailor(organisation_id=chain.le_zinc.id, typed=one, reason="", actor="user:1", now=NOW)
    assert staff() == {10: (3, "tailored"), 11: (None, "missing"), 15: (None, "missing")}
    assert not tailoring.differing(chain.le_zinc.id, store_ids=[chain.bar.id], since=DAY, until=DAY, now=NOW)
    tailoring.undo(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, typed_at=NOW, now=NOW)
    assert staff()[10] == (2, "planned")


def test_3_2_a_pattern_holds_from_its_date_on_until_the_next_and_an_empty_one_ends_it(chain: People) -> None:
    before = DAY - timedelta(days=7)
    sell(chain, 10, "5", day=before)
    usual(chain, "10–11 1")
    usual(chain, "10–11 4", since=DAY)
    usual(chain, "10–11 9", since=DAY + timedelta(days=1))
    assert [Day.objects.get(business_date=each).staff_hours for each in (before, DAY)] == [1, 4]
    usual(chain, "", since=DAY)
    assert Day.objects.get(business_date=DAY).staff_hours is None, "nothing is said of that weekday any more"


def test_3_2_hours_to_come_closed_days_and_other_weekdays_have_no_planned_staff(chain: People) -> None:
    usual(chain, "9–20 2")
    thursday = DAY + timedelta(days=1)
    sell(chain, 10, "5", day=thursday)
    follow(chain)
    assert Day.objects.get(business_date=thursday).staff_hours is None, "the pattern says nothing of Thursdays"
    assert not Day.objects.filter(business_date=DAY - timedelta(days=7)).exists(), "a day of which nothing is known"
    make(chain, now=at(12.5))
    assert max(each for each, (hours, _status) in staff().items() if hours) == 11, "12 o'clock is not over"
    catching_up.everything(organisation_id=chain.le_zinc.id, now=at(13.5))
    assert max(each for each, (hours, _status) in staff().items() if hours) == 12, (
        "an hour later it is, sale or no sale"
    )
    follow(chain)
    assert sums(chain).staff_hours == 22


def test_3_2_planned_hours_cost_what_an_hour_of_work_costs(chain: People) -> None:
    usual(chain, "10–12 2")
    cost = {"since": LONG_AGO, "per_hour": Decimal(10), "currency": "EUR", "name": ""}
    wages.save(organisation_id=chain.le_zinc.id, store_id=None, node_id=None, actor="user:1", now=NOW, **cost)
    follow(chain)
    assert (hour(chain, 10).labour_cost, sums(chain).labour_cost) == (20, 40)


def test_3_2_a_day_is_written_as_it_is_read_and_a_night_belongs_to_its_evening() -> None:
    hours = patterns.read_day("18-2: 3;  05:00–6h 0,5", first=3)
    assert [each for each, value in enumerate(hours) if value] == [0, 1, 5, *range(18, 24)]
    assert patterns.written_day(hours, first=3) == "05:00–06:00 0.5; 18:00–02:00 3"
    assert patterns.read_day(patterns.written_day(hours, first=3), first=3) == hours
    assert patterns.read_day("0–24 1", first=0) == [1] * 24
    evening = "18:00–24:00 3; 00:00–02:00 2"
    assert patterns.written_day(patterns.read_day(evening, first=3), first=3) == evening
    for wrong in ("9–12", "9–25 1", "12–9 1", "9–12 1; 11–13 2", "9–12 -1", "9:30–12:00 1", "10–10 1", "9–12 1000"):
        with pytest.raises(RuleBroken):
            patterns.read_day(wrong, first=0)
    with pytest.raises(RuleBroken):
        patterns.read_day("22–4 1", first=3)


def test_3_2_the_database_keeps_one_pattern_a_date_of_a_whole_week_and_never_below_nought(chain: People) -> None:
    made = {"organisation_id": chain.le_zinc.id, "store_id": chain.bar.id, "since": DAY, "actor": "user:1", "at": NOW}
    StaffPattern.objects.create(**made, id=chain.bar.id, hours=[1] * HOURS_OF_A_WEEK)
    week = [1] * (HOURS_OF_A_WEEK - 1)
    for since, wrong in ((DAY, [*week, 1]), (LONG_AGO, week), (LONG_AGO, [*week, -1])):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffPattern.objects.create(**{**made, "since": since}, id=chain.le_zinc.id, hours=wrong)


def test_3_2_it_is_typed_shown_as_planned_everywhere_logged_deleted_and_brought_back(chain: People) -> None:
    alice, path = chain.client(chain.alice), f"/traffic/locations/{chain.bar.public_id}/staff"
    days = f"since={DAY}&until={DAY}"
    with time_machine.travel(NOW, tick=False):
        assert "No weekly pattern holds today" in alice.get(path).content.decode()
        wrong = alice.post(path, {"pattern_since": "2020-01-01", WEDNESDAY: "9–25 2"})
        assert (wrong.status_code, "9–25 2" in wrong.content.decode()) == (422, True)
        answer = alice.post(path, {"pattern_since": "2020-01-01", WEDNESDAY: "10–12 2"}, follow=True)
        page = answer.content.decode()
        assert all(each in page for each in ("4.00 h of staff a week", "holds today", "10:00–12:00 2"))
        follow(chain)
        day = alice.get(day_path(chain)).content.decode()
        assert ("Staff hours are planned" in day, "planned: 2.00 h" in day) == (True, True)
        assert "staff planned in 3 h" in alice.get(f"/traffic/reports/totals?{days}").content.decode()
        assert "3 (100%)" in alice.get(f"/traffic/reports/quality?{days}").content.decode()
        rows = alice.get(f"/traffic/reports/data/csv?{days}").getvalue().decode("utf-8-sig").splitlines()
        assert [(each["staff_hours"], each["staff_status"]) for each in csv.DictReader(rows)] == [
            *(("2", "planned"), ("2", "planned"), ("0", "planned"))
        ]
        told = Client().get(f"/v1/traffic/hours?since={DAY}&until={DAY}", headers=bearer(chain)).json()["data"]
        assert [(each["staff_hours"], each["staff_status"]) for each in told] == [
            *(("2", "planned"), ("2", "planned"), ("0", "planned"))
        ]
        # Undo of the first saving, of a replacement, and of a deletion.
        first = StaffPattern.objects.get()
        pattern = f"{path}/{page.split(f'{path}/')[1].split('/')[0]}"
        assert f'action="{pattern}/delete"' in page.split("Undo")[0], "the toast takes it back"
        replaced = alice.post(path, {"pattern_since": "2020-01-01", WEDNESDAY: "10–11 5"}, follow=True)
        assert f"{pattern}/restore" in replaced.content.decode()
        follow(chain)
        assert sums(chain).staff_hours == 5
        assert alice.post(f"{pattern}/restore").status_code == alice.post(f"{pattern}/restore").status_code == 302
        follow(chain)
        assert sums(chain).staff_hours == 4
        assert f"{pattern}/restore" in alice.post(f"{pattern}/delete", follow=True).content.decode()
        follow(chain)
        assert staff()[10] == (None, "missing")
        assert alice.post(f"{pattern}/delete").status_code == 404
        alice.post(f"{pattern}/restore")
        assert StaffPattern.objects.get(withdrawn_at=None).id == first.id
    said = Note.objects.filter(what__startswith="traffic.staff_pattern").order_by("at").values_list("what", "subject")
    assert [each.rpartition("_")[2] for each, _subject in said] == ["saved", "saved", "restored", "deleted", "restored"]
    assert Note.objects.filter(what="traffic.staff_pattern_saved", details__hours_a_week="4").count() == 1


def test_3_2_what_is_planned_stands_in_no_field_and_typing_the_same_keeps_it(chain: People) -> None:
    usual(chain, "10–12 2")
    alice = chain.client(chain.alice)
    with time_machine.travel(NOW, tick=False):
        alice.post(day_path(chain, "/edit"), {**typed("staff_hours", 10, ""), **typed("sales", 10, "60")})
        assert staff()[10] == (2, "planned"), "left empty, nothing is typed"
        alice.post(day_path(chain, "/edit"), typed("staff_hours", 10, "2"))
    assert staff()[10] == (2, "tailored")


def test_3_2_who_may_type_staff_hours_types_it_and_marketing_sees_nothing_of_it(chain: People) -> None:
    path, said = (
        f"/traffic/locations/{chain.bar.public_id}/staff",
        {"pattern_since": "2020-01-01", WEDNESDAY: "10–12 2"},
    )
    hr, _user = someone(chain, Role.HR)
    manager, user = someone(chain, Role.MANAGER)
    marketing, _user = someone(chain, Role.MARKETING)
    viewer, _user = someone(chain, Role.VIEWER)
    assert (hr.get(path).status_code, hr.post(path, said).status_code) == (200, 302)
    assert (manager.get(path).status_code, manager.post(path, said).status_code) == (200, 403)
    assert 'class="button primary">Save' not in manager.get(path).content.decode()
    rights.allow(organisation_id=chain.le_zinc.id, user_id=user.pk, node_id=None, actor="user:1", now=NOW)
    assert manager.post(path, said).status_code == 302
    assert {each.get(path).status_code for each in (marketing, viewer)} == {403}
    follow(chain)
    with time_machine.travel(NOW, tick=False):
        assert "planned" not in marketing.get(day_path(chain)).content.decode()
        quality = marketing.get(f"/traffic/reports/quality?since={DAY}&until={DAY}&all=1").content.decode()
    assert "lanned" not in quality.partition("<main")[2]


def test_3_2_another_tenant_s_pattern_is_neither_seen_nor_changed_nor_counted(chain: People) -> None:
    saved = usual(chain, "10–12 2")
    with pytest.raises(RuleBroken):
        patterns.delete(store=chain.shop, pattern_id=saved.row.id, actor="user:1", now=NOW)
    path = f"/traffic/locations/{chain.bar.public_id}/staff"
    charlie = chain.client(chain.charlie)
    assert (charlie.get(path).status_code, charlie.post(path, {}).status_code) == (404, 404)
    StaffPattern.objects.update(organisation_id=chain.chez_charlie.id)
    make(chain)
    assert staff()[10] == (None, "missing")
