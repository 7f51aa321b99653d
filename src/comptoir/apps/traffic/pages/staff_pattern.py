"""Who is usually at work at a location, by weekday and hour, from a date on: typed where no clock tells (3.2)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic import patterns, rights, shown, tasks
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.where import back_to, chosen_at, place_of, where_of
from comptoir.apps.traffic.pattern_tables import StaffPattern
from comptoir.apps.traffic.planned import HOURS_OF_A_DAY
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.formats import locale
from comptoir.web.forms import DayInput
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

PREFIX: Final = "spn"
PAGE: Final = "traffic_staff_pattern"
WEEKDAYS: Final = range(7)
LONGEST: Final = 400


class PatternForm(forms.Form):
    """A line for each weekday; `first` is the hour at which the location's business day begins."""

    pattern_since = forms.DateField(label=gettext_lazy("From"), widget=DayInput())

    def __init__(self, first: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first = first
        names = get_day_names("wide", locale=locale())
        for day in WEEKDAYS:
            field = forms.CharField(label=names[day].capitalize(), required=False, max_length=LONGEST)
            # A day of several parts is longer than a line, on a phone at least.
            field.widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "class": "lines-of-text"})
            self.fields[f"day_{day}"] = field

    def clean(self) -> dict[str, Any]:
        """`hours` are those of the week. Raises ValidationError under the day that cannot be read."""
        said = super().clean() or {}
        week: list[Decimal] = []
        for day in WEEKDAYS:
            try:
                week += patterns.read_day(said.get(f"day_{day}", ""), first=self._first)
            except RuleBroken as broken:
                self.add_error(f"day_{day}", broken.for_owner)
        return {**said, "hours": week}


@require_http_methods(["GET", "POST"])
@page("traffic.edit")
def staff_pattern(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """What holds today, or the pattern that `open` names; saved by who may type staff hours there."""
    place = place_of(request, store_id)
    if request.method == "POST":
        _require_editor(request, place)
        form = PatternForm(_first(place.store), request.POST)
        if form.is_valid():
            said, now = form.cleaned_data, timezone.now()
            saved = patterns.save(
                store=place.store,
                since=said["pattern_since"],
                hours=said["hours"],
                actor=actor(request),
                now=now,
            )
            undo = _url("restore", place, saved.before) if saved.before else _url("delete", place, saved.row)
            return _done(request, place, _("Saved. Days from then on are made anew."), undo)
        return _page(request, place, form, status=422)
    today = _today(place.store, timezone.now())
    rows = patterns.of_store(place.store)
    return _page(request, place, PatternForm(_first(place.store), initial=_initial(request, place, rows, today)))


@require_POST
@page("traffic.edit")
def delete(request: OrganisationRequest, store_id: str, pattern_id: str) -> HttpResponse:
    """What was typed for an earlier date holds again."""
    place = place_of(request, store_id)
    _require_editor(request, place)
    row = patterns.delete(store=place.store, pattern_id=_id(pattern_id), actor=actor(request), now=timezone.now())
    return _done(request, place, _("Deleted. What was typed before holds again."), _url("restore", place, row))


@require_POST
@page("traffic.edit")
def restore(request: OrganisationRequest, store_id: str, pattern_id: str) -> HttpResponse:
    """A pattern that was replaced or deleted stands again."""
    place = place_of(request, store_id)
    _require_editor(request, place)
    patterns.restore(store=place.store, pattern_id=_id(pattern_id), actor=actor(request), now=timezone.now())
    return _done(request, place, _("It holds again. Days from then on are made anew."), "")


def _done(request: OrganisationRequest, place: Place, words: str, undo: str) -> HttpResponse:
    tasks.enqueue_filling(request.organisation.id)
    toast(request, words, undo_url=undo)
    return back_to(request, PAGE, place.store.public_id)


def _url(deed: str, place: Place, row: StaffPattern) -> str:
    return reverse(f"{PAGE}_{deed}", args=[place.store.public_id, public_id(PREFIX, row.id)])


def _id(said: str) -> UUID:
    return parse_id(PREFIX, said)


def _first(store: Store) -> int:
    return store.day_start.hour


def _today(store: Store, now: datetime) -> date:
    return business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)


def _may_edit(request: OrganisationRequest, place: Place) -> bool:
    found = rights.editable(
        request.organisation.id,
        role=request.role,
        user_id=request.user.pk,
        store_ids={place.store.id},
    )
    return rights.may_type(request.role, rights.STAFF_HOURS) and place.store.id in found


def _require_editor(request: OrganisationRequest, place: Place) -> None:
    if not _may_edit(request, place):
        raise RuleBroken(
            _("You may not edit the data of this location. An owner can let you, under Settings."),
            code="edit_not_allowed",
            status=403,
        )


def _initial(request: OrganisationRequest, place: Place, rows: list[StaffPattern], today: date) -> dict[str, Any]:
    """Of the pattern that was opened, else of what holds today, else of the next one."""
    opened = request.GET.get("open", "")
    chosen = next((each for each in rows if public_id(PREFIX, each.id) == opened), None) or _holding(rows, today)
    if chosen is None:
        return {"pattern_since": today}
    first = _first(place.store)
    lines = {
        f"day_{day}": patterns.written_day(
            chosen.hours[day * HOURS_OF_A_DAY : (day + 1) * HOURS_OF_A_DAY],
            first=first,
        )
        for day in WEEKDAYS
    }
    return {"pattern_since": chosen.since, **lines}


def _holding(rows: list[StaffPattern], today: date) -> StaffPattern | None:
    """The latest that has begun; where none has, the first to come."""
    return next((each for each in rows if each.since <= today), rows[-1] if rows else None)


def _page(request: OrganisationRequest, place: Place, form: PatternForm, *, status: int = 200) -> HttpResponse:
    now, rows = timezone.now(), patterns.of_store(place.store)
    today = _today(place.store, now)
    holding = next((each for each in rows if each.since <= today), None)
    values = {
        "where": where_of(request, at=place.store.public_id, now=now),
        "at": chosen_at(request),
        "place": place,
        "form": form,
        "holding": _shown(holding) if holding else None,
        "rows": [{**_shown(each), "is_holding": each is holding, "is_to_come": each.since > today} for each in rows],
        "day_ends": f"{_first(place.store):02}:00" if _first(place.store) else "",
        "may_edit": _may_edit(request, place),
        "sees_location": may(request.role, "traffic.locations"),
    }
    return render(request, "traffic/staff_pattern.html", values, status=status)


def _shown(row: StaffPattern) -> dict[str, Any]:
    week = shown.figure(BY_SLUG["staff_hours"], sum(row.hours, Decimal(0)), "")
    return {"id": public_id(PREFIX, row.id), "since": row.since, "week": week}
