"""Customers, consents, check-ins and rewards over the partner API (loyalty.md 3.4, 3.6, 3.7, 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.loyalty.holdings import Alert, HeldReward
from comptoir.apps.loyalty.members import consents, leaving
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.partner_tables import MemberAttribute, PaymentHash
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.accounts.partners import scopes
from comptoir.core.audit.models import Note
from comptoir.core.ledger import reads
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.people import People, create_store

pytestmark = pytest.mark.django_db


def enrols(pos: Pos, **said: Any) -> Any:
    body = {"phone": ALICES_NUMBER, "reference_store_slug": pos.stores[0].slug} | said
    return pos.call("post", "customers", body)


def now() -> datetime:
    return datetime.now(UTC)


def test_a_customer_is_enrolled_found_and_changed(pos: Pos) -> None:
    made = enrols(pos, first_name="Alice", birthday="1990-12-31", tags=["student"], has_optin=True)
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["phone"], said["first_name"], said["points"], said["has_optin"]) == (ALICES_NUMBER, "Alice", 0, True)
    assert said["has_optin_email"] is False
    identifier = said["public_id"]
    assert pos.get(f"customers/{identifier}").json() == said
    assert pos.get(f"customers?phone=%2B{ALICES_NUMBER}").json()["data"] == [said]
    assert pos.get(f"customers/by-phone/{ALICES_NUMBER}").json() == said
    assert pos.call("head", f"customers?phone={ALICES_NUMBER}").status_code == 200
    assert pos.call("head", "customers?phone=33687654321").status_code == 404
    for method in ("put", "patch"):
        changed = pos.call(method, f"customers/{identifier}", {"last_name": method})
        assert (changed.status_code, changed.json()["last_name"]) == (200, method)
        assert changed.json()["first_name"] == "Alice"


def test_a_number_that_is_known_is_a_409_with_whose_it_is(pos: Pos) -> None:
    identifier = enrols(pos).json()["public_id"]
    again = enrols(pos, first_name="Bob")
    assert refusal(again) == (409, "customer_exists")
    assert again.json()["errors"]["public_id"] == [identifier]
    upserted = pos.call(
        "post",
        "customers?upsert=1",
        {"phone": ALICES_NUMBER, "reference_store_slug": pos.stores[0].slug, "first_name": "Bob"},
    )
    assert (upserted.status_code, upserted.json()["first_name"]) == (200, "Bob")
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"phone": "0612345642"}, "phone"),
        ({"phone": "33112345678"}, "phone"),
        ({"phone": None}, "phone"),
        ({"reference_store_slug": None}, "reference_store_slug"),
        ({"reference_store_slug": "elsewhere"}, "reference_store_slug"),
        ({"has_optin": "false"}, "has_optin"),
        ({"gender": "unknown"}, "gender"),
        ({"pin": "12345"}, "pin"),
        ({"payment_method_hash": "unknown"}, "payment_method_hash"),
    ],
)
def test_what_does_not_fit_is_told_by_field(pos: Pos, said: dict[str, Any], field: str) -> None:
    response = enrols(pos, **said)
    assert refusal(response) == (422, "validation")
    assert field in response.json()["errors"]
    assert not Member.objects.exists()


def test_e40_points_need_a_scope_of_their_own_and_are_told(pos: Pos, people: People) -> None:
    assert refusal(enrols(pos, points=100)) == (403, "scope_missing")
    assert not Member.objects.exists()
    trusted = open_brand(people.le_zinc, people.bar, allowed=scopes.SCOPES)
    assert refusal(enrols(trusted, points=100_000)) == (422, "validation")
    assert enrols(trusted, points=100).json()["points"] == 100
    assert Alert.objects.get().kind == "points_adjusted"
    assert Note.objects.get(what="points.adjusted").details == {"points": 100}


def test_e43_no_word_is_no_consent(pos: Pos) -> None:
    said = enrols(pos, has_optin=None).json()
    assert (said["has_optin"], said["has_optin_email"]) == (False, False)


def test_e44_an_old_profile_never_undoes_a_stop(pos: Pos) -> None:
    identifier = enrols(pos, has_optin=True).json()["public_id"]
    consents.stop(organisation_id=pos.organisation.id, phone=f"+{ALICES_NUMBER}", actor="user:1", now=now())
    pos.sells("1", customer={"phone": ALICES_NUMBER, "has_optin": True})
    assert pos.call("put", f"customers/{identifier}", {"has_optin": True}).json()["has_optin"] is False
    later = now().isoformat()
    anew = pos.call("put", f"customers/{identifier}", {"has_optin": True, "has_optin_at": later})
    assert anew.json()["has_optin"] is True
    assert pos.call("put", f"customers/{identifier}", {"has_optin": False}).json()["has_optin"] is False


def test_e45_an_old_order_brings_nobody_back(pos: Pos) -> None:
    identifier = enrols(pos).json()["public_id"]
    member = Member.objects.get()
    leaving.anonymise(organisation_id=pos.organisation.id, member_id=member.id, actor="user:1", now=now())
    assert refusal(pos.get(f"customers/{identifier}")) == (404, "customer_not_found")
    before = (now() - timedelta(hours=2)).isoformat()
    assert pos.sells("1", created_at=before).json()["customer"] is None
    assert Member.objects.count() == 1
    after = (now() + timedelta(seconds=1)).isoformat()
    assert pos.sells("2", created_at=after).json()["customer"] is not None
    assert Member.objects.count() == 2


def test_e46_two_brands_share_nobody(pos: Pos, people: People) -> None:
    identifier = enrols(pos).json()["public_id"]
    other = open_brand(people.chez_charlie, people.shop)
    assert refusal(other.get(f"customers/{identifier}")) == (404, "customer_not_found")
    assert other.get(f"customers?phone={ALICES_NUMBER}").json()["data"] == []
    assert enrols(other).status_code == 201


def test_e30_numbers_cannot_be_tried_out(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from comptoir.apps.loyalty.partner import api, customer_calls

    monkeypatch.setattr(api, "BURST", 1000)
    monkeypatch.setattr(customer_calls, "LOOKUPS", 5)
    pos = open_brand(people.le_zinc, people.bar)
    enrols(pos)
    asked = [pos.call("head", f"customers?phone=3361234{number:04}").status_code for number in range(10)]
    assert asked[-1] == 429
    known, unknown = (pos.get(f"customers?phone={each}") for each in (ALICES_NUMBER, "33687654321"))
    assert refusal(known) == refusal(unknown) == (429, "rate_limited")


def test_attributes_and_tags(pos: Pos) -> None:
    identifier = enrols(pos, tags=["vip"]).json()["public_id"]
    made = pos.call("post", f"customers/{identifier}/attributes", {"name": "table", "value": "12"})
    assert (made.status_code, made.json()) == (201, [{"name": "table", "value": "12"}])
    pos.call("put", f"customers/{identifier}/attributes/table", {"value": "13"})
    assert pos.get(f"customers/{identifier}/attributes").json() == [{"name": "table", "value": "13"}]
    assert pos.get("attributes").json() == ["table"]
    assert pos.get("tags").json() == ["vip"]
    assert refusal(pos.call("put", f"customers/{identifier}/attributes/none", {"value": "1"})) == (404, "not_found")
    assert pos.call("delete", f"customers/{identifier}/attributes/table").json() == []
    pos.call("post", f"customers/{identifier}/attributes", {"name": "table", "value": "12"})
    member = Member.objects.get()
    leaving.anonymise(organisation_id=pos.organisation.id, member_id=member.id, actor="user:1", now=now())
    assert not MemberAttribute.objects.exists()


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


@pytest.fixture
def reward(people: People) -> str:
    made = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=(),
        is_active=True,
        products={"sixpos": " 12, ,12,45 "},
        actor="user:1",
        now=now(),
    )
    return made.public_id


def test_e38_a_reward_names_the_products_of_the_caller(pos: Pos, reward: str) -> None:
    [listed] = pos.get("rewards").json()
    assert (listed["public_id"], listed["external_id"], listed["stores"]) == (reward, "12,45", None)
    assert listed["affordable"] is None
    customer = pos.sells("1").json()["customer"]["public_id"]
    [listed] = pos.get(f"rewards?customer={customer}&store_slug={pos.stores[0].slug}").json()
    assert (listed["affordable"], listed["customer_allowed"]) == (True, True)
    assert pos.get("rewards?max_points=9").json() == []


def test_a_reward_is_bought_locked_and_used_on_an_order(pos: Pos, reward: str) -> None:
    customer = pos.sells("1").json()["customer"]["public_id"]
    slug = pos.stores[0].slug
    bought = pos.call("post", f"rewards/{reward}/buy", {"customer": customer, "store_slug": slug})
    assert bought.status_code == 201, bought.content
    held = bought.json()["hash"]
    assert [each["status"] for each in pos.get(f"customers/{customer}/rewards").json()] == ["available"]
    lock = f"customers/{customer}/rewards/lock"
    assert pos.call("post", lock, {"hash": held, "device": "kiosk-1"}).json()["status"] == "locked"
    assert refusal(pos.call("post", lock, {"hash": held, "device": "kiosk-2"})) == (409, "reward_locked")
    assert pos.call("delete", f"{lock}?hash={held}&device=kiosk-1").json()["status"] == "available"
    assert pos.call("post", lock, {"hash": held}).status_code == 200
    assert pos.call("delete", lock, {"hash": held}).json()["status"] == "available"
    order = pos.sells("2", reward_ids=[held], amount=1000)
    assert order.status_code == 201
    assert HeldReward.objects.get().state == "used"
    use = {"hash": held, "store_slug": slug, "order_id": "2"}
    assert pos.call("patch", f"customers/{customer}/rewards/use", use).status_code == 200
    other = pos.call("patch", f"customers/{customer}/rewards/use", use | {"order_id": "1"})
    assert refusal(other) == (409, "reward_already_used")


def test_e14_the_refund_of_an_order_gives_its_reward_back(pos: Pos, reward: str) -> None:
    customer = pos.sells("1").json()["customer"]["public_id"]
    slug = pos.stores[0].slug
    held = pos.call("post", f"rewards/{reward}/buy", {"customer": customer, "store_slug": slug}).json()["hash"]
    lines = [{"sku": "99", "amount": 1000}, {"sku": "12", "amount": 0, "public_reward_id": held}]
    pos.sells("2", amount=1000, lines=lines)
    before = pos.get(f"customers/{customer}").json()["points"]
    assert pos.tells("2", status="refunded", refund_id="r").status_code == 200
    assert [each["status"] for each in pos.get(f"customers/{customer}/rewards").json()] == ["available"]
    assert pos.get(f"customers/{customer}").json()["points"] == before - 10


def test_e34_points_buy_no_more_than_they_are(pos: Pos, reward: str) -> None:
    customer = pos.sells("1", amount=1500).json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": pos.stores[0].slug}
    assert pos.call("post", f"rewards/{reward}/buy", said).status_code == 201
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said)) == (409, "insufficient_points")
    assert pos.get(f"customers/{customer}").json()["points"] == 5


def test_e31_a_pin_is_asked_for(pos: Pos, reward: str) -> None:
    customer = enrols(pos, pin="1234").json()["public_id"]
    assert pos.get(f"customers/{customer}").json()["has_pin"] is True
    pos.sells("1")
    said = {"customer": customer, "store_slug": pos.stores[0].slug}
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said)) == (403, "pin_required")
    for _ in range(5):
        assert refusal(pos.call("post", f"rewards/{reward}/buy", said | {"pin": "0000"})) == (403, "pin_wrong")
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said | {"pin": "1234"})) == (403, "pin_wrong")


def test_e36_a_reward_of_another_store_is_refused(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    made = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=(terrace.id,),
        is_active=True,
        products={},
        actor="user:1",
        now=now(),
    )
    pos = open_brand(people.le_zinc, people.bar, terrace)
    customer = pos.sells("1").json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": people.bar.slug}
    assert refusal(pos.call("post", f"rewards/{made.public_id}/buy", said)) == (409, "reward_not_here")
    assert pos.get(f"rewards?store_slug={people.bar.slug}").json() == []


def test_a_reward_of_another_brand_is_not_found(pos: Pos, people: People, reward: str) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    customer = other.sells("1").json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": people.shop.slug}
    assert refusal(other.call("post", f"rewards/{reward}/buy", said)) == (404, "reward_not_found")
