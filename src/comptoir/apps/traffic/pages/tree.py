"""The tree of an organisation: the chains, districts and regions it has, and what lies in what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.holding import must_have
from comptoir.apps.traffic.pages.where import back_to, chosen_at
from comptoir.core.accounts import levels
from comptoir.core.accounts.reach import nodes_of
from comptoir.core.accounts.tree_tables import Node
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

Choice = tuple[str, str]


class NameForm(forms.Form):
    """What a chain, district or region is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)


class NodeForm(NameForm):
    """A chain, district or region."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(levels.NAMES.items()))
    parent = forms.ChoiceField(label=gettext_lazy("Lies in"), required=False)

    def __init__(self, nodes: Sequence[Node], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = self.fields["parent"].label
        choices = _places_for("region", nodes)
        self.fields["parent"] = forms.ChoiceField(label=label, required=False, choices=choices)

    @property
    def parent_id(self) -> UUID | None:
        """What it shall lie in."""
        said = self.cleaned_data["parent"]
        return parse_id("nod", said) if said else None


@dataclass(frozen=True)
class Level:
    """A node, ready to be drawn; `choices` is what it may lie in, [] of one that lies in nothing."""

    id: str
    name: str
    depth: int
    kind: str | Promise
    parent: str
    stores: int
    choices: list[Choice]

    @property
    def label(self) -> str:
        """With the indent that a cell can show."""
        return "\u2003" * self.depth + self.name


def levels_of(tree: chains.Tree, places: Sequence[Place]) -> list[Level]:
    """From the top down, each followed by what lies in it; with the stores of today that the reader sees."""
    found: list[Level] = []

    def add(parent: UUID | None, depth: int) -> None:
        for node in (each for each in tree.nodes if each.parent_id == parent):
            inside = tree.below(node.id)
            found.append(
                Level(
                    public_id("nod", node.id),
                    node.name,
                    depth,
                    levels.NAMES[node.kind],
                    public_id("nod", parent) if parent else "",
                    sum(each.node_id in inside for each in places),
                    _places_for(node.kind, tree.nodes) if levels.LIES_IN[node.kind] else [],
                )
            )
            add(node.id, depth + 1)

    add(None, 0)
    return found


@require_POST
@page("traffic.manage")
def node_rename(request: OrganisationRequest, node_id: str) -> HttpResponse:
    """Call a level otherwise. Raises RuleBroken (403, 404)."""
    must_have(request, None)  # with a level goes what lies in it, and that may be anybody's
    with refusals(request):
        name = _name_of(request)
        before = chains.rename_node(
            organisation_id=request.organisation.id,
            node_id=parse_id("nod", node_id),
            name=name,
            actor=actor(request),
            now=timezone.now(),
        )
        at = chosen_at(request)
        undo = urlencode({"name": before, **({"at": at} if at else {})})
        toast(
            request,
            _("It is called %(name)s now, on past days too.") % {"name": name},
            undo_url=f"{reverse('traffic_node_rename', args=[node_id])}?{undo}" if before != name else "",
        )
    return back_to(request, "traffic_locations")


def _name_of(request: OrganisationRequest) -> str:
    """By the form that a level is made with. Raises RuleBroken (422)."""
    form = NameForm({"name": request.POST.get("name", request.GET.get("name", ""))})
    if not form.is_valid():
        words = _("A chain, district or region needs a name of at most 120 letters.")
        raise RuleBroken(words, code="name_invalid", status=422)
    said: str = form.cleaned_data["name"]
    return said


@require_POST
@page("traffic.manage")
def node_move(request: OrganisationRequest, node_id: str) -> HttpResponse:
    """Put a district or a region into another level, or into none. Raises RuleBroken (403, 404, 422)."""
    must_have(request, None)
    said = request.POST.get("parent", request.GET.get("parent", ""))
    before = chains.move_node(
        organisation_id=request.organisation.id,
        node_id=parse_id("nod", node_id),
        parent_id=parse_id("nod", said) if said else None,
        actor=actor(request),
        now=timezone.now(),
    )
    undo = f"{reverse('traffic_node_move', args=[node_id])}?parent={public_id('nod', before) if before else ''}"
    at = chosen_at(request)
    toast(request, _("It lies there now, on past days too."), undo_url=f"{undo}&at={at}" if at else undo)
    return back_to(request, "traffic_locations")


@require_POST
@page("traffic.manage")
def node_remove(request: OrganisationRequest, node_id: str) -> HttpResponse:
    """Take away a level that was never used. Raises RuleBroken (403, 404)."""
    must_have(request, None)
    with refusals(request):
        name = chains.remove_node(
            organisation_id=request.organisation.id,
            node_id=parse_id("nod", node_id),
            actor=actor(request),
            now=timezone.now(),
        )
        toast(request, _("%(name)s is taken away. Nothing lay in it.") % {"name": name})
    return back_to(request, "traffic_locations")


def places_for(request: OrganisationRequest, place: Place) -> list[Choice]:
    """Where a location may be put. People see a store by the levels it lies in: whoever has not all stores takes one
    out of no level that is not his, nor puts it into one, however far above."""
    nodes = chains.nodes(request.organisation.id)
    choices = [(public_id("nod", each.id), each.name) for each in nodes]
    if request.store_ids is None:
        return [("", "–"), *choices]
    mine = nodes_of(request.organisation.id, request.user.pk)
    parents = {each.id: each.parent_id for each in nodes}

    def of_others(node_id: UUID | None) -> list[UUID]:
        lies_in = [] if node_id is None else [node_id, *of_others(parents.get(node_id))]
        return [each for each in lies_in if each not in mine]

    theirs = of_others(place.node_id)
    if place.node_id in theirs:
        return [each for each in choices if each[0] == public_id("nod", place.node_id)]
    same = {public_id("nod", each.id) for each in nodes if each.id in mine and of_others(each.id) == theirs}
    found = [each for each in choices if each[0] in same]
    return found if theirs else [("", "–"), *found]


def _places_for(kind: str, nodes: Sequence[Node]) -> list[Choice]:
    """What a level may lie in, and nothing."""
    above = levels.LIES_IN[kind]
    return [("", "–"), *((public_id("nod", each.id), each.name) for each in nodes if each.kind in above)]
