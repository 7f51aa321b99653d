"""One sale that two tills told of earns once (loyalty.md E01, E04, E05)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.apps.loyalty.holdings import Alert
from comptoir.apps.loyalty.models import Entry, Offer
from comptoir.core.ledger import reads
from tests.apps.loyalty.partner.pos import Pos, open_brand, order
from tests.apps.loyalty.till import Till, bill, till_of
from tests.people import People
from tests.servers import web_server


@pytest.fixture
def till(people: People, pos: Pos) -> Till:
    found = till_of(people.le_zinc, people.bar)
    found.now = datetime.now(UTC)
    return found


def closed(till: Till, number: str, total: str, **changes: Any) -> Any:
    return bill(number, total, at=till.now, register=None, **changes)


@pytest.mark.django_db
def test_e04_what_looks_alike_waits_for_the_staff(people: People, pos: Pos, till: Till) -> None:
    till.sends(closed(till, "K1", "21.90"))
    answer = pos.sells("P1")
    assert (answer.status_code, answer.json()["points_earned"]) == (201, 0)
    offers = {each.external_id: (each.state, each.reason) for each in till.offers()}
    assert offers == {"K1": ("open", ""), "P1": ("ineligible", "duplicate")}
    alert = Alert.objects.get(kind="possible_duplicate")
    alice = people.client(people.alice)
    assert "Two tills told" in alice.get("/loyalty/alerts").content.decode()
    assert alice.post(f"/loyalty/alerts/{alert.public_id}/apart").status_code == 302
    assert till.offer("P1").state == "open"
    assert pos.sells("P1").json()["points_earned"] == 21


@pytest.mark.django_db
def test_e04_the_other_way_round(pos: Pos, till: Till) -> None:
    assert pos.sells("P1").json()["points_earned"] == 21
    till.now = datetime.now(UTC)
    till.sends(closed(till, "K1", "21.90"))
    assert (till.offer("K1").state, till.offer("K1").reason) == ("ineligible", "duplicate")


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"amount": 2200}, {"created_at": "2026-03-14T12:00:00+00:00"}])
def test_what_does_not_look_alike_is_a_sale_of_its_own(pos: Pos, till: Till, changes: dict[str, Any]) -> None:
    till.sends(closed(till, "K1", "21.90"))
    pos.sells("P1", **changes)
    assert till.offer("P1").twin_of is None


@pytest.mark.django_db
def test_two_registers_are_two_sales(pos: Pos, till: Till) -> None:
    till.sends(bill("K1", "21.90", at=till.now))
    pos.sells("P1", device_id="another")
    assert till.offer("P1").twin_of is None


@pytest.mark.django_db
def test_e05_a_kiosk_order_closed_on_the_till_earns_once_for_its_customer(pos: Pos, till: Till) -> None:
    till.sends(closed(till, "K1", "21.90"))
    answer = pos.sells("P1", partner_order_id="K1", amount=2190)
    assert answer.json()["points_earned"] == 21
    assert till.offer("K1").state == "credited"
    assert till.offer("P1").reason == "duplicate"
    assert not Alert.objects.exists()
    assert Entry.objects.filter(kind="earn").count() == 1


@pytest.mark.django_db
def test_e05_the_other_way_round(pos: Pos, till: Till) -> None:
    pos.sells("P1", partner_order_id="K1")
    till.now = datetime.now(UTC)
    till.sends(closed(till, "K1", "21.90"))
    assert (till.offer("K1").twin_of, till.offer("K1").state) == (till.offer("P1").sale_id, "ineligible")
    assert Entry.objects.filter(kind="earn").count() == 1


@pytest.mark.django_db(transaction=True)
def test_e01_fifty_at_once_over_http_are_one_order(people: People) -> None:
    pos = open_brand(people.le_zinc, people.bar)
    body = json.dumps(order(people.bar.slug, "A-1")).encode()
    headers = {**pos.headers, "Content-Type": "application/json"}
    with web_server() as server, ThreadPoolExecutor(10) as senders:
        asked = [senders.submit(server.request, "POST", "/partner/v1/orders", body, headers) for _number in range(50)]
        answers = [each.result() for each in asked]
    statuses = sorted(status for status, _body, _headers in answers)
    assert statuses == [201] + [202] * 49, statuses
    assert len(reads.sales(people.le_zinc.id)) == 1
    assert Entry.objects.filter(kind="earn").count() == 1
    assert Offer.objects.get().points == 21
