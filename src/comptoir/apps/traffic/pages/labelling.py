"""The first step of an integration: its label, and its scope (traffic-analytics.md 1: chain or locations)."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.accounts import levels
from comptoir.kernel.ids import parse_id, public_id


class LabelForm(forms.Form):
    """What the organisation calls a job, and which of its chains it is for; nothing to choose where it owns none."""

    label = forms.CharField(
        label=gettext_lazy("Label"), max_length=120, help_text=gettext_lazy("Normally the name of the chain.")
    )
    chain = forms.ChoiceField(label=gettext_lazy("For"), required=False)

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owned = [each for each in chains.nodes(organisation_id) if each.kind == levels.CHAIN]
        choices = [("", gettext_lazy("All locations")), *((public_id("nod", each.id), each.name) for each in owned)]
        self.fields["chain"] = forms.ChoiceField(label=self.fields["chain"].label, required=False, choices=choices)
        if not owned:
            del self.fields["chain"]

    @property
    def chain_id(self) -> UUID | None:
        """The owned chain that it is for; None for all locations."""
        said = self.cleaned_data.get("chain")
        return parse_id("nod", said) if said else None


def named_with_chain(job: ImportJob) -> str:
    """What the chain calls it, and the owned chain that it is for."""
    owned = next((each for each in chains.nodes(job.organisation_id) if each.id == job.node_id), None)
    return _("%(label)s, for %(chain)s") % {"label": job.label, "chain": owned.name} if owned else job.label
