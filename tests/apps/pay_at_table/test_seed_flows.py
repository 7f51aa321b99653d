"""What a merchant is promised of the set-up (2.1, 2.2) and of what is read from the till (F9 to F11), seen on pages."""

import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.pay_at_table import checking, checklist, linking, listening
from comptoir.apps.pay_at_table.models import Bill, Integration
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.connections.models import Connection
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.postbox import Postbox
from tests.apps.pay_at_table.provider import Provider, decide
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People
from tests.postbox import postbox as postbox

pytestmark = pytest.mark.django_db(transaction=True)
METHODS = f"/f/finance/{ZINC}/paymentMethods"
PLACE, CHOSEN, READY, TOLD, EVENTS, LINKED, CONFIRMED = range(7)


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


@pytest.fixture
def settings_page(table: Table) -> str:
    return f"/pay-at-table/integrations/{table.integration.public_id}"


def states(table: Table) -> list[str]:
    """Of the lines of the checklist, in their order."""
    table.integration.refresh_from_db()
    return [each.state for each in checklist.steps(table.integration)]


def test_the_checklist_turns_green_by_what_the_till_does(table: Table, stranger: Provider) -> None:
    """Nobody ticks anything: each line waits for its fact."""
    Integration.objects.update(voucher_method="CASH", listening_at=None, heard_event_at=None, heard_result_at=None)
    before = states(table)
    assert (before[PLACE], before[CHOSEN]) == ("done", "done")
    assert [before[each] for each in (EVENTS, LINKED, CONFIRMED)] == ["now", "waiting", "waiting"]
    payment = table.run(table.take(1000))
    after = states(table)
    assert (after[READY], after[TOLD], after[CONFIRMED]) == ("done", "done", "waiting")
    table.hear(only="PAYMENT")
    table.run(payment)
    assert states(table)[CONFIRMED] == "done"
    table.tell_of_bills()
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    assert states(table)[EVENTS] == "done"
    stranger.post("/link")
    assert states(table)[LINKED] == "now"
    decide(stranger, yes=True)
    assert states(table) == ["done"] * 7


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (Condition.API_DISABLED, "The till says that its API is switched off"),
        (Condition.SALES_PERIOD_CLOSED, "The sales period is closed"),
        (Condition.TILL_OFFLINE, "No iPad answers"),
    ],
)
def test_the_checklist_says_what_the_till_lacks(table: Table, what: Condition, says: str) -> None:
    table.vendor.conditions = {what}
    table.go_on(table.take(1000), rounds=1)
    table.integration.refresh_from_db()
    step = checklist.steps(table.integration)[READY]
    assert (step.state, says in str(step.fact)) == ("stuck", True)


def test_one_method_for_vouchers_and_cards_is_warned_of(table: Table) -> None:
    assert "cannot be told apart" in str(checklist.steps(table.integration)[CHOSEN].fact)


def test_mails_to_lightspeed_support_are_ready_in_english_and_french(
    table: Table, alice: Client, settings_page: str
) -> None:
    page = unescape(alice.get(settings_page).content.decode())
    english, french = page[page.index("Please turn on") :], page[page.index("Merci d") :]
    for text in (english, french):
        for fact in (ZINC, listening.address_of(table.integration, now=table.now), "UPDATE", "CLOSE"):
            assert fact in text


def test_f9_opening_the_settings_renews_a_token_that_ran_out(table: Table, alice: Client, settings_page: str) -> None:
    Connection.objects.update(access_expires_at=table.now - timedelta(minutes=1))
    before = len(table.vendor.token_requests)
    assert alice.get(settings_page).status_code == 200
    assert len(table.vendor.token_requests) == before + 1


@pytest.mark.parametrize("what", ["floor", "bills", "payment"])
def test_f9_a_call_that_finds_the_token_ran_out_renews_it(table: Table, provider: Provider, what: str) -> None:
    Connection.objects.update(access_expires_at=table.now - timedelta(minutes=1))
    before = len(table.vendor.token_requests)
    if what == "payment":
        table.go_on(table.take(1000))
    else:
        assert provider.get({"floor": "/floor-plans", "bills": "/checks"}[what])[0] == 200
    assert len(table.vendor.token_requests) == before + 1


def test_f10_f11_methods_and_businesses_are_read_each_time_the_settings_open(
    table: Table, alice: Client, settings_page: str
) -> None:
    for _ in range(2):
        table.vendor.asked.clear()
        alice.get(settings_page)
        paths = [each.path for each in table.vendor.asked]
        assert METHODS in paths
        assert any("business" in each for each in paths), paths


def test_f11_a_place_that_is_gone_is_said_before_the_next_guest_pays(
    table: Table, alice: Client, settings_page: str, postbox: Postbox
) -> None:
    table.vendor.instead = elsewhere
    assert "Lightspeed no longer shows this place." in alice.get(settings_page).content.decode()
    for _ in range(2):
        assert checking.check(table.integration, now=table.now) == "pos_location_gone"
    table.post()
    [mail] = postbox.messages("alice@example.com")
    assert "place gone from Lightspeed" in mail.subject
    assert states(table)[PLACE] == "stuck"
    table.vendor.instead = None
    assert checking.check(table.integration, now=table.now) == ""
    assert states(table)[PLACE] == "done"


def elsewhere(request: Request, now: Any) -> Response | None:
    """The account has another place alone."""
    if "businesses" not in request.path:
        return None
    place = {"blID": 999, "blName": "Elsewhere", "country": "FR", "timezone": "Europe/Paris"}
    business = {"businessName": "Le Zinc", "currencyCode": "EUR", "businessLocations": [place]}
    return Response(200, json.dumps({"_embedded": {"businessList": [business]}}).encode())


def test_o8_a_provider_waits_is_linked_is_refused_and_lets_go(table: Table, stranger: Provider) -> None:
    assert (stranger.post("/link")[1]["state"], stranger.get("")[0]) == ("waiting", 404)
    decide(stranger, yes=False)
    assert (stranger.post("/link")[1]["state"], stranger.get("")[0]) == ("refused", 404)
    decide(stranger, yes=True)
    assert (stranger.post("/link")[1]["state"], stranger.get("")[0]) == ("linked", 200)
    linking.unlink(key=stranger.key, integration_id=table.integration.id, now=table.now)
    assert stranger.get("")[0] == 404
    assert stranger.post("/link")[1]["state"] == "waiting", "it has to be let in again"


def test_p6_figures_of_a_bill_are_those_that_were_read(table: Table) -> None:
    """The till has done it already; until it is read, nothing is taken off by ourselves."""
    table.run(table.take(1000))
    table.till_works()
    assert Bill.objects.get(check_id=table.bill).remaining == 2400
    table.pass_time(seconds=3)
    table.read()
    assert Bill.objects.get(check_id=table.bill).remaining == 1400
