"""Whether the place, the methods and the staff account that were chosen still exist: daily, and right after a refusal.

What is missing is told before the next guest pays (F10, F11, T2, T3).
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from django.db import transaction
from django.db.models import Q

from comptoir.apps.pay_at_table import checks, happenings, mails
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.failures import LOCATION_GONE, METHOD_MISSING, STAFF_INACTIVE
from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.ledger.silence import latest_hours
from comptoir.pos.capabilities import ReadsPaymentMethods, ReadsStaff
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Location

EVERY: Final = timedelta(hours=23)
SILENCE: Final = timedelta(hours=24)
LONGEST_LABEL: Final = 120


def due(*, now: datetime) -> list[Integration]:
    """Those that are on and were not looked at for a day."""
    late = Q(checked_at=None) | Q(checked_at__lte=now - EVERY)
    return list(Integration.objects.filter(late, enabled=True))


def silent(*, now: datetime) -> list[Integration]:
    """Stores that sold something in the last day, and whose till told of none of it (T20)."""
    late = Q(heard_event_at=None) | Q(heard_event_at__lte=now - SILENCE)
    rows = Integration.objects.filter(late, enabled=True, listening_at__lte=now - SILENCE)
    found = []
    for integration in rows:
        latest = latest_hours(integration.organisation_id, [integration.store_id]).get(integration.store_id)
        if latest is not None and latest > now - SILENCE and latest > (integration.heard_event_at or latest - SILENCE):
            found.append(integration)
    return found


def check(integration: Integration, *, now: datetime) -> str:
    """What is missing, as a code of the failure table; "" when nothing is. Raises the vendor's errors."""
    labels: dict[str, str] = {}
    with checks.at_the_till(integration) as (vendor, location):
        if all(each.external_id != location.external_id for each in vendor.locations()):
            code = LOCATION_GONE  # whose methods and people are nobody's any more
        else:
            methods = cast(ReadsPaymentMethods, vendor).payment_methods(location)
            labels = {each.code: each.name[:LONGEST_LABEL] for each in methods}
            code = _missing(integration, labels, vendor, location)
    _note(integration, code, labels, now=now)
    return code


def _missing(integration: Integration, codes: Collection[str], vendor: Vendor, location: Location) -> str:
    if {integration.card_method, integration.voucher_method} - {"", *codes}:
        return METHOD_MISSING
    staff = integration.staff_id
    works = not staff or any(each.id == staff and each.active for each in cast(ReadsStaff, vendor).staff(location))
    return "" if works else STAFF_INACTIVE


def _note(integration: Integration, code: str, labels: Mapping[str, str], *, now: datetime) -> None:
    with transaction.atomic():
        row = Integration.objects.select_for_update().get(
            organisation_id=integration.organisation_id, id=integration.id
        )
        before = row.degraded
        row.checked_at, row.degraded = now, code
        row.degraded_at = (row.degraded_at if before == code else now) if code else None
        row.card_label = labels.get(row.card_method, row.card_label)
        row.voucher_label = labels.get(row.voucher_method, row.voucher_label)
        row.save(update_fields=["checked_at", "degraded", "degraded_at", "card_label", "voucher_label"])
        if code and before != code:
            happenings.say(
                "integration.degraded",
                organisation_id=row.organisation_id,
                integration_id=row.id,
                now=now,
                code=code,
            )
            told = Notice.objects.filter(organisation_id=row.organisation_id, integration_id=row.id, code=code)
            if not told.filter(over_at=None).exists():  # whoever reads of a payment knows why already
                mails.degraded(row, code=code, now=now)
