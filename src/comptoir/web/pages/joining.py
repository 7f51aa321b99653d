"""Accept an invitation: as somebody who is signed in, who has an account, or who has none yet."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from comptoir.core.accounts import invitations
from comptoir.core.accounts.models import User
from comptoir.core.accounts.reads import InvitationFacts
from comptoir.kernel.errors import RuleBroken
from comptoir.web.membership import SESSION_KEY
from comptoir.web.shell import ROLE_NAMES


class NewPersonForm(forms.Form):
    """Somebody who was never here: the link proves the address, so a name and a password are all that is asked."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """As strong as every password here."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, User(email=self.email, name=self.data.get("name", "")))
        return password


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the one step that is left."""
    response = _answer(request, token)
    add_never_cache_headers(response)
    response["Referrer-Policy"] = (
        "same-origin"  # the address is a key; without any, browsers send no origin with the form
    )
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    found = invitations.find(token, now=timezone.now())
    if found is None:
        return render(request, "web/invitation.html", {"state": "gone"}, status=404)
    if request.user.is_authenticated:
        person = request.user
        if person.email != found.email:
            return _show(request, found, "another", status=403)
        return _enter(request, person, token) if request.method == "POST" else _show(request, found, "accept")
    if User.objects.filter(email=found.email).exists():
        return _show(request, found, "sign_in")
    form = NewPersonForm(found.email, request.POST or None)
    if not form.is_valid():
        return _show(request, found, "new", status=422 if form.is_bound else 200, form=form)
    with transaction.atomic():
        person = User.objects.create_user(found.email, form.cleaned_data["password"], name=form.cleaned_data["name"])
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        return _enter(request, person, token)


def _enter(request: HttpRequest, person: User, token: str) -> HttpResponse:
    try:
        joined = invitations.accept(person, token, timezone.now())
    except RuleBroken:  # somebody was faster with the same link
        return render(request, "web/invitation.html", {"state": "gone"}, status=404)
    if not request.user.is_authenticated:
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[SESSION_KEY] = str(joined.organisation_id)
    return redirect("overview")


def _show(request: HttpRequest, found: InvitationFacts, state: str, *, status: int = 200, **more: Any) -> HttpResponse:
    values = {"invitation": found, "state": state, "role_name": ROLE_NAMES[found.role], "here": request.path, **more}
    return render(request, "web/invitation.html", values, status=status)
