"""Change what a member may do, remove one, take that back. An organisation always keeps an owner."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.authority import EVERYBODY, Authority
from comptoir.core.accounts.hours_by_person import tell_owners
from comptoir.core.accounts.models import Membership, MembershipStore, Organisation, Store, User
from comptoir.core.accounts.reach_tables import MembershipNode
from comptoir.core.accounts.reads import MemberFacts, members
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree import keep, names_of
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken


@transaction.atomic
def change(
    *,
    organisation_id: UUID,
    membership_id: int,
    role: Role,
    store_ids: Collection[UUID] | None,
    actor: str,
    now: datetime,
    node_ids: Collection[UUID] = (),
    authority: Authority = EVERYBODY,
    only_from: Mapping[str, object] | None = None,
) -> MemberFacts:
    """Another role, other stores (None: all) or nodes of the tree; `only_from` what was `given` until now.

    Raises RuleBroken: `not_found`, `last_owner`, `beyond_your_role`, `node_unknown`, `changed_since` (409).
    """
    before = _locked(organisation_id, membership_id)
    if only_from is not None and only_from != before.given:
        raise RuleBroken(_("This was changed again since: look at what it is now."), code="changed_since", status=409)
    authority.must_be_over(before)
    authority.must_give(role, store_ids, node_ids)
    if before.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(organisation_id, membership_id)
    give(organisation_id=organisation_id, user_id=before.user_id, role=role, store_ids=store_ids, node_ids=node_ids)
    [after] = members(organisation_id, membership_id=membership_id)
    if after != before:
        details: dict[str, object] = {"before": _said(organisation_id, before), "after": _said(organisation_id, after)}
        _note(organisation_id, actor, "member.changed", after, details, now)
        tell_owners(
            organisation_id=organisation_id,
            user_id=after.user_id,
            role=after.role,
            before=before.role,
            actor=actor,
            now=now,
        )
    return after


@transaction.atomic
def remove(
    *, organisation_id: UUID, membership_id: int, actor: str, now: datetime, authority: Authority = EVERYBODY
) -> MemberFacts:
    """Out at once: the next request of theirs finds no membership.

    Raises RuleBroken: `not_found`, `last_owner`, `beyond_your_role`.
    """
    found = _locked(organisation_id, membership_id)
    authority.must_be_over(found)
    if found.role is Role.OWNER:
        _keep_an_owner(organisation_id, membership_id)
    Membership.objects.filter(organisation_id=organisation_id, id=membership_id).delete()
    _note(organisation_id, actor, "member.removed", found, _said(organisation_id, found), now)
    return found


@transaction.atomic
def restore(
    *,
    organisation_id: UUID,
    user_id: int,
    role: Role,
    store_ids: Collection[UUID] | None,
    actor: str,
    now: datetime,
    node_ids: Collection[UUID] = (),
    authority: Authority = EVERYBODY,
) -> MemberFacts:
    """Take a removal back; somebody who has come back another way keeps what they have now. Raises RuleBroken."""
    authority.must_give(role, store_ids, node_ids)
    _lock(organisation_id)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    known = Membership.objects.filter(organisation_id=organisation_id, user=user).first()
    made = known or give(
        organisation_id=organisation_id, user_id=user_id, role=role, store_ids=store_ids, node_ids=node_ids
    )
    [found] = members(organisation_id, membership_id=made.pk)
    if known is None:
        _note(organisation_id, actor, "member.restored", found, _said(organisation_id, found), now)
        tell_owners(
            organisation_id=organisation_id, user_id=user_id, role=found.role, before=None, actor=actor, now=now
        )
    return found


def rename(*, user_id: int, name: str) -> None:
    """What others call a person, in every organisation."""
    User.objects.filter(pk=user_id).update(name=name.strip())


def speak(*, user_id: int, language: str) -> None:
    """The language a person reads, on pages and in mails, whatever the organisation."""
    User.objects.filter(pk=user_id).update(language=language)


def give(
    *,
    organisation_id: UUID,
    user_id: int,
    role: Role,
    store_ids: Collection[UUID] | None,
    node_ids: Collection[UUID] = (),
) -> Membership:
    """Make or change a membership; stores that are not this organisation's are left out. Call it in a transaction.

    Raises RuleBroken (`node_unknown`, 404) for a node that is not there: what was promised is not narrowed in silence.
    """
    reach = None if role is Role.OWNER else store_ids
    membership, _is_new = Membership.objects.update_or_create(
        organisation_id=organisation_id,
        user_id=user_id,
        defaults={"role": role, "all_stores": reach is None},
    )
    MembershipStore.objects.filter(organisation_id=organisation_id, membership=membership).delete()
    stores = Store.objects.filter(organisation_id=organisation_id, id__in=reach or ())
    MembershipStore.objects.bulk_create(
        MembershipStore(organisation_id=organisation_id, membership=membership, store=store) for store in stores
    )
    MembershipNode.objects.filter(organisation_id=organisation_id, membership=membership).delete()
    MembershipNode.objects.bulk_create(
        MembershipNode(organisation_id=organisation_id, membership=membership, node_id=each)
        for each in keep(organisation_id, () if reach is None else node_ids)
    )
    return membership


def _lock(organisation_id: UUID) -> None:
    """One change of members at a time: two owners who remove each other would leave nobody."""
    Organisation.objects.select_for_update().get(id=organisation_id)


def _locked(organisation_id: UUID, membership_id: int) -> MemberFacts:
    _lock(organisation_id)
    found = members(organisation_id, membership_id=membership_id)
    if not found:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found[0]


def _keep_an_owner(organisation_id: UUID, membership_id: int) -> None:
    others = Membership.objects.filter(organisation_id=organisation_id, role=Role.OWNER, user__is_active=True)
    if not others.exclude(id=membership_id).exists():
        raise RuleBroken(
            _("An organisation keeps at least one owner: make somebody else one first."), code="last_owner"
        )


def _said(organisation_id: UUID, found: MemberFacts) -> dict[str, object]:
    """As the audit keeps it: what was given, not what that comes to today."""
    said: dict[str, object] = {"role": found.role.value, "stores": "all"}
    if found.store_ids is not None:
        said["stores"] = sorted(str(each) for each in found.chosen_ids)
    if found.node_ids:
        said["levels"] = names_of(organisation_id, found.node_ids)
    return said


def _note(
    organisation_id: UUID, actor: str, what: str, found: MemberFacts, details: dict[str, object], now: datetime
) -> None:
    note(organisation_id=organisation_id, actor=actor, what=what, subject=found.called, details=details, now=now)
