"""The drain of a worker: in a thread of its own, on a session of its own that hears of bodies.

A guest waits at the counter for what becomes of a body, so nothing is put down for it that had to be found, taken and
ended again: the door tells all workers, and whoever comes first has the rows. What nobody heard, since no worker was
there, is found when one begins, or by the sweeper.
"""

import threading
from typing import Final

import psycopg
import structlog
from django.db import Error, connection

from comptoir.core.intake import tasks
from comptoir.core.intake.receive import CHANNEL

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.5
"""How often it looks whether it is to stop."""
RESTART_SECONDS: Final = 1.0


def stand_by(stop: threading.Event) -> None:
    """Drain whenever a door has stored something, until told to stop; what is at hand is finished first."""
    while not stop.is_set():
        try:
            _listen(stop)
        except (Error, psycopg.Error) as error:
            log.warning("drain.database_gone", cause=str(error))
            stop.wait(RESTART_SECONDS)
        except Exception:  # a bug of ours: the rows are there, and the sweeper comes back for them
            log.exception("drain.failed")
            stop.wait(RESTART_SECONDS)
        finally:
            if connection.connection is not None:
                connection.connection.close()  # not back to the pool: it listens
            connection.close()


def _listen(stop: threading.Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    session = connection.connection
    tasks.drain.run()
    while not stop.is_set():
        if list(session.notifies(timeout=LOOK_SECONDS, stop_after=1)):
            list(session.notifies(timeout=0))  # one drain does for all that was told meanwhile
            tasks.drain.run()
