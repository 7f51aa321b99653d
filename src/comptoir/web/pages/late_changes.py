"""Late changes: what moved after its trading day was over, beside what it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.stores import stores
from comptoir.core.ledger import late
from comptoir.kernel.clock import day_in
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos.model import Sale
from comptoir.web import spreadsheets
from comptoir.web.formats import clock_time, money
from comptoir.web.pages.sales import STATES
from comptoir.web.shell import OrganisationRequest, page

MOST_EXPORTED: Final = 100_000
COLUMNS: Final = ("noticed_at", "store", "business_date", "what", "before", "after")


@dataclass(frozen=True)
class Row:
    """One difference in words; `sale` is the public id of the bill it is about, if it is one."""

    noticed_at: datetime
    store: str
    business_date: date
    what: str
    before: str
    after: str
    sale: str = ""


@require_GET
@page("sales.view")
def late_changes(request: OrganisationRequest) -> HttpResponse:
    """The latest noticed first."""
    rows = _rows(request, limit=late.PAGE)
    values = {
        "rows": rows,
        "is_cut": len(rows) == late.PAGE,
        "stores": stores(request.organisation.id, store_ids=request.store_ids),
        "asked": request.GET,
        "is_filtered": any(request.GET.get(name) for name in ("store", "since", "until")),
    }
    return render(request, "web/sales/late.html", values)


@require_GET
@page("sales.view")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV, all of it."""

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(COLUMNS)
        for row in _rows(request, limit=MOST_EXPORTED):
            yield spreadsheets.line([getattr(row, name) for name in COLUMNS])

    return spreadsheets.download(f"late-changes-{timezone.localdate():%Y-%m-%d}.csv", lines())


def _rows(request: OrganisationRequest, *, limit: int) -> list[Row]:
    mine = {each.id: each for each in stores(request.organisation.id, store_ids=request.store_ids)}
    wanted = _wanted(request, set(mine))
    found = late.changes(
        request.organisation.id,
        store_ids=wanted,
        since=day_in(request.GET.get("since", "")),
        until=day_in(request.GET.get("until", "")),
        limit=limit,
    )
    return [_row(each, mine[each.store_id]) for each in found if each.store_id in mine]


def _wanted(request: OrganisationRequest, mine: set[UUID]) -> set[UUID]:
    """The store that was asked for, of those the reader may see. Raises RuleBroken (404)."""
    said = request.GET.get("store", "")
    if not said:
        return mine
    if (store_id := parse_id("sto", said)) not in mine:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return {store_id}


def _row(found: late.Late, store: Store) -> Row:
    if isinstance(found, late.LateSale):
        return Row(
            noticed_at=found.noticed_at,
            store=store.name,
            business_date=found.business_date,
            what=_("Bill %(number)s") % {"number": found.after.receipt_number or found.after.external_id},
            before=_bill(found.before),
            after=_bill(found.after),
            sale=found.public_id,
        )
    zone = ZoneInfo(store.timezone)
    return Row(
        noticed_at=found.noticed_at,
        store=store.name,
        business_date=found.business_date,
        what=_("Time at work of %(name)s") % {"name": found.staff},
        before=_worked(found.before, zone),
        after=_worked(found.after, zone),
    )


def _bill(sale: Sale) -> str:
    """Its total and, where it is not simply closed, its state."""
    said = money(sale.money(sale.total))
    return said if sale.counted else f"{said} · {STATES[sale.state][1]}"


def _worked(worked: late.Worked, zone: ZoneInfo) -> str:
    if worked.is_deleted:
        return _("not there")
    ended = clock_time(worked.ended_at, zone) if worked.ended_at else _("still in")
    return f"{clock_time(worked.started_at, zone)} – {ended}"
