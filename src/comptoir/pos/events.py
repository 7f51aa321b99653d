"""What happened to a sale, said once per change."""

from enum import StrEnum

from comptoir.pos.model import Sale, SaleState


class EventKind(StrEnum):
    """The kinds of events that apps and webhooks can hear."""

    CHECK_OPENED = "check.opened"
    CHECK_CHANGED = "check.changed"
    SALE_CLOSED = "sale.closed"
    SALE_CHANGED = "sale.changed"
    SALE_VOIDED = "sale.voided"


def event_kind(before: Sale | None, after: Sale) -> EventKind:
    """Name the change from `before` (None: not known yet) to `after`, which differs from it."""
    if after.state in (SaleState.CANCELLED, SaleState.SUPERSEDED):
        return EventKind.SALE_VOIDED
    if after.state is SaleState.OPEN:
        return EventKind.CHECK_OPENED if before is None else EventKind.CHECK_CHANGED
    return EventKind.SALE_CHANGED if before and before.state is SaleState.CLOSED else EventKind.SALE_CLOSED
