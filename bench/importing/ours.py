"""`python ours.py URL TOKEN SALES`: the product's own import of that shop into a fresh database.

Two lanes read, as workers do. It prints the seconds and CPU seconds from the first call to the last commit, and how
many sales stand in the ledger then.
"""

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from datetime import time as dt_time

url, token, number = sys.argv[1:4]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "comptoir.project.settings",
    "LIGHTSPEED_R_API_URL": f"{url}/API/V3",
    "LIGHTSPEED_R_TOKEN_URL": f"{url}/auth/oauth/token",
    "LIGHTSPEED_R_AUTHORISE_URL": f"{url}/auth/oauth/authorize",
    "LIGHTSPEED_R_CLIENT_ID": "bench",
    "LIGHTSPEED_R_CLIENT_SECRET": "bench",
}

import dataclasses  # noqa: E402

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from comptoir.connectors.lightspeed_r.connector import RSeries  # noqa: E402
from comptoir.core.accounts.models import Organisation, Store, User  # noqa: E402
from comptoir.core.connections import consent  # noqa: E402
from comptoir.core.connections.access import open_vendor  # noqa: E402
from comptoir.core.connections.locations import link_location, refresh_locations  # noqa: E402
from comptoir.core.connections.models import LocationLink  # noqa: E402
from comptoir.core.connections.tokens import TokenPair  # noqa: E402
from comptoir.core.intake.importing import reading, runs  # noqa: E402
from comptoir.core.intake.importing.till import Till  # noqa: E402
from comptoir.core.intake.models import ImportRun  # noqa: E402
from comptoir.core.intake.tasks import LANES  # noqa: E402
from comptoir.core.ledger.models import HourlyFigure, Sale  # noqa: E402
from comptoir.kernel import memory  # noqa: E402
from comptoir.kernel.seal import Secret  # noqa: E402

# The bench asks what we can do, not what we allow ourselves: its shop has the only limit.
RSeries.manifest = dataclasses.replace(RSeries.manifest, calls_per_second=1000)


# Every sale of the shop: see shop.py.
LAST = datetime(2026, 3, 2, 17, 1, tzinfo=UTC)
FIRST = LAST - timedelta(minutes=int(number) + 1)


def now() -> datetime:
    """The clock of the jobs."""
    return datetime.now(UTC)


def linked() -> LocationLink:
    """A store fed by the shop."""
    call_command("migrate", verbosity=0)
    organisation = Organisation.objects.create(name="Alice’s Books", created_at=now())
    store = Store.objects.create(
        organisation=organisation,
        name="Harbour Street",
        timezone="US/Eastern",
        currency="USD",
        country="US",
        day_start=dt_time(0),
        created_at=now(),
    )
    alice = User.objects.create_user("alice@example.com")
    pair = TokenPair(Secret(token), Secret("unused"), now() + timedelta(minutes=50))
    connection = consent.keep(
        organisation_id=organisation.id, provider="lightspeed_r", pair=pair, user=alice, now=now()
    )
    with open_vendor(connection) as vendor:
        refresh_locations(connection, vendor)
    link = LocationLink.objects.get(connection=connection, external_id__endswith=":1")
    link_location(link, store, now=now())
    ImportRun.objects.all().update(state=ImportRun.State.CANCELLED)
    link.refresh_from_db()
    return link


def main() -> None:
    """Import everything, then count."""
    link = linked()
    memory.collect_by_batches()  # as a worker does
    started = time.time()
    began, worked = time.perf_counter(), time.process_time()
    runs.begin(link, start=FIRST, end=LAST, now=now())
    errors: list[BaseException] = []

    def lane() -> None:
        try:
            mine = {"organisation_id": link.organisation_id, "connection_id": link.connection_id}
            with Till() as till:
                while reading.read_next(**mine, till=till, clock=now):
                    pass
        except BaseException as error:
            errors.append(error)

    lanes = [threading.Thread(target=lane) for _ in range(LANES)]
    for each in lanes:
        each.start()
    for each in lanes:
        each.join()
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    if errors:
        raise errors[0]
    print(
        json.dumps(
            {
                "seconds": took,
                "cpu": cpu,
                "began": started,
                "ended": started + took,
                "sales": Sale.objects.count(),
                "figures": HourlyFigure.objects.count(),
            }
        )
    )


main()
