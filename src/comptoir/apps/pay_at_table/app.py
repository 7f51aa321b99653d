"""The manifest: who may do what at the tables."""

from django.utils.translation import gettext_lazy as _

from comptoir.apps.pay_at_table import hearing, notices
from comptoir.apps.pay_at_table.deeds import DEEDS
from comptoir.apps.pay_at_table.guides import GUIDES
from comptoir.core.accounts.roles import EVERYONE, Role
from comptoir.core.installations.manifest import App, NavigationItem

APP = App(
    slug="pay_at_table",
    name=_("Pay at table"),
    summary=_("Guests pay through a provider; the till hears of it once."),
    handlers={},
    heard=hearing.heard,
    troubles=notices.troubles,
    troubles_at="/pay-at-table/payments?state=open",
    permissions={
        "pay_at_table.view": EVERYONE - {Role.MARKETING, Role.HR, Role.PARTNER},
        "pay_at_table.settle": frozenset({Role.OWNER, Role.SUPERVISOR, Role.MANAGER}),
        "pay_at_table.manage": frozenset({Role.OWNER}),
    },
    navigation=(
        NavigationItem(_("Tables"), "tables", "store", "pay_at_table.view"),
        NavigationItem(_("Payments"), "table_payments", "sales", "pay_at_table.view", also=("table_reconciliation",)),
        NavigationItem(
            _("Pay at table"),
            "table_integrations",
            "settings",
            "pay_at_table.manage",
            also=("table_catalogue", "table_plan"),
        ),
    ),
    guides=GUIDES,
    deeds=DEEDS,
    backoffice_places=(NavigationItem(_("Prices of pay at table"), "backoffice_tables", "settings", "operator"),),
    comes_with_store=False,
)
