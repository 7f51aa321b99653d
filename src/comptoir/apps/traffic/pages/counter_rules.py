"""How the counters of a location count, from a date on: typed below them, deleted and brought back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import counter_rules as rules
from comptoir.apps.traffic import tasks
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.count_tables import Counter, CounterRule
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.where import back_to, chosen_at, nothing_here, place_of
from comptoir.kernel.clock import day_in
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web import formats
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

COUNTS: Final[dict[str, str | Promise]] = {
    "in": gettext_lazy("who comes in"),
    "both": gettext_lazy("who comes in and who goes out, by two"),
}


class RuleForm(forms.Form):
    """From when on a counter counts how."""

    counter = forms.ChoiceField(label=pgettext_lazy("of people", "Counter"))
    counts = forms.ChoiceField(label=gettext_lazy("It counts"), choices=list(COUNTS.items()))
    factor = forms.DecimalField(
        label=gettext_lazy("Correction factor"),
        min_value=rules.SMALLEST,
        max_value=rules.LARGEST,
        max_digits=6,
        decimal_places=4,
        initial=Decimal(1),
        help_text=gettext_lazy(
            "What was counted by hand, divided by what the counter said: 1.05 where it said 100 of 105."
        ),
    )
    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, place: Place, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = self.fields["counter"].label
        choices = [(public_id("cnt", each.id), each.name) for each in _counters(place)]
        self.fields["counter"] = forms.ChoiceField(label=label, choices=choices)


@dataclass(frozen=True)
class Row:
    """A rule as its table shows it."""

    counter_id: str
    name: str
    since: date
    counts: str | Promise
    factor: str

    @property
    def on(self) -> str:
        """Its date, as an address has it."""
        return self.since.isoformat()


def rows_of(place: Place) -> list[Row]:
    """Those of a location, by counter and date."""
    found = rules.of_store(place.store.organisation_id, place.store.id)
    return [
        Row(
            public_id("cnt", counter.id),
            counter.name,
            rule.since,
            COUNTS[rule.counts],
            formats.decimals(rule.factor, 4),
        )
        for counter, rule in found
    ]


@require_POST
@page("traffic.manage")
def add(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """From a date on: its days are made anew. Raises RuleBroken (404, 422)."""
    place = place_of(request, store_id)
    form = RuleForm(place, request.GET if "counter" in request.GET else request.POST)  # an undo says it in its address
    if not form.is_valid():
        words = _("Choose a counter, say from which day on, and a correction factor between 0.1 and 10.")
        raise RuleBroken(words, code="counter_rule_invalid", status=422)
    said = form.cleaned_data
    replaced = rules.save(
        store=place.store,
        counter=_counter(place, said["counter"]),
        since=said["since"],
        counts=said["counts"],
        factor=said["factor"],
        actor=actor(request),
        now=timezone.now(),
    )
    tasks.enqueue_filling(request.organisation.id)
    undo = _without(request, store_id, said["counter"], said["since"])
    if replaced is not None:
        undo = _with(request, store_id, said["counter"], replaced)
    toast(request, _("Saved. Days from then on are made anew."), undo_url=undo)
    return back_to(request, "traffic_location", store_id)


@require_POST
@page("traffic.manage")
def delete(request: OrganisationRequest, store_id: str, counter_id: str, since: str) -> HttpResponse:
    """What held before holds again. Raises RuleBroken (404)."""
    place, day = place_of(request, store_id), day_in(since)
    counter = _counter(place, counter_id)
    if day is None:
        raise nothing_here()
    gone = rules.delete(store=place.store, counter=counter, since=day, actor=actor(request), now=timezone.now())
    if gone is None:
        raise nothing_here()
    tasks.enqueue_filling(request.organisation.id)
    toast(
        request, _("Deleted. What was typed before holds again."), undo_url=_with(request, store_id, counter_id, gone)
    )
    return back_to(request, "traffic_location", store_id)


def _with(request: OrganisationRequest, store_id: str, counter_id: str, rule: CounterRule) -> str:
    """Where this rule is typed again."""
    said = {"counter": counter_id, "counts": rule.counts, "factor": f"{rule.factor}", "since": rule.since.isoformat()}
    return f"{reverse('traffic_counter_rule_add', args=[store_id])}?{urlencode({**said, **_at(request)})}"


def _without(request: OrganisationRequest, store_id: str, counter_id: str, since: date) -> str:
    """Where the rule of that day is deleted."""
    url = reverse("traffic_counter_rule_delete", args=[store_id, counter_id, since.isoformat()])
    return f"{url}?{urlencode(at)}" if (at := _at(request)) else url


def _at(request: OrganisationRequest) -> dict[str, str]:
    at = chosen_at(request)
    return {"at": at} if at else {}


def _counters(place: Place) -> list[Counter]:
    rows = Counter.objects.filter(organisation_id=place.store.organisation_id, store_id=place.store.id)
    return list(rows.order_by("name"))


def _counter(place: Place, counter_id: str) -> Counter:
    wanted = parse_id("cnt", counter_id)
    found = next((each for each in _counters(place) if each.id == wanted), None)
    if found is None:
        raise nothing_here()
    return found
