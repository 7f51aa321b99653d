"""The house's own pages: who may see them, and what they say."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import PERMISSIONS, Role
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import process
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import reads
from comptoir.web.backstage import PERMISSION as OPERATOR
from tests.bills import bill, record, refund, told
from tests.notifications import body
from tests.people import People, create_member

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)

# Every route of the product and the permission it asks for; None: open to everybody, on purpose.
ONES_OWN = (
    "account_change_password",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_set_password",
    "account_signup",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "sign_up_finish",
)
"""About nobody but whoever is signed in, or wants to be: tests/core/test_second_steps.py, test_signing_up.py."""
WEBHOOKS = (
    "webhook",
    "webhook_delete",
    "webhook_delivery",
    "webhook_delivery_replay",
    "webhook_replay",
    "webhook_rotate",
    "webhook_switch",
    "webhook_test",
    "webhooks",
)
BACKOFFICE = (
    "backoffice",
    "backoffice_activity",
    "backoffice_activity_export",
    "backoffice_alias_remove",
    "backoffice_aliases",
    "backoffice_break_glass",
    "backoffice_configuration",
    "backoffice_decide",
    "backoffice_partner_contacts",
    "backoffice_health",
    "backoffice_house_activity",
    "backoffice_house_activity_export",
    "backoffice_inbox",
    "backoffice_job_again",
    "backoffice_jobs",
    "backoffice_module",
    "backoffice_partners",
    "backoffice_plan",
    "backoffice_stores",
    "backoffice_tables",
    "backoffice_tables_export",
    "backoffice_token_revoke",
    "backoffice_visit",
    "backoffice_visit_ask",
)
"""Of whoever runs the installation, and of no role: tests/apps/loyalty/partner/test_flow_x.py."""
ROUTES: dict[str, str | None] = {
    **dict.fromkeys(ONES_OWN),
    "profile": "overview.view",
    "tokens": "tokens.manage",
    "token_revoke": "tokens.manage",
    "token_restore": "tokens.manage",
    **dict.fromkeys(WEBHOOKS, "webhooks.manage"),
    "partners": "partners.view",
    "partner_sheet": "partners.view",
    "partner_notify": "partners.manage",
    "partner_token_revoke": "partners.manage",
    "partner_send_again": "partners.manage",
    "partner_authorise": "partners.manage",
    "visits": "visits.manage",
    "visit_answer": "visits.manage",
    "activity": "activity.view",
    "activity_export": "activity.view",
    "partner_oauth_form": None,
    "loyalty_partner_checklist": "loyalty.rewards",
    "loyalty_partner_messages": "loyalty.manage",
    "loyalty_partner_message_again": "loyalty.manage",
    "partner_nothing_there": None,
    **dict.fromkeys(BACKOFFICE, OPERATOR),
    "help": "overview.view",
    "overview": "overview.view",
    "account_login": None,
    "account_logout": None,
    "account_inactive": None,
    "organisation": None,
    "live_address": "overview.view",
    "readyz": None,
    "metrics": None,
    "language": None,
    "connections": "connections.view",
    "connect": "connections.manage",
    "connection_ask": "connections.manage",
    "consent_link": None,
    "connection_returned": "connections.manage",
    "connection": "connections.view",
    "connection_link": "connections.manage",
    "connection_refresh": "connections.manage",
    "inbox": "inbox.view",
    "notification": "inbox.view",
    "inbox_replay": "inbox.replay",
    "inbox_export": "inbox.view",
    "notification_replay": "inbox.replay",
    "imports": "imports.view",
    "import_begin": "imports.run",
    "import": "imports.view",
    "import_schedules": "imports.view",
    "import_schedule_add": "imports.run",
    "import_schedule_delete": "imports.run",
    "import_schedule_restore": "imports.run",
    "import_schedule_switch": "imports.run",
    "import_pause": "imports.run",
    "import_cancel": "imports.run",
    "import_go_on": "imports.run",
    "sales": "sales.view",
    "late_changes": "sales.view",
    "late_changes_export": "sales.view",
    "sale": "sales.view",
    "settings": "settings.view",
    "users": "users.manage",
    "user": "users.manage",
    "user_remove": "users.manage",
    "user_second_steps": "users.manage",
    "user_restore": "users.manage",
    "invitation_resend": "users.manage",
    "invitation_withdraw": "users.manage",
    "invitation": None,
    "modules": "modules.view",
    "module_catch_up": "modules.manage",
    "module_switch": "modules.manage",
    "nothing_there": None,
    "loyalty": "loyalty.view",
    "loyalty_counter": "loyalty.claim",
    "loyalty_thanks": "loyalty.claim",
    "loyalty_claim": "loyalty.claim",
    "loyalty_members": "loyalty.view",
    "loyalty_member": "loyalty.view",
    "loyalty_members_export": "loyalty.members",
    "loyalty_members_settings": "loyalty.manage",
    "loyalty_members_silent": "loyalty.members",
    "loyalty_members_watch": "loyalty.members",
    "loyalty_imports": "loyalty.members",
    "loyalty_import": "loyalty.members",
    "loyalty_import_undo": "loyalty.members",
    "loyalty_import_discard": "loyalty.members",
    "loyalty_member_edit": "loyalty.members",
    "loyalty_member_undo": "loyalty.members",
    "loyalty_member_consent": "loyalty.claim",
    "loyalty_member_merge": "loyalty.members",
    "loyalty_member_unmerge": "loyalty.members",
    "loyalty_member_leave": "loyalty.members",
    "loyalty_member_data": "loyalty.phones",
    "loyalty_unsubscribe": None,
    "loyalty_member_pass": "loyalty.members",
    "loyalty_pass": None,
    "scan": None,
    "loyalty_rewards": "loyalty.view",
    "loyalty_rewards_export": "loyalty.view",
    "loyalty_reward_new": "loyalty.rewards",
    "loyalty_reward": "loyalty.rewards",
    "loyalty_reward_switch": "loyalty.rewards",
    "loyalty_alerts": "loyalty.members",
    "loyalty_alert": "loyalty.members",
    "loyalty_held_lock": "loyalty.claim",
    "loyalty_held_unlock": "loyalty.claim",
    "loyalty_member_buy": "loyalty.claim",
    "loyalty_held_use": "loyalty.claim",
    "loyalty_held_cancel": "loyalty.members",
    "loyalty_figures": "loyalty.view",
    "loyalty_figures_export": "loyalty.view",
    "loyalty_bonuses": "loyalty.view",
    "loyalty_bonus_new": "loyalty.manage",
    "loyalty_bonus_switch": "loyalty.manage",
    "loyalty_programme": "loyalty.view",
    "loyalty_programme_change": "loyalty.manage",
    "loyalty_programme_example": "loyalty.manage",
    "integrations": None,
    "loyalty_set_up": "loyalty.tablets",
    "tablets": "loyalty.tablets",
    "traffic": "traffic.view",
    "traffic_day": "traffic.view",
    "traffic_day_edit": "traffic.edit",
    "traffic_day_undo": "traffic.edit",
    "traffic_totals": "traffic.view",
    "traffic_totals_export": "traffic.view",
    "traffic_over_time": "traffic.view",
    "traffic_over_time_export": "traffic.view",
    "traffic_comparison": "traffic.view",
    "traffic_equation": "traffic.view",
    "traffic_export": "traffic.view",
    "traffic_download": "traffic.view",
    "traffic_quality": "traffic.view",
    "traffic_changes": "traffic.view",
    "traffic_changes_export": "traffic.view",
    "traffic_mails": "traffic.view",
    "traffic_mail_delete": "traffic.view",
    "traffic_alerts": "traffic.view",
    "traffic_alerts_to_me": "traffic.locations",
    "traffic_alert_mails": "traffic.locations",
    "traffic_hours": "traffic.locations",
    "traffic_exception_add": "traffic.manage",
    "traffic_exception_delete": "traffic.manage",
    "traffic_locations": "traffic.locations",
    "traffic_upload": "traffic.manage",
    "traffic_node_add": "traffic.manage",
    "traffic_location": "traffic.locations",
    "traffic_location_save": "traffic.manage",
    "traffic_counter_add": "traffic.manage",
    "traffic_counter_switch": "traffic.manage",
    "traffic_doors": "traffic.connect",
    "traffic_door_rotate": "traffic.connect",
    "traffic_door_delete": "traffic.connect",
    "traffic_jobs": "traffic.status",
    "traffic_read_now": "traffic.jobs",
    "traffic_job_add": "traffic.connect",
    "traffic_job": "traffic.jobs",
    "traffic_job_match": "traffic.connect",
    "traffic_job_check": "traffic.jobs",
    "traffic_job_schedule": "traffic.connect",
    "traffic_job_delete": "traffic.connect",
    "traffic_job_switch": "traffic.connect",
    "traffic_settings": "traffic.locations",
    "traffic_settings_save": "traffic.manage",
    "traffic_editor_add": "traffic.connect",
    "traffic_editor_remove": "traffic.connect",
    "traffic_editor_restore": "traffic.connect",
    "tablet_code": "loyalty.tablets",
    "register_passive": "loyalty.tablets",
    "tablet": "loyalty.tablets",
    "tablet_diagnosis": "loyalty.tablets",
    "tablet_identify": "loyalty.tablets",
    "tablet_link": "loyalty.tablets",
    "tablet_revoke": "loyalty.tablets",
    "screen": None,
    "screen_manifest": None,
    "screen_worker": None,
    "screen_pair": None,
    "screen_tell": None,
    "screen_claim": None,
    "screen_undo": None,
    "screen_consent": None,
    "screen_spend": None,
    "loyalty_member_pin": "loyalty.members",
    "screen_dismiss": None,
    "tables": "pay_at_table.view",
    "table_payments": "pay_at_table.view",
    "table_payments_export": "pay_at_table.view",
    "table_retry_all": "pay_at_table.settle",
    "table_payment": "pay_at_table.view",
    "table_unknown_seen_to": "pay_at_table.settle",
    "table_payment_act": "pay_at_table.settle",
    "table_orders": "pay_at_table.view",
    "table_order": "pay_at_table.view",
    "table_order_act": "pay_at_table.settle",
    "table_reconciliation": "pay_at_table.view",
    "table_reconciliation_export": "pay_at_table.view",
    "table_reconcile": "pay_at_table.settle",
    "table_integrations": "pay_at_table.view",
    "table_integration_add": "pay_at_table.manage",
    "table_integration": "pay_at_table.view",
    "table_integration_save": "pay_at_table.manage",
    "table_integration_switch": "pay_at_table.manage",
    "table_provider": "pay_at_table.manage",
    "table_catalogue": "pay_at_table.manage",
    "table_offer": "pay_at_table.manage",
    "table_plan": "pay_at_table.manage",
    "table_plan_export": "pay_at_table.manage",
    "table_plan_act": "pay_at_table.manage",
    "table_again": None,
    "table_stop": None,
    "balance": "weekly_balance.view",
    "balance_approve": "weekly_balance.reopen",
    "balance_budget_save": "weekly_balance.manage",
    "balance_budgets": "weekly_balance.view",
    "balance_confirm": "weekly_balance.confirm",
    "balance_correction": "weekly_balance.reopen",
    "balance_day": "weekly_balance.view",
    "balance_department": "weekly_balance.view",
    "balance_department_save": "weekly_balance.manage",
    "balance_departments": "weekly_balance.view",
    "balance_export": "weekly_balance.view",
    "balance_field_save": "weekly_balance.manage",
    "balance_fields": "weekly_balance.view",
    "balance_hours": "weekly_balance.type",
    "balance_import": "weekly_balance.import",
    "balance_import_act": "weekly_balance.import",
    "balance_import_begin": "weekly_balance.import",
    "balance_note": "weekly_balance.type",
    "balance_preset_choose": "weekly_balance.manage",
    "balance_presets": "weekly_balance.view",
    "balance_reopen": "weekly_balance.reopen",
    "balance_reopen_answer": "weekly_balance.reopen",
    "balance_reopen_ask": "weekly_balance.confirm",
    "balance_reopen_settle": "weekly_balance.confirm",
    "balance_settings": "weekly_balance.view",
    "balance_settings_save": "weekly_balance.manage",
    "balance_today": "weekly_balance.today",
    "balance_totals": "weekly_balance.view",
    "balance_type": "weekly_balance.type",
    "balance_undo": "weekly_balance.type",
}
API_NAMESPACES = {"v1", "partner-v1"}


def routes(resolver: URLResolver | None = None) -> dict[str, URLPattern]:
    """Every named route outside the API."""
    found: dict[str, URLPattern] = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in API_NAMESPACES:
                found |= routes(pattern)
        else:
            found[str(pattern.name)] = pattern
    return found


def test_every_route_stands_in_the_table_with_its_permission() -> None:
    assert {name: getattr(route.callback, "permission", None) for name, route in routes().items()} == ROUTES


def test_every_permission_of_a_route_is_somebody_s() -> None:
    for permission in set(filter(None, ROUTES.values())) - {OPERATOR}:
        assert PERMISSIONS[permission], permission


NUMBERS = {"at": "1", "user_id": "1", "notification_id": "999999", "membership_id": "999999", "job_id": "999999"}


def address(name: str) -> str:
    """The address of a route, with an id that names nothing."""
    ids = {"provider": "lightspeed_k", "app": "loyalty", "position": "on"} | NUMBERS
    pattern = str(routes()[name].pattern)
    return "/" + re.sub(r"<\w+:(\w+)>", lambda match: ids.get(match[1], "xxx_01JZZZZZZZZZZZZZZZZZZZZZZZ"), pattern)


@pytest.mark.django_db
def test_a_stranger_is_led_to_the_sign_in() -> None:
    for name in [name for name, permission in ROUTES.items() if permission]:
        for method in ("get", "post"):
            response = getattr(Client(), method)(address(name))
            assert response.status_code in (302, 405), name
            assert response.status_code == 405 or response["Location"].startswith("/sign-in"), name


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_what_the_table_says(role: Role, people: People) -> None:
    """Each address is asked as if it were the only one: what an answer changed is taken back."""
    client, wrong = people.client(create_member(people.le_zinc, "Someone", role)), {}
    cookies = client.cookies.copy()
    for name in [name for name, permission in ROUTES.items() if permission]:
        client.cookies = cookies.copy()
        with transaction.atomic():
            statuses = {client.get(address(name)).status_code, client.post(address(name)).status_code}
            transaction.set_rollback(True)
        if (403 in statuses) != (role not in PERMISSIONS.get(str(ROUTES[name]), ())):
            wrong[name] = statuses
    assert wrong == {}


@pytest.fixture
def trading(people: People) -> People:
    """A bill with its refund in the ledger, and two notifications, one of them parked."""
    record(people.bar, [told(bill("A1.1", "28.50"), at=NOW), told(refund("A1.2", "A1.1", "-5"))])
    for number, content in enumerate((body(), b'{"notificationType": "CLOSE"}')):
        Notification.objects.create(
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            provider="lightspeed_k",
            door="hooks/lightspeed_k/x",
            verified=True,
            body=content,
            body_hash=bytes([number]),
            received_at=NOW,
            received_minute=NOW,
        )
    process.drain(clock=lambda: NOW)
    return people


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_the_sales_page_finds_and_opens_a_bill(trading: People) -> None:
    client = trading.client(trading.alice)
    assert "A1.1" in page(client, "/sales")
    found = page(client, "/sales?search=A1.2")
    assert "A1.2" in found
    assert ">A1.1<" not in found
    assert "Nothing matches" in page(client, "/sales?search=nothing-like-it")

    [sale] = reads.sales(trading.le_zinc.id, external_id="A1.1")
    opened = page(client, f"/sales/{sale.public_id}")
    assert "€28.50" in opened
    assert "A1.2" in opened, "its refund is one click away"


def test_the_inbox_says_what_became_of_each_notification(trading: People) -> None:
    client = trading.client(trading.alice)
    listed = page(client, "/inbox")
    assert "1 notification could not be read and is parked." in listed
    parked = Notification.objects.get(outcome="parked")
    opened = page(client, f"/inbox/{parked.id}")
    assert parked.fault_path in opened
    assert "&quot;CLOSE&quot;" in opened, "an owner sees the body"
    assert "Parked" in page(client, "/inbox?outcome=parked")


def test_the_raw_body_is_for_owners_alone(trading: People) -> None:
    manager = create_member(trading.le_zinc, "Bobby", Role.MANAGER)
    row = Notification.objects.filter(outcome="recorded").get()

    assert "Chasselas 1dl" in page(trading.client(trading.alice), f"/inbox/{row.id}")
    assert "Chasselas 1dl" not in page(trading.client(manager), f"/inbox/{row.id}")


def test_charlie_sees_nothing_of_le_zinc(trading: People) -> None:
    client = trading.client(trading.charlie)
    [sale] = reads.sales(trading.le_zinc.id, external_id="A1.1")
    row = Notification.objects.order_by("id")[0]

    assert client.get(f"/sales/{sale.public_id}").status_code == 404
    assert client.get(f"/inbox/{row.id}").status_code == 404
    assert "A1.1" not in page(client, "/sales")
    assert "No sale yet" in page(client, "/sales")
    assert "Nothing has come in yet" in page(client, "/inbox")
    assert "Connect your till" in page(client, "/connections")


@pytest.fixture
def connected(people: People) -> Connection:
    made = Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        account_name="Le Zinc",
        status_since=NOW,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOW + timedelta(hours=1),
        consented_by=people.alice,
        created_at=NOW,
    )
    LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=made,
        provider="lightspeed_k",
        external_id="90000000000001",
        name="La salle",
        currency="EUR",
        timezone="Europe/Paris",
        country="FR",
    )
    return made


def test_a_location_can_feed_a_new_store_a_known_one_or_none(people: People, connected: Connection) -> None:
    client = people.client(people.alice)
    link = LocationLink.objects.get()
    path = f"/connections/{connected.public_id}"
    assert "La salle" in page(client, path)

    client.post(f"{path}/locations", {f"store-{link.id}": "new"})
    link.refresh_from_db()
    assert link.store is not None
    assert (link.store.name, link.store.timezone) == ("La salle", "Europe/Paris")
    assert "/hooks/lightspeed_k/" in page(client, path)

    client.post(f"{path}/locations", {f"store-{link.id}": people.bar.public_id})
    link.refresh_from_db()
    assert link.store == people.bar

    client.post(f"{path}/locations", {f"store-{link.id}": ""})
    link.refresh_from_db()
    assert link.store is None


def test_connections_answer_with_what_is_broken(people: People, connected: Connection) -> None:
    Connection.objects.update(status="reconnect", status_reason="Sign in again.")
    answer = page(people.client(people.alice), "/connections").partition('id="answer"')[2].partition("</div>")[0]
    assert "answer-bad" in answer
    assert "no longer accepts Comptoir" in answer


def test_nobody_links_a_store_of_another_organisation(people: People, connected: Connection) -> None:
    link = LocationLink.objects.get()
    mine, theirs = people.client(people.alice), people.client(people.charlie)
    path = f"/connections/{connected.public_id}/locations"

    assert mine.post(path, {f"store-{link.id}": people.shop.public_id}).status_code == 404
    assert theirs.post(path, {f"store-{link.id}": people.shop.public_id}).status_code == 404
    assert theirs.get(f"/connections/{connected.public_id}").status_code == 404
    link.refresh_from_db()
    assert link.store is None


def test_an_answer_with_a_state_of_somebody_else_s_is_refused(people: People) -> None:
    client = people.client(people.alice)
    response = client.get("/connections/returned?code=x&state=made-up")

    assert response.status_code == 400
    assert not Connection.objects.exists()


def test_connecting_leaves_for_the_vendor_with_state_and_challenge(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTSPEED_K_AUTHORISE_URL", "https://till.example/auth")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_SECRET", "secret")
    location = people.client(people.alice).post("/connections/connect/lightspeed_k")["Location"]

    assert location.startswith("https://till.example/auth?")
    for part in ("response_type=code", "client_id=client", "state=", "code_challenge=", "code_challenge_method=S256"):
        assert part in location
    assert "secret" not in location


def test_without_a_client_the_page_says_what_to_set(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIGHTSPEED_K_CLIENT_ID", raising=False)
    response = people.client(people.alice).post("/connections/connect/lightspeed_k")

    assert response.status_code == 502
    assert "LIGHTSPEED_K_CLIENT_ID" in response.content.decode()


@pytest.mark.parametrize("path", ["/sales", "/inbox", "/"])
def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(people: People, path: str) -> None:
    client = people.client(people.alice)
    record(people.bar, [told(bill(f"A1.{number}")) for number in range(2)])
    page(client, path)  # the first page of a process fills caches
    few = queries(client, path)
    record(people.bar, [told(bill(f"A2.{number}")) for number in range(40)])

    assert queries(client, path) == few


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, path)
    return len(captured)


def test_a_tagged_address_is_a_user_of_its_own(people: People) -> None:
    tagged = User.objects.create_user("Alice+Brand@example.com")

    assert tagged.email == "alice+brand@example.com"
    assert tagged != people.alice


def test_an_address_the_api_does_not_have_is_told_in_its_own_shape(people: People) -> None:
    response = Client().get("/v1/no/such/thing")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_the_inbox_is_searched_by_store_period_and_words_and_exported_so(trading: People) -> None:
    client = trading.client(trading.alice)
    rows = list(Notification.objects.filter(organisation_id=trading.le_zinc.id).order_by("-id"))
    parked = next(row for row in rows if row.outcome == "parked")

    def exported(query: str = "") -> list[dict[str, str]]:
        answer = client.get(f"/inbox/export?{query}")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert [each["id"] for each in exported()] == [str(row.id) for row in rows]
    assert [each["fault"] for each in exported("outcome=parked")] == [parked.fault]
    assert str(parked.id) in [each["id"] for each in exported(f"search={parked.id}")]
    assert [each["id"] for each in exported(f"search={quote(parked.fault[:20])}")] == [str(parked.id)]
    assert len(exported(f"store={trading.bar.public_id}")) == len([r for r in rows if r.store_id == trading.bar.id])
    day = timezone.localdate(parked.received_at, ZoneInfo(trading.bar.timezone)).isoformat()
    assert len(exported(f"since={day}&until={day}")) == len(rows)
    assert exported(f"until={date.fromisoformat(day) - timedelta(days=1)}") == []
    assert len(exported("since=yesterday&store=sto_x&outcome=x")) == len(rows), "what cannot be read asks for nothing"

    listed = page(client, f"/inbox?outcome=parked&since={day}")
    assert f"/inbox/export?outcome=parked&amp;since={day}" in listed
    assert "1 notification would be read again" in page(client, f"/inbox/replay?outcome=parked&since={day}")
    assert "Nothing matches" in page(client, "/inbox/replay?outcome=parked&until=2020-01-01")
