"""Alerts: what is wrong and what was, the one thing to press, and who is written to."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import catching_up, opening
from comptoir.apps.traffic.alert_tables import Alert, AlertReader
from comptoir.apps.traffic.alerts import mailing, watching, wording
from comptoir.apps.traffic.alerts.finding import Kind
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.pages import limits
from comptoir.apps.traffic.pages.where import back_to, where_of
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

PAST: Final = timedelta(days=90)
MOST: Final = 100
OF_STAFF: Final = frozenset({Kind.STAR_ABOVE, Kind.CLOCK_OPEN})


@require_GET
@page("traffic.view")
def alerts(request: OrganisationRequest) -> HttpResponse:
    """What is open, what is over, and to whom mails go."""
    now = timezone.now()
    where = where_of(request, now=now)
    stores = {each.store.id: each.store for each in where.places}
    rows = [
        row
        for row in _rows(request)
        if (row.closed_at is None or row.closed_at > now - PAST) and (row.store_id in stores or row.store_id is None)
    ]
    if not may(request.role, "traffic.staff"):
        rows = [row for row in rows if row.kind not in OF_STAFF]
    told = [
        wording.tell(row, stores.get(row.store_id) if row.store_id else None, request.role)
        for row in sorted(rows, key=lambda each: each.since, reverse=True)
    ]
    readers = mailing.readers(request.organisation.id)
    me = next((each for each in readers if each.user_id == request.user.pk), None)
    values = {
        "where": where,
        "open": [each for each in told if each.row.closed_at is None],
        "past": [each for each in told if each.row.closed_at is not None][:MOST],
        "readers": readers if may(request.role, "traffic.locations") else [],
        "me": me,
        "languages": settings.LANGUAGES,
        "may_stop": may(request.role, "traffic.locations"),
        "without_hours": _without_hours(request, list(stores.values())),
        "may_manage": may(request.role, "traffic.manage"),
        "limits": limits.said(request) if may(request.role, "traffic.manage") else [],
        "limit_form": limits.LimitForm(where) if may(request.role, "traffic.manage") else None,
    }
    return render(request, "traffic/alerts.html", values)


@require_POST
@page("traffic.locations")
def stop(request: OrganisationRequest, alert_id: str, position: str) -> HttpResponse:
    """`off`: no more mails about this one, to anybody; `on`: again."""
    found = next((row for row in _rows(request) if row.id == parse_id("tal", alert_id)), None)
    if found is None or position not in ("on", "off"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    is_off, now = position == "off", timezone.now()
    watching.stop(
        organisation_id=request.organisation.id, alert_id=found.id, user_id=request.user.pk, on=is_off, now=now
    )
    note(
        organisation_id=request.organisation.id,
        actor=f"user:{request.user.pk}",
        what="traffic.alert_stopped" if is_off else "traffic.alert_resumed",
        subject=found.name,
        details={"kind": found.kind},
        now=now,
    )
    toast(request, _("No more mails about this one.") if is_off else _("Mails about this one go on."))
    return back_to(request, "traffic_alerts")


@require_POST
@page("traffic.locations")
def to_me(request: OrganisationRequest) -> HttpResponse:
    """How alerts are written to oneself: in which language, or not at all."""
    language = request.POST.get("language", "")
    if language and language not in dict(settings.LANGUAGES):
        raise RuleBroken(_("Choose a language from the list."), code="language_unknown", status=422)
    AlertReader.objects.update_or_create(
        organisation_id=request.organisation.id, user_id=request.user.pk, defaults={"language": language}
    )
    toast(
        request,
        _("Saved. The next mail comes so.")
        if language
        else _("No alert is written to you any more. This page shows them all the same."),
    )
    return back_to(request, "traffic_alerts")


def _rows(request: OrganisationRequest) -> list[Alert]:
    """Those of the stores the reader was given; of an account for those who see all."""
    rows = Alert.objects.filter(organisation_id=request.organisation.id).order_by("-opened_at", "-pk")
    return list(rows if request.store_ids is None else rows.filter(store_id__in=request.store_ids))


def _without_hours(request: OrganisationRequest, stores: list[Store]) -> list[Store]:
    """Locations that are counted and of which nobody knows when they are open: they cannot be silent."""
    counted = set(
        Counter.objects.filter(organisation_id=request.organisation.id, active=True).values_list("store_id", flat=True)
    )
    wanted = counted & catching_up.in_operation(request.organisation.id)
    mine = [each for each in stores if each.id in wanted]
    unknown = opening.unknown(request.organisation.id, mine, now=timezone.now()) if mine else set()
    return [each for each in mine if each.id in unknown]
