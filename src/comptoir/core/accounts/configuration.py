"""What whoever runs the installation set on a page, over what its environment says: one row for each name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from comptoir.core.accounts import house
from comptoir.core.accounts.house_tables import Configuration


def value(name: str, otherwise: Any) -> Any:
    """What was set, else `otherwise`. Plain JSON."""
    return next(iter(Configuration.objects.filter(name=name).values_list("value", flat=True)), otherwise)


@transaction.atomic
def change(
    name: str, to: Any, *, actor: str, now: datetime, otherwise: Any = None, details: Mapping[str, object] | None = None
) -> None:
    """Set it for the whole installation, from the next question on; the same again changes nothing.

    It is written down with what stood before (`otherwise` where nothing was set), or with other `details`.
    """
    before = value(name, otherwise)
    if before == to:
        return
    Configuration.objects.update_or_create(
        name=name, defaults={"value": to, "changed_at": now, "changed_by": actor[:64]}
    )
    said = details or {"before": before, "after": to}
    house.note(actor=actor, what="configuration.changed", subject=name, details=said, now=now)


def row(name: str) -> Configuration | None:
    """Who set it, and when."""
    return Configuration.objects.filter(name=name).first()
