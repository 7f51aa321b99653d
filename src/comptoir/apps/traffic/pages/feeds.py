"""Counts that arrive by themselves: places that are looked at, how each is doing, and what became of its files."""

import secrets
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.apps.traffic import sftp
from comptoir.apps.traffic.arrivals import feeds as rooms
from comptoir.apps.traffic.arrivals import folder, running, undoing
from comptoir.apps.traffic.arrivals.arrived import FeedFault
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.apps.traffic.pages.feed_forms import EVERY_WORDS, FORMS
from comptoir.apps.traffic.pages.where import where_of
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.kept_words import in_reader_words
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

KINDS: Final[dict[str, str | Promise]] = {
    "folder": gettext_lazy("Folder"),
    "sftp": gettext_lazy("SFTP"),
    "mail": gettext_lazy("Mail"),
    "axis": gettext_lazy("Axis camera"),
    "hikvision": gettext_lazy("Hikvision camera"),
    "dor": gettext_lazy("Dor"),
}
STATES: Final[dict[str, tuple[str, str | Promise]]] = {
    CountFile.TAKEN: ("ok", pgettext_lazy("a file", "Taken")),
    CountFile.AGAIN: ("off", gettext_lazy("Taken before")),
    CountFile.PARKED: ("bad", gettext_lazy("Set aside")),
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
                every=said.pop("every"),
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


@require_http_methods(["GET", "POST"])
@page("traffic.connect")
def change(request: OrganisationRequest, feed_id: str) -> HttpResponse:
    """Another address, login or rhythm of a place that is there; it is looked at at once."""
    found, now = _one(request, feed_id), timezone.now()
    shape = FORMS[found.kind][0]
    told = {**found.place, "senders": "\n".join(found.place.get("senders", []))}
    form = (
        shape(request.POST, changes=True)
        if request.method == "POST"
        else shape(changes=True, initial={**told, "name": found.name, "every": found.every})
    )
    if form.is_valid():
        said = dict(form.cleaned_data)
        new = rooms.Said(
            name=said.pop("name"),
            every=said.pop("every"),
            secret=said.pop("secret", ""),
            forgets=said.pop("forgets", False),
            place=said,
        )
        try:
            change_id = rooms.change(found, new, actor=f"user:{request.user.pk}", now=now)
        except RuleBroken as broken:
            form.add_error("secret" if broken.code == "secret_missing" else "name", broken.for_owner)
        else:
            return _looked(request, feed_id, undo=change_id)
    values = {"where": where_of(request), "form": form, "feed": found, "label": KINDS[found.kind]}
    return render(request, "traffic/feed_change.html", values, status=422 if form.is_bound else 200)


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
        "every": EVERY_WORDS[rooms.EVERY.index(found.every)],
        "files": files,
        "folder": str(folder.folder_of(found)) if found.kind == "folder" else "",
        "word": sealer().unseal(found.word).reveal() if found.word else "",
    }
    return render(request, "traffic/feed.html", values)


@require_POST
@page("traffic.connect")
def look(request: OrganisationRequest, feed_id: str) -> HttpResponse:
    """Look there now: whether it answers, and what was there."""
    return _looked(request, feed_id)


@require_POST
@page("traffic.connect")
def undo(request: OrganisationRequest, feed_id: str, change_id: str) -> HttpResponse:
    """As it was before a change, and looked at once more; a refusal is said on its page. Raises RuleBroken (404)."""
    found, change = _one(request, feed_id), parse_id("fch", change_id)
    try:
        again = undoing.undo(found, change, actor=f"user:{request.user.pk}", now=timezone.now())
    except RuleBroken as broken:
        toast(request, in_words(broken), level="bad")
        return redirect("traffic_feed", feed_id)
    return _looked(request, feed_id, undo=again)


def _looked(request: OrganisationRequest, feed_id: str, *, undo: UUID | None = None) -> HttpResponse:
    found = running.look(_one(request, feed_id), now=timezone.now())
    back = reverse("traffic_feed_undo", args=[feed_id, public_id("fch", undo)]) if undo else ""
    if found.fault:
        toast(request, in_reader_words(found.fault), level="bad", undo_url=back)
    else:
        toast(request, _("It answers. Taken: %(taken)d, set aside: %(parked)d.") % vars(found), undo_url=back)
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
        return Status("off", pgettext("a feed or counter", "Off"))
    if found.fault:
        return Status("bad", _("Cannot be looked at"), found.tried_at)
    if found.arrived_at is None:
        return Status("off", _("Nothing yet"))
    return Status("ok", _("Arriving"), found.arrived_at)


def _one(request: OrganisationRequest, feed_id: str) -> CountFeed:
    return rooms.one(request.organisation.id, parse_id("cfd", feed_id))
