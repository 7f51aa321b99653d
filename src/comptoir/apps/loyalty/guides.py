"""The guide of each page: what help says to somebody who is in front of it."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.core.installations.manifest import Guide

COUNTER: Final = (
    _("Choose the sale, type the guest’s telephone number, and the points are his. A number that is new enrols."),
    _("A scanner may read the guest’s pass into the same field."),
    _("The wrong person? Undo it on the next screen, at once."),
)
MEMBERS: Final = (
    _("Search by number, name or tag; open somebody to see points, consents and every change."),
    _("Numbers are masked for everybody but owners."),
)
MEMBER: Final = (
    _("Every point has its reason here. An edit can be undone; a deletion cannot."),
    _("Hand over all data of a person with one button, before you delete anything."),
)
IMPORT: Final = (
    _("Choose a CSV file: you see each row and what would become of it before anything happens."),
    _("The whole import can be taken back for a while."),
)
REWARDS: Final = (
    _(
        "What guests can buy with points. Name the products of the till that a reward stands for: "
        "they earn no points, and their refund gives it back."
    ),
    _("Selling no more or a new price changes nothing for those who have bought already."),
)
PROGRAMME: Final = (
    _("How many points a sale brings, from which amount on, and when they expire."),
    _("A change makes a new version: what was earned before stays as it was."),
)
BONUSES: Final = (
    _("Points on top of what a sale earns: on some days, for a product, a visit or a birthday."),
    _("A rule is not changed but ended, and another one added: so everybody sees why they have their points."),
)
TABLETS: Final = (
    _("Open /tablet on the tablet and type the code from here: that is all the pairing there is."),
    _("Press Identify and a hand waves on the tablet in question; then link it to the register beside it."),
    _("A register appears by itself with its first closed sale."),
)
GUIDES: Final[Mapping[str, Guide]] = {
    "loyalty": (_("What the programme did lately: who joined, points given and spent, and the latest sales."),),
    "loyalty_set_up": (_("Each step turns green by itself when it is seen to work. The first grey one is the next."),),
    "loyalty_counter": COUNTER,
    "loyalty_claim": COUNTER,
    "loyalty_thanks": COUNTER,
    "loyalty_members": MEMBERS,
    "loyalty_members_settings": MEMBERS,
    "loyalty_members_silent": MEMBERS,
    "loyalty_members_watch": MEMBERS,
    "loyalty_member": MEMBER,
    "loyalty_member_edit": MEMBER,
    "loyalty_member_merge": MEMBER,
    "loyalty_member_leave": MEMBER,
    "loyalty_imports": IMPORT,
    "loyalty_import": IMPORT,
    "loyalty_partner_checklist": (
        _("What a till’s maker has shown with his calls so far, and what is still to come before his tills sell."),
    ),
    "loyalty_partner_messages": (
        _("Each event that a partner’s program subscribed to: whether it was taken, and what it answered."),
        _("Sent again, a message keeps its id, so that whoever took it before knows it."),
    ),
    "loyalty_rewards": REWARDS,
    "loyalty_reward": REWARDS,
    "loyalty_reward_new": REWARDS,
    "loyalty_alerts": (
        _("Each line says what happened and what to do. Money has moved, so nothing was undone."),
        _("Put aside what you have looked at; it stays under its tab, with who looked."),
    ),
    "loyalty_figures": (
        _(
            "Each figure stands beside that of as many days before. "
            "Choose a period and a store; the address keeps both."
        ),
        _("A guest who came back had collected on an earlier day. Points spent are what rewards cost."),
    ),
    "loyalty_bonuses": BONUSES,
    "loyalty_bonus_new": BONUSES,
    "loyalty_programme": PROGRAMME,
    "loyalty_programme_change": PROGRAMME,
    "tablets": TABLETS,
    "tablet": TABLETS,
    "tablet_diagnosis": (
        _("Read from the top: the first line that is not green is the one to mend, with its button."),
    ),
}
