"""What the weekly balance does when something happens to sales: the days they touch are computed again."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from comptoir.apps.weekly_balance import engine, sources
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.core.installations.manifest import Event


def sales_moved(events: Sequence[Event], now: datetime) -> None:
    """Sales were closed, changed or voided: compute the days they belong to, and those they belonged to before."""
    organisation_id = events[0].organisation_id
    client = Client.objects.filter(organisation_id=organisation_id, pos_import=True).first()
    if client is None:
        return
    stores = {event.store_id for event in events}
    mine: defaultdict[UUID, list[Department]] = defaultdict(list)
    rows = Department.objects.filter(organisation_id=organisation_id, store_id__in=stores)
    for department in rows.order_by("id"):
        mine[department.store_id].append(department)
    clocks = {store: [sources.clock_of(each) for each in found] for store, found in mine.items()}
    touched = sources.days_of(organisation_id, {event.sale_id for event in events}, clocks)
    for store_id, days in sorted(touched.items()):
        for department in mine[store_id]:
            engine.compute(client=client, department=department, days=days, now=now)
