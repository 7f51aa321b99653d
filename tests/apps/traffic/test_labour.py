"""What work costs: typed at the chain, a node or a store, from a date on; and never guessed where nobody typed it."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError

from comptoir.apps.traffic import catching_up, chains, kpis, shown, tailoring, wages
from comptoir.apps.traffic.kpis import BY_SLUG, Bucket
from comptoir.apps.traffic.models import Change, Day
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import exporting, reading
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from tests.apps.traffic.chain import DAY, NOW, at, hour, make, sell, utc_store, works
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def chain(people: People) -> People:
    """Sales of 100 at 10 and at 11 o'clock; somebody at work from 10 to 12."""
    utc_store(people)
    sell(people, 10, "100")
    sell(people, 11, "100")
    works(people, ("1", 10, 12))
    make(people)
    return people


def typed(people: People, per_hour: str, *, since: date = LONG_AGO, currency: str = "EUR", **of: UUID) -> None:
    wages.save(
        organisation_id=people.le_zinc.id,
        store_id=of.get("store_id"),
        node_id=of.get("node_id"),
        since=since,
        per_hour=Decimal(per_hour),
        currency=currency,
        name="",
        actor="user:1",
        now=NOW,
    )
    catching_up.everything(organisation_id=people.le_zinc.id, now=NOW)


def sums(people: People) -> kpis.Sums:
    scope = reading.Scope(people.le_zinc.id, [people.bar.id])
    found = reading.by_store(scope, Period(DAY, DAY))[people.bar.id]
    hours = sum(reading.by_store_and_hour(scope, Period(DAY, DAY)).values(), start=kpis.Sums())
    assert hours == found, "days and hours say the same"
    return found


def share(people: People) -> Decimal | None:
    return BY_SLUG["labour_share"].of(sums(people))


def test_labour_share_is_cost_by_sales_of_the_hours_in_which_it_is_known_with_its_coverage() -> None:
    hours = [
        Bucket(sales=Decimal(100), labour_cost=Decimal(30)),
        Bucket(sales=Decimal(200), labour_cost=Decimal(30)),
        Bucket(sales=Decimal(900)),
    ]
    found = kpis.sums(hours)
    share = BY_SLUG["labour_share"]
    assert shown.figure(share, share.of(found), "EUR") == "20.0%"
    assert shown.coverage(share, found) == "2 of 3 h"
    assert BY_SLUG["labour_cost"].of(found) == 60
    for sales in (0, -5):
        back = kpis.sums([Bucket(sales=Decimal(sales), labour_cost=Decimal(30))])
        assert share.of(back) is None, "empty where S is nought or less"


def test_without_a_wage_nothing_is_guessed(chain: People) -> None:
    assert (share(chain), BY_SLUG["labour_cost"].of(sums(chain)), hour(chain, 10).labour_cost) == (None, None, None)


def test_a_wage_makes_past_days_anew_and_is_no_late_change(chain: People) -> None:
    typed(chain, "15")
    assert (hour(chain, 10).labour_cost, sums(chain).labour_cost, share(chain)) == (15, 30, 15)
    assert not Change.objects.exists()
    typed(chain, "20")
    assert (Wage.objects.count(), share(chain)) == (1, 20)
    wages.delete(organisation_id=chain.le_zinc.id, wage_id=Wage.objects.get().id, name="", actor="user:1", now=NOW)
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert share(chain) is None


def test_it_holds_from_its_date_on(chain: People) -> None:
    typed(chain, "10")
    typed(chain, "12", since=DAY)
    assert share(chain) == 12
    typed(chain, "99", since=DAY + timedelta(days=1))
    assert share(chain) == 12


