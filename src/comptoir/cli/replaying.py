"""`comptoir replay`: read stored notifications again."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from comptoir.cli.data import find_store
from comptoir.core.intake import replay as replaying
from comptoir.core.intake.reads import OUTCOMES
from comptoir.core.intake.tasks import enqueue_confirmations
from comptoir.core.outbox import dispatch
from comptoir.kernel.errors import RuleBroken


def select(
    notification: int | None, store_id: str, since: datetime | None, until: datetime | None, outcome: str
) -> replaying.Selection:
    """What to read again. Raises RuleBroken when nothing or something unknown is named."""
    if notification is None and not (store_id or since or until or outcome):
        raise RuleBroken("Name a notification, a store, a time or an outcome.", code="nothing_named", status=422)
    if outcome and outcome not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise RuleBroken(f"Unknown outcome {outcome}; known are {known}.", code="outcome_unknown", status=422)
    store = find_store(store_id) if store_id else None
    zone = ZoneInfo(store.timezone) if store else UTC
    return replaying.Selection(
        organisation_id=store.organisation_id if store else None,
        store_id=store.id if store else None,
        notification_id=notification,
        outcome=outcome,
        since=since.replace(tzinfo=zone) if since else None,
        until=until.replace(tzinfo=zone) if until else None,
    )


def replay(
    selection: replaying.Selection, *, dry_run: bool, quiet: bool, clock: Callable[[], datetime]
) -> dict[str, int]:
    """Read them again with a bar of progress; with `dry_run`, only count them. Raises RuleBroken for an unknown one."""
    found = replaying.count(selection)
    if selection.notification_id is not None and not found:
        raise RuleBroken("There is no notification of this number that was read before.", code="not_found", status=404)
    if dry_run:
        return {"notifications": found, "read": 0, "changed": 0}
    with Progress(console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("reading again", total=found)
        done = replaying.replay(
            selection, clock=clock, progress=lambda at: bar.update(task, completed=at.done, total=at.total)
        )
    enqueue_confirmations()
    dispatch.dispatch(clock=clock)
    return {"notifications": found, "read": done.done, "changed": done.changed}


def sentence(done: dict[str, int]) -> str:
    """For people."""
    return f"{done['notifications']} notifications found, {done['read']} read again, {done['changed']} changed."
