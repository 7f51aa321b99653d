"""The back office's page of pay at table: what an integration costs, and every plan line of the installation."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.apps.pay_at_table import plans, pricing
from comptoir.apps.pay_at_table.pages.catalogue import EXPORTED, Line, cells_of
from comptoir.apps.pay_at_table.plan_tables import Period
from comptoir.core.accounts import reads
from comptoir.kernel.errors import RuleBroken
from comptoir.web import spreadsheets
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.toasts import toast


class PriceForm(forms.Form):
    """Prices of one integration, in major units of one currency."""

    currency = forms.RegexField(label=gettext_lazy("Currency"), regex=r"^[A-Z]{3}$", max_length=3)
    monthly = forms.DecimalField(label=gettext_lazy("Price per month"), max_digits=9, decimal_places=4)
    yearly = forms.DecimalField(label=gettext_lazy("Price per year"), max_digits=9, decimal_places=4)


@require_http_methods(["GET", "POST"])
@operators
def prices(request: OperatorRequest) -> HttpResponse:
    """What is asked from the next choice on, and the lines that were chosen, at their own prices."""
    asked = pricing.prices()
    first: dict[str, Any] = {str(period): price.major for period, price in asked.items()}
    form = PriceForm(request.POST or None, initial={**first, "currency": asked[Period.MONTHLY].currency})
    if request.method == "POST" and form.is_valid():
        try:
            pricing.change(**form.cleaned_data, actor=f"user:{request.user.pk}", now=timezone.now())
        except RuleBroken:
            form.add_error(None, _("A price is more than nothing, and has no more decimals than its currency."))
        else:
            toast(request, _("Asked from the next choice on; lines that were chosen keep their price."))
            return redirect("backoffice_tables")
    changed = pricing.changed()
    values = {
        "form": form,
        "rows": list(_lines()),
        "changed": changed,
        "by": reads.names_of([changed.changed_by]).get(changed.changed_by, changed.changed_by) if changed else "",
    }
    return render(request, "pay_at_table/prices.html", values, status=422 if form.errors else 200)


@require_GET
@operators
def export(request: OperatorRequest) -> HttpResponseBase:
    """Every plan line as CSV, for the bills; prices in minor units."""
    del request

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(("organisation", *EXPORTED))
        for each in _lines():
            yield spreadsheets.line((each.organisation, *cells_of(each)))

    return spreadsheets.download("plan-lines.csv", lines())


def _lines() -> Iterator[Line]:
    for organisation, store, integration, standing in plans.every(now=timezone.now()):
        yield Line(integration, store, standing, organisation)
