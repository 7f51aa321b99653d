"""Lists ask as often for twenty rows as for two."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptoir.apps.pay_at_table import notices, telling
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.integrations import create
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration, State
from comptoir.core.connections.models import LocationLink
from comptoir.core.installations.manifest import Trouble
from comptoir.kernel.ids import new_id
from tests.apps.pay_at_table.table import Table
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def asked_by(what: Any) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        what()
    return [each["sql"] for each in asked]


def stores(table: Table, people: People, numbers: Iterable[int]) -> None:
    """Each with a place of the till, an integration that is on, and an open bill."""
    known, seen = LocationLink.objects.get(store=people.bar), Bill.objects.get(integration_id=table.integration.id)
    for each in numbers:
        store = create_store(people.le_zinc, f"Terrace {each}")
        place = {name: getattr(known, name) for name in ("organisation", "connection", "provider", "currency")}
        LocationLink.objects.create(**place, external_id=f"90{each}", name="Terrace", timezone="UTC", store=store)
        made = create(
            organisation=people.le_zinc,
            store=store,
            connection=known.connection,
            location_id=f"90{each}",
            name=store.name,
            now=table.now,
            card_method="APM",
            enabled=True,
        )
        bill = {each.name: getattr(seen, each.attname) for each in Bill._meta.concrete_fields}
        bill |= {"organisation": people.le_zinc, "integration_id": made.id}
        Bill.objects.create(**bill)
    Integration.objects.update(read_at=table.now)


def stuck(table: Table, number: int) -> None:
    for _ in range(number):
        table.work(table.take(9900))


def test_the_list_of_payments_asks_as_often_for_many(table: Table, alice: Client) -> None:
    path = "/pay-at-table/payments?state=open"
    stuck(table, 2)
    alice.get(path)
    few = asked_by(lambda: alice.get(path))
    stuck(table, 18)
    many = asked_by(lambda: alice.get(path))
    assert b"20 payments are not on the till" in alice.get(path).content
    assert len(many) == len(few), "\n".join(many)


def test_causes_of_many_are_those_of_each(table: Table) -> None:
    """A refused one, one that waits behind another on its bill, one under way, and one that is on the till."""
    stuck(table, 1)
    other = table.another_bill()
    table.settle(table.take(2400, check_id=other))
    first = table.run(table.take(1000))
    waits = table.run(table.take(500))
    assert (first.state, waits.reason) == (State.SUBMITTED, "another_first")
    payments = list(GuestPayment.objects.all())
    found: dict[Any, str] = {}
    assert len(asked_by(lambda: found.update(telling.causes_of(payments)))) == 2
    assert found == {each.id: telling.cause_of(each) for each in payments}
    assert set(found.values()) == {"", "amount_exceeds_remaining", "unknown_result"}
    assert found[waits.id] == found[first.id] == "unknown_result", "what keeps the first keeps the second"


def test_a_look_at_what_is_overdue_reads_causes_in_bulk(table: Table) -> None:
    def look() -> None:
        notices.look(table.integration.organisation_id, table.integration.id, now=table.now)

    stuck(table, 2)
    look()
    few = sum('FROM "pay_at_table_attempt"' in each for each in asked_by(look))
    table.pass_time(minutes=1)
    stuck(table, 8)
    look()
    assert sum('FROM "pay_at_table_attempt"' in each for each in asked_by(look)) == few


def test_the_dashboard_asks_once_for_the_troubles_of_all_stores(table: Table, people: People) -> None:
    def troubles() -> list[Trouble]:
        return list(notices.troubles(people.le_zinc.id, table.now + timedelta(minutes=3)))

    stuck(table, 1)
    notices.look(table.integration.organisation_id, table.integration.id, now=table.now)
    few, found = asked_by(troubles), troubles()
    stores(table, people, range(3))
    [payment], [notice] = GuestPayment.objects.all(), Notice.objects.all()
    for each in Integration.objects.exclude(id=table.integration.id):
        payment.id, payment.integration_id = new_id(), each.id
        payment.provider_payment_id = each.name
        payment.save(force_insert=True)
        mine = {"organisation_id": each.organisation_id, "integration_id": each.id, "payment_id": payment.id}
        Notice.objects.create(**mine, code=notice.code, due_at=notice.due_at)
    assert [each.count for each in found] == [1]
    assert sorted(each.count for each in troubles()) == [1, 1, 1, 1]
    assert len(asked_by(troubles)) == len(few)


@pytest.mark.parametrize("path", ["/pay-at-table", "/pay-at-table/integrations"])
def test_tables_and_integrations_ask_as_often_for_many_stores(
    table: Table, alice: Client, people: People, path: str
) -> None:
    table.read()
    stores(table, people, range(1))
    alice.get(path)
    few = asked_by(lambda: alice.get(path))
    stores(table, people, range(1, 19))
    many = asked_by(lambda: alice.get(path))
    assert "Terrace 18" in alice.get(path).content.decode()
    assert len(many) == len(few), "\n".join(many)
