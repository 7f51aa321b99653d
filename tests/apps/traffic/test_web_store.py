"""TA-36: an order of the web store that is fetched in the shop is left out, unless the chain counts it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from comptoir.apps.traffic.models import Day, Settings
from comptoir.apps.traffic.projection import restate
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import store as ledger
from comptoir.pos.model import Named
from tests.apps.traffic.chain import DAY, NOW, at, utc_store
from tests.bills import bill, told
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
COUNTER, WEB = Named(id="1", name="Register 1"), Named(id="2", name="eCom")


def sell(store: Store, hour: float, total: str, register: Named, *, provider: str = "lightspeed_r") -> None:
    moment = at(hour)
    sale = bill(
        f"{store.id}-{hour}-{register.id}",
        total,
        opened_at=moment,
        closed_at=moment,
        tax=Decimal(0),
        register=register,
        location_id=str(store.id),
    )
    with transaction.atomic():
        facts = ledger.lock_stores({store.id})[store.id]
        ledger.record(store=facts, provider=provider, observed=[told(sale)], now=NOW)


def day(store: Store) -> tuple[int, int, int]:
    restate(store.organisation_id, {(store.id, DAY)}, now=NOW)
    row = Day.objects.get(store_id=store.id, business_date=DAY)
    return int(row.transactions), int(row.sales), int(row.items)


def test_ta36_an_online_order_fetched_in_the_shop_is_left_out_until_the_chain_counts_it(people: People) -> None:
    utc_store(people)
    sell(people.bar, 10, "50", COUNTER)
    sell(people.bar, 11, "30", WEB)
    assert day(people.bar) == (1, 50, 1)
    alice = people.client(people.alice)
    page = alice.get("/traffic/settings").content.decode()
    assert "Orders of the web store count too" in page
    said = {"week_starts_on": "0", "transactions": "sales", "web_store": "on"}
    assert alice.post("/traffic/settings/save", said).status_code == 302
    assert Settings.objects.get().web_store
    assert day(people.bar) == (2, 80, 2)


def test_only_a_register_of_exactly_that_name_at_a_till_that_has_such_a_register(people: People) -> None:
    utc_store(people)
    terrace = create_store(people.le_zinc, "Terrace", timezone="UTC")
    sell(people.bar, 10, "50", Named(id="2", name="ecom"))
    sell(terrace, 10, "40", WEB, provider="lightspeed_k")
    assert day(people.bar) == (1, 50, 1)
    assert day(terrace) == (1, 40, 1)


def test_the_same_number_at_another_store_is_another_register(people: People) -> None:
    utc_store(people)
    terrace = create_store(people.le_zinc, "Terrace", timezone="UTC")
    sell(people.bar, 10, "50", WEB)
    sell(terrace, 10, "40", Named(id="2", name="Register 2"))
    restate(people.le_zinc.id, {(people.bar.id, DAY), (terrace.id, DAY)}, now=NOW + timedelta(hours=1))
    assert dict(Day.objects.values_list("store_id", "sales")) == {people.bar.id: 0, terrace.id: 40}
