"""At noon supervisors are told which days are not confirmed, and what they wait for (weekly-balance.md 5.4)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from comptoir.apps.weekly_balance import engine, nights, sources, wording
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.confirming import Waits, is_overdue
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.reach import visible_stores, with_stores
from comptoir.core.accounts.roles import PERMISSIONS
from comptoir.core.mail.send import send
from comptoir.web import formats

ONE_DAY: Final = timedelta(days=1)
Late = tuple[Department, date, tuple[Waits, ...]]


def tell(*, now: datetime) -> int:
    """Write to the supervisors of each client whose automatic confirmation did not come by noon; returns the mails.

    Of one day one mail to each.
    """
    written = 0
    for client in Client.objects.filter(pos_import=True, auto_confirm=True).order_by("organisation_id"):
        with transaction.atomic():
            late = list(_late(client, now))
            if late:
                written += _write(client, late, now)
    return written


def _late(client: Client, now: datetime) -> Iterator[Late]:
    for department in Department.objects.filter(organisation_id=client.organisation_id).order_by("name"):
        clock = sources.clock_of(department)
        day = clock.day_of(now) - ONE_DAY
        if not is_overdue(day, clock, now=now):
            continue
        opened = sources.first_sale(department)
        if opened is None or day < opened:
            continue
        row = engine.lock_days(department, [day])[day]
        if row.told_at is not None or row.state in (DayState.CONFIRMED, DayState.REOPENED):
            continue
        waits = nights.waiting(client, department, day, now=now)
        if waits:
            row.told_at = now
            row.save(update_fields=["told_at"])
            yield department, day, waits


def _write(client: Client, late: list[Late], now: datetime) -> int:
    members = Membership.objects.filter(
        organisation_id=client.organisation_id,
        role__in=sorted(PERMISSIONS["weekly_balance.reopen"]),
        user__is_active=True,
    )
    written = 0
    for member in with_stores(members).select_related("user", "organisation").order_by("id"):
        reach = visible_stores(member)
        mine = [each for each in late if reach is None or each[0].store_id in reach]
        if mine:
            _send(member, mine, now)
            written += 1
    return written


def _send(member: Membership, mine: list[Late], now: datetime) -> None:
    language = member.user.mail_language
    with translation.override(language):
        lines = [
            {
                "department": department.name,
                "day": formats.day(day),
                "waits": ", ".join(str(wording.WAITS[each]) for each in waits),
            }
            for department, day, waits in mine
        ]
    department, day, _waits = mine[0]
    path = reverse("balance_day", args=[department.public_id, day.isoformat()])
    send(
        template="weekly_balance/mails/overdue",
        to=member.user.email,
        language=language,
        context={
            "organisation": member.organisation.name,
            "lines": lines,
            "url": f"{settings.COMPTOIR_URL}{path}",
        },
        organisation_id=member.organisation_id,
        now=now,
    )
