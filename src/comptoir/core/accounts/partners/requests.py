"""Requests of partners: asked for, approved, opened with a token, active by the first order (loyalty.md 2.2)."""

from datetime import datetime
from uuid import UUID

from comptoir.core.accounts.partner_tables import PartnerRequest

State = PartnerRequest.State


def heard(*, organisation_id: UUID, client_id: UUID, now: datetime) -> None:
    """An order came: the first one makes the integration active (X12)."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, client_id=client_id)
    rows.filter(state=State.TOKEN_ISSUED).update(state=State.ACTIVE, first_order_at=now)
