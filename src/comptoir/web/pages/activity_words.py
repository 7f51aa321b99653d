"""What was done, in words: the details of a record, one line a matter."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.core.installations import manifest

NOTHING: Final = "–"
WORDS: Final[Mapping[str, Promise]] = {
    "visit.asked": gettext_lazy("Support asked to come in"),
    "visit.allowed": gettext_lazy("Support was let in"),
    "visit.declined": gettext_lazy("Support was declined"),
    "visit.entered": gettext_lazy("Support came in"),
    "visit.acted": gettext_lazy("Support changed something"),
    "visit.ended": gettext_lazy("A support visit was ended"),
    "inbox.glass_broken": gettext_lazy("An operator looked into what came in"),
    "audit.exported": gettext_lazy("The activity was exported"),
    "plan.changed": gettext_lazy("The plan was changed"),
    "module.switched_on": gettext_lazy("An app was switched on"),
    "module.switched_off": gettext_lazy("An app was switched off"),
    "organisation.sandbox": gettext_lazy("Sandbox or not was changed"),
    "partner.requested": gettext_lazy("A partner was asked for"),
    "partner.approved": gettext_lazy("A partner was approved"),
    "partner.declined": gettext_lazy("A partner was declined"),
    "partner.consented": gettext_lazy("A partner was let in"),
    "partner.mailed_again": gettext_lazy("A mail to a partner was sent again"),
    "partner.page_seen": gettext_lazy("Slugs were looked at"),
    "partner.sheet_taken": gettext_lazy("Slugs were exported"),
    "partner_token.made": gettext_lazy("A partner’s token was made"),
    "partner_token.extended": gettext_lazy("Stores were added to a partner’s token"),
    "partner_token.revoked": gettext_lazy("A partner’s token was revoked"),
    "partner.registered": gettext_lazy("A partner was registered"),
    "partner.contacts_changed": gettext_lazy("The contacts of a partner were changed"),
    "configuration.changed": gettext_lazy("The configuration was changed"),
    "job.tried_again": gettext_lazy("A job was tried again"),
    "operator.made": gettext_lazy("Somebody became an operator"),
    "operator.removed": gettext_lazy("Somebody is no operator any more"),
    "invitation.sent": gettext_lazy("Somebody was invited"),
    "invitation.sent_again": gettext_lazy("An invitation was sent again"),
    "invitation.withdrawn": gettext_lazy("An invitation was withdrawn"),
    "member.joined": gettext_lazy("Somebody joined"),
    "member.changed": gettext_lazy("Somebody’s role or stores were changed"),
    "member.removed": gettext_lazy("Somebody was removed"),
    "member.restored": gettext_lazy("Somebody was taken back"),
    "member.second_steps_removed": gettext_lazy("Somebody’s second sign-in step was removed"),
    "token.made": gettext_lazy("An API token was made"),
    "token.revoked": gettext_lazy("An API token was revoked"),
    "token.restored": gettext_lazy("An API token was restored"),
    "connection.consent_asked": gettext_lazy("Somebody was asked to sign in at the till"),
    "connection.consent_given": gettext_lazy("Whoever was asked signed in at the till"),
    "schedule.added": gettext_lazy("A schedule was added"),
    "schedule.switched_on": gettext_lazy("A schedule was switched on"),
    "schedule.switched_off": gettext_lazy("A schedule was switched off"),
    "schedule.deleted": gettext_lazy("A schedule was deleted"),
    "organisation.created": gettext_lazy("The organisation was created"),
}
"""What was done in the house; each app brings the words for its own."""


NAMES: Final[Mapping[str, Promise]] = {
    "active": gettext_lazy("Active"),
    "changed": gettext_lazy("Changed"),
    "day": gettext_lazy("Day"),
    "days": gettext_lazy("Days"),
    "hours": gettext_lazy("Hours"),
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "points": gettext_lazy("Points"),
    "provider": gettext_lazy("Provider"),
    "reason": gettext_lazy("Reason"),
    "role": gettext_lazy("Role"),
    "since": gettext_lazy("From"),
    "status": gettext_lazy("Status"),
    "stores": gettext_lazy("Stores"),
    "until": gettext_lazy("Until"),
    "visitors": gettext_lazy("Visitors"),
}
"""What a detail is called; what is not here is a field of the API, and called as it is there."""


def word(what: str) -> Promise | str:
    """What a code means, "" where the code is all there is."""
    return WORDS.get(what) or manifest.deeds().get(what, "")


def lines(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value; of what stood before and after, what is not the same."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            was, became = spelled(before.get(name)), spelled(after.get(name))
            if was != became:
                yield called(name), f"{was} → {became}"
    elif "before" in details and "after" in details:
        yield "", f"{spelled(before)} → {spelled(after)}"
    both = "before" in details and "after" in details
    for name, value in details.items():
        if not (both and name in ("before", "after")):
            yield called(name), spelled(value)


def called(name: str) -> str:
    """The name of a detail as people read it."""
    return str(NAMES.get(name, name))


def spelled(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {spelled(each)}" for name, each in value.items()) or NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(spelled(each) for each in value) or NOTHING
    return NOTHING if value in (None, "") else str(value)
