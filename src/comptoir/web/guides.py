"""The guide of each page: a few sentences for somebody who is in front of it and wonders what to do.

A page is known by the name of its route. Those of the house stand here, those of an app in its manifest; every page has
one, which a test holds.
"""

from collections.abc import Mapping
from typing import Final

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from comptoir.core.installations import manifest
from comptoir.core.installations.manifest import Guide

CONNECTIONS: Final = (
    _("Press Connect, sign in at the maker of your till, and choose which location feeds which store."),
    _("Where the till wants an address for notifications, copy it from the connection into the till’s own settings."),
    _(
        "A red light means that nothing comes in; its button leads to the sign-in. "
        "What was sold meanwhile is read later."
    ),
)
INBOX: Final = (
    _("Everything a till sends stands here the moment it arrives, with what became of it."),
    _(
        "Parked means that it could not be read: nothing was counted, nothing is lost. "
        "Open it to see where the fault is."
    ),
    _("Read again is safe at any time: what was counted stays counted once."),
)
IMPORTS: Final = (
    _("Choose days and a store: closed sales are read from the till’s books, the newest days first."),
    _("Pause and cancel keep what was read. Days that were read before change nothing."),
    _("An import that waits tries again by itself; one that stopped says why."),
)
SALES: Final = (
    _("Search by receipt, account or any number the till gave; open a sale to see every version of it."),
    _("Corrections of the till arrive by themselves and change points and figures with them."),
)
USERS: Final = (
    _("Invite by mail; the role says what somebody may do, the stores say where."),
    _("Before you remove somebody, see whether a till was connected with his sign-in: the page tells you."),
)
WEBHOOKS: Final = (
    _("Name an address of your own program, and keep the secret that is shown once."),
    _("A message that was not taken is tried again for days; open it to see each answer, and send it again."),
)
PARTNERS: Final = (
    _("Invite the partner’s technical user under Users, then notify the partner: its contacts get a mail."),
    _("Each store has a slug, which the partner types into the field Store of its own settings."),
    _("Once the operator has issued your token, the first order makes the connection active."),
)
GUIDES: Final[Mapping[str, Guide]] = {
    "overview": (
        _("Green means that every store’s sales come in. What is wrong stands on top, with its button."),
        _("Figures are of the business day that runs now, in each store’s own zone."),
    ),
    "connections": CONNECTIONS,
    "connection": CONNECTIONS,
    "connect": CONNECTIONS,
    "connection_returned": CONNECTIONS,
    "inbox": INBOX,
    "inbox_replay": INBOX,
    "notification": INBOX,
    "imports": IMPORTS,
    "import_schedules": (
        _("Each schedule reads the till’s books by itself. Times are those of the store, also when its clock changes."),
        _("A run that was missed is caught up once. A run that is still reading is not doubled by the next."),
    ),
    "import": IMPORTS,
    "sales": SALES,
    "late_changes": (
        _("What moved after its day was over: bills that were voided or corrected, times at work that were edited."),
        _("Nothing is to be done here; look whether reports that you have handed on still hold."),
    ),
    "sale": SALES,
    "settings": (_("Each line leads to what can be set up; what your role may not change is not shown."),),
    "users": USERS,
    "user": USERS,
    "modules": (
        _("Switch an app on or off for one store. While it is off, sales are kept and nothing is done with them."),
        _("Switched on again, catch up does what was left undone."),
    ),
    "tokens": (_("A token lets a program of yours ask Comptoir. It is shown once; revoke it when in doubt."),),
    **dict.fromkeys(("partners", "partner_sheet"), PARTNERS),
    "partner_authorise": (
        _("A till’s maker asks to work with your rights. Let it in only if you asked for it yourself."),
    ),
    "visits": (
        _("Whoever runs Comptoir sees your organisation from inside only if you allow it, for hours that you choose."),
        _("What a visitor changes stands among what was done, under his name. End the visit at any time."),
    ),
    "backoffice": (_("Every organisation of this installation; open one for its stores, slugs and people."),),
    "backoffice_health": (
        _("Whether sales of every organisation come in, the worst first. Open one for its stores and people."),
    ),
    "backoffice_configuration": (
        _("Who may sign up, and what an organisation may use that has no plan of its own; it holds at once."),
    ),
    "backoffice_plan": (
        _("A plan says what an organisation may use; the switches say what is on at each of its stores."),
    ),
    "backoffice_aliases": (
        _("More names for the fields of the partner API, for a till that calls them otherwise; they hold at once."),
    ),
    "backoffice_stores": (_("Copy a slug for the partner whose till sends orders of that store."),),
    "backoffice_partners": (
        _("Approve a request, then generate the token: it is shown once, and the partner is told by mail."),
        _("A partner is registered once, with the addresses that hear of each step."),
    ),
    "activity": (
        _("Who did what, the latest first: your people, partners, and whoever runs Comptoir."),
        _("Nobody can change what stands here, or take it away unseen. Export it to keep it elsewhere."),
    ),
    "backoffice_house_activity": (
        _("What was set for the whole installation, which partners were registered, who became an operator."),
    ),
    "backoffice_activity": (_("Who did what, the latest first. Search by subject or by person; export all of it."),),
    "backoffice_jobs": (_("What waits to be done, and what was given up: see the log for why, then try it again."),),
    "backoffice_inbox": (_("When something came in, from where and what became of it: never what was in it."),),
    "webhooks": WEBHOOKS,
    "webhook": WEBHOOKS,
    "webhook_delivery": WEBHOOKS,
    "profile": (
        _("Change your name and password here, and add a second step so that a password alone is not enough."),
    ),
    "help": (_("Say what you wanted to do and what happened instead. The log below goes with your message."),),
}


def guide(path: str) -> Guide:
    """What the page at this path is for; empty for what is no page."""
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return ()
    return of(name)


def of(name: str) -> Guide:
    """The same by the name of the route."""
    if name in GUIDES:
        return GUIDES[name]
    return next((app.guides[name] for app in manifest.apps() if name in app.guides), ())
