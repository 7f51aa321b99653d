"""Send what waits, one run at a time: leased first, with no transaction open while a server is spoken to.

Doubled, late and parallel calls send a run once. Killed in between, the lease runs out and the same file goes out again
under the same name, where it replaces itself.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.traffic import subscriptions
from comptoir.apps.traffic.deliveries import content, sftp, telling
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.reports.tables import TYPES
from comptoir.apps.traffic.sftp import SftpFault, server_of
from comptoir.core.accounts.models import User
from comptoir.core.outbox.sending import WAITS

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=5)
"""Longer than an upload may take."""
TOLD_AFTER: Final = 3
"""Attempts, about half an hour: a server that restarts is nobody's trouble."""


def due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """Organisation and id of the runs that wait and may be tried; webhooks go by the outbox."""
    hooked = ExportPlan.objects.filter(way=ExportPlan.WEBHOOK).values("id")
    rows = ExportRun.objects.filter(state=ExportRun.WAITING, due_at__lte=now).exclude(plan_id__in=hooked)
    return list(rows.order_by("due_at", "pk").values_list("organisation_id", "id"))


def deliver(organisation_id: UUID, run_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Try to send one run, if it is due."""
    now = clock()
    mine = ExportRun.objects.filter(organisation_id=organisation_id, id=run_id)
    leased = mine.filter(state=ExportRun.WAITING, due_at__lte=now)
    if not leased.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return
    run = mine.get()
    plan = ExportPlan.objects.filter(organisation_id=organisation_id, id=run.plan_id).first()
    if plan is None or plan.way == ExportPlan.WEBHOOK:
        return
    with translation.override(plan.language):
        reader = subscriptions.reader_of(plan)
        if reader is None:
            _finish(run, ExportRun.GIVEN_UP, _("Whoever asked for it is no longer here."), now)
            return
        if not subscriptions.places_of(plan, now=now):
            _finish(run, ExportRun.GIVEN_UP, _("Whoever asked for it sees none of its stores any more."), now)
            return
        try:
            _send(plan, run, reader, now)
        except SftpFault as refused:
            log.warning("traffic.export_not_taken", run=run.public_id, attempts=run.attempts, cause=str(refused))
            _failed(plan, run, refused.for_owner, clock())
        else:
            _finish(run, ExportRun.DELIVERED, "", clock())


def _send(plan: ExportPlan, run: ExportRun, to: User, now: datetime) -> None:
    """Raises SftpFault."""
    name, made = content.name_of(plan, run), content.made(plan, run, now=now)
    if plan.way == ExportPlan.MAIL:
        telling.file(plan, run, to, name, made, TYPES[plan.kind], now=now)
        return
    key = sftp.put(server_of(plan.place, plan.secret, plan.trusted), name, made)
    if not plan.trusted:
        ExportPlan.objects.filter(organisation_id=plan.organisation_id, id=plan.id, trusted="").update(trusted=key)


def _failed(plan: ExportPlan, run: ExportRun, words: str, now: datetime) -> None:
    waits = WAITS[1:]  # five seconds later a server is as it was
    if run.attempts > len(waits):
        _finish(run, ExportRun.GIVEN_UP, words, now)
        telling.failing(plan, said=words, is_over=True, occasion=f"{run.id} over", now=now)
        return
    rows = ExportRun.objects.filter(organisation_id=run.organisation_id, id=run.id)
    rows.update(due_at=now + waits[run.attempts - 1], fault=words[:300])
    if run.attempts >= TOLD_AFTER:
        telling.failing(plan, said=words, is_over=False, occasion=f"{run.id}", now=now)


def _finish(run: ExportRun, state: str, fault: str, now: datetime) -> None:
    rows = ExportRun.objects.filter(organisation_id=run.organisation_id, id=run.id)
    rows.update(state=state, finished_at=now, fault=fault[:300])
