"""Two stores, or two periods of the same, side by side: a row for each key figure, with the difference."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi, Sums
from comptoir.apps.traffic.pages.columns import columns_of
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import against, comparing, reading
from comptoir.kernel.errors import RuleBroken
from comptoir.web.formats import days
from comptoir.web.shell import OrganisationRequest, page

EVERY: Final = tuple(BY_SLUG)
Row = tuple[Kpi, str, str, str, str, str]
"""A figure, its two sides, their difference, the change of it and its trend."""


@dataclass(frozen=True)
class Compared:
    """What stands side by side; `left_out` are stores that have only one of the two periods."""

    names: tuple[str, str | Promise]
    rows: tuple[Row, ...]
    is_empty: bool
    without_money: bool = False
    left_out: tuple[str, ...] = ()


@require_GET
@page("traffic.view")
def comparison(request: OrganisationRequest) -> HttpResponse:
    """The figures that were chosen, or all that the reader may see."""
    scope = scope_of(request)
    found = compared(scope)
    values = {
        "scope": scope,
        "shown_columns": columns_of(scope, usual=EVERY),
        "are_rows": True,
        "rows": found.rows,
        "names": found.names,
        "one": scope.said("one"),
        "other": scope.said("other"),
        "left_out": found.left_out,
        "without_money": found.without_money,
        "is_empty": found.is_empty,
        "is_budget": is_budget(scope),
    }
    return render(request, "traffic/comparison.html", values)


def is_budget(scope: Scope) -> bool:
    """Whether figures stand beside their budgets: of two stores each is beside the other."""
    return scope.is_budget and None in _stores(scope)


def compared(scope: Scope) -> Compared:
    """The report. Raises RuleBroken (404) for a store that the reader does not see."""
    if is_budget(scope):
        return _beside_budget(scope)
    one, other = _stores(scope)
    left_out: tuple[str, ...] = ()
    if one is not None and other is not None:
        by_store = reading.by_store(scope.reading_of({one, other}), scope.period)
        sides = (by_store.get(one, Sums()), by_store.get(other, Sums()))
        names = (_name(scope, one), _name(scope, other))
        currencies = (_currency(scope, one), _currency(scope, other))
    else:
        alike = comparing.alike(
            scope.reading, scope.places, scope.period, scope.counterpart, today=scope.today, now=scope.now
        )
        sides, left_out = alike.sides, alike.left_out
        names = (_words(scope.period), _words(scope.beside))
        currencies = (scope.currency,) * 2
    rows = tuple(_compared(kpi, sides, currencies) for kpi in _figures(scope) if all(currencies) or not kpi.is_money)
    return Compared(names, rows, not (sides[0].hours or sides[1].hours), not all(currencies), left_out)


def _beside_budget(scope: Scope) -> Compared:
    """Each key figure beside its budget, over the same days, with its index."""
    found = against.whole(against.by_store(scope.reading, scope.period, today=scope.today))
    currency = scope.currency
    rows = []
    for kpi in _figures(scope):
        actual, budget = found.of(kpi.slug)
        said, trend = shown.beside_budget(kpi, found.index(kpi.slug))
        if actual is not None and budget is not None and (currency or not kpi.is_money):
            figures = shown.figure(kpi, actual, currency), shown.figure(kpi, budget, currency)
            rows.append((kpi, *figures, shown.difference(kpi, actual - budget, currency), said, trend))
    return Compared((_words(scope.period), scope.comparison_word), tuple(rows), not rows, not currency)


def _figures(scope: Scope) -> list[Kpi]:
    return [BY_SLUG[slug] for slug in columns_of(scope, usual=EVERY).slugs]


def _compared(kpi: Kpi, sides: tuple[Sums, Sums], currencies: tuple[str, ...]) -> Row:
    """Money of two currencies stands side by side without a difference; a rate differs in points (4.1, 4.3)."""
    one, other = (kpi.of(each) if each.hours else None for each in sides)
    is_alike = not kpi.is_money or currencies[0] == currencies[1]
    said, trend = shown.delta(kpi, kpis.change(kpi, one, other) if is_alike else None)
    difference = ""
    if one is not None and other is not None and is_alike:
        difference = shown.difference(kpi, one - other, currencies[0])
    figures = shown.figure(kpi, one, currencies[0]), shown.figure(kpi, other, currencies[1])
    return kpi, *figures, difference, "" if kpi.is_rate else said, trend


def _stores(scope: Scope) -> tuple[UUID | None, UUID | None]:
    return _store(scope, scope.said("one")), _store(scope, scope.said("other"))


def _currency(scope: Scope, store_id: UUID) -> str:
    return next(each.store.currency for each in scope.everywhere if each.store.id == store_id)


def _store(scope: Scope, said: str) -> UUID | None:
    """A store that the reader may see. Raises RuleBroken (404)."""
    if not said:
        return None
    found = next((each.store.id for each in scope.everywhere if each.store.public_id == said), None)
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _name(scope: Scope, store_id: UUID) -> str:
    return next(each.store.name for each in scope.everywhere if each.store.id == store_id)


def _words(period: Period) -> str:
    return days(period.since, period.until)
