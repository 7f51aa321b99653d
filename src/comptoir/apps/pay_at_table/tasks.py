"""Jobs of pay at table: rows tell what to do, jobs only carry ids."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from django.db.models import Q

from comptoir.apps.pay_at_table import (
    applying,
    checking,
    checks,
    events,
    hands,
    listening,
    looking_after,
    mails,
    notices,
    plans,
    readiness,
    reconciling,
    sending_orders,
    till_messages,
    waking,
)
from comptoir.apps.pay_at_table.models import MOVING, GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import UNDER_WAY, Order
from comptoir.core.jobs import engine
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable

log = structlog.get_logger(__name__)

FAULTS: Final = (VendorBusy, VendorRefused, VendorUnreadable, OutcomeUnknown)
LEFT_ALONE: Final = timedelta(seconds=30)
TURNED_AWAY: Final = timedelta(seconds=10)
"""After which one comes back whom nobody called (`hands`)."""
GUESTS: Final = 1
"""Who has paid or ordered goes before bills that are read for the mirror."""


def utc_now() -> datetime:
    """The worker's clock."""
    return datetime.now(UTC)


@engine.job("pay_at_table.apply", queue=engine.TILLS, priority=GUESTS)
def apply(*, organisation_id: str, payment_id: str, **_: str) -> None:
    """Take one payment as far towards the till as it goes now."""
    payment = GuestPayment.objects.get(organisation_id=UUID(organisation_id), id=UUID(payment_id))
    integration = checks.integration_of(payment.organisation_id, payment.integration_id)
    call = partial(waking.apply_soon, payment)
    with hands.one_of(integration.connection_id, who=payment.id, call=call) as is_free:
        if not is_free:
            call(at=utc_now() + TURNED_AWAY)
        elif not sending_orders.for_payment(payment, now=utc_now()):
            _apply(payment, integration)


def _apply(payment: GuestPayment, integration: Integration) -> None:
    applying.run(payment, integration, clock=utc_now)
    following = payment if payment.state in MOVING else applying.following(payment)
    if following is not None:
        waking.apply_soon(following, at=following.waiting_until)


@engine.job("pay_at_table.order", queue=engine.TILLS, priority=GUESTS)
def order(*, organisation_id: str, order_id: str, **_: str) -> None:
    """Take one order as far towards the till as it goes now."""
    sending_orders.run(organisation_id=UUID(organisation_id), order_id=UUID(order_id), clock=utc_now)


@engine.job("pay_at_table.read", queue=engine.TILLS)
def read(*, organisation_id: str, integration_id: str, **_: str) -> None:
    """Read the open bills of one store; what follows is done where they are mirrored."""
    integration = checks.integration_of(UUID(organisation_id), UUID(integration_id))
    call = partial(waking.read_soon, integration)
    with hands.one_of(integration.connection_id, who=integration.id, call=call) as is_free:
        if not is_free:
            call(at=utc_now() + TURNED_AWAY)
            return
        try:
            checks.read(integration, now=utc_now())
            if readiness.is_awaited(integration):
                readiness.ask(integration, now=utc_now())
        except FAULTS as error:
            log.warning("table.bills_not_read", integration=integration_id, cause=error.for_log)


@engine.job("pay_at_table.check", queue=engine.BACKGROUND)
def check(*, organisation_id: str, integration_id: str, **_: str) -> None:
    """Whether what was chosen is still there, before the next guest pays; and whether the till still tells us."""
    integration = checks.integration_of(UUID(organisation_id), UUID(integration_id))
    try:
        listening.register(integration, now=utc_now())
        checking.check(integration, now=utc_now())
    except FAULTS as error:
        log.warning("table.not_checked", integration=integration_id, cause=error.for_log)


@engine.job("pay_at_table.tell", queue=engine.LIVE)
def tell(*, organisation_id: str, integration_id: str, **_: str) -> None:
    """Write the mails of one store that are due."""
    notices.look(UUID(organisation_id), UUID(integration_id), now=utc_now())


@engine.job("pay_at_table.show", queue=engine.BACKGROUND)
def show(*, organisation_id: str, payment_id: str, **_: str) -> None:
    """Say on the till that a table has paid."""
    try:
        till_messages.show(UUID(organisation_id), UUID(payment_id), now=utc_now())
    except FAULTS as error:
        log.warning("table.message_not_shown", payment=payment_id, cause=error.for_log)


@engine.periodic("pay_at_table.check_all", cron="17 * * * *")
def check_all() -> None:
    """Each integration once a day."""
    for integration in checking.due(now=utc_now()):
        waking.check_soon(integration)
    for integration in checking.silent(now=utc_now()):
        mails.silent(integration, address=listening.address_of(integration, now=utc_now()), now=utc_now())


@engine.periodic("pay_at_table.warn_of_ends", cron="40 7 * * *")
def warn_of_ends() -> None:
    """Who is about to lose pay at table hears of it in the morning."""
    plans.warn(now=utc_now())


@engine.job("pay_at_table.reconcile", queue=engine.BACKGROUND)
def reconcile(*, organisation_id: str, integration_id: str, day: str, **_: str) -> None:
    """Make the report of one business day."""
    integration = checks.integration_of(UUID(organisation_id), UUID(integration_id))
    try:
        reconciling.make(integration, date.fromisoformat(day), now=utc_now())
    except FAULTS as error:
        log.warning("table.day_not_reconciled", integration=integration_id, day=day, cause=error.for_log)


@engine.periodic("pay_at_table.reconcile_due", cron="*/5 * * * *")
def reconcile_due() -> None:
    """Business days that are over."""
    for integration, day in reconciling.due(now=utc_now()):
        waking.reconcile_soon(integration, day)


@engine.periodic("pay_at_table.sweep", cron="* * * * *")
def sweep() -> None:
    """Payments that no job carries: its worker died, or the job was lost; holds whose time is up; stores to be read."""
    now = utc_now()
    due = Q(waiting_until__lte=now - LEFT_ALONE) | Q(waiting_until=None, updated_at__lte=now - LEFT_ALONE)
    for payment in GuestPayment.objects.filter(due, state__in=MOVING):
        waking.apply_soon(payment)
    overdue = Q(waiting_until__lte=now - LEFT_ALONE) | Q(waiting_until=None, updated_at__lte=now - LEFT_ALONE)
    for each in Order.objects.filter(overdue, state__in=UNDER_WAY):
        waking.order_soon(each)
    looking_after.end_holds(now=now)
    events.forget_old(now=now)
    for organisation_id, integration_id in notices.due(now=now):
        waking.tell_soon(organisation_id, integration_id)
    for integration, at in looking_after.due_for_reading(now=now):
        waking.read_soon(integration, at=at)
