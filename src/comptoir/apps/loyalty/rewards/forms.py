"""A reward as a form: its price in points, where it is sold, and as which product of each till."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty.rewards.catalogue import skus
from comptoir.apps.loyalty.rewards.shelf import ShelfItem
from comptoir.core.accounts.models import Store
from comptoir.kernel.ids import parse_id, public_id

MOST_POINTS = 1_000_000
LONGEST_SKU = 64
LONGEST_TAG = 40
PRODUCTS = "products_"


class RewardForm(forms.Form):
    """`providers` are (slug, name) of the tills that this organisation has, or has had products of."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As guests read it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    points = forms.IntegerField(label=gettext_lazy("Price in points"), min_value=1, max_value=MOST_POINTS)
    description = forms.CharField(
        label=gettext_lazy("What the guest gets"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Stores"),
        required=False,
        choices=[],
        help_text=gettext_lazy("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )

    tags = forms.CharField(
        label=gettext_lazy("Only for members with a tag"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Tags such as student, separated by commas; one of them is enough. Empty: everybody."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-tags"}),
    )

    def __init__(
        self, stores: Sequence[Store], providers: Sequence[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stores"].choices = [(each.public_id, each.name) for each in stores]  # type: ignore[attr-defined]
        for slug, name in providers:
            self.fields[PRODUCTS + slug] = forms.CharField(
                label=_("Products of %(till)s") % {"till": name},
                required=False,
                max_length=1000,
                help_text=_("Their ids, separated by commas. Empty: the cashier applies it by hand."),
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
        self.fields["takes_all"] = forms.BooleanField(
            label=_("All products together"),
            required=False,
            help_text=_("Of several products the guest gets all. Not ticked: the guest chooses one of them."),
        )

    def clean(self) -> dict[str, Any]:
        """No id is longer than any till's are."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, typed in list(cleaned.items()):
            if name.startswith(PRODUCTS) and any(len(each) > LONGEST_SKU for each in skus(typed)):
                self.add_error(name, _("No product has an id this long."))
        if any(len(each) > LONGEST_TAG for each in skus(cleaned.get("tags", ""))):
            self.add_error("tags", _("A tag has at most 40 characters."))
        return cleaned

    def said(self) -> dict[str, Any]:
        """What `catalogue.save` takes."""
        chosen = self.cleaned_data
        return {
            "name": chosen["name"].strip(),
            "points": chosen["points"],
            "description": chosen["description"].strip(),
            "tags": skus(chosen["tags"]),
            "takes_all": chosen["takes_all"],
            "store_ids": [parse_id("sto", each) for each in chosen["stores"]],
            "products": {
                name.removeprefix(PRODUCTS): typed for name, typed in chosen.items() if name.startswith(PRODUCTS)
            },
        }


def as_it_is(item: ShelfItem, providers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A reward to begin the form with."""
    return {
        "name": item.name,
        "points": item.points,
        "description": item.description,
        "tags": ", ".join(item.tags),
        "takes_all": item.takes_all,
        "stores": [_public(each) for each in item.store_ids],
        **{PRODUCTS + slug: item.skus(slug) for slug, _name in providers},
    }


def _public(store_id: UUID) -> str:
    return public_id("sto", store_id)
