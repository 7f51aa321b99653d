"""Traffic's jobs: days are made anew where the ledger moved on, and what waited is taken when its place appears."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from comptoir.apps.traffic import budget_changes, catching_up, changing_jobs, left_out
from comptoir.apps.traffic.alerts import mailing, watching
from comptoir.apps.traffic.arrivals import running, undoing
from comptoir.apps.traffic.counting import doors
from comptoir.apps.traffic.deliveries import plans, sending
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.core.jobs import engine

LATELY: Final = timedelta(minutes=10)
"""How far back the minute's look goes: longer than any transaction that changes a day lasts."""
SETTLING: Final = timedelta(seconds=2)
"""How long after a sale its day is made anew: that takes twice what the bill itself does, and other bills follow."""


def utc_now() -> datetime:
    """The worker's clock."""
    return datetime.now(UTC)


@engine.job("traffic.restate", queue=engine.FIGURES)
def restate(*, organisation_id: str, **_: str) -> None:
    """Make the days of one chain anew that changed lately."""
    now = utc_now()
    catching_up.lately(organisation_id=UUID(organisation_id), since=now - LATELY, now=now)


@engine.job("traffic.fill", queue=engine.BACKGROUND)
def fill(*, organisation_id: str, **_: str) -> None:
    """Make every day of one chain anew that is not what the ledger has: after a pause, a switch, a new store."""
    catching_up.everything(organisation_id=UUID(organisation_id), now=utc_now())


@engine.job("traffic.leave_out", queue=engine.BACKGROUND)
def leave_out(*, organisation_id: str, **_: str) -> None:
    """Make the days anew of which something is left out, or no longer is."""
    catching_up.leave_out(organisation_id=UUID(organisation_id), now=utc_now())


def enqueue_leaving_out(organisation_id: UUID) -> None:
    """Soon, once."""
    leave_out.enqueue_once(key=f" {organisation_id}", organisation_id=str(organisation_id))


@engine.job("traffic.deliver_export", queue=engine.WEBHOOKS)
def deliver_export(*, organisation_id: str, run_id: str, **_: str) -> None:
    """One file to where it goes."""
    sending.deliver(UUID(organisation_id), UUID(run_id), clock=utc_now)


def enqueue_exports(*, now: datetime) -> None:
    """One job for each file that waits."""
    for organisation_id, run_id in sending.due(now=now):
        deliver_export.enqueue_once(key=f" {run_id}", organisation_id=str(organisation_id), run_id=str(run_id))


def enqueue_restating(organisation_id: UUID, *, at: datetime | None = None) -> None:
    """Once, and not before `at`; one that waits for an instant that was named before is soon enough."""
    key, mine = f" {organisation_id}", str(organisation_id)
    restate.enqueue_once(key=key, at=at, patient=at is not None, organisation_id=mine)


def enqueue_filling(organisation_id: UUID) -> None:
    """Soon, once."""
    fill.enqueue_once(key=f" {organisation_id}", organisation_id=str(organisation_id))


@engine.periodic("traffic.look", cron="* * * * *")
def look() -> None:
    """Days that changed without a sale: times at work, and whatever a lost job left behind."""
    for organisation_id in catching_up.organisations(since=utc_now() - LATELY):
        enqueue_restating(organisation_id)


@engine.periodic("traffic.sweep", cron="37 * * * *")
def sweep() -> None:
    """Now and then everything is compared; files that named places nobody knew are forgotten after a month."""
    catching_up.forget_old(now=utc_now())
    watching.forget_old(now=utc_now())
    budget_changes.forget_old(now=utc_now())
    doors.forget_old(now=utc_now())
    undoing.forget_old(now=utc_now())
    changing_jobs.forget_old(now=utc_now())
    for organisation_id in left_out.unfinished():
        enqueue_leaving_out(organisation_id)
    plans.forget_old(now=utc_now())
    for organisation_id in catching_up.all_chains():
        enqueue_filling(organisation_id)


@engine.job("traffic.feed", queue=engine.BACKGROUND)
def look_at_feed(*, organisation_id: str, feed_id: str, **_: str) -> None:
    """Take what lies at one place; a place that is gone meanwhile is none."""
    feed = CountFeed.objects.filter(organisation_id=UUID(organisation_id), id=UUID(feed_id), active=True).first()
    if feed is not None:
        running.look(feed, now=utc_now())


@engine.periodic("traffic.feeds", cron="*/5 * * * *")
def look_at_feeds() -> None:
    """Every place on its own: one that does not answer holds up no other."""
    for organisation_id, feed_id in running.due(catching_up.APP, now=utc_now()):
        look_at_feed.enqueue_once(key=f" {feed_id}", organisation_id=str(organisation_id), feed_id=str(feed_id))


@engine.periodic("traffic.exports", cron="* * * * *")
def send_exports() -> None:
    """Files whose time has come go out, and those that did not arrive are tried again."""
    now = utc_now()
    plans.come_due(now=now)
    enqueue_exports(now=now)


@engine.periodic("traffic.alerts", cron="*/5 * * * *")
def watch_alerts() -> None:
    """What goes wrong with feeds and figures is told, what is well again is closed."""
    mailing.tick(clock=utc_now)
