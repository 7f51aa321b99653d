"""What whoever runs the installation set on a page, over what its environment says: one row for each name."""

from datetime import datetime
from typing import Any

import structlog

from comptoir.core.accounts.house_tables import Configuration

log = structlog.get_logger(__name__)


def value(name: str, otherwise: Any) -> Any:
    """What was set, else `otherwise`. Plain JSON."""
    return next(iter(Configuration.objects.filter(name=name).values_list("value", flat=True)), otherwise)


def change(name: str, to: Any, *, actor: str, now: datetime) -> None:
    """Set it for the whole installation, from the next question on."""
    Configuration.objects.update_or_create(
        name=name, defaults={"value": to, "changed_at": now, "changed_by": actor[:64]}
    )
    log.info("configuration.changed", name=name, actor=actor)


def row(name: str) -> Configuration | None:
    """Who set it, and when."""
    return Configuration.objects.filter(name=name).first()
