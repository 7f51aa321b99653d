"""Sign-in by e-mail, second factors and their mails: allauth's, in our words and through our mail room."""

from typing import Any, ClassVar, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comptoir.core.connections.sealing import sealer
from comptoir.core.mail.send import send
from comptoir.kernel.seal import Secret

NEWS: Final = {
    **dict.fromkeys(
        ("password_changed", "password_set", "password_reset"),
        (_("Comptoir: your password was changed"), _("The password of your account was changed.")),
    ),
    "totp_activated": (
        _("Comptoir: a second step was switched on"),
        _("Signing in to your account asks for a code of your authenticator app from now on."),
    ),
    "totp_deactivated": (
        _("Comptoir: a second step was switched off"),
        _("Signing in to your account does not ask for a code of your authenticator app any more."),
    ),
    "second_steps_removed": (
        _("Comptoir: your second steps were taken away"),
        _("Signing in to your account asks for your password alone until you set a second step up again."),
    ),
    "recovery_codes_generated": (
        _("Comptoir: new recovery codes"),
        _("New recovery codes were made for your account; earlier ones do not work any more."),
    ),
    "webauthn_added": (
        _("Comptoir: a passkey was added"),
        _("A passkey or security key was added to your account."),
    ),
    "webauthn_removed": (
        _("Comptoir: a passkey was removed"),
        _("A passkey or security key was removed from your account."),
    ),
}
"""allauth's news about an account, in our words: subject and sentence."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How accounts behave here."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and this password do not belong together."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "account_inactive": _("This account is switched off."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        """Accounts are made by invitation, or together with an organisation (`pages/signing_up.py`)."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Behind our own address, whatever host was asked."""
        uid, _, secret = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": secret})
        return f"{settings.COMPTOIR_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the mail room. Raises KeyError for a mail nobody has written yet."""
        name = template_prefix.rpartition("/")[2]
        values: dict[str, object] = {"address": email}
        if name == "password_reset_key":
            template, values["url"] = "mails/password_reset", context["password_reset_url"]
        elif name == "unknown_account":
            template, values["url"] = "mails/no_account", f"{settings.COMPTOIR_URL}{reverse('account_login')}"
        else:
            tell_news(name, email)
            return
        language = get_language() or "en"
        send(template=template, to=email, language=language, context=values, organisation_id=None, now=timezone.now())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Being signed in or out shows; a message about it would only be in the way."""


def tell_news(name: str, email: str) -> None:
    """A mail about something that was done to an account. Raises KeyError for news nobody has words for."""
    headline, news = NEWS[name]
    url = f"{settings.COMPTOIR_URL}{reverse('profile')}"
    send(
        template="mails/account_news",
        to=email,
        language=get_language() or "en",
        context={"address": email, "url": url, "headline": headline, "news": news},
        organisation_id=None,
        now=timezone.now(),
    )


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are sealed like every other."""

    def encrypt(self, text: str) -> str:
        """Seal with this installation's newest key."""
        return sealer().seal(Secret(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Undo it. Raises SealBroken when no key at hand opens it."""
        return sealer().unseal(encrypted_text.encode()).reveal()


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
