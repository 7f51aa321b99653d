"""Where something that is typed holds: a location, a node of the tree, or the whole chain; the nearest counts."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.pages.where import Where, where_of
from comptoir.core.accounts.reach import nodes_of
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest


class PlaceForm(forms.Form):
    """`place` is a location or a node of `where`, "" the whole chain."""

    place = forms.ChoiceField(label=gettext_lazy("Where"), required=False)

    def __init__(self, where: Where, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [("", gettext_lazy("All locations")), *((each.value, each.label) for each in where.options)]
        self._names = {each.value: each.name for each in where.options}
        label = self.fields["place"].label
        self.fields["place"] = forms.ChoiceField(label=label, required=False, choices=places, initial=where.at)

    @property
    def place_name(self) -> str:
        """How the chosen place is called; "" is the whole chain."""
        return self._names.get(self.cleaned_data["place"], "")


def has(request: OrganisationRequest, *node_ids: UUID | None) -> bool:
    """Whether somebody may change what holds for these levels: with all stores, or because they were given to him; what
    holds for the whole chain (None), only with all stores."""
    if request.store_ids is None:
        return True
    return nodes_of(request.organisation.id, request.user.pk).issuperset(node_ids)


def must_have(request: OrganisationRequest, *node_ids: UUID | None) -> None:
    """Raises RuleBroken (403) where somebody may not change what holds for these levels."""
    if not has(request, *node_ids):
        raise RuleBroken(_("Somebody who sees every store has to do this."), code="forbidden", status=403)


def place_ids(request: OrganisationRequest, place: str) -> dict[str, UUID | None]:
    """`store_id` and `node_id` of what was chosen. RuleBroken (403): whoever has chosen stores says it of those, and of
    levels that are his."""
    is_store = place.startswith("sto_")
    node_id = parse_id("nod", place) if place and not is_store else None
    if not is_store and not has(request, node_id):
        raise RuleBroken(_("Choose one of your locations."), code="forbidden", status=403)
    return {"store_id": parse_id("sto", place) if is_store else None, "node_id": node_id}


class Names:
    """What is called how, as far as the reader may change it: None for what is not his to change."""

    def __init__(self, request: OrganisationRequest) -> None:
        self._stores = {each.store.id: each.store.name for each in where_of(request, at="").everywhere}
        self._sees_all = request.store_ids is None
        mine = frozenset() if self._sees_all else nodes_of(request.organisation.id, request.user.pk)
        nodes = chains.nodes(request.organisation.id)
        self._nodes = {each.id: each.name for each in nodes if self._sees_all or each.id in mine}

    def of(self, store_id: UUID | None, node_id: UUID | None) -> str | None:
        """ "" is the whole chain."""
        if store_id is not None:
            return self._stores.get(store_id)
        if node_id is None:
            return "" if self._sees_all else None
        return self._nodes.get(node_id)
