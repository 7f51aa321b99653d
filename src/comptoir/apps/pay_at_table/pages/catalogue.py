"""The catalogue of what can be added, and the plan lines of what was (2.1, O2, O10)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.pay_at_table import catalogue as offered
from comptoir.apps.pay_at_table import listing, plans
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.pages import asking
from comptoir.apps.pay_at_table.plan_tables import Period
from comptoir.apps.pay_at_table.plans import PlanState, Standing
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.kernel.money import Money
from comptoir.web import formats, spreadsheets
from comptoir.web.parts import Status, Text
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

PERIODS: dict[str, Text] = {
    Period.MONTHLY: gettext_lazy("Monthly"),
    Period.YEARLY: gettext_lazy("Yearly"),
    "": gettext_lazy("Trial"),
}
EXPORTED = ("integration", "name", "store", "period", "price", "currency", "began_at", "runs_until", "ends_at", "state")


@dataclass(frozen=True)
class Line:
    """A plan line as its table shows it."""

    integration: Integration
    store: str
    standing: Standing
    organisation: str = ""

    @property
    def light(self) -> Status:
        """Where it stands."""
        return standing_words(self.standing)[0]

    @property
    def words(self) -> str:
        """What happens next."""
        return standing_words(self.standing)[1]

    @property
    def period(self) -> Text:
        """Monthly, yearly, or the trial."""
        return PERIODS[self.standing.line.period]

    @property
    def price(self) -> Money:
        """Of one period."""
        return Money(self.standing.line.price, self.standing.line.currency)


@require_GET
@page("pay_at_table.manage")
def catalogue(request: OrganisationRequest) -> HttpResponse:
    """A tile for each point of sale that can and each provider; searched by words and by category."""
    words, category = request.GET.get("q", "")[:100], request.GET.get("category", "")
    category = category if category in offered.CATEGORIES else ""
    values = {
        "offers": [each for each in offered.offers() if each.is_found_by(words, category)],
        "words": words,
        "categories": list(offered.CATEGORIES.items()),
        "category": category,
        "price": offered.price_words(),
    }
    return render(request, "pay_at_table/catalogue.html", values)


@require_GET
@page("pay_at_table.manage")
def one(request: OrganisationRequest, provider: str) -> HttpResponse:
    """What it does and does not, what it needs and costs, and the place to add it for."""
    found = offered.offer(provider, request.GET.get("to", ""))
    if found is None:
        raise asking.nothing()
    places = offered.places(request.organisation.id, provider, store_ids=request.store_ids)
    values = {
        "offer": found,
        "price": offered.price_words(),
        "trial_days": offered.trial_days(),
        "free": [each for each in places if not each.why_not],
        "refused": [each for each in places if each.why_not],
    }
    return render(request, "pay_at_table/offer.html", values)


@require_GET
@page("pay_at_table.manage")
def plan(request: OrganisationRequest) -> HttpResponse:
    """Every plan line with its price and its end."""
    rows = _lines(request)
    return render(request, "pay_at_table/plan.html", {"rows": rows})


@require_GET
@page("pay_at_table.manage")
def plan_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV, for whoever sends the bill; prices in minor units."""
    rows = _lines(request)

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(EXPORTED)
        for each in rows:
            yield spreadsheets.line(cells_of(each))

    return spreadsheets.download("plan.csv", lines())


def cells_of(each: Line) -> tuple[object, ...]:
    """A plan line as `EXPORTED` names its cells."""
    line = each.standing.line
    state = "trial" if each.standing.is_trial else str(each.standing.state)
    return (
        each.integration.public_id, each.integration.name, each.store, line.period, line.price, line.currency,
        line.began_at, each.standing.runs_until, line.ends_at, state,
    )  # fmt: skip


@require_POST
@page("pay_at_table.manage")
def plan_act(request: OrganisationRequest, integration_id: str, what: str) -> HttpResponse:
    """Add to the plan by the month or by the year, let it end, or take that back."""
    found, now, actor = asking.integration_of(request, integration_id), timezone.now(), asking.actor(request)
    if what not in {*Period, "cancel", "keep"}:
        raise asking.nothing()
    with refusals(request):
        if what == "cancel":
            ends_at = plans.cancel(found, actor=actor, now=now)
            undo = reverse("table_plan_act", args=[found.public_id, "keep"])
            toast(request, _("It ends on %(day)s.") % {"day": formats.day(ends_at.date())}, undo_url=undo)
        elif what == "keep":
            plans.keep(found, actor=actor, now=now)
            toast(request, _("It goes on."))
        else:
            plans.choose(found, Period(what), actor=actor, now=now)
            toast(request, _("Added to your plan. It is active."))
    return redirect(reverse("table_integration", args=[found.public_id]) + "#plan")


def standing_words(found: Standing | None) -> tuple[Status, str]:
    """A plan line as people read it: its light, and what happens next."""
    if found is None:
        return Status("off", _("Not begun")), _("The trial begins when you press Enable.")
    day = formats.day(found.runs_until.date())
    if found.state is PlanState.GRACE:
        return Status("bad", _("Ended")), _("What guests paid before is entered until seven days after %(day)s.") % {
            "day": day
        }
    if found.state is PlanState.ENDED:
        return Status("bad", _("Ended")), _("Guests cannot pay from their phones since %(day)s.") % {"day": day}
    if found.is_trial:
        return Status("info", _("Trial")), _("until %(day)s; add it to your plan so that it goes on") % {"day": day}
    if found.line.ends_at is not None:
        return Status("warn", _("Ends")), _("on %(day)s") % {"day": day}
    if found.runs_until == found.line.trial_until:
        return Status("ok", _("Active")), _("free until %(day)s, then paid") % {"day": day}
    return Status("ok", _("Active")), _("paid period until %(day)s, then renewed") % {"day": day}


def _lines(request: OrganisationRequest) -> list[Line]:
    mine = listing.integrations(request.organisation.id, store_ids=request.store_ids)
    names = {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}
    found = plans.standings(request.organisation.id, [each.id for each in mine], now=timezone.now())
    return [Line(each, names.get(each.store_id, ""), found[each.id]) for each in mine if each.id in found]


def section(request: OrganisationRequest, found: Standing | None) -> dict[str, object]:
    """What the integration's own page shows of its plan line."""
    light, words = standing_words(found)
    chosen = found.line.period if found and found.state is PlanState.ACTIVE else ""
    return {
        "light": light,
        "words": words,
        "choices": [(str(each), PERIODS[each], price, str(each) == chosen) for each, price in offered.prices().items()],
        "is_chosen": bool(chosen),
        "is_ending": bool(found and chosen and found.line.ends_at),
        "may_manage": may(request.role, "pay_at_table.manage"),
    }
