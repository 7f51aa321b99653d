"""Reports: totals, two stores or two periods side by side, data quality, what changed; each with its export."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Q, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import kpis, shown, wages
from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.models import Change, Day
from comptoir.apps.traffic.pages.cells import Cell, cells
from comptoir.apps.traffic.pages.scope import TODAYS, TREES, Scope, scope_of
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import against, comparing, exporting, reading
from comptoir.apps.traffic.reports import totals as totals_report
from comptoir.apps.traffic.rights import STAFF_HOURS
from comptoir.core.accounts.roles import may
from comptoir.core.ledger import times_at_work
from comptoir.core.ledger.times_at_work import AtOnce
from comptoir.kernel.errors import RuleBroken
from comptoir.web import spreadsheets
from comptoir.web.formats import days
from comptoir.web.shell import OrganisationRequest, page

TOTALS: Final = (
    *("visitors", "transactions", "sales", "items", "staff_hours"),
    *("conversion", "atv", "upt", "spv", "pot", "star", "sales_per_hour"),
)
COSTS: Final = ("labour_cost", "labour_share")
"""Columns of the file; the page has the share alone, of chains that said what an hour of work costs: it is full."""
WANTING: Final = (
    Q(hours_t__lt=F("hours"))
    | Q(tailored_hours__gt=0)
    | Q(hours_e__gt=0)
    | Q(above_usual__gt=0)
    | Q(x_t__gt=F("visitors"))
    | Q(visitors__gt=0, went_out__gt=F("visitors") * Decimal("1.1"))
    | Q(visitors__gt=0, went_out__gt=0, went_out__lt=F("visitors") * Decimal("0.9"))
)
"""Days with a gap, with something typed, or with figures that cannot be (3.3)."""
WITHOUT_STAFF: Final = Q(hours_h__lt=F("hours"))
LATEST: Final = 200
MOST_EXPORTED: Final = 100_000
KINDS: Final[dict[str, str | Promise]] = {
    "visitors": gettext_lazy("Visitors"),
    "transactions": gettext_lazy("Transactions"),
    "sales": gettext_lazy("Sales"),
    "items": gettext_lazy("Items sold"),
    "staff_hours": gettext_lazy("Staff hours"),
}


@require_GET
@page("traffic.view")
def totals(request: OrganisationRequest) -> HttpResponse:
    """Locations and subtotals, beside the period they are compared with."""
    scope = scope_of(request)
    found = _totals(scope)
    slugs = _columns(scope)
    values = {
        "scope": scope,
        "heads": [BY_SLUG[slug] for slug in slugs],
        "trees": list(TREES.items()),
        "rows": [_shown(slugs, row) for row in found.rows],
        "totals": [_shown(slugs, row) for row in found.totals],
        "costs": "labour_share" in slugs or not scope.sees_staff,
        "may_type": may(request.role, "traffic.manage"),
        "left_out": found.left_out,
        "is_empty": not any(row.now.hours for row in found.rows),
        "formulas": scope.formulas,
    }
    return render(request, "traffic/totals.html", values)


def _columns(scope: Scope) -> tuple[str, ...]:
    return scope.seen((*TOTALS, "labour_share") if wages.rows(scope.organisation_id) else TOTALS)


def _totals(scope: Scope) -> totals_report.Report:
    """Beside other days, or beside the budget."""
    return totals_report.totals(
        scope.reading,
        scope.places,
        scope.period,
        None if scope.is_budget else scope.beside,
        today=scope.today,
        now=scope.now,
        with_budgets=scope.is_budget,
        trees_of_each_day=scope.tree != TODAYS,
    )


def _shown(slugs: tuple[str, ...], row: totals_report.Row) -> tuple[totals_report.Row, list[Cell], list[str]]:
    drawn = cells(slugs, row.now, row.alike, row.currency, against=row.against)
    return row, drawn, shown.matched(row.now)


@require_GET
@page("traffic.view")
def totals_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV: figures unrounded as far as six decimals, empty where nothing is known."""
    scope = scope_of(request)
    found = _totals(scope)

    def lines() -> Iterator[str]:
        slugs = scope.seen((*TOTALS, *COSTS))
        costs = ("hours_with_cost",) if scope.sees_staff else ()
        heads = ["location_id", "name", "currency", *slugs, "hours", "hours_with_visitors", *costs]
        yield spreadsheets.MARK + spreadsheets.line(heads)
        for row in (*found.rows, *found.totals):
            values = [BY_SLUG[slug].of(row.now) if row.now.hours else None for slug in slugs]
            figures = [exporting.figure(each) for each in values]
            hours = (row.now.hours, row.now.hours_t, row.now.hours_c)[: 2 + len(costs)]
            yield spreadsheets.line([row.location_id, row.name or _("All"), row.currency, *figures, *hours])

    return spreadsheets.download(f"totals-{scope.period.since}-{scope.period.until}.csv", lines())


