"""The job that reads the books of one location: for the tick, and for whoever heard that something changed there."""

from datetime import UTC, datetime
from uuid import UUID

from comptoir.core.intake import polling
from comptoir.core.jobs import engine
from comptoir.core.outbox import dispatch


def utc_now() -> datetime:
    """The worker's clock."""
    return datetime.now(UTC)


@engine.job("intake.read_books", queue=engine.POLLING)
def read_books(*, organisation_id: str, link_id: str, **_: str) -> None:
    """Read what is new in the books of one location."""
    polling.read(organisation_id=UUID(organisation_id), link_id=UUID(link_id), clock=utc_now)
    dispatch.dispatch(clock=utc_now)
