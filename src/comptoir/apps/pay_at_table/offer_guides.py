"""How an integration is set up at each till, step by step, with the menus of the vendor's own back office (O2, 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class GuideStep:
    """`where` is a place as its maker calls it, menu by menu; `what` is done there."""

    where: str | Promise
    what: Promise


GUIDES: Final[Mapping[str, tuple[GuideStep, ...]]] = {
    "lightspeed_k": (
        GuideStep(
            "Lightspeed Back Office: Configuration → Settings → Payment methods",
            _(
                "Add a payment method for your provider’s cards and another one for vouchers, each with a short code of"
                " its own. Plain methods: not Lightspeed Payments, not the integrated card terminal."
            ),
        ),
        GuideStep(
            "Lightspeed Back Office: Configuration → Users → POS users",
            _(
                "Choose or add a user who is never archived: payments are entered under it. Transfer the tables of a"
                " user before you archive it."
            ),
        ),
        GuideStep(
            _("The iPad with the Lightspeed Restaurant app"),
            _(
                "Open the day’s sales period, and leave the app open and in front on at least one iPad that may take"
                " payments: its name is blue."
            ),
        ),
        GuideStep(
            _("Comptoir: Connections"),
            _("Connect Lightspeed K-Series and choose the store that the place feeds."),
        ),
        GuideStep(
            _("Comptoir: this page"),
            _(
                "Press “Add new”, choose the payment methods, the user and the addresses that hear of money that is not"
                " on the till, then Save and Enable."
            ),
        ),
        GuideStep(
            _("Lightspeed support, by mail or chat"),
            _(
                "Have the Payment API and the real-time notifications UPDATE and CLOSE switched on. The page of your"
                " integration has the mail ready, in English and in French."
            ),
        ),
        GuideStep(
            _("Your provider"),
            _("Give it the integration id. It asks to be let in; say yes on the page of your integration."),
        ),
    ),
}
