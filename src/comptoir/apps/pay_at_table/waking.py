"""Set jobs of this app going; what they do stands in `tasks.py`. All with the surrounding transaction."""

from datetime import date, datetime
from uuid import UUID

from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import Order
from comptoir.core.jobs import engine


def apply_soon(payment: GuestPayment, *, at: datetime | None = None, first: bool = False) -> None:
    """Go on with a payment; one job of it waits at a time, and one runs. An earlier instant wins. `first`: before those
    that have not begun, since little is left to do."""
    engine.by_name("pay_at_table.apply").enqueue_once(
        key=f" {payment.id}",
        at=at,
        first=first,
        organisation_id=str(payment.organisation_id),
        payment_id=str(payment.id),
    )


def order_soon(order: Order, *, at: datetime | None = None) -> None:
    """Go on with an order; one job of it waits at a time, and one runs."""
    engine.by_name("pay_at_table.order").enqueue_once(
        key=f" {order.id}", at=at, organisation_id=str(order.organisation_id), order_id=str(order.id)
    )


def read_soon(integration: Integration, *, at: datetime | None = None) -> None:
    """Read the bills of a store; whoever asks meanwhile is served by the same read."""
    engine.by_name("pay_at_table.read").enqueue_once(
        key=f" {integration.id}",
        at=at,
        organisation_id=str(integration.organisation_id),
        integration_id=str(integration.id),
    )


def check_soon(integration: Integration) -> None:
    """See whether what was chosen is still there."""
    engine.by_name("pay_at_table.check").enqueue_once(
        key=f" {integration.id}",
        organisation_id=str(integration.organisation_id),
        integration_id=str(integration.id),
    )


def reconcile_soon(integration: Integration, day: date) -> None:
    """Make the report of a business day."""
    engine.by_name("pay_at_table.reconcile").enqueue_once(
        key=f" {integration.id} {day}",
        organisation_id=str(integration.organisation_id),
        integration_id=str(integration.id),
        day=day.isoformat(),
    )


def tell_soon(organisation_id: UUID, integration_id: UUID) -> None:
    """See what somebody has to hear of at a store, now."""
    _tell(organisation_id, integration_id, key="now", at=None)


def tell_later(payment: GuestPayment, *, at: datetime) -> None:
    """The same when a payment's time is up."""
    _tell(payment.organisation_id, payment.integration_id, key=str(payment.id), at=at)


def tell_nothing(payment: GuestPayment) -> None:
    """It is settled before its time was up."""
    engine.by_name("pay_at_table.tell").forget(key=_later(payment.integration_id, str(payment.id)))


def show_soon(organisation_id: UUID, payment_id: UUID) -> None:
    """Say it on the till as well."""
    engine.by_name("pay_at_table.show").enqueue_once(
        key=f" {payment_id}", organisation_id=str(organisation_id), payment_id=str(payment_id)
    )


def _tell(organisation_id: UUID, integration_id: UUID, *, key: str, at: datetime | None) -> None:
    engine.by_name("pay_at_table.tell").enqueue_once(
        key=_later(integration_id, key),
        at=at,
        organisation_id=str(organisation_id),
        integration_id=str(integration_id),
    )


def _later(integration_id: UUID, key: str) -> str:
    return f" {integration_id} {key}"
