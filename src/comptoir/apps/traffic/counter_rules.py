"""How a counter counts, from a date on: who comes in, or both ways by two, times what (traffic-analytics.md 3.3)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from comptoir.apps.traffic import day_lock
from comptoir.apps.traffic.count_tables import Counter, CounterRule
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note

SMALLEST: Final = Decimal("0.1")
LARGEST: Final = Decimal(10)
"""A counter that is off by more is broken, and not to be corrected."""


def of_store(organisation_id: UUID, store_id: UUID) -> list[tuple[Counter, CounterRule]]:
    """Each with its counter, by name and date."""
    counters = Counter.objects.filter(organisation_id=organisation_id, store_id=store_id).order_by("name")
    rules = _by_counter(organisation_id, [each.id for each in counters])
    return [(counter, rule) for counter in counters for rule in rules.get(counter.id, ())]


def read_into(organisation_id: UUID, counters: Mapping[UUID, Counter]) -> None:
    """Each counter gets its rules, so that `Counter.way_on` knows them."""
    rules = _by_counter(organisation_id, counters)
    for counter_id, found in rules.items():
        counters[counter_id].rules = tuple(found)


@transaction.atomic
def save(
    *, store: Store, counter: Counter, since: date, counts: str, factor: Decimal, actor: str, now: datetime
) -> CounterRule | None:
    """From that business date on, until the next one that was typed; its days are behind then. Returns what it
    replaces."""
    mine: dict[str, Any] = {"organisation_id": store.organisation_id, "counter_id": counter.id, "since": since}
    before = CounterRule.objects.select_for_update().filter(**mine).first()
    CounterRule.objects.update_or_create(**mine, defaults={"counts": counts, "factor": factor})
    _changed(store, counter, since, "traffic.counter_rule_saved", actor, now, {"counts": counts, "factor": f"{factor}"})
    return before


@transaction.atomic
def delete(*, store: Store, counter: Counter, since: date, actor: str, now: datetime) -> CounterRule | None:
    """What held before holds again; returns what was deleted, None where there was nothing."""
    rows = CounterRule.objects.filter(organisation_id=store.organisation_id, counter_id=counter.id, since=since)
    found = rows.select_for_update().first()
    if found is not None:
        rows.delete()
        said = {"counts": found.counts, "factor": f"{found.factor}"}
        _changed(store, counter, since, "traffic.counter_rule_deleted", actor, now, said)
    return found


def _by_counter(organisation_id: UUID, counter_ids: Collection[UUID]) -> dict[UUID, list[CounterRule]]:
    found: dict[UUID, list[CounterRule]] = {}
    rows = CounterRule.objects.filter(organisation_id=organisation_id, counter_id__in=list(counter_ids))
    for row in rows.order_by("since"):
        found.setdefault(row.counter_id, []).append(row)
    return found


def _changed(
    store: Store, counter: Counter, since: date, what: str, actor: str, now: datetime, details: dict[str, Any]
) -> None:
    days = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id, business_date__gte=since)
    day_lock.make_anew(days)
    said = {"store": store.name, "since": since.isoformat(), **details}
    note(organisation_id=store.organisation_id, actor=actor, what=what, subject=counter.name, details=said, now=now)
