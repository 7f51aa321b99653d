"""The words of the tablet's screen, in every language at once: the page chooses on the tablet."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Final[dict[str, Promise]] = {
    "pair_title": _("Pair this tablet"),
    "pair_help": _("Type the code that Comptoir shows under Tablets."),
    "pair": _("Pair"),
    "code": _("Code"),
    "checking": _("Looking at this tablet…"),
    "idle_title": _("Collect points here"),
    "idle_rule": _("{points} for {amount}"),
    "idle_help": _("After you paid, your sale appears here."),
    "not_linked": _("Not linked to a register"),
    "not_linked_help": _("Choose the register in Comptoir, under Tablets."),
    "moved": _("The register of this tablet now stands in another store."),
    "passive": _("The register of this tablet is a passive till."),
    "your_sale": _("Your sale"),
    "win": _("Collect {points}"),
    "phone": _("Your mobile number"),
    "next": _("Collect"),
    "delete": _("Delete the last digit"),
    "no": _("No, thank you"),
    "previous": _("Previous order"),
    "latest": _("Latest order"),
    "no_consent": _("A new number becomes a member. That is no consent to advertising."),
    "thanks": _("Thank you"),
    "got": _("+{points}"),
    "balance": _("You now have {points}"),
    "for_number": _("for {who}"),
    "undo": _("Not my number: undo"),
    "undone": _("Undone. Type the right number."),
    "done": _("Done"),
    "offline": _("No network. You can go on: your points follow."),
    "kept": _("Kept. Your points are given as soon as the network is back."),
    "late": _("{number} waiting to be sent"),
    "again": _("You had collected this sale already."),
    "failed": _("This did not work. Try once more."),
    "revoked": _("This tablet was unpaired."),
    "language": _("Français"),
    "one_point": _("1 point"),
    "points": _("{number} points"),
    "closed": _("paid at {time}"),
    "wave": _("Here I am"),
}
