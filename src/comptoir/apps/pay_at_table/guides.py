"""The guide of each page: what help says to somebody who is in front of it."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.core.installations.manifest import Guide

GUIDES: Final[Mapping[str, Guide]] = {
    "tables": (
        _("Open bills as the till shows them. Large is what is left to pay."),
        _("Red is money that a guest paid and that is not on the till: open it and do what it says."),
    ),
    "table_payments": (
        _("Every payment that a provider took. “Needs you” waits for a person; the rest goes on by itself."),
        _("Several with one cause are sent again together, once the cause is mended."),
    ),
    "table_payment": (
        _("Do what the steps say, then press Retry. It looks at the till first, so nothing is entered twice."),
        _("Entered it on the till yourself? Say so with a reason; it can be taken back."),
    ),
    "table_catalogue": (_("What can be added here, with what it does and costs. Open one to add it for a place."),),
    "table_offer": (_("Choose the business and place, then Add new; its page asks for the rest."),),
    "table_plan": (
        _("A line for each integration: its period, its price and its end. The file is for whoever sends the bill."),
    ),
    "backoffice_tables": (
        _("What an integration costs a month and a year. Whoever chose it before keeps the price of that day."),
        _("Every plan line of the installation stands below; its file is what the bills are written from."),
    ),
    "table_orders": (_("Every order that guests placed from their phones. “Needs you” is not in the kitchen."),),
    "table_order": (
        _("An item the till does not know is named once, or left out; then press Send again. It is delivered once."),
        _("Not printed? It is on the till already: print it there, and look at the printer."),
    ),
    "table_reconciliation": (
        _("What guests paid on a business day beside what the till shows. Every difference is a row with its reason."),
        _("It is made half an hour after the day closes, again the next morning, and whenever you ask."),
    ),
    "table_integrations": (
        _("One integration for each place of a till. Add one, choose its payment methods, switch it on."),
    ),
    "table_integration": (
        _("Create payment methods for cards and vouchers in Lightspeed: Configuration, Settings, Payment Methods."),
        _("Give the integration id to your provider. It asks here to be let in, and sees nothing before."),
    ),
    "table_test": (
        _("It enters the smallest amount there is on a bill that you choose, the way guests’ payments go."),
        _("Open a bill for it on a table where nobody sits, and remove the payment on the till afterwards."),
    ),
    "table_again": (_("Opening this page changes nothing. The button sends the payment to the till again."),),
    "table_stop": (_("Press the button to get no more mails about this integration."),),
}
