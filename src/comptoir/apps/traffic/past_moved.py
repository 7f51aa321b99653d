"""Which past figures moved since a report was sent last: what was sent is not rewritten (traffic-analytics.md 5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from comptoir.apps.traffic import rights, subscriptions
from comptoir.apps.traffic.late_changes import KINDS
from comptoir.apps.traffic.models import Change, ReportMail
from comptoir.core.accounts.roles import Role

BETWEEN: Final[Mapping[str, timedelta]] = {subscriptions.DAILY: timedelta(days=1), "weekly": timedelta(days=7)}
"""How far the report before lies back."""


def told(row: ReportMail, role: Role, *, slot: datetime, now: datetime) -> dict[str, Any]:
    """How many days of how many locations moved since the report before the one of `slot`, and the page that lists
    them, whenever they were."""
    stores = {each.store.id for each in subscriptions.places_of(row, now=now)}
    rows = Change.objects.filter(
        organisation_id=row.organisation_id,
        store_id__in=stores,
        seen_at__gte=slot - BETWEEN[row.rhythm],
        kind__in=[each for each in KINDS if rights.sees(role, each)],
    )
    days = sorted(rows.values_list("business_date", "store_id").distinct())
    said = {name: words for name, words in subscriptions.asked_of(row).items() if name == "at"}
    dates = {"since": days[0][0].isoformat(), "until": days[-1][0].isoformat()} if days else {}
    address = urlencode({**said, **dates}, doseq=True)
    return {
        "moved": len(days),
        "changes_url": f"{settings.COMPTOIR_URL}{reverse('traffic_changes')}?{address}",
    }
