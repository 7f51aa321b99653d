"""The jobs of the pipeline: drain what came in, confirm it, import a window, sweep what was left behind."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from comptoir.core.intake import clocking, erasing, partitions, polling, process, receive, unlinked
from comptoir.core.intake import confirm as confirming
from comptoir.core.intake import replay as replaying
from comptoir.core.intake.importing import reading, windows
from comptoir.core.intake.importing.till import Till
from comptoir.core.intake.models import Notification
from comptoir.core.intake.reading_books import read_books
from comptoir.core.intake.scheduling import schedules
from comptoir.core.jobs import engine
from comptoir.core.ledger.retention import forget_revisions
from comptoir.core.outbox import couriers, dispatch
from comptoir.core.outbox.models import Delivery
from comptoir.kernel.clock import spread

# Windows of one connection that are read at the same time: one is stored while another is being asked for.
LANES: Final = 2
TURN: Final = timedelta(seconds=10)


def utc_now() -> datetime:
    """The worker's clock: the edge where now enters the pipeline."""
    return datetime.now(UTC)


@engine.job(receive.DRAIN_JOB, queue=engine.LIVE)
def drain(**_: str) -> None:
    """Everything that waits in the inbox becomes sales, and their events reach the apps, batch by batch."""
    process.drain(
        clock=utc_now,
        then=lambda: dispatch.dispatch(clock=utc_now, stop=engine.is_stopping),
        unverified=enqueue_confirmations,
        stop=engine.is_stopping,
        at_once=True,
    )


@engine.job("intake.confirm", queue=engine.BACKGROUND)
def confirm(*, organisation_id: str, store_id: str, **_: str) -> None:
    """Read a store's books for what came in at the shared doors."""
    confirming.confirm(organisation_id=UUID(organisation_id), store_id=UUID(store_id), clock=utc_now)
    dispatch.dispatch(clock=utc_now)


@engine.job("intake.reopen_unlinked", queue=engine.LIVE)
def reopen_unlinked(**_: str) -> None:
    """Process what was kept for locations that feed a store by now; enqueue it after linking one."""
    if unlinked.reopen_linked(now=utc_now()):
        drain.enqueue_once()


def enqueue_confirmations() -> None:
    """One job for each store with something to confirm."""
    for organisation_id, store_id in confirming.stores_due(now=utc_now()):
        confirm.enqueue_once(key=f" {store_id}", organisation_id=str(organisation_id), store_id=str(store_id))


@engine.job("intake.replay", queue=engine.BACKGROUND)
def replay(*, organisation_id: str, run_id: str, **_: str) -> None:
    """Read a range of notifications again; continues where an earlier try stopped."""
    replaying.run(organisation_id=UUID(organisation_id), run_id=UUID(run_id), clock=utc_now)
    enqueue_confirmations()
    dispatch.dispatch(clock=utc_now)


def enqueue_replay(organisation_id: UUID, run_id: UUID) -> None:
    """One job for it."""
    replay.enqueue_once(key=f" {run_id}", organisation_id=str(organisation_id), run_id=str(run_id))


@engine.job("intake.erase", queue=engine.BACKGROUND)
def erase(*, organisation_id: str, erasure_id: str, **_: str) -> None:
    """Black a person out of the bodies that are kept."""
    erasing.run(organisation_id=UUID(organisation_id), erasure_id=UUID(erasure_id), clock=utc_now)


def enqueue_erasures() -> None:
    """One job for each person who is not erased everywhere yet."""
    for organisation_id, erasure_id in erasing.unfinished():
        erase.enqueue_once(key=f" {erasure_id}", organisation_id=str(organisation_id), erasure_id=str(erasure_id))


@engine.job("intake.import_window", queue=engine.BACKGROUND)
def import_window(*, organisation_id: str, connection_id: str, lane: str, **_: str) -> None:
    """Read what is due of a connection's imports, for a while: then others have their turn."""
    began, mine = utc_now(), {"organisation_id": UUID(organisation_id), "connection_id": UUID(connection_id)}
    with Till() as till:
        while reading.read_next(**mine, till=till, clock=utc_now):
            dispatch.dispatch(clock=utc_now)
            if utc_now() - began > TURN:
                _enqueue_lane(organisation_id, connection_id, lane)
                return


def enqueue_imports(organisation_id: UUID, connection_id: UUID) -> None:
    """Have the windows of a connection's imports read, some of them at the same time."""
    for lane in range(LANES):
        _enqueue_lane(str(organisation_id), str(connection_id), str(lane))


def _enqueue_lane(organisation_id: str, connection_id: str, lane: str) -> None:
    key = f" {connection_id} {lane}"
    import_window.enqueue_once(key=key, organisation_id=organisation_id, connection_id=connection_id, lane=lane)


@engine.periodic("intake.poll", cron="* * * * *")
def poll() -> None:
    """One job for each location whose books are to be read."""
    for organisation_id, link_id, at in polling.coming(now=utc_now()):
        read_books.enqueue_once(key=f" {link_id}", at=at, organisation_id=str(organisation_id), link_id=str(link_id))


@engine.job("intake.read_clock", queue=engine.BACKGROUND)
def read_clock(*, organisation_id: str, link_id: str, **_: str) -> None:
    """Read the time clock of one location."""
    clocking.read(organisation_id=UUID(organisation_id), link_id=UUID(link_id), clock=utc_now)


@engine.periodic("intake.clock", cron="* * * * *")
def clock() -> None:
    """One job for each location whose time clock is to be read."""
    now = utc_now()
    due = {link_id: organisation_id for organisation_id, link_id in clocking.due(now=now)}
    for link_id, at in spread(due.keys(), now=now).items():
        read_clock.enqueue_once(key=f" {link_id}", at=at, organisation_id=str(due[link_id]), link_id=str(link_id))


@engine.periodic("intake.schedules", cron="* * * * *")
def begin_schedules() -> None:
    """Imports whose time has come begin within its minute."""
    for organisation_id, connection_id in schedules.begin_due(now=utc_now()):
        enqueue_imports(organisation_id, connection_id)


@engine.periodic("intake.retention", cron="17 3 * * *")
def retention() -> None:
    """Forget what was kept long enough: bodies, what belongs to nobody, old revisions."""
    forget_old(now=utc_now())


def forget_old(*, now: datetime) -> None:
    """How long each is kept stands where it is forgotten."""
    unlinked.forget_old(now=now)
    couriers.forget_old(now=now)
    partitions.drop_old(now)
    schedules.forget_old(now=now)
    forget_revisions(now=now)


@engine.periodic("intake.sweep", cron="* * * * *")
def sweep() -> None:
    """Find rows that no job carries: after a crash between a commit and its job, or of a worker in the middle."""
    engine.give_back_stalled()
    partitions.ensure(utc_now())
    unlinked.reopen_linked(now=utc_now())
    waiting = Notification.objects.filter(processed_at=None).exists()
    due = Delivery.objects.filter(due_at__lte=utc_now()).exists()
    if waiting or due:
        drain.enqueue_once()
    couriers.wake_all(now=utc_now())
    enqueue_confirmations()
    for organisation_id, connection_id in windows.connections_due(now=utc_now()):
        enqueue_imports(organisation_id, connection_id)
    enqueue_erasures()
    for organisation_id, run_id in replaying.unfinished():
        enqueue_replay(organisation_id, run_id)
