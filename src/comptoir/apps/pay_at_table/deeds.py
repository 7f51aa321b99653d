"""What people do in Pay at table, in the words of the record of activity."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: Final[dict[str, Promise]] = {
    "table.provider_linked": _("A provider was linked"),
    "table.provider_refused": _("A provider was refused"),
    "table.provider_left": _("A provider let go"),
    "table.enabled": _("An integration was switched on"),
    "table.disabled": _("An integration was switched off"),
    "table.settings_saved": _("The settings of an integration were saved"),
    "table.test_made": _("A test payment was made"),
    "table.test_over": _("A test payment was declared over"),
    "table.test_not_over": _("A test payment was declared to stand on the till still"),
    "table.item_mapped": _("An item was mapped"),
    "table.plan_chosen": _("A subscription was chosen"),
    "table.plan_cancelled": _("A subscription was cancelled"),
    "table.plan_kept": _("A subscription goes on"),
    "table.unknown_payment_seen_to": _("An unknown payment was looked at"),
    "table.result_at_wrong_store": _("A result was told at the address of another store, and not taken"),
}
