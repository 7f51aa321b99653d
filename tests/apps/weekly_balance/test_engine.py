"""Numbers as the ledger makes them: written once, kept once they are final, explained by their trail."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from comptoir.apps.weekly_balance import confirming, setting_up, sources
from comptoir.apps.weekly_balance.models import Change, Client, Correction
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.days import intervals
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, Basis, FieldType
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale, SaleState
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import ALICE, House, add_department, house_of
from tests.people import People

pytestmark = pytest.mark.django_db
NEXT = DAY + timedelta(days=1)
NET, GROSS, VISITORS = FieldType.NET_SALES, FieldType.GROSS_SALES, FieldType.VISITORS


@pytest.fixture
def confirmed(house: House) -> House:
    """The worked day, read after its end and confirmed by Alice; then an hour passes."""
    house.sells(*worked_day())
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.covers(DAY)
    house.compute(DAY)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    house.later(hours=1)
    return house


def void(number: int) -> Sale:
    return msgspec.structs.replace(worked_day()[number - 1], state=SaleState.CANCELLED)


def test_the_worked_day_reaches_the_balance_by_itself(house: House) -> None:
    house.sells(*worked_day())
    shown = {kind: str(house.value(DAY, kind)) for kind in POS_TYPES if kind != VISITORS}
    assert shown == {
        "gross_sales": "690.96",
        "net_sales": "390.96",
        "discounts": "20.00",
        "returns": "280.00",
        "transactions": "5",
        "goods_sold": "6",
        "goods_returned": "2",
    }
    assert {(start.hour + 2, f"{value:f}") for (start, _), value in house.hours(DAY, NET).items()} == {
        (10, "380"),
        (11, "-30"),
        (12, "40.96"),
    }
    assert house.value(DAY, VISITORS) is None


def test_wb07_a_second_import_writes_nothing(house: House) -> None:
    house.sells(*worked_day())
    house.covers(DAY)
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.compute(DAY)
    before = house.day(DAY), len(house.changes())
    house.later(hours=1)
    with CaptureQueriesContext(connection) as asked:
        result = house.compute(DAY)
    assert (result.written, result.pending, result.replaced) == (0, 0, [])
    assert (house.day(DAY).revision, house.day(DAY).computed_at, len(house.changes())) == (
        before[0].revision,
        before[0].computed_at,
        before[1],
    )
    assert not [each["sql"] for each in asked if each["sql"].startswith(("UPDATE", "DELETE"))]


def test_a_month_takes_as_many_questions_as_a_day(house: House) -> None:
    days = [DAY + timedelta(days=number) for number in range(30)]
    for day in days:
        house.record(
            *(msgspec.structs.replace(each, external_id=f"{day}{each.external_id}") for each in worked_day(day))
        )
    house.compute(*days)
    counts = []
    for some in (days[:1], days):
        with CaptureQueriesContext(connection) as asked:
            house.compute(*some)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_wb08_a_sale_that_is_voided_later_waits_as_a_correction(confirmed: House) -> None:
    confirmed.sells(void(1))
    assert confirmed.value(DAY, NET) == Decimal("390.96")
    found = {each.field_id: each for each in confirmed.waiting()}
    correction = found[confirmed.field(NET).id]
    assert (correction.standing, correction.proposed) == (Decimal("390.96"), Decimal("190.96"))
    assert [each["number"] for each in correction.causes] == ["1"]
    assert (confirmed.day(DAY).state, confirmed.day(DAY).revision) == (DayState.CONFIRMED, 1)
    again = confirmed.compute(DAY)
    assert (again.written, again.pending) == (0, 0)
    assert len(confirmed.waiting()) == len(found)


def test_wb09_an_import_that_overwrites_restates_the_confirmed_day(confirmed: House) -> None:
    confirmed.record(void(1))
    result = confirmed.compute(DAY, overwrite=True, actor=ALICE)
    assert confirmed.value(DAY, NET) == Decimal("190.96")
    day = confirmed.day(DAY)
    assert (day.state, day.revision, day.confirmed_by) == (DayState.CONFIRMED, 2, ALICE)
    assert confirmed.changes()[-1].actor == ALICE
    assert {each["field"] for each in result.replaced} >= {"Net sales", "Gross sales"}
    assert confirmed.waiting() == []


def test_a_correction_is_accepted_and_the_hours_follow(confirmed: House) -> None:
    confirmed.sells(void(1))
    for each in confirmed.waiting():
        confirming.decide(
            organisation_id=each.organisation_id, correction_id=each.id, accept=True, actor=ALICE, now=confirmed.now
        )
    assert confirmed.value(DAY, NET) == Decimal("190.96")
    assert sum(confirmed.hours(DAY, NET).values()) == Decimal("190.96")
    assert confirmed.day(DAY).revision > 1
    assert confirmed.compute(DAY).written == 0


def test_a_correction_that_is_rejected_does_not_come_back_until_the_till_says_something_else(confirmed: House) -> None:
    confirmed.sells(void(1))
    for each in confirmed.waiting():
        confirming.decide(
            organisation_id=each.organisation_id, correction_id=each.id, accept=False, actor=ALICE, now=confirmed.now
        )
    assert confirmed.value(DAY, NET) == Decimal("390.96")
    confirmed.compute(DAY)
    assert confirmed.waiting() == []
    decided = Correction.objects.first()
    assert decided
    with pytest.raises(RuleBroken, match="decided about this already"):
        confirming.decide(
            organisation_id=decided.organisation_id,
            correction_id=decided.id,
            accept=True,
            actor=ALICE,
            now=confirmed.now,
        )
    confirmed.later(minutes=1)
    confirmed.sells(void(2))
    assert confirmed.waiting()


def test_a_correction_is_withdrawn_when_the_till_says_the_old_number_again(confirmed: House) -> None:
    confirmed.sells(void(1))
    confirmed.later(minutes=1)
    confirmed.sells(worked_day()[0])
    assert confirmed.waiting() == []
    assert set(Correction.objects.values_list("state", flat=True)) == {"withdrawn"}


def type_in(house: House, kind: FieldType, value: str | None) -> None:
    confirming.type_number(
        client=house.client,
        department=house.department,
        day=DAY,
        field_id=house.field(kind).id,
        value=None if value is None else Decimal(value),
        actor=ALICE,
        now=house.now,
    )


def test_wb10_typed_visitors_stay_when_no_till_counts_them(house: House) -> None:
    type_in(house, VISITORS, "77")
    house.sells(*worked_day())
    house.compute(DAY, overwrite=True)
    assert house.value(DAY, VISITORS) == 77


def test_wb11_a_typed_number_is_replaced_and_named_when_asked_for(house: House) -> None:
    house.sells(*worked_day())
    type_in(house, NET, "400")
    kept = house.compute(DAY)
    assert (house.value(DAY, NET), kept.kept) == (Decimal("400.00"), 1)
    assert len(house.waiting()) == 1
    result = house.compute(DAY, overwrite=True, actor=ALICE)
    assert house.value(DAY, NET) == Decimal("390.96")
    assert [(each["field"], each["before"], each["typed"]) for each in result.replaced] == [("Net sales", "400", "yes")]
    assert "400" in {each.after for each in house.changes()}


def test_a_typed_number_is_taken_back_and_the_tills_stands(house: House) -> None:
    house.sells(*worked_day())
    type_in(house, NET, "400")
    type_in(house, NET, None)
    assert house.value(DAY, NET) == Decimal("390.96")


def test_a_confirmed_day_takes_no_typing_until_it_is_reopened(confirmed: House) -> None:
    with pytest.raises(RuleBroken, match="confirmed"):
        type_in(confirmed, NET, "1")
    with pytest.raises(RuleBroken, match="why"):
        confirming.reopen(department=confirmed.department, day=DAY, reason=" ", actor=ALICE, now=confirmed.now)
    confirming.reopen(department=confirmed.department, day=DAY, reason="Miscounted", actor=ALICE, now=confirmed.now)
    type_in(confirmed, NET, "1")
    day = confirming.confirm(
        client=confirmed.client, department=confirmed.department, day=DAY, actor=ALICE, now=confirmed.now
    )
    assert (day.state, day.revision) == (DayState.CONFIRMED, 2)
    assert [each.reason for each in confirmed.changes() if each.after == DayState.REOPENED] == ["Miscounted"]


def test_a_day_that_is_not_over_is_not_confirmed(house: House) -> None:
    house.sells(*worked_day())
    with pytest.raises(RuleBroken):
        confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)


def test_wb04_a_register_is_of_one_department(house: House) -> None:
    with pytest.raises(RuleBroken, match="Bar"):
        add_department(house.store, "Terrace", ["7"])
    house.takes("7")
    with pytest.raises(RuleBroken, match="Register 7 belongs to Bar"):
        add_department(house.store, "Terrace", ["8", "7"])
    assert add_department(house.store, "Terrace", ["8"]).terminals == ["8"]


def test_wb05_without_terminals_every_register_counts(house: House) -> None:
    house.sells(*(bill(each, local(11), line("1", "125"), register=each) for each in "ABC"))
    assert house.value(DAY, NET) == 300
    assert {register for _, register in house.hours(DAY, NET)} == {"A", "B", "C"}


def test_wb06_a_new_register_that_nobody_named_is_unallocated(house: House) -> None:
    named = house.takes("A")
    house.sells(*(bill(each, local(11), line("1", "125"), register=each) for each in "AB"))
    assert house.value(DAY, NET) == 100
    lost = sources.unallocated(named.organisation_id, house.store.id, first=DAY, last=DAY)
    assert lost == {DAY: ["B"]}
    assert "unallocated" in {each["where"] for each in house.day(DAY).failures}


def test_wb01_pos_import_without_several_registers_is_refused_whole(people: People) -> None:
    with pytest.raises(RuleBroken, match="multi cash registers"):
        setting_up.change(
            organisation_id=people.le_zinc.id,
            values={"pos_import": True, "auto_confirm": True},
            actor=ALICE,
            now=datetime(2026, 6, 1, tzinfo=UTC),
        )
    client = Client.objects.filter(organisation_id=people.le_zinc.id).first()
    assert client is None or not (client.pos_import or client.auto_confirm)
    setting_up.client_of(people.le_zinc.id, now=datetime(2026, 6, 1, tzinfo=UTC))
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.update(pos_import=True)


def test_wb15_wb16_days_of_a_clock_change_hold_together(people: People) -> None:
    house = house_of(people)
    house.now = datetime(2026, 10, 26, tzinfo=UTC)
    day = date(2026, 10, 25)
    house.sells(*(bill(str(hour), datetime(2026, 10, 25, hour, 30, tzinfo=UTC), line("1", "125")) for hour in (0, 1)))
    hours = house.hours(day, NET)
    assert [start.hour for start, _ in hours] == [0, 1]
    assert house.value(day, NET) == sum(hours.values()) == 200
    assert len(intervals(day, sources.clock_of(house.department))) == 25


def test_wb15b_with_a_day_from_four_both_belong_to_saturday(people: People) -> None:
    house = house_of(people, day_start=time(4))
    house.now = datetime(2026, 10, 26, tzinfo=UTC)
    house.sells(*(bill(str(hour), datetime(2026, 10, 25, hour, 30, tzinfo=UTC), line("1", "125")) for hour in (0, 1)))
    assert len(house.hours(date(2026, 10, 24), NET)) == 2


def test_wb22_a_till_that_was_offline_brings_its_sales_to_their_own_day(confirmed: House) -> None:
    confirmed.sells(bill("late", local(15), line("1", "125")))
    assert confirmed.value(DAY, NET) == Decimal("390.96")
    (found,) = [each for each in confirmed.waiting() if each.field_id == confirmed.field(NET).id]
    assert (found.proposed, [each["number"] for each in found.causes]) == (Decimal("490.96"), ["late"])


def test_wb29_before_the_first_sale_a_day_is_empty_and_no_error(house: House) -> None:
    early = DAY - timedelta(days=30)
    house.covers(early, DAY)
    house.sells(*worked_day())
    result = house.compute(early, DAY)
    assert house.value(early, NET) is None
    assert result.kept == 0


def test_wb31_a_field_that_is_mapped_otherwise_changes_no_confirmed_day(confirmed: House) -> None:
    net, gross = confirmed.field(NET), confirmed.field(GROSS)
    change = {"organisation_id": net.organisation_id, "is_split": True, "actor": ALICE, "now": confirmed.now}
    setting_up.map_field(field_id=gross.id, field_type=FieldType.MANUAL, **change)
    setting_up.map_field(field_id=net.id, field_type=GROSS, **change)
    confirmed.sells(bill("n", local(11, day=NEXT), line("1", "125", "100"), tax="20"))
    confirmed.compute(DAY)
    assert confirmed.value(NEXT, GROSS) == 100
    assert confirmed.value(DAY, GROSS) == Decimal("390.96")


def test_a_type_feeds_one_field(house: House) -> None:
    with pytest.raises(RuleBroken, match="5267 Net sales"):
        setting_up.map_field(
            organisation_id=house.client.organisation_id,
            field_id=house.field(GROSS).id,
            field_type=NET,
            is_split=False,
            actor=ALICE,
            now=house.now,
        )


def test_wb37_an_edited_receipt_is_computed_whole(house: House) -> None:
    house.sells(bill("1", local(11), line("1", "125"), line("1", "125"), line("1", "125")))
    house.later(minutes=5)
    house.sells(bill("1", local(11), line("1", "125"), line("1", "125")))
    assert (house.value(DAY, NET), house.value(DAY, FieldType.GOODS_SOLD)) == (200, 2)


def test_a_sale_that_moves_to_another_day_leaves_nothing_behind(house: House) -> None:
    house.sells(bill("1", local(11), line("1", "125")))
    house.later(days=1)
    house.sells(bill("1", local(11, day=NEXT), line("1", "125")))
    assert (house.value(DAY, NET), house.value(NEXT, NET)) == (0, 100)


def test_wb40_a_day_without_a_sale_is_zero_and_ready(house: House) -> None:
    house.sells(bill("1", local(11, day=DAY - timedelta(days=1)), line("1", "125")))
    house.covers(DAY)
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.compute(DAY)
    values = {house.value(DAY, kind) for kind in POS_TYPES if kind != VISITORS}
    assert values == {Decimal(0)}
    assert house.value(DAY, VISITORS) is None
    assert house.day(DAY).state == DayState.READY
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)


def test_wb42_another_basis_moves_only_days_that_are_not_confirmed(confirmed: House) -> None:
    confirmed.sells(bill("n", local(11, day=NEXT), line("1", "125")))
    confirmed.client = setting_up.change(
        organisation_id=confirmed.client.organisation_id,
        values={"basis": Basis.WITH_TAX},
        actor=ALICE,
        now=confirmed.now,
    )
    confirmed.compute(DAY, NEXT)
    assert (confirmed.value(DAY, NET), confirmed.value(NEXT, NET)) == (Decimal("390.96"), 125)


def test_another_organisation_hears_nothing(house: House) -> None:
    house.sells(*worked_day())
    assert not Change.objects.exclude(organisation_id=house.client.organisation_id).exists()


def test_the_trail_cannot_be_changed(confirmed: House) -> None:
    assert confirmed.changes()
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(actor="somebody")