@require_GET
@page("traffic.view")
def comparison(request: OrganisationRequest) -> HttpResponse:
    """Two stores, or two periods of the same: one row for each key figure, with the difference."""
    scope = scope_of(request)
    one, other = (_store(scope, request.GET.get(name, "")) for name in ("one", "other"))
    if one is not None and other is not None:
        by_store = reading.by_store(scope.reading_of({one, other}), scope.period)
        sides = (by_store.get(one, Sums()), by_store.get(other, Sums()))
        names = (_name(scope, one), _name(scope, other))
        left_out: tuple[str, ...] = ()
    elif scope.is_budget:
        return _beside_budget(request, scope)
    else:
        alike = comparing.alike(
            scope.reading, scope.places, scope.period, scope.beside, today=scope.today, now=scope.now
        )
        sides, left_out = alike.sides, alike.left_out
        names = (_words(scope.period), _words(scope.beside))
    currency = scope.currencies[0] if scope.currencies else ""
    rows = [_compared(kpi, sides, currency) for kpi in scope.formulas]
    values = {
        "scope": scope,
        "rows": rows,
        "names": names,
        "one": request.GET.get("one", ""),
        "other": request.GET.get("other", ""),
        "left_out": left_out,
        "is_empty": not (sides[0].hours or sides[1].hours),
    }
    return render(request, "traffic/comparison.html", values)


def _beside_budget(request: OrganisationRequest, scope: Scope) -> HttpResponse:
    """Each key figure beside its budget, over the same days, with its index."""
    stores = against.by_store(scope.reading, scope.period, today=scope.today)
    found = against.whole(stores)
    currency = scope.currencies[0] if scope.currencies else ""
    rows = []
    for kpi in scope.formulas:
        actual, budget = found.of(kpi.slug)
        said, trend = shown.beside_budget(found.index(kpi.slug))
        figures = shown.figure(kpi, actual, currency), shown.figure(kpi, budget, currency)
        rows += [(kpi, *figures, said, trend)] if budget is not None else []
    values = {
        "scope": scope,
        "rows": rows,
        "names": (_words(scope.period), scope.comparison_word),
        "is_empty": not rows,
        "is_budget": True,
    }
    return render(request, "traffic/comparison.html", values)


def _compared(kpi: kpis.Kpi, sides: tuple[Sums, Sums], currency: str) -> tuple[kpis.Kpi, str, str, str, str]:
    values = [kpi.of(each) if each.hours else None for each in sides]
    said, trend = shown.delta(kpi, kpis.change(kpi, values[0], values[1]))
    return kpi, shown.figure(kpi, values[0], currency), shown.figure(kpi, values[1], currency), said, trend


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


@require_GET
@page("traffic.view")
def data_export(request: OrganisationRequest) -> HttpResponse:
    """The page that offers the hours as files."""
    scope = scope_of(request)
    return render(request, "traffic/export.html", {"scope": scope, "columns": exporting.COLUMNS})


