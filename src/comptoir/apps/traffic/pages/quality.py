"""The quality of the data, location by location and day by day; and what moved after its day was over, and why."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import late_changes, shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.models import Change
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import exporting, quality
from comptoir.apps.traffic.rights import STAFF_HOURS
from comptoir.core.ledger import times_at_work
from comptoir.core.ledger.times_at_work import AtOnce
from comptoir.web import spreadsheets
from comptoir.web.formats import percent
from comptoir.web.shell import OrganisationRequest, page

LATEST: Final = 200
MOST_EXPORTED: Final = 100_000
KINDS: Final[dict[str, str | Promise]] = {
    "visitors": gettext_lazy("Visitors"),
    "transactions": gettext_lazy("Transactions"),
    "sales": gettext_lazy("Sales"),
    "items": gettext_lazy("Items sold"),
    "staff_hours": gettext_lazy("Staff hours"),
}
CAUSES: Final[dict[str, str | Promise]] = {
    late_changes.TYPED: gettext_lazy("Typed by hand"),
    late_changes.TAKEN_BACK: gettext_lazy("What was typed was taken back"),
    late_changes.ESTIMATED: gettext_lazy("Filled by what is usual"),
    late_changes.PLANNED: gettext_lazy("The time clock and the weekly pattern took turns"),
    late_changes.COUNTING: gettext_lazy("Another way of counting"),
    late_changes.TILL: gettext_lazy("Receipts came late, were changed or voided"),
    late_changes.CLOCK: gettext_lazy("The time clock was edited"),
    late_changes.COUNTER: gettext_lazy("Counts came late"),
}


@require_GET
@page("traffic.view")
def days(request: OrganisationRequest) -> HttpResponse:
    """How many hours of each day have visitors and staff; how many are estimated, planned or typed, or moved late.

    Whole days are left out until somebody asks for `all`.
    """
    scope = scope_of(request)
    stores = {each.store.id: each.store for each in scope.places}
    every = quality.days(scope.reading, stores.values(), scope.period)
    is_all = "all" in request.GET
    at_once = _at_once(scope)
    wanted = quality.WANTING
    if scope.sees_staff:
        wanted |= quality.WITHOUT_STAFF | quality.among(at_once)
    wanting = every.filter(wanted)
    counted = {"days": every.count(), "wanting": wanting.count()}
    rows = quality.in_order(every if is_all else wanting, stores)
    late = quality.late(scope.reading, stores.values(), scope.period, kinds=_kinds(scope))
    values = {
        "scope": scope,
        **counted,
        "is_all": is_all,
        "left": max(0, counted["days" if is_all else "wanting"] - LATEST),
        "rows": [
            {
                "store": stores[row["store_id"]],
                "day": row["business_date"],
                "visitors": shown.hours(row["hours_t"], row["hours"]),
                "staff": shown.hours(row["hours_h"], row["hours"]),
                "typed": _share(row["tailored_hours"], row["hours"]),
                "estimated": _share(row["hours_e"], row["hours"]),
                "planned": _share(row["hours_p"], row["hours"]),
                "late": late.get((row["store_id"], row["business_date"]), 0),
                "above_usual": row["above_usual"],
                "above": row["visitors"] is not None and row["x_t"] > row["visitors"],
                "apart": _is_apart(row),
                "at_once": at_once.get((row["store_id"], row["business_date"])),
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


def _share(hours: int, every: int) -> str:
    """`2 (25%)`; `0` alone."""
    return f"{hours} ({percent(hours / every)})" if hours else "0"


def _is_apart(row: dict[str, Any]) -> bool:
    """In and out of a day differ by more than a tenth (3.3)."""
    if not row["visitors"] or not row["went_out"]:
        return False
    return bool(abs(row["visitors"] - row["went_out"]) > row["visitors"] / 10)


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
    heads = ("seen_at", "location", "business_date", "start_local", "kind", "old", "new", "cause")

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(heads)
        for row in _changes(scope)[:MOST_EXPORTED]:
            said = _change(scope, row)
            figures = (exporting.plain(row.old), exporting.plain(row.new))
            cause = row.cause or late_changes.usual(row.kind)
            start = (row.seen_at, said["store"], row.business_date, said["start"], row.kind)
            yield spreadsheets.line([*start, *figures, cause])

    return spreadsheets.download(f"traffic-changes-{scope.today}.csv", lines())


def _changes(scope: Scope) -> Any:
    until = max(scope.period.until, scope.today) if scope.period_word else scope.period.until
    period = Period(scope.period.since, until)
    return quality.changes(scope.reading, [each.store for each in scope.places], period, kinds=_kinds(scope))


def _kinds(scope: Scope) -> list[str]:
    return [each for each in KINDS if scope.sees_staff or each != STAFF_HOURS]


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
        "cause": CAUSES[row.cause or late_changes.usual(row.kind)],
        "seen_at": row.seen_at,
    }
