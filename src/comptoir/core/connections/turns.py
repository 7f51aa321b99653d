"""One budget of calls for each connection, shared by every thread, process and machine: a row, advanced by one UPDATE.

The rules are those of `kernel.budget`: in any second never more calls than the vendor takes, some of them kept for
whoever waits in front of a page, and imports behind live calls that wait. What the vendor says about its limits holds
for all: "too often" stops everybody until it may be asked again, and halves the budget for a minute. No lock is held
while a vendor is asked, nor while somebody waits for a turn: the row is locked for the length of the statement.
"""

from typing import Any, Final, LiteralString

from django.db import connection as database

from comptoir.core.connections.models import CallBudget, Connection
from comptoir.kernel.budget import GRACE_SECONDS, KEPT_FOR_LIVE, PAUSE_UNTOLD, SHORTEST_WAIT, Priority

SLOWED_SECONDS: Final = 60.0

# The database's clock alone counts. The subquery reads the row's own columns, so a session that waited for another's
# turn counts that one too; the last `allowed` calls within a second decide when there is room for the next.
TAKE_SQL: Final[LiteralString] = """
UPDATE connections_callbudget AS b SET (taken, live_until, wait) = (
  SELECT
    CASE WHEN w.wait > 0 THEN w.recent ELSE w.recent || w.at END,
    CASE WHEN w.wait > 0 AND %(live)s THEN greatest(b.live_until, w.at + w.wait + %(grace)s) ELSE b.live_until END,
    w.wait
  FROM (
    SELECT r.at, r.recent, greatest(
      0,
      coalesce(r.recent[cardinality(r.recent) - r.allowed + 1] + 1 - r.at, 0),
      b.paused_until - r.at,
      CASE WHEN %(live)s THEN 0 ELSE b.live_until - r.at END
    ) AS wait
    FROM (
      SELECT n.at,
        CASE WHEN n.at < b.slowed_until THEN greatest(%(calls)s / 2, %(kept)s + 1) ELSE %(calls)s END
          - CASE WHEN %(live)s THEN 0 ELSE %(kept)s END AS allowed,
        ARRAY(SELECT t FROM unnest(b.taken) AS t WHERE t > n.at - 1 AND t <= n.at ORDER BY t) AS recent
      FROM (SELECT extract(epoch FROM clock_timestamp())::float8 AS at) AS n
    ) AS r
  ) AS w
) WHERE organisation_id = %(organisation)s AND connection_id = %(connection)s RETURNING wait
"""

SLOW_DOWN_SQL: Final[LiteralString] = """
UPDATE connections_callbudget SET
  paused_until = greatest(paused_until, extract(epoch FROM clock_timestamp()) + %(seconds)s),
  slowed_until = greatest(slowed_until, extract(epoch FROM clock_timestamp()) + %(slowed)s)
WHERE organisation_id = %(organisation)s AND connection_id = %(connection)s
"""

HOLD_IMPORTS_SQL: Final[LiteralString] = """
UPDATE connections_callbudget SET live_until = greatest(live_until, extract(epoch FROM clock_timestamp()) + %(seconds)s)
WHERE organisation_id = %(organisation)s AND connection_id = %(connection)s
"""


class SharedTurns:
    """Satisfies `kernel.budget.Turns`; `calls` are those of a second."""

    def __init__(self, connection: Connection, *, calls: int) -> None:
        self._row = {"organisation": connection.organisation_id, "connection": connection.id}
        self._calls = calls

    def take(self, *, now: float, priority: Priority = Priority.LIVE) -> float:  # noqa: ARG002 - the database's clock
        """0 when the call may go now, and is counted; else how many seconds to wait before asking again."""
        live = priority is Priority.LIVE
        values = {"live": live, "calls": self._calls, "kept": KEPT_FOR_LIVE, "grace": GRACE_SECONDS}
        wait = self._execute(TAKE_SQL, values)
        if wait is None:  # the first call of this connection, or the first one after a crash
            CallBudget.objects.bulk_create([CallBudget(**self._key)], ignore_conflicts=True)
            wait = self._execute(TAKE_SQL, values)
        return max(float(wait), SHORTEST_WAIT) if wait else 0.0

    def slow_down(self, *, now: float, seconds: float | None) -> None:  # noqa: ARG002 - the database's clock
        """Nobody asks for so long, in no process; and half as often for a minute after."""
        pause = PAUSE_UNTOLD if seconds is None else seconds
        self._execute(SLOW_DOWN_SQL, {"seconds": pause, "slowed": pause + SLOWED_SECONDS})

    def hold_imports(self, *, now: float, seconds: float) -> None:  # noqa: ARG002 - the database's clock
        """No import asks for so long, in no process; whoever waits in front of a page does."""
        self._execute(HOLD_IMPORTS_SQL, {"seconds": seconds})

    @property
    def _key(self) -> dict[str, Any]:
        return {f"{name}_id": value for name, value in self._row.items()}

    def _execute(self, statement: LiteralString, values: dict[str, Any]) -> float | None:
        with database.cursor() as cursor:
            cursor.execute(statement, {**self._row, **values})
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
