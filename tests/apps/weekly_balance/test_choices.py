"""What a client chooses, and what becomes of its numbers: splits, classes, the first day of a week, missed nights."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client as Browser
from msgspec import structs

from comptoir.apps.weekly_balance import importing, nights, setting_up
from comptoir.apps.weekly_balance.models import Client, PosImport
from comptoir.apps.weekly_balance.rules.terms import FieldType, LineClass, Moment, Preset, ReturnReceipts
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import ALICE, House, link
from tests.apps.weekly_balance.test_pages import alice, day_path, text

__all__ = ["alice"]
pytestmark = pytest.mark.django_db
NET = FieldType.NET_SALES


def choose(house: House, **values: object) -> None:
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id, values=values, actor=ALICE, now=house.now
    )


def split(house: House, is_split: bool) -> None:
    setting_up.map_field(
        organisation_id=house.client.organisation_id,
        field_id=house.field(NET).id,
        field_type=NET,
        is_split=is_split,
        actor=ALICE,
        now=house.now,
    )


def test_a_split_that_is_taken_off_hides_the_hours_and_keeps_them(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    before = house.hours(DAY, NET)
    split(house, is_split=False)
    house.compute(DAY)
    assert house.hours(DAY, NET) == before
    assert house.value(DAY, NET) == Decimal("390.96"), "the day has its number all the same"
    assert "-30.00" not in text(alice, day_path(house))
    split(house, is_split=True)
    assert "-30.00" in text(alice, day_path(house))


@pytest.mark.parametrize("kind", [LineClass.GIFT_CARD, LineClass.DEPOSIT, LineClass.SHIPPING, LineClass.FEE])
def test_each_other_class_counts_only_when_its_own_switch_says_so(house: House, kind: LineClass) -> None:
    choose(house, classes={"sku:X": str(kind)})
    house.sells(bill("1", local(10), line("1", "100", rate=None), line("1", "30", rate=None, sku="X")))
    assert house.value(DAY, NET) == 100
    choose(house, included=[str(each) for each in (LineClass.GIFT_CARD, LineClass.DEPOSIT) if each != kind])
    house.compute(DAY)
    assert house.value(DAY, NET) == 100, "another's switch is not its own"
    choose(house, included=[str(kind)])
    house.compute(DAY)
    assert house.value(DAY, NET) == 130


@pytest.mark.parametrize("preset", list(Preset))
def test_a_service_charge_beside_the_lines_counts_by_the_same_switch(house: House, preset: Preset) -> None:
    """K-Series has it beside its lines: no goods, no transaction, its tax as the source has it."""
    sold = structs.replace(
        bill("1", local(10), line("1", "125"), tax="27.5"), service_charge=Decimal("12.5"), total=Decimal("137.5")
    )
    back = structs.replace(
        bill("2", local(11), line("-1", "125"), tax="-27.5"), service_charge=Decimal("-12.5"), total=Decimal("-137.5")
    )
    choose(house, preset=preset)
    house.sells(sold)
    assert house.value(DAY, NET) == 100
    choose(house, included=[str(LineClass.SERVICE_CHARGE)])
    house.compute(DAY)
    assert house.value(DAY, NET) == 110
    assert house.value(DAY, FieldType.GROSS_SALES) == Decimal("137.5" if preset is Preset.VAT else "110")
    assert [house.value(DAY, kind) for kind in (FieldType.TRANSACTIONS, FieldType.GOODS_SOLD)] == [1, 1]
    house.sells(back)
    assert house.value(DAY, FieldType.RETURNS) == 110
    assert house.value(DAY, NET) == (110 if preset is Preset.LABOUR else 0)
    assert [each for each in house.day(DAY).failures if each["rule"] in ("R1", "R2", "R3")] == []


def test_a_bill_counts_when_it_was_opened_where_the_client_says_so(house: House) -> None:
    late = bill("1", local(0, 30, day=DAY + timedelta(days=1)), line("1", "125"), tax="25", opened_at=local(23, 10))
    house.sells(late)
    assert house.value(DAY, NET) is None
    choose(house, moment=Moment.OPENED)
    house.compute(DAY, DAY + timedelta(days=1))
    assert house.hours(DAY, NET) == {(local(23), ""): 100}
    assert house.value(DAY + timedelta(days=1), NET) == 0, "it is counted once"


def test_registers_are_shown_apart_only_with_multi_cash_registers(house: House, alice: Browser) -> None:
    house.sells(bill("1", local(10), line("1", "125"), tax="25", register="7"))
    assert "<h2>Registers</h2>" in text(alice, day_path(house))
    choose(house, pos_import=False, multi_cash_registers=False)
    assert "<h2>Registers</h2>" not in text(alice, day_path(house))


def test_a_receipt_without_a_line_is_no_transaction(house: House) -> None:
    house.sells(bill("1", local(10)), bill("2", local(10), line("1", "125"), tax="25"))
    assert house.value(DAY, FieldType.TRANSACTIONS) == 1


def test_what_was_given_away_is_said_beside_the_till_s_report(house: House, alice: Browser) -> None:
    asked = f"/balance/presets?department={house.department.public_id}&day={DAY}"
    house.sells(bill("1", local(10), line("1", "125"), tax="25"))
    assert "Given away" not in text(alice, asked)
    house.sells(bill("2", local(10), line("2", "125", "0")))
    assert re.search(r"Given away: DKK\W{0,6}200\.00", text(alice, asked))


def test_receipts_with_returns_alone_are_counted_apart(house: House, alice: Browser) -> None:
    asked = f"/balance/presets?department={house.department.public_id}&day={DAY}"
    house.sells(bill("1", local(10), line("1", "125"), line("-1", "125"), tax="0"))
    assert "returns alone" not in text(alice, asked), "an exchange is none"
    house.sells(*worked_day())
    for choice in ReturnReceipts:
        choose(house, return_receipts=choice)
        assert "1 receipt has returns alone" in text(alice, asked)


def test_training_and_whatever_the_till_leaves_out_of_revenue_changes_nothing(house: House) -> None:
    house.sells(*worked_day())
    before = {kind: house.value(DAY, kind) for kind in FieldType if kind not in (FieldType.MANUAL, "scheduled_hours")}
    house.sells(bill("training", local(10, 30), line("3", "125"), counted=False))
    house.compute(DAY)
    assert {kind: house.value(DAY, kind) for kind in before} == before


def test_a_week_that_starts_on_sunday_is_shown_from_sunday(house: House, alice: Browser) -> None:
    shown = text(alice, f"/balance?week={DAY}")
    assert shown.index("Mon 8 June") < shown.index("Sun 14 June")
    choose(house, week_starts_on=6)
    shown = text(alice, f"/balance?week={DAY}")
    assert shown.index("Sun 7 June") < shown.index("Mon 8 June")
    assert "Sun 14 June" not in shown


def test_nights_that_were_missed_are_caught_up_by_one_import(house: House) -> None:
    link(house.store)
    now = datetime(2026, 6, 10, 10, tzinfo=UTC)
    nights.begin_nights(now=now)
    for row in PosImport.objects.all():
        importing.act(row, "cancel", client=house.client, actor=ALICE, now=now)
    importing.finish_due(now=now)
    began = nights.begin_nights(now=now + timedelta(days=4))
    assert len(began) == 1, "four nights passed while the server stood still"
    assert began[0].first <= date(2026, 6, 10), "and none of their days is left out"
    assert nights.begin_nights(now=now + timedelta(days=4, minutes=1)) == []
    assert Client.objects.count() == 1


def test_the_fields_page_says_how_confirmed_days_follow(alice: Browser, house: House) -> None:
    shown = text(alice, "/balance/fields")
    assert "Confirmed days keep their numbers until you import them again" in shown
    assert house.field(NET).number in shown
