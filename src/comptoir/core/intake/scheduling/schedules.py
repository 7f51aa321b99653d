"""Schedules are made, switched and deleted; each minute those that are due begin their import, once."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import runs
from comptoir.core.intake.models import ImportRun, ImportSchedule, ScheduledRun
from comptoir.core.intake.scheduling.times import Rhythm, missed, next_run
from comptoir.core.ledger import store as ledger
from comptoir.kernel.clock import business_date, business_day_bounds
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

log = structlog.get_logger(__name__)

OVERLAP: Final = timedelta(minutes=10)
FURTHEST: Final = timedelta(days=2)
"""How far back a run of minutes or hours reaches after a long silence; days are for daily schedules and imports."""
KEPT_FOR: Final = timedelta(days=60)


@transaction.atomic
def add(
    *,
    store: Store,
    rhythm: Rhythm,
    start: time,
    days: int,
    actor: str,
    now: datetime,
    schedule_id: UUID | None = None,
    connection_id: UUID | None = None,
) -> ImportSchedule:
    """A schedule that runs from now on. `days`: how many business days a daily run reads, today's included.

    An id of one that was deleted lets it stand again. With a connection it reads the shops of that account alone.
    """
    schedule, created = ImportSchedule.objects.get_or_create(
        organisation_id=store.organisation_id,
        id=schedule_id or new_id(),
        defaults={
            "store_id": store.id,
            "connection_id": connection_id,
            "rhythm": rhythm,
            "start": start,
            "days": days,
            "due_at": next_run(rhythm, start, zone=ZoneInfo(store.timezone), after=now),
            "created_at": now,
        },
    )
    if created:
        _note(schedule, "schedule.added", actor, now)
    return schedule


@transaction.atomic
def switch(
    *, organisation_id: UUID, schedule_id: UUID, on: bool, actor: str, now: datetime, store_ids: Collection[UUID] | None
) -> ImportSchedule:
    """Pause a schedule, or let it run from now on: what it would have run meanwhile is not caught up.

    Raises RuleBroken (404).
    """
    schedule = _mine(organisation_id, schedule_id, store_ids).select_for_update().get()
    if schedule.active != on:
        schedule.active = on
        schedule.due_at = _next(schedule, after=now)
        schedule.save(update_fields=["active", "due_at"])
        _note(schedule, "schedule.switched_on" if on else "schedule.switched_off", actor, now)
    return schedule


@transaction.atomic
def delete(
    *, organisation_id: UUID, schedule_id: UUID, actor: str, now: datetime, store_ids: Collection[UUID] | None
) -> ImportSchedule:
    """It runs no more. What it imported stays. Raises RuleBroken (404)."""
    schedule = _mine(organisation_id, schedule_id, store_ids).select_for_update().get()
    gone = ImportSchedule.objects.get(organisation_id=organisation_id, id=schedule_id)
    ScheduledRun.objects.filter(organisation_id=organisation_id, schedule_id=schedule_id).delete()
    schedule.delete()
    _note(gone, "schedule.deleted", actor, now)
    return gone


def begin_due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """Begin what is due, each once; returns (organisation, connection) of the imports that began."""
    rows = ImportSchedule.objects.filter(active=True, due_at__lte=now).order_by("due_at", "id")
    due = list(rows.values_list("organisation_id", "id"))
    return sorted({each for organisation, schedule in due for each in _begin(organisation, schedule, now)})


@transaction.atomic
def _begin(organisation_id: UUID, schedule_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """One schedule, under its lock: two ticks at once begin one import, and a kill between begins it later."""
    rows = ImportSchedule.objects.select_for_update(skip_locked=True, no_key=True)
    schedule = rows.filter(organisation_id=organisation_id, id=schedule_id, active=True, due_at__lte=now).first()
    if schedule is None:
        return []
    shop = Store.objects.get(organisation_id=organisation_id, id=schedule.store_id)
    slot, zone = schedule.due_at, ZoneInfo(shop.timezone)
    run = ScheduledRun(
        organisation_id=organisation_id,
        schedule_id=schedule_id,
        slot=slot,
        began_at=now,
        missed=missed(Rhythm(schedule.rhythm), schedule.start, zone=zone, due=slot, now=now),
    )
    links = _feeding(schedule)
    if not links:
        run.skipped = "unlinked"
    elif _is_running(schedule):
        run.skipped = "running"
    else:
        start = _since(schedule, shop, now)
        begun = [runs.begin(link, start=start, end=now, now=now, schedule_id=schedule_id) for link in links]
        run.run_id = begun[0]
        schedule.read_until = now
    run.save(force_insert=True)
    schedule.due_at = _next(schedule, after=now)
    schedule.save(update_fields=["due_at", "read_until"])
    ledger.notify_live(organisation_id, runs.LIVE_TOPIC)
    log.info("schedule.ran", schedule=str(schedule_id), slot=slot.isoformat(), skipped=run.skipped, missed=run.missed)
    return [(organisation_id, link.connection_id) for link in links] if run.run_id else []


def _feeding(schedule: ImportSchedule) -> list[LocationLink]:
    """Every shop whose sales are this store's: a store may be fed by several, added up."""
    links = LocationLink.objects.select_related("store").filter(
        organisation_id=schedule.organisation_id, store_id=schedule.store_id
    )
    if schedule.connection_id is not None:
        links = links.filter(connection_id=schedule.connection_id)
    return list(links.order_by("id"))


