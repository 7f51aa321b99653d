"""Incidents: what is found wrong, tick by tick, becomes few mails: one when it lasts, one when it is over.

A tick may come twice, late, or in two workers at once: one lock per organisation, and all of a tick in one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from comptoir.core.health.causes import RULES, Cause, Colour, Finding, Subject
from comptoir.core.health.models import Incident
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.ids import new_id

LIVE_TOPIC: Final = "health"
# Over when it stayed away so long; a sign-in is mended by somebody who waits for the word that it is.
CALM_AFTER: Final = timedelta(minutes=5)
MENDED_BY_HAND: Final = frozenset({Cause.SIGNED_OUT})
# What comes back within an hour after it was mailed has to last longer before it is mailed again.
FLAPS_WITHIN: Final = timedelta(hours=1)
FLAPPING_GRACE: Final = timedelta(minutes=30)
REMINDED_AFTER: Final = timedelta(hours=24)
MOST_ALERTS_A_DAY: Final = 6
DAY: Final = timedelta(days=1)
CHANGES: Final = ("name", "detail", "count", "confirmed_at", "mailed_at", "reminded_at", "gone_at", "recovered_at")
KEPT: Final = timedelta(days=400)

Key = tuple[UUID, str, str]


@dataclass
class News:
    """What somebody should hear of now. Mails written in the same transaction exist if and only if the rows say so."""

    opened: list[Incident] = field(default_factory=list)
    reminded: list[Incident] = field(default_factory=list)
    recovered: list[Incident] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.opened or self.reminded or self.recovered)


def troubled() -> set[UUID]:
    """The organisations with a till or a store that something is wrong with, as the latest tick found it."""
    causes = [cause for cause, rule in RULES.items() if rule.colour in (Colour.AMBER, Colour.RED)]
    rows = Incident.objects.filter(recovered_at=None, gone_at=None, cause__in=causes).exclude(subject=Subject.HOUSE)
    return set(rows.values_list("organisation_id", flat=True))


def watch(organisation_id: UUID, findings: Iterable[Finding], *, now: datetime) -> News:
    """Bring the incidents of an organisation up to what is found now. Call it inside a transaction, and write the mails
    there too; nothing comes of it while another worker does the same."""
    if not _take_turn(organisation_id):
        return News()
    found = {_key(each): each for each in findings}
    known = {
        (row.subject_id, row.cause, row.part): row
        for row in Incident.objects.filter(organisation_id=organisation_id, recovered_at=None)
    }
    fresh = [_open(organisation_id, found[key], now) for key in found.keys() - known.keys()]
    Incident.objects.bulk_create(fresh)
    for key, row in known.items():
        _follow(row, found.get(key), now)
    recovered = [row for row in known.values() if row.recovered_at]
    still = [row for row in (*known.values(), *fresh) if row.gone_at is None]
    news = News(
        _to_mail(organisation_id, still, now), _to_remind(still, now), [row for row in recovered if row.mailed_at]
    )
    changed = list(known.values()) + news.opened
    fields = ["name", "detail", "count", "confirmed_at", "mailed_at", "reminded_at", "gone_at", "recovered_at"]
    for row in {row.id: row for row in changed}.values():
        row.save(update_fields=fields)
    if fresh or recovered or any(row.gone_at == now for row in known.values()):
        notify_live(organisation_id, LIVE_TOPIC)
    return news


def forget_old(*, now: datetime) -> None:
    """Old incidents are of no use."""
    Incident.objects.filter(recovered_at__lt=now - KEPT).delete()


def as_finding(row: Incident) -> Finding:
    """The incident as it was found last."""
    return Finding(Cause(row.cause), row.subject_id, row.name, row.opened_at, row.detail, row.count)


def _take_turn(organisation_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('health ' || %s, 0))", [str(organisation_id)])
        row = cursor.fetchone()
    return bool(row and row[0])


def _key(finding: Finding) -> Key:
    return finding.subject_id, finding.cause.value, _part(finding)


def _part(finding: Finding) -> str:
    return finding.name if finding.rule.subject == Subject.HOUSE else ""


def _open(organisation_id: UUID, finding: Finding, now: datetime) -> Incident:
    return Incident(
        organisation_id=organisation_id,
        id=new_id(),
        subject=finding.rule.subject,
        subject_id=finding.subject_id,
        cause=finding.cause,
        part=_part(finding),
        name=finding.name,
        detail=finding.detail,
        count=finding.count,
        opened_at=now,
    )


def _follow(row: Incident, finding: Finding | None, now: datetime) -> None:
    if finding:
        row.name, row.detail, row.count, row.gone_at = finding.name, finding.detail, finding.count, None
        return
    row.gone_at = row.gone_at or now
    if row.cause in MENDED_BY_HAND or now - row.gone_at >= CALM_AFTER:
        row.recovered_at = now


def _to_mail(organisation_id: UUID, still: list[Incident], now: datetime) -> list[Incident]:
    """What has lasted and was not told yet; together, and never more than so many mails a day."""
    waiting = [row for row in still if row.mailed_at is None and RULES[Cause(row.cause)].mailed_after is not None]
    if not waiting:
        return []
    lately = Incident.objects.filter(organisation_id=organisation_id, mailed_at__gt=now - DAY)
    told = list(lately.values_list("subject_id", "cause", "part", "mailed_at", "recovered_at"))
    flapping = {(subject, cause, part) for subject, cause, part, _, over in told if over and over > now - FLAPS_WITHIN}
    for row in waiting:
        if row.confirmed_at is None and now - row.opened_at >= _grace(row, flapping):
            row.confirmed_at = now
    if len({mailed_at for *_, mailed_at, _over in told}) >= MOST_ALERTS_A_DAY:
        return []
    due = [row for row in waiting if row.confirmed_at]
    for row in due:
        row.mailed_at = now
    return due


def _grace(row: Incident, flapping: set[Key]) -> timedelta:
    usual = RULES[Cause(row.cause)].mailed_after or timedelta(0)
    return max(usual, FLAPPING_GRACE) if (row.subject_id, row.cause, row.part) in flapping else usual


def _to_remind(still: list[Incident], now: datetime) -> list[Incident]:
    """Once, a day after the mail, while it lasts."""
    due = [row for row in still if row.mailed_at and row.reminded_at is None and now - row.mailed_at >= REMINDED_AFTER]
    for row in due:
        row.reminded_at = now
    return due
