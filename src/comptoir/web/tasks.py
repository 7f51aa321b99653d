"""The jobs of pages: mails need the words and addresses of pages, so they are written here."""

from datetime import UTC, datetime

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


@engine.periodic("health.retention", cron="47 3 * * *")
def forget_incidents() -> None:
    """Forget what was over long ago."""
    incidents.forget_old(now=utc_now())
