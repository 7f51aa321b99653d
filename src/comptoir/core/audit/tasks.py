"""The job that seals what was written down."""

from comptoir.core.audit import chain
from comptoir.core.jobs import engine


@engine.periodic("audit.seal", cron="* * * * *")
def seal() -> None:
    """Everything that waits."""
    chain.seal_all()
