"""Write down who did what: in the caller's transaction, so that a note stands exactly when its deed does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from comptoir.core.audit.models import Note

SYSTEM: Final = "system"
LONGEST_SUBJECT: Final = 200


def note(
    *,
    organisation_id: UUID,
    actor: str,
    what: str,
    now: datetime,
    subject: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """`actor` is `user:<id>`, `token:<id>` or `SYSTEM`; `what` a code that stays, such as `member.removed`.

    `subject` is what it was done to, as people call it, and `details` plain JSON. Neither ever holds a secret: a note
    is shown, searched and exported.
    """
    Note.objects.create(
        organisation_id=organisation_id,
        at=now,
        actor=actor,
        what=what,
        subject=subject[:LONGEST_SUBJECT],
        details=dict(details or {}),
    )
