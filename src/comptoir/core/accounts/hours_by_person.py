"""Whoever gains the hours that each person worked is told of to the owners: none of them takes it unseen.

HR alone sees them (traffic-analytics.md 1.1), and owners give that role, to themselves as well.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from comptoir.core.accounts.models import Membership, Organisation, User
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.send import send


def tell_owners(
    *, organisation_id: UUID, user_id: int, role: Role, before: Role | None, actor: str, now: datetime
) -> None:
    """Write to every owner but whoever gave it and whoever has it now. Call it in the transaction of that."""
    if role is not Role.HR or before is Role.HR:
        return
    person, giver = User.objects.get(pk=user_id), User.objects.filter(pk=_number(actor)).first()
    owners = User.objects.filter(
        id__in=Membership.objects.filter(organisation_id=organisation_id, role=Role.OWNER).values("user_id"),
        is_active=True,
    ).exclude(id__in=[user_id, _number(actor)])
    for owner in owners.order_by("id"):
        send(
            template="mails/hours_by_person",
            to=owner.email,
            language=owner.mail_language,
            context={
                "organisation": Organisation.objects.get(id=organisation_id).name,
                "person": str(person),
                "address": person.email,
                "by": str(giver) if giver and giver != person else "",
                "url": f"{settings.COMPTOIR_URL}/settings/users",
            },
            organisation_id=organisation_id,
            now=now,
        )


def _number(actor: str) -> int:
    """Of a user; 0 for a program."""
    kind, _, number = actor.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else 0
