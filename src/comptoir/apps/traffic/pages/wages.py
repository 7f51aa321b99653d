"""What an hour of work costs: typed for the chain, a node or a location, from a date on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import shown, tasks, wages
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.holding import Names, PlaceForm, place_ids
from comptoir.apps.traffic.pages.where import Where, back_to, nothing_here, where_of
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.forms import DayInput
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

MOST: Final = Decimal(100_000)


class WageForm(PlaceForm):
    """What an hour costs, from when on."""

    per_hour = forms.DecimalField(
        label=gettext_lazy("An hour of work costs"),
        min_value=Decimal("0.01"),
        max_value=MOST,
        decimal_places=2,
        help_text=gettext_lazy("The mean of the people there, with or without the employer’s charges, as you compare."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    wage_since = forms.DateField(label=gettext_lazy("From"), widget=DayInput())

    def __init__(self, where: Where, *args: Any, **kwargs: Any) -> None:
        super().__init__(where, *args, **kwargs)
        currencies = list(dict.fromkeys(each.store.currency for each in where.everywhere))
        self.fields["currency"] = forms.ChoiceField(
            label=self.fields["currency"].label, choices=[(each, each) for each in currencies]
        )


@dataclass(frozen=True)
class Typed:
    """A wage, ready to be drawn; `place` "" is the whole chain."""

    id: str
    place: str
    since: date
    per_hour: Decimal
    currency: str

    @property
    def shown(self) -> str:
        """With its currency."""
        return shown.figure(BY_SLUG["sales"], self.per_hour, self.currency)


@require_POST
@page("traffic.manage")
def add(request: OrganisationRequest) -> HttpResponse:
    """Days from then on are made anew with it. Raises RuleBroken (422) for what cannot be kept."""
    form = WageForm(where_of(request, at=""), request.POST)
    if not form.is_valid():
        raise RuleBroken(
            _("Say where, what an hour costs, in which currency, and from which day on."),
            code="wage_invalid",
            status=422,
        )
    said = form.cleaned_data
    wages.save(
        organisation_id=request.organisation.id,
        **place_ids(request, said["place"]),
        since=said["wage_since"],
        per_hour=said["per_hour"],
        currency=said["currency"],
        name=form.place_name,
        actor=actor(request),
        now=timezone.now(),
    )
    tasks.enqueue_filling(request.organisation.id)
    toast(request, _("Saved. Days from then on are made anew."))
    return back_to(request, "traffic_settings")


@require_POST
@page("traffic.manage")
def delete(request: OrganisationRequest, wage_id: str) -> HttpResponse:
    """What was typed before holds again."""
    found = next((each for each in typed(request) if each.id == wage_id), None)
    if found is None:
        raise nothing_here()
    wages.delete(
        organisation_id=request.organisation.id,
        wage_id=parse_id("wag", wage_id),
        name=found.place,
        actor=actor(request),
        now=timezone.now(),
    )
    tasks.enqueue_filling(request.organisation.id)
    toast(request, _("Deleted. What was typed before holds again."))
    return back_to(request, "traffic_settings")


def typed(request: OrganisationRequest) -> list[Typed]:
    """Those that the reader may change, the latest first."""
    names = Names(request)
    return [
        Typed(public_id("wag", row.id), name, row.since, row.per_hour, row.currency)
        for row in reversed(wages.rows(request.organisation.id))
        if (name := names.of(row.store_id, row.node_id)) is not None
    ]
