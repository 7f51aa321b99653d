"""The retail equation: visitors × conversion × average sale, and what if one moved; nothing is stored (TA-41)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG, HUNDRED, Sums
from comptoir.apps.traffic.pages.scope import scope_of
from comptoir.apps.traffic.reports import reading
from comptoir.web.charts import Chart, Series
from comptoir.web.shell import OrganisationRequest, page

FACTORS: Final = ("visitors", "conversion", "atv")
MOST: Final = Decimal(1000)


@dataclass(frozen=True)
class Factor:
    """One factor: as it is, moved by so many per cent, and as it would be."""

    slug: str
    label: object
    value: str
    moved: str
    would_be: str


@require_GET
@page("traffic.view")
def equation(request: OrganisationRequest) -> HttpResponse:
    """Over hours whose visitors are known, where the product is exact; the rest of the sales stands apart (4)."""
    scope = scope_of(request, usual="28")
    whole = kpis.added(reading.by_store(scope.reading, scope.period).values())
    currency = scope.currencies[0] if len(scope.currencies) == 1 else ""
    values: dict[str, object] = {"scope": scope, "is_empty": not (whole.visitors and whole.x_t and currency)}
    if not values["is_empty"]:
        real = {
            "visitors": whole.visitors,
            "conversion": whole.x_t / whole.visitors * HUNDRED,
            "atv": whole.s_t / whole.x_t,
        }
        moves = {slug: _moved(request.GET.get(slug, "")) for slug in FACTORS}
        then = {slug: value * (1 + moves[slug] / HUNDRED) for slug, value in real.items()}
        would_be = then["visitors"] * then["conversion"] / HUNDRED * then["atv"]
        sales = BY_SLUG["sales"]
        values |= {
            "factors": [
                Factor(
                    slug,
                    BY_SLUG[slug].label,
                    shown.figure(BY_SLUG[slug], real[slug], currency),
                    format(moves[slug].normalize(), "f") if moves[slug] else "0",
                    shown.figure(BY_SLUG[slug], then[slug], currency),
                )
                for slug in FACTORS
            ],
            "sales": shown.figure(sales, whole.s_t, currency),
            "would_be": shown.figure(sales, would_be, currency),
            "difference": ("+" if would_be > whole.s_t else "") + shown.figure(sales, would_be - whole.s_t, currency),
            "is_moved": any(moves.values()),
            "chart": _chart(whole, would_be if any(moves.values()) else None, currency),
            "rest": shown.figure(sales, whole.sales - whole.s_t, currency) if whole.sales != whole.s_t else "",
        }
    return render(request, "traffic/equation.html", values)


def _chart(whole: Sums, would_be: Decimal | None, currency: str) -> Chart:
    """Sales of hours whose visitors are known, where the product is exact; of the others as a bar of their own (4)."""
    bars = [(pgettext("sales", "Counted"), whole.s_t), (_("Not counted"), whole.sales - whole.s_t)]
    bars += [(_("As moved"), would_be)] if would_be is not None else []
    values = tuple(float(round(value, 2)) for _name, value in bars)
    return Chart(
        _("Sales of hours whose visitors are counted, and of the others"),
        currency,
        tuple(name for name, _value in bars),
        (Series(_("Sales"), values),),
        mark="bar",
    )


def _moved(said: str) -> Decimal:
    """Per cent; what is no number moves nothing."""
    try:
        value = Decimal(said.replace(",", ".") or "0")
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() and -HUNDRED <= value <= MOST else Decimal(0)
