"""The quality of the data, location by location and day by day; and what moved after its day was over, and why."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import late_changes, shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.models import Change
from comptoir.apps.traffic.pages import files
from comptoir.apps.traffic.pages.columns import Column, Columns, named, own
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.parameters import KNOWN, MOVED
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import exporting, quality
from comptoir.apps.traffic.rights import STAFF_HOURS
from comptoir.core.ledger import times_at_work
from comptoir.core.ledger.times_at_work import AtOnce
from comptoir.web import formats, spreadsheets
from comptoir.web.formats import percent
from comptoir.web.shell import OrganisationRequest, page

PAGE: Final = 50
MOST_EXPORTED: Final = 100_000
COLUMNS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "visitors": (gettext_lazy("Visitors"), gettext_lazy("Hours whose visitors are known, of all hours")),
    "staff": (gettext_lazy("Staff hours"), gettext_lazy("Hours whose staff is known, of all hours")),
    "estimated": (gettext_lazy("Estimated hours"), gettext_lazy("Hours whose visitors are what is usual")),
    "planned": (gettext_lazy("Planned staff"), gettext_lazy("Hours whose staff is of the weekly pattern")),
    "typed": (gettext_lazy("Typed hours"), gettext_lazy("Hours with a figure that somebody typed")),
    "late": (gettext_lazy("Late hours"), gettext_lazy("Hours of which a figure moved after the day was over")),
}
OF_STAFF: Final = ("staff", "planned")
FILED: Final = ("seen_at", "location", "business_date", "start_local", "kind", "old", "new", "cause")
HOURS: Final = ("business_date", "start_local")
"""Of a change, always."""
TOLD: Final[dict[str, str | Promise]] = {
    "location": gettext_lazy("Location"),
    "kind": gettext_lazy("Figure"),
    "old": gettext_lazy("Before"),
    "new": gettext_lazy("Now"),
    "cause": gettext_lazy("Cause"),
    "seen_at": gettext_lazy("Seen"),
}
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
    found = quality_of(scope, is_all="all" in request.GET, number=request.GET.get("page"))
    return render(request, "traffic/quality.html", found)


def quality_of(scope: Scope, *, is_all: bool = False, number: str | None = None, size: int = PAGE) -> dict[str, Any]:
    """The report: days with something to look at, or all of them; a page of `size` rows."""
    stores = {each.store.id: each.store for each in scope.places}
    every = quality.days(scope.reading, stores.values(), scope.period)
    at_once = _at_once(scope)
    wanted = quality.WANTING
    if scope.sees_staff:
        wanted |= quality.WITHOUT_STAFF | quality.among(at_once)
    wanting = every.filter(wanted)
    rows = Paginator(quality.in_order(every if is_all else wanting, stores), size).get_page(number)
    late = quality.late(scope.reading, stores.values(), scope.period, kinds=_kinds(scope))
    columns = own(scope, KNOWN, [each for each in named(COLUMNS) if scope.sees_staff or each.slug not in OF_STAFF])
    return {
        "scope": scope,
        "shown_columns": columns,
        "heads": columns.heads,
        "days": rows.paginator.count if is_all else every.count(),
        "wanting": wanting.count() if is_all else rows.paginator.count,
        "is_all": is_all,
        "page": rows,
        "rows": [
            {
                "store": stores[row["store_id"]],
                "day": row["business_date"],
                "cells": _cells(columns, row, late.get((row["store_id"], row["business_date"]), 0)),
                "look": _look(row, at_once.get((row["store_id"], row["business_date"]))),
            }
            for row in rows
        ],
    }


def _cells(columns: Columns, row: dict[str, Any], late: int) -> list[tuple[str | Promise, str, bool]]:
    every = row["hours"]
    said = {
        "visitors": shown.hours(row["hours_t"], every),
        "staff": shown.hours(row["hours_h"], every),
        "estimated": _share(row["hours_e"], every),
        "planned": _share(row["hours_p"], every),
        "typed": _share(row["tailored_hours"], every),
        "late": str(late),
    }
    return [(each.label, said[each.slug], True) for each in columns.heads]


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


def sentence(number: int, every: int) -> str:
    """How many days have something to look at, in the words of the page."""
    words = ngettext(
        "%(number)s of %(all)s days has hours that are not known, or something to look at.",
        "%(number)s of %(all)s days have hours that are not known, or something to look at.",
        number,
    )
    return words % {"number": number, "all": every}


def moved_sentence(number: int) -> str:
    """How many figures moved, in the words of the page."""
    words = ngettext(
        "%(number)s figure moved after its day was over.",
        "%(number)s figures moved after their days were over.",
        number,
    )
    return words % {"number": number}


def _look(row: dict[str, Any], at_once: AtOnce | None) -> list[str]:
    """What cannot be, or is unlikely (3.2, 3.3)."""
    above = row["above_usual"]
    found = {
        gettext("times at work overlap"): at_once is not None and at_once.here,
        gettext("at two shops at once"): at_once is not None and at_once.elsewhere,
        gettext("more sales than visitors"): row["visitors"] is not None and row["x_t"] > row["visitors"],
        gettext("in and out differ by more than 10 %%") % {}: _is_apart(row),
        ngettext("%(number)s hour above three times the usual", "%(number)s hours above three times the usual", above)
        % {"number": above}: bool(above),
    }
    return [words for words, is_so in found.items() if is_so]


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
    return render(request, "traffic/changes.html", changes_of(scope, number=request.GET.get("page")))


def changes_of(scope: Scope, *, number: str | None = None, size: int = PAGE) -> dict[str, Any]:
    """A page of `size` of them, the latest first, each with the columns that were chosen."""
    columns = moved_columns(scope)
    found = Paginator(_changes(scope), size).get_page(number)
    rows = [(said, _told(columns, said)) for said in (_change(scope, row) for row in found)]
    return {"scope": scope, "shown_columns": columns, "heads": columns.heads, "rows": rows, "page": found}


def moved_columns(scope: Scope) -> Columns:
    """What stands beside the hour of a change."""
    return own(scope, MOVED, [Column(slug, label) for slug, label in TOLD.items()])


def _told(columns: Columns, said: dict[str, Any]) -> list[tuple[str | Promise, object, bool]]:
    return [(each.label, said[each.slug], each.slug in ("old", "new")) for each in columns.heads]


@require_GET
@page("traffic.view")
def changes_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV, all of it."""
    scope = scope_of(request, usual="28")
    columns = moved_columns(scope).slugs
    heads = [each for each in FILED if each in columns or each in HOURS]

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(heads)
        for row in _changes(scope)[:MOST_EXPORTED]:
            said = _change(scope, row)
            cells = {
                "seen_at": row.seen_at,
                "location": said["location"],
                "business_date": row.business_date,
                "start_local": said["start"],
                "kind": row.kind,
                "old": exporting.plain(row.old),
                "new": exporting.plain(row.new),
                "cause": row.cause or late_changes.usual(row.kind),
            }
            yield spreadsheets.line([cells[name] for name in heads])

    return spreadsheets.download(f"{files.name_of(scope, 'traffic-changes')}.csv", lines())


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
        "location": store.name,
        "store_id": store.public_id,
        "day": row.business_date,
        "start": row.hour.astimezone(ZoneInfo(store.timezone)).strftime("%H:%M"),
        "kind": KINDS[row.kind],
        "old": shown.figure(kpi, row.old, store.currency),
        "new": shown.figure(kpi, row.new, store.currency),
        "cause": CAUSES[row.cause or late_changes.usual(row.kind)],
        "seen": formats.clock_time(row.seen_at, store.timezone),
        "seen_at": formats.instant(row.seen_at, now=scope.now),
    }
