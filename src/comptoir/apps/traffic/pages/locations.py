"""Manage locations: id, status, hours, target, place in the tree."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import chains, opening, tasks
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.pages import counter_rules, leaving_out
from comptoir.apps.traffic.pages.counters import CounterForm, counters_of
from comptoir.apps.traffic.pages.targets import suggested
from comptoir.apps.traffic.pages.tree import NodeForm, levels_of, places_for
from comptoir.apps.traffic.pages.where import Where, back_to, chosen_at, place_of, where_of
from comptoir.apps.traffic.reports import reading
from comptoir.core.accounts.roles import may
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

STATUSES: Final[dict[str, str | Promise]] = {
    "operational": gettext_lazy("Operational"),
    "planned": gettext_lazy("Planned"),
    "paused": gettext_lazy("Paused"),
    "works": gettext_lazy("Closed for works"),
    "closed": gettext_lazy("Closed for good"),
}
STAFF_OFF: Final = [
    ("", gettext_lazy("count like everybody")),
    ("fixed", gettext_lazy("are taken off: a fixed number a day")),
    ("sensor", gettext_lazy("are taken off: as counters of staff tell")),
]
MASKS: Final = [
    ("", gettext_lazy("all of it")),
    ("last_3", gettext_lazy("its last 3 characters")),
    ("last_4", gettext_lazy("its last 4 characters")),
]


class LocationForm(forms.Form):
    """A location."""

    location_id = forms.CharField(
        label=gettext_lazy("Location id"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("What every feed calls it: 1 is the same as 0001."),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("A till’s shop with this address is proposed for it where id and name say nothing."),
    )
    mask = forms.ChoiceField(label=gettext_lazy("What of the id counts"), required=False, choices=MASKS)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=list(STATUSES.items()),
        help_text=gettext_lazy("Figures come in while it is operational. Back in operation, the hole fills by itself."),
    )
    is_closure = forms.BooleanField(
        label=gettext_lazy("Really closed: on return, leave this time empty"),
        required=False,
        help_text=gettext_lazy("For a closure or works. Of a location that only did not import, the hole is filled."),
    )
    node = forms.ChoiceField(label=gettext_lazy("Chain, district or region"), required=False)
    category = forms.CharField(label=gettext_lazy("Category"), required=False, max_length=60)
    target_conversion = forms.DecimalField(
        label=gettext_lazy("Target conversion in %"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    target_star = forms.DecimalField(
        label=gettext_lazy("Visitors per staff hour, at most"),
        required=False,
        min_value=0,
        max_value=9999,
        decimal_places=2,
        help_text=gettext_lazy("Three hours above it are an alert."),
    )

    staff_off = forms.ChoiceField(
        label=gettext_lazy("Staff among the visitors"),
        required=False,
        choices=STAFF_OFF,
        help_text=gettext_lazy("A fixed number is spread over the business hours, which must be typed for it."),
    )
    staff_passes = forms.DecimalField(
        label=gettext_lazy("Passages of staff a day"),
        required=False,
        min_value=0,
        max_value=99_999,
        decimal_places=2,
        help_text=gettext_lazy("Each time somebody who works there comes in past a counter."),
    )

    def clean(self) -> dict[str, Any]:
        """A fixed number has to be said. Raises ValidationError."""
        said = super().clean() or {}
        if said.get("staff_off") == "fixed" and not said.get("staff_passes"):
            self.add_error("staff_passes", _("Type how many passages of staff a day are taken off."))
        return said

    def clean_node(self) -> str:
        """Where it may not be taken out of its level, nothing said is that it stays there."""
        said: str = self.cleaned_data["node"]
        return said if said in self._levels else self.initial["node"]

    def __init__(self, levels: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._levels = {value for value, _name in levels}
        self.fields["node"] = forms.ChoiceField(label=self.fields["node"].label, required=False, choices=levels)

    def told(self) -> list[tuple[str, Any]]:
        """What stands, in words, for whoever may not change it."""
        return [(str(each.label), _in_words(each.field, self.initial[each.name])) for each in self]


def _in_words(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        return dict(cast(Iterable[tuple[str, str]], field.choices)).get(value, value)
    return value


@require_GET
@page("traffic.locations")
def locations(request: OrganisationRequest) -> HttpResponse:
    """Every location with its id, status and latest figures; the tree."""
    where = where_of(request)
    return _list(request, where, NodeForm(where.tree.nodes))


@require_POST
@page("traffic.manage")
def node_add(request: OrganisationRequest) -> HttpResponse:
    """A chain, a district or a region."""
    where = where_of(request)
    form = NodeForm(where.tree.nodes, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            chains.add_node(
                organisation_id=request.organisation.id,
                name=said["name"],
                kind=said["kind"],
                parent_id=form.parent_id,
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
            )
        except RuleBroken as broken:
            form.add_error("parent" if broken.code == "level_invalid" else "name", broken.for_owner)
        else:
            toast(request, _("It is in the tree. Choose it at a location."))
            return back_to(request, "traffic_locations")
    return _list(request, where, form, status=422)


def _list(request: OrganisationRequest, where: Where, form: NodeForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    found = list(where.places)
    nodes = {each.id: each.name for each in where.tree.nodes}
    latest = _latest(request, found)
    rows = [
        (each, nodes.get(each.node_id, "") if each.node_id else "", _light(each, latest.get(each.store.id), now))
        for each in found
    ]
    values = {
        "where": where,
        "rows": rows,
        "without_id": sum(not each.location.location_id for each in found),
        "form": form if may(request.role, "traffic.manage") else None,
        "tree": (
            levels_of(where.tree, where.everywhere)
            if may(request.role, "traffic.manage") and request.store_ids is None
            else []
        ),
        "may_manage": may(request.role, "traffic.manage"),
        "may_connect": may(request.role, "traffic.connect"),
    }
    return render(request, "traffic/locations.html", values, status=status)


def _latest(request: OrganisationRequest, found: list[Place]) -> dict[UUID, datetime]:
    """The latest hour of each store in which anything is known."""
    return reading.latest_hours(request.organisation.id, [each.store.id for each in found])


def _light(place: Place, latest: datetime | None, now: datetime) -> Status:
    """Whether figures come in, and why not."""
    if not place.is_operational:
        return Status("off", STATUSES[place.location.status], place.location.status_since)
    if latest is None:
        return Status("off", _("Nothing yet"))
    if (now - latest).days >= 1:
        return Status("warn", _("Silent"), latest)
    return Status("ok", _("Receiving"), latest)


@require_GET
@page("traffic.locations")
def location(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """One location."""
    place = place_of(request, store_id)
    if "HX-Request" in request.headers:
        return render(request, "traffic/left_out.html", {"place": place, "left": leaving_out.told(request, place)})
    return _one(request, place, LocationForm(places_for(request, place), initial=_initial(place)))


@require_POST
@page("traffic.manage")
def location_save(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """Keep what was typed of a location."""
    place = place_of(request, store_id)
    form = LocationForm(places_for(request, place), request.POST, initial=_initial(place))
    if form.is_valid() and _save(request, place, form):
        return back_to(request, "traffic_location", store_id)
    return _one(request, place, form, status=422)


def _initial(place: Place) -> dict[str, Any]:
    row = place.location
    return {
        "location_id": row.location_id,
        "address": place.store.address,
        "mask": row.mask,
        "status": row.status,
        "is_closure": row.is_closure,
        "node": public_id("nod", place.node_id) if place.node_id else "",
        "category": row.category,
        "target_conversion": row.target_conversion,
        "target_star": row.target_star,
        "staff_off": row.staff_off,
        "staff_passes": row.staff_passes,
    }


def _one(request: OrganisationRequest, place: Place, form: LocationForm, *, status: int = 200) -> HttpResponse:
    values = {
        "where": where_of(request, at=place.store.public_id),
        "at": chosen_at(request),
        "place": place,
        "form": form,
        "may_manage": may(request.role, "traffic.manage"),
        "left": leaving_out.told(request, place),
        "suggested": suggested(place, now=timezone.now()),
        "counters": counters_of(request, place),
        "counter_form": CounterForm(),
        "counter_rules": counter_rules.rows_of(place),
        "counter_rule_form": counter_rules.RuleForm(place),
        "calendar": opening.calendars(request.organisation.id, [place.store], now=timezone.now())[place.store.id],
        "status": _light(place, _latest(request, [place]).get(place.store.id), timezone.now()),
    }
    return render(request, "traffic/location.html", values, status=status)


def _save(request: OrganisationRequest, place: Place, form: LocationForm) -> bool:
    now, values = timezone.now(), dict(form.cleaned_data)
    node = values.pop("node")
    before = place.location.status, place.location.staff_off, place.location.staff_passes
    try:
        chains.save_location(
            store=place.store,
            values=values,
            node_id=parse_id("nod", node) if node else None,
            actor=f"user:{request.user.pk}",
            now=now,
            today=business_date(now, zone=ZoneInfo(place.store.timezone), day_start=place.store.day_start),
        )
    except RuleBroken as broken:
        form.add_error("location_id", broken.for_owner)
        return False
    if before != (values["status"], values["staff_off"], values["staff_passes"]):
        tasks.enqueue_leaving_out(request.organisation.id)
        tasks.enqueue_filling(request.organisation.id)
    toast(request, _("Saved."))
    return True
