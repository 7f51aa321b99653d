"""A bonus rule as a form: one for each kind of bonus."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comptoir.apps.loyalty.bonus.managing import Terms
from comptoir.apps.loyalty.bonuses import BonusKind
from comptoir.apps.loyalty.rewards.catalogue import skus
from comptoir.apps.loyalty.rewards.forms import LONGEST_SKU

MOST_POINTS = 100_000
LONGEST_WAIT = 7 * 24
FIELDS = {
    BonusKind.DAYS: ("name", "times", "weekdays"),
    BonusKind.PRODUCT: ("name", "points", "provider", "skus"),
    BonusKind.VISIT: ("name", "points", "hours"),
    BonusKind.BIRTHDAY: ("name", "points"),
}


class BonusForm(forms.Form):
    """What a rule of this kind needs. `providers` are (slug, name) of the tills."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Stands beside the points in every member’s history."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=1, max_value=MOST_POINTS)
    times = forms.TypedChoiceField(
        label=gettext_lazy("A sale earns"),
        coerce=int,
        choices=[
            (50, gettext_lazy("one and a half times its points")),
            (100, gettext_lazy("twice its points")),
            (200, gettext_lazy("three times its points")),
            (400, gettext_lazy("five times its points")),
        ],
        initial=100,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=pgettext_lazy("weekdays", "On"),
        coerce=int,
        required=False,
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None is every day. A night belongs to the day it began on."),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Hours until a visit counts again"),
        min_value=0,
        max_value=LONGEST_WAIT,
        initial=4,
        help_text=gettext_lazy("A bill that is split in four is one visit. 0: every sale is a visit."),
    )
    provider = forms.ChoiceField(label=gettext_lazy("Point of sale"))
    skus = forms.CharField(
        label=gettext_lazy("Products"),
        max_length=500,
        help_text=gettext_lazy("Their ids at the point of sale, separated by commas."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, kind: BonusKind, providers: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in set(self.fields) - set(FIELDS[kind]):
            del self.fields[name]
        if "provider" in self.fields:
            self.fields["provider"] = forms.ChoiceField(label=gettext_lazy("Point of sale"), choices=list(providers))

    def clean_skus(self) -> list[str]:
        """Each once, in order. One that is too long is refused: cut short, it would be another product's."""
        found = skus(self.cleaned_data["skus"])
        if any(len(each) > LONGEST_SKU for each in found):
            raise forms.ValidationError(_("No product has an id this long."))
        return found

    @property
    def terms(self) -> Terms:
        """The rule; for a valid form."""
        said = self.cleaned_data
        return Terms(
            kind=self.kind,
            name=said["name"].strip(),
            points=said.get("points", 0),
            extra_percent=said.get("times", 0),
            weekdays=said.get("weekdays", ()),
            again_after=60 * said.get("hours", 0),
            provider=said.get("provider", ""),
            skus=said.get("skus", ()),
        )
