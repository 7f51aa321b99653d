"""What runs by itself: the nightly import, the import after a department's close, automatic confirmation (5.4)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from comptoir.apps.weekly_balance import confirming, engine, importing, sources, states, trail
from comptoir.apps.weekly_balance.models import Client, Day, Department, Night, PosImport
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.confirming import GRACE, Evidence, Waits, due_at, latest_night, waits_for
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.errors import RuleBroken
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability

log = structlog.get_logger(__name__)
AT_LEAST: Final = 7
FURTHEST: Final = 35
"""How many days back a night reads: always the last week; as far as this what is not confirmed yet, and everything
of a till that names no changes: there a bill that was reopened late shows only when its day is read again (5.5)."""
AGAIN_AFTER: Final = timedelta(minutes=30)
ONE_DAY: Final = timedelta(days=1)


def begin_nights(*, now: datetime) -> list[PosImport]:
    """Begin the newest nightly import of each client that is due, once however many workers ask."""
    began = []
    for client in Client.objects.filter(pos_import=True).order_by("organisation_id"):
        slot = latest_night(ZoneInfo(client.schedule_zone), now)
        with transaction.atomic():
            _, created = Night.objects.get_or_create(
                organisation_id=client.organisation_id, slot=slot, defaults={"began_at": now}
            )
            if created:
                began += _begin(client, now)
    return began


def _begin(client: Client, now: datetime) -> list[PosImport]:
    """One import for each department: each has its own dates."""
    began = []
    for department in Department.objects.filter(organisation_id=client.organisation_id).order_by("id"):
        today = sources.clock_of(department).day_of(now)
        least = AT_LEAST if _names_changes(client, department) else FURTHEST
        first = min([today - least * ONE_DAY, *_not_confirmed(department, today)])
        began += _import(client, department, first, today, now)
    return began


def _names_changes(client: Client, department: Department) -> bool:
    """Whether every till of the department's store says by itself which bills changed, however old they are."""
    links = LocationLink.objects.filter(organisation_id=client.organisation_id, store_id=department.store_id)
    names = {each for each in links.values_list("provider", flat=True) if client.provider in ("", each)}
    return bool(names) and all(Capability.CHANGES in registry.connector(each).manifest.capabilities for each in names)


def _not_confirmed(department: Department, today: date) -> list[date]:
    rows = Day.objects.filter(
        organisation_id=department.organisation_id,
        department_id=department.id,
        business_date__gte=today - FURTHEST * ONE_DAY,
    ).exclude(state=DayState.CONFIRMED)
    return list(rows.values_list("business_date", flat=True))


def _import(client: Client, department: Department, first: date, last: date, now: datetime) -> list[PosImport]:
    try:
        return [
            importing.begin(
                client=client,
                departments=[department],
                first=first,
                last=last,
                overwrite=False,
                actor=trail.SYSTEM,
                now=now,
            )
        ]
    except RuleBroken as refused:
        log.info("balance.night_refused", department=str(department.id), code=refused.code)
        return []


def begin_after_close(*, now: datetime) -> list[PosImport]:
    """Half an hour after a department's day is over, read it once more if no complete import did since (5.4)."""
    began = []
    for client, department in _departments(pos_import=True):
        clock = sources.clock_of(department)
        day = clock.day_of(now) - ONE_DAY
        end = clock.bounds(day)[1]
        if now < end + GRACE or states.covered(department, [day]).get(day, states.Coverage(None)).complete_from:
            continue
        tried = PosImport.objects.filter(
            organisation_id=client.organisation_id,
            department_ids__contains=[department.id],
            started_at__gte=max(end + GRACE, now - AGAIN_AFTER),
        )
        if not tried.exists():
            began += _import(client, department, day, day, now)
    return began


def confirm_due(*, now: datetime) -> list[Day]:
    """Look at each department's days of the last week, the oldest first, and confirm by itself what may be."""
    confirmed = []
    for client, department in _departments(pos_import=True):
        today = sources.clock_of(department).day_of(now)
        _compute_days_off(client, department, today, now)
        for number in range(AT_LEAST, 0, -1):
            found = _confirm(client, department, today - number * ONE_DAY, now)
            confirmed += [found] if found else []
    return confirmed


def _compute_days_off(client: Client, department: Department, today: date, now: datetime) -> None:
    """Days off of the last week get their zeros though no till has anything to say of them."""
    past = [today - number * ONE_DAY for number in range(AT_LEAST, 0, -1)]
    off = [day for day in past if sources.is_closed(department, day)]
    known = Day.objects.filter(
        organisation_id=department.organisation_id, department_id=department.id, business_date__in=off
    ).values_list("business_date", flat=True)
    engine.compute(client=client, department=department, days=set(off) - set(known), now=now)


@transaction.atomic
def _confirm(client: Client, department: Department, day: date, now: datetime) -> Day | None:
    known = Day.objects.filter(
        organisation_id=department.organisation_id, department_id=department.id, business_date=day
    )
    state = known.values_list("state", flat=True).first()
    is_due = client.auto_confirm and now >= due_at(day, sources.clock_of(department), client.confirm_at)
    if state in (None, DayState.CONFIRMED, DayState.REOPENED) or (state == DayState.READY and not is_due):
        return None
    if waiting(client, department, day, now=now) or not is_due:
        return None
    return confirming.confirm(
        client=client, department=department, day=day, actor=trail.SYSTEM, now=now, cause=trail.AUTO
    )


def waiting(client: Client, department: Department, day: date, *, now: datetime) -> tuple[Waits, ...]:
    """What the automatic confirmation of a day waits for; looks at the day as it is now, under its lock."""
    with transaction.atomic():
        row = engine.lock_days(department, [day])[day]
        found = sources.measured(department, client.choices, first=day, last=day)
        covered = states.covered(department, [day])
        states.settle(client=client, department=department, days={day: row}, found=found, covered=covered, now=now)
    coverage = covered.get(day)
    if states.is_known_closed(department, day, found.get(day)):
        coverage = states.Coverage(sources.clock_of(department).bounds(day)[1])
    evidence = Evidence(
        imported_from=coverage.complete_from if coverage else None,
        checks_pass=row.state in (DayState.READY, DayState.CONFIRMED),
    )
    return waits_for(day, sources.clock_of(department), confirm_at=client.confirm_at, evidence=evidence, now=now)


def _departments(**wanted: bool) -> Iterator[tuple[Client, Department]]:
    for client in Client.objects.filter(**wanted).order_by("organisation_id"):
        for department in Department.objects.filter(organisation_id=client.organisation_id).order_by("id"):
            yield client, department
