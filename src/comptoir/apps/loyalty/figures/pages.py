"""The page of figures: a period, the same period before it, a chart and its table."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from comptoir.apps.loyalty.figures import reads
from comptoir.apps.loyalty.figures.reads import Day, Totals
from comptoir.core.accounts.stores import stores
from comptoir.kernel.ids import parse_id
from comptoir.web import charts, formats, spreadsheets
from comptoir.web.shell import OrganisationRequest, page

PERIODS: Final = {"7": 7, "30": 30, "90": 90, "365": 365}
USUAL: Final = "30"
LONGEST: Final = 366
EXPORTED: Final = ("day", "enrolled", "given", "spent", "returned")


class PeriodForm(forms.Form):
    """Which days of which store, as the address says. What cannot be read asks for the usual."""

    period = forms.ChoiceField(required=False, choices=[(each, each) for each in PERIODS])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    store = forms.ChoiceField(required=False, choices=[])

    def __init__(self, request: OrganisationRequest) -> None:
        super().__init__(request.GET)
        self.stores = stores(request.organisation.id, store_ids=request.store_ids)
        self.fields["store"].choices = [(each.public_id, each.name) for each in self.stores]  # type: ignore[attr-defined]
        self.given = request.store_ids
        self.is_valid()

    def days(self) -> tuple[date, date]:
        """First and last; never more than a year."""
        said, today = self.cleaned_data, timezone.localdate()
        until = said.get("until") or today
        since = said.get("since") or until - timedelta(days=PERIODS[said.get("period") or USUAL] - 1)
        return (max(since, until - timedelta(days=LONGEST - 1)), until) if since <= until else (until, until)

    def store_ids(self) -> Collection[UUID] | None:
        """The store chosen, else all that this person was given."""
        chosen = self.cleaned_data.get("store")
        return {parse_id("sto", chosen)} if chosen else self.given


@dataclass(frozen=True)
class Figure:
    """A sum beside that of the period before."""

    label: str
    value: str
    delta: str
    trend: str


@require_GET
@page("loyalty.view")
def figures(request: OrganisationRequest) -> HttpResponse:
    """The whole page."""
    form = PeriodForm(request)
    since, until = form.days()
    rows, before = _both(request.organisation.id, since, until, form.store_ids())
    values = {
        "form": form,
        "since": since,
        "until": until,
        "periods": [("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("a year"))],
        "period": form.cleaned_data.get("period") or ("" if form.cleaned_data.get("since") else USUAL),
        "rows": list(reversed(rows)),
        "is_empty": reads.totals(rows) == Totals(0, 0, 0, 0),
        "figures": _figures(reads.totals(rows), reads.totals(before)),
        "points": charts.Chart(
            title=_("Points given and spent, per day"),
            unit=_("points"),
            days=tuple(each.day for each in rows),
            series=(
                charts.Series(_("given"), tuple(each.given for each in rows)),
                charts.Series(_("spent"), tuple(each.spent for each in rows)),
            ),
        ),
        "guests": charts.Chart(
            title=_("Guests who joined and who came back, per day"),
            unit=_("guests"),
            days=tuple(each.day for each in rows),
            series=(
                charts.Series(_("joined"), tuple(each.enrolled for each in rows)),
                charts.Series(_("came back"), tuple(each.returned for each in rows)),
            ),
        ),
        "query": request.GET.urlencode(),
    }
    return render(request, "loyalty/figures/page.html", values)


@require_GET
@page("loyalty.view")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """The table as CSV."""
    form = PeriodForm(request)
    since, until = form.days()
    rows = reads.days(request.organisation.id, since=since, until=until, store_ids=form.store_ids())
    return spreadsheets.download(f"loyalty-{since}-{until}.csv", _lines(rows))


def _lines(rows: list[Day]) -> Iterator[str]:
    yield spreadsheets.MARK + spreadsheets.line(EXPORTED)
    for each in rows:
        yield spreadsheets.line([getattr(each, name) for name in EXPORTED])


def _both(
    organisation_id: UUID, since: date, until: date, store_ids: Collection[UUID] | None
) -> tuple[list[Day], list[Day]]:
    """The days asked for, and as many before them: one reading."""
    length = (until - since).days + 1
    found = reads.days(organisation_id, since=since - timedelta(days=length), until=until, store_ids=store_ids)
    return found[length:], found[:length]


def _figures(now: Totals, before: Totals) -> list[Figure]:
    labels = {
        "enrolled": gettext_lazy("Joined"),
        "returned": gettext_lazy("Returning guests"),
        "given": gettext_lazy("Points given"),
        "spent": gettext_lazy("Points spent"),
    }
    return [_figure(str(label), getattr(now, name), getattr(before, name)) for name, label in labels.items()]


def _figure(label: str, now: int, before: int) -> Figure:
    trend = "up" if now > before else "down" if now < before else "same"
    delta = formats.percent((now - before) / before) if before else ""
    return Figure(label, formats.number(now), f"+{delta}" if delta and now > before else delta, trend)