def _is_running(schedule: ImportSchedule) -> bool:
    """A run that overlaps the next is skipped, not stacked (3.4)."""
    mine = ImportRun.objects.filter(organisation_id=schedule.organisation_id, schedule_id=schedule.id)
    return mine.filter(state=ImportRun.State.RUNNING).exists()


def _since(schedule: ImportSchedule, shop: Store, now: datetime) -> datetime:
    """From where a run reads: whole business days, or from a little before where the run before ended."""
    zone = ZoneInfo(shop.timezone)
    if schedule.rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
        today = business_date(now, zone=zone, day_start=shop.day_start)
        return business_day_bounds(today - timedelta(days=schedule.days - 1), zone=zone, day_start=shop.day_start)[0]
    if schedule.read_until is None:
        today = business_date(now, zone=zone, day_start=shop.day_start)
        return business_day_bounds(today, zone=zone, day_start=shop.day_start)[0]
    return max(schedule.read_until - OVERLAP, now - FURTHEST)


def forget_old(*, now: datetime) -> None:
    """Let go of the list of runs; what they imported stays."""
    for organisation_id in set(ImportSchedule.objects.values_list("organisation_id", flat=True)):
        ScheduledRun.objects.filter(organisation_id=organisation_id, slot__lt=now - KEPT_FOR).delete()


def _next(schedule: ImportSchedule, *, after: datetime) -> datetime:
    shop = Store.objects.get(organisation_id=schedule.organisation_id, id=schedule.store_id)
    return next_run(Rhythm(schedule.rhythm), schedule.start, zone=ZoneInfo(shop.timezone), after=after)


def _mine(organisation_id: UUID, schedule_id: UUID, store_ids: Collection[UUID] | None) -> "QuerySet[ImportSchedule]":
    found = ImportSchedule.objects.filter(organisation_id=organisation_id, id=schedule_id)
    if store_ids is not None:
        found = found.filter(store_id__in=store_ids)
    if not found.exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _note(schedule: ImportSchedule, what: str, actor: str, now: datetime) -> None:
    details = {"rhythm": schedule.rhythm, "start": f"{schedule.start:%H:%M}", "days": schedule.days}
    note(
        organisation_id=schedule.organisation_id,
        actor=actor,
        what=what,
        subject=schedule.public_id,
        now=now,
        details=details,
    )
