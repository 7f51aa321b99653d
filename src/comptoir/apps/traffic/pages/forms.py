"""How somebody's CSV is written: as the address says, else as he chose once, else with commas and points."""

from typing import Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptoir.apps.traffic.export_tables import FileForm
from comptoir.apps.traffic.pages.where import chosen_at
from comptoir.kernel.errors import RuleBroken
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.spreadsheets import USUAL, Form
from comptoir.web.toasts import toast

SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
DECIMALS: Final = {"point": ".", "comma": ","}
SEPARATOR_CHOICES: Final = [
    ("comma", gettext_lazy("Comma ,")),
    ("semicolon", gettext_lazy("Semicolon ;")),
    ("tab", gettext_lazy("Tab")),
]
DECIMAL_CHOICES: Final = [("point", gettext_lazy("Point 1.5")), ("comma", gettext_lazy("Comma 1,5"))]


class FormFields(forms.Form):
    """What stands between cells and before decimals: not the same."""

    separator = forms.ChoiceField(label=gettext_lazy("Separator of CSV"), choices=SEPARATOR_CHOICES)
    decimal = forms.ChoiceField(label=gettext_lazy("Decimal mark of CSV"), choices=DECIMAL_CHOICES)

    def clean(self) -> dict[str, str]:
        """Raises ValidationError where nobody could tell the two apart."""
        found = super().clean() or {}
        if SEPARATORS.get(found.get("separator", "")) == DECIMALS.get(found.get("decimal", ""), "-"):
            raise forms.ValidationError(
                _("A comma cannot do both: choose a semicolon or a tab between cells, or a point before decimals.")
            )
        return found

    def form(self) -> Form:
        """What was chosen."""
        return Form(SEPARATORS[self.cleaned_data["separator"]], DECIMALS[self.cleaned_data["decimal"]])


def of(request: OrganisationRequest) -> Form:
    """For this download. `separator` and `decimal` in the address hold for it alone. Raises RuleBroken (422)."""
    kept = remembered(request)
    said = request.GET
    separator = SEPARATORS.get(said.get("separator", ""), kept.separator)
    decimal = DECIMALS.get(said.get("decimal", ""), kept.decimal)
    if separator == decimal:
        raise RuleBroken(
            _("A comma cannot do both: choose a semicolon or a tab between cells, or a point before decimals."),
            code="form_invalid",
            status=422,
        )
    return Form(separator, decimal)


def remembered(request: OrganisationRequest) -> Form:
    """As this person chose in this organisation."""
    row = FileForm.objects.filter(organisation_id=request.organisation.id, user_id=request.user.pk).first()
    return USUAL if row is None else Form(row.separator, row.decimal)


def initial(form: Form) -> dict[str, str]:
    """For the choice."""
    separators, decimals = ({mark: name for name, mark in each.items()} for each in (SEPARATORS, DECIMALS))
    return {"separator": separators[form.separator], "decimal": decimals[form.decimal]}


@require_POST
@page("traffic.view")
def save(request: OrganisationRequest) -> HttpResponse:
    """Keep it for every CSV of traffic from now on. Raises RuleBroken (422)."""
    fields = FormFields(request.POST)
    if not fields.is_valid():
        words = " ".join(str(each) for errors in fields.errors.values() for each in errors)
        raise RuleBroken(words, code="form_invalid", status=422)
    form = fields.form()
    FileForm.objects.update_or_create(
        organisation_id=request.organisation.id,
        user_id=request.user.pk,
        defaults={"separator": form.separator, "decimal": form.decimal},
    )
    toast(request, _("Every CSV of traffic is written so for you from now on."))
    at = chosen_at(request)
    return redirect(reverse("traffic_export") + (f"?at={at}" if at else ""))
