"""The pages of settings, departments, fields and presets. Who may not change them sees them, with the reason (2)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.weekly_balance import asking, reads, set_up_forms, setting_up, sources, wording
from comptoir.apps.weekly_balance.models import Client, Department, Field
from comptoir.apps.weekly_balance.rules.confirming import due_at, latest_night
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, FieldType
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Tab
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

NEW = "new"
NOT_FOUND = 404


def tabs(current: str) -> list[Tab]:
    """The places of the set-up."""
    return [
        Tab(_("Budget & Weekly Balance"), "/balance/settings", current == "settings"),
        Tab(_("Departments"), "/balance/departments", current == "departments"),
        Tab(_("Fields"), "/balance/fields", current == "fields"),
        Tab(_("Budgets"), "/balance/budgets", current == "budgets"),
        Tab(_("What net means"), "/balance/presets", current == "presets"),
    ]


@require_GET
@page("weekly_balance.view")
def settings(request: OrganisationRequest) -> HttpResponse:
    """The tab of the general settings."""
    form = set_up_forms.SettingsForm(initial=set_up_forms.initial(asking.client_of(request)))
    return _settings(request, form)


@require_POST
@page("weekly_balance.manage")
def save_settings(request: OrganisationRequest) -> HttpResponse:
    """Save; `both` turns on several registers together with POS import, the remedy of WB-01."""
    client = asking.client_of(request)
    data = request.POST.copy()
    if "both" in data:
        data["multi_cash_registers"] = data["pos_import"] = "on"
    form = set_up_forms.SettingsForm(data)
    if not form.is_valid():
        return _settings(request, form, status=422)
    try:
        setting_up.change(
            organisation_id=request.organisation.id,
            values=form.values(client),
            actor=asking.actor(request),
            now=timezone.now(),
        )
    except RuleBroken as refused:
        form.add_error("pos_import", in_words(refused))
        return _settings(request, form, status=422, offers_both=refused.code == "multi_cash_registers_off")
    toast(request, _("The settings are saved."))
    return redirect("balance_settings")


def _settings(
    request: OrganisationRequest, form: Form, *, status: int = 200, offers_both: bool = False
) -> HttpResponse:
    client, now = asking.client_of(request), timezone.now()
    is_mine, mine = may(request.role, "weekly_balance.manage"), asking.mine(request)
    late = []
    for department in mine if client.auto_confirm else ():
        clock = sources.clock_of(department)
        yesterday = clock.day_of(now) - timedelta(days=1)
        at = due_at(yesterday, clock, client.confirm_at).astimezone(clock.zone)
        if at.time() != client.confirm_at:
            late.append((department.name, f"{at:%H:%M}"))
    if not is_mine:
        _grey(form)
    values = {"form": form, "tabs": tabs("settings"), "client": client, "late": late, "may_manage": is_mine}
    values["elsewhere"] = _elsewhere(client, mine, now) if client.pos_import else []
    return render(request, "weekly_balance/settings.html", values | {"offers_both": offers_both}, status=status)


def _elsewhere(client: Client, mine: list[Department], now: datetime) -> list[tuple[str, str]]:
    """When the next night's import begins on the clocks of departments that keep another time (5.4)."""
    night = latest_night(ZoneInfo(client.schedule_zone), now + timedelta(days=1))
    times = [(each.name, night.astimezone(sources.clock_of(each).zone)) for each in mine]
    return [(name, f"{at:%H:%M}") for name, at in times if at.time() != time(2)]


def _grey(form: Form) -> None:
    for field in form.fields.values():
        field.disabled = True


@require_GET
@page("weekly_balance.view")
def departments(request: OrganisationRequest) -> HttpResponse:
    """The departments, and registers that belong to none."""
    now = timezone.now()
    found = asking.mine(request)
    names = {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}
    lost: dict[str, str] = {}
    for store_id in sorted({each.store_id for each in found}):
        until = now.date()
        lost |= {
            register: names.get(store_id, "")
            for registers in sources.unallocated(
                request.organisation.id, store_id, first=until - timedelta(days=30), last=until
            ).values()
            for register in registers
        }
    values = {
        "tabs": tabs("departments"),
        "departments": [(each, names.get(each.store_id, "")) for each in found],
        "lost": sorted(lost.items()),
        "may_manage": may(request.role, "weekly_balance.manage"),
        "has_stores": bool(names),
    }
    return render(request, "weekly_balance/departments.html", values)


@require_GET
@page("weekly_balance.view")
def department(request: OrganisationRequest, department_id: str) -> HttpResponse:
    """One department as a form; `new` is an empty one."""
    found = None if department_id == NEW else asking.department_of(request, department_id)
    return _department(request, _form(request, found), found)


