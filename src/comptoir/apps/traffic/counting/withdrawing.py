"""Counts that whoever told them takes back: what they spoke of is not known any more, which is not nought."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from comptoir.apps.traffic import projection
from comptoir.apps.traffic.count_tables import Count, Counter
from comptoir.apps.traffic.making import StoreDay
from comptoir.core.accounts.models import Store
from comptoir.kernel.clock import business_date, local_hour


def withdraw(
    *, organisation_id: UUID, starts: Mapping[UUID, Collection[datetime]], minutes: int, source: str, now: datetime
) -> int:
    """Forget what `source` told of the `minutes` from these instants on, by counter; returns how many counts it was.

    The days they speak of are made anew.
    """
    gone: list[tuple[UUID, datetime]] = []
    with transaction.atomic():
        for counter_id, begun in sorted(starts.items()):
            rows = Count.objects.filter(
                organisation_id=organisation_id,
                counter_id=counter_id,
                start__in=begun,
                minutes=minutes,
                source=source,
            )
            gone += [(counter_id, start) for start in rows.values_list("start", flat=True)]
            rows.delete()
        if gone:  # with them: asked again after a death in between, nothing would be gone and no day made
            projection.restate(organisation_id, _days(organisation_id, gone), now=now)
    return len(gone)


def _days(organisation_id: UUID, gone: Collection[tuple[UUID, datetime]]) -> set[StoreDay]:
    counters = Counter.objects.filter(organisation_id=organisation_id, id__in={each for each, _start in gone})
    store_of = dict(counters.values_list("id", "store_id"))
    stores = {each.id: each for each in Store.objects.filter(organisation_id=organisation_id, id__in=store_of.values())}
    days = set()
    for counter_id, start in gone:
        store = stores[store_of[counter_id]]
        zone = ZoneInfo(store.timezone)
        hour = local_hour(start, zone=zone, day_start=store.day_start)
        days.add((store.id, business_date(hour, zone=zone, day_start=store.day_start)))
    return days
