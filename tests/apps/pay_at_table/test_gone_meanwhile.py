"""What is taken away while guests pay: a payment method (E29), the consent that two stores live on (E34)."""

import pytest

from comptoir.apps.pay_at_table import checking, checklist, holding
from comptoir.apps.pay_at_table.integrations import create
from comptoir.apps.pay_at_table.models import Integration, MethodKind, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.connections.models import Connection
from comptoir.kernel.errors import RuleBroken
from comptoir.sandbox.postbox import Postbox
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.table import Table
from tests.people import People, create_store
from tests.postbox import postbox as postbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_e29_a_method_that_is_deleted_refuses_new_holds_and_keeps_what_was_taken(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Integration] = []
    monkeypatch.setattr("comptoir.apps.pay_at_table.waking.check_soon", asked.append)
    table.integration.voucher_method = "CASH"
    table.integration.save()
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    payment = table.go_on(table.take(1000))
    assert (payment.state, payment.reason, len(asked)) == (State.NEEDS_ATTENTION, "pos_payment_method_missing", 1)
    assert checking.check(asked[0], now=table.now) == "pos_payment_method_missing"
    table.integration.refresh_from_db()
    with pytest.raises(RuleBroken) as refused:
        holding.hold(integration=table.integration, check_id=table.bill, session="g", amount=500, now=table.now)
    assert refused.value.code == "method_not_mapped"
    table.vendor.conditions = set()
    holding.hold(integration=table.integration, check_id=table.bill, session="g", amount=500, now=table.now)


def test_e29_of_two_methods_the_other_one_goes_on(table: Table) -> None:
    table.integration.voucher_method, table.integration.degraded = "NO-SUCH", "pos_payment_method_missing"
    table.integration.save()
    holding.hold(integration=table.integration, check_id=table.bill, session="g", amount=500, now=table.now)
    with pytest.raises(RuleBroken) as refused:
        holding.hold(
            integration=table.integration,
            check_id=table.bill,
            session="v",
            amount=500,
            now=table.now,
            method_kind=MethodKind.VOUCHER,
        )
    assert refused.value.code == "method_not_mapped"


def test_f10_whoever_was_told_of_a_payment_is_not_told_of_its_cause_again(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    table.go_on(table.take(1000))
    assert len(table.told(postbox)) == 1
    checking.check(table.integration, now=table.now)
    table.post()
    assert len(postbox.messages()) == 1


def test_e34_a_consent_that_is_revoked_is_said_of_every_store_that_lives_on_it(
    table: Table, provider: Provider, people: People
) -> None:
    assert provider.get("")[1]["status"] == "active"
    other = create(
        organisation=people.le_zinc,
        store=create_store(people.le_zinc, "Terrace"),
        connection=Connection.objects.get(),
        location_id="another",
        name="Terrace",
        now=table.now,
        card_method="APM",
    )
    Connection.objects.update(status=Connection.Status.RECONNECT)
    assert provider.get("")[1]["status"] == "reauth_required"
    found = checklist.steps_of([table.integration, other])
    assert {steps[0].state for steps in found.values()} == {"stuck"}
