"""The health of every organisation's connections and stores on one page, the worst first."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
from comptoir.core.health import incidents, lights
from comptoir.pos import registry
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.health_words import LEVELS, Told, tell
from comptoir.web.parts import Status

PAGE = 25
ORDER = ("bad", "warn", "off", "ok")


@dataclass(frozen=True)
class Row:
    """One organisation: a light, each connection with its own, and what is wrong in words."""

    organisation: Organisation
    light: Status
    connections: tuple[tuple[str, str, Status], ...]
    told: tuple[Told, ...]


@require_GET
@operators
def health(request: OperatorRequest) -> HttpResponse:
    """Every organisation that has a connection or a store, found by name."""
    search = request.GET.get("search", "").strip()
    troubled = incidents.troubled()
    # Where there is none, PostgreSQL would take the bare default for the place of a column.
    first = [Case(When(id__in=troubled, then=0), default=1)] if troubled else []
    rows = Organisation.objects.order_by(*first, "name", "id")
    if search:
        rows = rows.filter(name__icontains=search)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = sorted((_row(each) for each in page), key=lambda row: ORDER.index(row.light.level))
    values = {
        "page": page,
        "rows": shown,
        "search": search,
        "troubled": sum(row.light.level in ("bad", "warn") for row in shown),
    }
    return render(request, "web/backoffice/health.html", values)


def _row(organisation: Organisation) -> Row:
    found = lights.health(organisation.id, now=timezone.now())
    names = {each.manifest.slug: each.manifest.name for each in registry.connectors()}
    mine = Connection.objects.filter(organisation=organisation).order_by("provider", "account_name")
    connections = tuple(
        (names.get(each.provider, each.provider), each.account_name, _light(found.connections.get(each.id)))
        for each in mine
    )
    told = tuple(tell(each, Role.VIEWER) for each in found.findings)
    worst = found.findings[0] if found.findings else None
    well = Status("ok", _("Working")) if found.stores or connections else Status("off", _("Nothing connected yet"))
    return Row(organisation, told[0].light if worst else well, connections, told)


def _light(found: lights.Light | None) -> Status:
    if found is None or found.worst is None:
        return Status("ok", _("Working"))
    told = tell(found.worst, Role.VIEWER).light
    return Status(LEVELS[found.colour], told.word, told.since, told.cause)
