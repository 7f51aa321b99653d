"""What was typed and saved is taken back, as it was, unless somebody was there since."""

from decimal import Decimal

import pytest
from django.test import Client as Browser

from comptoir.apps.weekly_balance import confirming
from comptoir.apps.weekly_balance.models import Cell, TypedHour
from comptoir.apps.weekly_balance.rules.days import intervals
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.apps.weekly_balance.sources import clock_of
from comptoir.core.accounts.roles import Role
from tests.apps.weekly_balance.bills import DAY
from tests.apps.weekly_balance.house import ALICE, House
from tests.apps.weekly_balance.test_pages import alice, day_path, member, ready

__all__ = ["alice"]
pytestmark = pytest.mark.django_db
NET, VISITORS = FieldType.NET_SALES, FieldType.VISITORS


def numbers(house: House, browser: Browser, **typed: str) -> None:
    said = {f"{house.field(FieldType(kind)).public_id}/{DAY}": value for kind, value in typed.items()}
    browser.post(f"/balance/of/{house.department.public_id}/numbers", said)


def undo(house: House, browser: Browser) -> str:
    """What the page says of it."""
    return browser.post(f"/balance/of/{house.department.public_id}/undo", follow=True).content.decode()


def test_saved_numbers_are_taken_back_all_of_them(house: House, alice: Browser) -> None:
    ready(house)
    numbers(house, alice, net_sales="400", visitors="77")
    assert (house.value(DAY, NET), house.value(DAY, VISITORS)) == (400, 77)
    assert "Taken back." in undo(house, alice)
    assert (house.value(DAY, NET), house.value(DAY, VISITORS)) == (Decimal("390.96"), None)
    till = house.cell(DAY, NET)
    assert till
    assert till.typed is None, "the till's number stands, not a copy of it"
    assert {(each.before, each.after) for each in house.changes()[-2:]} == {("400", "390.96"), ("77", "")}
    assert "changed since" in undo(house, alice), "once"


def test_hours_come_back_with_their_number(house: House, alice: Browser) -> None:
    starts = [each.start for each in intervals(DAY, clock_of(house.department))][10:12]
    name = house.field(VISITORS).public_id
    said = {f"{name}/{start:%Y-%m-%dT%H:%M:%SZ}": str(number) for number, start in enumerate(starts, 5)}
    alice.post(f"{day_path(house)}/hours", said)
    numbers(house, alice, visitors="40")
    assert (house.value(DAY, VISITORS), TypedHour.objects.count()) == (40, 0)
    undo(house, alice)
    assert house.value(DAY, VISITORS) == 11
    assert dict(TypedHour.objects.values_list("start", "value")) == {starts[0]: 5, starts[1]: 6}


def test_what_somebody_else_typed_since_stays(house: House, alice: Browser) -> None:
    numbers(house, alice, visitors="77")
    bob = member(house, "Someone", Role.SUPERVISOR)
    assert "changed since" in undo(house, bob), "of one's own saving alone"
    numbers(house, bob, visitors="78")
    assert "changed since" in undo(house, alice)
    assert house.value(DAY, VISITORS) == 78


def test_a_day_that_was_confirmed_since_stays(house: House, alice: Browser) -> None:
    ready(house)
    numbers(house, alice, net_sales="400")
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    assert "confirmed" in undo(house, alice)
    assert Cell.objects.get(field_id=house.field(NET).id, business_date=DAY).typed == 400
