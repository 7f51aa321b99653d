"""What days are made of changes while somebody makes them: they are made anew afterwards."""

import threading
from decimal import Decimal

import pytest
from django.db import connections, transaction

from comptoir.apps.traffic import counter_rules, day_lock
from comptoir.apps.traffic.count_tables import Counter, CounterRule
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.models import Day
from tests.apps.traffic.chain import DAY, NOW, make, sell, utc_store
from tests.core.queue import query
from tests.people import People
from tests.servers import until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_rule_saved_while_its_days_are_made_makes_them_anew(people: People) -> None:
    utc_store(people)
    sell(people, 10, "50")
    make(people)
    made = add_counter(organisation_id=people.le_zinc.id, store_id=people.bar.id, name="Door", now=NOW)
    counter = Counter.objects.get(id=made.id)

    def save() -> None:
        try:
            counter_rules.save(
                store=people.bar, counter=counter, since=DAY, counts="in", factor=Decimal(2), actor="user:1", now=NOW
            )
        finally:
            connections.close_all()

    saving = threading.Thread(target=save)
    with transaction.atomic():
        day_lock.hold([people.bar.id])  # as whoever makes them does, and reads the rules
        saving.start()
        until(lambda: bool(query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")))
        Day.objects.update(ledger_revision=1)
    saving.join(60)
    assert [each.ledger_revision for each in Day.objects.all()] == [Day.AGAIN]
    assert CounterRule.objects.count() == 1
