"""Abuse of the partner API, each with the answer it gets; and a store that has no other till (issue 9)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.models import Entry, Offer
from comptoir.apps.loyalty.partner import api
from comptoir.core.ledger import reads
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.apps.loyalty.partner.test_till import coffee
from tests.people import People

pytestmark = pytest.mark.django_db


def test_slugs_that_are_probed_are_answered_alike_and_slowed_down(
    pos: Pos, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "BURST", 6)
    probed = [people.shop.slug, "le-zinc", "le-zinc-222222", people.shop.slug.upper(), "'; --", people.shop.name]
    answers = [pos.sells("1", loyalty_store_slug=each) for each in probed]
    assert {refusal(each) for each in answers} == {(422, "validation")}
    assert len({str(each.json()["errors"]) for each in answers}) == 1
    assert refusal(pos.sells("1", loyalty_store_slug="one-more")) == (429, "rate_limited")


def test_a_token_of_one_brand_reaches_nothing_of_another(pos: Pos, people: People) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    theirs = other.sells("1").json()["customer"]["public_id"]
    reward = coffee(people)
    assert refusal(pos.get(f"customers/{theirs}")) == (404, "customer_not_found")
    assert refusal(pos.call("patch", f"customers/{theirs}", {"first_name": "x"})) == (404, "customer_not_found")
    assert refusal(pos.get(f"customers/{theirs}/rewards")) == (404, "customer_not_found")
    said = {"customer": theirs, "store_slug": people.bar.slug}
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said)) == (404, "customer_not_found")
    refused = pos.sells("2", customer={"public_id": theirs})
    assert refusal(refused) == (422, "validation")


def test_a_repeat_never_changes_what_was_sold(pos: Pos) -> None:
    pos.sells("1")
    for changes in ({"amount": 1}, {"status": "cancelled"}, {"lines": [{"name": "x", "amount": 1}]}):
        assert pos.sells("1", **changes).status_code == 202
    [sale] = reads.sales(pos.organisation.id)
    assert (sale.revision, sale.sale.state) == (1, "closed")


def test_a_repeat_for_somebody_else_takes_nothing_from_the_first(pos: Pos) -> None:
    first = pos.sells("1").json()["customer"]["public_id"]
    again = pos.sells("1", customer={"phone": "33687654321"})
    assert again.status_code == 202
    assert again.json()["customer"]["public_id"] == first
    assert Entry.objects.filter(kind="earn").count() == 1


def test_e07_an_order_paid_by_a_reward_alone(pos: Pos, people: People) -> None:
    reward = coffee(people)
    customer = pos.sells("1").json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": people.bar.slug}
    held = pos.call("post", f"rewards/{reward}/buy", said).json()["hash"]
    lines = [{"sku": "7", "name": "Coffee", "amount": 0, "public_reward_id": held}]
    free = pos.sells("2", amount=0, lines=lines, customer={"phone": ALICES_NUMBER})
    assert (free.status_code, free.json()["points_earned"]) == (201, 0)
    assert HeldReward.objects.get().state == "used"
    assert Offer.objects.get(external_id="2").reason == "nothing_paid"


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": {"a": 1}},
        {"lines": "none"},
        {"lines": [{"quantity": "a lot"}]},
        {"lines": [{"quantity": 10**30, "unit_amount": 1}]},
        {"created_at": "0000-00-00T00:00:00Z"},
        {"created_at": "0001-01-01T00:00:00+14:00"},
        {"payments": [{"amount": 10**20}]},
        {"reward_ids": ["x"] * 51},
        {"device_id": "d" * 65},
        {"device_name": "a\0b"},
        {"channel": "c" * 41},
        {"comment": "\ud800"},
        {"a\0b": 1},
    ],
)
def test_absurd_orders_are_refused_and_never_a_5xx(pos: Pos, changes: dict[str, Any]) -> None:
    response = pos.call("post", "orders", pos.order() | changes)
    assert refusal(response)[0] in (400, 422)
    assert not reads.sales(pos.organisation.id)


def test_a_store_whose_only_till_pushes_is_no_trouble(pos: Pos, people: People) -> None:
    pos.sells("1", created_at=datetime.now(UTC).isoformat())
    alice = people.client(people.alice)
    for path in ("/", "/connections", "/sales", "/inbox", "/settings/modules", "/imports", "/loyalty/counter"):
        assert alice.get(path).status_code == 200, path
    page = alice.get("/").content.decode()
    assert "Connect your till" not in page
    assert "6xpos" in page
    assert "21.90" in page or "21,90" in page
