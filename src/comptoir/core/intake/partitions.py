"""The inbox is partitioned by day (UTC) of `received_minute`: days are made ahead, and dropped whole when they are old.

A default partition takes what has no day, so that nothing is ever refused. Because of it PostgreSQL cannot detach a
day concurrently: dropping one needs the whole inbox for a moment. That moment is taken when it is free and never waited
for, since whoever waits for a lock has all doors waiting behind him.
"""

from datetime import UTC, date, datetime, time, timedelta
from time import sleep
from typing import Any, Final

import structlog
from django.db import OperationalError, connection, transaction
from psycopg import sql

log = structlog.get_logger(__name__)

TABLE: Final = "intake_notification"
DEFAULT: Final = f"{TABLE}_default"
DAYS_AHEAD: Final = 7
# Bodies are kept this long, and with them what became of them; the sales stay in the ledger.
KEPT_FOR: Final = timedelta(days=30)
MAKING_WAITS: Final = "2s"
# An old day is dropped in the first moment in which nobody uses the inbox; else tomorrow.
DROPPING_TRIES: Final = 200
PAUSE_SECONDS: Final = 0.05
BATCH: Final = 5000

NAMES_SQL: Final = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'intake_notification'::regclass ORDER BY c.relname
"""
# Rows of the day that came before it was made move over from the default partition.
MAKE_SQL: Final = """
CREATE TABLE {name} (LIKE intake_notification INCLUDING DEFAULTS);
WITH moved AS (
    DELETE FROM intake_notification_default WHERE received_minute >= {start} AND received_minute < {end} RETURNING *
)
INSERT INTO {name} SELECT * FROM moved;
ALTER TABLE intake_notification ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})
"""
# The parent alone, then what the drop touches beside it.
TAKE_SQL: Final = """
LOCK TABLE ONLY intake_notification, ONLY {partition}, ONLY intake_notification_default
IN ACCESS EXCLUSIVE MODE NOWAIT
"""
DELETE_SQL: Final = """
DELETE FROM intake_notification WHERE (received_minute, id) IN (
    SELECT received_minute, id FROM intake_notification
    WHERE received_minute < %s AND processed_at IS NOT NULL LIMIT %s
) AND received_minute < %s
"""


def ensure(now: datetime) -> list[str]:
    """Make the partitions of today and the days to come; returns those it made. Cheap when there is nothing to do."""
    today = now.astimezone(UTC).date()
    there = set(names())
    missing = [
        day for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)) if name(day) not in there
    ]
    made = []
    for day in missing:
        try:
            if _make(day):
                made.append(name(day))
        except OperationalError as error:  # somebody reads for long; until then the default partition does
            log.warning("partition.not_made", day=day.isoformat(), cause=str(error))
            break
    return made


def names() -> list[str]:
    """Every partition there is, the default one among them."""
    return [found for (found,) in _ask(NAMES_SQL)]


def name(day: date) -> str:
    """What the partition of a day is called."""
    return f"{TABLE}_{day:%Y%m%d}"


def drop_old(now: datetime) -> int:
    """Forget what came in longer ago than bodies are kept; what still waits to be read stays. Returns the days."""
    oldest = now.astimezone(UTC) - KEPT_FOR
    dropped = sum(_drop(found) for found in names() if found != DEFAULT and found < name(oldest.date()))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(DELETE_SQL, [oldest, BATCH, oldest])
            if cursor.rowcount < BATCH:
                return dropped


def _make(day: date) -> bool:
    start = datetime.combine(day, time(), UTC)
    values = {"name": sql.Identifier(name(day)), "start": sql.Literal(start), "end": sql.Literal(start + timedelta(1))}
    with transaction.atomic():
        _wait_at_most(MAKING_WAITS)
        _ask("SELECT pg_advisory_xact_lock(hashtext('comptoir partitions'))")
        if name(day) in names():
            return False
        _do(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(DEFAULT)))
        for statement in MAKE_SQL.split(";"):
            _do(sql.SQL(statement).format(**values))
    return True


def _drop(partition: str) -> bool:
    """Whole days only, and none with a row that waits."""
    for _ in range(DROPPING_TRIES):
        if _has_waiting(partition):
            return False
        try:
            with transaction.atomic():
                _do(sql.SQL(TAKE_SQL).format(partition=sql.Identifier(partition)))
                if _has_waiting(partition):
                    return False
                _do(sql.SQL("DROP TABLE {}").format(sql.Identifier(partition)))
            return True
        except OperationalError:
            sleep(PAUSE_SECONDS)
    log.warning("partition.not_dropped", partition=partition, cause="somebody used the inbox all the time")
    return False


def _has_waiting(partition: str) -> bool:
    return bool(_ask(sql.SQL("SELECT 1 FROM {} WHERE processed_at IS NULL LIMIT 1").format(sql.Identifier(partition))))


def _wait_at_most(duration: str) -> None:
    _ask("SELECT set_config('lock_timeout', %s, true)", [duration])


def _ask(question: Any, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def _do(statement: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
