"""Orders of guests: the list, one of them, an item the till does not know mapped, and sent again (F12, T12, T13)."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.pay_at_table import listing, menu, ordering, telling, wording
from comptoir.apps.pay_at_table.failures import named
from comptoir.apps.pay_at_table.journal_words import attempt_rows
from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_news import PRINTING
from comptoir.apps.pay_at_table.order_tables import Order, OrderAttempt, OrderState
from comptoir.apps.pay_at_table.pages import asking
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

LEFT_OUT: Final = "-"
"""Chosen instead of an item of the till; no item is called so."""


@require_GET
@page("pay_at_table.view")
def orders(request: OrganisationRequest) -> HttpResponse:
    """The newest first."""
    before = request.GET.get("before", "")
    found = listing.orders(
        request.organisation.id,
        store_ids=request.store_ids,
        before=parse_id("ord", before) if before else None,
        limit=listing.PAGE + 1,
    )
    shown = found[: listing.PAGE]
    known = {each.id: each for each in listing.integrations(request.organisation.id, store_ids=request.store_ids)}
    values = {
        "rows": [_row(each, known[each.integration_id]) for each in shown],
        "older": shown[-1].public_id if len(found) > listing.PAGE else "",
        "failed": sum(each.state == OrderState.FAILED for each in shown),
    }
    return render(request, "pay_at_table/orders.html", values)


@require_GET
@page("pay_at_table.view")
def order(request: OrganisationRequest, order_id: str) -> HttpResponse:
    """What was ordered, what became of it, and what to do."""
    found = asking.order_of(request, order_id)
    mine = {"organisation_id": found.organisation_id}
    integration = Integration.objects.get(**mine, id=found.integration_id)
    may_settle = may(request.role, "pay_at_table.settle")
    choices, trouble = _choices(integration) if found.state == OrderState.FAILED and may_settle else ([], "")
    values = {
        **_row(found, integration),
        "items": _items(found, integration),
        "unknown": _unknown(found, integration, choices) if found.reason == "invalid_sku" else [],
        "choices": choices,
        "trouble": trouble,
        "left_out": LEFT_OUT,
        "guest": [str(value) for name, value in found.guest.items() if value and name != "reference"],
        "payment": GuestPayment.objects.filter(**mine, id=found.payment_id).first() if found.payment_id else None,
        "attempts": attempt_rows(OrderAttempt.objects.filter(**mine, order_id=found.id).order_by("number")),
        "may_send": may_settle and found.state == OrderState.FAILED,
        "may_cancel": may_settle and found.state in {OrderState.FAILED, OrderState.QUEUED},
        **_told(found, integration),
    }
    return render(request, "pay_at_table/order.html", values)


@require_POST
@page("pay_at_table.settle")
def act(request: OrganisationRequest, order_id: str, what: str) -> HttpResponse:
    """Send it again, with what was chosen for items the till does not know; or take it back."""
    found, actor, now = asking.order_of(request, order_id), asking.actor(request), timezone.now()
    with refusals(request):
        if what == "again":
            try:
                _map(request, found, actor)
            except RuleBroken:
                raise
            except ComptoirError as error:
                toast(request, in_words(error), level="warn")
                return redirect("table_order", found.public_id)
            ordering.send_again(order=found, actor=actor, now=now)
            toast(request, _("It is being sent to the till."))
        elif what == "cancel":
            ordering.cancel(order=found, actor=actor, now=now)
            toast(request, _("The order was taken back."))
        else:
            raise asking.nothing()
    return redirect("table_order", found.public_id)


def _map(request: OrganisationRequest, order: Order, actor: str) -> None:
    integration = Integration.objects.get(organisation_id=order.organisation_id, id=order.integration_id)
    ordered = set(_skus(order.items))
    for sku, to in zip(request.POST.getlist("sku"), request.POST.getlist("to"), strict=False):
        if sku not in ordered:
            raise asking.nothing()
        if to:
            till_sku = "" if to == LEFT_OUT else to
            menu.map_item(integration=integration, sku=sku, till_sku=till_sku, actor=actor, now=timezone.now())


def _row(order: Order, integration: Integration) -> dict[str, Any]:
    return {
        "order": order,
        "integration": integration,
        "light": Status(*wording.ORDERS[order.state]),
        "cause": named(order.reason).short if order.state == OrderState.FAILED or order.reason == PRINTING else "",
        "count": sum(each["quantity"] for each in order.items),
        "here": reverse("table_order", args=[order.public_id]),
    }


def _told(order: Order, integration: Integration) -> dict[str, Any]:
    """What happened and what to do, where somebody is needed."""
    if order.state != OrderState.FAILED and order.reason != PRINTING:
        return {"happened": "", "steps": ()}
    happened, steps = telling.of_order(order, integration)
    return {"happened": happened, "steps": steps}


def _choices(integration: Integration) -> tuple[list[tuple[str, str]], str]:
    """The till's items by name, or why they cannot be read."""
    try:
        known = menu.known_items(integration, now=timezone.now())
    except ComptoirError as error:
        return [], in_words(error)
    return sorted(((sku, f"{each['name']} · {sku}") for sku, each in known.items()), key=lambda each: each[1]), ""


def _items(order: Order, integration: Integration) -> list[dict[str, Any]]:
    at_till = menu.mapping(integration)
    return [{**each, "at_till": at_till.get(each["sku"], each["sku"])} for each in order.items]


def _unknown(order: Order, integration: Integration, choices: list[tuple[str, str]]) -> list[str]:
    """What the till has no item for; all of it where the till cannot be asked."""
    at_till, known = menu.mapping(integration), {sku for sku, _name in choices}
    wanted = {sku: at_till.get(sku, sku) for sku in _skus(order.items)}
    return [sku for sku, till_sku in wanted.items() if till_sku and till_sku not in known]


def _skus(items: list[dict[str, Any]]) -> list[str]:
    """Each once, sub-items as well."""
    found = [sku for each in items for sku in (each["sku"], *_skus(each.get("sub_items") or []))]
    return list(dict.fromkeys(found))
