"""How the chain counts, and who may edit data by hand."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import chains, day_lock, day_parts, rights, tasks
from comptoir.apps.traffic.models import Day, EditRight, Settings
from comptoir.apps.traffic.pages import wages
from comptoir.apps.traffic.pages.holding import must_have
from comptoir.apps.traffic.pages.where import Where, back_to, where_of
from comptoir.core.accounts import levels
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import Role, may
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import ROLE_NAMES, OrganisationRequest, page
from comptoir.web.toasts import toast

FIELDS: Final = (
    "with_tax",
    "week_starts_on",
    "subtract_returns",
    "transactions",
    "measured_wins",
    "web_store",
    "day_parts",
    "fill_missing",
)
TRANSACTIONS: Final[list[tuple[str, str | Promise]]] = [
    ("sales", gettext_lazy("receipts with something sold")),
    ("all", gettext_lazy("these and receipts of returns alone")),
    ("net", gettext_lazy("these less receipts of returns alone")),
]


class SettingsForm(forms.Form):
    """How a chain counts."""

    with_tax = forms.BooleanField(label=gettext_lazy("Sales with tax"), required=False)
    week_starts_on = forms.TypedChoiceField(
        label=gettext_lazy("A week begins on"),
        choices=[(0, gettext_lazy("Monday")), (6, gettext_lazy("Sunday"))],
        coerce=int,
    )
    transactions = forms.ChoiceField(label=gettext_lazy("Transactions are"), choices=TRANSACTIONS)
    subtract_returns = forms.BooleanField(label=gettext_lazy("Items less returned goods"), required=False)
    measured_wins = forms.BooleanField(
        label=gettext_lazy("A figure that is measured anew replaces what was typed"), required=False
    )
    web_store = forms.BooleanField(
        label=gettext_lazy("Orders of the web store count too"),
        required=False,
        help_text=gettext_lazy(
            "They are left out otherwise, also those fetched in the shop: who orders there passes no counter."
        ),
    )
    fill_missing = forms.BooleanField(
        label=gettext_lazy("Fill hours that no counter told of"),
        required=False,
        help_text=gettext_lazy(
            "Once the day is over, by the same weekday and hour: the median of the last eight weeks, of at least four. "
            "Marked as estimated everywhere, and gone when the counter tells."
        ),
    )
    day_parts = forms.CharField(
        label=gettext_lazy("Parts of the day"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line, in whole hours: Lunch 11:00–14:00. Empty: the usual ones."),
    )

    def clean_day_parts(self) -> str:
        """Raises ValidationError that names the line."""
        try:
            return day_parts.written(day_parts.read(self.cleaned_data["day_parts"]))
        except RuleBroken as broken:
            raise forms.ValidationError(broken.for_owner) from None


class EditorForm(forms.Form):
    """Who may edit, and where."""

    user = forms.ChoiceField(label=gettext_lazy("Who"))
    node = forms.ChoiceField(label=gettext_lazy("Where"), required=False)

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.filter(
            organisation_id=organisation_id, role__in=[Role.REGIONAL_SUPERVISOR, Role.MANAGER]
        ).select_related("user")
        self.fields["user"] = forms.ChoiceField(
            label=self.fields["user"].label, choices=[(str(each.user_id), str(each.user)) for each in people]
        )
        nodes = [(public_id("nod", each.id), each.name) for each in chains.nodes(organisation_id)]
        self.fields["node"] = forms.ChoiceField(
            label=self.fields["node"].label,
            required=False,
            choices=[("", gettext_lazy("every location they see")), *nodes],
        )


@require_GET
@page("traffic.locations")
def settings(request: OrganisationRequest) -> HttpResponse:
    """Read by the office, changed by owners and supervisors of all stores."""
    row = chains.settings_of(request.organisation.id)
    return _page(request, SettingsForm(initial={name: getattr(row, name) for name in FIELDS}))


@require_POST
@page("traffic.manage")
def settings_save(request: OrganisationRequest) -> HttpResponse:
    """Another way of counting: past days are made anew by it. Raises RuleBroken (403)."""
    must_have(request, None)  # it is set for every location
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    _save(request, form.cleaned_data)
    toast(request, _("Saved. Past figures are made anew."))
    return back_to(request, "traffic_settings")


def _page(request: OrganisationRequest, form: SettingsForm, *, status: int = 200) -> HttpResponse:
    rows = EditRight.objects.filter(organisation_id=request.organisation.id).order_by("user_id")
    people = {
        each.user_id: each
        for each in Membership.objects.filter(organisation=request.organisation).select_related("user")
    }
    tree = chains.nodes(request.organisation.id)
    nodes = {each.id: each.name for each in tree}
    where = where_of(request)
    inside = {each.node_id for each in where.places}
    values = {
        "where": where,
        "form": form,
        "has_chains": any(each.kind == levels.CHAIN for each in tree),
        "may_count": may(request.role, "traffic.manage") and request.store_ids is None,
        "is_of_some": may(request.role, "traffic.manage") and request.store_ids is not None,
        "editor_form": EditorForm(request.organisation.id) if may(request.role, "traffic.connect") else None,
        "editors": [
            (
                row.user_id,
                str(people[row.user_id].user),
                ROLE_NAMES[Role(people[row.user_id].role)],
                nodes.get(row.node_id, "") if row.node_id else "",
            )
            for row in rows
            if row.user_id in people and _reaches(row, where, inside)
        ],
        "wages": wages.typed(request) if may(request.role, "traffic.manage") else [],
        "wage_form": wages.WageForm(where) if may(request.role, "traffic.manage") else None,
        "here": reverse("traffic_settings") + (f"?{where.query}" if where.query else ""),
    }
    return render(request, "traffic/settings.html", values, status=status)


def _reaches(row: EditRight, where: Where, nodes: set[UUID | None]) -> bool:
    """Whether a right holds somewhere in what was chosen."""
    if not where.at or row.node_id is None:
        return True
    return bool(chains.below(row.organisation_id, row.node_id) & nodes)


@require_POST
@page("traffic.connect")
def editor_add(request: OrganisationRequest) -> HttpResponse:
    """Let somebody edit data by hand."""
    form = EditorForm(request.organisation.id, request.POST)
    if not form.is_valid():
        raise RuleBroken(_("Choose who may edit."), code="user_missing", status=422)
    said = form.cleaned_data
    rights.allow(
        organisation_id=request.organisation.id,
        user_id=int(said["user"]),
        node_id=parse_id("nod", said["node"]) if said["node"] else None,
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    toast(request, _("This person may edit by hand there."))
    return back_to(request, "traffic_settings")


@transaction.atomic
def _save(request: OrganisationRequest, said: dict[str, Any]) -> None:
    """A way of counting holds for every day: all of them are behind now."""
    Settings.objects.update_or_create(organisation_id=request.organisation.id, defaults=said)
    day_lock.make_anew(Day.objects.filter(organisation_id=request.organisation.id))
    note(
        organisation_id=request.organisation.id,
        actor=f"user:{request.user.pk}",
        what="traffic.settings_changed",
        details={name: value if isinstance(value, bool) else str(value) for name, value in said.items()},
        now=timezone.now(),
    )
    tasks.enqueue_filling(request.organisation.id)
