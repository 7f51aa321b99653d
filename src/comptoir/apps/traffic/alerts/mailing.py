"""Mails of alerts: one to each person for all that is due, in that person's language, of the stores that are hers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from comptoir.apps.traffic import catching_up
from comptoir.apps.traffic.alert_tables import MOST_MAILS, Alert, AlertReader
from comptoir.apps.traffic.alerts import finding, watching, wording
from comptoir.apps.traffic.alerts.wording import Told
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.reach import visible_stores, with_stores
from comptoir.core.accounts.roles import OFFICE, Role
from comptoir.core.accounts.stores import stores as stores_of
from comptoir.core.installations import modules
from comptoir.core.mail.send import send

log = structlog.get_logger(__name__)

LEVELS: Final = ("bad", "warn", "info")
"""The worst is told first."""


@dataclass(frozen=True)
class Reader:
    """Somebody alerts are written to, in `language`; "" wants no mail. `store_ids` None is every store."""

    user_id: int
    name: str
    email: str
    language: str
    role: Role
    store_ids: frozenset[UUID] | None

    def sees(self, row: Alert) -> bool:
        """Whether it is of a store of hers; an account that feeds several is for those who see all."""
        return self.store_ids is None or (row.store_id is not None and row.store_id in self.store_ids)


def tick(*, clock: Callable[[], datetime]) -> None:
    """Look after every chain that counts or imports; a fault in one holds up no other."""
    for organisation_id in _chains():
        try:
            look_after(organisation_id, now=clock())
        except Exception as error:  # a bug met in one organisation leaves the others looked after
            if connection.needs_rollback or not connection.is_usable():
                raise
            log.error("traffic.alerts_not_judged", organisation=str(organisation_id), exc_info=error)


def look_after(organisation_id: UUID, *, now: datetime) -> None:
    """Judge one chain, and write to whom it concerns; all of it or nothing."""
    is_off = modules.is_off_everywhere(organisation_id, catching_up.APP)
    found = [] if is_off else finding.find(organisation_id, now=now)
    with transaction.atomic():
        news = watching.watch(organisation_id, found, now=now)
        if news.wrong:
            _write(organisation_id, news.wrong, _wrong, now)
        if news.over and not is_off:
            _write(organisation_id, news.over, _over, now)


def readers(organisation_id: UUID) -> list[Reader]:
    """The office, each of their stores (1.1): owners, supervisors, regional supervisors, managers; by name."""
    rows = AlertReader.objects.filter(organisation_id=organisation_id)
    chosen = dict(rows.values_list("user_id", "language"))
    members = Membership.objects.filter(organisation_id=organisation_id, role__in=OFFICE, user__is_active=True)
    found = [
        Reader(
            user_id=each.user_id,
            name=str(each.user),
            email=each.user.email,
            language=chosen.get(each.user_id, each.user.mail_language),
            role=Role(each.role),
            store_ids=visible_stores(each),
        )
        for each in with_stores(members).select_related("user")
    ]
    return sorted(found, key=lambda each: each.name.casefold())


def _chains() -> list[UUID]:
    counting = Counter.objects.values_list("organisation_id", flat=True).distinct()
    importing = ImportJob.objects.values_list("organisation_id", flat=True).distinct()
    waiting = CountFeed.objects.values_list("organisation_id", flat=True).distinct()
    return sorted({*counting, *importing, *waiting})


@dataclass(frozen=True)
class Letter:
    """What is written to one person: the template, what it is told, and what makes it one however often it runs."""

    template: str
    context: dict[str, Any]
    key: str


Compose = Callable[[Sequence[Told]], Letter]


def _write(organisation_id: UUID, due: Sequence[Alert], compose: Compose, now: datetime) -> None:
    """One letter to each reader, of the alerts that are hers, the worst first, in her language."""
    stores = {each.id: each for each in stores_of(organisation_id)}
    for reader in readers(organisation_id):
        mine = [row for row in due if reader.sees(row)]
        if not (mine and reader.language):
            continue
        with translation.override(reader.language):
            told = [wording.tell(row, stores.get(row.store_id) if row.store_id else None, reader.role) for row in mine]
            letter = compose(sorted(told, key=lambda each: LEVELS.index(each.light.level)))
        send(
            template=letter.template,
            to=reader.email,
            language=reader.language,
            context={**letter.context, "alerts_url": settings.COMPTOIR_URL + reverse("traffic_alerts")},
            organisation_id=organisation_id,
            now=now,
            key=f"{letter.key} {reader.user_id}",
        )


def _wrong(told: Sequence[Told]) -> Letter:
    first = told[0]
    context = {
        "name": first.row.name,
        "word": str(first.light.word),
        "first": first,
        "others": told[1:],
        "url": settings.COMPTOIR_URL + (first.action.url if first.action else reverse("traffic_alerts")),
        "button": str(first.action.label) if first.action else "",
        "is_repeated": first.row.mails > 1,
        "is_last": all(each.row.mails >= MOST_MAILS for each in told),
    }
    return Letter("traffic/mails/alert", context, f"traffic alert {first.row.id} {first.row.mails}")


def _over(told: Sequence[Told]) -> Letter:
    first = told[0]
    context = {
        "name": first.row.name,
        "word": str(first.light.word),
        "first": first,
        "others": told[1:],
        "url": settings.COMPTOIR_URL + reverse("traffic_alerts"),
    }
    return Letter("traffic/mails/alert_over", context, f"traffic alert over {first.row.id}")
