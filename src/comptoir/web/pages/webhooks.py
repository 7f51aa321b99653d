"""Webhooks: addresses of the organisation's own programs, what was sent to each, and every attempt."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.core.accounts.stores import stores
from comptoir.core.outbox import endpoints, reads
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.pos.events import EventKind
from comptoir.web.parts import Level, Status, Tab
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

KINDS: Final[dict[EventKind, Promise]] = {
    EventKind.CHECK_OPENED: gettext_lazy("A check was opened"),
    EventKind.CHECK_CHANGED: gettext_lazy("An open check changed"),
    EventKind.SALE_CLOSED: gettext_lazy("A sale was closed"),
    EventKind.SALE_CHANGED: gettext_lazy("A closed sale changed"),
    EventKind.SALE_VOIDED: gettext_lazy("A sale was voided"),
}
STATES: Final[dict[str, tuple[Level, Promise]]] = {
    "waiting": ("info", pgettext_lazy("a message to a program", "On its way")),
    "delivered": ("ok", pgettext_lazy("a message to a program", "Delivered")),
    "given_up": ("bad", gettext_lazy("Given up")),
}
SINCE: Final = timedelta(days=1)


class WebhookForm(forms.Form):
    """Where to, what of, and which stores. Nothing ticked: everything, what is to come included."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy("Begins with https://. Your program answers there."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://hooks.example.com/comptoir"}),
    )
    description = forms.CharField(
        label=gettext_lazy("What is it for"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it hears of"),
        required=False,
        choices=[(kind.value, word) for kind, word in KINDS.items()],
        help_text=gettext_lazy("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Stores"),
        required=False,
        choices=[],
        help_text=gettext_lazy("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [(each.public_id, each.name) for each in stores(organisation_id, store_ids=None)]
        self.fields["stores"].choices = mine  # type: ignore[attr-defined]

    def wish(self) -> endpoints.Wish:
        """What was asked for."""
        chosen = self.cleaned_data
        return endpoints.Wish(
            url=chosen["url"].strip(),
            description=chosen["description"],
            kinds=tuple(chosen["kinds"]),
            store_ids=tuple(parse_id("sto", each) for each in chosen["stores"]),
        )


@dataclass(frozen=True)
class DeliveryRow:
    """A message as lists show it."""

    facts: reads.DeliveryFacts
    light: Status
    word: str | Promise


@require_http_methods(["GET", "POST"])
@page("webhooks.manage")
def webhooks(request: OrganisationRequest) -> HttpResponse:
    """Every webhook with its light, and a form for another."""
    own = request.organisation.id
    form, shown = WebhookForm(own, request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        try:
            _made, secret = endpoints.create(organisation_id=own, wish=form.wish(), now=timezone.now())
            shown, form = secret.reveal(), WebhookForm(own)
        except RuleBroken as refusal:
            form.add_error("url", str(refusal))
    rows = [(each, light(each)) for each in reads.endpoints(own)]
    values = {
        "rows": rows,
        "failing": sum(word.level == "bad" for _each, word in rows),
        "form": form,
        "shown": shown,
    }
    return render(request, "web/webhooks/list.html", values, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@page("webhooks.manage")
def webhook(request: OrganisationRequest, webhook_id: str) -> HttpResponse:
    """One webhook: what it is, what was sent to it, and the buttons that move it."""
    found = find(request, webhook_id)
    form = WebhookForm(request.organisation.id, request.POST if request.method == "POST" else _as_it_is(found))
    if request.method == "POST" and form.is_valid():
        try:
            endpoints.change(organisation_id=found.organisation_id, endpoint_id=found.id, wish=form.wish())
            toast(request, _("Saved."))
            return redirect("webhook", found.public_id)
        except RuleBroken as refusal:
            form.add_error("url", str(refusal))
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    listed = reads.deliveries(
        found.organisation_id,
        found.id,
        state=state if state in STATES else "",
        before=parse_id("dlv", before) if before else None,
        limit=reads.PAGE + 1,
    )
    shown = listed[: reads.PAGE]
    values = {
        "webhook": found,
        "light": light(found),
        "heard": [KINDS[EventKind(each)] for each in found.kinds],
        "stores": _store_names(found),
        "rows": [row(each) for each in shown],
        "older": shown[-1].public_id if len(listed) > reads.PAGE else "",
        "state": state,
        "tabs": _tabs(found, state),
        "form": form,
        "since": timezone.localtime(timezone.now() - SINCE).strftime("%Y-%m-%dT%H:%M"),
        "here": request.get_full_path(),
    }
    if "HX-Request" in request.headers:
        return render(request, "web/webhooks/deliveries.html", values)
    return render(request, "web/webhooks/one.html", values, status=422 if request.method == "POST" else 200)


@require_GET
@page("webhooks.manage")
def delivery(request: OrganisationRequest, delivery_id: str) -> HttpResponse:
    """One message with every attempt to deliver it."""
    found = reads.delivery(request.organisation.id, parse_id("dlv", delivery_id))
    if found is None:
        raise endpoints.nothing_here()
    of = reads.endpoints(request.organisation.id, ids=[found.endpoint_id])
    values = {"row": row(found), "webhook": of[0] if of else None}
    return render(request, "web/webhooks/delivery.html", values)


def find(request: OrganisationRequest, webhook_id: str) -> reads.EndpointFacts:
    """The organisation's own webhook of this id. Raises RuleBroken (404)."""
    for found in reads.endpoints(request.organisation.id, ids=[parse_id("whk", webhook_id)]):
        return found
    raise endpoints.nothing_here()


def light(found: reads.EndpointFacts) -> Status:
    """Whether messages arrive there."""
    if found.disabled == "gone":
        return Status("bad", _("Its program said that it is gone (410)"))
    if found.disabled:
        return Status("off", _("Switched off"))
    if found.failing_since:
        return Status("bad", _("Does not answer as it should"), found.failing_since)
    return Status("ok", _("Working"))


def row(found: reads.DeliveryFacts) -> DeliveryRow:
    """A message in words."""
    level, word = STATES[found.state]
    of = KINDS[EventKind(found.kind)] if found.kind in set(EventKind) else gettext_lazy("Test message")
    return DeliveryRow(found, Status(level, word), of)


def _as_it_is(found: reads.EndpointFacts) -> dict[str, Any]:
    return {
        "url": found.url,
        "description": found.description,
        "kinds": list(found.kinds),
        "stores": [public_id("sto", each) for each in found.store_ids],
    }


def _store_names(found: reads.EndpointFacts) -> list[str]:
    """Empty: all of them. A store that is no more counts as one that nobody can hear of."""
    if not found.store_ids:
        return []
    return [each.name for each in stores(found.organisation_id, store_ids=frozenset(found.store_ids))]


def _tabs(found: reads.EndpointFacts, state: str) -> list[Tab]:
    here = reverse("webhook", args=[found.public_id])
    counts = {"": None, "waiting": found.waiting, "given_up": found.given_up, "delivered": None}
    words = {"": _("Everything"), **{name: str(word) for name, (_level, word) in STATES.items()}}
    return [
        Tab(words[name], f"{here}?state={name}" if name else here, is_current=name == state, count=count)
        for name, count in counts.items()
    ]
