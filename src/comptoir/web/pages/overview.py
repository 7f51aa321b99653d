"""The overview: does everything flow?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from comptoir.core.intake import reads
from comptoir.core.intake.reads import StoreHealth
from comptoir.kernel.money import Money
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page

QUIET_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class StoreLine:
    """One row of the table: a store and its light."""

    health: StoreHealth
    light: Status


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

    @property
    def is_connected(self) -> bool:
        """Whether any till was ever connected; before that there is nothing to judge."""
        return any(line.health.connection_state != "none" for line in self.stores)


@require_GET
@page("overview.view")
def overview(request: OrganisationRequest) -> HttpResponse:
    """The whole page, or its live part when HTMX asks."""
    now = timezone.now()
    flow = read_flow(reads.store_health(request.organisation.id, now=now, store_ids=request.store_ids), now)
    template = "web/overview_flow.html" if "HX-Request" in request.headers else "web/overview.html"
    return render(request, template, {"flow": flow})


def read_flow(stores: Iterable[StoreHealth], now: datetime) -> Flow:
    """Judge the stores; pure."""
    lines = tuple(StoreLine(health, light(health, now)) for health in stores)
    level, answer = _answer([line.light.level for line in lines])
    seen = [line.health.latest_notification_at for line in lines if line.health.latest_notification_at]
    return Flow(
        level=level,
        answer=answer,
        latest_at=max(seen, default=None),
        stores=lines,
        net_sales=_sum_by_currency(line.health.net_sales_today for line in lines),
        sales=sum(line.health.sales_today for line in lines),
        open_checks=sum(line.health.open_checks for line in lines),
    )


def light(health: StoreHealth, now: datetime) -> Status:
    """The light of one store."""
    latest = health.latest_notification_at
    if health.connection_state == "none":
        return Status("off", _("Not connected"))
    if health.connection_state == "reconnect":
        return Status("bad", _("Signed out"), latest, health.connection_reason or _("the till no longer accepts us"))
    if latest is None:
        return Status("off", _("Waiting"), None, _("for the first sale"))
    if now - latest > QUIET_AFTER:
        return Status("warn", _("Quiet"), latest)
    return Status("ok", _("Receiving"), latest)


def _answer(levels: list[Level]) -> tuple[Level, str]:
    """The sentence on top: what is broken outweighs what is quiet, and that outweighs what has not begun."""
    total = len(levels)
    if broken := levels.count("bad"):
        text = ngettext(
            "%(number)d store has lost its till: sign in there again.",
            "%(number)d stores have lost their till: sign in there again.",
            broken,
        )
        return "bad", text % {"number": broken}
    if quiet := levels.count("warn"):
        text = ngettext(
            "%(number)d store has sent nothing for a day.", "%(number)d stores have sent nothing for a day.", quiet
        )
        return "warn", text % {"number": quiet}
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
