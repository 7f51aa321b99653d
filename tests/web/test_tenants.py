"""Nobody reaches what is not theirs: every route with the ids of real things, for an owner, for a colleague without
that store in every role, and for the owner of another organisation.

A new route must stand here: in `PAGES`, or in `CALLS` when the API answers it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoDbBlocker

from comptoir.core.accounts.roles import PERMISSIONS, Role
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.intake.models import Notification
from comptoir.web.api import api
from tests.people import create_people
from tests.tenants import NOW, OF_THE_ORGANISATION, OF_THE_STORE, World, build
from tests.web.test_pages import BACKOFFICE, ONES_OWN, ROUTES, routes

COLLEAGUES = [role for role in Role if role is not Role.OWNER]


class Of(Enum):
    """Whom the thing behind a route belongs to."""

    STORE = "a store: 404 for a colleague without it, 404 for a stranger"
    ORGANISATION = "the organisation: a colleague sees it without what is of another store, 404 for a stranger"
    EACH = "each sees what is theirs: the same route shows a colleague and a stranger nothing of the store"
    NOBODY = "nothing of an organisation is behind it"


@dataclass(frozen=True)
class Row:
    """One route: whose thing it is, how it is asked, and the ids it is asked with (names of `World.ids`)."""

    of: Of
    method: str = "get"
    ids: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    why: str = ""


SCREEN = (
    "screen",
    "screen_claim",
    "screen_consent",
    "screen_dismiss",
    "screen_manifest",
    "screen_pair",
    "screen_spend",
    "screen_tell",
    "screen_undo",
    "screen_worker",
)
A_DAY = {"day": "2026-03-14"}
MARCH_14 = {"on": "2026-03-14"}
A_COUNT = {"counts": [{"start": "2026-03-14T10:00:00Z", "went_in": 4, "serial": "9"}]}
PAGES = {
    **dict.fromkeys(ONES_OWN, Row(Of.NOBODY)),
    "profile": Row(Of.NOBODY, why="one's own name and second steps"),
    "tokens": Row(Of.EACH),
    "token_revoke": Row(Of.ORGANISATION, "post"),
    "token_restore": Row(Of.ORGANISATION, "post", {"token_id": "revoked_token_id"}),
    "webhooks": Row(Of.EACH),
    "webhook": Row(Of.ORGANISATION),
    "webhook_delivery": Row(Of.ORGANISATION),
    "webhook_delivery_replay": Row(Of.ORGANISATION, "post"),
    "webhook_delete": Row(Of.ORGANISATION, "post"),
    "webhook_replay": Row(Of.ORGANISATION, "post", data={"since": "2026-03-01T00:00"}),
    "webhook_rotate": Row(Of.ORGANISATION, "post"),
    "webhook_switch": Row(Of.ORGANISATION, "post", {"position": "off"}),
    "webhook_test": Row(Of.ORGANISATION, "post"),
    "partners": Row(Of.EACH),
    "partner_sheet": Row(Of.EACH),
    "partner_notify": Row(Of.EACH, "post"),
    "partner_token_revoke": Row(Of.ORGANISATION, "post", {"token_id": "partner_token_id"}),
    "partner_send_again": Row(Of.ORGANISATION, "post", {"request_id": "partner_request_id", "mail": "slugs"}),
    "partner_authorise": Row(Of.NOBODY, why="lets a partner into one's own; tests/apps/loyalty/partner/test_flow_x.py"),
    "visits": Row(Of.EACH),
    "activity": Row(Of.EACH),
    "activity_export": Row(Of.EACH),
    "visit_answer": Row(Of.ORGANISATION, "post", {"act": "decline"}),
    "loyalty_partner_checklist": Row(Of.EACH),
    "loyalty_partner_messages": Row(Of.EACH),
    "loyalty_partner_message_again": Row(Of.ORGANISATION, "post", {"message_id": "partner_message_id"}),
    "partner_oauth_form": Row(Of.NOBODY, why="leads to the page before"),
    "partner_nothing_there": Row(Of.NOBODY),
    **{name: Row(Of.NOBODY, why="the operator's, whatever the organisation") for name in BACKOFFICE},
    "help": Row(Of.EACH),
    "overview": Row(Of.EACH),
    "account_login": Row(Of.NOBODY),
    "account_logout": Row(Of.NOBODY),
    "account_inactive": Row(Of.NOBODY),
    "organisation": Row(Of.NOBODY, why="chooses among one's own; tests/web/test_shell.py"),
    "live_address": Row(Of.EACH),
    "readyz": Row(Of.NOBODY),
    "language": Row(Of.NOBODY),
    "connections": Row(Of.EACH),
    "connect": Row(Of.ORGANISATION, "post", {"provider": "lightspeed_k"}, {"connection": "connection_id"}),
    "connection_ask": Row(Of.EACH, "post", {"provider": "lightspeed_k"}),
    "consent_link": Row(Of.NOBODY, why="open to whoever has its key; tests/core/test_consent_links.py"),
    "connection_returned": Row(Of.NOBODY, why="takes the state of one's own journey; tests/core/test_consent.py"),
    "connection": Row(Of.ORGANISATION),
    "connection_link": Row(Of.ORGANISATION, "post"),
    "connection_refresh": Row(Of.ORGANISATION, "post"),
    "inbox": Row(Of.EACH),
    "notification": Row(Of.STORE),
    "inbox_replay": Row(Of.EACH),
    "inbox_export": Row(Of.EACH),
    "notification_replay": Row(Of.STORE, "post"),
    "imports": Row(Of.EACH),
    "import_begin": Row(Of.EACH, "post"),
    "import": Row(Of.STORE),
    "import_schedules": Row(Of.EACH),
    "import_schedule_add": Row(Of.EACH, "post"),
    "import_schedule_delete": Row(Of.STORE, "post"),
    "import_schedule_restore": Row(Of.STORE, "post", {"token": "schedule_token"}),
    "import_schedule_switch": Row(Of.STORE, "post", {"position": "off"}),
    "import_pause": Row(Of.STORE, "post", {"import_id": "running_import_id"}),
    "import_cancel": Row(Of.STORE, "post"),
    "import_go_on": Row(Of.STORE, "post"),
    "late_changes": Row(Of.EACH),
    "late_changes_export": Row(Of.EACH),
    "settings": Row(Of.EACH),
    "integrations": Row(Of.NOBODY, why="leads to the connections"),
    "loyalty_set_up": Row(Of.EACH),
    "users": Row(Of.EACH),
    "user": Row(Of.ORGANISATION),
    "user_second_steps": Row(Of.ORGANISATION, "post"),
    "user_remove": Row(Of.ORGANISATION, "post"),
    "user_restore": Row(Of.ORGANISATION, "post", {"token": "removed_id"}),
    "invitation_resend": Row(Of.ORGANISATION, "post"),
    "invitation_withdraw": Row(Of.ORGANISATION, "post"),
    "invitation": Row(Of.NOBODY, why="open to whoever has its key; tests/core/test_invitations.py"),
    "modules": Row(Of.EACH),
    "module_switch": Row(Of.STORE, "post", {"app": "loyalty", "position": "off"}),
    "module_catch_up": Row(Of.STORE, "post", {"app": "loyalty"}),
    "sales": Row(Of.EACH),
    "sale": Row(Of.STORE),
    "nothing_there": Row(Of.NOBODY),
    "loyalty": Row(Of.EACH),
    "loyalty_counter": Row(Of.EACH),
    "loyalty_thanks": Row(Of.STORE, ids={"offer_id": "claimed_offer_id"}),
    "loyalty_claim": Row(Of.STORE),
    "loyalty_members": Row(Of.EACH),
    "loyalty_member": Row(Of.ORGANISATION),
    "loyalty_members_export": Row(Of.EACH),
    "loyalty_members_settings": Row(Of.EACH),
    "loyalty_members_silent": Row(Of.EACH),
    "loyalty_members_watch": Row(Of.EACH),
    "loyalty_imports": Row(Of.EACH),
    "loyalty_import": Row(Of.STORE, ids={"import_id": "member_import_id"}),
    "loyalty_import_undo": Row(Of.STORE, "post", {"import_id": "member_import_id"}),
    "loyalty_import_discard": Row(Of.STORE, "post", {"import_id": "member_import_id"}),
    "loyalty_member_edit": Row(Of.ORGANISATION),
    "loyalty_member_undo": Row(Of.ORGANISATION, "post"),
    "loyalty_member_consent": Row(Of.ORGANISATION, "post", data={"sms": "no"}),
    "loyalty_member_merge": Row(Of.ORGANISATION, "post", data={"other": "other_member_id"}),
    "loyalty_member_unmerge": Row(Of.ORGANISATION, "post"),
    "loyalty_member_leave": Row(Of.ORGANISATION),
    "loyalty_member_data": Row(Of.ORGANISATION),
    "loyalty_unsubscribe": Row(Of.NOBODY, why="open to whoever has the link; tests/apps/loyalty/test_member_pages.py"),
    "tablets": Row(Of.EACH),
    "tablet": Row(Of.STORE),
    "tablet_code": Row(Of.EACH, "post"),
    "tablet_diagnosis": Row(Of.STORE),
    "tablet_identify": Row(Of.STORE, "post"),
    "tablet_link": Row(Of.STORE, "post"),
    "tablet_revoke": Row(Of.STORE, "post"),
    "register_passive": Row(Of.STORE, "post"),
    **{name: Row(Of.NOBODY, why="a tablet's own; its token names it") for name in SCREEN},
    "metrics": Row(Of.NOBODY, why="counts of the whole installation; tests/web/test_metrics.py"),
    "loyalty_rewards": Row(Of.EACH),
    "loyalty_rewards_export": Row(Of.EACH),
    "loyalty_reward_new": Row(Of.EACH),
    "loyalty_reward": Row(Of.ORGANISATION),
    "loyalty_reward_switch": Row(Of.ORGANISATION, "post", {"position": "off"}),
    "loyalty_alerts": Row(Of.EACH),
    "loyalty_alert": Row(Of.STORE, "post", {"position": "handled"}),
    "loyalty_held_lock": Row(Of.ORGANISATION, "post"),
    "loyalty_held_unlock": Row(Of.ORGANISATION, "post"),
    "loyalty_member_pin": Row(Of.ORGANISATION, "post", data={"pin": "1234"}),
    "loyalty_member_buy": Row(Of.STORE, "post", data={"reward": "reward_id", "store": "store_id"}),
    "loyalty_held_use": Row(Of.STORE, "post", data={"store": "store_id"}),
    "loyalty_held_cancel": Row(Of.ORGANISATION, "post"),
    "loyalty_figures": Row(Of.EACH),
    **dict.fromkeys(
        (
            *(
                "traffic",
                "traffic_totals",
                "traffic_totals_export",
                "traffic_comparison",
                "traffic_equation",
                "traffic_export",
            ),
            *("traffic_quality", "traffic_changes", "traffic_changes_export", "traffic_mails", "traffic_locations"),
            *("traffic_upload", "traffic_jobs", "traffic_settings", "traffic_over_time", "traffic_over_time_export"),
        ),
        Row(Of.EACH),
    ),
    "traffic_download": Row(Of.EACH, ids={"kind": "csv"}),
    "traffic_day": Row(Of.STORE, ids=MARCH_14),
    "traffic_day_edit": Row(Of.STORE, "post", MARCH_14),
    "traffic_day_undo": Row(Of.STORE, "post", {**MARCH_14, "at": "1000000"}),
    "traffic_mail_delete": Row(Of.NOBODY, why="one's own: tests/apps/traffic/test_report_mails.py"),
    "traffic_alerts": Row(Of.EACH),
    "traffic_alerts_to_me": Row(Of.EACH, "post", data={"language": "fr"}),
    "traffic_alert_mails": Row(Of.STORE, "post", {"alert_id": "traffic_alert_id", "position": "off"}),
    "traffic_hours": Row(Of.STORE),
    "traffic_exception_add": Row(Of.STORE, "post", data=MARCH_14),
    "traffic_exception_delete": Row(Of.STORE, "post", MARCH_14),
    "traffic_doors": Row(Of.EACH),
    "traffic_read_now": Row(Of.EACH, "post"),
    "traffic_door_rotate": Row(Of.ORGANISATION, "post"),
    "traffic_door_delete": Row(Of.ORGANISATION, "post"),
    "traffic_location": Row(Of.STORE),
    "traffic_location_save": Row(Of.STORE, "post"),
    "traffic_counter_add": Row(Of.STORE, "post", data={"name": "Door", "kind": "entrance"}),
    "traffic_counter_switch": Row(Of.STORE, "post", {"position": "off"}),
    "traffic_node_add": Row(Of.EACH, "post"),
    "traffic_job_add": Row(Of.EACH, "post"),
    "traffic_job": Row(Of.ORGANISATION),
    "traffic_job_match": Row(Of.ORGANISATION, "post", {"job_id": "connected_job_id"}),
    "traffic_job_check": Row(Of.ORGANISATION),
    "traffic_job_schedule": Row(
        Of.ORGANISATION, "post", {"job_id": "connected_job_id"}, {"rhythm": "hourly", "start": "00:02"}
    ),
    "traffic_job_delete": Row(Of.ORGANISATION, "post"),
    "traffic_job_switch": Row(Of.ORGANISATION, "post", {"position": "off"}),
    "traffic_settings_save": Row(Of.EACH, "post"),
    "traffic_editor_add": Row(Of.EACH, "post"),
    "traffic_editor_remove": Row(Of.ORGANISATION, "post", {"user_id": "editor_id"}),
    "traffic_editor_restore": Row(Of.ORGANISATION, "post", {"user_id": "editor_id", "nodes": "all"}),
    "loyalty_figures_export": Row(Of.EACH),
    "loyalty_member_pass": Row(Of.ORGANISATION, "post"),
    "scan": Row(Of.NOBODY, "post", why="a store's own address; tests/journeys/test_scans.py"),
    "loyalty_pass": Row(Of.NOBODY, why="open to whoever has its code; tests/apps/loyalty/test_passes.py"),
    "loyalty_bonuses": Row(Of.EACH),
    "loyalty_bonus_new": Row(Of.EACH, ids={"kind": "visit"}),
    "loyalty_bonus_switch": Row(Of.ORGANISATION, "post", {"position": "off"}),
    "loyalty_programme": Row(Of.EACH),
    "loyalty_programme_change": Row(Of.EACH),
    "loyalty_programme_example": Row(Of.EACH),
    "tables": Row(Of.EACH),
    "table_payments": Row(Of.EACH),
    "table_payments_export": Row(Of.EACH),
    "table_retry_all": Row(Of.STORE, "post", data={"integration": "integration_id", "cause": "check_closed"}),
    "table_payment": Row(Of.STORE),
    "table_unknown_seen_to": Row(Of.STORE, "post", {"reference": "orphan_reference"}),
    "table_payment_act": Row(Of.STORE, "post", {"what": "retry"}),
    "table_orders": Row(Of.EACH),
    "table_order": Row(Of.STORE),
    "table_order_act": Row(Of.STORE, "post", {"what": "cancel"}),
    "table_reconciliation": Row(Of.EACH),
    "table_reconciliation_export": Row(Of.EACH),
    "table_reconcile": Row(Of.STORE, "post", A_DAY),
    "table_integrations": Row(Of.EACH),
    "table_integration_add": Row(Of.NOBODY, why="a place of a till by its row: tests/apps/pay_at_table/test_pages.py"),
    "table_integration": Row(Of.STORE),
    "table_integration_save": Row(Of.STORE, "post"),
    "table_integration_switch": Row(Of.STORE, "post", {"way": "off"}),
    "table_provider": Row(Of.STORE, "post", {"decision": "yes"}),
    "table_catalogue": Row(Of.EACH),
    "table_offer": Row(Of.EACH, ids={"provider": "lightspeed_k"}),
    "table_plan": Row(Of.EACH),
    "table_plan_export": Row(Of.EACH),
    "table_plan_act": Row(Of.STORE, "post", {"what": "monthly"}),
    "table_again": Row(Of.NOBODY, why="open to whoever has the link; tests/apps/pay_at_table/test_pages.py"),
    "table_stop": Row(Of.NOBODY, why="open to whoever has the link; tests/apps/pay_at_table/test_pages.py"),
    "balance": Row(Of.EACH),
    "balance_approve": Row(Of.STORE, "post", A_DAY),
    "balance_budget_save": Row(Of.STORE, "post", {"what": "days"}),
    "balance_budgets": Row(Of.EACH),
    "balance_confirm": Row(Of.STORE, "post", A_DAY),
    "balance_correction": Row(Of.STORE, "post", {"decision": "accept"}),
    "balance_day": Row(Of.STORE, ids=A_DAY),
    "balance_department": Row(Of.STORE),
    "balance_department_save": Row(Of.STORE, "post"),
    "balance_departments": Row(Of.EACH),
    "balance_export": Row(Of.STORE),
    "balance_field_save": Row(Of.ORGANISATION, "post", data={"field_type": "net_sales"}),
    "balance_fields": Row(Of.EACH),
    "balance_hours": Row(Of.STORE, "post", A_DAY),
    "balance_import": Row(Of.EACH),
    "balance_import_act": Row(Of.STORE, "post", {"import_id": "balance_import_id", "what": "cancel"}),
    "balance_import_begin": Row(Of.EACH, "post"),
    "balance_note": Row(Of.STORE, "post", A_DAY),
    "balance_preset_choose": Row(Of.EACH, "post", {"preset": "retail"}),
    "balance_presets": Row(Of.EACH),
    "balance_reopen": Row(Of.STORE, "post", A_DAY),
    "balance_reopen_answer": Row(Of.STORE, "post", {"request_id": "reopen_id", "decision": "refuse"}),
    "balance_reopen_ask": Row(Of.STORE, "post", A_DAY),
    "balance_reopen_settle": Row(Of.STORE, "post", {"request_id": "reopen_id", "what": "seen"}),
    "balance_settings": Row(Of.EACH),
    "balance_settings_save": Row(Of.EACH, "post"),
    "balance_today": Row(Of.EACH),
    "balance_totals": Row(Of.EACH),
    "balance_type": Row(Of.STORE, "post"),
    "balance_undo": Row(Of.STORE, "post"),
}
NO_SMS: dict[str, Any] = {"channel": "sms", "value": False, "source": "pos"}
CALLS = {
    "GET /v1/sales": Row(Of.EACH),
    "GET /v1/sales/{sale_id}": Row(Of.ORGANISATION),
    "GET /v1/stores": Row(Of.EACH),
    "GET /v1/integrations": Row(Of.EACH),
    "GET /v1/webhooks": Row(Of.EACH),
    "POST /v1/webhooks": Row(Of.EACH, "post", data={"url": "https://hooks.example.com/"}),
    "GET /v1/webhooks/{webhook_id}": Row(Of.ORGANISATION),
    "PUT /v1/webhooks/{webhook_id}": Row(Of.ORGANISATION, "put", data={"url": "https://hooks.example.com/"}),
    "DELETE /v1/webhooks/{webhook_id}": Row(Of.ORGANISATION, "delete"),
    "POST /v1/webhooks/{webhook_id}/rotate": Row(Of.ORGANISATION, "post"),
    "POST /v1/webhooks/{webhook_id}/test": Row(Of.ORGANISATION, "post"),
    "POST /v1/webhooks/{webhook_id}/replay": Row(Of.ORGANISATION, "post", data={"since": "2026-03-01T00:00:00Z"}),
    "GET /v1/webhooks/{webhook_id}/deliveries": Row(Of.ORGANISATION),
    "GET /v1/webhooks/deliveries/{delivery_id}": Row(Of.ORGANISATION),
    "POST /v1/webhooks/deliveries/{delivery_id}/replay": Row(Of.ORGANISATION, "post"),
    "GET /v1/loyalty/members": Row(Of.EACH),
    "GET /v1/loyalty/members/{member_id}": Row(Of.ORGANISATION),
    "GET /v1/loyalty/members/{member_id}/points": Row(Of.ORGANISATION),
    "POST /v1/loyalty/members": Row(Of.ORGANISATION, "post", data={"phone": "+33698765432", "store": "store_id"}),
    "POST /v1/loyalty/members/stop": Row(Of.EACH, "post"),
    "PATCH /v1/loyalty/members/{member_id}": Row(Of.ORGANISATION, "patch", data={"first_name": "Alice"}),
    "DELETE /v1/loyalty/members/{member_id}": Row(Of.ORGANISATION, "delete"),
    "GET /v1/loyalty/members/{member_id}/consents": Row(Of.ORGANISATION),
    "POST /v1/loyalty/members/{member_id}/consents": Row(Of.ORGANISATION, "post", data=NO_SMS),
    "GET /v1/loyalty/members/{member_id}/rewards": Row(Of.ORGANISATION),
    "GET /v1/loyalty/rewards": Row(Of.EACH),
    "POST /v1/loyalty/rewards/{reward_id}/buy": Row(
        Of.ORGANISATION, "post", data={"member": "member_id", "store": "store_id"}
    ),
    "GET /v1/loyalty/held-rewards/{held_id}": Row(Of.ORGANISATION),
    "POST /v1/loyalty/held-rewards/{held_id}/lock": Row(Of.ORGANISATION, "post"),
    "POST /v1/loyalty/held-rewards/{held_id}/unlock": Row(Of.ORGANISATION, "post"),
    "POST /v1/loyalty/held-rewards/{held_id}/use": Row(Of.ORGANISATION, "post", data={"store": "store_id"}),
    "POST /v1/loyalty/held-rewards/{held_id}/cancel": Row(Of.ORGANISATION, "post"),
    "GET /v1/loyalty/offers": Row(Of.EACH),
    "GET /v1/loyalty/offers/{offer_id}": Row(Of.ORGANISATION),
    "POST /v1/loyalty/offers/{offer_id}/claim": Row(Of.ORGANISATION, "post"),
    "GET /v1/traffic/hours": Row(Of.EACH, data={"since": "2026-03-14", "until": "2026-03-14"}),
    "POST /v1/traffic/counts": Row(Of.EACH, "post", data=A_COUNT),
    "GET /v1/balance/departments": Row(Of.EACH),
    "GET /v1/balance/departments/{department_id}/week": Row(Of.ORGANISATION),
    "GET /v1/balance/imports/{balance_import_id}": Row(Of.ORGANISATION),
    "POST /v1/balance/imports": Row(
        Of.ORGANISATION, "post", data={"first": "2026-03-14", "last": "2026-03-14", "departments": ["department_id"]}
    ),
}

INTEGRATION = "/v1/integrations/{integration}"
PROVIDER_CALLS = {
    f"POST {INTEGRATION}/link",
    f"DELETE {INTEGRATION}/link",
    f"GET {INTEGRATION}",
    f"GET {INTEGRATION}/readiness",
    f"GET {INTEGRATION}/floor-plans",
    f"GET {INTEGRATION}/tables",
    f"GET {INTEGRATION}/checks",
    f"GET {INTEGRATION}/checks/{{check}}",
    f"POST {INTEGRATION}/checks/{{check}}/split-plans",
    f"POST {INTEGRATION}/checks/{{check}}/payment-intents",
    f"POST {INTEGRATION}/checks/{{check}}/payments",
    f"GET {INTEGRATION}/payment-intents/{{intent}}",
    f"POST {INTEGRATION}/payment-intents/{{intent}}/cancel",
    f"POST {INTEGRATION}/payment-intents/{{intent}}/confirm",
    f"GET {INTEGRATION}/payments",
    f"POST {INTEGRATION}/payments",
    f"GET {INTEGRATION}/payments/{{payment}}",
    f"POST {INTEGRATION}/payments/{{payment}}/retry",
    f"POST {INTEGRATION}/payments/{{payment}}/refunds",
    f"GET {INTEGRATION}/events",
    f"GET {INTEGRATION}/webhook-endpoints",
    f"POST {INTEGRATION}/webhook-endpoints",
    f"GET {INTEGRATION}/webhook-endpoints/{{endpoint}}",
    f"PATCH {INTEGRATION}/webhook-endpoints/{{endpoint}}",
    f"DELETE {INTEGRATION}/webhook-endpoints/{{endpoint}}",
    f"POST {INTEGRATION}/webhook-endpoints/{{endpoint}}/rotate-secret",
    f"POST {INTEGRATION}/webhook-endpoints/{{endpoint}}/test",
    f"POST {INTEGRATION}/webhook-endpoints/{{endpoint}}/replay",
    f"GET {INTEGRATION}/webhook-endpoints/{{endpoint}}/deliveries",
    f"POST {INTEGRATION}/deliveries/{{delivery}}/replay",
    f"GET {INTEGRATION}/menus",
    f"GET {INTEGRATION}/menus/{{menu_id}}",
    f"GET {INTEGRATION}/availability",
    f"POST {INTEGRATION}/orders",
    f"GET {INTEGRATION}/orders/{{order}}",
    f"POST {INTEGRATION}/orders/{{order}}/cancel",
}
"""Of provider keys, which no organisation has; who sees what stands in `tests/apps/pay_at_table/test_api.py`."""
SIGNED_CALLS = {"POST /v1/traffic/webhooks/{door}"}
"""Of nobody who holds a token: the signature says whose, `tests/apps/traffic/test_count_doors.py`."""


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once and committed; what a test does to it is rolled back."""
    with pytest.MonkeyPatch.context() as environ, django_db_blocker.unblock():
        environ.setenv("LIGHTSPEED_K_AUTHORISE_URL", "https://till.example/auth")
        environ.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
        environ.setenv("LIGHTSPEED_K_CLIENT_SECRET", "secret")
        world = build(create_people())
        # Between the tests the database is out of bounds, as it is elsewhere.
        with django_db_blocker.block():
            yield world
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def world(built: World, db: None) -> World:
    return built


