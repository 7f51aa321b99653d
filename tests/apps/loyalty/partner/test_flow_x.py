"""Flow X, step by step: from a technical user to the first order (loyalty.md 2.2), and E53 to E55."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from comptoir.core.accounts import invitations
from comptoir.core.accounts.models import Membership, MembershipStore, User
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest, PartnerToken
from comptoir.core.accounts.partners import chat as telling
from comptoir.core.accounts.partners import grants, news
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import pushed
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.seal import Secret
from tests.apps.loyalty.partner.pos import Pos, refusal
from tests.people import People, create_store
from tests.receivers import receiver as receiving

pytestmark = pytest.mark.django_db
BRAND_USER = "technic+lezinc@6xpos.example"
PASSWORD = "correct horse battery staple"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sixpos() -> tuple[PartnerClient, Secret]:
    return grants.register(
        name="6xpos",
        provider="sixpos",
        redirect_uris=["https://6xpos.example/back"],
        contacts=["integrations@6xpos.example"],
        now=now(),
    )


@pytest.fixture
def operator(people: People) -> Client:
    user = User.objects.create_user("olga@example.com", PASSWORD, is_operator=True)
    return people.client(user)


def technical_user(people: People, *, stores: bool = True) -> User:
    user = User.objects.create_user(BRAND_USER, PASSWORD)
    membership = Membership.objects.create(
        organisation=people.le_zinc, user=user, role=Role.PARTNER, all_stores=not stores
    )
    if stores:
        MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=people.bar)
    return user


def asks(people: People, client: PartnerClient) -> PartnerRequest:
    said = {"partner": client.public_id, "stores": [people.bar.public_id]}
    assert people.client(people.alice).post("/settings/partners/notify", said).status_code == 302
    return PartnerRequest.objects.get(organisation=people.le_zinc)


def act(operator: Client, row: PartnerRequest, what: str) -> Any:
    return operator.post(f"/backoffice/merchant/{row.organisation.public_id}/requests/{row.public_id}/{what}")


def granted(client: PartnerClient, secret: Secret, **said: str) -> Any:
    body = {"client_id": client.client_id, "client_secret": secret.reveal()} | said
    return Client().post("/partner/v1/oauth/token", body, content_type="application/json")


def by_password(client: PartnerClient, secret: Secret, **said: str) -> Any:
    return granted(client, secret, **({"grant_type": "password", "username": BRAND_USER, "password": PASSWORD} | said))


def mails_to(address: str) -> list[str]:
    return list(OutgoingMail.objects.filter(to=address).order_by("created_at", "id").values_list("subject", flat=True))


def test_x1_a_tagged_address_is_a_user_of_its_own_with_stores(people: People) -> None:
    invitations.invite(
        organisation=people.le_zinc,
        email=BRAND_USER,
        role=Role.PARTNER,
        store_ids={people.bar.id},
        language="en",
        by=people.alice,
        now=now(),
    )
    assert OutgoingMail.objects.get(to=BRAND_USER)
    page = people.client(people.alice).get("/settings/users").content.decode()
    assert BRAND_USER in page
    other = User.objects.create_user("technic+another@6xpos.example")
    assert other.email != BRAND_USER


def test_x2_the_partner_and_the_operator_are_told(
    people: People, sixpos: tuple[PartnerClient, Secret], settings: Any
) -> None:
    settings.COMPTOIR_OPERATOR_EMAIL = "olga@example.com"
    row = asks(people, sixpos[0])
    assert (row.state, row.store_ids) == ("requested", [people.bar.id])
    assert "Le Zinc wants 6xpos connected" in mails_to("integrations@6xpos.example")
    assert "Le Zinc wants 6xpos connected" in mails_to("olga@example.com")
    asks(people, sixpos[0])
    assert len(mails_to("olga@example.com")) == 1


def test_x3_the_slug_stands_there_to_be_copied(people: People, operator: Client) -> None:
    page = operator.get(f"/backoffice/merchant/{people.le_zinc.public_id}/stores").content.decode()
    assert people.bar.slug in page
    assert "data-copy" in page
    own = people.client(people.alice).get("/settings/partners").content.decode()
    assert people.bar.slug in own, "before any partner was asked as well"
    assert "Copy store slug" in own


def test_x4_the_partner_page_replaces_the_sheet_and_is_logged(
    people: People, sixpos: tuple[PartnerClient, Secret]
) -> None:
    create_store(people.le_zinc, "Terrace")
    asks(people, sixpos[0])
    partner = people.client(technical_user(people))
    page = partner.get("/settings/partners").content.decode()
    assert people.bar.slug in page
    assert "Terrace" not in page
    sheet = b"".join(partner.get("/settings/partners/sheet").streaming_content).decode()  # type: ignore[attr-defined]
    assert sheet.lstrip("\ufeff").splitlines() == ["restaurant name,slug,token", f"Le Zinc,{people.bar.slug},"]
    seen = Note.objects.filter(what__in=["partner.page_seen", "partner.sheet_taken"])
    assert {each.what for each in seen} == {"partner.page_seen", "partner.sheet_taken"}
    assert partner.post("/settings/partners/notify", {}).status_code == 403


def test_x5_the_operator_approves_and_the_token_is_shown_once(
    people: People, sixpos: tuple[PartnerClient, Secret], operator: Client
) -> None:
    row = asks(people, sixpos[0])
    assert act(operator, row, "issue").status_code == 409
    assert act(operator, row, "approve").status_code == 302
    page = act(operator, row, "issue").content.decode()
    found = re.search(r"cpt_[\w-]{43}", page)
    assert found
    token = found[0]
    row.refresh_from_db()
    assert row.state == "token_issued"
    assert "Le Zinc: the token for 6xpos was issued" in mails_to("integrations@6xpos.example")
    assert not OutgoingMail.objects.filter(text__contains=token).exists()
    again = operator.get("/backoffice/partners").content.decode()
    owners = people.client(people.alice).get("/settings/partners").content.decode()
    assert token not in again + owners
    assert token[:10] in owners
    assert "/settings/partners/tokens/" in owners
    assert "/backoffice/" not in owners
    pos = Pos(people.le_zinc, [people.bar], token, sixpos[0])
    assert pos.get("stores").json()[0]["slug"] == people.bar.slug


def test_before_the_token_exists_calls_are_pending(people: People, sixpos: tuple[PartnerClient, Secret]) -> None:
    technical_user(people)
    asks(people, sixpos[0])
    answer = by_password(*sixpos)
    assert answer.status_code == 200, answer.content
    pos = Pos(people.le_zinc, [people.bar], answer.json()["access_token"], sixpos[0])
    for refused in (pos.get("test-token"), pos.get("stores"), pos.sells("1"), pos.get("rewards")):
        assert refusal(refused) == (403, "partner_request_pending")


def test_x6_the_partner_sees_what_is_his(people: People) -> None:
    partner = people.client(technical_user(people))
    assert partner.get("/loyalty/rewards").status_code == 200
    assert partner.get("/settings/users").status_code == 403
    assert partner.get("/settings/tokens").status_code == 403
    assert partner.get("/connections").status_code == 403


def open_for(people: People, client: PartnerClient, operator: Client) -> PartnerRequest:
    row = asks(people, client)
    act(operator, row, "approve")
    act(operator, row, "issue")
    row.refresh_from_db()
    return row


def test_x7_to_x12_a_password_a_slug_and_a_first_order(
    people: People, sixpos: tuple[PartnerClient, Secret], operator: Client
) -> None:
    technical_user(people)
    row = open_for(people, sixpos[0], operator)
    answer = by_password(*sixpos).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 86400)
    pos = Pos(people.le_zinc, [people.bar], answer["access_token"], sixpos[0])
    assert pos.get("test-token").json()["merchant"] == "Le Zinc"
    assert pos.get("oauth/me").json()["user"]["email"] == BRAND_USER
    assert [each["slug"] for each in pos.get("stores").json()] == [people.bar.slug]
    assert refusal(pos.sells("1", loyalty_store_slug=people.shop.slug)) == (422, "validation")
    page = people.client(people.alice).get("/settings/partners").content.decode()
    assert "No order yet" in page
    assert pos.sells("1").status_code == 201
    row.refresh_from_db()
    assert row.state == "active"
    assert row.first_order_at
    page = people.client(people.alice).get("/settings/partners").content.decode()
    assert "Latest order" in page


def test_e53_silence_while_the_store_trades_is_told(people: People, pos: Pos) -> None:
    for number in range(4):
        pos.sells(str(number))
    ids = [people.bar.id]
    heard = pushed.heard(people.le_zinc.id, "sixpos", ids, now=now())[people.bar.id]
    assert not heard.is_silent
    later = pushed.heard(people.le_zinc.id, "sixpos", ids, now=now() + timedelta(hours=2))[people.bar.id]
    assert later.is_silent
    assert later.latest == heard.latest
    alice = people.client(people.alice)
    assert "Latest order" in (page := alice.get("/settings/partners").content.decode())
    assert "No order since" not in page
    with time_machine.travel(now() + timedelta(hours=2)):
        assert "No order since" in alice.get("/settings/partners").content.decode()


def test_e53_a_closed_door_is_no_silence_and_the_usual_gap_counts(pos: Pos, people: People) -> None:
    noon = datetime(2026, 11, 10, 11, 0, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as clock:
        for number in range(27):  # nine days, three orders from noon on, 25 minutes apart
            day, later = divmod(number, 3)
            at = noon + timedelta(days=day, minutes=25 * later)
            clock.move_to(at)
            pos.sells(str(number), created_at=at.isoformat())
        told = {
            hours: pushed.heard(people.le_zinc.id, "sixpos", [people.bar.id], now=at + timedelta(hours=hours))
            for hours in (0.7, 1.0, 12, 23.5)
        }
    assert {hours: found[people.bar.id].is_silent for hours, found in told.items()} == {
        0.7: False,  # within twice the usual 25 minutes
        1.0: True,
        12: False,  # in the night it never sells
        23.5: True,  # after noon of the next day it does
    }


def test_e55_a_removed_user_takes_its_tokens_along_and_the_brands_stays(
    people: People, sixpos: tuple[PartnerClient, Secret], operator: Client
) -> None:
    user = technical_user(people)
    row = asks(people, sixpos[0])
    act(operator, row, "approve")
    brand = re.search(r"cpt_[\w-]{43}", act(operator, row, "issue").content.decode())
    assert brand
    own = by_password(*sixpos).json()["access_token"]
    membership = Membership.objects.get(user=user)
    alice = people.client(people.alice)
    warning = alice.get(f"/settings/users/{membership.pk}").content.decode()
    assert "access tokens of a partner" in warning
    alice.post(f"/settings/users/{membership.pk}/remove")
    assert refusal(Pos(people.le_zinc, [people.bar], own, sixpos[0]).get("stores")) == (401, "token_invalid")
    assert Pos(people.le_zinc, [people.bar], brand[0], sixpos[0]).get("stores").status_code == 200


def test_each_mail_can_be_sent_again(people: People, sixpos: tuple[PartnerClient, Secret], operator: Client) -> None:
    row = asks(people, sixpos[0])
    alice = people.client(people.alice)
    for mail in (news.USER_MADE, news.TOKEN):
        assert alice.post(f"/settings/partners/{row.public_id}/mails/{mail}").status_code == 404, "it is not so yet"
    technical_user(people)
    act(operator, row, "approve")
    act(operator, row, "issue")
    before = len(mails_to("integrations@6xpos.example"))
    for mail in news.MAILS:
        path = f"/settings/partners/{row.public_id}/mails/{mail}"
        assert path in alice.get("/settings/partners").content.decode()
        assert alice.post(path).status_code == 302
    assert len(mails_to("integrations@6xpos.example")) == before + 4
    page = operator.get("/backoffice/partners").content.decode()
    for mail in news.MAILS:
        assert f"/requests/{row.public_id}/{mail}" in page
        assert act(operator, row, mail).status_code == 302
    assert len(mails_to("integrations@6xpos.example")) == before + 8


def test_a_store_that_is_added_is_told_and_joins_the_token(
    people: People, sixpos: tuple[PartnerClient, Secret], operator: Client, settings: Any
) -> None:
    settings.COMPTOIR_OPERATOR_EMAIL = "olga@example.com"
    row = asks(people, sixpos[0])
    act(operator, row, "approve")
    issued = re.search(r"cpt_[\w-]{43}", act(operator, row, "issue").content.decode())
    assert issued
    pos = Pos(people.le_zinc, [people.bar], issued[0], sixpos[0])
    assert act(operator, row, "extend").status_code == 409
    assert "waits for you" not in operator.get("/backoffice").content.decode()
    terrace = create_store(people.le_zinc, "Terrace")
    for _again in range(2):
        said = {"partner": sixpos[0].public_id, "stores": [terrace.public_id]}
        assert people.client(people.alice).post("/settings/partners/notify", said).status_code == 302
    row.refresh_from_db()
    assert (set(row.store_ids), row.state) == ({people.bar.id, terrace.id}, "token_issued")
    assert len(mails_to("olga@example.com")) == 2
    assert refusal(pos.sells("1", loyalty_store_slug=terrace.slug)) == (422, "validation")
    assert "1 request waits for you" in operator.get("/backoffice").content.decode()
    assert "Not in its token yet" in operator.get("/backoffice/partners").content.decode()

    assert act(operator, row, "extend").status_code == 302
    assert pos.sells("1", loyalty_store_slug=terrace.slug).json()["points_earned"] == 21
    assert "Not in its token yet" not in operator.get("/backoffice/partners").content.decode()
    assert "waits for you" not in operator.get("/backoffice").content.decode()
    last = OutgoingMail.objects.filter(to="integrations@6xpos.example").latest("created_at", "id")
    assert (last.subject, terrace.slug in last.text) == ("Le Zinc: the slugs of its stores", True)
    assert Note.objects.get(what="partner_token.extended").organisation_id == people.le_zinc.id


def test_without_a_token_in_force_calls_are_pending_again(
    people: People, sixpos: tuple[PartnerClient, Secret], operator: Client
) -> None:
    technical_user(people)
    open_for(people, sixpos[0], operator)
    pos = Pos(people.le_zinc, [people.bar], by_password(*sixpos).json()["access_token"], sixpos[0])
    assert pos.get("stores").status_code == 200
    token = PartnerToken.objects.get(kind="brand")
    people.client(people.alice).post(f"/settings/partners/tokens/{token.public_id}/revoke")
    assert refusal(pos.get("stores")) == (403, "partner_request_pending")


def test_x2_operators_are_told_where_no_address_is_set(
    people: People, sixpos: tuple[PartnerClient, Secret], operator: Client, settings: Any
) -> None:
    settings.COMPTOIR_OPERATOR_EMAIL = ""
    asks(people, sixpos[0])
    assert mails_to("olga@example.com") == ["Le Zinc wants 6xpos connected"]


def test_the_back_office_is_for_operators_alone(people: People, operator: Client) -> None:
    for path in ("/backoffice", "/backoffice/partners", "/backoffice/inbox"):
        assert people.client(people.alice).get(path).status_code == 403
        assert Client().get(path)["Location"].startswith("/sign-in")
        assert operator.get(path).status_code == 200
    assert operator.get("/backoffice/jobs").status_code == 200
    assert operator.post("/backoffice/jobs/999999/again").status_code == 302
    merchant = people.le_zinc.public_id
    assert operator.get(f"/backoffice/merchant/{merchant}/activity?search=Alice").status_code == 200
    export = operator.get(f"/backoffice/merchant/{merchant}/activity/export")
    assert b"".join(export.streaming_content).startswith("\ufeffat,actor".encode())  # type: ignore[attr-defined]
    assert operator.get("/backoffice/merchant/org_01JZZZZZZZZZZZZZZZZZZZZZZZ/stores").status_code == 404


def test_x2_a_chat_hears_of_a_request(people: People, sixpos: tuple[PartnerClient, Secret], settings: Any) -> None:
    with receiving() as chat:
        settings.COMPTOIR_PARTNER_CHAT_URL, settings.COMPTOIR_EGRESS_ALLOW = chat.url, chat.place
        row = asks(people, sixpos[0])
        telling.post(row.organisation_id, row.id)
        [(_headers, body)] = chat.messages
        assert json.loads(body)["text"].startswith("Le Zinc wants 6xpos connected")


def test_aliases_are_configuration(pos: Pos, settings: Any) -> None:
    settings.COMPTOIR_PARTNER_ALIASES = {"orders": {"amount": ["total_ttc"]}}
    said = pos.order("1", amount=..., total_ttc=2190)
    assert pos.call("post", "orders", said).json()["points_earned"] == 21


def test_aliases_are_edited_in_the_back_office(pos: Pos, people: People, operator: Client) -> None:
    said = pos.order("1", amount=..., total_ttc=2190)
    assert refusal(pos.call("post", "orders", said)) == (422, "validation")
    assert operator.post("/backoffice/aliases", {"field": "orders amount", "other": "total_ttc"}).status_code == 302
    assert pos.call("post", "orders", said).json()["points_earned"] == 21
    for wrong in ("total_ttc", "amount", "total", "a b", "1x"):
        refused = operator.post("/backoffice/aliases", {"field": "orders amount", "other": wrong})
        assert refused.status_code == 422, wrong
    assert people.client(people.alice).get("/backoffice/aliases").status_code == 403
    assert operator.post("/backoffice/aliases/orders/amount/total_ttc/remove").status_code == 302
    assert operator.post("/backoffice/aliases/orders/amount/total/remove").status_code == 404
    again = pos.order("2", amount=..., total_ttc=2190)
    assert refusal(pos.call("post", "orders", again)) == (422, "validation")


def test_an_operator_looks_into_a_body_only_with_a_reason_that_is_kept(
    people: People, pos: Pos, operator: Client
) -> None:
    pos.sells("secret-order")
    [row] = Notification.objects.all()
    listed = operator.get("/backoffice/inbox").content.decode()
    assert "Le Zinc" in listed
    assert "secret-order" not in listed
    path = f"/backoffice/inbox/{row.id}/open"
    assert operator.post(path, {"reason": "because"}).status_code == 422
    assert people.client(people.alice).post(path, {"reason": "because I want to"}).status_code == 403
    shown = operator.post(path, {"reason": "The brand asked about this order."})
    assert "secret-order" in shown.content.decode()
    kept = Note.objects.get(what="inbox.glass_broken")
    assert (kept.organisation_id, kept.details) == (people.le_zinc.id, {"reason": "The brand asked about this order."})
    read = people.client(people.alice).get("/settings/activity").content.decode()
    assert "The brand asked about this order." in read
    assert "An operator looked into what came in" in read
    assert "The brand asked" not in people.client(people.charlie).get("/settings/activity").content.decode()
