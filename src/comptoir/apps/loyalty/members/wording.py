"""What happened to a member, in words: changes with before and after, consents with where they come from."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty import phones
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.persons import Change, Consent
from comptoir.web.parts import Moment

CHANGES: dict[str, Promise] = {
    "created": gettext_lazy("Enrolled"),
    "edited": gettext_lazy("Changed"),
    "undone": gettext_lazy("Change undone"),
    "imported": gettext_lazy("Imported"),
    "paused": gettext_lazy("Paused"),
    "pin_set": gettext_lazy("PIN set"),
    "pin_removed": gettext_lazy("PIN removed"),
    "resumed": gettext_lazy("Resumed"),
    "merged": gettext_lazy("Merged"),
    "unmerged": gettext_lazy("Taken apart again"),
    "anonymised": gettext_lazy("Anonymised"),
}
FIELDS: dict[str, Promise] = {
    "phone": gettext_lazy("Mobile number"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "gender": gettext_lazy("Gender"),
    "birthday": gettext_lazy("Birthday"),
    "tags": gettext_lazy("Tags"),
    "source": gettext_lazy("Source"),
    "note": gettext_lazy("Note"),
}
CHANNELS: dict[str, Promise] = {Channel.SMS: gettext_lazy("SMS"), Channel.EMAIL: gettext_lazy("E-mail")}
SOURCES: dict[str, Promise] = {
    Source.TABLET: gettext_lazy("on the tablet"),
    Source.COUNTER: gettext_lazy("at the counter"),
    Source.PAGE: gettext_lazy("noted by the staff"),
    Source.WEB: gettext_lazy("on the web"),
    Source.POS: gettext_lazy("at the till"),
    Source.STOP: gettext_lazy("answered STOP"),
    Source.UNSUBSCRIBE: gettext_lazy("link in a mail"),
    Source.ORDER: gettext_lazy("came with a sale"),
    Source.IMPORT: gettext_lazy("came with an import"),
}


def change(row: Change, *, who: str, sees_phones: bool) -> Moment:
    """One change as a moment of the timeline."""
    names = [name for name in FIELDS if name in row.after]
    said = [_differs(name, row.before, row.after, sees_phones) for name in names]
    if row.undone_at is not None:
        said.append(_("Undone since."))
    level = "off" if row.undone_at or row.what == "undone" else "info"
    return Moment(at=row.at, title=CHANGES.get(row.what, row.what), detail=" ".join(said), who=who, level=level)  # type: ignore[arg-type]


def consent(row: Consent, *, who: str) -> Moment:
    """One record of consent as a moment of the timeline."""
    channel = CHANNELS[row.channel]
    title = _("Agreed to %(channel)s") if row.value else _("No advertising by %(channel)s")
    parts = [str(SOURCES.get(row.source, row.source)), _("wording %(version)s") % {"version": row.wording}, row.context]
    return Moment(
        at=row.at,
        title=title % {"channel": channel},
        detail=" · ".join(part for part in parts if part),
        who=who,
        level="ok" if row.value else "warn",
    )


def _differs(name: str, before: Mapping[str, Any], after: Mapping[str, Any], sees_phones: bool) -> str:
    old, new = (_shown(name, values.get(name), sees_phones) for values in (before, after))
    if not old:
        return _("%(field)s: %(new)s.") % {"field": FIELDS[name], "new": new or "–"}
    return _("%(field)s: %(old)s → %(new)s.") % {"field": FIELDS[name], "old": old, "new": new or "–"}


def _shown(name: str, value: Any, sees_phones: bool) -> str:
    if not value:
        return ""
    if name == "phone":
        return phones.readable(value) if sees_phones else phones.masked(value)
    return ", ".join(value) if isinstance(value, list) else str(value)
