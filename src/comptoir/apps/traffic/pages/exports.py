"""Exports that go out by themselves: by mail, to an SFTP server, by webhook."""

from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic import parameters
from comptoir.apps.traffic.deliveries import hooks, plans
from comptoir.apps.traffic.deliveries.plans import Wanted
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.pages import forms as csv_forms
from comptoir.apps.traffic.pages.mails import words_of
from comptoir.apps.traffic.pages.where import where_of
from comptoir.apps.traffic.tasks import enqueue_exports
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.seal import Secret
from comptoir.web.kept_words import in_reader_words
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

KINDS: Final = [("csv", "CSV"), ("xlsx", "XLSX"), ("parquet", "Parquet"), ("jsonl", "JSON")]
DAYS: Final = [
    ("1", gettext_lazy("the day before")),
    ("7", gettext_lazy("the latest 7 days")),
    ("35", gettext_lazy("the latest 35 days")),
]
RHYTHMS: Final = [("daily", gettext_lazy("Every morning")), ("weekly", gettext_lazy("On Monday, last week"))]
WAYS: Final = {
    ExportPlan.MAIL: gettext_lazy("By mail, to me"),
    ExportPlan.SFTP: gettext_lazy("To an SFTP server"),
    ExportPlan.WEBHOOK: gettext_lazy("By webhook"),
}


class PlanForm(csv_forms.FormFields):
    """What goes out, when, and where to."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("File"), choices=KINDS)
    rhythm = forms.ChoiceField(label=gettext_lazy("How often"), choices=RHYTHMS)
    days = forms.ChoiceField(
        label=gettext_lazy("Days in it"),
        choices=DAYS,
        help_text=gettext_lazy("Hours still move when a till or a counter is late: a longer file has them right."),
    )
    hour = forms.IntegerField(
        label=gettext_lazy("At which hour"),
        min_value=0,
        max_value=23,
        help_text=gettext_lazy("By the first store’s clock."),
    )
    way = forms.ChoiceField(label=gettext_lazy("How it goes"), choices=list(WAYS.items()))
    host = forms.CharField(label=gettext_lazy("SFTP server"), max_length=255, required=False)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535, required=False)
    user = forms.CharField(label=gettext_lazy("User"), max_length=120, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Password or private key"),
        max_length=8000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    folder = forms.CharField(label=gettext_lazy("Folder"), max_length=255, required=False)
    url = forms.CharField(label=gettext_lazy("Address of the webhook"), max_length=2000, required=False)
    field_order = ("name", "kind", "separator", "decimal", "rhythm", "days", "hour", "way", "host", "port")

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a way that lacks its place."""
        found = super().clean()
        needed = {ExportPlan.SFTP: ("host", "user", "secret"), ExportPlan.WEBHOOK: ("url",)}
        for name in needed.get(found.get("way", ""), ()):
            if not found.get(name):
                self.add_error(name, _("This way needs it."))
        if "\0" in found.get("secret", ""):
            self.add_error("secret", _("This holds a character that cannot be."))
        return found

    def wanted(self, asked: dict[str, list[str]]) -> Wanted:
        """As the domain takes it."""
        said = self.cleaned_data
        is_sftp = said["way"] == ExportPlan.SFTP
        place = {
            "host": said["host"].strip(),
            "port": said["port"] or 22,
            "user": said["user"],
            "folder": said["folder"],
        }
        return Wanted(
            name=said["name"],
            kind=said["kind"],
            rhythm=said["rhythm"],
            hour=said["hour"],
            days=int(said["days"]),
            way=said["way"],
            form=self.form(),
            asked=asked,
            place=place if is_sftp else {},
            secret=said["secret"] if is_sftp else "",
            url=said["url"] if said["way"] == ExportPlan.WEBHOOK else "",
        )


@require_http_methods(["GET", "POST"])
@page("traffic.view")
def exports(request: OrganisationRequest) -> HttpResponse:
    """What goes out, how the latest went, and a form for another."""
    start = {"hour": 7, "rhythm": "daily", "days": "1", "port": 22, **csv_forms.initial(csv_forms.remembered(request))}
    start["name"] = parameters.title_of(request.GET)
    form = PlanForm(request.POST if request.method == "POST" else None, initial=start)
    if not may(request.role, "traffic.locations"):  # figures leave by other ways than to oneself (1.1)
        cast(forms.ChoiceField, form.fields["way"]).choices = [(ExportPlan.MAIL, WAYS[ExportPlan.MAIL])]
    secret = None
    if form.is_valid():
        try:
            secret = _add(request, form)
        except RuleBroken as broken:
            field = {"url_refused": "url", "host_refused": "host", "name_taken": "name"}.get(broken.code)
            form.add_error(field, broken.for_owner)
        else:
            form = PlanForm(initial=start)
            if secret is None:
                toast(request, _("It goes by itself from now on."))
                return redirect("traffic_exports")
    return _page(request, form, secret)


