"""What people do in Traffic, in the words of the record of activity."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: Final[dict[str, Promise]] = {
    "traffic.alert_stopped": _("The mails of an alert were stopped"),
    "traffic.alert_resumed": _("The mails of an alert go on"),
    "traffic.budget_saved": _("Budgets were set"),
    "traffic.budget_taken_back": _("Budgets were taken back"),
    "traffic.data_edited": _("Figures were corrected by hand"),
    "traffic.day_filled": _("Hours that no counter told of were filled by what is usual"),
    "traffic.day_unfilled": _("Hours that were filled by what is usual were emptied again"),
    "traffic.door_added": _("A webhook for counts was added"),
    "traffic.door_rotated": _("The secret of a webhook was replaced"),
    "traffic.door_deleted": _("A webhook for counts was deleted"),
    "traffic.edit_allowed": _("Somebody may edit by hand"),
    "traffic.edit_taken_away": _("Somebody may edit by hand no more"),
    "traffic.export_added": _("An export that goes by itself was added"),
    "traffic.export_deleted": _("An export that goes by itself was deleted"),
    "traffic.feed_added": _("A place that is looked at for counts was added"),
    "traffic.feed_changed": _("A place that is looked at for counts was changed"),
    "traffic.feed_on": _("A place is looked at for counts again"),
    "traffic.feed_off": _("A place is looked at for counts no more"),
    "traffic.feed_deleted": _("A place that was looked at for counts was deleted"),
    "traffic.hours_changed": _("Business hours were changed"),
    "traffic.job_begun": _("A POS integration was begun"),
    "traffic.job_finished": _("A POS integration was set up"),
    "traffic.job_on": _("A POS integration was switched on"),
    "traffic.job_off": _("A POS integration was switched off"),
    "traffic.job_deleted": _("A POS integration was deleted"),
    "traffic.closure_kept_empty": _("The time of a closure was kept empty"),
    "traffic.imported_removed": _("What the till had brought was removed from a location"),
    "traffic.left_out_brought_back": _("What was left out of a location was brought back"),
    "traffic.limit_saved": _("After how long counters are silent was changed"),
    "traffic.limit_deleted": _("After how long counters are silent was taken back"),
    "traffic.location_changed": _("A location was changed"),
    "traffic.node_added": _("A level of the chain was added"),
    "traffic.people_exported": _("Hours by person were exported"),
    "traffic.settings_changed": _("How traffic is counted was changed"),
    "traffic.staff_pattern_saved": _("Who is usually at work at a location was typed"),
    "traffic.staff_pattern_deleted": _("Who is usually at work at a location was deleted"),
    "traffic.staff_pattern_restored": _("Who is usually at work at a location was brought back"),
    "traffic.wage_saved": _("What an hour of work costs was typed"),
    "traffic.wage_deleted": _("What an hour of work costs was deleted"),
}
