"""Your account: name, password, second factors; each with what it is worth."""

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from comptoir.core.accounts import members
from comptoir.web import languages
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


class YouForm(forms.Form):
    """What others call you, and what you read."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of the pages, and of the mails that are written to you."),
    )


@require_http_methods(["GET", "POST"])
@page("overview.view")
def profile(request: OrganisationRequest) -> HttpResponse:
    """See and change what is yours, whatever the organisation."""
    initial = {"name": request.user.name, "language": request.user.language or languages.spoken()}
    form = YouForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        members.rename(user_id=request.user.pk, name=form.cleaned_data["name"])
        members.speak(user_id=request.user.pk, language=form.cleaned_data["language"])
        with translation.override(form.cleaned_data["language"]):
            toast(request, _("Saved."))
        return redirect("profile")
    factors = Authenticator.objects.filter(user_id=request.user.pk)
    kinds = set(factors.values_list("type", flat=True))
    values = {
        "form": form,
        "has_codes": Authenticator.Type.TOTP in kinds,
        "passkeys": factors.filter(type=Authenticator.Type.WEBAUTHN).count(),
    }
    return render(request, "web/settings/profile.html", values, status=422 if form.is_bound else 200)
