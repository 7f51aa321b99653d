"""Forms about members: filters that the address remembers, what is known of one, the thresholds, and leaving."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty import phones
from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.members.finding import Wanted
from comptoir.apps.loyalty.members.habits import TYPE_NAMES, Habits, Type
from comptoir.apps.loyalty.models import Member
from comptoir.kernel.errors import RuleBroken
from comptoir.web.forms import DayInput

GENDERS = [
    ("", gettext_lazy("not known")),
    ("woman", gettext_lazy("woman")),
    ("man", gettext_lazy("man")),
    ("other", gettext_lazy("other")),
    ("undisclosed", gettext_lazy("undisclosed")),
]
SORTS = [
    ("newest", gettext_lazy("newest first")),
    ("last_visit", gettext_lazy("latest visit first")),
    ("visits", gettext_lazy("most visits first")),
    ("points", gettext_lazy("most points first")),
    ("name", gettext_lazy("by name")),
]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput())


class FilterForm(forms.Form):
    """What the list shows; an answer that cannot be read is left out, never an error."""

    search = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=80)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        required=False,
        choices=[("", gettext_lazy("all")), *((each.value, TYPE_NAMES[each]) for each in Type)],
    )
    sms = forms.ChoiceField(
        label=gettext_lazy("SMS"),
        required=False,
        choices=[("", gettext_lazy("all")), ("yes", gettext_lazy("agreed")), ("no", gettext_lazy("no consent"))],
    )
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=SORTS)
    gender = forms.ChoiceField(
        label=gettext_lazy("Gender"), required=False, choices=[("", gettext_lazy("all")), *GENDERS[1:]]
    )
    youngest = forms.IntegerField(label=gettext_lazy("Age from"), required=False, min_value=0, max_value=120)
    oldest = forms.IntegerField(label=gettext_lazy("Age to"), required=False, min_value=0, max_value=120)
    enrolled_from = _day(gettext_lazy("Member since"))
    enrolled_to = _day(gettext_lazy("Member until"))
    visited_from = _day(gettext_lazy("Latest visit since"))
    visited_to = _day(gettext_lazy("Latest visit until"))
    tag = forms.ChoiceField(label=gettext_lazy("Tag"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)

    FIRST = ("search", "type", "sms", "sort")

    def __init__(self, said: Mapping[str, Any], tags: list[str], sources: list[str]) -> None:
        super().__init__(said)
        for name, known in (("tag", tags), ("source", sources)):
            self.fields[name].choices = [("", _("all")), *((each, each) for each in known)]  # type: ignore[attr-defined]

    def wanted(self, *, sees_phones: bool, whole_phone: str) -> Wanted:
        """The question that was asked, as far as it can be read."""
        self.is_valid()
        said = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return Wanted(**said, sees_phones=sees_phones, whole_phone=whole_phone)

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that are always there."""
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields behind *More filters*."""
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def is_narrowed(self) -> bool:
        """Whether one of those behind *More filters* is set."""
        return any(self.data.get(name) for name in self.fields if name not in self.FIRST)


class MemberForm(forms.Form):
    """What is known of a member. The number stays as it is unless another one is typed."""

    first_name = forms.CharField(label=gettext_lazy("First name"), required=False, max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), required=False, max_length=80)
    phone = forms.CharField(
        label=gettext_lazy("Another mobile number"),
        required=False,
        max_length=phones.LONGEST,
        help_text=gettext_lazy("Empty: the number stays."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    gender = forms.ChoiceField(label=gettext_lazy("Gender"), required=False, choices=GENDERS)
    birthday = forms.DateField(
        label=gettext_lazy("Birthday"),
        required=False,
        widget=DayInput(),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("Separated by commas."), max_length=900
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Where this member comes from, such as a campaign."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The member may ask to read it."),
    )

    def __init__(self, country: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_phone(self) -> str:
        """As E.164, or nothing."""
        return _number(self.cleaned_data["phone"], self.country) if self.cleaned_data["phone"] else ""

    @property
    def known(self) -> dict[str, Any]:
        """What `profile.update` takes; for a valid form."""
        said = dict(self.cleaned_data)
        said["tags"] = said["tags"].split(",")
        if not said["phone"]:
            del said["phone"]
        return said


def initial(member: Member) -> dict[str, Any]:
    """What the form shows of a member."""
    known = {name: getattr(member, name) for name in profile.FIELDS if name != "phone"}
    return {**known, "tags": ", ".join(member.tags)}


class HabitsForm(forms.Form):
    """When a guest is new, a regular or at risk; how long data is kept; how often a number may collect."""

    new_months = forms.IntegerField(
        label=gettext_lazy("Months in which somebody is new"),
        min_value=1,
        max_value=12,
        help_text=gettext_lazy("Enrolled within them and seen at most once."),
    )
    vip_visits = forms.IntegerField(
        label=gettext_lazy("Visits that make a VIP"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("In each of these months, 30 days long."),
    )
    risk_days = forms.IntegerField(
        label=gettext_lazy("Days without a visit after which somebody is at risk"), min_value=7, max_value=1000
    )
    retention_months = forms.IntegerField(
        label=gettext_lazy("Months of silence after which erasure is proposed"),
        min_value=1,
        max_value=120,
        help_text=gettext_lazy("The French authority measures by 36. Opening a mail is no sign of life."),
    )
    most_claims_per_day = forms.IntegerField(
        label=gettext_lazy("Sales that one number may collect in a day"), required=False, min_value=1, max_value=100
    )
    staff_phones = forms.CharField(
        label=gettext_lazy("Numbers of the staff"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "inputmode": "tel"}),
        help_text=gettext_lazy("One a line. They collect nothing."),
        max_length=5000,
    )

    def __init__(self, country: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_staff_phones(self) -> tuple[str, ...]:
        """As E.164, each once."""
        lines = self.cleaned_data["staff_phones"].splitlines()
        return tuple(dict.fromkeys(_number(line, self.country) for line in lines if line.strip()))

    @property
    def habits(self) -> Habits:
        """For a valid form."""
        return Habits(**self.cleaned_data)


def _number(text: str, country: str) -> str:
    try:
        return phones.parse(text, country=country)
    except RuleBroken as refused:
        raise forms.ValidationError(f"{text.strip()}: {refused.for_owner}") from None
