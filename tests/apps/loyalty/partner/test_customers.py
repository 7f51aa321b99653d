"""Customers and their consents over the partner API (loyalty.md 3.4, 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.loyalty.members import consents, leaving
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.partner_tables import MemberAttribute
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.people import People

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
