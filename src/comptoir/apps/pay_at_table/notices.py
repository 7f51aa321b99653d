"""Who has to hear that money is not on the till: one mail for a payment, one digest for a cause, one when it is over.

A tick may come twice, late, or in two workers at once: one lock for each integration, and all of a tick in one
transaction (pay-at-table.md 4).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from comptoir.apps.pay_at_table import mails, waking
from comptoir.apps.pay_at_table.alarm_tables import Notice, Orphan
from comptoir.apps.pay_at_table.application import GRACE, OPEN
from comptoir.apps.pay_at_table.days import store_of
from comptoir.apps.pay_at_table.failure_kinds import Kind
from comptoir.apps.pay_at_table.failures import named
from comptoir.apps.pay_at_table.models import ENDS, MOVING, Attempt, GuestPayment, Integration
from comptoir.apps.pay_at_table.recording import PATIENCE
from comptoir.apps.pay_at_table.telling import NOT_SENT, causes_of
from comptoir.core.installations.manifest import Trouble
from comptoir.core.mail import reads
from comptoir.kernel.ids import new_id

TOGETHER: Final = timedelta(minutes=10)
"""The same cause again within this time is one digest."""
ASKED_OF_TILL: Final = frozenset({"unknown_result", "reference_used"})
URGENT: Final = frozenset({"duplicate_on_pos"})
NOBODYS: Final = "payment_unknown"
MOST: Final = 1000


def look(organisation_id: UUID, integration_id: UUID, *, now: datetime) -> None:
    """Bring the notices of one integration up to what is true now, and write the mails that are due."""
    integration = Integration.objects.get(organisation_id=organisation_id, id=integration_id)
    with transaction.atomic():
        _take_turn(integration)
        _follow(integration, now)
        if not _is_quiet(integration, now):
            _mail(integration, now)
            _escalate(integration, now)
            _recover(integration, now)
        else:
            _mail(integration, now, only=URGENT)


def due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, integration) of every store with something unsettled, or told and not taken back yet."""
    unsettled = GuestPayment.objects.filter(is_test=False).exclude(state__in=ENDS)
    unsettled_at = unsettled.values_list("organisation_id", "integration_id")
    told = Notice.objects.filter(mailed_at__lte=now, recovered_at=None).values_list("organisation_id", "integration_id")
    return sorted({*unsettled_at.distinct(), *told.distinct()})


def troubles(organisation_id: UUID, now: datetime) -> Iterator[Trouble]:
    """For the dashboard, by store: money that is overdue on the till, and payments there that nobody knows (F7)."""
    mine = {"organisation_id": organisation_id}
    overdue = Notice.objects.filter(**mine, over_at=None, due_at__lte=now).order_by("due_at", "pk")[:MOST]
    late = {each.payment_id for each in overdue if named(each.code).counts}
    taken: defaultdict[UUID, list[datetime]] = defaultdict(list)
    payments = GuestPayment.objects.filter(**mine, id__in=late)
    for integration_id, at in payments.values_list("integration_id", "created_at"):
        taken[integration_id].append(at)
    stores = dict(Integration.objects.filter(**mine, id__in=taken).values_list("id", "store_id"))
    for integration_id, times in taken.items():
        yield Trouble(stores[integration_id], len(times), min(times))
    unknown: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for store_id, at in Orphan.objects.filter(**mine, seen_to_at=None).values_list("store_id", "first_at")[:MOST]:
        unknown[store_id].append(at)
    for store_id, times in unknown.items():
        yield Trouble(store_id, len(times), min(times), NOBODYS)


def due_at(payment: GuestPayment, code: str, *, lifetime: timedelta) -> datetime:
    """When somebody hears of it: at once where a person is needed, two minutes after it was taken otherwise; while
    nobody knows whether the till has it, when the till's patience is over."""
    if payment.state not in MOVING:
        return payment.updated_at
    since = max(payment.created_at, payment.retried_at or payment.created_at)
    if code in ASKED_OF_TILL:
        mine = Attempt.objects.filter(organisation_id=payment.organisation_id, payment_id=payment.id, outcome__in=OPEN)
        attempt = mine.order_by("number").first()
        if attempt is not None:
            return (attempt.made_at or attempt.sent_at) + lifetime + GRACE
    return since + PATIENCE


