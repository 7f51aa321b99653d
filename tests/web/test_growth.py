"""Pages do not get slower as a house grows: as many questions for many rows, and each finds its rows by an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptoir.apps.loyalty.devices import Register, Tablet
from comptoir.apps.loyalty.models import Member
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations.install import install
from comptoir.core.intake import process
from comptoir.core.intake.models import Notification
from comptoir.core.outbox import dispatch
from tests.bills import bill, record, told
from tests.notifications import body
from tests.people import JOINED, People, create_member, create_store

NOW = datetime(2026, 3, 7, 21, 0, tzinfo=UTC)
GROWS = frozenset(
    (
        *("intake_notification", "ledger_sale", "ledger_salerevision", "ledger_hourlyfigure", "outbox_event"),
        *("outbox_delivery", "loyalty_offer", "loyalty_entry", "loyalty_member", "traffic_hour", "traffic_day"),
        *("weekly_balance_cell", "weekly_balance_day", "traffic_week", "traffic_weekclock"),
        "traffic_monthclock",
    )
)
"""Tables that have a row for each sale, or for each day."""


def connections(people: People, number: int) -> None:
    """Accounts of tills, each with a location of a store of its own."""
    for place in range(number):
        name = f"{Connection.objects.count()}-{place}"
        made = Connection.objects.create(
            organisation=people.le_zinc,
            provider="lightspeed_k",
            account_name=f"SARL {name}",
            status_since=JOINED,
            access_token=b"",
            refresh_token=b"",
            access_expires_at=NOW + timedelta(hours=1),
            keep_alive_at=NOW + timedelta(days=30),
            created_at=JOINED,
        )
        LocationLink.objects.create(
            organisation=people.le_zinc,
            connection=made,
            provider="lightspeed_k",
            external_id=f"9{name}",
            name="La salle",
            currency="EUR",
            timezone="Europe/Paris",
            store=create_store(people.le_zinc, f"Store {name}"),
        )


def members(people: People, number: int) -> None:
    """Customers of the programme."""
    first = Member.objects.count()
    Member.objects.bulk_create(
        Member(
            organisation=people.le_zinc,
            phone=f"+336120000{place:02}",
            first_name="Bob",
            store_id=people.bar.id,
            enrolled_at=JOINED,
        )
        for place in range(first, first + number)
    )


def tablets(people: People, number: int) -> None:
    """Each with a register of its own, and beside it one without a tablet."""
    told = {"organisation": people.le_zinc, "provider": "lightspeed_k", "location_id": "1", "store_id": people.bar.id}
    told |= {"last_seen_at": NOW, "last_amount": 100, "currency": "EUR", "first_seen_at": NOW, "created_at": NOW}
    for place in range(number):
        name = f"{Tablet.objects.count()}-{place}"
        register, _ = (Register.objects.create(device_id=f"{one}{name}", name="Bar", **told) for one in ("a", "b"))
        mine = {"organisation": people.le_zinc, "store_id": people.bar.id, "register_id": register.id}
        Tablet.objects.create(name=name, token_hash=name.encode(), linked_at=NOW, paired_at=NOW, **mine)


def organisations(people: People, number: int) -> None:
    """Merchants, each with an owner and a store."""
    for place in range(number):
        name = f"{Organisation.objects.count()}{place}"
        made = Organisation.objects.create(name=f"House {name}", created_at=JOINED)
        create_store(made, "Bar")
        create_member(made, f"Owner{name}", "owner")


def notifications(people: People, number: int) -> None:
    """What tills told, waiting."""
    first = Notification.objects.count()
    Notification.objects.bulk_create(
        Notification(
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            provider="lightspeed_k",
            door="hooks/lightspeed_k/x",
            verified=True,
            body=body(number=f"A40017.{place}"),
            body_hash=place.to_bytes(4, "big"),
            received_at=NOW,
            received_minute=NOW,
        )
        for place in range(first, first + number)
    )


def broken(people: People, number: int) -> None:
    """The same, not to be read."""
    notifications(people, number)
    Notification.objects.update(body=b"{}")
    process.drain(clock=lambda: NOW)


@pytest.mark.parametrize(
    ("path", "grow"),
    [
        ("/connections", connections),
        ("/loyalty/members", members),
        ("/tablets", tablets),
        ("/backoffice", organisations),
        ("/backoffice/health", connections),
        ("/backoffice/inbox", broken),
    ],
)
def test_a_list_asks_as_often_for_twenty_rows_as_for_two(
    people: People, path: str, grow: Callable[[People, int], None]
) -> None:
    install(organisation=people.le_zinc, store=people.bar, app="loyalty", provider="lightspeed_k", now=JOINED)
    client = people.client(
        User.objects.create_user("olga@example.com", name="Olga", is_operator=True)
        if path.startswith("/backoffice")
        else people.alice
    )
    grow(people, 2)
    asked(client, path)  # the first page of a process fills caches
    few = asked(client, path)
    grow(people, 18)
    assert asked(client, path) == few


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@contextmanager
def plans() -> Iterator[list[str]]:
    """Every statement is explained before it runs; yields those that read a growing table from end to end.

    A test's tables are small, and a scan is the best plan for them: with scans switched off only a statement for which
    there is no index still has one.
    """
    found: list[str] = []

    def explained(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH", "INSERT")) and not many:
            with connection.connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN {sql}", params)
                plan = [line for (line,) in cursor.fetchall()]
                cursor.execute("SET LOCAL enable_seqscan = on")
            scanned = {line.partition("Seq Scan on ")[2].split(" ")[0] for line in plan}
            if {name.partition("_2")[0] for name in scanned} & GROWS:
                found.append("\n".join([sql, *plan]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        yield found


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/sales", "/sales?day=2026-03-07", "/sales?state=open", "/inbox", "/connections"),
        *("/loyalty/members", "/loyalty/figures", "/traffic?period=364", "/traffic/reports/totals?period=364"),
        *("/balance", "/balance/totals"),
    ],
)
def test_no_page_reads_a_growing_table_from_end_to_end(people: People, path: str) -> None:
    install(organisation=people.le_zinc, store=people.bar, app="loyalty", provider="lightspeed_k", now=JOINED)
    record(people.bar, [told(bill(f"A1.{number}")) for number in range(3)])
    client = people.client(people.alice)
    with plans() as scanning:
        assert client.get(path).status_code == 200
    assert scanning == []


def test_neither_intake_nor_dispatch_reads_a_growing_table_from_end_to_end(people: People) -> None:
    install(organisation=people.le_zinc, store=people.bar, app="loyalty", provider="lightspeed_k", now=JOINED)
    notifications(people, 1)
    with plans() as scanning:
        assert process.drain(clock=lambda: NOW) == 1
        assert dispatch.dispatch(clock=lambda: NOW) > 0
    assert scanning == []


def test_a_question_without_an_index_is_found(people: People) -> None:
    with plans() as scanning, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_sale WHERE total = 7")
    assert len(scanning) == 1
