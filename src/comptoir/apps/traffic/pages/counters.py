"""Counters of a location: added, switched off, and how each is doing; files of what they counted."""

from datetime import datetime, timedelta
from typing import Final

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic.alerts import finding
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting import aside
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.pages.where import back_to, place_of, where_of
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

KINDS: Final[dict[str, str | Promise]] = {
    "entrance": gettext_lazy("Entrance"),
    "passage": gettext_lazy("Passage"),
    "zone": gettext_lazy("Zone"),
    "staff": pgettext_lazy("a counter", "Staff"),
    "groups": gettext_lazy("Groups"),
}
LATELY: Final = timedelta(days=7)


class CounterForm(forms.Form):
    """A counter."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    serial = forms.CharField(
        label=gettext_lazy("Serial number"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("What its own messages call it."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=list(KINDS.items()),
        help_text=gettext_lazy(
            "Only entrances count visitors. What a sensor of staff counts is taken off, where the location says so; "
            "groups are parties of people who come together, a figure of its own."
        ),
    )


@require_POST
@page("traffic.manage")
def counter_add(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """A counter of a location."""
    place, form = place_of(request, store_id), CounterForm(request.POST)
    if not form.is_valid():
        raise RuleBroken(_("Give the counter a name."), code="name_missing", status=422)
    said = form.cleaned_data
    with transaction.atomic():
        add_counter(organisation_id=request.organisation.id, store_id=place.store.id, now=timezone.now(), **said)
    toast(request, _("The counter is there: its first count appears within a minute."))
    return back_to(request, "traffic_location", store_id)


@require_POST
@page("traffic.manage")
def counter_switch(request: OrganisationRequest, store_id: str, counter_id: str, position: str) -> HttpResponse:
    """A counter that is off is not waited for; what it counted stays."""
    place = place_of(request, store_id)
    rows = Counter.objects.filter(
        organisation_id=request.organisation.id, store_id=place.store.id, id=parse_id("cnt", counter_id)
    )
    if position not in ("on", "off") or not rows.update(active=position == "on"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    toast(request, _("It counts again.") if position == "on" else _("It is not waited for any more. Its counts stay."))
    return back_to(request, "traffic_location", store_id)


@require_http_methods(["GET", "POST"])
@page("traffic.manage")
def upload(request: OrganisationRequest) -> HttpResponse:
    """A file of counts: what of it was taken, and what not, line by line."""
    taken, where = None, where_of(request)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            raise RuleBroken(_("Choose a file first."), code="file_missing", status=422)
        taken = aside.take(
            organisation_id=request.organisation.id,
            content=file.read(),
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
            store_ids=where.store_ids if where.at else request.store_ids,
        )
    return render(request, "traffic/upload.html", {"taken": taken, "where": where})


def counters_of(request: OrganisationRequest, place: Place) -> list[tuple[Counter, str, str | Promise, Status]]:
    """Each with its public id, its kind and its light."""
    rows = Counter.objects.filter(organisation_id=request.organisation.id, store_id=place.store.id).order_by("name")
    now = timezone.now()
    silent = finding.silent_counters(request.organisation.id, [place.store], now=now)
    return [
        (row, public_id("cnt", row.id), KINDS[row.kind], _alive(row, is_silent=row.id in silent, now=now))
        for row in rows
    ]


def _alive(row: Counter, *, is_silent: bool, now: datetime) -> Status:
    """Silent is who told nothing for two hours in which the location was open; where nobody knows when that is, one
    that told nothing for a week is not called silent, nor is it counting."""
    if not row.active:
        return Status("off", pgettext("a feed or counter", "Off"))
    if row.heard_at is None:
        return Status("off", _("Nothing yet"))
    if is_silent:
        return Status("warn", _("Silent"), row.heard_at)
    if now - row.heard_at >= LATELY:
        return Status("off", _("Nothing lately"), row.heard_at)
    return Status("ok", _("Counting"), row.heard_at)
