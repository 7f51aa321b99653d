"""Where the job engine looks for this room's jobs."""

from comptoir.core.outbox.couriers import come_back, send

__all__ = ["come_back", "send"]