def test_every_page_stands_in_the_table() -> None:
    assert set(PAGES) == set(routes())


def test_every_call_stands_in_the_table() -> None:
    paths = api.get_openapi_schema()["paths"]
    assert {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations} == (
        set(CALLS) | PROVIDER_CALLS | SIGNED_CALLS
    )


def address(name: str, row: Row, world: World) -> str:
    """The address of a page with the ids of things that exist."""
    pattern = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: known(row.ids.get(match[1], match[1]), world), pattern_of(name))
    return "/" + pattern


def pattern_of(name: str) -> str:
    return str(routes()[name].pattern)


def known(name: str, world: World) -> str:
    """The id of that name; a word that names no id stands for itself."""
    assert name in world.ids or not name.endswith("_id"), f"tests/tenants.py has nothing for {name}"
    return world.ids.get(name, name)


def ask(client: Client, path: str, row: Row, world: World, **more: Any) -> Any:
    data = {name: known(value, world) for name, value in row.data.items()}
    return getattr(client, row.method)(path, data, **more)


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row.of is not Of.NOBODY])
def test_a_page_shows_each_their_own(name: str, world: World) -> None:
    row, permission = PAGES[name], str(ROUTES[name])
    path = address(name, row, world)
    stranger = ask(world.client(world.people.charlie), path, row, world)
    for role in COLLEAGUES:
        answer = ask(world.colleague(role), path, row, world)
        allowed = role in PERMISSIONS[permission]
        fine = {404} if row.of is Of.STORE else {200, 302, 400, 422}
        assert answer.status_code in (fine if allowed else {403}), role
        assert OF_THE_STORE not in answer.getvalue().decode(), role

    assert stranger.status_code in ({200, 302, 400, 422} if row.of is Of.EACH else {404})
    assert OF_THE_STORE not in stranger.getvalue().decode()
    assert OF_THE_ORGANISATION not in stranger.getvalue().decode()
    assert ask(world.client(world.people.alice), path, row, world).status_code in (200, 302, 422), "it exists"


