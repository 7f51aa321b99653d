"""Mails of alerts: one to each person for all that is due, in that person's language, of the stores that are hers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from comptoir.apps.traffic import catching_up
from comptoir.apps.traffic.alert_tables import MOST_MAILS, Alert, AlertReader
from comptoir.apps.traffic.alerts import finding, watching, wording
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.accounts.models import Membership, Store
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
        due = watching.watch(organisation_id, found, now=now)
        if due:
            _write(organisation_id, due, now)


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
            store_ids=None if each.all_stores else frozenset(row.store_id for row in each.chosen.all()),
        )
        for each in members.select_related("user").prefetch_related("chosen")
    ]
    return sorted(found, key=lambda each: each.name.casefold())


def _chains() -> list[UUID]:
    counting = Counter.objects.values_list("organisation_id", flat=True).distinct()
    importing = ImportJob.objects.values_list("organisation_id", flat=True).distinct()
    return sorted({*counting, *importing})


def _write(organisation_id: UUID, due: Iterable[Alert], now: datetime) -> None:
    stores = {each.id: each for each in stores_of(organisation_id)}
    for reader in readers(organisation_id):
        mine = [row for row in due if reader.sees(row)]
        if mine and reader.language:
            _send(organisation_id, reader, mine, stores, now)


def _send(organisation_id: UUID, reader: Reader, rows: list[Alert], stores: dict[UUID, Store], now: datetime) -> None:
    with translation.override(reader.language):
        told = [wording.tell(row, stores.get(row.store_id) if row.store_id else None, reader.role) for row in rows]
        told.sort(key=lambda each: LEVELS.index(each.light.level))
        first = told[0]
        page = reverse("traffic_alerts")
        context = {
            "name": first.row.name,
            "word": str(first.light.word),
            "first": first,
            "others": told[1:],
            "url": settings.COMPTOIR_URL + (first.action.url if first.action else page),
            "button": str(first.action.label) if first.action else "",
            "alerts_url": settings.COMPTOIR_URL + page,
            "is_repeated": first.row.mails > 1,
            "is_last": all(row.mails >= MOST_MAILS for row in rows),
        }
    send(
        template="traffic/mails/alert",
        to=reader.email,
        language=reader.language,
        context=context,
        organisation_id=organisation_id,
        now=now,
        key=f"traffic alert {rows[0].id} {rows[0].mails} {reader.user_id}",
    )
