"""The overview: does everything flow?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from comptoir.core.accounts.roles import Role
from comptoir.core.health.causes import Cause, Colour, Subject
from comptoir.core.health.lights import Health, Light, health
from comptoir.core.intake.store_health import StoreHealth, store_health
from comptoir.kernel.money import Money
from comptoir.web import health_words
from comptoir.web.health_words import Told
from comptoir.web.parts import Action, Level, Status
from comptoir.web.shell import OrganisationRequest, of_no_store, page

MOST_TROUBLES = 3


@dataclass(frozen=True)
class StoreLine:
    """One row of the table: a store, its light, and the button that moves it on."""

    health: StoreHealth
    light: Status
    action: Action | None


@dataclass(frozen=True)
class Flow:
    """What the page says: the answer first, then figures, then stores."""

    level: Level
    answer: str
    latest_at: datetime | None
    stores: tuple[StoreLine, ...]
    net_sales: tuple[Money, ...]
    sales: int
    open_checks: int
    troubles: tuple[Told, ...]
    more_troubles: int

    @property
    def is_connected(self) -> bool:
        """Whether any till was ever connected; before that there is nothing to judge."""
        return any(line.health.connection_state != "none" for line in self.stores)


@require_GET
@page("overview.view")
def overview(request: OrganisationRequest) -> HttpResponse:
    """The whole page, or its live part when HTMX asks."""
    if request.store_ids == frozenset():
        return of_no_store(request)
    now = timezone.now()
    stores = store_health(request.organisation.id, now=now, store_ids=request.store_ids)
    judged = health(request.organisation.id, now=now, store_ids=request.store_ids)
    flow = read_flow(stores, judged, request.role)
    template = "web/overview_flow.html" if "HX-Request" in request.headers else "web/overview.html"
    return render(request, template, {"flow": flow})


def read_flow(stores: Iterable[StoreHealth], judged: Health, role: Role) -> Flow:
    """Put figures and lights together; pure."""
    lines = tuple(_line(store, judged.stores.get(store.store_id, Light()), role) for store in stores)
    level, answer = _answer([line.light.level for line in lines])
    worst = [light.worst.cause for light in judged.stores.values() if light.worst]
    if unpaid := worst.count(Cause.MONEY_NOT_ON_TILL):
        text = ngettext(
            "Guests of %(number)d store have paid what its till does not show.",
            "Guests of %(number)d stores have paid what their tills do not show.",
            unpaid,
        )
        level, answer = "bad", text % {"number": unpaid}
    house = [each for each in judged.troubles if each.rule.subject == Subject.HOUSE and each.rule.colour == Colour.RED]
    if house:
        level, answer = "bad", str(health_words.tell(house[0], role).sentence)
    seen = [line.health.latest_notification_at for line in lines if line.health.latest_notification_at]
    return Flow(
        level=level,
        answer=answer,
        latest_at=max(seen, default=None),
        stores=lines,
        net_sales=_sum_by_currency(line.health.net_sales_today for line in lines),
        sales=sum(line.health.sales_today for line in lines),
        open_checks=sum(line.health.open_checks for line in lines),
        troubles=tuple(health_words.tell(each, role) for each in judged.troubles[:MOST_TROUBLES]),
        more_troubles=max(0, len(judged.troubles) - MOST_TROUBLES),
    )


def _line(store: StoreHealth, light: Light, role: Role) -> StoreLine:
    good = Status("ok", _("Receiving"), store.latest_notification_at)
    told = health_words.tell(light.worst, role) if light.worst else None
    return StoreLine(store, told.light if told else good, told.action if told else None)


def _answer(levels: list[Level]) -> tuple[Level, str]:
    """The sentence on top: what is broken outweighs what needs a look, and that outweighs what has not begun."""
    total = len(levels)
    if broken := levels.count("bad"):
        text = ngettext(
            "%(number)d store has lost its till: sign in there again.",
            "%(number)d stores have lost their till: sign in there again.",
            broken,
        )
        return "bad", text % {"number": broken}
    if troubled := levels.count("warn"):
        text = ngettext("%(number)d store needs a look.", "%(number)d stores need a look.", troubled)
        return "warn", text % {"number": troubled}
    sending = levels.count("ok")
    if not sending:
        return "off", _("Nothing has come in yet.")
    if sending < total:
        text = ngettext(
            "%(sending)d of %(total)d stores is sending sales.",
            "%(sending)d of %(total)d stores are sending sales.",
            sending,
        )
        return "info", text % {"sending": sending, "total": total}
    text = ngettext("Your store is sending sales.", "All %(number)d stores are sending sales.", total)
    return "ok", text % {"number": total}


def _sum_by_currency(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """Amounts of different currencies are never added up."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        if amount is not None:
            sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return tuple(sums.values())
