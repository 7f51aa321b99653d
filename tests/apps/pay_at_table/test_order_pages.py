"""Orders on pages, and rows T12 and T13 of the failure table from the mail to where they end."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import ItemMapping, Order, OrderAttempt, OrderState
from comptoir.sandbox.postbox import Mail, Postbox
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.table import Table
from tests.apps.pay_at_table.test_orders import LOCAL, number_at, paid, place, send
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.people import People
from tests.postbox import postbox as postbox

pytestmark = pytest.mark.django_db(transaction=True)
CHEF = "chef@zinc.example"


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def one_mail(table: Table, postbox: Postbox) -> Mail:
    table.post()
    [mail] = postbox.messages(CHEF)
    return mail


def sent(table: Table) -> int:
    return sum(each.path == LOCAL for each in table.vendor.asked)


def test_t12_an_unknown_item_is_mapped_from_the_mail_and_delivered_once(
    table: Table, provider: Provider, postbox: Postbox, alice: Client
) -> None:
    Integration.objects.update(emails=CHEF)
    items = [{"sku": "NO-SUCH", "quantity": 2}, {"sku": "KIR", "quantity": 1}]
    place(provider, items=items, table_number=number_at(provider), payment=paid(amount=1040))
    mail = one_mail(table, postbox)
    assert "item unknown to the till" in mail.subject
    for words in ("2 × NO-SUCH, 1 × KIR", "Guest: Alice", "Open the order"):
        assert words in mail.text
    path = urlsplit(mail.button).path
    page = shown(alice, path)
    assert "NO-SUCH is at the till" in page
    assert "KIR is at the till" not in page
    assert (sent(table), Order.objects.get().state) == (0, "failed"), "looking changes nothing"

    wrong = alice.post(f"{path}/again", {"sku": "NO-SUCH", "to": "NOT-EITHER"}, follow=True).content.decode()
    assert "No menu of the till names this item." in wrong
    assert alice.post(f"{path}/again", {"sku": "OF-ANOTHER", "to": "CAFE"}).status_code == 404
    for _ in range(2):
        alice.post(f"{path}/again", {"sku": "NO-SUCH", "to": "CAFE"})
    row = send(table)
    found = table.vendor.world.find(ZINC, row.pos_check_id)
    assert found is not None
    assert sorted((each.sku, int(each.quantity)) for each in found.lines) == [("CAFE", 2), ("KIR", 1)]
    assert (sent(table), OrderAttempt.objects.count(), GuestPayment.objects.get().state) == (1, 1, "applied")
    assert "NO-SUCH is at the till" not in shown(alice, path)
    assert b"This order is not one to send again." in alice.post(f"{path}/again", follow=True).content


def test_t12_an_unknown_item_is_left_out_but_not_all_of_an_order(
    table: Table, provider: Provider, alice: Client
) -> None:
    place(provider, items=[{"sku": "NO-SUCH", "quantity": 1}], payment=paid())
    path = f"/pay-at-table/orders/{Order.objects.get().public_id}"
    answer = alice.post(f"{path}/again", {"sku": "NO-SUCH", "to": "-"}, follow=True)
    assert b"Nothing is left of this order." in answer.content
    assert Order.objects.get().state == OrderState.FAILED
    alice.post(f"{path}/cancel")
    assert Order.objects.get().state == OrderState.CANCELLED
    assert (GuestPayment.objects.get().state, GuestPayment.objects.get().reason) == (
        "needs_attention",
        "order_cancelled",
    )
    assert ItemMapping.objects.get().till_sku == ""


def test_t13_what_was_not_printed_is_on_the_till_and_not_sent_again(
    table: Table, provider: Provider, postbox: Postbox, alice: Client
) -> None:
    Integration.objects.update(emails=CHEF)
    table.vendor.simulator.offices.change(ZINC, printer_off=True)
    place(provider, payment=paid())
    row = send(table)
    assert table.vendor.world.find(ZINC, row.pos_check_id) is not None
    assert (row.reason, GuestPayment.objects.get().state) == ("printing_error", "applied")
    mail = one_mail(table, postbox)
    assert "not printed" in mail.subject
    assert "It is on the till, but was not printed: " + row.said in mail.text
    assert row.said
    page = shown(alice, urlsplit(mail.button).path)
    assert "Reprint it from the till." in page
    assert "Send again" not in page
    assert (sent(table), table.told(postbox)) == (1, ()), "no money is missing"


def test_staff_sees_orders_and_sends_none(table: Table, provider: Provider, people: People) -> None:
    place(provider, items=[{"sku": "NO-SUCH", "quantity": 1}], payment=paid())
    bob = people.client(people.bob)
    path = f"/pay-at-table/orders/{Order.objects.get().public_id}"
    assert "1 order is not in the kitchen and needs you." in shown(bob, "/pay-at-table/orders")
    assert "Send again" not in shown(bob, path)
    assert bob.post(f"{path}/again").status_code == 403


def test_the_list_of_orders_asks_as_often_for_many(table: Table, alice: Client) -> None:
    def some(numbers: range) -> None:
        for number in numbers:
            Order.objects.create(
                organisation_id=table.integration.organisation_id,
                integration_id=table.integration.id,
                provider_order_id=f"o-{number}",
                kind="eat_in",
                items=[{"sku": "CAFE", "quantity": 2}],
                created_at=table.now,
                updated_at=table.now,
            )

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            shown(alice, "/pay-at-table/orders")
        return len(found)

    assert "No guest has ordered yet" in shown(alice, "/pay-at-table/orders")
    some(range(2))
    few = asked()
    some(range(2, 20))
    assert asked() == few
