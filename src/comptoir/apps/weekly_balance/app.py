"""The manifest: what the weekly balance listens to, where it is in the navigation, who may do what."""

from django.utils.translation import gettext_lazy as _

from comptoir.apps.weekly_balance import handlers
from comptoir.apps.weekly_balance.deeds import DEEDS
from comptoir.apps.weekly_balance.guides import GUIDES
from comptoir.core.accounts.roles import OFFICE, Role
from comptoir.core.installations.manifest import App, NavigationItem
from comptoir.pos.events import EventKind

SUPERVISORS = frozenset({Role.OWNER, Role.SUPERVISOR, Role.REGIONAL_SUPERVISOR})
APP = App(
    slug="weekly_balance",
    name=_("Weekly balance"),
    summary=_("The till’s figures in the week’s book, confirmed."),
    handlers={
        EventKind.SALE_CLOSED: handlers.sales_moved,
        EventKind.SALE_CHANGED: handlers.sales_moved,
        EventKind.SALE_VOIDED: handlers.sales_moved,
    },
    navigation=(
        NavigationItem(_("Weekly balance"), "balance", "calendar", "weekly_balance.view"),
        NavigationItem(_("Import POS"), "balance_import", "download", "weekly_balance.import"),
        NavigationItem(_("Today’s index"), "balance_today", "calendar", "weekly_balance.staff"),
        NavigationItem(_("Balance settings"), "balance_settings", "settings", "weekly_balance.view"),
    ),
    guides=GUIDES,
    deeds=DEEDS,
    permissions={
        "weekly_balance.view": OFFICE,
        "weekly_balance.today": OFFICE | {Role.STAFF},
        "weekly_balance.staff": frozenset({Role.STAFF}),
        "weekly_balance.type": OFFICE,
        "weekly_balance.confirm": OFFICE,
        "weekly_balance.reopen": SUPERVISORS,
        "weekly_balance.manage": SUPERVISORS,
        "weekly_balance.import": SUPERVISORS,
    },
)
