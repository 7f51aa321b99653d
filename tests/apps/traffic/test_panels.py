"""Charts of the dashboard with their tables and files, and a usual day of the week (traffic-analytics.md 4.2, 6.3)."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.models import Day, Hour
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import profiles, reading
from comptoir.core.accounts.roles import Role
from tests.apps.traffic.chain import DAY, NOW, at, come, make, sell, utc_store, works
from tests.apps.traffic.test_pages import someone
from tests.bills import bill, record, told
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)


@pytest.fixture
def chain(people: People) -> People:
    """Wednesday 20 May and the three before it, from 10 to 14 o'clock; of the third before it little is known."""
    utc_store(people)
    target = {"location_id": "1", "target_conversion": Decimal(25)}
    save_location(store=people.bar, values=target, node_id=None, actor="user:1", now=NOW, today=NOW.date())
    bills = []
    for back, visitors in enumerate(((40, 60, 50, 50, 20), (40, 50, 60, 50, 30), (20, 30, 40, 50), (99, 99, 99))):
        come(people, {10 + number - back * 168: count for number, count in enumerate(visitors)})
        works(people, (f"{back}", 10, 15), day=DAY - back * WEEK)
        for number in range(5):
            for copy in range(2):
                moment = at(10 + number + copy / 60, DAY - back * WEEK)
                total = str(10 - back) + ".5" * copy
                bills.append(bill(f"{moment}", total, opened_at=moment, closed_at=moment, tax=Decimal(0)))
    record(people.bar, [told(each) for each in bills], now=NOW)
    restate(people.le_zinc.id, {(people.bar.id, DAY - back * WEEK) for back in range(4)}, now=NOW)
    return people


@pytest.fixture
def alice(chain: People) -> Client:
    return chain.client(chain.alice)


def file(client: Client, slug: str, query: str) -> list[dict[str, str]]:
    content = client.get(f"/traffic/charts/{slug}.csv?{query}").getvalue()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def one_day(day: date = DAY) -> str:
    return f"since={day}&until={day}"


def test_4_2_a_usual_weekday_is_the_mean_of_its_days_without_those_known_in_less_than_80_per_cent(
    chain: People,
) -> None:
    scope = reading.Scope(chain.le_zinc.id, [chain.bar.id])
    found = profiles.of_weekday(scope, DAY.weekday(), before=DAY)
    assert found.days == (DAY - 2 * WEEK, DAY - WEEK), "four of five hours are 80 per cent, and enough"
    assert found.left_out == (DAY - 3 * WEEK,), "three of five are not"
    visitors = [found.of(BY_SLUG["visitors"], hour) for hour in range(10, 15)]
    assert visitors == [30, 40, 50, 50, 30], "an hour that one of the days does not know is the other's"
    transactions = [found.of(BY_SLUG["transactions"], hour) for hour in range(10, 15)]
    assert transactions == [2] * 5
    assert found.of(BY_SLUG["conversion"], 10) == Decimal(4) / Decimal(60) * 100, "a ratio of sums"
    assert found.of(BY_SLUG["visitors"], 9) is None


def test_4_2_where_nobody_counts_no_day_is_left_out(chain: People) -> None:
    Hour.objects.update(visitors=None)
    found = profiles.of_weekday(reading.Scope(chain.le_zinc.id, [chain.bar.id]), DAY.weekday(), before=DAY)
    assert (len(found.days), found.left_out) == (3, ())
    assert found.of(BY_SLUG["visitors"], 10) is None


def test_4_2_the_repeated_hour_is_in_its_label_of_a_profile_and_apart_in_the_day(people: People) -> None:
    utc_store(people)
    people.bar.timezone = "Europe/Paris"
    people.bar.save()
    long = date(2026, 10, 25)
    for hour in (0.5, 1.5):
        sell(people, hour, "10", day=long)
    make(people, long, now=datetime(2026, 10, 26, 12, tzinfo=UTC))
    found = profiles.of_weekday(reading.Scope(people.le_zinc.id, [people.bar.id]), 6, before=long + WEEK)
    assert {hour: found.of(BY_SLUG["sales"], hour) for hour in found.totals} == {2: 20}
    page = people.client(people.alice).get(f"/traffic/days/{people.bar.public_id}/{long}?hours=all").content.decode()
    assert len(re.findall(r">\s*02:00", page)) == 2


def test_4_2_the_page_names_the_days_that_are_left_out_and_any_weekday_can_be_chosen(alice: Client) -> None:
    page = alice.get(f"/traffic/long?{one_day()}").content.decode()
    assert "A usual Wednesday" in page
    assert "The mean of 2 days." in page
    assert "Left out, for visitors are known in less than 80% of their hours: 29 Apr 2026." in page
    assert "A usual Monday" not in alice.get(f"/traffic/long?{one_day()}&weekday=0").content.decode(), (
        "none has figures"
    )


