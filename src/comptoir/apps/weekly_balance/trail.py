"""The trail: every change of a number or a day with who, when, why, before and after (weekly-balance.md 1.1)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from comptoir.apps.weekly_balance.models import Change

DAILY: Final = "daily import"
AUTO: Final = "auto confirm"
EDIT: Final = "edit"
LATE: Final = "late correction"
ASKED: Final = "late change waits"
KEPT: Final = "late change refused"
"""Of these two the number did not move: before is what stands, after what the till says."""
REOPEN_ASKED: Final = "reopening asked for"
REOPEN_REFUSED: Final = "reopening refused"
REOPEN_WITHDRAWN: Final = "reopening not asked for any more"
"""Of these three the day did not move."""
APPROVED: Final = "approved by hand"
RELEASED: Final = "approval taken back"
"""Of these two the number did not move either."""
LIVE: Final = "point of sale"
NOTE: Final = "note"
SYSTEM: Final = "system"
"""Who did what nobody did by hand."""
MANUAL: Final = "manual import"
"""Begins the cause of an import that somebody began; its id follows."""


def text(value: Decimal | None) -> str:
    """A number as it is kept in the trail: exact, no exponent, empty for unknown."""
    return "" if value is None else f"{value.normalize():f}"


def change(
    *,
    organisation_id: UUID,
    department_id: UUID,
    day: date,
    field_id: UUID | None,
    before: str,
    after: str,
    actor: str,
    cause: str,
    now: datetime,
    reason: str = "",
) -> Change:
    """A row of the trail, to be saved with what it tells of."""
    return Change(
        organisation_id=organisation_id,
        department_id=department_id,
        business_date=day,
        field_id=field_id,
        at=now,
        actor=actor,
        cause=cause,
        before=before,
        after=after,
        reason=reason,
    )
