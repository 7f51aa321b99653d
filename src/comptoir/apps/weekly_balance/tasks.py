"""The weekly balance's jobs: one tick a minute finds what is due; rows say what that is."""

from datetime import UTC, datetime

from comptoir.apps.weekly_balance import importing, nights, overdue
from comptoir.core.jobs import engine


@engine.job("weekly_balance.tend", queue=engine.BACKGROUND)
def tend(**_: str) -> None:
    """Import, then finish what was read, then confirm: in this order, so that a night that was missed comes first; then
    tell what could not be confirmed.
    """
    now = datetime.now(UTC)
    for began in (*nights.begin_nights(now=now), *nights.begin_after_close(now=now)):
        importing.go(began)
    importing.finish_due(now=now)
    nights.confirm_due(now=now)
    overdue.tell(now=now)


@engine.periodic("weekly_balance.tick", cron="* * * * *")
def tick() -> None:
    """One at a time, however many workers there are."""
    tend.enqueue_once(key=" all")
