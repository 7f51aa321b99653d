"""The catalogue, and subscriptions by their dates: tried, chosen, ended; recording goes on (O2, O10, F13)."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.pay_at_table import plans, pricing, setting_up
from comptoir.apps.pay_at_table.catalogue import Category, Offer
from comptoir.apps.pay_at_table.marks import Mark
from comptoir.apps.pay_at_table.models import Integration, State
from comptoir.apps.pay_at_table.plan_tables import Period, PlanLine
from comptoir.apps.pay_at_table.plans import GRACE, TRIAL, PlanState
from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from comptoir.web.navigation import places
from tests.apps.pay_at_table.provider import linked, provider_of
from tests.apps.pay_at_table.table import Table
from tests.people import People

ALICE = "user:alice"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def plan_path(integration: Integration, what: str) -> str:
    return f"/pay-at-table/integrations/{integration.public_id}/plan/{what}"


def standing(integration: Integration, now: datetime) -> plans.Standing:
    return plans.standings(integration.organisation_id, [integration.id], now=now)[integration.id]


@pytest.mark.django_db(transaction=True)
def test_o2_the_catalogue_is_searched_opened_and_leads_to_a_new_integration(table: Table, alice: Client) -> None:
    assert "Pay at table and ordering with Lightspeed K-Series" in shown(
        alice, "/pay-at-table/catalogue?q=k-series+BILL"
    )
    assert "Nothing is called that" in shown(alice, "/pay-at-table/catalogue?q=nothing+such")
    page = shown(alice, "/pay-at-table/catalogue/lightspeed_k")
    for words in ("Configuration → Settings → Payment methods", "Configuration → Users → POS users"):
        assert words in page, "a guide with the vendor's own menus"
    for words in ("It takes no cards", "€29.00 a month or €290.00 a year", "30 days", "No card is charged here"):
        assert words in page
    assert "No place of Lightspeed K-Series is free" in page  # the only one has its integration
    place = setting_up.places(table.integration.organisation_id, store_ids=None)[0]
    Integration.objects.all().delete()
    assert str(place.link.id) in shown(alice, "/pay-at-table/catalogue/lightspeed_k")
    added = alice.post("/pay-at-table/integrations/add", {"place": str(place.link.id)})
    assert "The trial begins when you press Enable." in shown(alice, added["location"])
    assert alice.get("/pay-at-table/catalogue/lightspeed_r").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_o2_a_tile_names_the_till_the_provider_and_its_category(table: Table, alice: Client) -> None:
    provider_of(table.integration)
    page = shown(alice, "/pay-at-table/catalogue?q=k-series+to+QODEUP&category=orders")
    assert "Lightspeed K-Series to Qodeup" in page
    assert "Paying at the table · Ordering from the phone" in page
    for name in ("Lightspeed K-Series", "Qodeup"):
        assert f'aria-label="{name}"' in page, "both marks"
    assert "€29.00 a month or €290.00 a year" in page
    opened = shown(alice, "/pay-at-table/catalogue/lightspeed_k?to=Qodeup")
    assert "An account at Qodeup, which gets the integration id." in opened
    orders_taken_away = Offer("x", "X", "", "X", (Category.PAYMENTS,), (), (), ())
    assert not orders_taken_away.is_found_by("", "orders")
    till = Mark("Lightspeed K-Series")
    assert till.letters == "LK"
    assert all(Mark(each, beside=till).colour != till.colour for each in ("Qodeup", "Lightspeed K-Series"))


@pytest.mark.django_db(transaction=True)
def test_o10_it_is_added_to_the_plan_ended_and_kept(table: Table, alice: Client) -> None:
    Integration.objects.update(enabled=False)
    table.integration.refresh_from_db()
    setting_up.enable(table.integration, actor=ALICE, now=table.now)
    here = f"/pay-at-table/integrations/{table.integration.public_id}"
    assert "Add to my plan: Monthly, €29.00" in shown(alice, here)
    assert alice.post(plan_path(table.integration, "cancel")).status_code == 302
    assert "It is only tried, and ends by itself." in shown(alice, here)

    alice.post(plan_path(table.integration, "yearly"))
    page = shown(alice, here)
    assert "Added to your plan. It is active." in page
    assert "Change: Monthly, €29.00" in page
    alice.post(plan_path(table.integration, "cancel"))
    assert "Keep it" in shown(alice, here)
    assert PlanLine.objects.get().ends_at is not None
    alice.post(plan_path(table.integration, "keep"))
    assert PlanLine.objects.get().ends_at is None

    exported = alice.get("/pay-at-table/plan/export")
    body = b"".join(exported.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(body.splitlines())
    assert (row["integration"], row["period"], row["price"], row["currency"], row["state"]) == (
        table.integration.public_id, "yearly", "29000", "EUR", "active",
    )  # fmt: skip
    assert "€290.00" in shown(alice, "/pay-at-table/plan")


@pytest.mark.django_db(transaction=True)
def test_f13_an_ended_plan_closes_the_door_but_records_and_enters_what_was_taken(table: Table) -> None:
    provider = linked(provider_of(table.integration))
    plans.begin(table.integration, now=table.now)
    assert provider.get("/checks")[0] == 200
    PlanLine.objects.update(ends_at=table.now)
    for status, said in (provider.get("/checks"), provider.get("/floor-plans")):
        assert (status, said["code"]) == (402, "plan_inactive")
    assert provider.get("")[1]["status"] == "plan_inactive"
    payment = table.go_on(table.take(1000))
    assert payment.state == State.APPLIED


@pytest.mark.django_db(transaction=True)
def test_f13_warnings_come_once_14_7_and_1_days_before_the_end_and_when_it_is_over(table: Table) -> None:
    began = table.now
    plans.begin(table.integration, now=began)
    told = []
    for day in range(int(TRIAL.days) + 10):
        now = began + day * DAY + timedelta(hours=1)
        for _twice in range(2):
            if plans.warn(now=now):
                told.append(day)
    assert told == [16, 23, 29, 30], "with what is left: 14, 7, 1 and none"
    assert OutgoingMail.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_line_that_ended_begins_anew_and_cancelling_what_is_over_is_refused(table: Table) -> None:
    mine, began = table.integration, NOON
    plans.begin(mine, now=began)
    plans.choose(mine, Period.MONTHLY, actor=ALICE, now=began + DAY)
    assert standing(mine, began + DAY).runs_until == began + TRIAL
    ends_at = plans.cancel(mine, actor=ALICE, now=began + 40 * DAY)
    assert ends_at == datetime(2026, 4, 2, 12, tzinfo=UTC), "the trial ended on 2 March, a month runs until 2 April"
    with pytest.raises(RuleBroken) as over:
        plans.keep(mine, actor=ALICE, now=ends_at)
    assert over.value.code == "plan_over"
    plans.choose(mine, Period.YEARLY, actor=ALICE, now=ends_at + 20 * DAY)
    again = standing(mine, ends_at + 20 * DAY)
    assert (again.state, again.runs_until) == (PlanState.ACTIVE, datetime(2027, 4, 22, 12, tzinfo=UTC))
    assert PlanLine.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_price_is_that_of_the_day_it_was_chosen(table: Table) -> None:
    plans.choose(table.integration, Period.MONTHLY, actor=ALICE, now=NOON)
    before = PlanLine.objects.get().price
    pricing.change(currency="EUR", monthly=Decimal(290), yearly=Decimal(2900), actor=ALICE, now=NOON)
    assert PlanLine.objects.get().price == before == 2900


moments = st.integers(min_value=-5, max_value=500).map(lambda days: NOON + days * DAY)


@given(ends=st.none() | moments, now=moments)
def test_a_line_is_active_then_in_grace_then_ended_and_never_back(ends: datetime | None, now: datetime) -> None:
    line = PlanLine(trial_until=NOON + TRIAL, period="monthly", ends_at=ends)
    order = [PlanState.ACTIVE, PlanState.GRACE, PlanState.ENDED]
    here, later = plans.state_at(line, now), plans.state_at(line, now + DAY)
    assert order.index(here) <= order.index(later)
    assert (here is PlanState.ACTIVE) == (ends is None or now < ends)
    assert (here is PlanState.ENDED) == (ends is not None and now >= ends + GRACE)


@pytest.mark.django_db(transaction=True)
def test_o10_whoever_runs_the_installation_sets_prices_and_lists_what_was_chosen(
    table: Table, people: People, alice: Client
) -> None:
    bob = people.client(people.bob)
    User.objects.filter(id=people.bob.id).update(is_operator=True)
    here, offer = "/backoffice/pay-at-table", "/pay-at-table/catalogue/lightspeed_k"
    assert alice.get(here).status_code == 403
    plans.choose(table.integration, Period.MONTHLY, actor=ALICE, now=table.now)
    wanted = {"currency": "CHF", "monthly": "35.50", "yearly": "355"}
    for wrong in ({"monthly": "0"}, {"monthly": "35.505"}, {"currency": "JPY"}, {"yearly": "NaN"}):
        assert bob.post(here, {**wanted, **wrong}).status_code == 422
    assert "€29.00 a month" in shown(alice, offer)
    assert bob.post(here, wanted).status_code == 302
    page = shown(alice, offer)
    assert "CHF" in page
    assert "35.50 a month" in page
    page = shown(bob, here)
    assert "€29.00" in page, "what was chosen keeps its price"
    assert "Le Zinc" in page
    lines = list(csv.reader(bob.get(f"{here}/export").getvalue().decode().splitlines()))
    assert [(row[0], row[4], row[5], row[6]) for row in lines[1:]] == [("Le Zinc", "monthly", "2900", "EUR")]
    plans.choose(table.integration, Period.YEARLY, actor=ALICE, now=table.now)
    assert (PlanLine.objects.get().price, PlanLine.objects.get().currency) == (35500, "CHF")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/pay-at-table", "Tables"),
        ("/pay-at-table/orders", "Tables"),
        ("/pay-at-table/reconciliation", "Payments"),
        ("/pay-at-table/catalogue/lightspeed_k", "Pay at table"),
        ("/pay-at-table/plan", "Pay at table"),
        ("/nowhere", ""),
    ],
)
def test_the_navigation_marks_where_a_page_lies(path: str, place: str) -> None:
    assert "".join(str(each.label) for each in places(Role.OWNER, path) if each.is_current) == place
