"""Support visits: an operator is inside an organisation because an owner said so, for hours, until either ends it.

A visitor has the role of a supervisor, so nothing he does outlasts the visit: no keys, no users, no consents at tills.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Membership, Organisation, User
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.visit_tables import Visit
from comptoir.core.audit.notes import note
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken

VISITORS_ROLE: Final = Role.SUPERVISOR
HOURS: Final = (1, 4, 24)
SHORTEST_REASON: Final = 10
PATH: Final = "/settings/visits"


def ask(*, organisation: Organisation, operator: User, reason: str, wish: str, now: datetime) -> Visit:
    """Ask the owners, who get a mail. Raises RuleBroken: `reason_missing`, `validation` (422), `visit_asked` (409)."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise RuleBroken(_("Write down why you have to look into it."), code="reason_missing", status=422)
    if wish not in Visit.Access.values:
        raise RuleBroken(_("Choose whether you have to look or to act."), code="validation", status=422)
    try:
        with transaction.atomic():
            row = Visit.objects.create(
                organisation=organisation, operator=operator, reason=reason[:500], wish=wish, asked_at=now
            )
            _note(row, "visit.asked", f"user:{operator.pk}", now, {"reason": row.reason, "wish": wish})
            _mail(row, now)
    except IntegrityError as error:
        words = _("You have asked already. The owner has not answered yet.")
        raise RuleBroken(words, code="visit_asked", status=409) from error
    return row


@transaction.atomic
def allow(*, organisation_id: UUID, visit_id: UUID, access: str, hours: int, actor: str, now: datetime) -> Visit:
    """An owner's consent. Raises RuleBroken: `not_found` (404), `validation` (422), `already_decided` (409)."""
    row = _waiting(organisation_id, visit_id)
    if access not in Visit.Access.values or hours not in HOURS:
        raise RuleBroken(_("Choose what the visitor may do, and for how long."), code="validation", status=422)
    row.answered_at, row.answered_by, row.access = now, actor, access
    row.ends_at = now + timedelta(hours=hours)
    row.save()
    _note(row, "visit.allowed", actor, now, {"access": access, "hours": hours})
    return row


@transaction.atomic
def decline(*, organisation_id: UUID, visit_id: UUID, actor: str, now: datetime) -> Visit:
    """An owner says no. Raises RuleBroken: `not_found` (404), `already_decided` (409)."""
    row = _waiting(organisation_id, visit_id)
    row.answered_at, row.answered_by = now, actor
    row.save()
    _note(row, "visit.declined", actor, now)
    return row


@transaction.atomic
def end(*, organisation_id: UUID, visit_id: UUID, actor: str, now: datetime) -> Visit:
    """Either side ends it, or the operator takes the question back. Raises RuleBroken: `not_found`, `visit_over`."""
    row = _locked(organisation_id, visit_id)
    if row.state(now) not in ("asked", "open"):
        raise RuleBroken(_("This visit is over already."), code="visit_over", status=409)
    row.ended_at, row.ended_by = now, actor
    row.save()
    _note(row, "visit.ended", actor, now)
    return row


def entered(row: Visit, *, now: datetime) -> None:
    """The operator went in."""
    _note(row, "visit.entered", f"user:{row.operator_id}", now)


def acted(row: Visit, *, act: str, now: datetime) -> None:
    """The visitor changed something: which act it was, beside whatever the act itself writes down."""
    _note(row, "visit.acted", f"user:{row.operator_id}", now, {"act": act})


def open_to(user: User, visit_id: UUID, *, now: datetime) -> Visit | None:
    """The visit if this operator may be inside now."""
    if not user.is_operator:
        return None
    rows = Visit.objects.filter(id=visit_id, operator=user, ended_at=None, ends_at__gt=now)
    return rows.select_related("organisation", "operator").first()


def of(organisation_id: UUID, *, visit_id: UUID | None = None) -> list[Visit]:
    """Every visit, the latest first."""
    rows = Visit.objects.filter(organisation_id=organisation_id).select_related("operator")
    if visit_id is not None:
        rows = rows.filter(id=visit_id)
    return list(rows.order_by("-asked_at", "-pk")[:100])


def _waiting(organisation_id: UUID, visit_id: UUID) -> Visit:
    row = _locked(organisation_id, visit_id)
    if row.answered_at is not None or row.ended_at is not None:
        raise RuleBroken(_("This request was decided already."), code="already_decided")
    return row


def _locked(organisation_id: UUID, visit_id: UUID) -> Visit:
    rows = Visit.objects.select_for_update(of=("self",)).filter(organisation_id=organisation_id, id=visit_id)
    found = rows.select_related("organisation", "operator").first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _note(row: Visit, what: str, actor: str, now: datetime, details: dict[str, object] | None = None) -> None:
    note(
        organisation_id=row.organisation_id,
        actor=actor,
        what=what,
        subject=row.operator.email,
        details=details,
        now=now,
    )


def _mail(row: Visit, now: datetime) -> None:
    owners = Membership.objects.filter(organisation_id=row.organisation_id, role=Role.OWNER)
    for owner in owners.select_related("user"):
        address = owner.user.email
        send(
            template="mails/visit_asked",
            to=address,
            language=owner.user.mail_language,
            context={
                "organisation": row.organisation.name,
                "visitor": str(row.operator),
                "reason": row.reason,
                "url": f"{settings.COMPTOIR_URL}{PATH}",
            },
            organisation_id=row.organisation_id,
            now=now,
            key=f"visit {row.id} {address}"[:200],
        )
