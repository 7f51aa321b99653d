"""Jobs of pay at table: rows tell what to do, jobs only carry ids."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from comptoir.apps.pay_at_table import applying
from comptoir.apps.pay_at_table.models import MOVING, GuestPayment
from comptoir.core.jobs import engine

LEFT_ALONE: Final = timedelta(seconds=30)


@engine.job("pay_at_table.apply", queue=engine.LIVE)
def apply(*, organisation_id: str, payment_id: str, **_: str) -> None:
    """Take one payment as far towards the till as it goes now."""

    mine, clock = UUID(organisation_id), lambda: datetime.now(UTC)
    applying.run(organisation_id=mine, payment_id=UUID(payment_id), clock=clock)
    payment: GuestPayment | None = GuestPayment.objects.get(organisation_id=mine, id=UUID(payment_id))
    if payment is not None and payment.state not in MOVING:
        payment = applying.following(payment)
    if payment is not None:
        apply_soon(payment, at=payment.waiting_until)


def apply_soon(payment: GuestPayment, *, at: datetime | None = None) -> None:
    """With the surrounding transaction; one job of a payment waits at a time, and one runs."""
    apply.enqueue_once(
        key=f" {payment.id}", at=at, organisation_id=str(payment.organisation_id), payment_id=str(payment.id)
    )


@engine.periodic("pay_at_table.sweep", cron="* * * * *")
def sweep() -> None:
    """Payments that no job carries: its worker died, or the job was lost."""
    now = datetime.now(UTC)
    due = Q(waiting_until__lte=now - LEFT_ALONE) | Q(waiting_until=None, updated_at__lte=now - LEFT_ALONE)
    for payment in GuestPayment.objects.filter(due, state__in=MOVING):
        apply_soon(payment)
