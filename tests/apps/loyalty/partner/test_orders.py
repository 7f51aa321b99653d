"""Orders that a partner pushes: once each, corrected, given back, with stable errors (loyalty.md 3.1, 3.5, 4)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from comptoir.apps.loyalty import programmes
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.core.installations import modules
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import reads
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.models import Delivery
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.people import People, create_store

pytestmark = pytest.mark.django_db


def points(pos: Pos, phone: str = f"+{ALICES_NUMBER}") -> int:
    member = Member.objects.get(organisation=pos.organisation, phone=phone)
    rows = Entry.objects.filter(organisation=pos.organisation, member_id=member.id)
    return sum(rows.values_list("points", flat=True))


def hear() -> None:
    dispatch.dispatch(clock=lambda: datetime.now(UTC))
    assert list(Delivery.objects.exclude(fault="").values_list("fault", flat=True)) == []


def test_the_token_of_a_brand_is_a_bearer(pos: Pos, people: People) -> None:
    answer = pos.get("test-token")
    assert answer.status_code == 200
    assert (answer.json()["merchant"], answer.json()["partner"]) == ("Le Zinc", "6xpos")
    me = pos.get("oauth/me").json()
    merchant = {"public_id": people.le_zinc.public_id, "name": "Le Zinc", "sandbox": False}
    assert me == {"user": None, "merchant": merchant}


def test_stores_are_those_of_the_token(people: People) -> None:
    create_store(people.le_zinc, "Terrace")
    pos = open_brand(people.le_zinc, people.bar)
    [store] = pos.get("stores").json()
    assert store["slug"] == people.bar.slug
    assert store["public_id"] == people.bar.public_id
    assert (store["name"], store["timezone"], store["currency"]) == ("Le Zinc", "Europe/Paris", "EUR")


def test_an_order_is_a_sale_and_points(pos: Pos, people: People) -> None:
    answer = pos.sells("A-1")
    assert answer.status_code == 201, answer.content
    said = answer.json()
    member = Member.objects.get(organisation=pos.organisation)
    assert said["order_id"] == "A-1"
    assert said["points_earned"] == 21
    assert said["customer"] == {"public_id": member.public_id, "points": 21}
    [sale] = reads.sales(people.le_zinc.id, external_id="A-1")
    assert (sale.sale.total, sale.store_id, sale.provider) == (Decimal("21.9"), people.bar.id, "sixpos")
    [row] = Notification.objects.all()
    assert (row.outcome, row.taken_for_store, row.verified) == ("recorded", False, True)
    hear()
    assert points(pos) == 21


def test_an_order_known_already_is_202_and_counts_once(pos: Pos, people: People) -> None:
    first, again = pos.sells("A-1"), pos.sells("A-1")
    assert (first.status_code, again.status_code) == (201, 202)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["message"]
    assert again.json()["points_earned"] == 21
    assert len(reads.sales(people.le_zinc.id)) == 1
    assert points(pos) == 21
    assert Notification.objects.count() == 1


def test_a_repeat_with_another_amount_is_202_and_says_so(pos: Pos) -> None:
    pos.sells("A-1")
    again = pos.sells("A-1", amount=9900)
    assert (again.status_code, again["X-Comptoir-Conflict"]) == (202, "amount")
    assert again.json()["amount"] == 2190
    assert points(pos) == 21


def test_e03_one_number_in_two_stores_is_two_orders(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    pos = open_brand(people.le_zinc, people.bar, terrace)
    assert pos.sells("7").status_code == 201
    assert pos.sells("7", loyalty_store_slug=terrace.slug).status_code == 201
    assert points(pos) == 42
    assert refusal(pos.tells("7", status="cancelled")) == (409, "ambiguous_order")
    assert pos.tells("7", status="cancelled", loyalty_store_slug=terrace.slug).status_code == 200
    assert points(pos) == 21


def test_e06_the_minimum_is_inclusive(pos: Pos) -> None:
    programmes.change(
        organisation_id=pos.organisation.id,
        rate_points=1,
        rate_minor=100,
        minimum_order=1000,
        actor="user:1",
        now=datetime.now(UTC) - timedelta(minutes=5),
    )
    assert pos.sells("1", amount=999).json()["points_earned"] == 0
    assert pos.sells("2", amount=1000).json()["points_earned"] == 10


def test_e08_and_e09_what_is_given_back_takes_its_points(pos: Pos) -> None:
    pos.sells("1", amount=999, lines=[{"name": "Menu", "amount": 999}])
    assert points(pos) == 9
    for number in range(3):
        said = pos.tells("1", status="partially_refunded", refunded_amount=333, refund_id=f"r{number}")
        assert said.status_code == 200, said.content
    assert said.json()["status"] == "refunded"
    assert said.json()["refunded_amount"] == 999
    assert points(pos) == 0


def test_a_refund_told_twice_is_taken_back_once(pos: Pos) -> None:
    pos.sells("1")
    first = pos.tells("1", refunded_amount=1000, refund_id="r1")
    again = pos.tells("1", refunded_amount=1000, refund_id="r1")
    assert first.json()["points_earned"] == again.json()["points_earned"] == 11
    assert points(pos) == 11


def test_without_a_refund_id_it_is_everything_so_far(pos: Pos) -> None:
    pos.sells("1")
    pos.tells("1", refunded_amount=1000)
    pos.tells("1", refunded_amount=1000)
    assert points(pos) == 11
    pos.tells("1", refunded_amount=2190)
    assert points(pos) == 0


def test_a_refund_of_the_whole_needs_no_amount(pos: Pos) -> None:
    pos.sells("1")
    pos.tells("1", refunded_amount=500, refund_id="a")
    said = pos.tells("1", status="refunded").json()
    assert (said["status"], said["refunded_amount"], said["points_earned"]) == ("refunded", 2190, 0)
    assert points(pos) == 0


@pytest.mark.parametrize("said", [{"refunded_amount": 2191}, {"refunded_amount": -1}, {"amount": -5}])
def test_more_cannot_be_given_back_than_was_paid(pos: Pos, said: dict[str, int]) -> None:
    pos.sells("1")
    assert refusal(pos.tells("1", **said)) == (422, "validation")
    assert points(pos) == 21


def test_a_correction_goes_through_the_update_call(pos: Pos, people: People) -> None:
    pos.sells("1")
    assert pos.tells("1", amount=3000).json()["points_earned"] == 30
    assert points(pos) == 30
    [sale] = reads.sales(people.le_zinc.id)
    assert sale.sale.total == 30


def test_a_cancelled_order_takes_its_points_along(pos: Pos) -> None:
    pos.sells("1")
    assert pos.tells("1", status="cancelled").json()["status"] == "cancelled"
    assert points(pos) == 0


def test_an_open_order_earns_when_it_is_paid(pos: Pos) -> None:
    assert pos.sells("1", status="open").json()["points_earned"] == 0
    assert not Offer.objects.exists()
    said = pos.tells("1", status="paid", customer={"phone": ALICES_NUMBER})
    assert said.json()["points_earned"] == 21
    assert points(pos) == 21


def test_words_nobody_published_are_kept_and_no_error(pos: Pos) -> None:
    answer = pos.sells("1", channel="robot", delivery_mode="drone", delivery_status="in the air")
    assert answer.status_code == 201
    assert pos.sells("2", status="half_paid").json()["points_earned"] == 0


def test_aliases_and_unknown_fields(pos: Pos) -> None:
    said = pos.order("1", loyalty_store_slug=..., store=pos.stores[0].slug, colour="red")
    answer = pos.call("post", "orders", said)
    assert answer.status_code == 201, answer.content
    assert answer["X-Comptoir-Ignored"] == "colour"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": 10**12}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({"lines": []}, "lines"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "x" * 65}, "order_id"),
        ({"created_at": "2026-03-14T12:00:00"}, "created_at"),
        ({"created_at": None}, "created_at"),
        ({"loyalty_store_slug": None}, "loyalty_store_slug"),
        ({"customer": {"phone": "0612345642"}}, "customer.phone"),
        ({"customer": {"phone": "33112345678"}}, "customer.phone"),
        ({"customer": {"phone": ALICES_NUMBER, "has_optin": "false"}}, "customer.has_optin"),
        ({"customer": {"public_id": "mem_nobody"}}, "customer.public_id"),
    ],
)
def test_what_does_not_fit_is_told_by_field(pos: Pos, changes: dict[str, Any], field: str) -> None:
    response = pos.call("post", "orders", pos.order() | changes)
    assert refusal(response) == (422, "validation")
    assert list(response.json()["errors"]) == [field]
    assert not reads.sales(pos.organisation.id)


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b'{"order_id": ' + b"[" * 5000])
def test_a_hostile_body_is_refused_in_words(pos: Pos, body: bytes) -> None:
    response = pos.call("post", "orders", body)
    assert response.status_code in (400, 422)
    refusal(response)


def test_a_store_outside_the_token_is_unknown(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    pos = open_brand(people.le_zinc, people.bar)
    assert refusal(pos.sells("1", loyalty_store_slug=terrace.slug)) == (422, "validation")


def test_e54_a_slug_never_changes(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(people.bar).objects.filter(id=people.bar.id).update(slug="le-zinc")
    type(people.bar).objects.filter(id=people.bar.id).update(name="Another name")


def test_the_same_key_is_done_once(pos: Pos, people: People) -> None:
    said = pos.order("1")
    first = pos.call("post", "orders", said, Idempotency_Key="k1")
    again = pos.call("post", "orders", said, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = pos.call("post", "orders", pos.order("2"), Idempotency_Key="k1")
    assert refusal(other) == (409, "idempotency_conflict")
    assert len(reads.sales(people.le_zinc.id)) == 1


def test_a_scope_opens_what_it_names(people: People) -> None:
    pos = open_brand(people.le_zinc, people.bar, allowed=("order.create",))
    assert pos.sells("1").status_code == 201
    assert refusal(pos.get("orders/1")) == (403, "scope_missing")
    assert refusal(pos.tells("1", status="cancelled")) == (403, "scope_missing")
    assert pos.get("stores").status_code == 200


def test_an_order_without_a_customer_waits_at_the_counter(pos: Pos) -> None:
    answer = pos.sells("1", customer=None).json()
    assert (answer["points_earned"], answer["customer"]) == (0, None)
    assert Offer.objects.get().state == "open"


def test_an_app_that_is_off_loses_no_order(pos: Pos, people: People) -> None:
    modules.switch(
        organisation_id=people.le_zinc.id, store_id=people.bar.id, app="loyalty", on=False, now=datetime.now(UTC)
    )
    answer = pos.sells("1")
    assert (answer.status_code, answer["X-Comptoir-Notice"]) == (201, "module_inactive")
    assert answer.json()["points_earned"] == 0
    assert len(reads.sales(people.le_zinc.id)) == 1


def test_e19_a_clock_that_is_ahead_is_set_right(pos: Pos, people: People) -> None:
    pos.sells("1", created_at="2099-01-01T00:00:00+00:00")
    [sale] = reads.sales(people.le_zinc.id)
    assert sale.sale.closed_at is not None
    assert abs(sale.sale.closed_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_e20_an_order_older_than_30_days_is_kept_and_brings_nothing(pos: Pos, people: People) -> None:
    then = datetime.now(UTC) - timedelta(days=31)
    assert pos.sells("1", created_at=then.isoformat()).json()["points_earned"] == 0
    assert len(reads.sales(people.le_zinc.id)) == 1


def test_an_order_of_another_brand_is_not_found(pos: Pos, people: People) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    other.sells("1")
    assert refusal(pos.get("orders/1")) == (404, "order_not_found")
    assert refusal(pos.tells("1", status="cancelled")) == (404, "order_not_found")


def test_an_order_can_be_looked_up(pos: Pos) -> None:
    pos.sells("A-1")
    said = pos.get("orders/A-1").json()
    assert (said["order_id"], said["points_earned"], said["store_slug"]) == ("A-1", 21, pos.stores[0].slug)
