"""Import jobs: a label, a connection to a till, the locations its shops feed, and a schedule (traffic-analytics.md 2).

A chain may have several, each with an account of its own. The consent belongs to the chain, not to whoever gave it.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comptoir.apps.traffic.models import ImportJob, Location
from comptoir.core.accounts import tokens
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations import uses
from comptoir.core.installations.manifest import App
from comptoir.core.intake.scheduling import reads as schedule_reads
from comptoir.core.intake.scheduling import schedules
from comptoir.core.intake.scheduling.times import Rhythm
from comptoir.core.outbox import reads as outbox
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id, public_id
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability

USUAL_START: Final = time(0, 2)
MANUAL: Final = "manual"
DAYS: Final = {"weekly": 8}
"""Business days that a run reads, where it reads whole days: the week and its Monday again."""
SALES: Final = "sales.read"
BOUGHT: Final = ("transactions", "sales", "items")


@transaction.atomic
def begin(*, organisation_id: UUID, label: str, actor: str, now: datetime, chain_id: UUID | None = None) -> ImportJob:
    """A job with a label and its scope (an owned chain, or all) and nothing else yet. Raises RuleBroken where the label
    is taken."""
    try:
        with transaction.atomic():
            job = ImportJob.objects.create(
                organisation_id=organisation_id,
                id=new_id(),
                label=label,
                node_id=chain_id,
                start=USUAL_START,
                created_at=now,
            )
    except IntegrityError:
        raise label_taken(label) from None
    note(organisation_id=organisation_id, actor=actor, what="traffic.job_begun", subject=label, now=now)
    return job


def label_taken(label: str) -> RuleBroken:
    """The refusal of a label that another job has."""
    return RuleBroken(_("There is an integration called %(label)s already.") % {"label": label}, code="label_taken")


def attach(*, job: ImportJob, connection: Connection) -> None:
    """The account that a job reads. Raises RuleBroken where another job has it."""
    try:
        with transaction.atomic():
            _rows(job).update(connection_id=connection.id)
    except IntegrityError:
        raise RuleBroken(_("Another integration reads this account already."), code="connection_taken") from None
    job.connection_id = connection.id


@transaction.atomic
def finish(*, job: ImportJob, rhythm: str, start: time, actor: str, now: datetime) -> None:
    """Set it going: a schedule for each store that its shops feed, in the store's own clock."""
    _drop_schedules(job, actor, now)
    _rows(job).update(rhythm=rhythm, start=start, finished_at=now, active=True)
    job.rhythm, job.start, job.finished_at, job.active = rhythm, start, now, True
    if rhythm != MANUAL:
        for store in stores_of(job):
            schedules.add(
                store=store,
                rhythm=Rhythm(rhythm),
                start=start,
                days=DAYS.get(rhythm, 2),
                actor=actor,
                now=now,
                connection_id=job.connection_id,
            )
        _rest(job, actor, now)
    note(organisation_id=job.organisation_id, actor=actor, what="traffic.job_finished", subject=job.label, now=now)


@transaction.atomic
def switch(*, job: ImportJob, on: bool, actor: str, now: datetime) -> None:
    """Off, nothing of its locations comes in; on again, the hole is filled."""
    if job.active == on:
        return
    _rows(job).update(active=on, paused_at=None if on else now)
    job.active = on
    _rest(job, actor, now)
    what = "traffic.job_on" if on else "traffic.job_off"
    note(organisation_id=job.organisation_id, actor=actor, what=what, subject=job.label, now=now)


@transaction.atomic
def delete(*, job: ImportJob, actor: str, now: datetime) -> None:
    """It reads no more. What was imported stays (TA-10), and its shops feed their stores until the consent is gone."""
    _drop_schedules(job, actor, now)
    _rows(job).delete()
    note(organisation_id=job.organisation_id, actor=actor, what="traffic.job_deleted", subject=job.label, now=now)


def others_over(connection: Connection) -> list[App]:
    """The apps beside this one that work over an account: with its consent they would all be cut off."""
    return [each for each in uses.apps_over(connection) if each.slug != "traffic"]


