"""Take somebody's second steps away who lost them: telephone, keys and recovery codes all gone."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.authority import EVERYBODY, Authority
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.reads import MemberFacts, members
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken


def has_any(user_id: int) -> bool:
    """Whether signing in asks this person for more than a password."""
    return bool(Authenticator.objects.filter(user_id=user_id).exists())


@transaction.atomic
def reset(
    *, organisation_id: UUID, membership_id: int, actor: str, now: datetime, authority: Authority = EVERYBODY
) -> MemberFacts:
    """For whoever manages the users of the only organisation that the person works for: an account is not one
    organisation's to weaken.

    Raises RuleBroken: `not_found`, `works_elsewhere`, `beyond_your_role`.
    """
    found = members(organisation_id, membership_id=membership_id)
    if not found:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    [member] = found
    authority.must_be_over(member)
    User.objects.select_for_update().get(pk=member.user_id)
    if Membership.objects.filter(user_id=member.user_id).exclude(organisation_id=organisation_id).exists():
        words = _("This account works for another organisation too: whoever runs the installation takes them away.")
        raise RuleBroken(words, code="works_elsewhere")
    if Authenticator.objects.filter(user_id=member.user_id).delete()[0]:
        note(
            organisation_id=organisation_id,
            actor=actor,
            what="member.second_steps_removed",
            subject=member.called,
            now=now,
        )
    return member


@transaction.atomic
def reset_by_operator(*, email: str, now: datetime) -> User:
    """For whoever runs the installation. Raises RuleBroken (`not_found`)."""
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        raise RuleBroken(_("There is no account with this address."), code="not_found", status=404)
    if Authenticator.objects.filter(user=user).delete()[0]:
        for membership in Membership.objects.filter(user=user):
            note(
                organisation_id=membership.organisation_id,
                actor="system",
                what="member.second_steps_removed",
                subject=str(user),
                now=now,
            )
    return user