def test_the_nearest_holds_the_store_before_its_region_before_its_district_before_the_chain(chain: People) -> None:
    def node(name: str, kind: str, parent: UUID | None) -> UUID:
        made = chains.add_node(
            organisation_id=chain.le_zinc.id, name=name, kind=kind, parent_id=parent, actor="user:1", now=NOW
        )
        return made.id

    north = node("North", "district", None)
    coast = node("Coast", "region", north)
    typed(chain, "10")
    typed(chain, "11", node_id=north)
    assert share(chain) == 10
    chains.save_location(store=chain.bar, values={}, node_id=coast, actor="user:1", now=NOW, today=DAY)
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert share(chain) == 11, "it lies in the district now"
    typed(chain, "12", node_id=coast)
    assert share(chain) == 12
    typed(chain, "13", store_id=chain.bar.id, since=DAY)
    assert share(chain) == 13


def test_one_in_another_currency_is_of_no_use(chain: People) -> None:
    typed(chain, "10", currency="CHF")
    assert share(chain) is None


def test_typed_staff_hours_cost_too_also_where_no_till_says_anything(chain: People) -> None:

    earlier = DAY - timedelta(days=1)

    tailoring.tailor(
        organisation_id=chain.le_zinc.id,
        typed=[tailoring.Typed(chain.bar.id, at(10, earlier), "staff_hours", Decimal(3))],
        reason="",
        actor="user:1",
        now=NOW,
    )
    typed(chain, "10")
    assert Day.objects.get(business_date=earlier).labour_cost == 30


def test_an_hour_of_work_costs_something_and_a_wage_is_of_one_place(chain: People) -> None:
    with pytest.raises(RuleBroken):
        typed(chain, "0")
    with pytest.raises(RuleBroken):
        wages.delete(organisation_id=chain.le_zinc.id, wage_id=chain.bar.id, name="", actor="user:1", now=NOW)
    with pytest.raises(IntegrityError):
        typed(chain, "1", store_id=chain.bar.id, node_id=chain.bar.id)


def test_the_export_has_the_cost_beside_the_hours(chain: People) -> None:
    typed(chain, "15")
    places = chains.places(chain.le_zinc.id, store_ids=None, now=NOW)
    rows = list(exporting.rows(reading.Scope(chain.le_zinc.id, [chain.bar.id]), "Le Zinc", places, Period(DAY, DAY)))
    assert [each["labour_cost"] for each in rows] == [15, 15]
    columns = exporting.COLUMNS
    assert columns[columns.index("staff_status") + 1 : columns.index("currency")] == ("labour_cost",)


def test_it_is_typed_shown_in_the_reports_and_deleted(chain: People) -> None:
    client = chain.client(chain.alice)
    totals = f"/traffic/reports/totals?since={DAY}&until={DAY}"
    assert "Labour share: not provided" in client.get(totals).content.decode()
    said = {"place": "", "per_hour": "15", "currency": "EUR", "wage_since": "2020-01-01", "at": chain.bar.public_id}
    answer = client.post("/traffic/settings/wages", said)
    assert (answer.status_code, answer["location"]) == (302, f"/traffic/settings?at={chain.bar.public_id}")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    page = client.get(totals).content.decode()
    assert ("Labour share: not provided" not in page, "15.0%" in page) == (True, True)
    exported = client.get(f"/traffic/reports/totals/export?since={DAY}&until={DAY}").getvalue().decode("utf-8-sig")
    whole = list(csv.DictReader(io.StringIO(exported)))[-1]
    assert (whole["labour_cost"], whole["labour_share"], whole["hours_with_cost"]) == ("30", "15", "2")
    dashboard = client.get(f"/traffic?since={DAY}&until={DAY}").content.decode()
    assert "Labour share" in dashboard
    settings = client.get("/traffic/settings").content.decode()
    assert "€15.00" in settings
    wage = Wage.objects.get()

    gone = f"/traffic/settings/wages/{public_id('wag', wage.id)}/delete"
    assert client.post(gone).status_code == 302
    assert (Wage.objects.count(), client.post(gone).status_code) == (0, 404)
    assert client.post("/traffic/settings/wages", {**said, "per_hour": "0"}).status_code == 422


def test_whoever_has_chosen_stores_types_it_for_those_alone(chain: People) -> None:
    assert chain.client(chain.bob).post("/traffic/settings/wages", {}).status_code == 403
