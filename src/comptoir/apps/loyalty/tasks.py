"""Loyalty's jobs."""

from datetime import UTC, datetime

from comptoir.apps.loyalty import idempotency
from comptoir.apps.loyalty.importing import jobs  # noqa: F401  (makes its job known)
from comptoir.apps.loyalty.members import guards
from comptoir.core.jobs import engine


@engine.periodic("loyalty.forget", cron="41 3 * * *")
def forget() -> None:
    """Let go of what is kept for a time only: hashes of erased numbers, answers to repeated calls."""
    now = datetime.now(UTC)
    guards.forget_old(now=now)
    idempotency.forget_old(now=now)