@require_GET
@page("traffic.view")
def download(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """One row for each hour of each location. Raises RuleBroken (404) for a kind of file there is not."""
    scope = scope_of(request)
    found = exporting.rows(scope.reading, request.organisation.name, scope.places, scope.period)
    name = f"traffic-{scope.period.since}-{scope.period.until}.{kind}"
    made: dict[str, tuple[Callable[[], bytes], str]] = {
        "xlsx": (
            lambda: exporting.xlsx(found),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "parquet": (lambda: exporting.parquet(found), "application/vnd.apache.parquet"),
        "jsonl": (lambda: "".join(exporting.json_lines(found)).encode(), "application/x-ndjson"),
    }
    if kind == "csv":
        return spreadsheets.download(name, _csv(found))
    if kind not in made:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    content, content_type = made[kind]
    response = HttpResponse(content(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield spreadsheets.MARK + spreadsheets.line(exporting.COLUMNS)
    for row in found:
        yield spreadsheets.line(["" if row[name] is None else exporting.plain(row[name]) for name in exporting.COLUMNS])


@require_GET
@page("traffic.view")
def quality(request: OrganisationRequest) -> HttpResponse:
    """Of each location and day: how many hours have visitors and staff hours, and how many were typed.

    Whole days are left out until somebody asks for `all`.
    """
    scope = scope_of(request)
    every = Day.objects.filter(
        organisation_id=scope.organisation_id,
        store_id__in=[each.store.id for each in scope.places],
        business_date__range=(scope.period.since, scope.period.until),
    )
    names = {each.store.id: each.store for each in scope.places}
    is_all = "all" in request.GET
    at_once = _at_once(scope)
    overlapping = reduce(
        or_, (Q(store_id=store_id, business_date=day) for store_id, day in at_once), Q(store_id__in=[])
    )
    wanting = every.filter(WANTING | WITHOUT_STAFF | overlapping if scope.sees_staff else WANTING)
    by_name = Case(*(When(store_id=each.store.id, then=place) for place, each in enumerate(scope.places)), default=0)
    rows = (every if is_all else wanting).order_by("-business_date", by_name)
    values = {
        "scope": scope,
        "days": every.count(),
        "wanting": wanting.count(),
        "is_all": is_all,
        "left": max(0, rows.count() - LATEST),
        "rows": [
            {
                "store": names[row.store_id],
                "day": row.business_date,
                "hours": row.hours,
                "visitors": shown.hours(row.hours_t, row.hours),
                "staff": shown.hours(row.hours_h, row.hours),
                "typed": row.tailored_hours,
                "estimated": row.hours_e,
                "above_usual": row.above_usual,
                "above": row.visitors is not None and row.x_t > row.visitors,
                "apart": _is_apart(row),
                "at_once": at_once.get((row.store_id, row.business_date)),
            }
            for row in rows[:LATEST]
        ],
    }
    return render(request, "traffic/quality.html", values)


def _at_once(scope: Scope) -> dict[tuple[UUID, date], AtOnce]:
    """Days on which somebody's times at work overlap, for those who see anything of staff (3.2)."""
    if not scope.sees_staff:
        return {}
    stores = [each.store.id for each in scope.places]
    since, until = scope.period.since, scope.period.until
    return times_at_work.at_once(scope.organisation_id, stores, since=since, until=until, now=scope.now)


def _is_apart(row: Day) -> bool:
    """In and out of a day differ by more than a tenth (3.3)."""
    if not row.visitors or not row.went_out:
        return False
    return abs(row.visitors - row.went_out) > row.visitors / 10


@require_GET
@page("traffic.view")
def changes(request: OrganisationRequest) -> HttpResponse:
    """What moved after its day was over."""
    scope = scope_of(request, usual="28")
    rows = _changes(scope)[:LATEST]
    return render(request, "traffic/changes.html", {"scope": scope, "rows": [_change(scope, row) for row in rows]})


@require_GET
@page("traffic.view")
def changes_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV, all of it."""
    scope = scope_of(request, usual="28")
    heads = ("seen_at", "location", "business_date", "start_local", "kind", "old", "new")

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(heads)
        for row in _changes(scope)[:MOST_EXPORTED]:
            said = _change(scope, row)
            old, new = exporting.plain(row.old), exporting.plain(row.new)
            yield spreadsheets.line([row.seen_at, said["store"], row.business_date, said["start"], row.kind, old, new])

    return spreadsheets.download(f"traffic-changes-{scope.today}.csv", lines())


def _changes(scope: Scope) -> Any:
    until = max(scope.period.until, scope.today) if scope.period_word else scope.period.until
    return Change.objects.filter(
        organisation_id=scope.organisation_id,
        store_id__in=[each.store.id for each in scope.places],
        business_date__range=(scope.period.since, until),
        kind__in=[each for each in KINDS if scope.sees_staff or each != STAFF_HOURS],
    ).order_by("-seen_at", "hour", "kind")


def _change(scope: Scope, row: Change) -> dict[str, Any]:
    store = next(each.store for each in scope.places if each.store.id == row.store_id)
    kpi = BY_SLUG[row.kind]
    return {
        "store": store.name,
        "store_id": store.public_id,
        "day": row.business_date,
        "start": row.hour.astimezone(ZoneInfo(store.timezone)).strftime("%H:%M"),
        "kind": KINDS[row.kind],
        "old": shown.figure(kpi, row.old, store.currency),
        "new": shown.figure(kpi, row.new, store.currency),
        "seen_at": row.seen_at,
    }
