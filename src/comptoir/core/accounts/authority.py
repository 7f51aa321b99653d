"""Over whom somebody has a say: an owner over everybody, a supervisor over the people of the stores that are theirs.

Nobody gives more than they have: not a role above their own, not a store that is not theirs (weekly-balance.md 2).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.core.accounts.reads import InvitationFacts, MemberFacts
from comptoir.core.accounts.roles import Role
from comptoir.kernel.errors import RuleBroken

GIVES: Final[dict[Role, frozenset[Role]]] = {
    Role.OWNER: frozenset(Role),
    Role.SUPERVISOR: frozenset(
        {Role.SUPERVISOR, Role.REGIONAL_SUPERVISOR, Role.MANAGER, Role.STAFF, Role.VIEWER, Role.MARKETING},
    ),
}
"""Which roles a role gives, changes and takes away; a partner is the owner's matter, since tokens stand on it, and so
is HR, which sees of people what a supervisor does not."""
Person = MemberFacts | InvitationFacts


@dataclass(frozen=True)
class Authority:
    """What somebody may do with people: their role, their stores (None: all), and the nodes they were given.

    `node_ids` holds what lies in those as well (`reach.nodes_of`): all the stores of a node, those to come included,
    are for somebody to give who has them himself.
    """

    role: Role
    store_ids: frozenset[UUID] | None
    node_ids: frozenset[UUID] = frozenset()

    @property
    def roles(self) -> frozenset[Role]:
        """The roles they may give."""
        return GIVES.get(self.role, frozenset())

    def sees(self, person: Person) -> bool:
        """Whether somebody works in a store of theirs."""
        if self.store_ids is None or person.store_ids is None:
            return True
        return bool(self.store_ids & person.store_ids or self.node_ids & person.node_ids)

    def is_over(self, person: Person) -> bool:
        """Whether they may change or remove somebody, or send and withdraw this invitation."""
        return person.role in self.roles and self._covers(person.store_ids, person.node_ids)

    def must_see(self, person: Person) -> None:
        """Raises RuleBroken (404) for somebody of other stores."""
        if not self.sees(person):
            raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)

    def must_be_over(self, person: Person) -> None:
        """Raises RuleBroken: `not_found` for somebody of other stores, `beyond_your_role` (403)."""
        self.must_see(person)
        if not self.is_over(person):
            raise RuleBroken(_("An owner has to do this."), code="beyond_your_role", status=403)

    def must_give(self, role: Role, store_ids: Collection[UUID] | None, node_ids: Collection[UUID] = ()) -> None:
        """Raises RuleBroken (`beyond_your_role`, 403) for a role above their own, or stores that are not theirs."""
        reach = None if role is Role.OWNER else store_ids
        if role not in self.roles or not self._covers(reach, node_ids):
            raise RuleBroken(
                _("You give the roles below an owner’s, in your stores."), code="beyond_your_role", status=403
            )

    def _covers(self, store_ids: Collection[UUID] | None, node_ids: Collection[UUID]) -> bool:
        if self.store_ids is None:
            return True
        return store_ids is not None and self.store_ids.issuperset(store_ids) and self.node_ids.issuperset(node_ids)


EVERYBODY: Final = Authority(Role.OWNER, None)
"""An owner's, and that of whoever runs the installation."""
