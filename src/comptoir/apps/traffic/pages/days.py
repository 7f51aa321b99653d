"""One day of one store: its hours, what each is made of, and the place to correct them."""

from collections.abc import Collection, Container, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
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
    planned,
    rights,
    shown,
    tailoring,
)
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG, KPIS
from comptoir.apps.traffic.models import Change, Hour, Tailored
from comptoir.apps.traffic.pages.day_fields import Filled, as_typed, hour_of, name_of, read, standing
from comptoir.apps.traffic.pages.filling import proposal
from comptoir.apps.traffic.pages.quality import KINDS
from comptoir.apps.traffic.pages.where import place_of, where_of
from comptoir.apps.traffic.rights import STAFF_HOURS
from comptoir.core.accounts.roles import may
from comptoir.core.intake import clocking
from comptoir.core.ledger import times_at_work
from comptoir.core.ledger.times_at_work import AtOnce
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
    "planned": "planned",
}
NOTHING: Final = Filled()


@require_GET
@page("traffic.view")
def day(request: OrganisationRequest, store_id: str, on: str) -> HttpResponse:
    """Hour by hour, 23 to 25 of them, with the state of every figure."""
    return _page(request, place_of(request, store_id), _date(on))


def _page(
    request: OrganisationRequest, place: Place, which: date, filled: Filled = NOTHING, *, status: int = 200
) -> HttpResponse:
    """With `filled`, as it was sent: what was typed stands in its fields, with a sentence where it is no figure."""
    now = timezone.now()
    catching_up.fresh(request.organisation.id, {place.store.id}, since=which, until=which, now=now)
    rows = {row.hour: row for row in _rows(request, place, which)}
    every, moved = filling.hours_of(place.store, which), _moved(place, which)
    above = implausible.hours(request.organisation.id, [(place.store.id, which)]).get((place.store.id, which), {})
    hours = every if "hours" in request.GET else _busy(every, {*rows, *filter(None, map(hour_of, filled.said))})
    said = chains.settings_of(request.organisation.id)
    whole = kpis.sums(making.bucket_of(said, vars(row)) for row in rows.values())
    may_edit = _may_edit(request, place)
    fed = jobs.fed_kinds(request.organisation.id, place.store.id) if may_edit else frozenset()
    locked = fed if "edit" not in request.GET and "correct" not in request.POST else frozenset()
    kinds = {kind: label for kind, label in KINDS.items() if rights.sees(request.role, kind)}
    typable = {kind for kind in kinds if may_edit and rights.may_type(request.role, kind)}
    fields = typable - locked
    shown_whole = whole if STAFF_HOURS in kinds else whole.without_staff
    values = {
        "where": where_of(request, at=place.store.public_id, now=now),
        "place": place,
        "day": which,
        "has_groups": any(row.groups is not None for row in rows.values()),
        "hours": [
            _hour(place, at, rows.get(at), above.get(at), kinds=kinds, fields=fields, filled=filled, moved=moved)
            for at in hours
        ],
        "is_short": len(hours) < len(every),
        "kinds": list(kinds.items()),
        "tiles": [
            shown.tile(kpi, shown_whole, None, place.store.currency) for kpi in KPIS if kpi.of(shown_whole) is not None
        ],
        "planned": STAFF_HOURS in kinds and any(row.staff_status == planned.PLANNED for row in rows.values()),
        "may_edit": may_edit,
        "fed": fed,
        "locked": locked,
        "reason": filled.reason,
        "errors": len(filled.errors),
        "differs": [_differs(place, each) for each in _differing(request, place, which, now) if each.row.kind in kinds],
        "history": _history(request, place, which, kinds),
        "not_provided": clocking.not_provided(request.organisation.id, [place.store.id]),
        "is_long": len(every) != 24,
        "at_once": _at_once(request, place, which, now) if STAFF_HOURS in kinds else None,
        "to_fill": proposal(request.organisation.id, place, which) if "visitors" in typable else None,
        "sees_receipts": may(request.role, "sales.view"),
    }
    return render(request, "traffic/day.html", values, status=status)


@require_POST
@page("traffic.edit")
def edit(request: OrganisationRequest, store_id: str, on: str) -> HttpResponse:
    """Keep what was typed: only hours whose figure is another than the one that was shown."""
    place, which = place_of(request, store_id), _date(on)
    if not _may_edit(request, place):
        raise _not_allowed()
    rows = {row.hour: row for row in _rows(request, place, which)}
    hours = set(filling.hours_of(place.store, which))
    filled = read(request.POST.dict(), store_id=place.store.id, hours=hours, shown=rows)
    if not all(rights.may_type(request.role, each.kind) for each in filled.typed):
        raise _not_allowed()
    if filled.errors:
        return _page(request, place, which, filled, status=422)
    if "correct" not in request.POST and {each.kind for each in filled.typed} & jobs.fed_kinds(
        request.organisation.id, place.store.id
    ):
        raise RuleBroken(
            _("The till brings these figures. Press “Correct them by hand” first."), code="fed_by_import", status=409
        )
    if not filled.typed:
        toast(request, _("Nothing was changed."), level="info")
        return redirect("traffic_day", store_id, on)
    now = timezone.now()
    tailoring.tailor(
        organisation_id=request.organisation.id,
        typed=filled.typed,
        reason=filled.reason,
        actor=f"user:{request.user.pk}",
        now=now,
    )
    number = len(filled.typed)
    words = ngettext("%(number)d figure is kept.", "%(number)d figures are kept.", number) % {"number": number}
    moment = int(now.timestamp()) * 1_000_000 + now.microsecond
    toast(request, words, undo_url=reverse("traffic_day_undo", args=[store_id, on, moment]))
    return redirect("traffic_day", store_id, on)


