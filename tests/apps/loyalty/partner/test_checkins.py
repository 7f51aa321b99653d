"""Visits told by payment terminals over the partner API, sentence by sentence of loyalty.md 3.6."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.loyalty.bonus import managing
from comptoir.apps.loyalty.bonuses import BonusKind
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.partner_tables import PaymentHash
from comptoir.core.accounts.partners import scopes
from comptoir.core.ledger import reads
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.people import People

pytestmark = pytest.mark.django_db
CARD = "h" * 40


def now() -> datetime:
    return datetime.now(UTC)


def checkin(pos: Pos, **said: Any) -> Any:
    body = {
        "store_slug": pos.stores[0].slug,
        "international_phone_number": ALICES_NUMBER,
        "amount": 1200,
        "checked_in_at": now().strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "tags": [],
    }
    return pos.call("post", "checkins", {name: value for name, value in (body | said).items() if value is not ...})


def test_a_checkin_enrols_and_credits(pos: Pos) -> None:
    answer = checkin(pos, tags=["terminal"], payment_method_hash="h" * 40)
    assert answer.status_code == 201, answer.content
    assert answer.json()["points_earned"] == 12
    assert Member.objects.get().tags == ["terminal"]
    again = checkin(pos, international_phone_number=..., payment_method_hash="h" * 40)
    assert again.json()["customer"]["points"] == 24
    assert PaymentHash.objects.count() == 1


def test_a_checkin_and_its_order_are_one_visit(pos: Pos) -> None:
    assert checkin(pos, order_id="A-1").status_code == 201
    order = pos.sells("A-1", amount=1200)
    assert order.status_code == 201
    assert order.json()["customer"]["points"] == 12
    assert checkin(pos, order_id="A-1").status_code == 202
    [sale] = reads.sales(pos.organisation.id)
    assert sale.sale.lines[0].sku == "12"
    assert Entry.objects.filter(kind="earn").count() == 1


def test_e19_a_checkin_in_the_future_is_refused(pos: Pos) -> None:
    response = checkin(pos, checked_in_at=(now() + timedelta(hours=1)).isoformat())
    assert refusal(response) == (422, "validation")
    assert list(response.json()["errors"]) == ["checked_in_at"]


def test_a_checkin_of_a_card_nobody_knows_is_nobodys(pos: Pos) -> None:
    answer = checkin(pos, international_phone_number=..., payment_method_hash="x")
    assert refusal(answer) == (404, "customer_not_found")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"store_slug": ...}, "store_slug"),
        ({"store_slug": "elsewhere"}, "store_slug"),
        ({"international_phone_number": ...}, "international_phone_number"),
        ({"international_phone_number": "0612345642"}, "international_phone_number"),
        ({"payment_method_hash": "unknown"}, "payment_method_hash"),
        ({"amount": ...}, "amount"),
        ({"amount": "12.00"}, "amount"),
        ({"amount": -1}, "amount"),
        ({"checked_in_at": "2026-03-14T12:00:00"}, "checked_in_at"),
        ({"checked_in_at": ...}, "checked_in_at"),
        ({"tags": ...}, "tags"),
    ],
)
def test_what_a_checkin_needs_is_told_by_field(pos: Pos, said: dict[str, Any], field: str) -> None:
    response = checkin(pos, **said)
    assert refusal(response) == (422, "validation")
    assert list(response.json()["errors"]) == [field]
    assert not reads.sales(pos.organisation.id)
    assert not Member.objects.exists()


def test_a_checkin_needs_its_scope(people: People) -> None:
    pos = open_brand(people.le_zinc, people.bar, allowed=tuple(set(scopes.SCOPES) - {"checkin.create"}))
    assert refusal(checkin(pos)) == (403, "scope_missing")


def test_a_checkin_finishes_an_order_that_named_nobody(pos: Pos) -> None:
    assert pos.sells("A-1", amount=1200, customer=None).json()["points_earned"] == 0
    answer = checkin(pos, order_id="A-1", amount=1300)
    assert (answer.status_code, answer.json()["points_earned"]) == (202, 12)
    assert (answer.json()["amount"], answer.get("X-Comptoir-Conflict")) == (1200, None), "the order's amount stands"
    [sale] = reads.sales(pos.organisation.id)
    assert sale.sale.lines[0].sku == "12"
    assert Offer.objects.get().state == "credited"


def test_an_order_says_more_than_its_checkin_and_earns_what_it_came_to(pos: Pos) -> None:
    assert checkin(pos, order_id="A-1").json()["points_earned"] == 12
    order = pos.sells("A-1", amount=2190, customer={"phone": "33687654321"})
    assert (order.status_code, order.json()["points_earned"]) == (201, 21)
    assert Member.objects.get(phone=f"+{ALICES_NUMBER}").public_id == order.json()["customer"]["public_id"]
    assert [entry.points for entry in Entry.objects.order_by("position")] == [12, 9]
    assert len(reads.sales(pos.organisation.id)) == 1


def test_a_card_is_known_by_its_last_checkin_with_a_number(pos: Pos) -> None:
    checkin(pos, payment_method_hash=CARD)
    checkin(pos, payment_method_hash=CARD, international_phone_number="33687654321")
    alone = checkin(pos, payment_method_hash=CARD, international_phone_number=...)
    bob = Member.objects.get(phone="+33687654321")
    assert alone.json()["customer"] == {"public_id": bob.public_id, "points": 24}


def test_a_card_of_somebody_else_is_not_given_to_whose_order_it_is(pos: Pos) -> None:
    pos.sells("A-1", amount=1200)
    late = checkin(pos, order_id="A-1", international_phone_number="33687654321", payment_method_hash=CARD, tags=["x"])
    assert late.status_code == 202
    assert late.json()["customer"]["public_id"] == Member.objects.get(phone=f"+{ALICES_NUMBER}").public_id
    assert not PaymentHash.objects.exists()
    assert Member.objects.get().tags == []


def test_a_card_of_another_brand_is_nobodys_here(pos: Pos, people: People) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    assert checkin(other, payment_method_hash=CARD).status_code == 201
    answer = checkin(pos, payment_method_hash=CARD, international_phone_number=...)
    assert refusal(answer) == (404, "customer_not_found")


def delayed(people: People) -> None:
    """The merchant lets a visit count once in four hours."""
    managing.add(
        organisation_id=people.le_zinc.id,
        terms=managing.Terms(kind=BonusKind.VISIT, name="Visit", points=3, again_after=240),
        actor="user:1",
        now=now() - timedelta(days=1),
    )


@pytest.mark.parametrize(("asked", "second"), [({}, 12), ({"enforce_checkin_delay": True}, 0)])
def test_the_delay_between_visits_is_enforced_when_the_caller_asks(
    pos: Pos, people: People, asked: dict[str, bool], second: int
) -> None:
    delayed(people)
    assert checkin(pos, **asked).json()["points_earned"] == 15
    again = checkin(pos, **asked)
    assert (again.status_code, again.json()["points_earned"]) == (201, second)
    assert again.get("X-Comptoir-Notice") == ("checkin_too_soon" if asked else None)
    assert len(reads.sales(pos.organisation.id)) == 2, "the visit is kept either way"
    later = (now() - timedelta(hours=5)).isoformat()
    Offer.objects.update(closed_at=later)
    assert checkin(pos, **asked).json()["points_earned"] == 15


def test_one_checkin_asked_twice_under_a_key_is_one_visit(pos: Pos) -> None:
    body = {
        "store_slug": pos.stores[0].slug,
        "international_phone_number": ALICES_NUMBER,
        "amount": 1200,
        "checked_in_at": now().isoformat(),
        "tags": [],
    }
    first, again = (pos.call("post", "checkins", body, Idempotency_Key="k") for _ in range(2))
    assert first.json() == again.json()
    assert len(reads.sales(pos.organisation.id)) == 1
