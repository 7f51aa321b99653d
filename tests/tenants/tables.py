"""Tables of the cellar that are paid at."""

from comptoir.apps.pay_at_table import integrations, linking
from comptoir.apps.pay_at_table.alarm_tables import Orphan
from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.apps.pay_at_table.order_tables import Order, OrderKind, OrderState
from comptoir.core.connections.models import Connection
from comptoir.kernel.ids import public_id
from tests.tenants.world import NOW, World


def fill(world: World) -> None:
    """An integration of the cellar, a payment that needs somebody, and a provider that asks to be let in."""
    connection = Connection.objects.get(organisation=world.people.le_zinc)
    integration = integrations.create(
        organisation=world.people.le_zinc,
        store=world.cellar,
        connection=connection,
        location_id="90000000000001",
        name=world.of_the_store,
        now=NOW,
        card_method="CB",
    )
    payment = GuestPayment.objects.create(
        organisation=world.people.le_zinc,
        integration_id=integration.id,
        provider_payment_id=world.of_the_store,
        amount=2400,
        currency="EUR",
        state=State.NEEDS_ATTENTION,
        reason="check_closed",
        created_at=NOW,
        updated_at=NOW,
    )
    orphan = Orphan.objects.create(
        organisation=world.people.le_zinc,
        reference="CT01ARZ3NDEKTSV4RRFFQ69G5FAV-01",
        store_id=world.cellar.id,
        first_at=NOW,
    )
    order = Order.objects.create(
        organisation=world.people.le_zinc,
        integration_id=integration.id,
        provider_order_id=world.of_the_store,
        kind=OrderKind.EAT_IN,
        items=[{"sku": "CAFE", "quantity": 1}],
        state=OrderState.CANCELLED,
        note=world.of_the_store,
        created_at=NOW,
        updated_at=NOW,
    )
    key, _ = linking.make_key(provider="Zinc Pay", now=NOW)
    linking.ask(key=key, integration_id=integration.id, now=NOW)
    world.ids |= {
        "integration_id": integration.public_id,
        "payment_id": payment.public_id,
        "orphan_reference": orphan.reference,
        "order_id": order.public_id,
        "key_id": public_id("key", key.app_id),
    }
