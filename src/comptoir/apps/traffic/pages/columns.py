"""Which columns the table of a report has: the few that most people read, or those that the reader chose (6.1).

What is chosen stands in the address, so it is kept from report to report, and in the files and mails that are asked for
there. Key figures are chosen once for every report of them; the other tables have columns of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise

from comptoir.apps.traffic import wages
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.parameters import FIGURES

USUAL: Final = ("visitors", "transactions", "conversion", "sales", "atv", "spv", "star")
COST: Final = "labour_share"
"""Usual for chains that said what an hour of work costs."""


@dataclass(frozen=True)
class Column:
    """One that can be shown: its name in the address and in files, its label, and how it is worked out."""

    slug: str
    label: str | Promise
    formula: str | Promise = ""


@dataclass(frozen=True)
class Columns:
    """`slugs` are shown, in the order of `every`, which can be; `name` is what they are called in the address.

    `usual_query` is the address without a choice of them.
    """

    name: str
    slugs: tuple[str, ...]
    every: tuple[Column, ...]
    is_chosen: bool
    usual_query: str
    has_costs: bool = False

    @property
    def heads(self) -> list[Column]:
        """What stands over them."""
        by_slug = {each.slug: each for each in self.every}
        return [by_slug[slug] for slug in self.slugs]

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """Each that the reader may see, and whether it is shown."""
        return [(each, each.slug in self.slugs) for each in self.every]


def columns_of(scope: Scope, *, usual: Sequence[str] = (), every: Iterable[str] = BY_SLUG) -> Columns:
    """Key figures: those of the address; the usual ones where it names none that the reader may see."""
    has_costs = bool(wages.rows(scope.organisation_id))
    some = usual or ((*USUAL, COST) if has_costs else USUAL)
    mine = [Column(slug, BY_SLUG[slug].label, BY_SLUG[slug].formula) for slug in scope.seen(every)]
    found = own(scope, FIGURES, mine, usual=scope.seen(some))
    return replace(found, has_costs=has_costs)


def chosen(scope: Scope) -> tuple[str, ...]:
    """The key figures that the address names, of those that the reader may see."""
    return scope.seen(slug for slug in BY_SLUG if slug in scope.columns.get(FIGURES, ()))


def own(scope: Scope, name: str, every: Sequence[Column], *, usual: Sequence[str] = ()) -> Columns:
    """Of a table with columns of its own those that the address names; else the usual ones, or all."""
    said = scope.columns.get(name, ())
    mine = tuple(each.slug for each in every if each.slug in said)
    some = tuple(usual) or tuple(each.slug for each in every)
    rest = scope.asked.copy()
    rest.pop(name, None)
    return Columns(name, mine or some, tuple(every), bool(mine), rest.urlencode())


def named(found: Mapping[str, tuple[str | Promise, str | Promise]]) -> tuple[Column, ...]:
    """Columns by their names, each with its label and its formula."""
    return tuple(Column(slug, label, formula) for slug, (label, formula) in found.items())
