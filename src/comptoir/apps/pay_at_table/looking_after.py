"""What time alone brings: holds that end, stores whose bills are due to be read although nobody asked (A8)."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from comptoir.apps.pay_at_table import mirror
from comptoir.apps.pay_at_table.models import ENDS, Bill, GuestPayment, Integration, Intent
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.kernel.clock import spread

BUSY: Final = timedelta(seconds=50)
"""While something is not settled a store is read each minute; a little less, as minutes are not exact."""
CALM: Final = timedelta(minutes=5)
WATCHED: Final = timedelta(hours=36)
"""What nobody touched for longer waits for a person, not for the till."""
LONGEST_VISIT: Final = timedelta(hours=15)
"""The till shows no bill that is older."""


def end_holds(*, now: datetime) -> int:
    """Holds whose time is up; the provider hears of each. Returns how many."""
    ended = 0
    for organisation_id, identifier in Intent.objects.filter(state=IntentState.HELD, expires_at__lte=now).values_list(
        "organisation_id", "id"
    ):
        with transaction.atomic():
            rows = Intent.objects.select_for_update().filter(organisation_id=organisation_id, id=identifier)
            intent = rows.filter(state=IntentState.HELD, expires_at__lte=now).first()
            if intent is not None:
                mirror.end_intent(intent, IntentState.EXPIRED, now=now)
                ended += 1
    return ended


def due_for_reading(*, now: datetime) -> list[tuple[Integration, datetime]]:
    """Stores with something unsettled each minute; others that are on, each five minutes while a bill is open. And when
    within this minute each is to be read: not all at once, and before them whoever pays."""
    own = {"organisation_id": OuterRef("organisation_id"), "integration_id": OuterRef("id")}
    unsettled = GuestPayment.objects.filter(**own, updated_at__gt=now - WATCHED).exclude(state__in=ENDS)
    open_bills = Bill.objects.filter(**own, closed=False, fetched_at__gt=now - LONGEST_VISIT)
    held = Intent.objects.filter(**own, state=IntentState.HELD)
    rows = Integration.objects.annotate(is_busy=Exists(unsettled) | Exists(held), has_bills=Exists(open_bills))
    soon = now + BUSY  # before the next tick
    late, calm = Q(read_at=None) | Q(read_at__lte=soon - BUSY), Q(read_at=None) | Q(read_at__lte=soon - CALM)
    found = {row.id: row for row in rows.filter(Q(is_busy=True) & late | Q(enabled=True, has_bills=True) & calm)}
    moments = spread(found.keys(), now=now)
    return [(row, moments[row.id]) for row in found.values() if _is_due(row, at=moments[row.id])]


def _is_due(row: Any, *, at: datetime) -> bool:
    return row.read_at is None or row.read_at <= at - (BUSY if row.is_busy else CALM)
