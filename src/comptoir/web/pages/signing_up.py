"""Sign up: say who you are, open the link of the mail, and your organisation is there.

Whether an address is known here already shows in the mailbox alone.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods

from comptoir.core.accounts import signing_up
from comptoir.core.accounts.models import User
from comptoir.core.accounts.signing_up import SignUp
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken
from comptoir.web.membership import SESSION_KEY
from comptoir.web.pages.joining import NewPersonForm


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


class FirstPersonForm(SignUpForm):
    """The first person of an installation that cannot send mails: everything is asked at once."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_password(self) -> str:
        """As strong as every password here."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, User(email=self.data.get("email", "")))
        return password


@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an organisation."""
    if not signing_up.is_open():
        return render(request, "web/sign_up.html", {"state": "closed"})
    sends_mails = bool(settings.COMPTOIR_MAIL_SERVER)
    if not sends_mails and User.objects.exists():
        return render(request, "web/sign_up.html", {"state": "no_mail"})
    form: SignUpForm = (SignUpForm if sends_mails else FirstPersonForm)(
        request.POST if request.method == "POST" else None
    )
    if not form.is_valid():
        return render(request, "web/sign_up.html", {"state": "ask", "form": form}, status=422 if form.is_bound else 200)
    if not ratelimit.consume(request, action="signup"):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    chosen = form.cleaned_data
    if sends_mails:
        _mail(chosen["organisation"], chosen["email"])
        return render(request, "web/sign_up.html", {"state": "mailed", "email": chosen["email"]})
    found = signing_up.first_one(organisation_name=chosen["organisation"], email=chosen["email"])
    return _create(request, found, name=chosen["name"], password=chosen["password"])


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail, or of the operator."""
    response = _answer(request, token)
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "same-origin"  # the address is a key
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    found = signing_up.find(token, now=timezone.now())
    if found is None:
        return render(request, "web/sign_up.html", {"state": "gone"}, status=404)
    if request.user.is_authenticated:
        if request.user.email != found.email:
            return _show(request, found, "another", status=403)
        return _create(request, found, owner=request.user) if request.method == "POST" else _show(request, found, "add")
    if User.objects.filter(email=found.email).exists():
        return _show(request, found, "sign_in")
    form = NewPersonForm(found.email, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, found, "new", status=422 if form.is_bound else 200, form=form)
    return _create(request, found, name=form.cleaned_data["name"], password=form.cleaned_data["password"])


def _create(request: HttpRequest, found: SignUp, owner: User | None = None, **person: str) -> HttpResponse:
    try:
        with transaction.atomic():
            user = signing_up.create(found, owner=owner, now=timezone.now(), **person)
            if owner is None:
                proven = bool(settings.COMPTOIR_MAIL_SERVER) or found.is_granted
                EmailAddress.objects.create(user=user, email=user.email, verified=proven, primary=True)
    except RuleBroken:  # somebody was faster
        return render(request, "web/sign_up.html", {"state": "gone"}, status=404)
    if owner is None:
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[SESSION_KEY] = str(found.organisation_id)
    return redirect("overview")


def _mail(organisation: str, email: str) -> None:
    now = timezone.now()
    url = signing_up.link(organisation_name=organisation, email=email, now=now)
    context = {"organisation": organisation, "url": url, "days": signing_up.LIFETIME.days}
    language = get_language() or "en"
    send(template="mails/sign_up", to=email, language=language, context=context, organisation_id=None, now=now)


def _show(request: HttpRequest, found: SignUp, state: str, *, status: int = 200, **more: Any) -> HttpResponse:
    values = {"sign_up": found, "state": state, "here": request.path, **more}
    return render(request, "web/sign_up.html", values, status=status)
