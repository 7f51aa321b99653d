"""Sign-in by e-mail, through allauth; what is not there yet stays closed."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How accounts behave here."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and this password do not belong together."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "account_inactive": _("This account is switched off."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        """Accounts are made by invitation."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Being signed in or out shows; a message about it would only be in the way."""


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail and password, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email, password = self.fields["login"], self.fields["password"]
        email.label, password.label = _("E-mail"), _("Password")
        email.widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "inputmode": "email"})
        email.error_messages["required"] = _("Enter your e-mail address.")
        email.error_messages["invalid"] = _("An e-mail address looks like alice@lezinc.example.")
        password.widget.attrs.pop("placeholder", None)
        password.error_messages["required"] = _("Enter your password.")
        password.help_text = ""
        if "remember" in self.fields:
            self.fields["remember"].label = _("Keep me signed in on this device")
