"""The levels of the tree: a chain has districts, regions or stores, a district regions or stores, a region stores.

traffic-analytics.md 1. The organisation is the top chain; a `CHAIN` is one that it owns. As whatever lies in something
is of a lower level than that, no circle can be made.
"""

from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.core.accounts.tree_tables import Node
from comptoir.kernel.errors import RuleBroken

CHAIN: Final = "chain"
NAMES: Final[dict[str, str | Promise]] = {
    "region": gettext_lazy("Region"),
    "district": gettext_lazy("District"),
    CHAIN: gettext_lazy("Chain"),
}
LIES_IN: Final[dict[str, tuple[str, ...]]] = {CHAIN: (), "district": (CHAIN,), "region": (CHAIN, "district")}
"""In which levels one may lie; each may lie in none."""


def kind_above(organisation_id: UUID, kind: str, parent_id: UUID | None) -> str | None:
    """The level of what it shall lie in. Raises RuleBroken where there is no such thing here, or none that may."""
    if parent_id is None:
        return None
    found = Node.objects.filter(organisation_id=organisation_id, id=parent_id).values_list("kind", flat=True).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="node_unknown", status=404)
    if found not in LIES_IN[kind]:
        words = _("A region lies in a district or a chain, a district in a chain, and a chain in nothing.")
        raise RuleBroken(words, code="level_invalid", status=422)
    return found
