"""The dashboard: what the traffic was worth, beside what is usual, down to the stores and hours it is made of."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.pages import of_the_day, pictures, standing
from comptoir.apps.traffic.pages.panels import Panel
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.reports import against, comparing, reading
from comptoir.apps.traffic.reports.against import Against
from comptoir.apps.traffic.reports.comparing import Alike
from comptoir.apps.traffic.shown import Tile
from comptoir.core.intake import clocking
from comptoir.web.shell import OrganisationRequest, page

TILES: Final = ("visitors", "conversion", "transactions", "atv", "sales", "upt", "spv", "star")
COSTS: Final = ("labour_share",)
"""Of chains that said what an hour of work costs."""


@require_GET
@page("traffic.view")
def dashboard(request: OrganisationRequest) -> HttpResponse:
    """Today, or any period, of any node of the tree."""
    scope = scope_of(request, usual="today")
    pictures.ahead(scope)
    by_store = reading.by_store(scope.reading, scope.period)
    is_early = not by_store and scope.period_word == "today" and "period" not in request.GET
    if is_early:  # before the first customer, yesterday is what there is to look at
        scope = scope_of(request, usual="yesterday")
        by_store = reading.by_store(scope.reading, scope.period)
    alike, budgets = _beside(scope)
    whole = kpis.added(by_store.values())
    currency = scope.currency
    values = {
        "scope": scope,
        "is_empty": not by_store,
        "is_early": is_early,
        "whole": whole,
        "headline": _headline(whole, currency),
        "tiles": _tiles(scope, whole, alike, budgets, currency),
        "sales_by_currency": _by_currency(scope, by_store) if not currency else [],
        "left_out": alike.left_out,
        "panels": _panels(scope, alike, by_store, f"{scope.query}&period=yesterday" if is_early else scope.query),
        "missed": _missed(scope, by_store, currency) if currency else "",
        "not_provided": clocking.not_provided(request.organisation.id, [each.store.id for each in scope.places])
        if scope.sees_staff
        else (),
    }
    is_part = "HX-Request" in request.headers
    return render(request, "traffic/figures.html" if is_part else "traffic/dashboard.html", values)


def _beside(scope: Scope) -> tuple[Alike, Against]:
    """What the figures are compared with: other days, or their budgets."""
    if scope.is_budget:
        found = against.by_store(scope.reading, scope.period, today=scope.today)
        return Alike(Sums(), Sums(), ()), against.whole(found)
    days = (scope.period, scope.counterpart)
    return comparing.alike(scope.reading, scope.places, *days, today=scope.today, now=scope.now), against.NONE


def _panels(scope: Scope, alike: Alike, by_store: Mapping[UUID, Sums], query: str) -> list[Panel]:
    """What is drawn of the period; weeks and months come behind it (`charts.long`)."""
    if not by_store:
        return []
    found = (
        of_the_day.so_far(scope),
        pictures.course(scope),
        standing.why(alike, scope.currency),
        standing.stores(scope, by_store),
    )
    return [replace(each, query=query) for each in found if each is not None]


def _headline(whole: Sums, currency: str) -> str:
    """One sentence that answers why somebody came."""
    conversion = BY_SLUG["conversion"].of(whole)
    sales = shown.figure(BY_SLUG["sales"], whole.sales, currency) if currency else ""
    if whole.known_visitors is None:
        words = ngettext("%(count)s sale", "%(count)s sales", int(whole.transactions))
        said = words % {"count": shown.figure(BY_SLUG["transactions"], whole.transactions, currency)}
        return " · ".join(filter(None, [said, sales, _("no visitor was counted")]))
    visitors = shown.figure(BY_SLUG["visitors"], whole.visitors, currency)
    parts = [ngettext("%(count)s visitor", "%(count)s visitors", int(whole.visitors)) % {"count": visitors}]
    if conversion is not None:
        said = shown.figure(BY_SLUG["conversion"], conversion, currency)
        parts.append(_("%(share)s bought something") % {"share": said})
    return " · ".join(filter(None, [*parts, sales]))


def _tiles(scope: Scope, whole: Sums, alike: Alike, budgets: Against, currency: str) -> list[Tile]:
    chosen = [BY_SLUG[slug] for slug in scope.seen((*TILES, *(COSTS if whole.hours_c else ())))]
    sides = alike.sides if alike.before.hours else None
    return [
        shown.tile(kpi, whole, sides, currency, index=budgets.index(kpi.slug))
        for kpi in chosen
        if currency or kpi.unit not in ("money", "money_per_hour")
    ]


def _by_currency(scope: Scope, found: Mapping[UUID, Sums]) -> list[tuple[str, str]]:
    """Money of several currencies is never added (4.1, rule 4)."""
    return [
        (
            currency,
            shown.figure(
                BY_SLUG["sales"],
                sum(
                    (
                        found[p.store.id].sales
                        for p in scope.places
                        if p.store.currency == currency and p.store.id in found
                    ),
                    Decimal(0),
                ),
                currency,
            ),
        )
        for currency in scope.currencies
    ]


def _missed(scope: Scope, found: Mapping[UUID, Sums], currency: str) -> str:
    """What the visitors would have bought beside, at the targets of those locations that have one; "" for nothing."""
    values = [
        kpis.missed_sales(found[each.store.id], each.location.target_conversion)
        for each in scope.places
        if each.store.id in found
    ]
    known = [each for each in values if each is not None]
    return shown.figure(BY_SLUG["sales"], sum(known, start=Decimal(0)), currency) if any(known) else ""
