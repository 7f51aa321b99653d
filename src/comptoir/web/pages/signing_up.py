"""Sign up: say who you are, open the link of the mail, and your organisation is there.

Whether an address is known here already shows in the mailbox alone.
"""

from functools import partial
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods

from comptoir.core.accounts import signing_up
from comptoir.core.accounts.models import User
from comptoir.core.accounts.signing_up import SignUp
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken
from comptoir.web.languages import spoken
from comptoir.web.pages.joining import Link, PersonForm, behind, gone, welcome

TEMPLATE: Final = "web/sign_up.html"


class SignUpForm(forms.Form):
    """An organisation and an address; the rest is asked behind the mail's link."""

    organisation = forms.CharField(
        label=gettext_lazy("Name of your business"),
        max_length=signing_up.LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )


class FirstPersonForm(PersonForm, SignUpForm):
    """The first person of an installation that cannot send mails: everything is asked at once."""

    field_order = ("organisation", "email", "name", "password")


@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an organisation."""
    if not signing_up.is_open():
        return render(request, TEMPLATE, {"state": "closed"})
    sends_mails = bool(settings.COMPTOIR_MAIL_SERVER)
    if not sends_mails and User.objects.exists():
        return render(request, TEMPLATE, {"state": "no_mail"})
    form = (SignUpForm if sends_mails else FirstPersonForm)(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, TEMPLATE, {"state": "ask", "form": form}, status=422 if form.is_bound else 200)
    if not ratelimit.consume(request, action="signup"):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    said = form.cleaned_data
    if sends_mails:
        _mail(said["organisation"], said["email"])
        return render(request, TEMPLATE, {"state": "mailed", "email": said["email"]})
    found = signing_up.first_one(organisation_name=said["organisation"], email=said["email"])
    try:
        return welcome(request, *_made(found, None, said))
    except RuleBroken:  # somebody else was the first
        return gone(request, TEMPLATE)


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail, or of the operator."""
    found = signing_up.find(token, now=timezone.now())
    if found is None:
        return gone(request, TEMPLATE)
    return behind(request, Link(TEMPLATE, found, partial(_made, found), {}))


@transaction.atomic
def _made(found: SignUp, owner: User | None, said: dict[str, str]) -> tuple[User, UUID]:
    person = {} if owner else {"name": said["name"], "password": said["password"]}
    user = signing_up.create(found, owner=owner, language=spoken(), now=timezone.now(), **person)
    if owner is None:
        is_proven = bool(settings.COMPTOIR_MAIL_SERVER) or found.is_granted
        EmailAddress.objects.create(user=user, email=user.email, verified=is_proven, primary=True)
    return user, found.organisation_id


def _mail(organisation: str, email: str) -> None:
    now = timezone.now()
    url = signing_up.link(organisation_name=organisation, email=email, now=now)
    context = {"organisation": organisation, "url": url, "days": signing_up.LIFETIME.days}
    language = get_language() or "en"
    send(template="mails/sign_up", to=email, language=language, context=context, organisation_id=None, now=now)
