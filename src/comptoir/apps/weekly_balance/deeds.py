"""What people do in Weekly balance, in the words of the record of activity."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: Final[dict[str, Promise]] = {
    "balance.settings": _("The settings of the balance were changed"),
    "balance.department": _("A department was changed"),
    "balance.field": _("A field was changed"),
    "balance.budget": _("A budget was set"),
    "balance.budget_shape": _("The shape of a budget was changed"),
    "balance.confirmed": _("A day was confirmed"),
    "balance.reopened": _("A day was reopened"),
    "balance.corrected": _("A late difference was accepted"),
    "balance.kept": _("A number was kept despite a late difference"),
}
