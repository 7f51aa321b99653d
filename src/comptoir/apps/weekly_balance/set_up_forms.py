"""The forms of settings, departments and fields."""

from typing import Any
from zoneinfo import available_timezones

from babel.dates import get_day_names
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.weekly_balance import wording
from comptoir.apps.weekly_balance.models import Client
from comptoir.apps.weekly_balance.rules.terms import LineClass
from comptoir.core.accounts.models import Store
from comptoir.pos import registry
from comptoir.web.formats import locale
from comptoir.web.forms import DayInput

WEEKDAYS = ((0, gettext_lazy("Monday")), (6, gettext_lazy("Sunday")), (5, gettext_lazy("Saturday")))
OWN_CLASSES = {
    LineClass.GIFT_CARD: gettext_lazy("Gift cards"),
    LineClass.DEPOSIT: gettext_lazy("Deposits"),
    LineClass.SHIPPING: gettext_lazy("Shipping"),
    LineClass.FEE: gettext_lazy("Fees"),
    LineClass.DONATION: gettext_lazy("Donations"),
    LineClass.SERVICE_CHARGE: gettext_lazy("Service charge"),
}


class SettingsForm(forms.Form):
    """The tab *Budget & Weekly Balance* of the general settings (3.2)."""

    multi_cash_registers = forms.BooleanField(
        required=False,
        label=gettext_lazy("Multi cash registers"),
        help_text=gettext_lazy("Shows each register of a department. POS import needs it."),
    )
    pos_import = forms.BooleanField(required=False, label=gettext_lazy("Enable POS import"))
    provider = forms.ChoiceField(required=False, label=gettext_lazy("POS integration service"))
    auto_confirm = forms.BooleanField(required=False, label=gettext_lazy("Auto confirm weekly balance"))
    confirm_at = forms.TimeField(
        label=gettext_lazy("Confirm days at"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    schedule_zone = forms.CharField(
        max_length=64,
        label=gettext_lazy("Zone of the nightly import"),
        help_text=gettext_lazy("The import begins at 02:00 there."),
    )
    week_starts_on = forms.TypedChoiceField(coerce=int, choices=WEEKDAYS, label=gettext_lazy("Week starts on"))
    last_year = forms.ChoiceField(
        choices=list(wording.LAST_YEARS.items()), label=gettext_lazy("A day is compared with last year’s")
    )
    wages_with_charges = forms.BooleanField(
        required=False, label=gettext_lazy("Labour cost is shown with the employer’s charges")
    )
    charges_percent = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=200,
        max_digits=5,
        decimal_places=2,
        label=gettext_lazy("Employer’s charges in percent of wages"),
        help_text=gettext_lazy("Added to the wage cost that is typed. 0 where it is typed with them."),
    )
    staff_sees_index = forms.BooleanField(required=False, label=gettext_lazy("Staff see today’s index of their store"))
    basis = forms.ChoiceField(choices=list(wording.BASES.items()), label=gettext_lazy("Amounts"))
    moment = forms.ChoiceField(choices=list(wording.MOMENTS.items()), label=gettext_lazy("A bill counts"))
    count_on_account_at = forms.ChoiceField(
        choices=list(wording.ON_ACCOUNT.items()),
        label=gettext_lazy("Sales on account and laybys count"),
        help_text=gettext_lazy("Retail tills keep them pending until they are paid."),
    )
    return_receipts = forms.ChoiceField(
        choices=list(wording.RETURN_RECEIPTS.items()), label=gettext_lazy("Receipts with returns alone")
    )
    labour_subtracts_returns = forms.BooleanField(required=False, label=gettext_lazy("Labour: returns lower net sales"))
    visitors_from_covers = forms.BooleanField(
        required=False, label=gettext_lazy("The guests that the till was told are the visitors")
    )
    unallocated_blocks = forms.BooleanField(
        required=False, label=gettext_lazy("A register without a department holds up confirmation")
    )
    included = forms.MultipleChoiceField(
        required=False,
        choices=list(OWN_CLASSES.items()),
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Counted beside goods and services"),
    )
    gift_card_items = forms.CharField(
        required=False,
        max_length=400,
        label=gettext_lazy("Item numbers of gift cards"),
        help_text=gettext_lazy("Separated by commas."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(each.manifest.slug, each.manifest.name) for each in registry.connectors()]
        self.fields["provider"].choices = [("", gettext_lazy("Whatever is connected")), *known]  # type: ignore[attr-defined]

    def clean_schedule_zone(self) -> str:
        """A zone that exists."""
        name = str(self.cleaned_data["schedule_zone"])
        if name not in available_timezones():
            raise forms.ValidationError(_("There is no time zone named %(name)s.") % {"name": name})
        return name

    def values(self, client: Client) -> dict[str, Any]:
        """What is to be saved; classes of other kinds than gift cards stay as they are."""
        values = dict(self.cleaned_data)
        items = [each.strip() for each in values.pop("gift_card_items").split(",") if each.strip()]
        others = {name: each for name, each in client.classes.items() if each != LineClass.GIFT_CARD}
        values["charges_percent"] = values["charges_percent"] or 0
        values["classes"] = others | {f"sku:{item}": str(LineClass.GIFT_CARD) for item in items}
        return values


def initial(client: Client) -> dict[str, Any]:
    """The settings as the form shows them."""
    names = [name for name in SettingsForm.base_fields if name != "gift_card_items"]
    gifts = [name.removeprefix("sku:") for name, each in client.classes.items() if each == LineClass.GIFT_CARD]
    return {name: getattr(client, name) for name in names} | {"gift_card_items": ", ".join(gifts)}


class DepartmentForm(forms.Form):
    """A department (3.3)."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    store = forms.ChoiceField(label=gettext_lazy("Store"))
    client_number = forms.CharField(
        required=False,
        max_length=64,
        label=gettext_lazy("POS client number"),
        widget=forms.TextInput(attrs={"list": "client-numbers", "autocomplete": "off"}),
    )
    terminals = forms.CharField(
        required=False,
        max_length=1000,
        label=gettext_lazy("POS terminal number"),
        help_text=gettext_lazy("Several are separated by commas. Empty takes every register."),
    )
    day_start = forms.TimeField(
        label=gettext_lazy("The business day starts at"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    zone = forms.CharField(max_length=64, label=gettext_lazy("Time zone"))
    since = forms.DateField(
        required=False,
        label=gettext_lazy("Another zone or start of day applies from"),
        widget=DayInput(),
        help_text=gettext_lazy("Empty: from tomorrow. The days before keep their hours."),
    )
    closed_weekdays = forms.TypedMultipleChoiceField(
        required=False, coerce=int, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Closed on")
    )

    def __init__(self, stores: list[Store], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = get_day_names(locale=locale())
        self.fields["closed_weekdays"].choices = [(number, names[number]) for number in range(7)]  # type: ignore[attr-defined]
        self.fields["store"].choices = [(each.public_id, each.name) for each in stores]  # type: ignore[attr-defined]
