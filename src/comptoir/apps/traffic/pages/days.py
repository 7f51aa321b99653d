"""One day of one store: its hours, what each is made of, and the place to correct them."""

import re
from collections.abc import Container
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import (
    catching_up,
    chains,
    filling,
    implausible,
    jobs,
    kpis,
    making,
    rights,
    shown,
    tailoring,
)
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG, KPIS
from comptoir.apps.traffic.models import Hour, Tailored
from comptoir.apps.traffic.pages.filling import proposal
from comptoir.apps.traffic.pages.reports import KINDS
from comptoir.apps.traffic.pages.where import place_of, where_of
from comptoir.core.intake import clocking
from comptoir.kernel.errors import RuleBroken
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

LABELS: Final = {
    "measured": "",
    "zero": "",
    "missing": "missing",
    "partial": "partial",
    "tailored": "typed",
    "estimated": "estimated",
    "open": "open",
    "no_check_out": "no check-out",
}
FIELD: Final = re.compile(r"(?P<kind>[a-z_]+)@(?P<at>\d{10})")


@require_GET
@page("traffic.view")
def day(request: OrganisationRequest, store_id: str, on: str) -> HttpResponse:
    """Hour by hour, 23 to 25 of them, with the state of every figure."""
    place, which = place_of(request, store_id), _date(on)
    now = timezone.now()
    catching_up.fresh(request.organisation.id, {place.store.id}, since=which, until=which, now=now)
    rows = {row.hour: row for row in _rows(request, place, which)}
    every = filling.hours_of(place.store, which)
    above = implausible.hours(request.organisation.id, [(place.store.id, which)]).get((place.store.id, which), {})
    listed = every if "hours" in request.GET else _busy(every, rows)
    hours = [_hour(place, at, rows.get(at), above.get(at)) for at in listed]
    said = chains.settings_of(request.organisation.id)
    buckets = [making.bucket_of(said, vars(row)) for row in rows.values()]
    whole = kpis.sums(buckets)
    differs = tailoring.differing(
        request.organisation.id, store_ids=[place.store.id], since=which, until=which, now=now
    )
    may_edit = _may_edit(request, place)
    fed = jobs.fed_kinds(request.organisation.id, place.store.id) if may_edit else frozenset()
    values = {
        "where": where_of(request, at=place.store.public_id, now=now),
        "place": place,
        "day": which,
        "hours": hours,
        "has_groups": any(row.groups is not None for row in rows.values()),
        "is_short": len(hours) < len(every),
        "kinds": list(KINDS.items()),
        "tiles": [shown.tile(kpi, whole, None, place.store.currency) for kpi in KPIS if kpi.of(whole) is not None],
        "may_edit": may_edit,
        "fed": fed,
        "locked": fed if may_edit and "edit" not in request.GET else frozenset(),
        "differs": [_differs(place, each) for each in differs],
        "history": _history(request, place, which),
        "not_provided": clocking.not_provided(request.organisation.id, [place.store.id]),
        "is_long": len(every) != 24,
        "to_fill": proposal(request.organisation.id, place, which) if may_edit else None,
    }
    return render(request, "traffic/day.html", values)


@require_POST
@page("traffic.edit")
def edit(request: OrganisationRequest, store_id: str, on: str) -> HttpResponse:
    """Keep what was typed: only hours whose figure is another than the one that was shown."""
    place, which = place_of(request, store_id), _date(on)
    if not _may_edit(request, place):
        raise RuleBroken(
            _("You may not edit the data of this location. An owner can let you, under Settings."),
            code="edit_not_allowed",
            status=403,
        )
    typed = _typed(request, place, which)
    if "correct" not in request.POST and {each.kind for each in typed} & jobs.fed_kinds(
        request.organisation.id, place.store.id
    ):
        raise RuleBroken(
            _("The till brings these figures. Press “Correct them by hand” first."), code="fed_by_import", status=409
        )
    if not typed:
        toast(request, _("Nothing was changed."), level="info")
        return redirect("traffic_day", store_id, on)
    now = timezone.now()
    tailoring.tailor(
        organisation_id=request.organisation.id,
        typed=typed,
        reason=request.POST.get("reason", ""),
        actor=f"user:{request.user.pk}",
        now=now,
    )
    words = ngettext("%(number)d figure is kept.", "%(number)d figures are kept.", len(typed)) % {"number": len(typed)}
    moment = int(now.timestamp()) * 1_000_000 + now.microsecond
    toast(request, words, undo_url=reverse("traffic_day_undo", args=[store_id, on, moment]))
    return redirect("traffic_day", store_id, on)


