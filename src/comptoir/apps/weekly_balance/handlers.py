"""What the weekly balance does when something happens to sales: the days they touch are computed again."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from comptoir.apps.weekly_balance import engine, sources
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.core import prepared
from comptoir.core.installations.manifest import Event

# Every batch of sales asks this, of most organisations in vain: without the ORM.
IMPORTS_SQL: Final[LiteralString] = "SELECT 1 FROM weekly_balance_client WHERE organisation_id = %s AND pos_import"


def sales_moved(events: Sequence[Event], now: datetime) -> None:
    """Sales were closed, changed or voided: compute the days they belong to, and those they belonged to before."""
    organisation_id = events[0].organisation_id
    if not _imports(organisation_id):
        return
    client = Client.objects.get(organisation_id=organisation_id)
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


def _imports(organisation_id: UUID) -> bool:
    with prepared.cursor() as cursor:
        cursor.execute(IMPORTS_SQL, [organisation_id])
        return bool(cursor.fetchall())
