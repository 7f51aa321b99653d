"""The programme as a form: amounts in major units as people write them, limits that may be left open."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty.expiry.rules import Expiry
from comptoir.apps.loyalty.models import Programme
from comptoir.apps.loyalty.points import Basis, Rounding, Rule
from comptoir.apps.loyalty.programmes import Terms
from comptoir.kernel.money import Money, to_minor
from comptoir.web.forms import DayInput

MOST_POINTS = 1_000_000
MOST_AMOUNT = Decimal(1_000_000)
LIMITS = ("most_per_sale", "most_per_day", "most_per_month", "most_held")
KEPT = (*LIMITS, "rounding", "basis", "stops_at_zero", "reinstates_rewards", "reward_months", "expiry", "expiry_months")

ROUNDINGS = [
    (Rounding.FLOOR.value, gettext_lazy("down")),
    (Rounding.HALF_UP.value, gettext_lazy("to the nearest")),
    (Rounding.CEIL.value, gettext_lazy("up")),
]
BASES = [
    (Basis.WITH_TAX.value, gettext_lazy("with tax")),
    (Basis.WITHOUT_TAX.value, gettext_lazy("without tax")),
]
EXPIRIES = [
    (Expiry.NEVER.value, gettext_lazy("never")),
    (Expiry.INACTIVITY.value, gettext_lazy("some months after the latest visit")),
    (Expiry.AFTER_EARNING.value, gettext_lazy("some months after they were earned")),
    (Expiry.END_OF_YEAR.value, gettext_lazy("at the end of the year in which they were earned")),
]


def _limit(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=MOST_POINTS)


class ProgrammeForm(forms.Form):
    """Every setting of the programme; the currency is that of the organisation's first store."""

    rate_points = forms.IntegerField(label=gettext_lazy("Points"), min_value=0, max_value=MOST_POINTS)
    rate_amount = forms.DecimalField(label=gettext_lazy("For every"), max_value=MOST_AMOUNT)
    minimum = forms.DecimalField(
        label=gettext_lazy("Smallest sale that earns"),
        min_value=0,
        max_value=MOST_AMOUNT,
        help_text=gettext_lazy("A sale of exactly this amount earns."),
    )
    rounding = forms.ChoiceField(label=gettext_lazy("A fraction of a point is rounded"), choices=ROUNDINGS)
    basis = forms.ChoiceField(
        label=gettext_lazy("The amount counts"), choices=BASES, help_text=gettext_lazy("Tips never count.")
    )
    most_per_sale = _limit(gettext_lazy("At most for one sale"))
    most_per_day = _limit(gettext_lazy("At most for one member in a day"))
    most_per_month = _limit(gettext_lazy("At most for one member in a month"))
    most_held = _limit(gettext_lazy("At most on one balance"))
    expiry = forms.ChoiceField(
        label=gettext_lazy("Points expire"),
        choices=EXPIRIES,
        help_text=gettext_lazy("Nothing expires before one whole period has passed since this was changed."),
    )
    expiry_months = forms.IntegerField(label=gettext_lazy("After how many months"), min_value=1, max_value=120)
    reward_months = forms.IntegerField(
        label=gettext_lazy("A reward can be used for how many months"), min_value=1, max_value=120
    )
    stops_at_zero = forms.BooleanField(
        label=gettext_lazy("A refund never takes a balance below 0"),
        required=False,
        help_text=gettext_lazy("Otherwise points that were spent already are owed, and the next ones fill the gap."),
    )
    reinstates_rewards = forms.BooleanField(
        label=gettext_lazy("A reward used on a sale that is refunded can be used again"), required=False
    )
    starts_on = forms.DateField(
        label=gettext_lazy("Counts from"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Empty: from now on. Sales closed before keep the rule they were closed under."),
    )

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_rate_amount(self) -> int:
        """In minor units; more than nothing."""
        amount = self._minor("rate_amount")
        if amount <= 0:
            raise forms.ValidationError(_("The amount is more than 0."))
        return amount

    def clean_minimum(self) -> int:
        """In minor units."""
        return self._minor("minimum")

    def clean_starts_on(self) -> datetime | None:
        """The beginning of that day, where the first store is; today is now."""
        day = self.cleaned_data["starts_on"]
        if day is None or day == timezone.localdate():
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("A change cannot begin in the past."))
        return timezone.make_aware(datetime.combine(day, time()))

    def _minor(self, name: str) -> int:
        amount: Decimal = self.cleaned_data[name]
        minor = to_minor(amount, self.currency)
        if Money(minor, self.currency).major != amount:
            raise forms.ValidationError(_("This currency has no such fraction."))
        return minor

    @property
    def rule(self) -> Rule:
        """The earn rule that the form describes; for a valid form."""
        said = self.cleaned_data
        return Rule(
            version=0,
            rate_points=said["rate_points"],
            rate_minor=said["rate_amount"],
            minimum_order=said["minimum"],
            rounding=Rounding(said["rounding"]),
            basis=Basis(said["basis"]),
            most_per_sale=said["most_per_sale"],
        )

    @property
    def terms(self) -> Terms:
        """Everything beside the rate and the minimum; for a valid form."""
        said = {name: self.cleaned_data[name] for name in KEPT}
        said |= {
            "rounding": Rounding(said["rounding"]),
            "basis": Basis(said["basis"]),
            "expiry": Expiry(said["expiry"]),
        }
        return Terms(**said)


def as_initial(programme: Programme, currency: str) -> dict[str, Any]:
    """What the form shows of a version."""
    return {
        "rate_points": programme.rate_points,
        "rate_amount": Money(programme.rate_minor, currency).major,
        "minimum": Money(programme.minimum_order, currency).major,
        **{name: getattr(programme, name) for name in KEPT},
    }
