"""Reports by mail: yesterday, or last week, with the pictures in the mail (traffic-analytics.md 6.1).

A mail that was sent is not rewritten; the next one says which past figures moved meanwhile (`past_moved.py`).
"""

from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.traffic import catching_up, chains, kpis, past_moved, shown, subscriptions
from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pages import mailed
from comptoir.apps.traffic.periods import Beside, Comparison, Period
from comptoir.apps.traffic.reports import comparing, mail_charts, reading
from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.roles import may
from comptoir.core.mail.send import send
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken

WEEK: Final = timedelta(days=7)
SHOWN: Final = ("visitors", "conversion", "transactions", "atv", "sales")


def send_due(*, now: datetime) -> int:
    """Send each that is due, once; returns how many."""
    due = ReportMail.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    return sum(
        _send(organisation_id, mail_id, now) for organisation_id, mail_id in due.values_list("organisation_id", "id")
    )


@transaction.atomic
def _send(organisation_id: UUID, mail_id: UUID, now: datetime) -> int:
    rows = ReportMail.objects.select_for_update(skip_locked=True)
    row = rows.filter(organisation_id=organisation_id, id=mail_id, due_at__lte=now).first()
    if row is None:
        return 0
    reader, role = subscriptions.reader_of(row), subscriptions.role_of(row)
    if reader is None or role is None or mailed.is_hidden(row.report, role) or subscriptions.is_off(row):
        row.delete()
        return 0
    places = subscriptions.places_of(row, now=now)
    slot = subscriptions.move_on(row, places, now=now)
    if not places:
        return 0
    organisation = Organisation.objects.get(id=organisation_id)
    is_summary = row.report == subscriptions.SUMMARY
    with translation.override(row.language):
        if is_summary:
            context = _context(organisation, places, row, now, may(role, "traffic.staff"))
        else:
            try:
                context = mailed.context(row, role, organisation.name, now=now)
            except RuleBroken:  # its place is gone: there is nothing to tell, until there is again
                return 0
        if row.report != "changes":  # which tells nothing else
            context |= past_moved.told(row, role, slot=slot, now=now)
        drawn: list[mail_charts.Drawn] = context["charts"]
    send(
        template="traffic/mails/report" if is_summary else "traffic/mails/table",
        to=reader.email,
        language=row.language,
        context=context,
        organisation_id=organisation_id,
        now=now,
        key=f"traffic {row.id} {slot.isoformat()}",
        images=[each.image for each in drawn],
    )
    return 1


def _context(
    organisation: Organisation, places: list[chains.Place], row: ReportMail, now: datetime, sees_staff: bool
) -> dict[str, Any]:
    """Everything the mail says, in words."""
    store = places[0].store
    period, today = _period(places, row.rhythm, now)
    beside = Beside(period, Comparison.LAST_WEEK)
    ids = {each.store.id for each in places}
    catching_up.fresh(organisation.id, ids, since=beside.whole.since, until=period.until, now=now)
    scope = reading.Scope(organisation.id, ids, sees_staff=sees_staff)
    by_store = reading.by_store(scope, period)
    alike = comparing.alike(scope, places, period, beside, today=today, now=now)
    currencies = {each.store.currency for each in places}
    currency = currencies.pop() if len(currencies) == 1 else ""
    slugs = [slug for slug in SHOWN if currency or BY_SLUG[slug].unit != "money"]
    whole = kpis.added(by_store.values())
    address = {"since": period.since.isoformat(), "until": period.until.isoformat(), **subscriptions.asked_of(row)}
    return {
        "organisation": organisation.name,
        "since": period.since,
        "until": period.until,
        "is_day": period.length == 1,
        "tiles": [
            shown.tile(BY_SLUG[slug], whole, alike.sides if alike.before.hours else None, currency) for slug in slugs
        ],
        "rows": [
            (
                each.store.name,
                [
                    shown.figure(
                        BY_SLUG[slug], BY_SLUG[slug].of(by_store.get(each.store.id, Sums())), each.store.currency
                    )
                    for slug in slugs
                ],
            )
            for each in places
        ],
        "charts": mail_charts.of_mail(
            scope, period, beside, words=_("a week before"), currency=currency, day_start=store.day_start.hour
        ),
        "heads": [str(BY_SLUG[slug].label) for slug in slugs],
        "url": f"{settings.COMPTOIR_URL}/traffic?{urlencode(address, doseq=True)}",
    }


def _period(places: list[chains.Place], rhythm: str, now: datetime) -> tuple[Period, date]:
    """Yesterday, or the seven days until then; and today."""
    store = places[0].store
    today = business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)
    last = today - timedelta(days=1)
    return Period(last, last) if rhythm == subscriptions.DAILY else Period(today - WEEK, last), today
