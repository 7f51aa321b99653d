"""Mails about what is wrong and what is well again: to owners, and to managers of the stores concerned."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from comptoir.core.accounts.models import Membership, Organisation
from comptoir.core.accounts.reach import visible_stores, with_stores
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import LocationLink
from comptoir.core.health import incidents
from comptoir.core.health.causes import Subject
from comptoir.core.health.lights import health
from comptoir.core.health.models import Incident
from comptoir.core.mail.send import send
from comptoir.web import health_words
from comptoir.web.health_words import Told

log = structlog.get_logger(__name__)

TOLD_BY_MAIL: Final = (Role.OWNER, Role.MANAGER)


def tick(*, clock: Callable[[], datetime]) -> None:
    """Look after every organisation; a fault in one holds up no other."""
    for organisation_id in Organisation.objects.order_by("id").values_list("id", flat=True):
        try:
            look_after(organisation_id, now=clock())
        except Exception as error:  # a bug met in one organisation leaves the others looked after
            if connection.needs_rollback or not connection.is_usable():
                raise
            log.error("health.not_judged", organisation=str(organisation_id), exc_info=error)


def look_after(organisation_id: UUID, *, now: datetime) -> None:
    """Judge one organisation, and write to whom it concerns; all of it or nothing."""
    found = health(organisation_id, now=now).troubles
    with transaction.atomic():
        news = incidents.watch(organisation_id, found, now=now)
        if news:
            _write(organisation_id, news, now)


def _write(organisation_id: UUID, news: incidents.News, now: datetime) -> None:
    members = Membership.objects.filter(organisation_id=organisation_id, role__in=TOLD_BY_MAIL, user__is_active=True)
    stores = _stores_concerned(organisation_id, [*news.opened, *news.reminded, *news.recovered])
    for member in with_stores(members).select_related("user").order_by("id"):
        reach = visible_stores(member)
        for kind, rows in (("alert", news.opened), ("reminder", news.reminded), ("recovery", news.recovered)):
            mine = [row for row in rows if _concerns(row, member, reach, stores)]
            if mine:
                _send(kind, mine, member, now)


def _stores_concerned(organisation_id: UUID, rows: Iterable[Incident]) -> dict[UUID, set[UUID]]:
    """By subject: a store concerns itself, a connection the stores it feeds."""
    links = LocationLink.objects.filter(
        organisation_id=organisation_id, connection__in={row.subject_id for row in rows}, store__isnull=False
    )
    found: dict[UUID, set[UUID]] = {row.subject_id: {row.subject_id} for row in rows if row.subject == Subject.STORE}
    for connection_id, store_id in links.values_list("connection_id", "store_id"):
        found.setdefault(connection_id, set()).add(store_id)
    return found


def _concerns(row: Incident, member: Membership, reach: frozenset[UUID] | None, stores: dict[UUID, set[UUID]]) -> bool:
    if member.role == Role.OWNER:
        return True
    if row.subject == Subject.HOUSE:
        return False
    return reach is None or bool(reach & stores.get(row.subject_id, set()))


def _send(kind: str, rows: list[Incident], member: Membership, now: datetime) -> None:
    language = member.user.mail_language
    with translation.override(language):
        told = [health_words.tell(incidents.as_finding(row), Role(member.role)) for row in rows]
        told.sort(key=lambda each: -each.finding.badness)
        first = told[0]
        context = {
            "subject_name": first.finding.name,
            "first": first,
            "fact": str(first.light.word),
            "others": told[1:],
            "since": min(row.opened_at for row in rows),
            "url": settings.COMPTOIR_URL + _leads_to(first, kind),
            "button": str(first.action.label) if first.action and kind != "recovery" else "",
        }
    send(
        template=f"mails/health_{kind}",
        to=member.user.email,
        language=language,
        context=context,
        organisation_id=member.organisation_id,
        now=now,
        key=f"health {kind} {rows[0].id} {member.user_id}",
    )


def _leads_to(told: Told, kind: str) -> str:
    """The page that mends the first of them; when it is over, the overview shows that all is well."""
    return told.action.url if told.action and kind != "recovery" else "/"
