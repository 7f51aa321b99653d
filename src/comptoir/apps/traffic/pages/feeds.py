"""Counts that arrive by themselves: places that are looked at, how each is doing, and what became of its files."""

import re
import secrets
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.apps.traffic import sftp
from comptoir.apps.traffic.arrivals import feeds as rooms
from comptoir.apps.traffic.arrivals import folder, running
from comptoir.apps.traffic.arrivals.arrived import FeedFault
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.apps.traffic.pages.where import where_of
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

KINDS: Final[dict[str, str | Promise]] = {
    "folder": gettext_lazy("Folder"),
    "sftp": gettext_lazy("SFTP"),
    "mail": gettext_lazy("Mail"),
    "axis": gettext_lazy("Axis camera"),
    "hikvision": gettext_lazy("Hikvision camera"),
}
DEVICE_URL: Final = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?")
STATES: Final[dict[str, tuple[str, str | Promise]]] = {
    CountFile.TAKEN: ("ok", gettext_lazy("Taken")),
    CountFile.AGAIN: ("off", gettext_lazy("Taken before")),
    CountFile.PARKED: ("bad", gettext_lazy("Set aside")),
}


class FolderForm(forms.Form):
    """A folder needs a name alone: where it lies is ours to say."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Who drops files there."))


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


class MailForm(ServerForm):
    """A mailbox."""

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


class DeviceForm(FolderForm):
    """A camera that counts people."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=300,
        help_text=gettext_lazy("Such as http://192.168.1.20, without a path."),
    )
    user = forms.CharField(label=gettext_lazy("User"), max_length=120)
    secret = forms.CharField(
        label=gettext_lazy("Password"), max_length=300, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    serial = forms.CharField(
        label=gettext_lazy("Serial number of its counter"),
        max_length=64,
        help_text=gettext_lazy("As it stands at its location: that says whose counts these are."),
    )

    def clean_url(self) -> str:
        """Raises ValidationError for what is no address of a device."""
        url = str(self.cleaned_data["url"]).strip().rstrip("/")
        if not DEVICE_URL.fullmatch(url):
            raise forms.ValidationError(
                _("An address begins with http:// or https:// and ends with the name of the device.")
            )
        return url


FORMS: Final[dict[str, tuple[type[forms.Form], dict[str, Any]]]] = {
    "folder": (FolderForm, {}),
    "sftp": (SftpForm, {"port": 22}),
    "mail": (MailForm, {"port": 993, "folder": "INBOX"}),
    "axis": (DeviceForm, {}),
    "hikvision": (DeviceForm, {}),
}


@require_GET
@page("traffic.connect")
def feeds(request: OrganisationRequest) -> HttpResponse:
    """Every place, when something came from it last, and what is wrong with it."""
    rows = [(each, KINDS[each.kind], light(each)) for each in rooms.feeds(request.organisation.id)]
    values = {"where": where_of(request), "rows": rows, "kinds": KINDS.items()}
    return render(request, "traffic/feeds.html", values)


@require_http_methods(["GET", "POST"])
@page("traffic.connect")
def add(request: OrganisationRequest, kind: str) -> HttpResponse:
    """Another place; it is looked at at once, and its page says what came of it."""
    if kind not in FORMS:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    shape, initial = FORMS[kind]
    form = shape(request.POST) if request.method == "POST" else shape(initial=initial)
    if form.is_valid():
        said, now = dict(form.cleaned_data), timezone.now()
        try:
            feed = rooms.add(
                organisation_id=request.organisation.id,
                kind=kind,
                name=said.pop("name"),
                secret=said.pop("secret", ""),
                word=secrets.token_hex(5) if kind == "mail" else "",
                place=said,
                actor=f"user:{request.user.pk}",
                now=now,
            )
        except (RuleBroken, FeedFault) as broken:
            form.add_error("name", broken.for_owner)
        else:
            running.look(feed, now=now)
            return redirect("traffic_feed", feed.public_id)
    values = {"where": where_of(request), "form": form, "kind": kind, "label": KINDS[kind]}
    return render(request, "traffic/feed_add.html", values, status=422 if form.is_bound else 200)


@require_GET
@page("traffic.connect")
def feed(request: OrganisationRequest, feed_id: str) -> HttpResponse:
    """One place and its files, the latest first, each with the rows at fault."""
    found = _one(request, feed_id)
    files = [(row, Status(*STATES[row.state])) for row in rooms.latest(found)]  # type: ignore[arg-type]
    values = {
        "where": where_of(request),
        "feed": found,
        "fingerprint": sftp.fingerprint(found.trusted) if found.trusted else "",
        "kind": KINDS[found.kind],
        "light": light(found),
        "files": files,
        "folder": str(folder.folder_of(found)) if found.kind == "folder" else "",
        "word": sealer().unseal(found.word).reveal() if found.word else "",
    }
    return render(request, "traffic/feed.html", values)


@require_POST
@page("traffic.connect")
def look(request: OrganisationRequest, feed_id: str) -> HttpResponse:
    """Look there now: whether it answers, and what was there."""
    found = running.look(_one(request, feed_id), now=timezone.now())
    if found.fault:
        toast(request, found.fault, level="bad")
    else:
        toast(request, _("It answers. Taken: %(taken)d, set aside: %(parked)d.") % vars(found))
    return redirect("traffic_feed", feed_id)


@require_POST
@page("traffic.connect")
def switch(request: OrganisationRequest, feed_id: str, position: str) -> HttpResponse:
    """On or off; what lies there meanwhile is taken later."""
    if position not in ("on", "off"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    rooms.switch(_one(request, feed_id), is_on=position == "on", actor=f"user:{request.user.pk}", now=timezone.now())
    words = _("It is looked at again.") if position == "on" else _("It is not looked at any more.")
    back = reverse("traffic_feed_switch", args=[feed_id, "off" if position == "on" else "on"])
    toast(request, words, undo_url=back)
    return redirect("traffic_feed", feed_id)


@require_POST
@page("traffic.connect")
def delete(request: OrganisationRequest, feed_id: str) -> HttpResponse:
    """Looked at no more; the counts stay."""
    rooms.delete(_one(request, feed_id), actor=f"user:{request.user.pk}", now=timezone.now())
    toast(request, _("Nothing is taken from there any more. The counts stay."))
    return redirect("traffic_feeds")


def light(found: CountFeed) -> Status:
    """How a place is doing."""
    if not found.active:
        return Status("off", _("Off"))
    if found.fault:
        return Status("bad", _("Cannot be looked at"), found.tried_at)
    if found.arrived_at is None:
        return Status("off", _("Nothing yet"))
    return Status("ok", _("Arriving"), found.arrived_at)


def _one(request: OrganisationRequest, feed_id: str) -> CountFeed:
    return rooms.one(request.organisation.id, parse_id("cfd", feed_id))
