"""The label of an integration and its scope (traffic-analytics.md 1: chain or locations), first typed and changed."""

from typing import Any, ClassVar
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
    def asks_for_chain(self) -> bool:
        """Whether there is a chain to choose."""
        return "chain" in self.fields

    @property
    def chain_id(self) -> UUID | None:
        """The owned chain that it is for; None for all locations."""
        said = self.cleaned_data.get("chain")
        return parse_id("nod", said) if said else None


class ChangeForm(LabelForm):
    """Another label or chain for a job that is there; `since` says from when on its locations lie in that chain."""

    ALWAYS = "always"
    SINCE: ClassVar = [
        ("today", gettext_lazy("from today on")),
        (ALWAYS, gettext_lazy("on all days, to mend a mistake")),
    ]
    since = forms.ChoiceField(
        label=gettext_lazy("Its locations go along"),
        required=False,
        choices=SINCE,
        help_text=gettext_lazy(
            "Those in its old chain, or in none, lie in the new one then. Their figures, ids and matches stay."
        ),
    )

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(organisation_id, *args, **kwargs)
        if not self.asks_for_chain:
            del self.fields["since"]

    @classmethod
    def of(cls, job: ImportJob) -> "ChangeForm":
        """As it stands; while it is being set up, another chain is the mending of a mistake."""
        said = {
            "label": job.label,
            "chain": public_id("nod", job.node_id) if job.node_id else "",
            "since": "today" if job.finished_at else cls.ALWAYS,
        }
        return cls(job.organisation_id, initial=said)

    @property
    def is_always(self) -> bool:
        """Whether they always lay there."""
        return self.cleaned_data.get("since") == self.ALWAYS


def named_with_chain(job: ImportJob) -> str:
    """What the chain calls it, and the owned chain that it is for."""
    owned = next((each for each in chains.nodes(job.organisation_id) if each.id == job.node_id), None)
    return _("%(label)s, for %(chain)s") % {"label": job.label, "chain": owned.name} if owned else job.label
