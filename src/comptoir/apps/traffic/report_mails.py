"""Reports by mail."""

from datetime import datetime


def send_due(*, now: datetime) -> None:
    """Placeholder."""
