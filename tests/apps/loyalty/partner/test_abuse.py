"""Abuse of the partner API, each with the answer it gets; and a store that has no other till (issue 9)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.loyalty.devices import Tries
from comptoir.apps.loyalty.holdings import Alert, HeldReward
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.partner import api, customer_calls
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerToken
from comptoir.core.accounts.partners import scopes, tokens
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.audit.models import Note
from comptoir.core.ledger import reads
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.apps.loyalty.partner.test_till import coffee
from tests.people import People

pytestmark = pytest.mark.django_db


def spent(pos: Pos, limit: str) -> None:
    """As after so many calls of the same minute: the next one is the last that this limit lets through."""
    [token] = PartnerToken.objects.filter(organisation_id=pos.organisation.id)
    subject, most = {
        "burst": (f"partner burst {token.id}", 60),
        "sustained": (f"partner {token.id}", 600),
        "lookups": (f"look up {token.id}", 120),
    }[limit]
    Tries.objects.update_or_create(
        subject=subject, defaults={"number": most - 1, "window_ends_at": datetime.now(UTC) + timedelta(minutes=1)}
    )


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer cpt_made-up", "Basic eDp5", "Bearer é\u0001"])
def test_a_forged_token_opens_nothing(pos: Pos, header: str) -> None:
    pos.token = "cpt_made-up"
    response = pos.call("get", "stores", Authorization=header)
    assert refusal(response) == (401, "token_invalid")


def test_a_token_that_was_tampered_with_or_made_of_something_else_opens_nothing(pos: Pos, people: People) -> None:
    real, [row] = pos.token, PartnerToken.objects.all()
    _, platform = create_token(name="x", scopes=SCOPES, organisations=[people.le_zinc], now=datetime.now(UTC))
    last = "a" if real[-1] != "a" else "b"
    forged = [
        real[:-1] + last,
        real.upper(),
        real.removeprefix("cpt_"),
        f"{real}{real}",
        bytes(row.token_hash).hex(),
        row.start,
        pos.client.client_id,
        "secret",
        platform.reveal(),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJsZS16aW5jIn0.",
    ]
    for pos.token in forged:
        for refused in (pos.get("stores"), pos.get("test-token"), pos.sells(), pos.get("customers")):
            assert refusal(refused) == (401, "token_invalid"), pos.token
    bare = Client().get(f"/partner/v1/stores?access_token={real}&token={real}")
    assert bare.status_code == 401, "a token in an address would stand in logs"
    assert not reads.sales(pos.organisation.id)


def test_a_revoked_token_is_dead_at_once(pos: Pos) -> None:
    [token] = PartnerToken.objects.all()
    tokens.revoke(organisation_id=pos.organisation.id, token_id=token.id, actor="user:1", now=datetime.now(UTC))
    assert refusal(pos.get("stores")) == (401, "token_invalid")
    assert refusal(pos.sells()) == (401, "token_invalid")


def test_a_partner_that_was_let_go_is_dead_in_every_brand(pos: Pos, people: People) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    PartnerClient.objects.update(disabled_at=datetime.now(UTC))
    for each in (pos, other):
        assert refusal(each.sells()) == (401, "token_invalid")


def test_a_replayed_order_counts_once_whoever_replays_it(pos: Pos, people: People) -> None:
    said = pos.order("1")
    first = pos.call("post", "orders", said, Idempotency_Key="k").json()
    again = pos.call("post", "orders", said, Idempotency_Key="k")
    another = open_brand(people.le_zinc, people.bar).call("post", "orders", said, Idempotency_Key="k")
    assert (again.status_code, again.json()) == (201, first)
    assert (another.status_code, another.json()["id"]) == (202, first["id"]), "a key is its token's own"
    assert Entry.objects.filter(kind="earn").count() == 1


def test_ten_thousand_orders_a_minute_from_one_client_are_slowed_down(pos: Pos) -> None:
    spent(pos, "sustained")
    answers = [pos.sells(str(number)) for number in range(10)]
    assert [each.status_code for each in answers] == [201] + [429] * 9
    assert refusal(answers[-1]) == (429, "rate_limited")
    assert int(answers[-1]["Retry-After"]) > 0
    assert len(reads.sales(pos.organisation.id)) == 1
    assert refusal(pos.get("stores")) == (429, "rate_limited"), "whatever it calls"
    Tries.objects.update(window_ends_at=datetime.now(UTC))
    assert pos.sells("9").status_code == 201, "what was refused can be sent again"


def test_sixty_calls_in_a_second_are_a_burst_and_no_more(pos: Pos, people: People) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    spent(pos, "burst")
    assert [pos.sells(str(number)).status_code for number in range(3)] == [201, 429, 429]
    assert other.sells("1").status_code == 201, "whoever floods holds up nobody else"


def test_the_limits_are_those_that_are_published() -> None:
    assert (60, timedelta(seconds=1)) == (api.BURST, api.BURST_WINDOW)
    assert (600, timedelta(minutes=1)) == (api.SUSTAINED, api.SUSTAINED_WINDOW)
    assert (120, timedelta(minutes=1)) == (customer_calls.LOOKUPS, customer_calls.LOOKUPS_WINDOW)


def test_e39_a_slug_of_another_brand_is_as_unknown_as_any(pos: Pos, people: People) -> None:
    customer, reward = pos.sells("0").json()["customer"]["public_id"], coffee(people)
    game = pos.call("post", "contest-games", {"name": "Wheel", "reward_id": reward}).json()["public_id"]
    held = pos.call("post", f"rewards/{reward}/buy", {"customer": customer, "store_slug": people.bar.slug}).json()

    def answers(slug: str) -> list[Any]:
        of_customer = {"customer": customer, "store_slug": slug}
        enrols = {"phone": "33687654321", "reference_store_slug": slug}
        pays = {"store_slug": slug, "international_phone_number": ALICES_NUMBER, "amount": 1, "tags": []}
        plays = of_customer | {"reference": "p", "won": True}
        return [
            pos.sells("1", loyalty_store_slug=slug),
            pos.tells("0", status="cancelled", loyalty_store_slug=slug),
            pos.get(f"orders/0?loyalty_store_slug={slug}"),
            pos.call("post", "customers", enrols),
            pos.call("put", f"customers/{customer}", {"store_id": slug}),
            pos.call("post", "checkins", pays | {"checked_in_at": datetime.now(UTC).isoformat()}),
            pos.get(f"rewards?store_slug={slug}"),
            pos.call("post", f"rewards/{reward}/buy", of_customer),
            pos.call("patch", f"customers/{customer}/rewards/use", {"hash": held["hash"], "store_slug": slug}),
            pos.call("post", f"contest-games/{game}/plays", plays),
        ]

    told = []
    for slug in (people.shop.slug, people.shop.public_id, "no-such-store"):
        refused = answers(slug)
        assert {refusal(each) for each in refused} == {(422, "validation")}
        told.append([(each.json()["message"], each.json()["errors"]) for each in refused])
    assert told[0] == told[1] == told[2], "nothing tells a slug of somebody else from one that nobody has"
    assert len(reads.sales(pos.organisation.id)) == 1
    assert not reads.sales(people.chez_charlie.id)


def test_slugs_that_are_probed_are_answered_alike_and_slowed_down(pos: Pos, people: People) -> None:
    probed = [people.shop.slug, "le-zinc", "le-zinc-222222", people.shop.slug.upper(), "'; --", people.shop.name]
    answers = [pos.sells("1", loyalty_store_slug=each) for each in probed]
    assert {refusal(each) for each in answers} == {(422, "validation")}
    assert len({str(each.json()["errors"]) for each in answers}) == 1
    spent(pos, "sustained")
    last = [pos.sells("1", loyalty_store_slug=each) for each in (people.shop.slug, people.shop.slug, "le-zinc")]
    assert [refusal(each) for each in last] == [(422, "validation"), (429, "rate_limited"), (429, "rate_limited")]


def enrols(pos: Pos, **said: Any) -> Any:
    body = {"phone": ALICES_NUMBER, "reference_store_slug": pos.stores[0].slug} | said
    return pos.call("post", f"customers{said.pop('query', '')}", body)


def test_e40_points_need_a_scope_of_their_own_and_are_told(pos: Pos, people: People) -> None:
    assert refusal(enrols(pos, points=100)) == (403, "scope_missing")
    assert not Member.objects.exists()
    trusted = open_brand(people.le_zinc, people.bar, allowed=scopes.SCOPES)
    assert refusal(enrols(trusted, points=100_000)) == (422, "validation")
    assert enrols(trusted, points=100).json()["points"] == 100
    assert Alert.objects.get().kind == "points_adjusted"
    assert Note.objects.get(what="points.adjusted").details == {"points": 100}


def test_e40_no_other_way_leads_around_the_scope(pos: Pos, people: People) -> None:
    customer = enrols(pos).json()["public_id"]
    for method in ("put", "patch"):
        refused = pos.call(method, f"customers/{customer}", {"points": 100})
        assert refusal(refused) == (403, "scope_missing")
    assert refusal(enrols(pos, points=100, query="?upsert=1")) == (403, "scope_missing")
    sold = pos.sells("1", customer={"phone": ALICES_NUMBER, "points": 100}, points_earned=100)
    assert sold.json()["points_earned"] == 21
    assert set(sold["X-Comptoir-Ignored"].split(", ")) == {"customer.points", "points_earned"}
    trusted = open_brand(people.le_zinc, people.bar, allowed=scopes.SCOPES)
    for absurd in (-1, 0, 1001, "100", 1.5, True):
        refused = trusted.call("put", f"customers/{customer}", {"points": absurd})
        assert refusal(refused) == (422, "validation"), absurd
    assert pos.get(f"customers/{customer}").json()["points"] == 21


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": -1},
        {"amount": 10**12},
        {"amount": "2190"},
        {"amount": "21.90"},
        {"amount": 21.9},
        {"amount": 2190.0},
        {"amount": True},
        {"amount": float("inf")},
        {"amount": float("nan")},
        {"amount": [2190]},
        {"tax_amount": 2191},
        {"tax_amount": -1},
        {"tip_amount": 2191},
        {"tip_amount": -1},
        {"lines": [{"amount": 10**12}]},
        {"lines": [{"quantity": "NaN", "unit_amount": 1}]},
        {"payments": [{"amount": -(10**12)}]},
    ],
)
def test_sale_amounts_that_are_negative_or_absurd_are_refused(pos: Pos, changes: dict[str, Any]) -> None:
    assert refusal(pos.call("post", "orders", pos.order() | changes)) == (422, "validation")
    assert not reads.sales(pos.organisation.id)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "said",
    [{"refunded_amount": -1}, {"refunded_amount": 2191}, {"refunded_amount": "5"}, {"amount": -5}, {"amount": 10**12}],
)
def test_no_update_makes_an_amount_negative_or_absurd(pos: Pos, said: dict[str, Any]) -> None:
    customer = pos.sells("1").json()["customer"]["public_id"]
    assert refusal(pos.tells("1", **said)) == (422, "validation")
    pos.tells("1", refunded_amount=2000, refund_id="a")
    assert refusal(pos.tells("1", refunded_amount=191, refund_id="b")) == (422, "validation")
    assert refusal(pos.tells("1", amount=1999)) == (422, "validation"), "more than that was given back"
    assert pos.get(f"customers/{customer}").json()["points"] == 1


def test_e30_numbers_cannot_be_tried_out(pos: Pos, people: People) -> None:
    enrols(pos)
    other = open_brand(people.chez_charlie, people.shop)
    theirs, nobodys = "33687654321", "33698765432"
    other.sells("1", customer={"phone": theirs})

    def asked(number: str) -> list[Any]:
        return [
            pos.call("head", f"customers?phone={number}"),
            pos.get(f"customers?phone={number}"),
            pos.get(f"customers/by-phone/{number}"),
        ]

    said = [[(each.status_code, _body(each)) for each in asked(number)] for number in (theirs, nobodys)]
    assert said[0] == said[1], "whoever is somebody else's customer is nobody"
    anonymous = [Client().get(f"/partner/v1/customers?phone={each}") for each in (ALICES_NUMBER, nobodys)]
    assert [refusal(each) for each in anonymous] == [(401, "token_invalid")] * 2

    spent(pos, "lookups")
    assert pos.call("head", f"customers?phone={nobodys}").status_code == 404
    for number in (ALICES_NUMBER, theirs, nobodys):
        assert [each.status_code for each in asked(number)] == [429] * 3, "known or not, each kind of look-up"
        assert refusal(enrols(pos, phone=number)) == (429, "rate_limited")
    assert Member.objects.filter(organisation=people.le_zinc).count() == 1
    assert pos.sells("2").status_code == 201, "the till goes on selling"


def _body(response: Any) -> Any:
    said = json.loads(response.content or b"null")
    return said if not isinstance(said, dict) else {name: said[name] for name in said if name != "request_id"}


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
    assert pos.tells("1", customer={"phone": "33687654321"}).json()["customer"]["public_id"] == first
    assert Entry.objects.filter(kind="earn").count() == 1
    assert Member.objects.count() == 1, "an order that is somebody's makes nobody else a member"


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
