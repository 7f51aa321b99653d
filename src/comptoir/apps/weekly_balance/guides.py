"""The guide of each page: what help says to somebody who is in front of it."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.core.installations.manifest import Guide

GUIDES: Final[Mapping[str, Guide]] = {
    "balance": (
        _("Days are columns, fields are rows. Type over a number and save; the till’s own number is kept beside it."),
        _("Paste cells from a spreadsheet into the first field: they fill the fields to the right and below."),
        _("Hold Shift and move to choose a block; copy it into a spreadsheet. Undo takes back what you saved last."),
        _("An amber mark is a late change of the till. Open the day to accept or reject it."),
    ),
    "balance_day": (
        _("The day by hours and registers, what its checks say, and every change with who made it."),
        _("A supervisor can approve single numbers before the day is confirmed: nobody types over them."),
        _("A confirmed day is final. A supervisor can reopen it and has to say why; anybody else can ask for it here."),
    ),
    "balance_budgets": (
        _("Type a target for each day, or spread that of a month or a year by the weights of weekdays."),
        _("The week shows the index: what was sold, of a target of 100."),
    ),
    "balance_totals": (_("The week of every department that you may see. Amounts of two currencies are never added."),),
    "balance_today": (_("How today’s net sales stand to today’s budget; 100 is the whole day’s budget."),),
    "balance_settings": (
        _("POS import needs “multi cash registers”: turn both on together."),
        _("A day confirms itself once it is over, was read completely and its checks hold."),
    ),
    "balance_departments": (
        _("A department is a store, or some of its registers. Without terminal numbers it takes all of them."),
    ),
    "balance_department": (
        _("The POS client number is the vendor’s number of the place; the terminal numbers are those of its tills."),
    ),
    "balance_fields": (
        _("Say what feeds each row. One type of the point of sale feeds one row."),
        _("Split into intervals (1 h) shows the hours of the day; the day’s number stays the same."),
    ),
    "balance_presets": (
        _("Put the till’s closing report of the day beside the three columns and choose the one that matches."),
    ),
    "balance_import": (
        _("Choose departments and days. The first import of a client writes over approved numbers; later ones ask."),
        _("Imports go on when you leave the page."),
    ),
}