def test_6_3_a_day_so_far_is_summed_beside_last_week_and_a_usual_day(alice: Client) -> None:
    rows = file(alice, "so-far", one_day())
    assert [row["visitors"] for row in rows] == ["40", "100", "150", "200", "220"]
    assert [row["visitors_before"] for row in rows] == ["40", "90", "150", "200", "230"]
    assert [row["visitors_usual"] for row in rows] == ["30", "70", "120", "170", "200"]
    assert [row["sales"] for row in rows][-1] == "102.5"
    page = alice.get(f"/traffic?{one_day()}").content.decode()
    assert "Visitors until 15:00: 220; on a usual Wednesday it is 200, the mean of 2 of 3 days." in page


def test_6_3_today_ends_where_it_is_and_an_hour_that_nobody_counted_is_a_gap(chain: People) -> None:
    Hour.objects.filter(hour=at(11)).update(visitors=None)
    with time_machine.travel(at(13.5), tick=False):
        alice = chain.client(chain.alice)
        rows = file(alice, "so-far", "period=today")
        page = alice.get("/traffic?period=today").content.decode()
    assert [row["visitors"] for row in rows] == ["40", "", "90", "140", ""], "14:00 has not been yet"
    assert [row["visitors_before"] for row in rows][-1] == "230"
    assert "until 13:00: 90; on a usual Wednesday it is 120" in page, "hours that are over, on both sides"


def test_6_3_the_hour_that_is_running_is_lighter_and_an_estimated_one_hatched(chain: People) -> None:
    Hour.objects.filter(hour=at(12)).update(traffic_status="estimated")
    with time_machine.travel(at(13.5), tick=False):
        drawn = chain.client(chain.alice).get("/traffic/charts/course/0.svg?period=today").content.decode()
    assert drawn.count("url(#h0)") == 1
    assert drawn.count('opacity="0.45"') == 1


def test_6_3_conversion_is_a_line_over_bars_of_visitors_with_two_labelled_axes(alice: Client) -> None:
    drawn = alice.get(f"/traffic/charts/course/0.svg?{one_day()}").content.decode()
    assert ">%<" in drawn
    assert ">people<" in drawn


def test_6_3_visitors_per_staff_hour_against_conversion_is_a_point_each_day_of_six_weeks(alice: Client) -> None:
    rows = {row["staffing"]: row for row in file(alice, "staffing", one_day())}
    assert set(rows) == {str(DAY - back * WEEK) for back in range(4)}
    assert rows[str(DAY)]["star"] == "44", "220 visitors in 5 hours"
    assert rows[str(DAY)]["conversion"].startswith("4.54")
    assert "<svg" in alice.get(f"/traffic/charts/staffing/0.svg?{one_day()}").content.decode()


def test_6_3_thirteen_months_are_beside_those_of_a_year_before_and_a_running_one_counts_the_same_days(
    chain: People,
) -> None:
    a_year_before = DAY.replace(year=DAY.year - 1)
    for day, total in ((a_year_before, "70"), (a_year_before + timedelta(days=3), "1000")):
        sell(chain, 10, total, day=day)
        make(chain, day)
    rows = {row["trend"]: row for row in file(chain.client(chain.alice), "trend", one_day())}
    assert len(rows) == 13
    assert next(iter(rows)) == "May 26"
    assert rows["May 26"]["sales_year_before"] == "70", "until 20 May, as this year"
    assert rows["May 25"]["sales"] == "1070", "a month that is over counts whole"
    assert rows["Apr 26"]["visitors"] == "297"
    assert rows["Mar 26"]["sales"] == "", "a gap"


def test_6_3_stores_are_ranked_with_a_mark_at_their_target(chain: People) -> None:
    create_store(chain.le_zinc, "Terrace")
    rows = file(chain.client(chain.alice), "stores", one_day())
    assert [row["stores"] for row in rows] == [f"1. {chain.bar.name}"]
    assert (rows[0]["target_conversion"], rows[0]["visitors"]) == ("25", "220")
    page = chain.client(chain.alice).get(f"/traffic?{one_day()}").content.decode()
    assert "A mark is the store’s target." in page


def test_6_3_why_sales_moved_adds_up(alice: Client) -> None:
    rows = {row["why"]: Decimal(row["sales"]) for row in file(alice, "why", one_day())}
    assert rows["Sales before"] + rows["Traffic"] + rows["Conversion"] + rows["Average sale"] == pytest.approx(
        rows["Sales now"], abs=Decimal("0.00001")
    )
    assert rows["Together"] == rows["Sales now"] - rows["Sales before"] == 10


