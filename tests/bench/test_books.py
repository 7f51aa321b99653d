"""A chain's months, made in SQL: they are what the product makes, and its hottest questions find their rows in them.

Here tables are large enough for the planner to choose as it does in a house of many years.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.failure import BenchFailure
from bench.report import books
from comptoir.apps.traffic import catching_up
from comptoir.apps.traffic.alerts import finding
from comptoir.apps.weekly_balance.models import Department
from comptoir.core.accounts.models import Membership, Organisation, Store, User
from comptoir.core.accounts.roles import Role
from comptoir.core.ledger import times_at_work

SALES = 10
"""One in each hour, so that those who work have no hour without a sale."""
LARGE = 2000
"""Rows from which on reading a table from end to end is no choice."""
SHARE = 0.2
"""Of a large table, what may be looked at: alerts compare with 56 of the 400 days, pages here with 28 at most."""
TABLES = frozenset(books.TABLES) - {"bench_line"}


def a_chain(stores: int, stretches: int, days: int) -> Organisation:
    """So many days of so many stores, up to today."""
    made: Organisation = books.chain(stores)
    last = timezone.localdate()
    with connection.cursor() as cursor:
        for _stretch in range(stretches):
            first = last - timedelta(days=days - 1)
            books.add(cursor, made.id, SALES, first, last, facts=False)
            last = first - timedelta(days=1)
        cursor.execute("ANALYZE")
    return made


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


@pytest.mark.usefixtures("db")
def test_what_sql_makes_is_what_the_product_makes_and_what_is_not_is_told() -> None:
    chain = a_chain(1, 1, 4)
    books.prove(chain.id, yesterday())
    for change in (
        "UPDATE ledger_hourlyfigure SET value = value + 1 WHERE measure = 'tax'",
        "UPDATE traffic_hour SET items = items + 1",
        "UPDATE weekly_balance_cell SET measured = measured + 1",
    ):
        mark = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute(change)
        with pytest.raises(BenchFailure, match="not what the product makes"):
            books.prove(chain.id, yesterday())
        transaction.savepoint_rollback(mark)


@contextmanager
def looked_at() -> Iterator[list[str]]:
    """Every question is carried out twice, once to see how; yields those that look at too much of a large table."""
    found: list[str] = []
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            rows[table] = cursor.fetchone()[0]
    assert sum(number > LARGE for number in rows.values()) > len(TABLES) / 2

    def explained(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and not many:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                (plan,) = cursor.fetchone()
            for node in nodes(plan[0]["Plan"]):
                table = node.get("Relation Name", "")
                if rows.get(table, 0) > LARGE and ("Seq Scan" in node["Node Type"] or seen(node) > SHARE * rows[table]):
                    found.append(f"{sql}\n{json.dumps(node, indent=1)}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        yield found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {name: value for name, value in plan.items() if name != "Plans"}
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def seen(node: dict[str, Any]) -> float:
    """Rows that a scan looked at, whether it kept them or not."""
    removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    kept: float = node["Actual Rows"]
    return node["Actual Loops"] * (kept + sum(node.get(name, 0) for name in removed))


def indexes_of_sales(client: Client, page: str) -> set[str]:
    """Those by which a page finds sales; "" where there is a sort of them, or none."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    found = set()
    with connection.cursor() as cursor:
        for each in (each["sql"] for each in captured if 'FROM "ledger_sale"' in each["sql"]):
            cursor.execute(f"EXPLAIN (FORMAT JSON) {each}")
            (plan,) = cursor.fetchone()
            found |= {node.get("Index Name", "") for node in nodes(plan[0]["Plan"]) if node["Node Type"] != "Limit"}
    return found


def owner() -> Client:
    client = Client()
    client.force_login(User.objects.get(email="alice@example.com"))
    return client


@pytest.mark.usefixtures("db")
def test_the_hottest_pages_and_the_alerts_find_their_rows_by_an_index() -> None:
    chain, now = a_chain(2, 8, 50), datetime.now(UTC)
    department = Department.objects.order_by("name")[0].public_id
    client = owner()
    pages = (
        *("/", "/sales", f"/sales?day={yesterday()}"),
        *(f"/sales?store={Store.objects.all()[0].public_id}",),
        *("/traffic?period=today", "/traffic?period=28", "/traffic?period=7&opens=10:00&closes=18:00"),
        *("/traffic/reports/totals?period=28", "/traffic/reports/time?period=28"),
        *("/traffic/reports/comparison?period=28", "/traffic/reports/quality?period=28"),
        *("/traffic/alerts", "/traffic/locations"),
        *("/balance", f"/balance/of/{department}/{yesterday()}", "/balance/totals", "/balance/today"),
    )
    for page in pages:
        with looked_at() as found:
            assert client.get(page).status_code == 200
        assert found == [], page
    with looked_at() as found:
        assert client.get("/traffic/reports/hours?period=364").status_code == 200
    assert [each for each in found if '"Relation Name": "traffic_hour"' in each] == [], "those at both ends alone"
    assert {"sale_of_day"} == indexes_of_sales(client, f"/sales?day={yesterday() - timedelta(days=200)}")
    with looked_at() as found:
        finding.find(chain.id, now=now)
        catching_up.lately(organisation_id=chain.id, since=now - timedelta(days=2), now=now)
    assert found == []
    with looked_at() as found, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_sale WHERE register_name = 'Bar'")
    assert len(found) == 1  # what has no index is told


@pytest.mark.usefixtures("db")
def test_a_page_asks_as_often_for_four_stores_as_for_two() -> None:
    organisation = a_chain(4, 1, 9)
    everything, some = owner(), Client()
    bob = User.objects.create_user("bob@example.com", name="Bob")
    member = Membership.objects.create(organisation=organisation, user=bob, role=Role.SUPERVISOR, all_stores=False)
    for store in Store.objects.order_by("name")[:2]:
        member.chosen.create(organisation=organisation, store=store)
    some.force_login(bob)
    pages = (
        *("/traffic?period=today", "/traffic?period=28", "/traffic/reports/totals?period=28", "/traffic/alerts"),
        *("/traffic/reports/quality?period=7", "/traffic/locations", "/sales", "/balance/totals", "/balance/today"),
    )
    for page in pages:
        few, many = (min(asked(client, page) for _try in range(2)) for client in (some, everything))
        assert many <= few, page


def asked(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.usefixtures("db")
def test_times_at_work_are_not_compared_with_those_of_other_shops_whose_people_have_the_same_short_ids() -> None:
    chain, last = a_chain(12, 1, 5), yesterday()
    stores = list(Store.objects.values_list("id", flat=True))
    compared: list[float] = []

    def explained(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            (plan,) = cursor.fetchone()
        compared.extend(
            node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Join Filter", 0))
            for node in nodes(plan[0]["Plan"])
            if "Join" in node["Node Type"] or node["Node Type"] == "Nested Loop"
        )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        times_at_work.at_once(chain.id, stores, since=last, until=last, now=datetime.now(UTC))
    assert compared
    assert max(compared) <= 2 * 5 * len(stores), "no more than there are times: two people, five days"
