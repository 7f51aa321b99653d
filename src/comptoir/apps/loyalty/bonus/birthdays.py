"""Birthday bonuses: given on the day, where the member's store is, once in a calendar year (loyalty.md 1.4, E50)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Q

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.bonus.rules import birthday_due, born_on
from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule
from comptoir.apps.loyalty.models import Entry, Kind, Member
from comptoir.core.accounts.models import Store
from comptoir.core.ledger.store import notify_live

log = structlog.get_logger(__name__)


def organisations() -> list[UUID]:
    """Those that give something for birthdays."""
    rows = BonusRule.objects.filter(kind=BonusKind.BIRTHDAY, ends_at=None)
    return sorted(set(rows.values_list("organisation_id", flat=True)))


def run(*, organisation_id: UUID, running_at: set[UUID], now: datetime) -> int:
    """Give every bonus that is due and was not given; returns how many. `running_at`: stores that have loyalty on.

    Run twice, or at once, or after a day that was left out, everybody has theirs once: the ledger of points takes one
    birthday bonus a member and year.
    """
    rules = list(BonusRule.objects.filter(organisation_id=organisation_id, kind=BonusKind.BIRTHDAY, ends_at=None))
    given = 0
    for store in Store.objects.filter(organisation_id=organisation_id, id__in=running_at) if rules else ():
        today = now.astimezone(ZoneInfo(store.timezone)).date()
        for member in _born(organisation_id, store.id, today):
            given += _give(member, rules, store, today, now)
    if given:
        notify_live(organisation_id, "loyalty")
        log.info("loyalty.birthdays", organisation=str(organisation_id), members=given)
    return given


def _born(organisation_id: UUID, store_id: UUID, today: date) -> Iterator[Member]:
    days: Sequence[Q] = [Q(birthday__month=month, birthday__day=day) for month, day in sorted(born_on(today))]
    rows = Member.objects.filter(reduce(or_, days), organisation_id=organisation_id, store_id=store_id)
    return rows.filter(erased_at=None, merged_into=None, paused_at=None).order_by("id").iterator()


@transaction.atomic
def _give(member: Member, rules: Sequence[BonusRule], store: Store, today: date, now: datetime) -> int:
    if member.birthday is None or (day := birthday_due(member.birthday, today)) is None:
        return 0
    zone = ZoneInfo(store.timezone)
    began = [rule for rule in rules if rule.starts_at.astimezone(zone).date() <= day]
    if not began or member.enrolled_at.astimezone(zone).date() > day:
        return 0
    rule = max(began, key=lambda each: (each.points, each.id))
    entries.lock(member.organisation_id, [member.id])
    mine = Entry.objects.filter(organisation_id=member.organisation_id, member_id=member.id, kind=Kind.BONUS)
    if mine.filter(sale_id=None, bonus_step=day.year).exists():
        return 0
    Entry.objects.create(
        organisation_id=member.organisation_id,
        member_id=member.id,
        kind=Kind.BONUS,
        points=rule.points,
        store_id=store.id,
        bonus_id=rule.id,
        bonus_step=day.year,
        inputs={"bonus": rule.name},
        created_at=now,
    )
    return 1
