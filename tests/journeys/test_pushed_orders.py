"""What a partner pushes is a sale like any other: one door, one ledger, and every app hears of it (loyalty.md 3.5)."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.models import Day, Hour
from comptoir.apps.weekly_balance import engine as engine_of_days
from comptoir.apps.weekly_balance import setting_up, sources
from comptoir.apps.weekly_balance.models import Cell, Client, Department, Field, HourFigure
from comptoir.apps.weekly_balance.models import Day as BalanceDay
from comptoir.core.intake.models import Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger import reads
from comptoir.core.outbox.models import Delivery
from tests.apps.loyalty.partner.pos import Pos, open_brand
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pos(people: People) -> Pos:
    """6xpos at a store that has every app."""
    found, now = open_brand(people.le_zinc, people.bar), datetime.now(UTC)
    who = {"actor": "user:1", "now": now}
    setting_up.change(
        organisation_id=people.le_zinc.id, values={"pos_import": True, "multi_cash_registers": True}, **who
    )  # type: ignore[arg-type]
    setting_up.map_usual(organisation_id=people.le_zinc.id, **who)  # type: ignore[arg-type]
    setting_up.save_department(store=people.bar, name="Bar", client_number="", terminals=[], **who)  # type: ignore[arg-type]
    save_location(
        store=people.bar,
        values={"location_id": "1"},
        node_id=None,
        today=now.date(),
        **who,  # type: ignore[arg-type]
    )
    return found


def balance(kind: str) -> Decimal:
    """What the weekly balance has by now, the same in its hours."""
    field = Field.objects.get(field_type=kind)
    measured = sum(each.measured or Decimal(0) for each in Cell.objects.filter(field_id=field.id))
    assert sum(each.value for each in HourFigure.objects.filter(field_id=field.id)) == measured
    return Decimal(measured)


def traffic() -> tuple[int, Decimal]:
    """Transactions and sales by now, the same in its hours."""
    days, hours = Day.objects.all(), Hour.objects.all()
    assert sum(each.sales or 0 for each in hours) == sum(each.sales or 0 for each in days)
    return sum(each.transactions or 0 for each in days), Decimal(sum(each.sales or 0 for each in days))


def hear() -> None:
    """Apps hear of everything, and the two seconds are over after which traffic makes a day anew."""
    engine.drain()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE task_name = 'traffic.restate'")
    engine.drain()
    assert list(Delivery.objects.exclude(fault="").values_list("fault", flat=True)) == []


def test_a_pushed_order_counts_in_weekly_balance_and_in_traffic(pos: Pos, people: People) -> None:
    assert pos.sells("A-1", tax_amount=199).status_code == 201
    assert pos.sells("A-2", amount=1000, tax_amount=91, lines=[{"sku": "9", "amount": 1000}]).status_code == 201
    assert pos.sells("A-2", amount=1000, tax_amount=91).status_code == 202
    hear()
    assert set(Notification.objects.values_list("outcome", flat=True)) == {"recorded"}
    assert {each.provider for each in reads.sales(people.le_zinc.id)} == {"sixpos"}
    assert balance("gross_sales") == balance("net_sales") == Decimal("29.00"), "without the 2.90 of tax"
    assert balance("transactions") == 2
    assert traffic() == (2, balance("net_sales"))

    assert pos.tells("A-2", status="refunded", refund_id="r1").status_code == 200
    assert pos.tells("A-1", amount=3000).status_code == 200
    hear()
    assert balance("net_sales") == traffic()[1]
    assert balance("net_sales") == Decimal("28.01"), "30.00 without its tax, and nothing of the other"
    assert balance("returns") == Decimal("9.09")
    assert pos.tells("A-1", status="cancelled").status_code == 200
    hear()
    assert (balance("net_sales"), traffic()[1]) == (0, 0)


def test_a_day_of_a_till_that_pushes_waits_for_no_import(pos: Pos, people: People) -> None:
    department, clock = Department.objects.get(), sources.clock_of(Department.objects.get())
    first = clock.day_of(datetime.now(UTC)) - timedelta(days=3)
    for number, day in (("A-1", first), ("A-2", first + timedelta(days=2))):
        noon = datetime.combine(day, time(12), ZoneInfo(people.bar.timezone))  # far from where a day begins
        pos.sells(number, created_at=noon.isoformat())
    hear()
    said = {"client": Client.objects.get(), "department": department, "now": datetime.now(UTC)}
    days = [first + timedelta(days=number) for number in range(3)]
    engine_of_days.compute(**said, days=days)
    states = dict(BalanceDay.objects.filter(business_date__in=days).values_list("business_date", "state"))
    assert states == dict.fromkeys(days, "ready")
    sold = Cell.objects.filter(field_id=Field.objects.get(field_type="transactions").id, business_date__in=days)
    assert list(sold.order_by("business_date").values_list("measured", flat=True)) == [1, 0, 1]
