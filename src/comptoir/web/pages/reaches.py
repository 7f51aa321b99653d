"""What a member is given: all stores, levels of the tree, single stores; as a form and in words."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptoir.core.accounts import tree
from comptoir.core.accounts.authority import Authority
from comptoir.core.accounts.levels import NAMES
from comptoir.core.accounts.reads import InvitationFacts, MemberFacts
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.stores import stores
from comptoir.core.accounts.tree_tables import Node
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import ROLE_NAMES

ALL: Final = "all"
CHOSEN: Final = "chosen"


class Offered:
    """The stores and the levels of an organisation, and what those are called that somebody was given."""

    def __init__(self, organisation_id: UUID) -> None:
        self.stores = stores(organisation_id)
        self.levels = tree.from_the_top(organisation_id)
        self._counts = tree.counts(organisation_id) if self.levels else {}

    def words(self, node: Node) -> str:
        """`Region North (4 stores)`; the kind only where the name does not begin with it."""
        kind = str(NAMES[node.kind])
        name = node.name if node.name.casefold().startswith(kind.casefold()) else f"{kind} {node.name}"
        number = self._counts.get(node.id, 0)
        return ngettext("%(name)s (%(number)s store)", "%(name)s (%(number)s stores)", number) % {
            "name": name,
            "number": number,
        }

    def told_of(self, found: MemberFacts | InvitationFacts) -> str:
        """What a member or somebody who was invited is given."""
        if found.store_ids is None:
            return _("All stores")
        levels = [self.words(each) for each, _depth in self.levels if each.id in found.node_ids]
        single = [each.name for each in self.stores if each.id in found.chosen_ids]
        return ", ".join([*levels, *single]) or _("No store")


class ReachForm(forms.Form):
    """A role, and in which stores."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    reach = forms.ChoiceField(
        label=gettext_lazy("Stores"),
        choices=[(ALL, gettext_lazy("All stores, those to come included")), (CHOSEN, gettext_lazy("Chosen stores"))],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("Chains, districts and regions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "With every store that lies in one: one that joins later is seen from then on, one that leaves no longer."
        ),
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Chosen stores"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, offered: Offered, authority: Authority, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: dict[str, Any] = self.fields
        field["role"].choices = [(role.value, ROLE_NAMES[role]) for role in Role if role in authority.roles]
        mine = authority.store_ids
        levels = [each for each in offered.levels if mine is None or each[0].id in authority.node_ids]
        if levels:
            field["reach"].choices = [(ALL, field["reach"].choices[0][1]), (CHOSEN, _("Some: by level, or one by one"))]
            field["nodes"].choices = [
                (public_id("nod", node.id), "\u2003" * depth + offered.words(node)) for node, depth in levels
            ]
        else:
            del field["nodes"]
        if mine is not None:  # whoever has chosen stores gives nobody all of them
            field["reach"].choices = field["reach"].choices[1:]
            field["reach"].initial = CHOSEN
        field["stores"].choices = [
            (each.public_id, each.name) for each in offered.stores if mine is None or each.id in mine
        ]

    def clean(self) -> dict[str, Any]:
        """What is chosen is at least one store or level, and an owner has all."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reach") == CHOSEN:
            if cleaned.get("role") == Role.OWNER:
                self.add_error("reach", _("An owner has all stores."))
            elif not cleaned.get("stores") and not cleaned.get("nodes"):
                self.add_error("stores", _("Choose at least one store."))
        return cleaned

    def given(self) -> dict[str, Any]:
        """What was chosen, as the core takes it."""
        chosen = self.cleaned_data
        if chosen["reach"] == ALL:
            return {"role": Role(chosen["role"]), "store_ids": None}
        return {
            "role": Role(chosen["role"]),
            "store_ids": frozenset(parse_id("sto", each) for each in chosen["stores"]),
            "node_ids": frozenset(parse_id("nod", each) for each in chosen.get("nodes", ())),
        }


class InviteForm(ReachForm):
    """Whom to ask, and in which language."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)
    field_order = ("email", "role", "reach", "nodes", "stores", "language")


def initial_of(found: MemberFacts) -> dict[str, Any]:
    """The form as a member has it."""
    return {
        "role": found.role.value,
        "reach": ALL if found.store_ids is None else CHOSEN,
        "nodes": [public_id("nod", each) for each in found.node_ids],
        "stores": [public_id("sto", each) for each in found.chosen_ids],
    }
