"""The manifest: what traffic listens to, where it is in the navigation, who may do what (traffic-analytics.md 1.1)."""

from django.utils.translation import gettext_lazy as _

from comptoir.apps.traffic import handlers, resting
from comptoir.apps.traffic.deeds import DEEDS
from comptoir.apps.traffic.guides import GUIDES
from comptoir.core.accounts.roles import OFFICE, Role
from comptoir.core.installations.manifest import App, NavigationItem
from comptoir.pos.events import EventKind

ANALYSTS = OFFICE | {Role.VIEWER, Role.HR}
KEEPS = ("at",)
"""The location options stand in the address of every page."""
REPORTS = (
    *("traffic_over_time", "traffic_weekly", "traffic_comparison", "traffic_hours_and_weekdays"),
    *("traffic_equation", "traffic_staffing"),
    *("traffic_budgets", "traffic_export", "traffic_exports", "traffic_quality", "traffic_changes", "traffic_mails"),
)
PLACES = ("traffic_doors", "traffic_feeds", "traffic_settings")
APP = App(
    slug="traffic",
    name=_("Traffic"),
    summary=_("What your visitors were worth: traffic, conversion, sales and staff, hour by hour."),
    handlers={
        EventKind.SALE_CLOSED: handlers.sales_moved,
        EventKind.SALE_CHANGED: handlers.sales_moved,
        EventKind.SALE_VOIDED: handlers.sales_moved,
    },
    navigation=(
        NavigationItem(_("Traffic"), "traffic", "chart", "traffic.view", keeps=KEEPS),
        NavigationItem(_("Reports"), "traffic_totals", "table", "traffic.view", keeps=KEEPS, also=REPORTS),
        NavigationItem(_("Alerts"), "traffic_alerts", "warn", "traffic.view", keeps=KEEPS),
        NavigationItem(_("Hours by person"), "traffic_people", "person", "traffic.people", keeps=KEEPS),
        NavigationItem(_("Locations"), "traffic_locations", "store", "traffic.locations", keeps=KEEPS, also=PLACES),
        NavigationItem(_("POS integration"), "traffic_jobs", "connections", "traffic.status", keeps=KEEPS),
    ),
    permissions={
        "traffic.view": ANALYSTS | {Role.MARKETING},
        # Without it, hours worked and what is made of them are nowhere: STAR, labour.
        "traffic.staff": ANALYSTS,
        "traffic.people": frozenset({Role.HR}),
        # Who may edit what at which node is settled behind this: `rights.py`.
        "traffic.edit": OFFICE | {Role.HR},
        "traffic.locations": OFFICE,
        "traffic.manage": frozenset({Role.OWNER, Role.SUPERVISOR}),
        "traffic.status": frozenset({Role.OWNER, Role.SUPERVISOR, Role.REGIONAL_SUPERVISOR}),
        "traffic.jobs": frozenset({Role.OWNER, Role.SUPERVISOR}),
        "traffic.connect": frozenset({Role.OWNER}),
    },
    guides=GUIDES,
    deeds=DEEDS,
    at_rest=resting.at_rest,
)
