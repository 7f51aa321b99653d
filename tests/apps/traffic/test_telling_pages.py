"""Open pages hear of figures that another page made, and not of hours that somebody merely went on working."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from comptoir.apps.traffic import catching_up
from tests.apps.traffic.chain import DAY, at, hour, sell, utc_store, works
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    return people


def told(people: People, minutes: int) -> list[str]:
    """What open pages hear while one more is opened, so many minutes after noon."""
    said, store_ids = {"since": DAY, "until": DAY, "now": at(12) + minutes * MINUTE}, {people.bar.id}
    with connection.cursor() as cursor:
        cursor.execute("LISTEN comptoir_live")
        catching_up.fresh(people.le_zinc.id, store_ids, **said)  # type: ignore[arg-type]
        cursor.execute("SELECT pg_notify('comptoir_live', 'end')")
        found = []
        for each in connection.connection.notifies(timeout=60):
            if each.payload == "end":
                break
            found.append(each.payload)
        cursor.execute("UNLISTEN comptoir_live")
    return found


def test_what_one_page_makes_is_told_to_the_others_once(chain: People) -> None:
    sell(chain, 11, "20")
    assert told(chain, 1) == [f"{chain.le_zinc.id} traffic"]
    assert told(chain, 2) == [], "nothing is behind any more"
    assert hour(chain, 11).sales == 20


def test_somebody_who_is_still_in_does_not_make_pages_ask_one_another_for_ever(chain: People) -> None:
    works(chain, ("1", 9, None), ("2", 9, 10), now=at(12))
    told(chain, 0)
    assert told(chain, 30) == []
    assert hour(chain, 12).staff_hours == Decimal("0.5"), "made anew all the same"
