"""The roll-up can be compared with the sales it was added up from, and rebuilt."""

import json
from decimal import Decimal

import pytest

from comptoir.core.ledger.models import HourlyFigure
from comptoir.core.ledger.rebuild import compare
from tests.bills import bill, record, refund, told
from tests.cli.commands import comptoir, inside
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def figures() -> list[tuple[object, ...]]:
    return sorted(HourlyFigure.objects.values_list("store_id", "hour", "register_id", "measure", "value"))


def test_what_was_kept_while_recording_is_what_the_sales_come_to(people: People) -> None:
    record(people.bar, [told(bill("A1.1", "28.50")), told(refund("A1.2", "A1.1", "-5")), told(bill("A1.3", "10"))])

    found = compare(people.bar, mend=False)
    assert (found.sales, found.wrong) == (3, 0)
    assert found.figures == HourlyFigure.objects.count() > 0


def test_what_differs_is_found_and_put_right_for_this_store_alone(people: People) -> None:
    for store in (people.bar, people.shop):
        record(store, [told(bill("A1.1", "28.50"))])
    right = figures()
    HourlyFigure.objects.filter(store_id=people.bar.id, measure="receipts").delete()
    HourlyFigure.objects.filter(store_id=people.bar.id, measure="net_sales").update(value=Decimal(1))
    HourlyFigure.objects.filter(store_id=people.shop.id, measure="net_sales").update(value=Decimal(2))

    assert compare(people.bar, mend=False).wrong == 2
    assert compare(people.bar, mend=True).wrong == 2
    assert compare(people.bar, mend=False).wrong == 0
    assert compare(people.shop, mend=True).wrong == 1
    assert figures() == right


def test_the_command_says_so_and_ends_with_one(people: People) -> None:
    record(people.bar, [told(bill("A1.1", "28.50"))])
    HourlyFigure.objects.filter(measure="receipts").update(value=7)
    done = comptoir("rollup", "--json")

    assert (done.returncode, json.loads(done.stdout)["stores_that_differ"]) == (1, [people.bar.public_id])
    assert inside("rollup", people.bar.public_id, "--rebuild").returncode == 0
    assert inside("rollup").returncode == 0
