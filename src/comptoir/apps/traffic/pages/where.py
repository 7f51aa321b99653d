"""Location options: which node of the tree, or which store, a page is about; kept in its address as `at`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.chains import Place
from comptoir.core.accounts.roles import Role, may
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest


@dataclass(frozen=True)
class Option:
    """A node or a store to choose, indented by its depth."""

    value: str
    name: str
    depth: int

    @property
    def label(self) -> str:
        """With the indent that a list can show."""
        return "\u2003" * self.depth + self.name


@dataclass(frozen=True)
class Where:
    """What was chosen: its `places` as of today, of `everywhere` that the reader sees.

    `at` and `name` are "" for the whole.
    `nodes` are the chain, district or region that was chosen and what lies in it.
    """

    at: str
    name: str
    places: tuple[Place, ...]
    everywhere: tuple[Place, ...]
    options: tuple[Option, ...]
    tree: chains.Tree
    sees_staff: bool = True
    nodes: frozenset[UUID] = frozenset()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For the choice."""
        return [(each.value, each.label) for each in self.options]

    @property
    def query(self) -> str:
        """What a link has to carry on."""
        return urlencode({"at": self.at}) if self.at else ""

    @property
    def asked(self) -> dict[str, Any]:
        """As what goes by itself keeps it: a store, a level with what lies in it then, or all that is seen."""
        is_store = self.at.startswith("sto_")
        return {
            "store_ids": frozenset(self.store_ids) if is_store else None,
            "node_id": parse_id("nod", self.at) if self.at and not is_store else None,
        }

    @property
    def elsewhere(self) -> str:
        """The same, for another report."""
        return self.query

    @property
    def store_ids(self) -> set[UUID]:
        """The stores that were chosen."""
        return {each.store.id for each in self.places}


@dataclass(frozen=True)
class Reader:
    """Somebody in an organisation, with his role there and the stores that he sees (None: all of them)."""

    organisation_id: UUID
    role: Role
    store_ids: frozenset[UUID] | None


def reader_of(request: OrganisationRequest) -> Reader:
    """Whoever asks."""
    return Reader(request.organisation.id, request.role, request.store_ids)


def where_of(request: OrganisationRequest, *, at: str | None = None, now: datetime | None = None) -> Where:
    """What the address says, or `at`: the page of one store is about that one. Raises RuleBroken (404)."""
    return where_for(reader_of(request), chosen_at(request) if at is None else at, now=now or timezone.now())


def where_for(reader: Reader, said: str, *, now: datetime) -> Where:
    """What `said` is for a reader; "" for everything. Raises RuleBroken (404)."""
    everywhere = tuple(chains.places(reader.organisation_id, store_ids=reader.store_ids, now=now))
    tree = chains.Tree(reader.organisation_id)
    options = _options(tree, everywhere)
    sees_staff = may(reader.role, "traffic.staff")
    if not said:
        return Where("", "", everywhere, everywhere, options, tree, sees_staff)
    chosen = next((each for each in options if each.value == said), None)
    if chosen is None:
        raise nothing_here()
    if said.startswith("sto_"):
        mine = tuple(each for each in everywhere if each.store.public_id == said)
        return Where(said, chosen.name, mine, everywhere, options, tree, sees_staff)
    inside = frozenset(tree.below(parse_id("nod", said)))
    mine = tuple(each for each in everywhere if each.node_id in inside)
    return Where(said, chosen.name, mine, everywhere, options, tree, sees_staff, inside)


def place_of(request: OrganisationRequest, store_id: str) -> Place:
    """The location of an address, as far as the reader may see it. Raises RuleBroken (404)."""
    found = chains.places(request.organisation.id, store_ids=request.store_ids, now=timezone.now())
    place = next((each for each in found if each.store.id == parse_id("sto", store_id)), None)
    if place is None:
        raise nothing_here()
    return place


def chosen_at(request: OrganisationRequest) -> str:
    """What was chosen under *Location options* where somebody comes from, also by a form; "" for everything."""
    return request.POST.get("at") or request.GET.get("at") or ""


def back_to(request: OrganisationRequest, name: str, *args: str) -> HttpResponse:
    """To a page of ours after something was done there; what was chosen under *Location options* stays chosen."""
    at = chosen_at(request)
    url = reverse(name, args=args)
    return redirect(f"{url}?{urlencode({'at': at})}" if at else url)


def nothing_here() -> RuleBroken:
    """The refusal of an id that nobody here has."""
    return RuleBroken(gettext("There is nothing here under this id."), code="not_found", status=404)


def _options(tree: chains.Tree, everywhere: tuple[Place, ...]) -> tuple[Option, ...]:
    """The tree: nodes with something in them, each with its stores below it; then stores that are in none."""
    options: list[Option] = []

    def add(parent: UUID | None, depth: int) -> None:
        for node in (each for each in tree.nodes if each.parent_id == parent):
            inside = tree.below(node.id)
            if any(place.node_id in inside for place in everywhere):
                options.append(Option(public_id("nod", node.id), node.name, depth))
                add(node.id, depth + 1)
                options.extend(
                    Option(place.store.public_id, place.store.name, depth + 1)
                    for place in everywhere
                    if place.node_id == node.id
                )

    add(None, 0)
    placed = {each.value for each in options}
    rest = (
        Option(each.store.public_id, each.store.name, 0) for each in everywhere if each.store.public_id not in placed
    )
    return (*options, *rest)
