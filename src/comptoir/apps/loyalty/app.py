"""The manifest: what loyalty listens to, where it is in the navigation, who may do what."""

from django.utils.translation import gettext_lazy as _

from comptoir.apps.loyalty import handlers, scanning
from comptoir.apps.loyalty.deeds import DEEDS
from comptoir.apps.loyalty.guides import GUIDES
from comptoir.apps.loyalty.traces import traces
from comptoir.core.accounts.roles import EVERYONE, Role
from comptoir.core.installations.manifest import App, Bundle, NavigationItem
from comptoir.pos.events import EventKind

SUITE = Bundle("suite", _("Suite"))
"""Loyalty with whatever else a restaurant has as one subscription (loyalty.md 1.1: module `loyalty` or `suite`)."""
APP = App(
    slug="loyalty",
    name=_("Loyalty"),
    summary=_("Points for every sale, by phone number."),
    handlers={
        EventKind.SALE_CLOSED: handlers.sales_moved,
        EventKind.SALE_CHANGED: handlers.sales_moved,
        EventKind.SALE_VOIDED: handlers.sales_moved,
    },
    navigation=(
        NavigationItem(_("Counter"), "loyalty_counter", "counter", "loyalty.claim"),
        NavigationItem(_("Loyalty"), "loyalty", "loyalty", "loyalty.view"),
        NavigationItem(_("Members"), "loyalty_members", "members", "loyalty.view"),
        NavigationItem(_("Rewards"), "loyalty_rewards", "gift", "loyalty.view"),
        NavigationItem(_("Figures"), "loyalty_figures", "chart", "loyalty.view"),
        NavigationItem(_("Programme"), "loyalty_programme", "settings", "loyalty.view"),
        NavigationItem(_("Tablets"), "tablets", "phone", "loyalty.tablets"),
    ),
    permissions={
        "loyalty.view": EVERYONE - {Role.HR},
        "loyalty.claim": EVERYONE - {Role.VIEWER, Role.MARKETING, Role.HR, Role.PARTNER},
        "loyalty.phones": frozenset({Role.OWNER}),
        "loyalty.members": frozenset({Role.OWNER, Role.SUPERVISOR, Role.MANAGER}),
        "loyalty.delete": frozenset({Role.OWNER}),
        "loyalty.tablets": frozenset({Role.OWNER, Role.SUPERVISOR, Role.MANAGER}),
        "loyalty.rewards": frozenset({Role.OWNER, Role.SUPERVISOR, Role.PARTNER}),
        "loyalty.manage": frozenset({Role.OWNER, Role.SUPERVISOR}),
    },
    guides=GUIDES,
    deeds=DEEDS,
    traces=traces,
    bundles=(SUITE,),
    partner_places=(
        NavigationItem(_("Checklist of partners"), "loyalty_partner_checklist", "check", "loyalty.rewards"),
        NavigationItem(_("Messages to partners"), "loyalty_partner_messages", "external", "loyalty.manage"),
    ),
    backoffice_places=(NavigationItem(_("Names of fields"), "backoffice_aliases", "settings", "operator"),),
    scanned=scanning.scanned,
)