def test_6_3_each_chart_has_its_table_and_its_file(alice: Client) -> None:
    pages = (
        alice.get(f"/traffic?{one_day()}").content.decode() + alice.get(f"/traffic/long?{one_day()}").content.decode()
    )
    panels = re.findall(r'<section class="panel" id="([a-z-]+)">(.*?)</section>', pages, re.DOTALL)
    assert {name for name, _html in panels} >= {"so-far", "course", "why", "trend", "heat", "profile", "staffing"}
    for name, html in panels:
        for address in re.findall(r'src="([^"]+)"', html):
            assert alice.get(address.replace("&amp;", "&"))["Content-Type"].startswith("image/svg"), name
        assert "<table" in html, name
        assert (
            alice.get(re.findall(r'href="(/traffic/charts/[^"]+)"', html)[-1].replace("&amp;", "&")).status_code == 200
        )


def test_a_picture_s_address_is_another_one_once_its_figures_move(chain: People) -> None:
    """So that a live page asks for what moved alone; and it stays out of shared and past browsers, as every page."""
    alice = chain.client(chain.alice)

    def addresses() -> set[str]:
        page = alice.get(f"/traffic?{one_day()}").content.decode()
        return {each.replace("&amp;", "&") for each in re.findall(r'src="(/traffic/charts/[^"]+)"', page)}

    before = addresses()
    Hour.objects.filter(hour=at(10)).update(visitors=41)
    moved = {each.partition("?")[0] for each in before - addresses()}
    assert moved == {"/traffic/charts/course/0.svg", "/traffic/charts/so-far/0.svg"}, "sales did not move"
    answer = alice.get(next(iter(before)) + "&theme=dark&size=narrow")
    assert "no-store" in answer["Cache-Control"]
    assert "#73cfd3" in answer.content.decode()


def test_a_chart_that_is_not_there_is_not_found(alice: Client) -> None:
    for path in ("course/7.svg", "nothing/0.svg", "nothing.csv", "so-far.csv?period=28"):
        assert alice.get(f"/traffic/charts/{path}").status_code == 404


def test_before_the_first_customer_the_charts_are_of_yesterday_too(chain: People) -> None:
    with time_machine.travel(at(6, DAY + timedelta(days=1)), tick=False):
        alice = chain.client(chain.alice)
        page = alice.get("/traffic").content.decode()
        address = re.findall(r'href="(/traffic/charts/so-far[^"]+)"', page)[0].replace("&amp;", "&")
        content = alice.get(address).getvalue().decode("utf-8-sig")
    assert content.splitlines()[-1].startswith("15:00,220")


def test_behind_a_figure_are_its_days_hours_and_receipts(chain: People) -> None:
    alice = chain.client(chain.alice)
    day = f"/traffic/days/{chain.bar.public_id}/{DAY}"
    assert day in alice.get(f"/traffic?since={DAY - WEEK}&until={DAY}").content.decode()
    links = re.findall(r'href="(/sales[^"]+hour=[^"]+)"', alice.get(day).content.decode())
    assert len(links) == 5
    marketing, _user = someone(chain, Role.MARKETING)
    assert "hour=" not in marketing.get(day).content.decode(), "who sees no receipts is led to none"
    page = alice.get(links[1].replace("&amp;", "&")).content.decode()
    receipts = set(re.findall(rf"{DAY} (\d\d):\d\d", page))
    assert receipts == {"11"}, "what was sold at 11 o’clock, and nothing else"


def test_the_heat_map_has_each_weekday_by_its_hours_over_four_weeks(alice: Client) -> None:
    rows = file(alice, "heat", one_day())
    assert [row["heat"] for row in rows] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert rows[0]["10"] == "", "nobody came on a Monday: not known is not nought"
    assert rows[2]["10"].startswith("4.02"), "8 of 199: four Wednesdays together"


def test_best_and_worst_of_many_stores_and_all_of_them_in_the_file(chain: People) -> None:
    for number in range(11):
        store = create_store(chain.le_zinc, f"Shop {number:02d}")
        moved = {"store_id": store.id, "visitors": 100, "x_t": 10 + number, "hours": 5, "hours_t": 5}
        Day.objects.create(organisation_id=chain.le_zinc.id, business_date=DAY, updated_at=NOW, **moved)
    alice = chain.client(chain.alice)
    rows = file(alice, "stores", one_day())
    names = [f"Shop {number:02d}" for number in range(10, -1, -1)]
    assert [row["stores"].partition(". ")[2] for row in rows] == [*names, chain.bar.name]
    page = alice.get(f"/traffic?{one_day()}").content.decode()
    shown = page[page.index('id="stores"') :]
    assert "1. Shop 10" in shown
    assert "6. Shop 05" not in shown, "neither best nor worst"
    assert f"12. {chain.bar.name}" in shown
