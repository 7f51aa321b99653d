"""Hours by person: sums of a period for whoever pays people, and nobody else (traffic-analytics.md 1.1)."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import people_hours, shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages.scope import scope_of
from comptoir.apps.traffic.reports.exporting import figure
from comptoir.core.audit.notes import note
from comptoir.web import spreadsheets
from comptoir.web.shell import OrganisationRequest, page

HEADS = ("location_id", "location", "person", "business_date", "hours", "overlap", "open")
FOUR = Decimal("0.0001")


@require_GET
@page("traffic.people")
def people(request: OrganisationRequest) -> HttpResponse:
    """One row for each person and location: hours and days, never when somebody came or went."""
    scope = scope_of(request, usual="28")
    stores = [each.store for each in scope.places]
    found = people_hours.sums(people_hours.by_day(scope.organisation_id, stores, scope.period, now=scope.now))
    kpi = BY_SLUG["staff_hours"]
    values = {
        "scope": scope,
        "rows": [(each, shown.figure(kpi, each.hours, "")) for each in found],
        "whole": shown.figure(kpi, sum((each.hours for each in found), Decimal(0)), ""),
        "people": len({each.human for each in found}),
    }
    return render(request, "traffic/people.html", values)


@require_GET
@page("traffic.people")
def people_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same by day as CSV. Who took it is in the record of activity, which the owner reads."""
    scope = scope_of(request, usual="28")
    ids = {each.store.id: each.shown_id for each in scope.places}
    stores = [each.store for each in scope.places]
    found = people_hours.by_day(scope.organisation_id, stores, scope.period, now=scope.now)
    note(
        organisation_id=scope.organisation_id,
        actor=f"user:{request.user.pk}",
        what="traffic.people_exported",
        subject=scope.name or _("All stores"),
        details={"since": scope.period.since.isoformat(), "until": scope.period.until.isoformat()},
        now=scope.now,
    )

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(HEADS)
        for each in found:
            hours = figure(each.hours.quantize(FOUR))
            said = (int(each.has_overlap), int(each.is_open))
            yield spreadsheets.line([ids[each.store.id], each.store.name, each.name, each.day, hours, *said])

    return spreadsheets.download(f"hours-by-person-{scope.period.since}-{scope.period.until}.csv", lines())