def _follow(integration: Integration, now: datetime) -> None:
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    lifetime = timedelta(seconds=integration.lifetime_s)
    rows = GuestPayment.objects.filter(**mine, is_test=False).exclude(state__in=ENDS)
    unsettled = {row.id: row for row in rows.order_by("id")[:MOST]}
    live = {row.payment_id: row for row in Notice.objects.filter(**mine, over_at=None)}
    codes = causes_of(unsettled.values())
    for payment_id, notice in live.items():
        code = codes.get(payment_id, "")
        if payment_id in unsettled and code in {"", notice.code}:
            continue
        notice.over_at = now
        notice.save(update_fields=["over_at"])
    for payment_id, payment in unsettled.items():
        before = live.get(payment_id)
        if before is not None and before.over_at is None:
            continue
        code = codes[payment_id] or NOT_SENT
        until = due_at(payment, code, lifetime=lifetime)
        if not codes[payment_id] and until > now:
            continue
        notice = Notice(**mine, payment_id=payment_id, code=code, due_at=until)
        if before is not None and before.mailed_at and named(code).kind is not Kind.HUMAN:
            notice.mail_id, notice.mailed_at = (
                before.mail_id,
                before.mailed_at,
            )  # they know, and nothing is asked of them
        notice.save(force_insert=True)


def _mail(integration: Integration, now: datetime, *, only: Iterable[str] = ()) -> None:
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    groups: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in Notice.objects.filter(**mine, over_at=None, mailed_at=None, due_at__lte=now).order_by("due_at", "id"):
        if not only or notice.code in only:
            groups[notice.code].append(notice)
    for code, rows in groups.items():
        if Notice.objects.filter(**mine, code=code, mailed_at__gt=now - TOGETHER).exists():
            continue  # one mail told of this cause a moment ago: the rest comes together
        payments = _payments(integration, rows)
        mail_id = new_id()
        mails.not_on_till(integration, payments, code=code, mail_id=mail_id, now=now)
        for notice in rows:
            notice.mail_id, notice.mailed_at = mail_id, now
            notice.save(update_fields=["mail_id", "mailed_at"])
        for payment in payments:
            GuestPayment.objects.filter(organisation_id=payment.organisation_id, id=payment.id, told_at=None).update(
                told_at=now
            )
            if integration.tells_till and named(code).counts:
                waking.show_soon(payment.organisation_id, payment.id)


def _escalate(integration: Integration, now: datetime) -> None:
    """Where no address of the integration took the mail, owners get it (T21)."""
    told = Notice.objects.filter(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        over_at=None,
        escalated_at=None,
        mailed_at__isnull=False,
    )
    groups: defaultdict[UUID, list[Notice]] = defaultdict(list)
    for notice in told:
        groups[notice.mail_id or notice.id].append(notice)
    for mail_id, rows in groups.items():
        addresses = mails.addresses_of(integration)
        given_up = reads.given_up({mails.key_of(mail_id, each): each for each in addresses})
        for address in sorted(given_up):
            mails.bounced(integration, address=address, now=now)
        if addresses and len(given_up) == len(addresses):
            payments = _payments(integration, rows)
            mails.not_on_till(integration, payments, code=rows[0].code, mail_id=mail_id, now=now, to_owners=True)
            for notice in rows:
                notice.escalated_at = now
                notice.save(update_fields=["escalated_at"])


def _recover(integration: Integration, now: datetime) -> None:
    """One mail when everything that was told is where it belongs."""
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    told = list(Notice.objects.filter(**mine, mailed_at__isnull=False, recovered_at=None).order_by("id"))
    if not told or any(each.over_at is None for each in told):
        return
    if Notice.objects.filter(**mine, over_at=None, payment_id__in={each.payment_id for each in told}).exists():
        return
    mails.recovered(integration, _payments(integration, told), mail_id=told[0].id, now=now)
    for notice in told:
        notice.recovered_at = now
        notice.save(update_fields=["recovered_at"])


def _payments(integration: Integration, rows: Iterable[Notice]) -> list[GuestPayment]:
    found = GuestPayment.objects.filter(
        organisation_id=integration.organisation_id, id__in={each.payment_id for each in rows}
    )
    return list(found.order_by("id"))


def _is_quiet(integration: Integration, now: datetime) -> bool:
    begin, end = integration.quiet_from, integration.quiet_until
    if begin is None or end is None or begin == end:
        return False
    local = now.astimezone(ZoneInfo(store_of(integration).timezone)).time()
    return begin <= local < end if begin < end else local >= begin or local < end


def _take_turn(integration: Integration) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"table notices {integration.id}"])
