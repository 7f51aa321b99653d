"""The job behind an import; `tasks.py` makes it known to the workers."""

from datetime import UTC, datetime
from uuid import UUID

from comptoir.apps.loyalty.importing import running
from comptoir.core.jobs import engine


@engine.job("loyalty.import_members", queue=engine.BACKGROUND)
def import_members(*, organisation_id: str, import_id: str, **_: str) -> None:
    """Bring a list in, or take it back; continues where an earlier try stopped."""
    running.run(organisation_id=UUID(organisation_id), import_id=UUID(import_id), clock=lambda: datetime.now(UTC))


def enqueue(organisation_id: UUID, import_id: UUID) -> None:
    """One job for it."""
    import_members.enqueue_once(key=f" {import_id}", organisation_id=str(organisation_id), import_id=str(import_id))
