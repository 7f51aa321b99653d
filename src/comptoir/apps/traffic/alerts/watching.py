"""Alerts, tick by tick: what is found becomes one row, few mails, and an end (after the pattern of `core.health`).

A tick may come twice, late, or in two workers at once: one lock per organisation, and all of a tick in one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from comptoir.apps.traffic.alert_tables import MOST_MAILS, Alert
from comptoir.apps.traffic.alerts.finding import Finding, Kind
from comptoir.core.outbox.live import notify_live
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

LIVE_TOPIC: Final = "traffic"
WAITS: Final = (timedelta(hours=24), timedelta(hours=48), timedelta(days=7))
"""Between one mail and the next (6.4)."""
SAME_WITHIN: Final = timedelta(hours=24)
"""What comes back within a day goes on where it was: a counter with a loose plug is no mail every hour."""
SETTLED: Final = timedelta(hours=1)
"""What stays away so long is over, and that is written."""
KEPT: Final = timedelta(days=400)
WRITTEN_ELSEWHERE: Final = 2
"""Of a refused account the house itself writes at once and after a day (`core.health`): we go on from there."""

Key = tuple[UUID | None, str, str]


@dataclass(frozen=True)
class News:
    """Alerts to be written of: those that are open, and those that are over."""

    wrong: tuple[Alert, ...] = ()
    over: tuple[Alert, ...] = ()


def watch(organisation_id: UUID, findings: Iterable[Finding], *, now: datetime) -> News:
    """Bring the alerts of a chain up to what is found now; returns those to be written of, marked as written.

    Call it inside a transaction and write the mails there too; nothing comes of it while another worker does the same.
    """
    if not _take_turn(organisation_id):
        return News()
    found = {_key(each): each for each in findings}
    rows = Alert.objects.filter(organisation_id=organisation_id)
    known = {(row.store_id, row.kind, row.part): row for row in rows.filter(closed_at=None)}
    lately = {
        (row.store_id, row.kind, row.part): row
        for row in rows.filter(closed_at__gt=now - SAME_WITHIN).order_by("closed_at", "pk")
    }
    moved = bool(found.keys() ^ known.keys())
    for key, finding in found.items():
        row = known.get(key) or lately.get(key) or _open(organisation_id, finding, now)
        row.name, row.details, row.closed_at = finding.name, dict(finding.details), None
        row.since = min(row.since, finding.since)
        known[key] = row
    for key in known.keys() - found.keys():
        known[key].closed_at = now
    due = [row for row in known.values() if row.closed_at is None and is_due(row, now)]
    for row in due:
        row.mails, row.mailed_at = row.mails + 1, now
    over = [row for row in lately.values() if _is_over(row, now)]
    for row in over:
        row.over_mailed_at = now
    _keep([*known.values(), *over])
    if moved:
        notify_live(organisation_id, LIVE_TOPIC)
    return News(tuple(due), tuple(over))


def _keep(rows: Sequence[Alert]) -> None:
    """In one statement, however many there are."""
    Alert.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation_id", "id"],
        update_fields=["name", "details", "since", "mails", "mailed_at", "closed_at", "over_mailed_at"],
    )


def _is_over(row: Alert, now: datetime) -> bool:
    """Whether to write that it is over: once, to those it was written to, when it has stayed away for an hour."""
    written = row.mails - (WRITTEN_ELSEWHERE if row.kind == Kind.REFUSED else 0)
    if row.closed_at is None or row.over_mailed_at is not None or row.stopped_at is not None or written <= 0:
        return False
    return now - row.closed_at >= SETTLED


def is_due(row: Alert, now: datetime) -> bool:
    """Whether somebody is to be written to now: at once, after 24 hours, 48 hours later, 7 days later, then no more.

    At once as well when it is back although it was written that it is over.
    """
    if row.stopped_at is not None or row.mails >= MOST_MAILS:
        return False
    if row.mailed_at is not None and row.over_mailed_at is not None and row.over_mailed_at > row.mailed_at:
        return True
    return row.mailed_at is None or now - row.mailed_at >= WAITS[row.mails - 1]


def stop(*, organisation_id: UUID, alert_id: UUID, user_id: int, on: bool, now: datetime) -> Alert:
    """No more mails about it, or again. Twice changes nothing. Raises RuleBroken (`not_found`, 404)."""
    rows = Alert.objects.filter(organisation_id=organisation_id, id=alert_id)
    if on:
        rows.filter(stopped_at=None).update(stopped_at=now, stopped_by=user_id)
    else:
        rows.update(stopped_at=None, stopped_by=None)
    row = rows.first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    notify_live(organisation_id, LIVE_TOPIC)
    return row


def forget_old(*, now: datetime) -> None:
    """Alerts that were over long ago."""
    Alert.objects.filter(closed_at__lt=now - KEPT).delete()


def _take_turn(organisation_id: UUID) -> bool:
    with connection.cursor() as cursor:
        name = f"traffic alerts {organisation_id}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        row = cursor.fetchone()
    return bool(row and row[0])


def _key(finding: Finding) -> Key:
    return finding.store_id, finding.kind.value, finding.part


def _open(organisation_id: UUID, finding: Finding, now: datetime) -> Alert:
    is_told = finding.kind is Kind.REFUSED
    return Alert(
        organisation_id=organisation_id,
        id=new_id(),
        store_id=finding.store_id,
        kind=finding.kind.value,
        part=finding.part,
        since=finding.since,
        opened_at=now,
        mails=WRITTEN_ELSEWHERE if is_told else 0,
        mailed_at=now + WAITS[0] if is_told else None,
    )
