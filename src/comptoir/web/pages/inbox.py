"""The inbox: every notification a till has sent, and what became of it."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.core.installations.traces import traces
from comptoir.core.intake import reads
from comptoir.core.intake import replay as replaying
from comptoir.core.intake.tasks import drain, enqueue_replay
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web import spreadsheets
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

OUTCOMES: dict[str, tuple[Level, Promise, Promise]] = {
    "": ("info", gettext_lazy("Waiting"), gettext_lazy("It is stored and will be read in a moment.")),
    "recorded": ("ok", gettext_lazy("Recorded"), gettext_lazy("It changed a sale in the ledger.")),
    "unchanged": ("off", gettext_lazy("Nothing new"), gettext_lazy("The ledger knew all of it already.")),
    "parked": (
        "bad",
        gettext_lazy("Parked"),
        gettext_lazy("It could not be read. It is kept, nothing was counted, and it can be read again once mended."),
    ),
    "unverified": (
        "warn",
        gettext_lazy("Unverified"),
        gettext_lazy("It came in at an address without a key. It counts once the till’s books confirm it."),
    ),
    "confirmed": (
        "ok",
        gettext_lazy("Confirmed"),
        gettext_lazy("It came in at an address without a key. Its sale was read from the till’s books."),
    ),
    "unlinked": ("warn", gettext_lazy("Not linked"), gettext_lazy("Its location feeds no store yet.")),
}
EXPORTED: Final = (
    "id", "received_at", "store", "provider", "location_id", "delivery", "outcome", "copies", "processed_at", "sale",
    "fault_path", "fault",
)  # fmt: skip
EXPORTED_AT_ONCE: Final = 500
FILTERS = ("recorded", "unchanged", "confirmed", "parked", "unverified", "waiting")


class InboxFilter(forms.Form):
    """Which notifications, as the address says; the list, its export and what is read again go by the same."""

    search = forms.CharField(required=False, max_length=200)
    outcome = forms.ChoiceField(required=False, choices=[(name, name) for name in FILTERS])
    store = forms.ChoiceField(required=False, choices=[])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, request: OrganisationRequest, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.stores = stores(request.organisation.id, store_ids=request.store_ids)
        self.fields["store"].choices = [(each.public_id, each.name) for each in self.stores]  # type: ignore[attr-defined]
        self.is_valid()

    def wanted(self) -> dict[str, Any]:
        """What `reads.notifications` and a selection take. What cannot be read in the address asks for nothing."""
        said = self.cleaned_data
        until = said.get("until")
        return {
            "search": said.get("search", ""),
            "outcome": said.get("outcome", ""),
            "store_id": parse_id("sto", said["store"]) if said.get("store") else None,
            "since": _midnight(said.get("since")),
            "until": _midnight(until + timedelta(days=1)) if until else None,
        }

    def query(self) -> str:
        """The same as an address."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        return urlencode(said)


@require_GET
@page("inbox.view")
def inbox(request: OrganisationRequest) -> HttpResponse:
    """The newest first; the rows alone when HTMX asks."""
    form = InboxFilter(request, request.GET)
    before = request.GET.get("before", "")
    found = reads.notifications(
        request.organisation.id,
        store_ids=request.store_ids,
        **form.wanted(),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=reads.PAGE + 1,
    )
    shown = found[: reads.PAGE]
    became = traces(request.organisation.id, {each.sale_id for each in shown if each.sale_id})
    values = {
        "rows": [(each, light(each), became.get(each.sale_id, ()) if each.sale_id else ()) for each in shown],
        "older": shown[-1].id if len(found) > reads.PAGE else "",
        "stores": _store_names(request),
        "outcomes": [(name, OUTCOMES["" if name == "waiting" else name][1]) for name in FILTERS],
        "form": form,
        "query": form.query(),
        "summary": reads.summary(request.organisation.id, store_ids=request.store_ids),
        "here": request.get_full_path(),
        "replay": reads.latest_replay(request.organisation.id) if request.store_ids is None else None,
        "may_replay": may(request.role, "inbox.replay"),
    }
    is_part = "HX-Request" in request.headers
    return render(request, "web/inbox/rows.html" if is_part else "web/inbox/list.html", values)