@require_POST
@page("weekly_balance.manage")
def save_department(request: OrganisationRequest, department_id: str) -> HttpResponse:
    """Save a department, or make it."""
    found = None if department_id == NEW else asking.department_of(request, department_id)
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    form = set_up_forms.DepartmentForm(mine, request.POST)
    if not form.is_valid():
        return _department(request, form, found, status=422)
    said = form.cleaned_data
    try:
        setting_up.save_department(
            store=next(each for each in mine if each.public_id == said["store"]),
            name=said["name"],
            client_number=said["client_number"],
            terminals=said["terminals"].split(","),
            zone=said["zone"],
            day_start=said["day_start"],
            since=said["since"],
            closed_weekdays=said["closed_weekdays"],
            actor=asking.actor(request),
            now=timezone.now(),
            department_id=found.id if found else None,
        )
    except RuleBroken as refused:
        place = {
            "client_number_unknown": "client_number",
            "register_taken": "terminals",
            "registers_swallowed": "terminals",
            "clocks_too_far": "zone",
        }
        form.add_error(place.get(refused.code), in_words(refused))
        return _department(request, form, found, status=422)
    toast(request, _("The department is saved."))
    return redirect("balance_departments")


def _form(request: OrganisationRequest, found: Department | None) -> Form:
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    if found is None:
        first = mine[0] if mine else None
        start = {"name": first.name, "zone": first.timezone, "day_start": first.day_start} if first else {}
        return set_up_forms.DepartmentForm(mine, initial=start)
    store = next((each.public_id for each in mine if each.id == found.store_id), "")
    names = ("name", "client_number", "zone", "day_start", "closed_weekdays")
    start = {name: getattr(found, name) for name in names}
    return set_up_forms.DepartmentForm(mine, initial=start | {"store": store, "terminals": ", ".join(found.terminals)})


def _department(
    request: OrganisationRequest, form: Form, found: Department | None, *, status: int = 200
) -> HttpResponse:
    is_mine = may(request.role, "weekly_balance.manage")
    if not is_mine:
        _grey(form)
    if found is None:
        form.fields.pop("since", None)  # a new department has no days before
    values = {"form": form, "department": found, "may_manage": is_mine, "tabs": tabs("departments")}
    numbers = setting_up.client_numbers(request.organisation.id, store_ids=request.store_ids)
    return render(request, "weekly_balance/department.html", values | {"numbers": numbers}, status=status)


@require_GET
@page("weekly_balance.view")
def fields(request: OrganisationRequest) -> HttpResponse:
    """Every row of the balance with what feeds it, and which of the eight types feed none yet."""
    return _fields(request)


def _fields(request: OrganisationRequest, *, taken_by: Field | None = None, status: int = 200) -> HttpResponse:
    """With `taken_by`, the row that is fed already by what another one was to be fed by (3.4)."""
    asking.client_of(request)
    found = reads.fields(request.organisation.id)
    taken = {each.field_type for each in found}
    values = {
        "tabs": tabs("fields"),
        "rows": [(each, wording.TYPES[FieldType(each.field_type)]) for each in found],
        "types": list(wording.TYPES.items()),
        "checklist": [(wording.TYPES[kind], kind in taken) for kind in POS_TYPES],
        "left": sum(kind not in taken for kind in POS_TYPES),
        "touched": len(setting_up.departments(request.organisation.id)),
        "may_manage": may(request.role, "weekly_balance.manage"),
        "taken_by": taken_by,
    }
    return render(request, "weekly_balance/fields.html", values, status=status)


@require_POST
@page("weekly_balance.manage")
def save_field(request: OrganisationRequest, field_id: str) -> HttpResponse:
    """Say what feeds a row; `usual` maps every usual row at once, `new` adds one."""

    def one() -> None:
        kind = request.POST.get("field_type", "")
        if kind not in list(FieldType):
            raise RuleBroken(_("Choose what feeds the field."), code="field_type_unknown", status=422)
        setting_up.map_field(
            organisation_id=request.organisation.id,
            field_id=parse_id("fld", field_id),
            field_type=FieldType(kind),
            is_split="is_split" in request.POST,
            actor=asking.actor(request),
            now=timezone.now(),
        )

    def all_of_them() -> None:
        setting_up.map_usual(organisation_id=request.organisation.id, actor=asking.actor(request), now=timezone.now())

    def another() -> None:
        setting_up.add_field(
            organisation_id=request.organisation.id,
            number=request.POST.get("number", ""),
            name=request.POST.get("name", ""),
            actor=asking.actor(request),
            now=timezone.now(),
        )

    act: Callable[[], None] = {"usual": all_of_them, "new": another}.get(field_id, one)
    try:
        act()
    except RuleBroken as refused:
        if refused.status == NOT_FOUND:
            raise
        if refused.code == "field_type_taken":
            found = setting_up.fed_by(request.organisation.id, FieldType(request.POST["field_type"]))
            return _fields(request, taken_by=found, status=422)
        toast(request, in_words(refused), level="bad")
    else:
        toast(request, _("Saved. New days follow; confirmed days stay as they are."))
    return redirect("balance_fields")
