"""The jobs of pages: mails need the words and addresses of pages, so they are written here."""

from datetime import UTC, datetime
from uuid import UUID

from comptoir.core.health import incidents
from comptoir.core.jobs import engine
from comptoir.web import health_mails


def utc_now() -> datetime:
    """The worker's clock."""
    return datetime.now(UTC)


@engine.periodic("health.watch", cron="* * * * *")
def watch_health() -> None:
    """Find what is wrong and what is well again, and write to whom it concerns."""
    health_mails.tick(clock=utc_now)


@engine.job("health.watch_one", queue=engine.LIVE)
def watch_one(*, organisation_id: str, **_: str) -> None:
    """The same for one organisation, now: whoever breaks or mends something need not wait for the minute to pass."""
    health_mails.look_after(UUID(organisation_id), now=utc_now())


def look_at_once(organisation_id: UUID) -> None:
    """One job for it."""
    watch_one.enqueue_once(key=f" {organisation_id}", organisation_id=str(organisation_id))


@engine.periodic("health.retention", cron="47 3 * * *")
def forget_incidents() -> None:
    """Forget what was over long ago."""
    incidents.forget_old(now=utc_now())
