"""The back office: plans and modules, what holds for the whole installation, health, inbox, jobs and what was done."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from comptoir.core.accounts import signing_up
from comptoir.core.accounts.models import HOUSE, Organisation, User
from comptoir.core.accounts.operators import set_operator
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerToken
from comptoir.core.accounts.partners import grants
from comptoir.core.audit import chain
from comptoir.core.audit import reads as audit
from comptoir.core.audit.models import Note
from comptoir.core.audit.notes import note
from comptoir.core.connections.models import Connection
from comptoir.core.connections.sealing import sealer
from comptoir.core.health import incidents
from comptoir.core.health.causes import Cause, Finding
from comptoir.core.installations.install import install_all
from comptoir.core.installations.models import Installation
from comptoir.core.intake.models import Notification
from comptoir.core.jobs import engine
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.seal import Secret
from comptoir.web.pages import backoffice_health
from tests.apps.loyalty.partner.pos import open_brand
from tests.people import People, create_store

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def operator(people: People) -> Client:
    return people.client(User.objects.create_user("olga@example.com", name="Olga", is_operator=True))


@pytest.fixture
def installed(people: People) -> People:
    install_all(organisation=people.le_zinc, store=people.bar, provider="sixpos", now=NOW)
    return people


def at(organisation: Organisation, rest: str) -> str:
    return f"/backoffice/merchant/{organisation.public_id}/{rest}"


def is_on(people: People, app: str) -> bool:
    return Installation.objects.get(store=people.bar, app=app).enabled


def test_a_plan_switches_off_what_it_leaves_out_and_no_owner_switches_it_on(
    installed: People, operator: Client
) -> None:
    page = operator.get(at(installed.le_zinc, "plan")).content.decode()
    assert "what every organisation gets" in page
    said = {"name": "Small", "includes": ["loyalty", "suite"]}
    assert operator.post(at(installed.le_zinc, "plan"), said).status_code == 302
    assert (is_on(installed, "loyalty"), is_on(installed, "traffic")) == (True, False)
    alice = installed.client(installed.alice)
    refused = alice.post(f"/settings/modules/{installed.bar.public_id}/traffic/on")
    assert refused.status_code == 403
    assert "Your plan does not include this" in refused.content.decode()
    assert not is_on(installed, "traffic")
    terrace = create_store(installed.le_zinc, "Terrace")
    made = install_all(organisation=installed.le_zinc, store=terrace, provider="sixpos", now=NOW)
    assert {each.app: each.enabled for each in made}["traffic"] is False
    assert Note.objects.get(what="plan.changed").details["left_out"] == ["pay_at_table", "traffic", "weekly_balance"]
    operator.post(at(installed.le_zinc, "plan"), {"name": "Big", "includes": ["loyalty", "suite", "traffic"]})
    assert alice.post(f"/settings/modules/{installed.bar.public_id}/traffic/on").status_code in (200, 302)
    assert is_on(installed, "traffic")


def test_a_sandbox_is_told_to_whoever_calls_and_written_down(installed: People, operator: Client) -> None:
    pos = open_brand(installed.le_zinc, installed.bar)
    assert pos.get("test-token").json()["sandbox"] is False
    said = {"name": "", "includes": ["loyalty"], "is_sandbox": "on"}
    assert operator.post(at(installed.le_zinc, "plan"), said).status_code == 302
    assert pos.get("test-token").json()["sandbox"] is True
    assert pos.get("oauth/me").json()["merchant"]["sandbox"] is True
    assert "Sandbox" in operator.get("/backoffice").content.decode()
    assert "is a sandbox" in installed.client(installed.alice).get("/loyalty/partners/checklist").content.decode()
    assert Note.objects.get(what="organisation.sandbox").details == {"before": False, "after": True}
    operator.post(at(installed.le_zinc, "plan"), {"name": "", "includes": ["loyalty"]})
    assert pos.get("test-token").json()["sandbox"] is False


def test_an_operator_sees_the_tokens_of_a_brand_and_revokes_one(installed: People, operator: Client) -> None:
    pos, other = open_brand(installed.le_zinc, installed.bar), open_brand(installed.chez_charlie, installed.shop)
    token, foreign = (PartnerToken.objects.get(organisation=each.organisation) for each in (pos, other))
    pos.get("stores")
    page = operator.get(at(installed.le_zinc, "stores")).content.decode()
    assert token.start in page
    assert "order.create" in page
    assert pos.token not in page
    assert foreign.start not in page
    assert operator.post(at(installed.le_zinc, f"tokens/{foreign.public_id}/revoke")).status_code == 404
    path = at(installed.le_zinc, f"tokens/{token.public_id}/revoke")
    assert installed.client(installed.alice).post(path).status_code == 403
    assert operator.post(path).status_code == 302
    assert (pos.get("stores").status_code, other.get("stores").status_code) == (401, 200)
    assert "revoked" in operator.get(at(installed.le_zinc, "stores")).content.decode()
    assert Note.objects.get(what="partner_token.revoked").organisation_id == installed.le_zinc.id


def test_an_operator_switches_a_module_and_the_organisation_reads_it(installed: People, operator: Client) -> None:
    path = at(installed.le_zinc, f"modules/{installed.bar.public_id}/loyalty/off")
    assert operator.post(path).status_code == 302
    assert not is_on(installed, "loyalty")
    assert Note.objects.get(what="module.switched_off").subject == "Le Zinc: loyalty"
    other = at(installed.chez_charlie, f"modules/{installed.bar.public_id}/loyalty/on")
    assert operator.post(other).status_code == 404
    assert installed.client(installed.alice).post(path).status_code == 403


def test_what_holds_for_the_whole_installation(installed: People, operator: Client, settings: Any) -> None:
    settings.COMPTOIR_SIGN_UP = "closed"
    assert not signing_up.is_open()
    said = {"sign_up": "open", "includes": ["loyalty"]}
    assert operator.post("/backoffice/configuration", said).status_code == 302
    assert signing_up.is_open()
    assert "Olga" in operator.get("/backoffice/configuration").content.decode()
    made = install_all(organisation=installed.chez_charlie, store=installed.shop, provider="sixpos", now=NOW)
    assert {each.app: each.enabled for each in made}["traffic"] is False
    assert operator.post("/backoffice/configuration", {"sign_up": "whoever"}).status_code == 422


def test_the_health_of_every_connection_stands_on_one_page(people: People, operator: Client) -> None:
    Connection.objects.create(
        organisation=people.chez_charlie,
        provider="lightspeed_k",
        account_name="Charlie’s account",
        status="reconnect",
        status_since=NOW,
        access_token=sealer().seal(Secret("a")),
        refresh_token=sealer().seal(Secret("b")),
        access_expires_at=NOW,
        created_at=NOW,
    )
    page = operator.get("/backoffice/health").content.decode()
    assert "Charlie’s account" in page
    assert "Signed out" in page
    assert page.index("Chez Charlie") < page.index(">Le Zinc<")
    found = operator.get("/backoffice/health?search=zinc").content.decode()
    assert "Chez Charlie" not in found


def test_the_worst_stands_on_the_first_page(people: People, operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoffice_health, "PAGE", 1)
    assert "Chez Charlie" in operator.get("/backoffice/health").content.decode()
    finding = Finding(Cause.QUIET, people.bar.id, people.bar.name, NOW, "")
    with transaction.atomic():
        incidents.watch(people.le_zinc.id, [finding], now=NOW)
    page = operator.get("/backoffice/health").content.decode()
    assert ("Le Zinc" in page, "Chez Charlie" in page) == (True, False)
    assert "Chez Charlie" in operator.get("/backoffice/health?page=2").content.decode()


def test_the_inbox_of_all_is_searched_and_says_nothing_of_bodies(people: People, operator: Client) -> None:
    now = datetime.now(UTC)
    for organisation, body in ((people.le_zinc, b"secret-of-zinc"), (people.chez_charlie, b"secret-of-charlie")):
        Notification.objects.create(
            organisation_id=organisation.id,
            provider="sixpos",
            door="test",
            body=body,
            body_hash=body,
            verified=True,
            received_at=now,
            received_minute=now.replace(second=0, microsecond=0),
            outcome="parked",
        )
    page = operator.get("/backoffice/inbox?search=zinc&outcome=parked&provider=sixpos").content.decode()
    assert page.count("Show what was in it") == 1
    assert ">6xpos</td>" in page
    assert "Parked" in page
    assert "secret" not in page
    for nothing in ("search=nobody", "outcome=waiting", "provider=lightspeed_k", "before=1"):
        assert "Nothing matches" in operator.get(f"/backoffice/inbox?{nothing}").content.decode()


def test_a_job_that_was_given_up_is_shown_and_tried_again(people: People, operator: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('imports', 'test.given_up', '{\"secret\": 1, \"request_id\": \"q\"}', 'failed', 5) RETURNING id"
        )
        row = cursor.fetchone()
    number = int(row[0]) if row else 0
    page = operator.get("/backoffice/jobs").content.decode()
    assert "test.given_up" in page
    assert ">q</code>" in page
    assert "secret" not in page
    assert operator.post(f"/backoffice/jobs/{number}/again").status_code == 302
    assert engine.failed() == []
    assert people.client(people.alice).post(f"/backoffice/jobs/{number}/again").status_code == 403


def test_what_was_done_is_searched_and_exported_as_found(people: People, operator: Client) -> None:
    for what, subject in (("reward.changed", "Coffee"), ("member.removed", "Bob")):
        note(organisation_id=people.le_zinc.id, actor=f"user:{people.alice.pk}", what=what, subject=subject, now=NOW)
    for search, others in (("coffee", "Bob"), ("member.rem", "Coffee")):
        page = operator.get(at(people.le_zinc, f"activity?search={search}")).content.decode()
        taken = operator.get(at(people.le_zinc, f"activity/export?search={search}"))
        sheet = b"".join(taken.streaming_content).decode()  # type: ignore[attr-defined]
        assert others not in page
        assert others not in sheet
        assert len(sheet.splitlines()) == 2
    assert Note.objects.filter(what="audit.exported").count() == 2
    assert "Coffee" not in operator.get(at(people.chez_charlie, "activity")).content.decode()


def test_the_contacts_of_a_partner_are_changed_and_mailed_from_then_on(people: People, operator: Client) -> None:
    client, _ = grants.register(name="6xpos", provider="sixpos", redirect_uris=(), contacts=["old@x.example"], now=NOW)
    path = f"/backoffice/partners/{client.public_id}/contacts"
    assert operator.post(path, {"contacts": "no address"}).status_code == 302
    assert people.client(people.alice).post(path, {"contacts": "new@x.example"}).status_code == 403
    client.refresh_from_db()
    assert client.contacts == ["old@x.example"]
    assert operator.post(path, {"contacts": "new@x.example, other@x.example new@x.example"}).status_code == 302
    said = {"partner": client.public_id, "stores": [people.bar.public_id]}
    people.client(people.alice).post("/settings/partners/notify", said)
    told = set(OutgoingMail.objects.values_list("to", flat=True))
    assert told == {"new@x.example", "other@x.example", "olga@example.com"}, "and the operator"
    assert operator.post("/backoffice/partners/pcl_01JZZZZZZZZZZZZZZZZZZZZZZZ/contacts").status_code == 404


def test_what_operators_do_to_the_installation_is_a_chain_of_its_own(people: People, operator: Client) -> None:
    said = {"name": "6xpos", "provider": "sixpos", "contacts": "old@x.example", "redirect_uris": ""}
    assert operator.post("/backoffice/partners", said).status_code == 200
    client = PartnerClient.objects.get()
    operator.post(f"/backoffice/partners/{client.public_id}/contacts", {"contacts": "new@x.example"})
    for _again in range(2):
        operator.post("/backoffice/configuration", {"sign_up": "open", "includes": ["loyalty"]})
    operator.post("/backoffice/aliases", {"field": "orders amount", "other": "total_ttc"})
    operator.post("/backoffice/aliases/orders/amount/total_ttc/remove")
    Notification.objects.create(
        provider="sixpos", door="x", body=b"?", body_hash=b"1", verified=False, received_at=NOW, received_minute=NOW
    )
    opened = f"/backoffice/inbox/{Notification.objects.get().id}/open"
    assert operator.post(opened, {"reason": "It was routed to nobody."}).status_code == 200
    set_operator(email=people.bob.email, is_operator=True, now=NOW)
    assert [each.what for each in reversed(list(audit.every(HOUSE)))] == [
        "partner.registered",
        "partner.contacts_changed",
        "configuration.changed",
        "configuration.changed",
        "configuration.changed",
        "configuration.changed",
        "inbox.glass_broken",
        "operator.made",
    ]
    page = operator.get("/backoffice/activity?search=Olga").content.decode()
    for words in ("old@x.example → new@x.example", "first → open", "orders amount: total_ttc", "routed to nobody"):
        assert words in page, words
    assert "operator.made" not in page, "that was done on the command line"
    assert people.bob.email in operator.get("/backoffice/activity").content.decode()
    taken = operator.get("/backoffice/activity/export?search=6xpos")
    assert len(b"".join(taken.streaming_content).splitlines()) == 3  # type: ignore[attr-defined]

    assert chain.seal_all() == 9
    assert chain.read() == chain.Chain(9, 0, ())
    assert HOUSE not in Organisation.objects.values_list("id", flat=True)
    assert "2 organisations" in operator.get("/backoffice").content.decode()
    assert operator.get("/backoffice/merchant/org_00000000000000000000000000/stores").status_code == 404


def test_an_owner_reads_and_exports_what_was_done(people: People, operator: Client) -> None:
    path = at(people.le_zinc, f"modules/{people.bar.public_id}/loyalty/off")
    install_all(organisation=people.le_zinc, store=people.bar, provider="sixpos", now=NOW)
    assert operator.post(path).status_code == 302
    alice = people.client(people.alice)
    assert "An app was switched off" in alice.get("/settings/activity?search=olga").content.decode()
    assert "Nothing matches" in alice.get("/settings/activity?search=nobody").content.decode()
    sheet = b"".join(alice.get("/settings/activity/export").streaming_content).decode()  # type: ignore[attr-defined]
    assert "module.switched_off" in sheet
    assert "The activity was exported" in alice.get("/settings/activity").content.decode()
    assert people.client(people.bob).get("/settings/activity").status_code == 403


def test_an_operator_who_works_nowhere_finds_around_and_out(operator: Client) -> None:
    page = operator.get("/backoffice/jobs").content.decode()
    for path in ("/backoffice/inbox", "/backoffice/activity", "/settings/second-factor/", "/sign-out"):
        assert f'"{path}"' in page, path
    assert operator.get("/settings/second-factor/").status_code in (200, 302)


def test_nothing_connected_is_not_called_working(people: People, operator: Client, settings: Any) -> None:
    settings.COMPTOIR_MAIL_SERVER = "there is one"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    Organisation.objects.create(name="Aux Trois Moulins", created_at=NOW)
    row = operator.get("/backoffice/health?search=Moulins").content.decode()
    assert "Nothing connected yet" in row
    assert "Working" not in row


def test_requests_that_wait_stand_on_the_first_page(people: People, operator: Client) -> None:
    client, _ = grants.register(name="6xpos", provider="sixpos", redirect_uris=(), contacts=(), now=NOW)
    assert "waits for you" not in operator.get("/backoffice").content.decode()
    said = {"partner": client.public_id, "stores": [people.bar.public_id]}
    people.client(people.alice).post("/settings/partners/notify", said)
    assert "1 request waits for you" in operator.get("/backoffice").content.decode()


def test_details_are_read_as_words_and_exported_as_json(people: People, operator: Client) -> None:
    details = {"before": {"role": "staff", "name": "Bob"}, "after": {"role": "manager", "name": "Bob"}, "stores": []}
    note(organisation_id=people.le_zinc.id, actor="user:1", what="x.changed", now=NOW, details=details)
    page = operator.get(at(people.le_zinc, "activity")).content.decode()
    assert "staff → manager" in page
    assert "{" not in page.partition("x.changed")[2].partition("</tr>")[0]
    taken = operator.get(at(people.le_zinc, "activity/export"))
    sheet = b"".join(taken.streaming_content).decode()  # type: ignore[attr-defined]
    assert '""after""' in sheet


def test_organisations_are_found_by_name(people: People, operator: Client) -> None:
    page = operator.get("/backoffice?search=zinc").content.decode()
    assert "Le Zinc" in page
    Installation.objects.filter(store=people.bar).update(enabled=True)
    stores = operator.get(at(people.le_zinc, "stores")).content.decode()
    assert "pay_at_table" not in stores
    assert "Owner" in stores
    assert "Chez Charlie" not in page
