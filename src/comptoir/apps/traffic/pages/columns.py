"""Which figures the table of a report has: the few that most people read, or those that the reader chose (6.1).

What is chosen stands in the address, so it is kept from report to report, and in the file that is exported there.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

from comptoir.apps.traffic import wages
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi
from comptoir.apps.traffic.pages.scope import Scope

USUAL: Final = ("visitors", "transactions", "conversion", "sales", "atv", "spv", "star")
COST: Final = "labour_share"
"""Usual for chains that said what an hour of work costs."""


@dataclass(frozen=True)
class Columns:
    """`slugs` are shown, in the order of the key figures; `every` can be."""

    slugs: tuple[str, ...]
    every: tuple[str, ...]
    has_costs: bool
    is_chosen: bool

    @property
    def heads(self) -> list[Kpi]:
        """What stands over them."""
        return [BY_SLUG[slug] for slug in self.slugs]

    @property
    def choices(self) -> list[tuple[str, str | Promise, str | Promise, bool]]:
        """Each key figure that the reader may see: slug, label, formula, whether it is shown."""
        return [(slug, BY_SLUG[slug].label, BY_SLUG[slug].formula, slug in self.slugs) for slug in self.every]


def columns_of(scope: Scope) -> Columns:
    """Those of the address; the usual ones where it names none that the reader may see."""
    has_costs = bool(wages.rows(scope.organisation_id))
    usual = (*USUAL, COST) if has_costs else USUAL
    mine = chosen(scope)
    return Columns(mine or scope.seen(usual), scope.seen(BY_SLUG), has_costs, bool(mine))


def chosen(scope: Scope) -> tuple[str, ...]:
    """The key figures that the address names, of those that the reader may see."""
    return scope.seen(slug for slug in BY_SLUG if slug in scope.columns)
