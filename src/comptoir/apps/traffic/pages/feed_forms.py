"""What is asked of whoever names a place that is looked at for counts, kind by kind."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.traffic.arrivals import dor
from comptoir.apps.traffic.arrivals.feeds import EVERY, HOURLY

DEVICE_URL: Final = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?")
EVERY_WORDS: Final = (
    gettext_lazy("Every five minutes"),
    gettext_lazy("Every quarter of an hour"),
    gettext_lazy("Every hour"),
    gettext_lazy("Once a day"),
)


class FolderForm(forms.Form):
    """A folder needs a name alone: where it lies is ours to say."""

    often = EVERY[0]

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Who drops files there."))
    every = forms.ChoiceField(
        label=gettext_lazy("How often it is looked at"),
        choices=list(zip(EVERY, EVERY_WORDS, strict=True)),
    )

    def __init__(self, said: Mapping[str, Any] | None = None, *, changes: bool = False, **named: Any) -> None:
        """Of a place that is there (`changes`) the password is asked for only if it is another one."""
        usual = {"every": self.often}
        super().__init__(said and {**usual, **dict(said.items())}, initial=usual | named.pop("initial", {}), **named)
        self.order_fields([name for name in self.fields if name != "every"])
        if not changes:
            self.fields.pop("forgets", None)
        elif "secret" in self.fields:
            self.fields["secret"].required = False
            self.fields["secret"].help_text = _("Leave it empty to keep the one there is.")

    def clean_every(self) -> int:
        """In minutes."""
        return int(self.cleaned_data["every"])


class ServerForm(FolderForm):
    """A server, and how to get in."""

    host = forms.CharField(
        label=gettext_lazy("Server"), max_length=253, help_text=gettext_lazy("Its name, such as sftp.example.com.")
    )
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535)
    user = forms.CharField(label=gettext_lazy("User"), max_length=120)

    def clean_host(self) -> str:
        """Raises ValidationError for an address where a name belongs."""
        host = str(self.cleaned_data["host"]).strip().lower()
        if any(each in host for each in "/@ "):
            raise forms.ValidationError(_("The name of the server alone, without sftp:// and without a user."))
        return host


class SftpForm(ServerForm):
    """An SFTP server."""

    secret = forms.CharField(
        label=gettext_lazy("Password or private key"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("A key as it is in its file, from -----BEGIN on, without a passphrase."),
    )
    folder = forms.CharField(label=gettext_lazy("Folder"), required=False, max_length=300)
    forgets = forms.BooleanField(
        label=gettext_lazy("The server has a new key"),
        required=False,
        help_text=gettext_lazy("The key it shows next is remembered in place of the one that is known."),
    )


class MailForm(ServerForm):
    """A mailbox."""

    host = forms.CharField(
        label=gettext_lazy("Server"), max_length=253, help_text=gettext_lazy("Its name, such as imap.example.com.")
    )
    secret = forms.CharField(
        label=gettext_lazy("Password"), max_length=300, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    folder = forms.CharField(label=gettext_lazy("Folder"), required=False, max_length=300, initial="INBOX")
    senders = forms.CharField(
        label=gettext_lazy("Who may send"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Mail addresses, one a line. Mail from anybody else is set aside."),
    )

    def clean_senders(self) -> list[str]:
        """Raises ValidationError that names the line."""
        found = [each.strip().lower() for each in self.cleaned_data["senders"].splitlines() if each.strip()]
        for each in found:
            forms.EmailField().clean(each)
        return found


class AskedForm(FolderForm):
    """Whatever is asked for hours over HTTP."""

    often = HOURLY

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=300,
        help_text=gettext_lazy("Such as http://192.168.1.20, without a path."),
    )
    user = forms.CharField(label=gettext_lazy("User"), max_length=120)
    secret = forms.CharField(
        label=gettext_lazy("Password"), max_length=300, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def clean_url(self) -> str:
        """Raises ValidationError for what is no address of a device."""
        url = str(self.cleaned_data["url"]).strip().rstrip("/")
        if not DEVICE_URL.fullmatch(url):
            raise forms.ValidationError(
                _("An address begins with http:// or https:// and ends with the name of the device.")
            )
        return url


class DeviceForm(AskedForm):
    """A camera that counts people."""

    serial = forms.CharField(
        label=gettext_lazy("Serial number of its counter"),
        max_length=64,
        help_text=gettext_lazy("As it stands at its location: that says whose counts these are."),
    )


class DorForm(AskedForm):
    """An account of Dor's. Which of its locations is which of ours, the serial numbers of counters say."""

    def __init__(self, said: Mapping[str, Any] | None = None, **named: Any) -> None:
        super().__init__(said, **named)
        fields = self.fields
        fields["url"].label, fields["url"].help_text = (
            _("Address"),
            _("Leave it as it is, unless Dor gave you another."),
        )
        fields["user"].label, fields["user"].help_text = (
            _("Organisation id"),
            _("In Dor’s dashboard, such as tm_8hHhG7."),
        )
        fields["secret"].label = _("API key")


FORMS: Final[dict[str, tuple[type[FolderForm], dict[str, Any]]]] = {
    "folder": (FolderForm, {}),
    "sftp": (SftpForm, {"port": 22}),
    "mail": (MailForm, {"port": 993, "folder": "INBOX"}),
    "axis": (DeviceForm, {}),
    "hikvision": (DeviceForm, {}),
    "dor": (DorForm, {"url": dor.HOUSE}),
}
