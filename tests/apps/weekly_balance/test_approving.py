"""A single number that a supervisor approved by hand is final before its day is (weekly-balance.md 1, 1.2)."""

from decimal import Decimal

import msgspec
import pytest

from comptoir.apps.weekly_balance import confirming
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.accounts.roles import Role
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import SaleState
from tests.apps.weekly_balance.bills import DAY, worked_day
from tests.apps.weekly_balance.house import ALICE, House
from tests.apps.weekly_balance.test_pages import WEEK, day_path, member, ready, text

pytestmark = pytest.mark.django_db
NET, GROSS = FieldType.NET_SALES, FieldType.GROSS_SALES


def approve(house: House, kind: FieldType, *, is_approved: bool = True) -> None:
    confirming.approve(
        department=house.department,
        day=DAY,
        field_id=house.field(kind).id,
        is_approved=is_approved,
        actor=ALICE,
        now=house.now,
    )


def void(house: House) -> None:
    house.later(hours=1)
    house.sells(msgspec.structs.replace(worked_day()[0], state=SaleState.CANCELLED))


def test_an_approved_number_waits_where_its_neighbours_follow(house: House) -> None:
    ready(house)
    approve(house, NET)
    void(house)
    assert house.value(DAY, GROSS) == Decimal("490.96"), "the day is not confirmed"
    assert house.value(DAY, NET) == Decimal("390.96")
    (waiting,) = house.waiting()
    assert (waiting.field_id, waiting.proposed) == (house.field(NET).id, Decimal("190.96"))
    house.compute(DAY, overwrite=True)
    assert house.value(DAY, NET) == Decimal("190.96"), "unless an import is to write over approved numbers"


def test_nobody_types_over_it_until_the_approval_is_taken_back(house: House) -> None:
    ready(house)
    approve(house, NET)
    said = {
        "client": house.client,
        "department": house.department,
        "day": DAY,
        "field_id": house.field(NET).id,
        "value": Decimal(400),
        "actor": ALICE,
        "now": house.now,
    }
    with pytest.raises(RuleBroken) as refused:
        confirming.type_number(**said)  # type: ignore[arg-type]
    assert refused.value.code == "number_approved"
    approve(house, NET, is_approved=False)
    approve(house, NET, is_approved=False)
    confirming.type_number(**said)  # type: ignore[arg-type]
    causes = [each.cause for each in house.changes() if each.field_id == house.field(NET).id]
    assert causes[-3:] == ["approved by hand", "approval taken back", "edit"], "twice is once"


def test_what_is_not_there_or_final_already_is_not_approved(house: House) -> None:
    ready(house)
    with pytest.raises(RuleBroken, match="no number here") as missing:
        approve(house, FieldType.WAGE_COST)
    assert missing.value.code == "number_missing"
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    with pytest.raises(RuleBroken) as final:
        approve(house, NET)
    assert final.value.code == "day_confirmed"


def test_a_supervisor_approves_on_the_day_s_page_and_everybody_sees_it(house: House) -> None:
    ready(house)
    sue, max_ = member(house, "Sue", Role.SUPERVISOR), member(house, "Max", Role.MANAGER)
    path = f"{day_path(house)}/approve/{house.field(NET).public_id}"
    assert "Approve single numbers" in text(sue, day_path(house))
    assert "Approve single numbers" not in text(max_, day_path(house))
    assert max_.post(path).status_code == 403
    assert sue.post(path).status_code == 302
    name = f"{house.field(NET).public_id}/{DAY}"
    shown = text(max_, f"/balance{WEEK}")
    assert ">approved<" in shown
    assert f'name="{name}"' not in shown, "it takes no typing"
    assert "Net sales: 390.96 · approved" in text(max_, day_path(house)).split("History")[1]
    assert sue.post(path, {"release": "1"}).status_code == 302
    assert f'name="{name}"' in text(max_, f"/balance{WEEK}")
