"""`/v1/loyalty` as a token sees it."""

import json
from typing import Any

import pytest
from django.test import Client

from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.tokens import create_token
from tests.apps.loyalty.till import NOON, Till, bill, refund, till_of
from tests.people import People


class Caller:
    """Calls with a bearer token."""

    def __init__(self, *organisations: Organisation, scopes: tuple[str, ...] = ("loyalty.read", "loyalty.write")):
        _, secret = create_token(name="test", scopes=scopes, organisations=organisations, now=NOON)
        self.headers = {"Authorization": f"Bearer {secret.reveal()}"}

    def get(self, path: str, status: int = 200, **query: object) -> Any:
        response = Client().get(f"/v1/loyalty/{path}", query, headers=self.headers)
        assert response.status_code == status, response.content
        return response.json()

    def post(self, path: str, body: object, status: int = 200) -> Any:
        response = Client().post(
            f"/v1/loyalty/{path}", json.dumps(body), content_type="application/json", headers=self.headers
        )
        assert response.status_code == status, response.content
        return response.json()


@pytest.fixture
def caller(people: People) -> Caller:
    return Caller(people.le_zinc)


def test_a_sale_is_found_claimed_and_explained(till: Till, caller: Caller) -> None:
    till.sends(bill("A1", "24.50"), bill("A2", "0.50"))
    (waiting,) = caller.get("offers")["data"]
    assert (waiting["external_id"], waiting["points"], waiting["state"]) == ("A1", 24, "open")
    assert waiting["amount"] == {"amount": 2450, "currency": "EUR"}
    claimed = caller.post(f"offers/{waiting['id']}/claim", {"phone": "06 12 34 56 42"})
    assert (claimed["points"], claimed["balance"], claimed["new_member"], claimed["repeated"]) == (24, 24, True, False)
    assert claimed["member"]["phone"] == "+33612345642"
    assert claimed["offer"]["state"] == "credited"
    till.sends(refund("A3", "A1", "-4.50"))
    points = caller.get(f"members/{claimed['member']['id']}/points")
    assert points["balance"] == 20
    assert sorted((each["kind"], each["points"]) for each in points["data"]) == [("earn", 24), ("reversal", -4)]
    earn = next(each for each in points["data"] if each["kind"] == "earn")
    assert earn["sale"] == waiting["sale"]
    assert earn["formula"] == {
        "programme_version": 1,
        "eligible": {"amount": 2450, "currency": "EUR"},
        "rate_points": 1,
        "rate_amount": {"amount": 100, "currency": "EUR"},
        "minimum": {"amount": 100, "currency": "EUR"},
        "rounding": "floor",
        "target": 24,
    }


def test_offers_by_the_vendors_number_in_any_state(till: Till, caller: Caller) -> None:
    till.sends(bill("A1", "0.50"))
    (found,) = caller.get("offers", external_id="A1")["data"]
    assert (found["state"], found["reason"]) == ("ineligible", "below_minimum")
    assert caller.get("offers", external_id="A1", state="open")["data"] == []
    assert caller.get("offers", external_id="B7")["data"] == []
    assert caller.get(f"offers/{found['id']}") == found


def test_claims_that_are_refused(till: Till, caller: Caller) -> None:
    till.sends(bill("A1", "10.00"), bill("A2", "10.00"), refund("A3", "A2", "-10.00"))
    first, second = (till.offer(number).public_id for number in ("A1", "A2"))
    caller.post(f"offers/{first}/claim", {"phone": "0612345642"})
    assert caller.post(f"offers/{first}/claim", {"phone": "+33612345642"})["repeated"] is True
    for path, phone, status, code in [
        (first, "0687654321", 409, "already_collected"),
        (second, "0687654321", 409, "not_collectable"),
        (first, "06 12", 422, "phone_invalid"),
        (first, "0142685300", 422, "phone_not_mobile"),
        (first, "", 422, "validation"),
        ("off_nonsense", "0687654321", 404, "not_found"),
    ]:
        assert caller.post(f"offers/{path}/claim", {"phone": phone}, status)["code"] == code
    assert caller.post(f"offers/{first}/claim", {"phone": "0612345642", "country": "BE"}, 422)["code"]


def test_members_page_by_page(till: Till, caller: Caller) -> None:
    for number in range(3):
        till.sends(bill(f"A{number}", "10.00"))
        till.claim(f"A{number}", f"+3361234567{number}")
    first = caller.get("members", limit=2)
    rest = caller.get("members", limit=2, after=first["next"])
    assert rest["next"] is None
    phones = [each["phone"] for each in first["data"] + rest["data"]]
    assert sorted(phones) == ["+33612345670", "+33612345671", "+33612345672"]
    (found,) = caller.get("members", phone="33612345671")["data"]
    assert caller.get(f"members/{found['id']}") == found
    assert caller.get("members", 422, phone="06")["code"] == "phone_invalid"


def test_another_organisation_sees_nothing(till: Till, people: People) -> None:
    till.sends(bill("A1", "10.00"))
    member = till.claim("A1").member
    till_of(people.chez_charlie, people.shop)
    charlie = Caller(people.chez_charlie)
    assert charlie.get("members")["data"] == charlie.get("offers", external_id="A1")["data"] == []
    charlie.get(f"members/{member.public_id}", 404)
    charlie.get(f"members/{member.public_id}/points", 404)
    charlie.get(f"offers/{till.offer('A1').public_id}", 404)
    charlie.post(f"offers/{till.offer('A1').public_id}/claim", {"phone": "0612345642"}, 404)
    charlie.get("members", 404, organisation=people.le_zinc.public_id)
    both = Caller(people.le_zinc, people.chez_charlie)
    assert len(both.get("members")["data"]) == 1


def test_a_token_needs_the_scope(till: Till, people: People) -> None:
    till.sends(bill("A1", "10.00"))
    reader = Caller(people.le_zinc, scopes=("loyalty.read",))
    body = {"phone": "0612345642"}
    assert reader.post(f"offers/{till.offer('A1').public_id}/claim", body, 403)["code"] == "scope_missing"
    assert Caller(people.le_zinc, scopes=("sales.read",)).get("members", 403)["code"] == "scope_missing"
    assert Client().get("/v1/loyalty/members").status_code == 401
