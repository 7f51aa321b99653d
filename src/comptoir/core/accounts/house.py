"""What operators do to the installation itself is written down like what is done in an organisation.

The installation has a row among the organisations for it, under an id of its own, which no list of tenants shows: so
its notes are sealed, kept and compared by the very same chain.
"""

from collections.abc import Mapping
from datetime import datetime

from comptoir.core.accounts.models import HOUSE, Organisation
from comptoir.core.audit import notes


def note(
    *, actor: str, what: str, now: datetime, subject: str = "", details: Mapping[str, object] | None = None
) -> None:
    """As `audit.notes.note`, of the installation."""
    Organisation.everything.get_or_create(id=HOUSE, defaults={"name": "Comptoir", "created_at": now})
    notes.note(organisation_id=HOUSE, actor=actor, what=what, now=now, subject=subject, details=details)
