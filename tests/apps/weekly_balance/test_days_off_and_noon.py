"""Days off by the calendar, the mail of noon, one point of sale of several, a layaway, a till whose sign-in is gone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client as Browser

from comptoir.apps.weekly_balance import confirming, nights, overdue, presets, setting_up
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import Basis, CountOnAccountAt, FieldType, LineClass
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
from comptoir.core.mail.models import OutgoingMail
from comptoir.pos.model import Credit, Payment, Sale, SaleState
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import ALICE, House, link
from tests.apps.weekly_balance.test_pages import alice, member, scoped, text

__all__ = ["alice"]
pytestmark = pytest.mark.django_db
NET, TRANSACTIONS = FieldType.NET_SALES, FieldType.TRANSACTIONS
SUNDAY = date(2026, 6, 14)


def day_off(house: House, weekday: int) -> None:
    Department.objects.filter(id=house.department.id).update(closed_weekdays=[weekday])
    house.department.closed_weekdays = [weekday]


def test_wb41_a_day_off_is_zero_marked_and_confirmed_by_itself(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    day_off(house, SUNDAY.weekday())
    monday = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
    found = [each.business_date for each in nights.confirm_due(now=monday)]
    assert SUNDAY in found, "no import is waited for"
    assert house.value(SUNDAY, NET) == 0
    assert house.value(SUNDAY, TRANSACTIONS) == 0
    assert house.day(SUNDAY).state == DayState.CONFIRMED
    assert "Day off" in text(alice, f"/balance?week={SUNDAY}")


def test_wb41_a_sale_on_a_day_off_is_an_ordinary_day(house: House) -> None:
    house.sells(*worked_day(), bill("s", local(11, day=SUNDAY), line("1", "125"), tax="25"))
    day_off(house, SUNDAY.weekday())
    confirmed = nights.confirm_due(now=datetime(2026, 6, 15, 4, 0, tzinfo=UTC))
    assert SUNDAY not in [each.business_date for each in confirmed], "it waits for an import, as any day does"
    assert house.value(SUNDAY, NET) == 100


def test_wb20_at_noon_the_supervisors_are_told_once_what_a_day_waits_for(house: House) -> None:
    house.sells(*worked_day())
    member(house, "Sue", Role.SUPERVISOR)
    member(house, "Max", Role.MANAGER)
    scoped(house, "Rita", Role.REGIONAL_SUPERVISOR, house.store.id)
    assert overdue.tell(now=datetime(2026, 6, 11, 9, 59, tzinfo=UTC)) == 0, "noon in Copenhagen is 10:00"
    assert overdue.tell(now=datetime(2026, 6, 11, 10, 0, tzinfo=UTC)) == 3, "owner, supervisor, regional supervisor"
    assert overdue.tell(now=datetime(2026, 6, 11, 10, 1, tzinfo=UTC)) == 0
    mail = OutgoingMail.objects.filter(template="weekly_balance/mails/overdue").first()
    assert mail
    assert "a complete import that began after the end of the day" in mail.text
    assert f"/balance/of/{house.department.public_id}/{DAY}" in mail.text


def test_a_day_that_was_confirmed_by_noon_is_no_mail(house: House) -> None:
    house.sells(*worked_day())
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.covers(DAY)
    house.compute(DAY)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    assert overdue.tell(now=datetime(2026, 6, 11, 10, 0, tzinfo=UTC)) == 0


def test_of_two_points_of_sale_the_one_that_was_chosen_counts(house: House) -> None:
    house.sells(*worked_day())
    assert house.value(DAY, NET) == Decimal("390.96")
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id, values={"provider": "lightspeed_x"}, actor=ALICE, now=house.now
    )
    house.covers(DAY)
    house.compute(DAY)
    assert house.value(DAY, NET) == 0, "these bills are another till's"
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id, values={"provider": "lightspeed_k"}, actor=ALICE, now=house.now
    )
    house.compute(DAY)
    assert house.value(DAY, NET) == Decimal("390.96")


def test_wb23_a_layby_counts_on_the_day_it_is_paid_off(house: House) -> None:
    monday, friday = date(2026, 6, 8), date(2026, 6, 12)
    instalment = Payment(amount=Decimal(100))
    begun = bill(
        "lay", local(11, day=monday), line("1", "500"), tax="100", state=SaleState.OPEN, payments=(instalment,)
    )
    house.sells(begun)
    assert house.value(monday, NET) is None
    paid = bill(
        "lay",
        local(16, day=friday),
        line("1", "500"),
        tax="100",
        opened_at=local(11, day=monday),
        payments=(instalment, Payment(amount=Decimal(400))),
    )
    house.sells(paid)
    assert house.value(friday, NET) == 400
    assert house.value(friday, TRANSACTIONS) == 1
    assert house.value(monday, NET) in (None, Decimal(0))
    assert [each for each in house.day(friday).failures if each["rule"] == "R4"] == []


@pytest.mark.parametrize("credit", [Credit.LAYBY, Credit.ON_ACCOUNT])
def test_wb23_counted_at_the_sale_it_stays_on_its_day_when_it_is_settled(house: House, credit: Credit) -> None:
    monday, settled_on = date(2026, 6, 8), date(2026, 7, 24)
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id,
        values={"count_on_account_at": CountOnAccountAt.SALE},
        actor=ALICE,
        now=house.now,
    )
    instalment = Payment(amount=Decimal(100))

    def lay(at: datetime, *payments: Payment, state: SaleState = SaleState.CLOSED) -> Sale:
        opened_at = local(11, day=monday)
        article = line("1", "500")
        return bill("lay", at, article, tax="100", state=state, payments=payments, opened_at=opened_at, credit=credit)

    begun = lay(local(11, day=monday), instalment, state=SaleState.OPEN)
    house.sells(begun, bill("1", local(12, day=monday), line("1", "125"), tax="25"))
    assert house.value(monday, NET) == 500, "with what was handed over"
    assert house.hours(monday, NET)[local(11, day=monday), ""] == 400
    assert [each for each in house.day(monday).failures if each["rule"] == "R4"] == [], "what is owed is no difference"

    house.now = local(20, day=settled_on)
    house.sells(lay(local(16, day=settled_on), instalment, Payment(amount=Decimal(400))))
    house.compute(settled_on)
    assert house.value(monday, NET) == 500
    assert not house.value(settled_on, NET), "it is counted once"

    house.sells(lay(local(16, day=settled_on), state=SaleState.CANCELLED))
    assert house.value(monday, NET) == 100, "taken back where it stood"


def test_what_is_owed_stands_in_the_bridge(house: House) -> None:
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id,
        values={"count_on_account_at": CountOnAccountAt.SALE},
        actor=ALICE,
        now=house.now,
    )
    house.record(
        bill("acc", local(11), line("1", "500"), tax="100", state=SaleState.OPEN, payments=(), credit=Credit.ON_ACCOUNT)
    )
    found = presets.compare(house.client, house.department, DAY, basis=Basis.WITHOUT_TAX)
    words = {str(label): amount for label, amount in presets.bridge_in_words(found, "EUR")}
    assert words["On account, not settled yet"] == "-€500.00"
    assert "Not explained" not in words


def test_wb23_an_instalment_alone_is_no_sale_and_balances(house: House) -> None:
    deposit = line("1", "100", rate=None, sku="DEP")
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id,
        values={"classes": {"sku:DEP": LineClass.DEPOSIT}},
        actor=ALICE,
        now=house.now,
    )
    house.sells(bill("dep", local(11), deposit, tax="0"))
    assert house.value(DAY, TRANSACTIONS) == 0
    assert house.value(DAY, NET) == 0
    assert [each for each in house.day(DAY).failures if each["rule"] == "R4"] == []


def test_wb21_a_revoked_token_is_said_any_supervisor_reconnects_and_the_hole_is_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTSPEED_K_AUTHORISE_URL", "https://till.example/auth")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_SECRET", "secret")
    found = link(house.store).connection
    house.sells(bill("old", local(11, day=DAY - timedelta(days=20)), line("1", "125"), tax="25"))
    Connection.objects.filter(id=found.id).update(status="revoked", status_reason="The sign-in was withdrawn.")
    supervisor = member(house, "Sue", Role.SUPERVISOR)
    shown = text(supervisor, "/balance?week=2026-07-08")
    assert "The sign-in was withdrawn." in shown
    assert "Connect again" in shown
    answer = supervisor.post("/connections/connect/lightspeed_k", {"connection": found.public_id})
    assert answer["Location"].startswith("https://till.example/auth"), "on her way to the consent page"
    assert house.value(DAY - timedelta(days=20), NET) == 100, "nothing was lost"
    Connection.objects.filter(id=found.id).update(status="connected", status_reason="")
    (began,) = nights.begin_nights(now=datetime(2026, 6, 10, 0, 1, tzinfo=UTC))
    # A till that names no changes is read as far back as a night ever reads; the hole is within.
    assert began.first == DAY - timedelta(days=nights.FURTHEST), "the days that were not confirmed meanwhile are read"
