"""Partners: makers of tills that call us. The brand asks for one, hands over slugs, sees tokens and latest orders."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest
from comptoir.core.accounts.partners import grants, news, requests, tokens
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.audit.notes import note
from comptoir.core.installations import manifest
from comptoir.core.ledger import pushed
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.spreadsheets import MARK, download, line
from comptoir.web.toasts import toast

VIEW, MANAGE = "partners.view", "partners.manage"
COLUMNS = ("restaurant name", "slug", "token")
"""The order of the sheet that partners keep (X4); a token is shown once, so its column is theirs to fill."""
STATES: dict[str, tuple[Level, Promise]] = {
    "requested": ("info", gettext_lazy("Requested")),
    "approved": ("info", gettext_lazy("Approved, its token is still to come")),
    "token_issued": ("warn", gettext_lazy("Token issued, no order yet")),
    "active": ("ok", gettext_lazy("Active")),
    "declined": ("off", gettext_lazy("Declined")),
}
MAIL_WORDS = {
    news.REQUESTED: gettext_lazy("Send the request again"),
    news.SLUGS: gettext_lazy("Send the slugs again"),
    news.USER_MADE: gettext_lazy("Send again that its user is ready"),
    news.TOKEN: gettext_lazy("Send again that its token was issued"),
}


@dataclass(frozen=True)
class Line:
    """A store of a request: its slug, and when its till was last heard of."""

    name: str
    slug: str
    light: Status


@dataclass(frozen=True)
class Row:
    """One request with its stores."""

    request: PartnerRequest
    light: Status
    stores: tuple[Line, ...]
    mails: tuple[tuple[str, Promise], ...]


class NotifyForm(forms.Form):
    """Which partner, for which stores."""

    partner = forms.ChoiceField(label=gettext_lazy("Partner"), choices=[])
    stores = forms.MultipleChoiceField(label=gettext_lazy("Stores"), widget=forms.CheckboxSelectMultiple, choices=[])

    def __init__(self, partners: list[PartnerClient], mine: list[Store], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["partner"].choices = [(each.public_id, each.name) for each in partners]  # type: ignore[attr-defined]
        self.fields["stores"].choices = [(each.public_id, each.name) for each in mine]  # type: ignore[attr-defined]


@require_GET
@page(VIEW)
def partners(request: OrganisationRequest) -> HttpResponse:
    """Each request with its stores; that the page was looked at is written down."""
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    return _shown(request, mine, NotifyForm(requests.clients(), mine))


@require_POST
@page(MANAGE)
def notify(request: OrganisationRequest) -> HttpResponse:
    """Ask for a partner: its contacts and the operator get a mail."""
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    form = NotifyForm(requests.clients(), mine, request.POST)
    if not form.is_valid():
        return _shown(request, mine, form)
    found = requests.ask(
        organisation=request.organisation,
        client_id=parse_id("pcl", form.cleaned_data["partner"]),
        store_ids=[parse_id("sto", each) for each in form.cleaned_data["stores"]],
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    told = _("%(name)s was told by mail.") if found.client.contacts else _("%(name)s: whoever runs Comptoir was told.")
    toast(request, told % {"name": found.client.name})
    return redirect("partners")


def _shown(request: OrganisationRequest, mine: list[Store], form: NotifyForm) -> HttpResponse:
    may_manage, now = may(request.role, MANAGE), timezone.now()
    note(
        organisation_id=request.organisation.id,
        actor=f"user:{request.user.pk}",
        what="partner.page_seen",
        now=now,
    )
    rows = requests.of(request.organisation.id)
    mails = mails_of(rows)
    values = {
        "rows": [_row(each, mine, mails[each.id], now) for each in rows],
        "form": form,
        "known": requests.clients(),
        "mine": mine,
        "tokens": requests.tokens_of(request.organisation.id) if may_manage else (),
        "may_manage": may_manage,
        "places": [
            place for app in manifest.apps() for place in app.partner_places if may(request.role, place.permission)
        ],
    }
    return render(request, "web/settings/partners.html", values, status=422 if form.is_bound else 200)


@require_GET
@page(VIEW)
def sheet(request: OrganisationRequest) -> StreamingHttpResponse:
    """Restaurant name and slug for those who keep a sheet; that it was taken is written down."""
    note(
        organisation_id=request.organisation.id,
        actor=f"user:{request.user.pk}",
        what="partner.sheet_taken",
        now=timezone.now(),
    )
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    lines = [MARK + line(COLUMNS), *(line((each.name, each.slug, "")) for each in mine)]
    return download("stores.csv", lines)


@require_POST
@page(MANAGE)
def revoke(request: OrganisationRequest, token_id: str) -> HttpResponse:
    """The token of a brand stops working at once."""
    tokens.revoke(
        organisation_id=request.organisation.id,
        token_id=parse_id("ptk", token_id),
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    toast(request, _("Revoked: it stopped working."))
    return redirect("partners")


@require_POST
@page(MANAGE)
def send_again(request: OrganisationRequest, request_id: str, mail: str) -> HttpResponse:
    """The same mail once more."""
    number = requests.tell_again(
        organisation_id=request.organisation.id,
        request_id=parse_id("prq", request_id),
        what=mail,
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    toast(request, _("Mails on their way: %(number)d.") % {"number": number})
    return redirect("partners")


@require_http_methods(["GET", "POST"])
@page(MANAGE)
def authorise(request: OrganisationRequest) -> HttpResponse:
    """A partner's programme asks to be let in (loyalty.md 3.2); yes leads back to it with a code, no with an error."""
    said = request.POST if request.method == "POST" else request.GET
    client = grants.client(said.get("client_id", ""))
    redirect_uri, state = said.get("redirect_uri", ""), said.get("state", "")
    grants.require_redirect(client, redirect_uri)
    scopes = grants.allowed(client, said.get("scope", ""))
    if request.method == "GET":
        values = {"client": client, "scopes": scopes, "said": {name: said.get(name, "") for name in ASKED}}
        return render(request, "web/settings/partner_authorise.html", values)
    if "yes" not in said:
        return _back(redirect_uri, {"error": "access_denied", "state": state})
    code = grants.consent(
        organisation_id=request.organisation.id,
        user_id=request.user.pk,
        found=client,
        redirect_uri=redirect_uri,
        scopes=scopes,
        now=timezone.now(),
    )
    return _back(redirect_uri, {"code": code.reveal(), "state": state})