@require_GET
@page("inbox.view")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """What the filters of the page find, as CSV, without bodies."""
    wanted = InboxFilter(request, request.GET).wanted()
    lines = _lines(request.organisation.id, request.store_ids, wanted, _store_names(request))
    return spreadsheets.download(f"inbox-{timezone.localdate():%Y-%m-%d}.csv", lines)


def _lines(
    organisation_id: UUID, store_ids: Collection[UUID] | None, wanted: dict[str, Any], names: dict[UUID, str]
) -> Iterator[str]:
    """Page by page, so that an inbox of any length fits in memory."""
    yield spreadsheets.MARK + spreadsheets.line(EXPORTED)
    before: int | None = None
    while True:
        found = reads.notifications(
            organisation_id, store_ids=store_ids, **wanted, before=before, limit=EXPORTED_AT_ONCE
        )
        for each in found:
            known = {
                **each.__dict__,
                "store": names.get(each.store_id, "") if each.store_id else "",
                "sale": public_id("sal", each.sale_id) if each.sale_id else "",
                "outcome": each.outcome or "waiting",
            }
            yield spreadsheets.line([known[name] for name in EXPORTED])
        if len(found) < EXPORTED_AT_ONCE:
            return
        before = found[-1].id


@require_GET
@page("inbox.view")
def notification(request: OrganisationRequest, notification_id: int) -> HttpResponse:
    """One notification: what became of it, why, and for an owner the body as it came in."""
    found = reads.notification(request.organisation.id, notification_id, store_ids=request.store_ids)
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    values = {
        "notification": found,
        "light": light(found),
        "explanation": OUTCOMES[found.outcome][2],
        "store": _store_names(request).get(found.store_id) if found.store_id else "",
        "sale": public_id("sal", found.sale_id) if found.sale_id else "",
        "traces": traces(request.organisation.id, {found.sale_id}).get(found.sale_id, ()) if found.sale_id else (),
        "body": _body(request, notification_id),
        "may_replay": found.processed_at and may(request.role, "inbox.replay"),
    }
    return render(request, "web/inbox/one.html", values)


@require_http_methods(["GET", "POST"])
@page("inbox.replay")
def replay(request: OrganisationRequest) -> HttpResponse:
    """Ask before a range is read again, then have it read."""
    fields = request.POST if request.method == "POST" else request.GET
    form = InboxFilter(request, fields)
    wanted = form.wanted()
    selection = _selection(request, **{**wanted, "outcome": wanted["outcome"].replace("waiting", "")})
    if request.method == "POST":
        run_id = replaying.begin(selection, now=timezone.now())
        enqueue_replay(request.organisation.id, run_id)
        toast(request, _("They are being read again; you can leave this page."))
        return redirect("inbox")
    values = {
        "count": replaying.count(selection),
        "said": form.cleaned_data,
        "store": next((each.name for each in form.stores if each.id == selection.store_id), ""),
        "word": OUTCOMES[selection.outcome][1] if selection.outcome else "",
    }
    return render(request, "web/inbox/replay.html", values)


@require_POST
@page("inbox.replay")
def replay_one(request: OrganisationRequest, notification_id: int) -> HttpResponse:
    """Read one again, at once."""
    selection = _selection(request, notification_id=notification_id)
    done = replaying.replay(selection, clock=timezone.now)
    if not done.done:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    drain.enqueue_once()
    if done.changed:
        toast(request, _("It was read again, and something else became of it."))
    else:
        toast(request, _("It was read again; nothing changed."), level="info")
    return redirect("notification", notification_id)


def light(found: reads.NotificationFacts) -> Status:
    """The light of one notification."""
    level, word, _explanation = OUTCOMES[found.outcome]
    return Status(level, word)


def _selection(request: OrganisationRequest, **chosen: Any) -> replaying.Selection:
    """Of the stores that one was given."""
    store_ids = None if request.store_ids is None else tuple(sorted(request.store_ids))
    return replaying.Selection(request.organisation.id, store_ids=store_ids, **chosen)


def _midnight(day: date | None) -> datetime | None:
    """In the zone of the page."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _store_names(request: OrganisationRequest) -> dict[UUID, str]:
    return {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}


def _body(request: OrganisationRequest, notification_id: int) -> str:
    """The body for people to read, indented where it is JSON; "" for those not allowed to see it."""
    if not may(request.role, "inbox.raw"):
        return ""
    raw = reads.raw_body(request.organisation.id, notification_id, store_ids=request.store_ids) or b""
    text = raw.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
