"""`python -m bench.drain.ours SALES`: one worker's drain of the backlog, handlers of the apps included.

With `--together` it says that it is ready and begins when it is given a line, so that several begin at once.
"""

import json
import sys
import time
from datetime import UTC, datetime

from comptoir.cli import house


def now() -> datetime:
    """The clock of the jobs."""
    return datetime.now(UTC)


def main() -> None:
    """Drain, then count."""
    from django.db import connection

    from comptoir.apps.loyalty.models import Offer
    from comptoir.core import prepared
    from comptoir.core.intake import process
    from comptoir.core.ledger.models import Sale
    from comptoir.core.outbox import dispatch
    from comptoir.kernel import memory

    memory.collect_by_batches()  # as a worker does
    prepared.keep_plans()
    connection.ensure_connection()
    if "--together" in sys.argv:
        print("ready", flush=True)
        sys.stdin.readline()
    began, worked = time.perf_counter(), time.process_time()
    process.drain(clock=now, then=lambda: dispatch.dispatch(clock=now))
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    # A sale counts as drained when loyalty has looked at it as well.
    sales = min(Sale.objects.count(), Offer.objects.count())
    connection.close()
    print(json.dumps({"seconds": took, "cpu": cpu, "sales": sales}))


if __name__ == "__main__":
    house.set_up_django()
    main()