@require_POST
@page("traffic.view")
def send(request: OrganisationRequest, export_id: str) -> HttpResponse:
    """Send it now, beside its own times."""
    plan, now = _mine(request, export_id), timezone.now()
    plans.run(plan, slot=now, now=now)
    enqueue_exports(now=now)
    toast(request, _("It is on its way; below is how it went."))
    return redirect("traffic_exports")


@require_POST
@page("traffic.view")
def delete(request: OrganisationRequest, export_id: str) -> HttpResponse:
    """It goes no more."""
    plan = _mine(request, export_id)
    plans.delete(
        organisation_id=plan.organisation_id, plan_id=plan.id, actor=f"user:{request.user.pk}", now=timezone.now()
    )
    toast(request, _("It goes no more. What was sent stays where it is."))
    return redirect("traffic_exports")


def _add(request: OrganisationRequest, form: PlanForm) -> Secret | None:
    """Raises RuleBroken."""
    where = where_of(request)
    _plan, secret = plans.add(
        organisation_id=request.organisation.id,
        user=request.user,
        wanted=form.wanted(parameters.scheduled(request.GET)),
        language=(get_language() or "en")[:2],
        **where.asked,
        zone=ZoneInfo(where.places[0].store.timezone if where.places else "UTC"),
        now=timezone.now(),
    )
    return secret


def _mine(request: OrganisationRequest, export_id: str) -> ExportPlan:
    """One's own; for an owner or a supervisor of all stores, everybody's. Raises RuleBroken (404)."""
    plan = plans.find(request.organisation.id, parse_id("exp", export_id))
    if not _is_mine(request, plan):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return plan


def _is_mine(request: OrganisationRequest, plan: ExportPlan) -> bool:
    return plan.user_id == request.user.pk or (request.store_ids is None and may(request.role, "traffic.manage"))


def _page(request: OrganisationRequest, form: PlanForm, secret: Secret | None) -> HttpResponse:
    rows = ExportPlan.objects.filter(organisation_id=request.organisation.id).order_by("name")
    mine = [each for each in rows if _is_mine(request, each)]
    latest = plans.runs(request.organisation.id, [each.id for each in mine])
    asked = parameters.scheduled(request.GET)
    shown = [(each, _place(each), _status(each, latest), latest.get(each.id), _told(each)) for each in mine]
    values = {
        "where": where_of(request),
        "rows": shown,
        "stuck": [plan.name for plan, _where, light, _run, _words in shown if light.level in ("warn", "bad")],
        "form": form,
        "words": list(words_of(parameters.asked(asked), request.organisation.id, parameters.FIELDS)),
        "carried": [(name, each) for name, many in asked.items() if name != "at" for each in many],
        "secret": secret.reveal() if secret else "",
    }
    return render(request, "traffic/exports.html", values, status=422 if form.is_bound else 200)


def _told(plan: ExportPlan) -> list[str]:
    """Its hours, days and columns, in words."""
    return list(words_of(parameters.asked(plan.asked), plan.organisation_id, parameters.FIELDS))


def _place(plan: ExportPlan) -> str:
    """Where it goes, in words."""
    if plan.way == ExportPlan.SFTP:
        said = plan.place
        return f"{said['user']}@{said['host']}:{said['port']}/{said.get('folder', '').strip('/')}"
    return str(WAYS[plan.way])


def _status(plan: ExportPlan, latest: dict[UUID, ExportRun]) -> Status:
    run = latest.get(plan.id)
    if run is None:
        return Status("off", _("Not yet sent"))
    if plan.way == ExportPlan.WEBHOOK:
        told = hooks.states(plan.organisation_id, plan.id).get(hooks.message_id(run))
        state, attempts, fault = (told.state, told.attempts, "") if told else (ExportRun.WAITING, 0, "")
    else:
        state, attempts, fault = run.state, run.attempts, in_reader_words(run.fault)
    if state == ExportRun.DELIVERED:
        return Status("ok", _("Sent"), since=run.finished_at or run.slot)
    if state == ExportRun.GIVEN_UP:
        return Status(
            "bad", pgettext("an export", "Given up"), since=run.finished_at or run.slot, cause=in_reader_words(fault)
        )
    if attempts:
        return Status("warn", _("Does not arrive; tried again"), since=run.slot, cause=in_reader_words(fault))
    return Status("info", _("On its way"), since=run.slot)