ASKED = ("client_id", "redirect_uri", "state", "scope")


def _back(redirect_uri: str, said: dict[str, str]) -> HttpResponse:
    joint = "&" if "?" in redirect_uri else "?"
    return HttpResponse(status=302, headers={"Location": f"{redirect_uri}{joint}{urlencode(said)}"})


def _row(found: PartnerRequest, mine: list[Store], mails: tuple[tuple[str, Promise], ...], now: datetime) -> Row:
    chosen = [each for each in mine if each.id in set(found.store_ids)]
    ids: list[UUID] = [each.id for each in chosen]
    latest = pushed.heard(found.organisation_id, found.client.provider, ids, now=now)
    return Row(
        found,
        light_of(found),
        tuple(Line(each.name, each.slug, _light(latest.get(each.id))) for each in chosen),
        mails,
    )


def light_of(found: PartnerRequest) -> Status:
    """How far a request is, and since when."""
    level, words = STATES[found.state]
    return Status(level, words, found.since)


def mails_of(rows: list[PartnerRequest]) -> dict[UUID, tuple[tuple[str, Promise], ...]]:
    """By request, the mails that can be sent again, with the word for it."""
    return {each: tuple((mail, MAIL_WORDS[mail]) for mail in mails) for each, mails in news.mails_of(rows).items()}


def _light(found: pushed.Heard | None) -> Status:
    if found is None:
        return Status("off", _("No order yet"))
    if found.is_silent:
        return Status("warn", _("No order since"), found.latest)
    return Status("ok", _("Latest order"), found.latest)
