"""Registers are known from the orders that come from them (loyalty.md 2.3)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comptoir.apps.loyalty import registers
from comptoir.apps.loyalty.devices import Register
from comptoir.core.installations.models import Installation
from comptoir.core.ledger import reads
from comptoir.kernel.money import Money
from comptoir.pos.model import Named
from tests.apps.loyalty.till import NOON, Till, bill, counter_entry, open_check, refund
from tests.people import People


def found(till: Till) -> list[registers.RegisterFacts]:
    return registers.registers(till.organisation.id, now=till.now)


def test_the_first_closed_order_of_at_least_one_makes_a_register(till: Till) -> None:
    till.sends(bill("A1", "0.99"))
    assert found(till) == []

    till.sends(bill("A2", "1.00"))
    [register] = found(till)
    assert (register.name, register.device_id, register.last_amount) == ("Bar", "device-1", Money(100, "EUR"))


def test_later_orders_tell_of_it_and_older_ones_do_not(till: Till) -> None:
    till.sends(bill("A1", "12.00"))
    till.now = NOON + timedelta(hours=2)
    later = NOON + timedelta(hours=1)
    till.sends(bill("A2", "0.40", at=later, register=Named(id="device-1", name="Bar 2")))
    till.sends(bill("A3", "50.00", at=NOON - timedelta(hours=3)))
    till.record(bill("A2", "0.40", at=later, register=Named(id="device-1", name="Bar 2")))
    till.hear()

    [register] = found(till)
    assert (register.name, register.last_seen_at, register.last_amount.amount) == ("Bar 2", later, 40)


@pytest.mark.parametrize(
    "sale",
    [
        open_check("A1", "20.00"),
        refund("A1", "A0", "-20.00"),
        counter_entry("A1", "A0", "20.00"),
        bill("A1", "20.00", counted=False),
    ],
)
def test_what_is_no_sale_detects_nothing(till: Till, sale: object) -> None:
    till.sends(sale)  # type: ignore[arg-type]
    assert found(till) == []


def test_e07_a_bill_of_nothing_detects_no_register(till: Till) -> None:
    till.sends(bill("A1", "0.00"))
    assert found(till) == []


def test_e51_the_threshold_is_one_major_unit_of_the_currency(till: Till) -> None:
    till.sends(bill("A1", "0.5", currency="JPY"), bill("A2", "1", currency="JPY", register=Named(id="yen", name="")))
    [register] = found(till)
    assert (register.device_id, register.last_amount) == ("yen", Money(1, "JPY"))


def test_e25_a_replaced_register_is_a_new_one_of_the_same_name(till: Till) -> None:
    till.sends(bill("A1", "12.00"))
    till.sends(bill("A2", "12.00", register=Named(id="device-2", name="Bar")))
    assert {(each.name, each.device_id) for each in found(till)} == {("Bar", "device-1"), ("Bar", "device-2")}


def test_an_order_without_a_device_makes_a_register_like_any_other(till: Till) -> None:
    till.sends(bill("A1", "12.00", register=None))
    [register] = found(till)
    assert register.device_id == ""


def test_a_register_is_stale_after_thirty_days(till: Till) -> None:
    till.sends(bill("A1", "12.00"))
    assert not found(till)[0].is_stale
    till.now = NOON + timedelta(days=31)
    assert found(till)[0].is_stale


def test_two_hundred_orders_take_as_many_questions_as_one(till: Till, django_assert_max_num_queries: object) -> None:
    till.record(*(bill(f"A{number}", str(Decimal(number + 1))) for number in range(200)))
    orders = reads.sales(till.organisation.id, limit=200)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        registers.detect(organisation_id=till.organisation.id, orders=orders, now=till.now)
    till.hear()
    assert Register.objects.count() == 1


def test_where_loyalty_is_off_nothing_is_detected(till: Till) -> None:
    Installation.objects.update(enabled=False)
    till.sends(bill("A1", "12.00"))
    assert found(till) == []


def test_nobody_sees_the_registers_of_somebody_else(till: Till, people: People) -> None:
    till.sends(bill("A1", "12.00"))
    assert registers.registers(people.chez_charlie.id, now=till.now) == []
