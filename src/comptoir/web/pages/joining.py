"""Behind the link of a mail: as somebody who is signed in, who has an account, or who has none yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from comptoir.core.accounts import invitations
from comptoir.core.accounts.models import User
from comptoir.kernel.errors import RuleBroken
from comptoir.web.languages import spoken
from comptoir.web.membership import SESSION_KEY
from comptoir.web.open_pages import kept_private
from comptoir.web.shell import ROLE_NAMES


class PersonForm(forms.Form):
    """Somebody who was never here: a name and a password."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_password(self) -> str:
        """As strong as every password here."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password


class Promised(Protocol):
    """What a link promises: something for one address."""

    @property
    def email(self) -> str:
        """Whom it was written to."""


@dataclass(frozen=True)
class Link:
    """A page behind a mail's link, for somebody who is signed in, has an account, or has none yet.

    `enter` makes `person` (None: made from what the form says) a member, and says of which organisation; it raises
    RuleBroken when somebody was faster. The template knows the states new, accept, sign_in, another and gone.
    """

    template: str
    promised: Promised
    enter: Callable[[User | None, dict[str, str]], tuple[User, UUID]]
    values: dict[str, Any]


def behind(request: HttpRequest, link: Link) -> HttpResponse:
    """What stands behind a link: the one step that is left, or why there is none."""
    return kept_private(_answer(request, link))


def _answer(request: HttpRequest, link: Link) -> HttpResponse:
    email = link.promised.email
    if request.user.is_authenticated:
        if request.user.email != email:
            return _show(request, link, "another", status=403)
        return _enter(request, link, request.user, {}) if request.method == "POST" else _show(request, link, "accept")
    if User.objects.filter(email=email).exists():
        return _show(request, link, "sign_in")
    form = PersonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, link, "new", status=422 if form.is_bound else 200, form=form)
    return _enter(request, link, None, form.cleaned_data)


def _enter(request: HttpRequest, link: Link, person: User | None, said: dict[str, str]) -> HttpResponse:
    try:
        return welcome(request, *link.enter(person, said))
    except RuleBroken:  # somebody was faster with the same link
        return gone(request, link.template)


def gone(request: HttpRequest, template: str) -> HttpResponse:
    """A link that was used, is too old, or never was one."""
    return render(request, template, {"state": "gone"}, status=404)


def welcome(request: HttpRequest, person: User, organisation_id: UUID) -> HttpResponse:
    """Into the organisation, signed in."""
    if not request.user.is_authenticated:
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[SESSION_KEY] = str(organisation_id)
    return redirect("overview")


def _show(request: HttpRequest, link: Link, state: str, *, status: int = 200, **more: Any) -> HttpResponse:
    values = {"promised": link.promised, "state": state, "here": request.path, **link.values, **more}
    return render(request, link.template, values, status=status)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the one step that is left."""
    found = invitations.find(token, now=timezone.now())
    if found is None:
        return gone(request, "web/invitation.html")

    def enter(person: User | None, said: dict[str, str]) -> tuple[User, UUID]:
        with transaction.atomic():
            user = person or User.objects.create_user(
                found.email, said["password"], name=said["name"], language=spoken()
            )
            if person is None:
                EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            return user, invitations.accept(user, token, timezone.now()).organisation_id

    return behind(request, Link("web/invitation.html", found, enter, {"role_name": ROLE_NAMES[found.role]}))
