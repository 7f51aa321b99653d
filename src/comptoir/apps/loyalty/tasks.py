"""Loyalty's jobs."""

from datetime import UTC, datetime
from uuid import UUID

from comptoir.apps.loyalty import expiring, idempotency, programmes
from comptoir.apps.loyalty.bonus import birthdays as birthday_bonuses
from comptoir.apps.loyalty.hooks import sending
from comptoir.apps.loyalty.importing import jobs  # noqa: F401  (makes its job known)
from comptoir.apps.loyalty.members import guards
from comptoir.core.jobs import engine


@engine.job("loyalty.expire", queue=engine.BACKGROUND)
def expire(*, organisation_id: str, **_: str) -> None:
    """Write down what has expired in one organisation, and tell whose points go soon."""
    expiring.run(organisation_id=UUID(organisation_id), clock=lambda: datetime.now(UTC))


@engine.periodic("loyalty.expire_all", cron="23 2 * * *")
def expire_all() -> None:
    """One job for each organisation whose points expire."""
    for organisation_id in expiring.organisations():
        expire.enqueue_once(key=f" {organisation_id}", organisation_id=str(organisation_id))


@engine.job("loyalty.birthdays", queue=engine.BACKGROUND)
def birthdays(*, organisation_id: str, **_: str) -> None:
    """Give what is due for the birthdays of one organisation."""
    mine = UUID(organisation_id)
    birthday_bonuses.run(organisation_id=mine, running_at=programmes.running(mine), now=datetime.now(UTC))


@engine.periodic("loyalty.birthdays_all", cron="11 * * * *")
def birthdays_all() -> None:
    """One job for each organisation that gives something; hourly, for stores have their mornings at different hours."""
    for organisation_id in birthday_bonuses.organisations():
        birthdays.enqueue_once(key=f" {organisation_id}", organisation_id=str(organisation_id))


@engine.periodic("loyalty.forget", cron="41 3 * * *")
def forget() -> None:
    """Let go of what is kept for a time only: hashes of erased numbers, answers to repeated calls."""
    now = datetime.now(UTC)
    guards.forget_old(now=now)
    idempotency.forget_old(now=now)
    sending.forget_old(now=now)
