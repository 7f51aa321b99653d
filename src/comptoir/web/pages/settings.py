"""Settings: what can be set up, each with what it is for."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from comptoir.core.accounts.roles import NOT_ON_A_VISIT, may
from comptoir.web.membership import visit_of
from comptoir.web.shell import OrganisationRequest, page


@dataclass(frozen=True)
class Setting:
    """One line of the page."""

    url_name: str
    label: str | Promise
    words: str | Promise
    permission: str


SETTINGS: Final = (
    Setting("modules", _("Modules"), _("Which app works for which store."), "modules.view"),
    Setting("tokens", _("API tokens"), _("Keys for your own programs: what each may read and do."), "tokens.manage"),
    Setting("webhooks", _("Webhooks"), _("Programs of yours that are told of every sale."), "webhooks.manage"),
    Setting("partners", _("Partners"), _("Makers of tills that call Comptoir: slugs, tokens."), "partners.view"),
    Setting("users", _("Users"), _("Who works here, with which role, in which stores."), "users.manage"),
    Setting("visits", _("Support visits"), _("Whoever runs Comptoir comes in only if you allow it."), "visits.manage"),
    Setting("activity", _("Activity"), _("Who did what here, and what stood before."), "activity.view"),
)


@require_GET
@page("settings.view")
def settings(request: OrganisationRequest) -> HttpResponse:
    """Everything this role may look at."""
    closed = NOT_ON_A_VISIT if visit_of(request) else frozenset()
    shown = [each for each in SETTINGS if may(request.role, each.permission) and each.permission not in closed]
    return render(request, "web/settings/list.html", {"settings": shown})
