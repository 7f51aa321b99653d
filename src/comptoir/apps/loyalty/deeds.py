"""What people do in Loyalty, in the words of the record of activity."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: Final[dict[str, Promise]] = {
    "loyalty.bonus_added": _("A bonus was added"),
    "loyalty.bonus_ended": _("A bonus was ended"),
    "loyalty.bonus_resumed": _("A bonus goes on"),
    "loyalty.habits": _("How visits are counted was changed"),
    "loyalty.import": _("Members were imported"),
    "loyalty.import_undone": _("An import of members was undone"),
    "loyalty.members_exported": _("Members were exported"),
    "loyalty.reward_added": _("A reward was added"),
    "loyalty.reward_changed": _("A reward was changed"),
    "member.exported": _("What is known of a member was exported"),
    "member.anonymised": _("A member was made anonymous"),
    "member.deleted": _("A member was deleted"),
    "partner.message_again": _("A message to a partner was sent again"),
    "points.adjusted": _("A partner added points"),
}
