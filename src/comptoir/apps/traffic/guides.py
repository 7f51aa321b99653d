"""The guide of each page: what help says to somebody who is in front of it."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.core.installations.manifest import Guide

RATIOS: Final = _("Ratios count only hours in which both sides are known; the hours beside a figure say how many.")
REPORTS: Final = (
    _("Location options choose all locations, a chain, a district, a region or a store; the address keeps it."),
    RATIOS,
)
WEEKLY: Final = (
    _("The seven days of a week and the week, of all locations and of each, beside what you choose to compare with."),
    _("A day that is not over is compared with nothing."),
    RATIOS,
)
BUDGETS: Final = (
    _("What a location is meant to have: typed for a day, or for more days together and spread by its own weekdays."),
    _("Choose the budget under Beside, and each figure has its index: actual ÷ budget × 100, of days that know both."),
)
STAFFING: Final = (
    _(
        "By the hour of the clock: how many hours of staff the visitors ask for at the location’s target, and how many"
        " there were."
    ),
    _("Hours count in which visitors and staff are both known, of locations that have a target."),
)
LONG: Final = (
    _("Thirteen months beside the year before, weekdays by their hours, a usual day, and how staff kept up."),
    _("Below each chart are its figures as a table, and as a file."),
)
DAY: Final = (
    _("Every hour of the day, with the state of each figure: not known is not nought."),
    _("Type over a figure to correct it: the measured one stays beside it, and everything can be taken back."),
    _("Hours no counter told of can be filled by what is usual: marked as estimated, gone when the counter tells."),
)
JOB: Final = (
    _("Label, sign in at the till, match its shops, choose a start time. Each step can wait and be done later."),
    _("Its label and its chain can be changed later; locations keep their figures, ids and matches."),
    _("The check asks the till and ends after ten seconds, whatever the till does: go on anyway."),
    _("Switched off, nothing of its locations comes in; switched on again, the hole is filled by itself."),
)
LOCATION: Final = (
    _("The location id is what every feed calls it: 1, 01 and 0001 are the same one."),
    _("Only an operational location receives figures. Back in operation, what happened meanwhile is filled in."),
    _("Really closed, its time stays empty. An owner removes what the till brought; both can be brought back."),
)
SETTINGS: Final = (
    _("With or without tax, weeks from Monday or Sunday, what a transaction is: for all days, past ones too."),
    _("No till tells what an hour of work costs. Type it, and reports have labour cost and its share of sales."),
)
MAILS: Final = (_("The figures of yesterday or of last week, of the stores you see, at the hour you choose."),)
ALERTS: Final = (
    _("A counter that tells nothing for 2 hours of opening, or what you say; a till not read for 90 minutes of it."),
    _("No sale in 2 hours with more than 30 visitors, more sales than visitors, a conversion below 7 tenths of usual."),
    _("More visitors for each hour of staff than the location’s target for 3 hours; somebody in for 16 hours."),
    _("Mails go at once, after 24 hours, 48 hours later and 7 days later; one button stops them. The end is told."),
)
EXPORTS: Final = (
    _("Hours as a file, every morning or on Monday: by mail, to an SFTP server, or as a signed message to a webhook."),
    _("What does not arrive is tried again for three days; you hear of it by mail, and the page says why."),
    _("On a server a file appears when it is whole; sent again, it replaces itself."),
)
DOORS: Final = (
    _("Counters, or a program, send counts to an address of their own and sign them with its secret."),
    _("The secret is shown once. A new one can be made at any time; the old one holds for 24 hours more."),
    _("A message counts once, however often it is sent; one signed more than five minutes ago is refused."),
)
FEEDS: Final = (
    _("A folder, an SFTP server or a mailbox is looked at as often as you say; each file counts once, by its content."),
    _("Of a file the rows that can be read are taken, others are named with their line and why."),
    _("Cameras of Axis and Hikvision are asked each hour; what comes late is read with the next two days."),
    _("Dor is asked for what it updated; an hour counts once Dor calls it complete and valid. Before, it is unknown."),
    _("What cannot be looked at for 90 minutes is an alert, which ends by itself when it delivers again."),
    _("Nothing is lost on the way: a file is moved aside, and a mail marked as read, only after it was kept."),
)
HOURS: Final = (
    _("While a location is closed, nothing of it is silent: alerts count only the time in which it is open."),
    _("Where nobody typed hours, they are those in which people came or bought in two of the last four weeks or more."),
)
STAFF_PATTERN: Final = (
    _("Type how many people are usually at work, by weekday and hour, from a date on; the nearest earlier date holds."),
    _("It counts on days without clock entries and without typed staff hours, marked as planned; a clock entry wins."),
)
PEOPLE: Final = (
    _("How many hours each person worked, and on how many days; never when somebody came or went."),
    _("Only HR sees this page. Every export stands in the record of activity."),
)
GUIDES: Final[Mapping[str, Guide]] = {
    "traffic": (_("What came through the doors, who bought, and what that brought, beside what is usual."), RATIOS),
    "traffic_long": LONG,
    "traffic_chart": LONG,
    "traffic_chart_export": LONG,
    "traffic_day": DAY,
    "traffic_day_edit": DAY,
    "traffic_day_undo": DAY,
    "traffic_day_fill": DAY,
    "traffic_totals": REPORTS,
    "traffic_totals_export": REPORTS,
    "traffic_over_time": REPORTS,
    "traffic_over_time_export": REPORTS,
    "traffic_weekly": WEEKLY,
    "traffic_weekly_export": WEEKLY,
    "traffic_hours_and_weekdays": REPORTS,
    "traffic_hours_and_weekdays_export": REPORTS,
    "traffic_staffing": STAFFING,
    "traffic_staffing_export": STAFFING,
    "traffic_budgets": BUDGETS,
    "traffic_budget_spread": BUDGETS,
    "traffic_budget_upload": BUDGETS,
    "traffic_budget_back": BUDGETS,
    "traffic_comparison": REPORTS,
    "traffic_equation": (_("Move a factor and see what sales would be; nothing of it is stored."), RATIOS),
    "traffic_export": REPORTS,
    "traffic_download": REPORTS,
    "traffic_form": REPORTS,
    "traffic_exports": EXPORTS,
    "traffic_export_send": EXPORTS,
    "traffic_export_delete": EXPORTS,
    "traffic_quality": REPORTS,
    "traffic_changes": (_("What moved after its day was over: voids, edited clock entries, counts that came late."),),
    "traffic_changes_export": (_("The same as a file."),),
    "traffic_people": PEOPLE,
    "traffic_people_export": PEOPLE,
    "traffic_mails": MAILS,
    "traffic_mail_delete": MAILS,
    "traffic_alerts": ALERTS,
    "traffic_alerts_to_me": ALERTS,
    "traffic_alert_mails": ALERTS,
    "traffic_limit_add": ALERTS,
    "traffic_limit_delete": ALERTS,
    "traffic_hours": HOURS,
    "traffic_exception_add": HOURS,
    "traffic_exception_delete": HOURS,
    "traffic_staff_pattern": STAFF_PATTERN,
    "traffic_staff_pattern_delete": STAFF_PATTERN,
    "traffic_staff_pattern_restore": STAFF_PATTERN,
    "traffic_locations": LOCATION,
    "traffic_location": LOCATION,
    "traffic_imported_remove": LOCATION,
    "traffic_left_out_back": LOCATION,
    "traffic_upload": (
        _("One row an hour, with the location id, the date and the hour; every row that is not taken is named."),
        _("Rows of locations nobody knows yet are kept for 30 days and taken when they appear."),
    ),
    "traffic_counter_add": LOCATION,
    "traffic_counter_switch": LOCATION,
    "traffic_counter_rule_add": LOCATION,
    "traffic_counter_rule_delete": LOCATION,
    "traffic_location_save": LOCATION,
    "traffic_target": LOCATION,
    "traffic_node_add": LOCATION,
    "traffic_node_rename": LOCATION,
    "traffic_node_move": LOCATION,
    "traffic_node_remove": LOCATION,
    "traffic_doors": DOORS,
    "traffic_door_rotate": DOORS,
    "traffic_door_delete": DOORS,
    "traffic_feeds": FEEDS,
    "traffic_feed_add": FEEDS,
    "traffic_feed_undo": FEEDS,
    "traffic_feed": FEEDS,
    "traffic_feed_change": FEEDS,
    "traffic_feed_look": FEEDS,
    "traffic_feed_switch": FEEDS,
    "traffic_feed_delete": FEEDS,
    "traffic_jobs": JOB,
    "traffic_read_now": JOB,
    "traffic_job_add": JOB,
    "traffic_job_match": JOB,
    "traffic_job": JOB,
    "traffic_job_check": JOB,
    "traffic_job_schedule": JOB,
    "traffic_job_change": JOB,
    "traffic_job_undo": JOB,
    "traffic_job_delete": JOB,
    "traffic_job_switch": JOB,
    "traffic_settings": SETTINGS,
    "traffic_settings_save": SETTINGS,
    "traffic_wage_add": SETTINGS,
    "traffic_wage_delete": SETTINGS,
    "traffic_editor_add": SETTINGS,
    "traffic_editor_remove": SETTINGS,
    "traffic_editor_restore": SETTINGS,
}
