"""The ledger: every bill, open or closed, and how it came to be what it is."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from comptoir.core.accounts.stores import is_visible, stores
from comptoir.core.installations.traces import traces
from comptoir.core.ledger import reads
from comptoir.kernel.clock import day_in
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.money import Money
from comptoir.pos.model import Sale, SaleKind, SaleState, Source
from comptoir.web.parts import Level, Moment, Status
from comptoir.web.shell import OrganisationRequest, page

SECONDS: Final = re.compile(r"[0-9]{9,10}")
STATES: dict[SaleState, tuple[Level, Promise]] = {
    SaleState.OPEN: ("info", gettext_lazy("Open")),
    SaleState.CLOSED: ("ok", gettext_lazy("Closed")),
    SaleState.CANCELLED: ("off", gettext_lazy("Cancelled")),
    SaleState.SUPERSEDED: ("off", gettext_lazy("Replaced")),
}
KINDS: dict[SaleKind, Promise] = {
    SaleKind.SALE: gettext_lazy("Sale"),
    SaleKind.REFUND: gettext_lazy("Refund"),
    SaleKind.EXCHANGE: gettext_lazy("Exchange"),
    SaleKind.VOID: gettext_lazy("Void"),
    SaleKind.CORRECTION: gettext_lazy("Correction"),
    SaleKind.TRANSFER: gettext_lazy("Transfer"),
    SaleKind.SPLIT: gettext_lazy("Split"),
    SaleKind.FLOAT: gettext_lazy("Float"),
}
SOURCES: dict[Source, Promise] = {
    Source.NOTIFICATION: gettext_lazy("told by the till"),
    Source.READ: gettext_lazy("read from the till’s books"),
}


@require_GET
@page("sales.view")
def sales(request: OrganisationRequest) -> HttpResponse:
    """Bills, newest first; the rows alone when HTMX asks."""
    state = request.GET.get("state", "")
    before = request.GET.get("before", "")
    hour = _hour(request.GET.get("hour", ""))
    found = reads.sales(
        request.organisation.id,
        store_ids=_asked_stores(request),
        closed=None if hour is None else (hour, hour + timedelta(hours=1)),
        state=state if state in STATES else "",
        search=request.GET.get("search", "").strip(),
        business_date=day_in(request.GET.get("day", "")),
        before=parse_id("sal", before) if before else None,
        limit=reads.PAGE + 1,
    )
    shown, mine = found[: reads.PAGE], stores(request.organisation.id, store_ids=request.store_ids)
    names = {each.id: each.name for each in mine}
    values = {
        "rows": [
            (each, light(each.sale), KINDS[each.sale.kind], names.get(each.store_id, ""), total(each.sale))
            for each in shown
        ],
        "older": shown[-1].public_id if len(found) > reads.PAGE else "",
        "state": state,
        "states": [(name.value, word) for name, (_level, word) in STATES.items()],
        "search": request.GET.get("search", ""),
        "day": request.GET.get("day", ""),
        "hour": hour,
        "hour_said": int(hour.timestamp()) if hour else "",
        "store_choices": [(each.public_id, each.name) for each in mine],
        "store": request.GET.get("store", ""),
        "here": request.get_full_path(),
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/sales/rows.html" if is_part else "web/sales/list.html", values)


def _hour(said: str) -> datetime | None:
    """The hour in which bills were closed, by the instant at which it begins (Unix seconds); None for every hour."""
    return datetime.fromtimestamp(int(said), tz=UTC) if SECONDS.fullmatch(said) else None


@require_GET
@page("sales.view")
def sale(request: OrganisationRequest, sale_id: str) -> HttpResponse:
    """One bill: its lines, payments, corrections and history."""
    identifier = parse_id("sal", sale_id)
    record = reads.sale(request.organisation.id, identifier, store_ids=request.store_ids)
    if record is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    root, corrections = _chain(request, identifier)
    values = {
        "record": record,
        "sale": record.sale,
        "traces": traces(request.organisation.id, {record.id}).get(record.id, ()),
        "light": light(record.sale),
        "kind": KINDS[record.sale.kind],
        "total": total(record.sale),
        "figures": _figures(record.sale),
        "store": _store_names(request).get(record.store_id, ""),
        "corrections": [(each, KINDS[each.sale.kind], total(each.sale)) for each in corrections],
        "root": root if root and root.id != record.id else None,
        "timeline": timeline(record, reads.revisions(request.organisation.id, identifier)),
        "lines": [
            (line, record.sale.money(line.total), record.sale.money(line.unit_price)) for line in record.sale.lines
        ],
        "payments": [
            (payment, record.sale.money(payment.amount), record.sale.money(payment.tip) if payment.tip else None)
            for payment in record.sale.payments
        ],
    }
    return render(request, "web/sales/one.html", values)


def light(found: Sale) -> Status:
    """The light of one bill."""
    level, word = STATES[found.state]
    return Status(level, word)


def total(found: Sale) -> Money | None:
    """What the bill comes to, with tax."""
    return found.money(found.total)


def timeline(record: reads.SaleRecord, revisions: list[reads.Revision]) -> list[Moment]:
    """How the bill became what it is, newest first."""
    states = [(each.sale, each.source, each.observed_at) for each in revisions]
    states.append((record.sale, record.source, record.updated_at))
    return [
        Moment(
            at=at,
            title=STATES[found.state][1],
            detail=_("%(source)s, revision %(number)d") % {"source": SOURCES[source], "number": number},
            level=STATES[found.state][0],
        )
        for number, (found, source, at) in reversed(list(enumerate(states, start=1)))
    ]


def _figures(found: Sale) -> list[tuple[str, Money]]:
    """What stands under the lines; what the till did not say is left out, not shown as zero."""
    figures = [
        (_("Discount"), found.discount),
        (_("Service charge"), found.service_charge),
        (_("Tax included"), found.tax),
        (_("Tip, beside the total"), found.tip),
    ]
    shown = [(label, found.money(amount)) for label, amount in figures if amount]
    return [(label, money) for label, money in shown if money is not None]


def _asked_stores(request: OrganisationRequest) -> Collection[UUID] | None:
    """The store that the address names, if it is one of his; else all of his. Raises RuleBroken (404)."""
    text = request.GET.get("store", "")
    if not text:
        return request.store_ids
    store_id = parse_id("sto", text)
    if store_id not in {each.id for each in stores(request.organisation.id, store_ids=request.store_ids)}:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return {store_id}


def _chain(request: OrganisationRequest, sale_id: UUID) -> tuple[reads.SaleRecord | None, tuple[reads.SaleRecord, ...]]:
    """The bill that this one is or corrects, and its corrections: those of other stores are left out."""
    chain = reads.chain(request.organisation.id, sale_id)
    if chain is None:
        return None, ()
    shown = [each for each in (chain.root, *chain.corrections) if is_visible(request.store_ids, each.store_id)]
    return (chain.root if chain.root in shown else None), tuple(each for each in shown if each is not chain.root)


def _store_names(request: OrganisationRequest) -> dict[UUID, str]:
    return {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}
