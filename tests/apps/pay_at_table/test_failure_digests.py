"""How money that is not on the till is told of: together, in whose words, when, and where it stands until then."""

import msgspec
import pytest

from comptoir.apps.pay_at_table import till_messages
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.models import Integration, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.health.causes import Cause
from comptoir.core.health.lights import health
from comptoir.pos.hosting import Response
from comptoir.sandbox.postbox import Postbox
from tests.apps.pay_at_table.table import Table
from tests.apps.pay_at_table.test_failures import mended, one_mail, press
from tests.apps.pay_at_table.test_failures import table as table
from tests.postbox import postbox as postbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_cause_again_is_one_digest_with_retry_all(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payments = [table.go_on(table.take(100 * each, check_id=table.another_bill())) for each in (1, 2, 3, 4)]
    one, rest = payments[0], payments[1:]
    assert len(table.told(postbox)) == 2  # all four at once are one digest
    more = [table.go_on(table.take(100, check_id=table.another_bill())) for _ in range(2)]
    assert not table.told(postbox)
    table.pass_time(minutes=10)
    [digest, _] = table.told(postbox)
    assert digest.subject == "[Comptoir] Le Zinc – payment API switched off – 2 payments, €2.00"
    assert "Retry all" in digest.text
    table.vendor.conditions = set()
    assert press(table, digest) == [one, *rest, *more]
    for payment in [*payments, *more]:
        payment.refresh_from_db()
        assert table.go_on(payment).state == State.APPLIED
    assert "over: 6 payments, €12.00" in table.told(postbox)[0].subject


def test_mails_speak_the_language_of_the_integration(table: Table, postbox: Postbox) -> None:
    table.integration.language = "fr"
    table.integration.save()
    table.vendor.conditions = {Condition.API_DISABLED}
    table.go_on(table.take())
    mail = table.told(postbox)[0]
    assert "API de paiement désactivée" in mail.subject
    assert "Le client a déjà payé. Ne lui redemandez pas ce montant." in mail.text


def test_quiet_hours_hold_mails_back(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    table.go_on(table.take())
    every = Integration.objects.filter(id=table.integration.id)
    every.update(quiet_from="00:00", quiet_until="23:59:59")
    assert not table.told(postbox)
    every.update(quiet_from=None, quiet_until=None)
    assert len(table.told(postbox)) == 2


def test_the_till_says_so_as_well(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payment = table.go_on(table.take(table_number="12"))
    table.told(postbox)
    for _ in range(2):
        till_messages.show(payment.organisation_id, payment.id, now=table.now)
    shown = [each for each in table.vendor.asked if each.path == "/o/op/1/printMsg"]
    assert len(shown) == 1
    assert "Table 12 paid €24.00 by Qodeup, not on the check" in msgspec.json.decode(shown[0].body)["message"]


def test_the_alarm_stands_on_the_dashboard_while_it_lasts(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payment = table.go_on(table.take())
    mail = one_mail(table, postbox)

    def alarms() -> list[int]:
        found = health(payment.organisation_id, now=table.now).troubles
        return [each.count for each in found if each.cause is Cause.MONEY_NOT_ON_TILL]

    assert alarms() == [1]
    table.vendor.conditions = set()
    mended(table, postbox, mail, payment)
    assert alarms() == []


def test_a_cause_that_changes_is_told_when_it_asks_for_a_person(table: Table, postbox: Postbox) -> None:
    table.vendor.instead = lambda *_: Response(503)
    payment = table.run(table.take(2401))
    table.pass_time(seconds=121)
    assert len(table.told(postbox)) == 2
    table.vendor.instead = None
    table.go_on(payment)
    assert "more than is left" in table.told(postbox)[0].subject
    assert Notice.objects.filter(over_at=None).count() == 1
