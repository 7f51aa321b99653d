"""The operator's back office: partners, their contacts, requests and tokens (loyalty.md X2, X5)."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.accounts.partner_tables import PartnerRequest
from comptoir.core.accounts.partners import grants, news, requests, scopes, tokens
from comptoir.core.accounts.stores import stores
from comptoir.core.installations.install import install_all
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.pages.backoffice import LONGEST_LIST, organisation_of
from comptoir.web.pages.partners import light_of, mails_of
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.toasts import toast

LONGEST_CONTACTS = 1000


@dataclass(frozen=True)
class Row:
    """A request as the operator sees it: its stores, those that were added since its token, and what can be mailed."""

    request: PartnerRequest
    light: Status
    stores: tuple[tuple[Store, bool], ...]
    mails: tuple[tuple[str, Promise], ...]

    @property
    def is_extended(self) -> bool:
        """Whether stores wait that its token does not hold for."""
        return any(is_added for _store, is_added in self.stores)


class PartnerForm(forms.Form):
    """A maker of tills as a client of this installation."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    provider = forms.ChoiceField(label=gettext_lazy("Connector"), choices=[])
    contacts = forms.CharField(
        label=gettext_lazy("Addresses of its contacts, separated by commas"),
        required=False,
        max_length=LONGEST_CONTACTS,
    )
    redirect_uris = forms.CharField(
        label=gettext_lazy("Addresses to come back to after a consent, separated by blanks"),
        required=False,
        max_length=2000,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        pushing = [each.manifest for each in registry.connectors() if each.manifest.pushes]
        self.fields["provider"].choices = [(each.slug, each.name) for each in pushing]  # type: ignore[attr-defined]

    def clean_contacts(self) -> list[str]:
        """Whole addresses."""
        return _addresses(self.cleaned_data["contacts"])


def _addresses(said: str) -> list[str]:
    field = forms.EmailField()
    return list(dict.fromkeys(field.clean(each) for each in said.replace(",", " ").split()))


@require_http_methods(["GET", "POST"])
@operators
def partners(request: OperatorRequest) -> HttpResponse:
    """Partners and every request; POST registers a partner and shows its secret once."""
    form, shown = PartnerForm(request.POST or None), ""
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            made, secret = grants.register(
                name=said["name"],
                provider=said["provider"],
                redirect_uris=said["redirect_uris"].split(),
                contacts=said["contacts"],
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
            )
        except RuleBroken as refused:
            form.add_error("name", in_words(refused))
        else:
            shown, form = f"{made.client_id} {secret.reveal()}", PartnerForm()
    return _partners(request, form, shown)


@require_POST
@operators
def contacts(request: OperatorRequest, client_id: str) -> HttpResponse:
    """Who is mailed at a partner, from now on."""
    try:
        wanted = _addresses(request.POST.get("contacts", "")[:LONGEST_CONTACTS])
    except forms.ValidationError as error:
        toast(request, " ".join(error.messages), level="bad")
    else:
        changed = grants.set_contacts(
            client_id=parse_id("pcl", client_id),
            contacts=wanted,
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
        )
        toast(request, _("%(name)s: noted.") % {"name": changed.name})
    return redirect("backoffice_partners")


@require_POST
@operators
def decide(request: OperatorRequest, merchant_id: str, request_id: str, act: str) -> HttpResponse:
    """Approve, decline, or issue the token, which is shown on the answer and never again."""
    found = organisation_of(merchant_id)
    who = {"organisation_id": found.id, "request_id": parse_id("prq", request_id), "now": timezone.now()}
    actor = f"user:{request.user.pk}"
    if act in ("approve", "decline"):
        row = requests.decide(**who, is_approved=act == "approve", actor=actor)  # type: ignore[arg-type]
        toast(request, _("%(name)s: noted.") % {"name": row.client.name})
        return redirect("backoffice_partners")
    if act == "issue":
        row, _token, secret = requests.issue(**who, scopes=scopes.DEFAULT, actor=actor)  # type: ignore[arg-type]
        _install(found, row)
        return _partners(request, PartnerForm(), secret.reveal())
    if act == "extend":
        row = requests.extend(**who, actor=actor)  # type: ignore[arg-type]
        _install(found, row)
        toast(request, _("%(name)s: its token holds for all of these stores.") % {"name": row.client.name})
        return redirect("backoffice_partners")
    if act in news.MAILS:
        number = requests.tell_again(**who, what=act, actor=actor)  # type: ignore[arg-type]
        toast(request, _("Mails on their way: %(number)d.") % {"number": number})
        return redirect("backoffice_partners")
    raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)


@require_POST
@operators
def revoke(request: OperatorRequest, merchant_id: str, token_id: str) -> HttpResponse:
    """The token of a brand stops working at once; the brand reads who did it."""
    found = organisation_of(merchant_id)
    tokens.revoke(
        organisation_id=found.id,
        token_id=parse_id("ptk", token_id),
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    toast(request, _("Revoked: it stopped working."))
    return redirect("backoffice_stores", found.public_id)


def _install(found: Organisation, row: PartnerRequest) -> None:
    for store in stores(found.id, store_ids=row.store_ids):
        install_all(organisation=found, store=store, provider=row.client.provider, now=timezone.now())


def _partners(request: OperatorRequest, form: PartnerForm, shown: str) -> HttpResponse:
    latest = PartnerRequest.objects.select_related("client", "organisation").order_by("-requested_at", "-pk")
    rows = list(latest[:LONGEST_LIST])
    known = {each.id: each for each in Store.objects.filter(id__in=[each for row in rows for each in row.store_ids])}
    mails = mails_of(rows)
    added = requests.without_token(each for each in rows if each.state in tokens.OPEN)
    values = {
        "rows": [
            Row(
                each,
                light_of(each),
                tuple((known[one], one in added.get(each.id, ())) for one in each.store_ids if one in known),
                mails[each.id],
            )
            for each in rows
        ],
        "waiting": requests.waiting(),
        "clients": requests.clients(),
        "form": form,
        "shown": shown,
    }
    return render(request, "web/backoffice/partners.html", values, status=422 if form.is_bound else 200)
