"""Invite somebody by e-mail: a link with a key that works once, for that address, for a week."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from comptoir.core.accounts import members
from comptoir.core.accounts.authority import EVERYBODY, Authority
from comptoir.core.accounts.hours_by_person import tell_owners
from comptoir.core.accounts.models import Invitation, Membership, Organisation, User
from comptoir.core.accounts.partners import requests
from comptoir.core.accounts.reach_tables import InvitationNode
from comptoir.core.accounts.reads import InvitationFacts, invitation_rows
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree import keep, names_of
from comptoir.core.audit.notes import note
from comptoir.core.mail.send import check_address, send
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import new_token, token_hash

LIFETIME: Final = timedelta(days=7)
PAUSE_BETWEEN_MAILS: Final = timedelta(minutes=1)
MOST_OPEN: Final = 100
PATH: Final = "/invitations/"


def invite(
    *,
    organisation: Organisation,
    email: str,
    role: Role,
    store_ids: Collection[UUID] | None,
    language: str,
    by: User,
    now: datetime,
    node_ids: Collection[UUID] = (),
    authority: Authority = EVERYBODY,
) -> Invitation:
    """Write the invitation and its mail. The address is taken as typed, a `+tag` included.

    Raises RuleBroken: `address_invalid`, `already_member`, `already_invited`, `too_many_invitations`,
    `beyond_your_role`, `node_unknown`.
    """
    authority.must_give(role, store_ids, node_ids)
    address = email.strip().lower()
    check_address(address)
    if Membership.objects.filter(organisation=organisation, user__email=address).exists():
        raise RuleBroken(_("This person works here already."), code="already_member")
    waiting = Invitation.objects.filter(organisation=organisation, accepted_at=None, withdrawn_at=None)
    if waiting.count() >= MOST_OPEN:
        raise RuleBroken(_("Too many invitations wait for an answer: withdraw some."), code="too_many_invitations")
    key, is_of_all = new_token("inv_"), store_ids is None or role is Role.OWNER
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                id=new_id(),
                organisation=organisation,
                email=address,
                role=role,
                all_stores=is_of_all,
                store_ids=sorted(store_ids or ()),
                language=language,
                token_hash=token_hash(key),
                invited_by=by,
                created_at=now,
                sent_at=now,
                expires_at=now + LIFETIME,
            )
            InvitationNode.objects.bulk_create(
                InvitationNode(organisation=organisation, invitation=made, node_id=each)
                for each in keep(organisation.id, () if is_of_all else node_ids)
            )
            _mail(made, key, now)
            _note(made, f"user:{by.pk}", "invitation.sent", now)
    except IntegrityError as error:
        raise RuleBroken(_("This address is invited already: send it again."), code="already_invited") from error
    return made


@transaction.atomic
def resend(
    *, organisation_id: UUID, invitation_id: UUID, actor: str, now: datetime, authority: Authority = EVERYBODY
) -> InvitationFacts:
    """A new link for another week; the earlier one stops working.

    Raises RuleBroken: `not_found`, `sent_just_now`, `beyond_your_role`.
    """
    found = _waiting(organisation_id, invitation_id)
    authority.must_be_over(InvitationFacts.of(found))
    if now - found.sent_at < PAUSE_BETWEEN_MAILS:
        raise RuleBroken(_("It was sent a moment ago: wait a minute."), code="sent_just_now")
    key = new_token("inv_")
    found.token_hash, found.sent_at, found.expires_at = token_hash(key), now, now + LIFETIME
    found.save(update_fields=["token_hash", "sent_at", "expires_at"])
    _mail(found, key, now)
    _note(found, actor, "invitation.sent_again", now)
    return InvitationFacts.of(found)


@transaction.atomic
def withdraw(
    *, organisation_id: UUID, invitation_id: UUID, actor: str, now: datetime, authority: Authority = EVERYBODY
) -> InvitationFacts:
    """The link stops working. Raises RuleBroken: `not_found`, `beyond_your_role`."""
    found = _waiting(organisation_id, invitation_id)
    authority.must_be_over(InvitationFacts.of(found))
    found.withdrawn_at = now
    found.save(update_fields=["withdrawn_at"])
    _note(found, actor, "invitation.withdrawn", now)
    _let_go(found)
    return InvitationFacts.of(found)


def find(token: str, *, now: datetime) -> InvitationFacts | None:
    """The invitation behind a link; None when it was used, withdrawn, replaced or has expired."""
    row = invitation_rows().select_related("invited_by").filter(_open(token, now)).first()
    return InvitationFacts.of(row) if row else None


@transaction.atomic
def accept(user: User, token: str, now: datetime) -> InvitationFacts:
    """Make the user a member. The link is used up, and was for this address alone: one with another tag is another.

    Raises RuleBroken: `invitation_unknown`, `invitation_of_another`.
    """
    row = invitation_rows().select_for_update(of=("self",)).filter(_open(token, now)).first()
    if row is None:
        raise RuleBroken(_("This invitation has expired or was used. Ask for another."), code="invitation_unknown")
    if user.email != row.email:
        raise RuleBroken(_("This invitation is for another address."), code="invitation_of_another", status=403)
    row.accepted_at = now
    row.save(update_fields=["accepted_at"])
    if not Membership.objects.filter(organisation_id=row.organisation_id, user=user).exists():
        members.give(
            organisation_id=row.organisation_id,
            user_id=user.pk,
            role=Role(row.role),
            store_ids=None if row.all_stores else row.store_ids,
            node_ids=_nodes(row),
        )
        tell_owners(
            organisation_id=row.organisation_id,
            user_id=user.pk,
            role=Role(row.role),
            before=None,
            actor=f"user:{user.pk}",
            now=now,
        )
    _note(row, f"user:{user.pk}", "member.joined", now)
    _let_go(row)
    if row.role == Role.PARTNER:
        requests.technical_user_made(organisation_id=row.organisation_id, email=user.email, now=now)
    return InvitationFacts.of(row)


def _open(token: str, now: datetime) -> Q:
    return Q(token_hash=token_hash(token), accepted_at=None, withdrawn_at=None, expires_at__gt=now)


def _waiting(organisation_id: UUID, invitation_id: UUID) -> Invitation:
    found = (
        invitation_rows()
        .select_for_update(of=("self",))
        .filter(organisation_id=organisation_id, id=invitation_id, accepted_at=None, withdrawn_at=None)
    )
    row = found.first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return row


def _nodes(invitation: Invitation) -> list[UUID]:
    rows = InvitationNode.objects.filter(organisation_id=invitation.organisation_id, invitation=invitation)
    return list(rows.values_list("node_id", flat=True))


def _let_go(invitation: Invitation) -> None:
    """Over, it holds no node any more."""
    InvitationNode.objects.filter(organisation_id=invitation.organisation_id, invitation=invitation).delete()


def _mail(invitation: Invitation, key: str, now: datetime) -> None:
    context = {
        "organisation": invitation.organisation.name,
        "by": str(invitation.invited_by) if invitation.invited_by else invitation.organisation.name,
        "address": invitation.email,
        "url": f"{settings.COMPTOIR_URL}{PATH}{key}",
        "days": LIFETIME.days,
    }
    send(
        template="mails/invitation",
        to=invitation.email,
        language=invitation.language,
        context=context,
        organisation_id=invitation.organisation_id,
        now=now,
    )


def _note(invitation: Invitation, actor: str, what: str, now: datetime) -> None:
    said: dict[str, object] = {"role": invitation.role, "stores": "all"}
    if not invitation.all_stores:
        said["stores"] = [str(each) for each in invitation.store_ids]
    if nodes := _nodes(invitation):
        said["levels"] = names_of(invitation.organisation_id, nodes)
    note(
        organisation_id=invitation.organisation_id,
        actor=actor,
        what=what,
        subject=invitation.email,
        details=said,
        now=now,
    )