@require_POST
@page("traffic.edit")
def undo(request: OrganisationRequest, store_id: str, on: str, at: int) -> HttpResponse:
    """What was typed then is taken back; `at` is its instant in microseconds."""
    place, _which = place_of(request, store_id), _date(on)
    if not _may_edit(request, place):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    typed_at = datetime.fromtimestamp(at // 1_000_000, tz=UTC).replace(microsecond=at % 1_000_000)
    tailoring.undo(
        organisation_id=request.organisation.id, store_id=place.store.id, typed_at=typed_at, now=timezone.now()
    )
    toast(request, _("Taken back: what was measured shows again."))
    return redirect("traffic_day", store_id, on)


def _date(on: str) -> date:
    try:
        return date.fromisoformat(on)
    except ValueError:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404) from None


def _rows(request: OrganisationRequest, place: Place, which: date) -> list[Hour]:
    return list(
        Hour.objects.filter(
            organisation_id=request.organisation.id, store_id=place.store.id, business_date=which
        ).order_by("hour")
    )


def _busy(hours: list[datetime], rows: Container[datetime]) -> list[datetime]:
    """From an hour before the first of which anything is known to one after the last; all where nothing is."""
    known = [place for place, at in enumerate(hours) if at in rows]
    return hours[max(0, known[0] - 1) : known[-1] + 2] if known else hours


def _hour(place: Place, at: datetime, row: Hour | None, usual: Decimal | None) -> dict[str, Any]:
    local = at.astimezone(ZoneInfo(place.store.timezone))
    tailored = row.tailored.split(",") if row is not None else []
    cells = []
    for kind, label in KINDS.items():
        value = getattr(row, kind) if row is not None else None
        status = {"visitors": row.traffic_status, "staff_hours": row.staff_status}.get(kind, "") if row else "missing"
        cells.append(
            {
                "kind": kind,
                "label": label,
                "value": shown.figure(BY_SLUG[kind], value, place.store.currency),
                "plain": "" if value is None else format(round(value, 4).normalize(), "f"),
                "status": "typed" if kind in tailored else LABELS.get(status, ""),
                "name": f"{kind}@{int(at.timestamp())}",
            }
        )
    label = local.strftime("%H:%M")
    above = "" if usual is None else shown.figure(BY_SLUG["visitors"], usual, "")
    groups = shown.figure(BY_SLUG["visitors"], row.groups if row else None, "")
    said = {"cells": cells, "has": row is not None, "above": above, "groups": groups}
    return {"at": at, "label": label, "fold": local.fold, **said}


def _typed(request: OrganisationRequest, place: Place, which: date) -> list[tailoring.Typed]:
    shown_now = {row.hour: row for row in _rows(request, place, which)}
    hours = set(filling.hours_of(place.store, which))
    found = []
    for name, said in request.POST.items():
        match = FIELD.fullmatch(name)
        if match is None or match["kind"] not in KINDS or not isinstance(said, str):
            continue
        at = datetime.fromtimestamp(int(match["at"]), tz=UTC)
        if at not in hours:
            raise RuleBroken(_("This day has no such hour."), code="hour_unknown", status=422)
        start = at.astimezone(ZoneInfo(place.store.timezone)).strftime("%H:%M")
        value = _number(said, f"{KINDS[match['kind']]}, {start}")
        before = getattr(shown_now[at], match["kind"]) if at in shown_now else None
        if (None if value is None else round(value, 4)) != (None if before is None else round(before, 4)):
            found.append(tailoring.Typed(place.store.id, at, match["kind"], value))
    return found


def _number(said: str, where: str) -> Decimal | None:
    text = said.strip().replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        words = _("%(where)s: “%(said)s” is no number. Go back and type digits, such as 12 or 12.5.")
        raise RuleBroken(words % {"where": where, "said": said[:40]}, code="value_invalid", status=422)
    return value


def _may_edit(request: OrganisationRequest, place: Place) -> bool:
    return place.store.id in rights.editable(
        request.organisation.id,
        role=request.role,
        user_id=request.user.pk,
        store_ids={place.store.id},
        today=timezone.now(),
    )


def _differs(place: Place, found: tailoring.Differs) -> dict[str, str]:
    kpi, currency = BY_SLUG[found.row.kind], place.store.currency
    return {
        "start": found.row.hour.astimezone(ZoneInfo(place.store.timezone)).strftime("%H:%M"),
        "kind": str(KINDS[found.row.kind]),
        "typed": shown.figure(kpi, found.row.value, currency),
        "measured": shown.figure(kpi, found.measured_now, currency),
    }


def _history(request: OrganisationRequest, place: Place, which: date) -> list[dict[str, Any]]:
    rows = Tailored.objects.filter(
        organisation_id=request.organisation.id, store_id=place.store.id, business_date=which
    ).order_by("-at", "hour")
    zone, currency = ZoneInfo(place.store.timezone), place.store.currency
    return [
        {
            "at": row.at,
            "start": row.hour.astimezone(zone).strftime("%H:%M"),
            "kind": KINDS[row.kind],
            "measured": shown.figure(BY_SLUG[row.kind], row.measured, currency),
            "value": shown.figure(BY_SLUG[row.kind], row.value, currency),
            "reason": row.reason,
            "is_gone": row.withdrawn_at is not None,
        }
        for row in rows[:50]
    ]
