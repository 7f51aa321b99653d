"""Support visits as both sides see them in a table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from comptoir.core.accounts import visits
from comptoir.core.accounts.visit_tables import Visit
from comptoir.web.parts import Level, Status

STATES: Final[Mapping[str, tuple[Level, Promise]]] = {
    "asked": ("info", gettext_lazy("Waits for the owner")),
    "open": ("warn", gettext_lazy("Inside")),
    "declined": ("off", gettext_lazy("Declined")),
    "withdrawn": ("off", gettext_lazy("Taken back")),
    "over": ("off", gettext_lazy("Over")),
}


def described(organisation_id: UUID, now: datetime) -> list[tuple[Visit, str, Status]]:
    """Each visit of an organisation with its state and its light."""
    rows = visits.of(organisation_id)
    states = [(row, row.state(now)) for row in rows]
    return [(row, state, Status(STATES[state][0], STATES[state][1], row.asked_at)) for row, state in states]
