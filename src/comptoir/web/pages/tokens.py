"""API tokens: keys for an organisation's own programs, shown once."""

from typing import Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.core.accounts.tokens import SCOPES, make_token, set_revoked, tokens_of
from comptoir.core.installations import manifest
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

MEANINGS: Final[dict[str, str | Promise]] = {
    "sales.read": gettext_lazy("Read sales"),
    "stores.read": gettext_lazy("Read stores"),
    "integrations.read": gettext_lazy("Read which app runs where, with the addresses tills call"),
    "webhooks.read": gettext_lazy("Read webhooks and their attempts"),
    "webhooks.write": gettext_lazy("Set up webhooks"),
}


class TokenForm(forms.Form):
    """What for, and what it may do."""

    name = forms.CharField(
        label=gettext_lazy("What is it for"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple, choices=[]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = [(scope, meaning(scope)) for scope in SCOPES]
        self.fields["scopes"].choices = chosen  # type: ignore[attr-defined]


def meaning(scope: str) -> str:
    """A scope in words; those of an app by its name."""
    if scope in MEANINGS:
        return str(MEANINGS[scope])
    app, verb = manifest.owner_of(scope), scope.rpartition(".")[2]
    verbs = {"read": _("%(app)s: read"), "write": _("%(app)s: read and change"), "import": _("%(app)s: import days")}
    words = verbs.get(verb)
    return words % {"app": app.name} if app and words else scope


@require_http_methods(["GET", "POST"])
@page("tokens.manage")
def tokens(request: OrganisationRequest) -> HttpResponse:
    """Every token that can speak for the organisation, and a form for another."""
    form, shown = TokenForm(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        chosen = form.cleaned_data
        _token, secret = make_token(
            organisation=request.organisation,
            name=chosen["name"],
            scopes=chosen["scopes"],
            by=request.user,
            now=timezone.now(),
        )
        shown, form = secret.reveal(), TokenForm()
    rows = [(each, [meaning(scope) for scope in each.scopes]) for each in tokens_of(request.organisation.id)]
    values = {
        "rows": rows,
        "in_use": sum(each.revoked_at is None for each, _scopes in rows),
        "form": form,
        "shown": shown,
    }
    return render(request, "web/settings/tokens.html", values, status=422 if form.is_bound else 200)


@require_POST
@page("tokens.manage")
def revoke(request: OrganisationRequest, token_id: str) -> HttpResponse:
    """It stops working at once; undone within a day."""
    found = _set(request, token_id, is_revoked=True)
    undo = reverse("token_restore", args=[public_id("tok", found)])
    toast(request, _("Revoked: it stopped working."), undo_url=undo)
    return redirect("tokens")


@require_POST
@page("tokens.manage")
def restore(request: OrganisationRequest, token_id: str) -> HttpResponse:
    """Undo a revocation."""
    _set(request, token_id, is_revoked=False)
    toast(request, _("It works again."))
    return redirect("tokens")


def _set(request: OrganisationRequest, public: str, *, is_revoked: bool) -> UUID:
    token_id = parse_id("tok", public)
    set_revoked(
        organisation_id=request.organisation.id,
        token_id=token_id,
        is_revoked=is_revoked,
        by=request.user,
        now=timezone.now(),
    )
    return token_id
