"""The back office edits which other names the fields of the partner API go by."""

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.loyalty.partner import aliases
from comptoir.core.accounts import configuration
from comptoir.kernel.errors import RuleBroken
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.toasts import toast

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
MOST = 200


class AliasForm(forms.Form):
    """A field of ours and another name for it."""

    field = forms.ChoiceField(label=pgettext_lazy("of a message", "Field"), choices=[])
    other = forms.CharField(label=gettext_lazy("Its other name"), max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [f"{kind} {name}" for kind, table in aliases.TABLES.items() for name in table]
        self.fields["field"].choices = [(each, each.replace(" ", ": ")) for each in known]  # type: ignore[attr-defined]

    def clean_other(self) -> str:
        """A word, and one that stands for nothing else in that body."""
        other = str(self.cleaned_data["other"])
        if not NAME.fullmatch(other):
            raise forms.ValidationError(_("A name has letters, digits and underscores, and begins with no digit."))
        kind, _blank, _name = self.cleaned_data.get("field", "").partition(" ")
        for name, others in aliases.tables().get(kind, {}).items():
            if other == name or other in others:
                raise forms.ValidationError(_("This name stands for %(field)s already.") % {"field": name})
        return other


@require_http_methods(["GET", "POST"])
@operators
def names(request: OperatorRequest) -> HttpResponse:
    """Every field with its other names; POST adds one."""
    form = AliasForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind, _blank, name = form.cleaned_data["field"].partition(" ")
        added = aliases.added()
        if sum(len(others) for table in added.values() for others in table.values()) >= MOST:
            raise RuleBroken(_("There are as many names as there can be. Remove one first."), code="too_many_names")
        table = added.setdefault(kind, {})
        other = form.cleaned_data["other"]
        table[name] = (*table.get(name, ()), other)
        _write(request, added, added=f"{kind} {name}: {other}")
        toast(request, _("It holds from the next call on."))
        return redirect("backoffice_aliases")
    added = aliases.added()
    rows = [
        (kind, name, others, added.get(kind, {}).get(name, ()))
        for kind, table in aliases.tables().items()
        for name, others in table.items()
    ]
    values = {"rows": rows, "form": form, "number": sum(len(mine) for *_rest, mine in rows)}
    return render(request, "loyalty/partner_aliases.html", values, status=422 if form.errors else 200)


@require_POST
@operators
def remove(request: OperatorRequest, kind: str, name: str, other: str) -> HttpResponse:
    """One of the names that were added here; those of the API itself stay."""
    added = aliases.added()
    if other not in added.get(kind, {}).get(name, ()):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    added[kind][name] = tuple(each for each in added[kind][name] if each != other)
    _write(request, added, removed=f"{kind} {name}: {other}")
    toast(request, _("It holds from the next call on."))
    return redirect("backoffice_aliases")


def _write(request: OperatorRequest, table: dict[str, dict[str, tuple[str, ...]]], **details: str) -> None:
    """What holds from now on, and what of it is new, or gone."""
    said = {kind: {name: list(others) for name, others in found.items() if others} for kind, found in table.items()}
    configuration.change(aliases.NAME, said, actor=f"user:{request.user.pk}", now=timezone.now(), details=details)
