"""The jobs of the mail room: send one, find what no job carries, forget."""

from datetime import UTC, datetime
from uuid import UUID

from comptoir.core.jobs import engine
from comptoir.core.mail import deliver


def utc_now() -> datetime:
    """The worker's clock."""
    return datetime.now(UTC)


@engine.job("mail.send_one", queue=engine.LIVE)
def send_one(*, mail_id: str, **_: str) -> None:
    """Try one mail; its row says whether it is due."""
    deliver.deliver(UUID(mail_id), clock=utc_now)


def enqueue(mail_id: UUID) -> None:
    """One job for it, with the surrounding transaction."""
    send_one.enqueue_once(key=f" {mail_id}", mail_id=str(mail_id))


@engine.periodic("mail.sweep", cron="* * * * *")
def sweep() -> None:
    """Mails that are due: again after a fault, left behind by a crash, or older than the mail server."""
    for mail_id in deliver.due(now=utc_now()):
        enqueue(mail_id)


@engine.periodic("mail.retention", cron="37 3 * * *")
def retention() -> None:
    """Forget what was finished long ago."""
    deliver.forget_old(now=utc_now())
