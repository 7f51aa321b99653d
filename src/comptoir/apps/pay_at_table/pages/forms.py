"""The form of an integration's settings (2.1, O7)."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comptoir.apps.pay_at_table.integrations import addresses_in
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.setting_up import SETTINGS, AtTheTill

MOST_ADDRESSES: Final = 20
LANGUAGES: Final = (("en", "English"), ("fr", "Français"))


class IntegrationForm(forms.Form):
    """Methods and people are those of the till; what was chosen and is gone stays visible as gone."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Integration name"))
    card_method = forms.ChoiceField(required=False, label=gettext_lazy("Payment method"))
    voucher_method = forms.ChoiceField(
        required=False, label=gettext_lazy("Payment method option 2"), help_text=gettext_lazy("For vouchers.")
    )
    emails = forms.CharField(
        required=False,
        max_length=4000,
        label=gettext_lazy("Emails"),
        help_text=gettext_lazy(
            "Separated by commas. They hear of money that is not on the till; without any, owners do."
        ),
    )
    staff_id = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Staff account"),
        help_text=gettext_lazy("Payments are entered under it. Choose one that is never closed."),
    )
    register_id = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Device"),
        help_text=gettext_lazy("Number of one iPad, or nothing for all of them."),
    )
    tip_to_pos = forms.BooleanField(required=False, label=gettext_lazy("Tell the till of tips"))
    tells_till = forms.BooleanField(
        required=False, label=gettext_lazy("Show a message on the till when a payment is not on it")
    )
    lifetime_s = forms.IntegerField(
        min_value=60,
        max_value=600,
        label=gettext_lazy("Seconds that Lightspeed tries to reach an iPad"),
    )
    least_part = forms.IntegerField(min_value=1, label=gettext_lazy("Smallest part of a bill, in cents"))
    language = forms.ChoiceField(choices=LANGUAGES, label=gettext_lazy("Language of mails"))
    quiet_from = forms.TimeField(
        required=False, label=gettext_lazy("No mails from"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        required=False, label=pgettext_lazy("a time", "until"), widget=forms.TimeInput(attrs={"type": "time"})
    )

    def __init__(self, integration: Integration, till: AtTheTill | None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(integration, name) for name in SETTINGS})
        super().__init__(*args, **kwargs)
        methods = [(each.code, f"{each.name} · {each.code}") for each in till.methods] if till else []
        people = [(each.id, each.name) for each in till.staff] if till else []
        none = ("", gettext_lazy("None"))
        for field, chosen, known in (
            ("card_method", integration.card_method, methods),
            ("voucher_method", integration.voucher_method, methods),
            ("staff_id", integration.staff_id, people),
        ):
            gone = [] if not chosen or chosen in dict(known) else [(chosen, _("%(code)s (gone)") % {"code": chosen})]
            self.fields[field].choices = [none, *known, *gone]  # type: ignore[attr-defined]

    def clean_emails(self) -> str:
        """Each is an address, and there are not too many."""
        given = addresses_in(self.cleaned_data["emails"])
        for each in given:
            try:
                validate_email(each)
            except ValidationError:
                raise ValidationError(_("%(address)s is no e-mail address.") % {"address": each}) from None
        if len(given) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(number)s addresses.") % {"number": MOST_ADDRESSES})
        return ", ".join(given)