LISTS = ["overview", "connections", "inbox", "imports", "sales", "loyalty", "loyalty_counter", "tablets"]


@pytest.mark.parametrize("name", LISTS)
def test_an_owner_does_see_it(name: str, world: World) -> None:
    answer = world.client(world.people.alice).get(address(name, PAGES[name], world))
    assert OF_THE_STORE in answer.getvalue().decode(), "without this the absence for others would say nothing"


@pytest.mark.parametrize("name", ["inbox", "sales", "loyalty_members"])
def test_a_search_finds_nothing_of_others(name: str, world: World) -> None:
    path = address(name, PAGES[name], world)
    searched = {"search": OF_THE_STORE.lower()}
    answers = [world.colleague(Role.MANAGER), world.client(world.people.charlie)]
    for client in answers:
        for headers in ({}, {"HX-Request": "true"}):
            found = client.get(path, searched, headers=headers).content.decode()
            assert OF_THE_STORE not in found


def bearer(world: World, *, stranger: bool) -> dict[str, str]:
    organisation = world.people.chez_charlie if stranger else world.people.le_zinc
    _, secret = create_token(name="test", scopes=SCOPES, organisations=[organisation], now=NOW)
    return {"Authorization": f"Bearer {secret.reveal()}"}


def resolved(value: Any, world: World) -> Any:
    """A name of an id becomes the id, also in a list."""
    if isinstance(value, list):
        return [resolved(each, world) for each in value]
    return world.ids.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", list(CALLS))
def test_a_call_answers_for_its_own_organisation(name: str, world: World) -> None:
    row, path = CALLS[name], name.partition(" ")[2]
    path = re.sub(r"{(\w+)}", lambda match: world.ids[match[1]], path)
    writes = row.method in ("post", "put", "patch")
    more = {"content_type": "application/json"} if writes else {}
    data = {name: resolved(value, world) for name, value in row.data.items()} or (
        {"phone": "+33612345642"} if writes else {}
    )
    call = getattr(Client(), row.method)
    theirs = call(path, data, headers=bearer(world, stranger=True), **more)

    assert theirs.status_code in ((200, 201, 202) if row.of is Of.EACH else (404,))
    assert OF_THE_STORE not in theirs.content.decode()
    assert OF_THE_ORGANISATION not in theirs.content.decode()
    assert call(path, data, headers=bearer(world, stranger=False), **more).status_code in (200, 201, 202, 204)


def test_what_is_of_no_store_yet_is_for_those_who_have_all(world: World) -> None:
    Notification.objects.update(store_id=None)
    path = f"/inbox/{world.ids['notification_id']}"
    assert world.colleague(Role.MANAGER).get(path).status_code == 404
    assert world.client(world.people.alice).get(path).status_code == 200
