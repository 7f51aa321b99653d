"""Whether a store's till takes payments from outside now: asked once a minute at most, told by the till in between."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from django.db import transaction

from comptoir.apps.pay_at_table import checks, happenings, retrying, waking
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, State
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.pos.capabilities import ReadsReadiness
from comptoir.pos.orders import Readiness

BELIEVED: Final = timedelta(minutes=1)
WAIT_FOR_IT: Final = ("till_offline", "sales_period_closed")
"""Reasons that end when the till is ready: what waits for one of them goes out by itself then (T7, T8)."""
ENABLED_BY_SUPPORT: Final = "pos_payment_api_disabled"
"""The same for a person's work (T1), but only when the till turns ready: else it would be tried for ever."""


@dataclass(frozen=True)
class Ready:
    """What stands in the way, if anything; the API may be off for orders and on for payments, so `enabled` alone
    keeps nothing back."""

    ready: bool = True
    enabled: bool = True
    sales_period_open: bool = True
    till_available: bool = True

    @property
    def code(self) -> str:
        """The row of the failure table that a payment would meet."""
        if not self.sales_period_open:
            return "sales_period_closed"
        return "" if self.till_available else "till_offline"


def in_the_way(integration: Integration, *, now: datetime) -> str:
    """What would keep a payment from a till now; "" when nothing is known to. A till that cannot be asked is tried."""
    row = Integration.objects.get(organisation_id=integration.organisation_id, id=integration.id)
    if row.readiness_at is not None and now - BELIEVED < row.readiness_at <= now:
        return Ready(**row.readiness).code
    try:
        return ask(integration, now=now).code
    except (VendorRefused, VendorBusy, VendorUnreadable, OutcomeUnknown):
        return ""


def ask(integration: Integration, *, now: datetime) -> Ready:
    """Ask the till, and keep what it says. Raises the vendor's errors."""
    with checks.at_the_till(integration) as (vendor, location):
        found = cast(ReadsReadiness, vendor).readiness(location)
    return keep(integration.organisation_id, integration.id, found, now=now)


def keep(organisation_id: UUID, integration_id: UUID, said: Readiness, *, now: datetime) -> Ready:
    """Keep what was asked or told; where nothing is in the way any more, what waited for that goes on."""
    ready = Ready(said.ready, said.enabled, said.sales_period_open, said.till_available)
    mine = {"organisation_id": organisation_id}
    with transaction.atomic():
        row = Integration.objects.select_for_update().get(**mine, id=integration_id)
        turned = ready.ready and not Ready(**row.readiness).ready
        if row.readiness_at is not None and asdict(ready) != row.readiness:
            happenings.say(
                "integration.readiness_changed", organisation_id=organisation_id, integration_id=integration_id, now=now
            )
        row.readiness, row.readiness_at = asdict(ready), now
        row.save(update_fields=["readiness", "readiness_at"])
        here = GuestPayment.objects.filter(**mine, integration_id=integration_id)
        for payment in here.filter(state=State.QUEUED, reason__in=WAIT_FOR_IT) if ready.ready else ():
            waking.apply_soon(payment)
    if turned:
        retrying.retry_all(
            organisation_id=organisation_id,
            integration_id=integration_id,
            cause=ENABLED_BY_SUPPORT,
            actor="till",
            now=now,
        )
    return ready


def is_awaited(integration: Integration) -> bool:
    """Whether a payment waits for the till to be ready."""
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    reasons = (*WAIT_FOR_IT, *retrying.reasons_of(ENABLED_BY_SUPPORT))
    waiting = GuestPayment.objects.filter(**mine, state__in=(State.QUEUED, State.NEEDS_ATTENTION))
    return waiting.filter(reason__in=reasons).exists()
