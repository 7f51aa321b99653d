"""Business hours of a location: by weekday, with other hours on single dates. Alerts wait while it is closed."""

from datetime import date, time, timedelta
from typing import Any, Final

from babel.dates import get_day_names
from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic import day_lock, opening, tasks
from comptoir.apps.traffic.alert_tables import BusinessException, BusinessHours
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.models import Day
from comptoir.apps.traffic.pages.where import back_to, chosen_at, place_of, where_of
from comptoir.core.accounts.roles import may
from comptoir.core.audit.notes import note
from comptoir.kernel.clock import day_in
from comptoir.kernel.errors import RuleBroken
from comptoir.web.formats import locale
from comptoir.web.forms import DayInput
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

WEEKDAYS: Final = range(7)
DAY: Final = timedelta(days=1)


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class HoursForm(forms.Form):
    """Opening and closing of each weekday; both empty is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = get_day_names("wide", locale=locale())
        for day in WEEKDAYS:
            name = names[day].capitalize()
            self.fields[f"opens_{day}"] = _time_field(_("%(day)s, opens") % {"day": name})
            self.fields[f"closes_{day}"] = _time_field(_("%(day)s, closes") % {"day": name})
            for begin in ("opens", "closes"):
                field = self.fields[f"{begin}_{day}"]
                field.widget.attrs["aria-label"] = field.label

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError under the field that is missing."""
        said = super().clean() or {}
        for day in WEEKDAYS:
            opens, closes = said.get(f"opens_{day}"), said.get(f"closes_{day}")
            if (opens is None) != (closes is None):
                self.add_error(f"{'opens' if opens is None else 'closes'}_{day}", _("Give both times, or none."))
        return said

    def days(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """For drawing: a weekday a row."""
        names = get_day_names("wide", locale=locale())
        return [(names[day].capitalize(), self[f"opens_{day}"], self[f"closes_{day}"]) for day in WEEKDAYS]


class ExceptionForm(forms.Form):
    """Other hours on one date; none is closed."""

    on = forms.DateField(label=gettext_lazy("Date"), widget=DayInput())
    opens = _time_field(gettext_lazy("Opens"))
    closes = _time_field(gettext_lazy("Closes"))

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where one time is missing."""
        said = super().clean() or {}
        if (said.get("opens") is None) != (said.get("closes") is None):
            raise forms.ValidationError(_("Give both times, or none."))
        return said


@require_http_methods(["GET", "POST"])
@page("traffic.locations")
def hours(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """When a location is open; saved by those who manage locations."""
    place = place_of(request, store_id)
    if request.method == "POST":
        _require_manager(request)
        form = HoursForm(request.POST)
        if form.is_valid():
            _save(request, place, form.cleaned_data)
            toast(request, _("Saved. Alerts wait while it is closed."))
            return back_to(request, "traffic_hours", store_id)
        return _page(request, place, form, ExceptionForm(), status=422)
    return _page(request, place, HoursForm(initial=_initial(place)), ExceptionForm())


@require_POST
@page("traffic.manage")
def exception_add(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """Other hours on a date."""
    place, form = place_of(request, store_id), ExceptionForm(request.POST)
    if not form.is_valid():
        return _page(request, place, HoursForm(initial=_initial(place)), form, status=422)
    said = form.cleaned_data
    BusinessException.objects.update_or_create(
        organisation_id=request.organisation.id,
        store_id=place.store.id,
        on=said["on"],
        defaults={"opens": said["opens"], "closes": said["closes"]},
    )
    _make_anew(place, since=said["on"] - DAY, until=said["on"] + DAY)
    _note(request, place, {"on": said["on"].isoformat()})
    toast(request, _("Saved."))
    return back_to(request, "traffic_hours", store_id)


@require_POST
@page("traffic.manage")
def exception_delete(request: OrganisationRequest, store_id: str, on: str) -> HttpResponse:
    """The usual hours hold on that date."""
    place, day = place_of(request, store_id), day_in(on)
    rows = BusinessException.objects.filter(organisation_id=request.organisation.id, store_id=place.store.id)
    if day is None or not rows.filter(on=day).delete()[0]:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    _make_anew(place, since=day - DAY, until=day + DAY)
    _note(request, place, {"usual_on": day.isoformat()})
    toast(request, _("The usual hours hold on that day."))
    return back_to(request, "traffic_hours", store_id)


def _require_manager(request: OrganisationRequest) -> None:
    if not may(request.role, "traffic.manage"):
        raise RuleBroken(_("Owners and supervisors change locations."), code="forbidden", status=403)


def _initial(place: Place) -> dict[str, time]:
    rows = BusinessHours.objects.filter(organisation_id=place.store.organisation_id, store_id=place.store.id)
    found = {}
    for row in rows:
        found[f"opens_{row.weekday}"], found[f"closes_{row.weekday}"] = row.opens, row.closes
    return found


@transaction.atomic
def _save(request: OrganisationRequest, place: Place, said: dict[str, time | None]) -> None:
    mine = {"organisation_id": request.organisation.id, "store_id": place.store.id}
    BusinessHours.objects.filter(**mine).delete()
    BusinessHours.objects.bulk_create(
        BusinessHours(**mine, weekday=day, opens=opens, closes=closes)
        for day in WEEKDAYS
        if (opens := said[f"opens_{day}"]) is not None and (closes := said[f"closes_{day}"]) is not None
    )
    _make_anew(place, since=date.min, until=date.max)
    _note(request, place, {name: str(value) for name, value in said.items() if value is not None})


def _make_anew(place: Place, *, since: date, until: date) -> None:
    """How much of its hours it was open is another now."""
    days = Day.objects.filter(organisation_id=place.store.organisation_id, store_id=place.store.id)
    day_lock.make_anew(days.filter(business_date__range=(since, until)))
    tasks.enqueue_filling(place.store.organisation_id)


def _note(request: OrganisationRequest, place: Place, details: dict[str, str]) -> None:
    note(
        organisation_id=request.organisation.id,
        actor=f"user:{request.user.pk}",
        what="traffic.hours_changed",
        subject=place.store.name,
        details=details,
        now=timezone.now(),
    )


def _page(
    request: OrganisationRequest, place: Place, form: HoursForm, exception_form: ExceptionForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    calendar = opening.calendars(request.organisation.id, [place.store], now=now)[place.store.id]
    rows = BusinessException.objects.filter(
        organisation_id=request.organisation.id, store_id=place.store.id, on__gte=_yesterday(now.date())
    )
    values = {
        "where": where_of(request, at=place.store.public_id, now=now),
        "at": chosen_at(request),
        "place": place,
        "form": form,
        "exception_form": exception_form,
        "exceptions": rows.order_by("on"),
        "calendar": calendar,
        "is_open": calendar.is_open(now),
        "may_manage": may(request.role, "traffic.manage"),
    }
    return render(request, "traffic/hours.html", values, status=status)


def _yesterday(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