def heard_elsewhere(organisation_id: UUID) -> tuple[int, int]:
    """How many webhooks hear of the chain's sales, and how many API tokens may read them: they hear less without it."""
    hooks = [each for each in outbox.endpoints(organisation_id) if not each.disabled]
    readers = [each for each in tokens.tokens_of(organisation_id) if not each.revoked_at and SALES in each.scopes]
    return len(hooks), len(readers)


def find(organisation_id: UUID, job_id: UUID) -> ImportJob:
    """A job of this chain. Raises RuleBroken (404)."""
    found = ImportJob.objects.filter(organisation_id=organisation_id, id=job_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def hold(job: ImportJob) -> ImportJob:
    """The job as it stands, which nobody else changes before the transaction ends. Raises RuleBroken (404)."""
    found = _rows(job).select_for_update().first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def jobs(organisation_id: UUID) -> list[ImportJob]:
    """By label."""
    return list(ImportJob.objects.filter(organisation_id=organisation_id).order_by("label"))


def stores_of(job: ImportJob) -> list[Store]:
    """The stores that its shops feed."""
    if job.connection_id is None:
        return []
    links = LocationLink.objects.filter(organisation_id=job.organisation_id, connection_id=job.connection_id)
    ids = links.filter(store__isnull=False).values_list("store_id", flat=True)
    return list(Store.objects.filter(organisation_id=job.organisation_id, id__in=ids).order_by("name"))


def next_runs(job: ImportJob) -> Mapping[UUID, datetime]:
    """When each of its stores is read next."""
    mine = {each.id for each in stores_of(job)}
    return {each.store_id: each.due_at for each in _schedules(job) if each.active and each.store_id in mine}


def follow_status(*, organisation_id: UUID, store_id: UUID, actor: str, now: datetime) -> None:
    """A location changed its status: its schedules rest or go on with it (traffic-analytics.md 2.6)."""
    links = LocationLink.objects.filter(organisation_id=organisation_id, store_id=store_id)
    fed_by = set(links.values_list("connection_id", flat=True))
    for job in jobs(organisation_id):
        if job.connection_id in fed_by:
            _rest(job, actor, now)


def fed_kinds(organisation_id: UUID, store_id: UUID) -> frozenset[str]:
    """The figures of a store that a job which runs brings from the till: nobody types them by the way (2.1)."""
    running = ImportJob.objects.filter(organisation_id=organisation_id, active=True, finished_at__isnull=False)
    links = LocationLink.objects.filter(
        organisation_id=organisation_id, store_id=store_id, connection_id__in=running.values("connection_id")
    )
    providers = set(links.values_list("provider", flat=True))
    told = {kind for provider in providers for kind in registry.connector(provider).manifest.capabilities}
    return frozenset((*BOUGHT, "staff_hours") if Capability.SHIFTS in told else BOUGHT) if providers else frozenset()


def public(job: ImportJob) -> str:
    """`job_…`"""
    return public_id("job", job.id)


def _rows(job: ImportJob) -> QuerySet[ImportJob]:
    return ImportJob.objects.filter(organisation_id=job.organisation_id, id=job.id)


def _schedules(job: ImportJob) -> list[schedule_reads.ScheduleFacts]:
    """Those that read its account: another job's are left alone, whatever store they are of and at whatever time."""
    if job.connection_id is None:
        return []
    found = schedule_reads.schedules(job.organisation_id)
    return [each for each in found if each.connection_id == job.connection_id]


def _rest(job: ImportJob, actor: str, now: datetime) -> None:
    """Each of its schedules runs while the job is active and the location in operation, and rests otherwise."""
    closed = set(
        Location.objects.filter(organisation_id=job.organisation_id)
        .exclude(status=Location.OPERATIONAL)
        .values_list("store_id", flat=True)
    )
    for each in _schedules(job):
        on = job.active and each.store_id not in closed
        schedules.switch(
            organisation_id=job.organisation_id, schedule_id=each.id, on=on, actor=actor, now=now, store_ids=None
        )


def _drop_schedules(job: ImportJob, actor: str, now: datetime) -> None:
    for each in _schedules(job):
        schedules.delete(organisation_id=job.organisation_id, schedule_id=each.id, actor=actor, now=now, store_ids=None)
