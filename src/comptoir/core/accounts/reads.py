"""Questions about the people of an organisation; answers are plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from comptoir.core.accounts import reach
from comptoir.core.accounts.models import ApiToken, Invitation, Membership, MembershipStore, User
from comptoir.core.accounts.partner_tables import PartnerToken
from comptoir.core.accounts.reach_tables import InvitationNode, MembershipNode, StoreInNode
from comptoir.core.accounts.roles import Role, may
from comptoir.core.audit.notes import SYSTEM
from comptoir.kernel.ids import parse_id, public_id


@dataclass(frozen=True)
class MemberFacts:
    """A member. `store_ids` are the stores seen now, None: all; given one by one were `chosen_ids`, and `node_ids`."""

    id: int
    user_id: int
    name: str
    email: str
    role: Role
    store_ids: frozenset[UUID] | None
    chosen_ids: frozenset[UUID] = frozenset()
    node_ids: frozenset[UUID] = frozenset()

    @property
    def called(self) -> str:
        """The name, or the address of somebody who gave none."""
        return self.name or self.email

    @property
    def given(self) -> dict[str, object]:
        """Role, stores (None: all) and nodes as they were given, in a form that can be signed and compared."""
        return {
            "role": self.role.value,
            "stores": None if self.store_ids is None else sorted(str(each) for each in self.chosen_ids),
            "nodes": sorted(str(each) for each in self.node_ids),
        }


@dataclass(frozen=True)
class InvitationFacts:
    """An invitation that was neither accepted nor withdrawn; its stores as those of `MemberFacts`."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    email: str
    role: Role
    store_ids: frozenset[UUID] | None
    invited_by: str
    sent_at: datetime
    expires_at: datetime
    chosen_ids: frozenset[UUID] = frozenset()
    node_ids: frozenset[UUID] = frozenset()

    @property
    def public_id(self) -> str:
        """`inv_…`"""
        return public_id("inv", self.id)

    @staticmethod
    def of(row: Invitation) -> "InvitationFacts":
        """A row of `invitation_rows` as plain data."""
        known = cast(Any, row)
        return InvitationFacts(
            id=row.id,
            organisation_id=row.organisation_id,
            organisation_name=row.organisation.name,
            email=row.email,
            role=Role(row.role),
            store_ids=None if row.all_stores else frozenset([*row.store_ids, *known.there]),
            chosen_ids=frozenset(row.store_ids),
            node_ids=frozenset(known.nodes),
            invited_by=str(row.invited_by) if row.invited_by else "",
            sent_at=row.sent_at,
            expires_at=row.expires_at,
        )


def members(organisation_id: UUID, *, membership_id: int | None = None) -> list[MemberFacts]:
    """Everybody who works here, by name."""
    same = {"organisation_id": organisation_id, "membership_id": OuterRef("pk")}
    chosen = MembershipStore.objects.filter(**same).values("store_id")
    nodes = MembershipNode.objects.filter(**same).values("node_id")
    rows = reach.with_stores(Membership.objects.filter(organisation_id=organisation_id)).select_related("user")
    if membership_id is not None:
        rows = rows.filter(id=membership_id)
    return [
        MemberFacts(
            id=row.pk,
            user_id=row.user.pk,
            name=row.user.name,
            email=row.user.email,
            role=Role(row.role),
            store_ids=reach.visible_stores(row),
            chosen_ids=frozenset(row.chosen_ids),
            node_ids=frozenset(row.node_ids),
        )
        for row in rows.annotate(chosen_ids=ArraySubquery(chosen), node_ids=ArraySubquery(nodes)).order_by(
            "user__name", "user__email"
        )
    ]


def invitations(organisation_id: UUID) -> list[InvitationFacts]:
    """Those that wait for their answer, newest first; expired ones too."""
    rows = invitation_rows().filter(organisation_id=organisation_id, accepted_at=None, withdrawn_at=None)
    return [InvitationFacts.of(row) for row in rows.select_related("invited_by").order_by("-sent_at", "-pk")]


def invitation_rows() -> QuerySet[Invitation]:
    """Invitations with the `nodes` they promise, and the stores that lie `there` now."""
    nodes = InvitationNode.objects.filter(organisation_id=OuterRef("organisation_id"), invitation_id=OuterRef("pk"))
    promised = InvitationNode.objects.filter(
        organisation_id=OuterRef("organisation_id"), invitation_id=OuterRef(OuterRef("pk"))
    )
    there = StoreInNode.objects.filter(
        organisation_id=OuterRef("organisation_id"), node_id__in=promised.values("node_id")
    )
    return Invitation.objects.select_related("organisation").annotate(
        nodes=ArraySubquery(nodes.values("node_id")), there=ArraySubquery(there.values("store_id"))
    )


def actors_named(organisation_id: UUID, search: str) -> list[str]:
    """The actors of this organisation, and operators, whose name or address has this part, as a note quotes them."""
    people = Q(name__icontains=search) | Q(email__icontains=search)
    here = Q(membership__organisation_id=organisation_id) | Q(is_operator=True)
    users = User.objects.filter(people, here).order_by("pk").distinct().values_list("pk", flat=True)
    return [f"user:{user_id}" for user_id in users[:200]]


def holders(organisation_id: UUID, permission: str, *, store_id: UUID | None = None) -> list[MemberFacts]:
    """The members who may do something, everywhere or in the store that is named, by name: whom to ask."""
    return [
        each
        for each in members(organisation_id)
        if may(each.role, permission) and (store_id is None or each.store_ids is None or store_id in each.store_ids)
    ]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """What the actors quoted in one's own notes are called; they may have left since."""
    wanted = set(actors)
    users = [int(number) for each in wanted if (number := each.removeprefix("user:")) != each and number.isdecimal()]
    tokens = {each: _token(each.removeprefix("token:")) for each in wanted if each.startswith("token:")}
    names = {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=users)}
    known = {each.id: each.name for each in ApiToken.objects.filter(id__in=tokens.values())}
    called = {actor: known[token] for actor, token in tokens.items() if token in known}
    return names | called | _partners(wanted) | {SYSTEM: "Comptoir"}


def _partners(actors: Iterable[str]) -> dict[str, str]:
    """The makers of tills behind their tokens."""
    tokens = {each: parse_id("ptk", each.removeprefix("partner:")) for each in actors if each.startswith("partner:")}
    rows = PartnerToken.objects.filter(id__in=tokens.values()).values_list("id", "client__name")
    known = dict(rows)
    return {actor: known[token] for actor, token in tokens.items() if token in known}


def _token(text: str) -> UUID:
    """The id of a token, as `tok_…` or bare: calls note the latter."""
    return parse_id("tok", text) if text.startswith("tok_") else UUID(text)