def _not_allowed() -> RuleBroken:
    return RuleBroken(
        _("You may not edit the data of this location. An owner can let you, under Settings."),
        code="edit_not_allowed",
        status=403,
    )


@require_POST
@page("traffic.edit")
def undo(request: OrganisationRequest, store_id: str, on: str, at: int) -> HttpResponse:
    """What was typed then is taken back; `at` is its instant in microseconds."""
    place, _which = place_of(request, store_id), _date(on)
    if not _may_edit(request, place):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    typed_at = datetime.fromtimestamp(at // 1_000_000, tz=UTC).replace(microsecond=at % 1_000_000)
    tailoring.undo(
        organisation_id=request.organisation.id,
        store_id=place.store.id,
        typed_at=typed_at,
        kinds=[kind for kind in KINDS if rights.may_type(request.role, kind)],
        now=timezone.now(),
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


def _hour(
    place: Place,
    at: datetime,
    row: Hour | None,
    usual: Decimal | None,
    *,
    kinds: Mapping[str, Any],
    fields: Container[str],
    filled: Filled,
    moved: Mapping[tuple[datetime, str], Change],
) -> dict[str, Any]:
    local = at.astimezone(ZoneInfo(place.store.timezone))
    tailored = row.tailored.split(",") if row is not None else []
    cells = []
    for kind, label in kinds.items():
        value = getattr(row, kind) if row is not None else None
        status = {"visitors": row.traffic_status, "staff_hours": row.staff_status}.get(kind, "") if row else "missing"
        name, stands = name_of(kind, at), standing(row, kind)
        cells.append(
            {
                "kind": kind,
                "label": label,
                "value": shown.figure(BY_SLUG[kind], value, place.store.currency),
                "plain": filled.said.get(name, as_typed(stands, kind, place.store.currency)),
                "error": filled.errors.get(name, ""),
                "is_field": kind in fields,
                "status": "typed" if kind in tailored else LABELS.get(status, ""),
                "name": name,
                "moved": moved.get((at, kind)),
                "before": shown.figure(BY_SLUG[kind], moved[at, kind].old, place.store.currency)
                if (at, kind) in moved
                else "",
            }
        )
    label = local.strftime("%H:%M")
    above = "" if usual is None else shown.figure(BY_SLUG["visitors"], usual, "")
    groups = shown.figure(BY_SLUG["visitors"], row.groups if row else None, "")
    said = {"cells": cells, "has": row is not None, "above": above, "groups": groups}
    return {"at": at, "seconds": int(at.timestamp()), "label": label, "fold": local.fold, **said}


def _at_once(request: OrganisationRequest, place: Place, which: date, now: datetime) -> AtOnce | None:
    """Whether somebody's times at work overlap on this day (3.2)."""
    found = times_at_work.at_once(request.organisation.id, [place.store.id], since=which, until=which, now=now)
    return found.get((place.store.id, which))


def _moved(place: Place, which: date) -> dict[tuple[datetime, str], Change]:
    """Of each figure that moved after the day was over, the latest change (5)."""
    rows = Change.objects.filter(
        organisation_id=place.store.organisation_id, store_id=place.store.id, business_date=which
    )
    return {(row.hour, row.kind): row for row in rows.order_by("seen_at")}


def _differing(request: OrganisationRequest, place: Place, which: date, now: datetime) -> list[tailoring.Differs]:
    return tailoring.differing(request.organisation.id, store_ids=[place.store.id], since=which, until=which, now=now)


def _may_edit(request: OrganisationRequest, place: Place) -> bool:
    return place.store.id in rights.editable(
        request.organisation.id,
        role=request.role,
        user_id=request.user.pk,
        store_ids={place.store.id},
    )


def _differs(place: Place, found: tailoring.Differs) -> dict[str, str]:
    kpi, currency = BY_SLUG[found.row.kind], place.store.currency
    return {
        "start": found.row.hour.astimezone(ZoneInfo(place.store.timezone)).strftime("%H:%M"),
        "kind": str(KINDS[found.row.kind]),
        "typed": shown.figure(kpi, found.row.value, currency),
        "measured": shown.figure(kpi, found.measured_now, currency),
    }


def _history(request: OrganisationRequest, place: Place, which: date, kinds: Collection[str]) -> list[dict[str, Any]]:
    rows = Tailored.objects.filter(
        organisation_id=request.organisation.id, store_id=place.store.id, business_date=which, kind__in=kinds
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
