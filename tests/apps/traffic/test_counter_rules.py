"""How a counter counts, from a date on: typed on its location's page (traffic-analytics.md 3.3)."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse

from comptoir.apps.traffic import catching_up
from comptoir.apps.traffic.count_tables import CounterRule
from comptoir.apps.traffic.counting.receiving import Reading, add_counter, receive
from comptoir.apps.traffic.models import Hour
from comptoir.core.audit.models import Note
from comptoir.kernel.ids import public_id
from tests.apps.traffic.chain import DAY, NOW, at, utc_store
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = DAY - timedelta(days=1)


def visitors(people: People) -> list[Decimal | None]:
    """Of the day before and of the day, once everything is made anew."""
    catching_up.everything(organisation_id=people.le_zinc.id, now=NOW)
    return list(Hour.objects.order_by("hour").values_list("visitors", flat=True))


def undo(people: People, page: HttpResponse) -> None:
    found = re.findall(r'action="([^"]*/counting[^"]*)"', page.content.decode())
    toasts = [each.replace("&amp;", "&") for each in found if "?" in each]
    assert people.client(people.alice).post(toasts[0], {"csrf": "of the toast"}).status_code == 302


def test_3_3_a_counter_counts_in_or_both_by_two_times_a_factor_from_a_date_on(people: People) -> None:
    utc_store(people)
    counter = add_counter(organisation_id=people.le_zinc.id, store_id=people.bar.id, name="Door", now=NOW)
    readings = [Reading(at(10, day), 60, Decimal(10), Decimal(30), counter=counter.id) for day in (BEFORE, DAY)]
    receive(organisation_id=people.le_zinc.id, readings=readings, source="api", now=NOW, store_ids=None)
    alice, path = people.client(people.alice), f"/traffic/locations/{people.bar.public_id}/counting"
    said = {"counter": public_id("cnt", counter.id), "counts": "both", "factor": "1.1", "since": DAY.isoformat()}
    assert visitors(people) == [10, 10]

    page = alice.post(path, said, follow=True)
    assert "1.1000" in page.content.decode()
    assert visitors(people) == [10, 22], "(10 + 30) ÷ 2 × 1.1, and past days as they were"
    page = alice.post(path, {**said, "counts": "in", "factor": "2"}, follow=True)
    assert visitors(people) == [10, 20]
    undo(people, page)
    assert visitors(people) == [10, 22], "what it replaced"
    page = alice.post(f"{path}/{said['counter']}/{DAY}/delete", follow=True)
    assert visitors(people) == [10, 10]
    undo(people, page)
    assert visitors(people) == [10, 22]

    for wrong in ({"factor": "0"}, {"factor": "11"}, {"since": "soon"}, {"counter": "cnt_x"}):
        assert alice.post(path, {**said, **wrong}).status_code == 422, wrong
    assert alice.post(f"{path}/{said['counter']}/{BEFORE}/delete").status_code == 404
    assert CounterRule.objects.count() == 1
    noted = Note.objects.filter(what__startswith="traffic.counter_rule").values_list("what", flat=True)
    assert sorted(noted) == ["traffic.counter_rule_deleted", *4 * ["traffic.counter_rule_saved"]]
