"""Each panel's pictures and its file, by addresses of their own: a page is there before what lies below is drawn.

A picture's address has the fingerprint of its figures: a live page that is renewed asks only for those that
moved. Nothing is kept by the browser, as of every page.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.apps.traffic.pages import forms, long_view, of_the_day, pictures, standing
from comptoir.apps.traffic.pages.panels import Panel
from comptoir.apps.traffic.pages.scope import Scope, scope_of
from comptoir.apps.traffic.reports import comparing, reading
from comptoir.kernel.errors import RuleBroken
from comptoir.web import charts, spreadsheets
from comptoir.web.shell import OrganisationRequest, page


def _why(scope: Scope, weekday: int) -> Panel | None:  # noqa: ARG001
    days = (scope.period, scope.counterpart)
    alike = comparing.alike(scope.reading, scope.places, *days, today=scope.today, now=scope.now)
    return standing.why(alike, scope.currency)


MADE: Final[Mapping[str, Callable[[Scope, int], Panel | None]]] = {
    "course": lambda scope, _weekday: pictures.course(scope),
    "so-far": lambda scope, _weekday: of_the_day.so_far(scope),
    "why": _why,
    "stores": lambda scope, _weekday: standing.stores(scope, reading.by_store(scope.reading, scope.period)),
    "heat": lambda scope, _weekday: long_view.heat(scope),
    "profile": long_view.profile,
    "staffing": lambda scope, _weekday: long_view.staffing(scope),
    "trend": lambda scope, _weekday: long_view.trend(scope),
}
LONG: Final = ("trend", "heat", "profile", "staffing")
"""What is of weeks and months, whatever the period: a page of its own, that the dashboard asks for behind itself."""


@require_GET
@page("traffic.view")
def long(request: OrganisationRequest) -> HttpResponse:
    """Weeks and months: a part of the dashboard, or a page."""
    scope = scope_of(request, usual="today")
    weekday = _weekday(request, scope)
    made = [MADE[slug](scope, weekday) for slug in LONG]
    found = [replace(each, query=scope.query) for each in made if each is not None]
    values = {"scope": scope, "panels": found, "weekday": weekday, "weekdays": long_view.weekdays(scope)}
    is_part = "HX-Request" in request.headers
    return render(request, "traffic/long_part.html" if is_part else "traffic/long.html", values)


@require_GET
@page("traffic.view")
def picture(request: OrganisationRequest, slug: str, number: int) -> HttpResponse:
    """A picture of a panel as SVG; `theme=dark`, `size=narrow`. Raises RuleBroken (404)."""
    found = _panel(request, slug).pictures
    if number >= len(found):
        raise _nothing()
    chart = found[number]
    drawn = charts.svg(
        chart,
        "dark" if request.GET.get("theme") == "dark" else "light",
        "narrow" if request.GET.get("size") == "narrow" else "wide",
    )
    return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")


@require_GET
@page("traffic.view")
def export(request: OrganisationRequest, slug: str) -> HttpResponseBase:
    """The figures of a panel as CSV. Raises RuleBroken (404)."""
    found = _panel(request, slug)
    return spreadsheets.download(f"traffic-{slug}.csv", found.csv(forms.of(request)))


def _panel(request: OrganisationRequest, slug: str) -> Panel:
    scope = scope_of(request, usual="today")
    found = MADE[slug](scope, _weekday(request, scope)) if slug in MADE else None
    if found is None:
        raise _nothing()
    return found


def _weekday(request: OrganisationRequest, scope: Scope) -> int:
    """The one that is asked for, else that of the period's last day that counts."""
    said = request.GET.get("weekday", "")
    if said in tuple("0123456"):
        return int(said)
    latest = scope.period.until.weekday()
    return latest if scope.weekdays is None else min(scope.weekdays, key=lambda each: (latest - each) % 7)


def _nothing() -> RuleBroken:
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
