"""Who changed what of a reward: the notes of its changes in words, product ids included (loyalty.md 1.6)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty import reads as members
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.audit import reads as audit
from comptoir.core.audit.reads import NoteFacts
from comptoir.web.parts import Moment

SHOWN: Final = 50
FIELDS: Final[Mapping[str, Promise]] = {
    "name": gettext_lazy("name"),
    "description": gettext_lazy("what the guest gets"),
    "points": gettext_lazy("price in points"),
    "tags": gettext_lazy("tags"),
    "takes_all": gettext_lazy("all products together"),
}
PRODUCTS: Final = "products."


def moments(organisation_id: UUID, public: str, store_names: Mapping[str, str]) -> list[Moment]:
    """The latest changes of one reward, newest first; stores that the reader may not see have no name."""
    notes = [
        note
        for what in (catalogue.ADDED, catalogue.CHANGED)
        for note in audit.activity(organisation_id, what=what, search=public, limit=SHOWN)
        if note.subject == public
    ]
    notes.sort(key=lambda note: note.id, reverse=True)
    people = members.names_of(organisation_id, {note.actor for note in notes})
    return [
        Moment(
            at=note.at,
            title=_title(note),
            detail="; ".join(_changes(note, store_names)),
            who=people.get(note.actor, ""),
        )
        for note in notes
    ]


def _title(note: NoteFacts) -> str:
    after = note.details.get("after", {})
    if note.what == catalogue.ADDED:
        return _("Added")
    if set(after) == {"sold"}:
        return _("Sold again") if after["sold"] else _("Sold no more")
    return _("Changed")


def _changes(note: NoteFacts, store_names: Mapping[str, str]) -> list[str]:
    before, after = note.details.get("before", {}), note.details.get("after", {})
    found = []
    for name, new in after.items():
        if name == "sold" or (note.what == catalogue.ADDED and not new):
            continue
        old = "" if note.what == catalogue.ADDED else _said(name, before.get(name), store_names)
        values = {"what": _field(name), "old": old, "new": _said(name, new, store_names)}
        found.append(_("%(what)s: %(old)s → %(new)s") % values if old else _("%(what)s: %(new)s") % values)
    return found


def _field(name: str) -> str:
    if name.startswith(PRODUCTS):
        return _("products of %(till)s") % {"till": name.removeprefix(PRODUCTS)}
    return _("stores") if name == "stores" else str(FIELDS.get(name, name))


def _said(name: str, value: Any, store_names: Mapping[str, str]) -> str:
    if name == "stores":
        return ", ".join(store_names.get(each, _("another store")) for each in value or ()) or _("all stores")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "–"
    return str(value) if value not in (None, "") else "–"
