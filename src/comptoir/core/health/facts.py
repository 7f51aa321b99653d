"""What was observed: a fixed number of bounded questions for each organisation, however many stores it has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from django.db import connection as database

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partners import requests as partners
from comptoir.core.connections.models import CallBudget, Connection, LocationLink
from comptoir.core.installations import manifest
from comptoir.core.installations.manifest import Trouble
from comptoir.core.intake.models import BookReading, ImportRun, Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger import silence
from comptoir.core.outbox.models import Delivery

# Older troubles are history, and shown on their own pages.
LOOKED_BACK: Final = timedelta(days=7)
USUAL_LEARNT_FROM: Final = timedelta(days=28)
NEVER_QUIET_BEFORE: Final = timedelta(hours=12)
MOST_ROWS: Final = 1000
# A handler is tried again after 5, 30 and 120 seconds: what fails as often as this is no hiccup.
FAILED_OFTEN: Final = 3

PARKED_SQL: Final[LiteralString] = """
SELECT store_id, count(*), min(received_at) FROM (
  SELECT store_id, received_at FROM intake_notification
  WHERE organisation_id = %(organisation)s AND outcome = 'parked' AND received_at > %(since)s
  ORDER BY id DESC LIMIT %(most)s
) AS newest WHERE store_id IS NOT NULL GROUP BY store_id
"""


@dataclass(frozen=True)
class Usual:
    """How long a time the sales of a store cover, and the longest silence within it."""

    covered: timedelta
    longest: timedelta


@dataclass(frozen=True)
class Facts:
    """Everything that lights of one organisation are judged by."""

    organisation_id: UUID
    connections: list[Connection]
    links: list[LocationLink]
    stores: list[Store]
    readings: dict[UUID, BookReading]
    paused_until: dict[UUID, datetime]
    parked: dict[UUID, tuple[int, datetime]]
    stopped_imports: dict[UUID, ImportRun]
    latest_hours: dict[UUID, datetime]
    usual: dict[UUID, Usual]
    failing_apps: dict[str, tuple[int, str]]
    troubles: tuple[Trouble, ...] = ()
    pushed: frozenset[UUID] = frozenset()
    """Stores whose sales a partner pushes: they need no account at their till's maker."""


@dataclass(frozen=True)
class HouseFacts:
    """What concerns every organisation alike."""

    workers: int
    oldest_unprocessed: datetime | None


def observe(organisation_id: UUID, *, now: datetime, store_ids: Collection[UUID] | None = None) -> Facts:
    """Look once at everything; `store_ids` limits the stores, and with them the connections that feed others alone."""
    stores = Store.objects.filter(organisation_id=organisation_id).order_by("name")
    links = LocationLink.objects.filter(organisation_id=organisation_id).order_by("name")
    connections = Connection.objects.filter(organisation_id=organisation_id).order_by("created_at", "pk")
    if store_ids is not None:
        stores, links = stores.filter(id__in=store_ids), links.filter(store__in=store_ids)
        connections = connections.filter(id__in=links.values("connection"))
    found, fed = list(stores), list(links)
    ids = [each.id for each in found]
    latest = silence.latest_hours(organisation_id, ids)
    readings = BookReading.objects.filter(organisation_id=organisation_id)
    return Facts(
        organisation_id=organisation_id,
        connections=list(connections.defer("access_token", "refresh_token")),
        links=fed,
        stores=found,
        readings={row.location_link_id: row for row in readings},
        paused_until=_pauses(organisation_id, now),
        parked=_parked(organisation_id, now),
        stopped_imports=_stopped_imports(organisation_id, now),
        latest_hours=latest,
        usual=_usual(organisation_id, [each for each in ids if each in latest and is_silent(latest[each], now)], now),
        failing_apps=_failing_apps(organisation_id, with_faults=store_ids is None),
        troubles=_troubles(organisation_id, now),
        pushed=frozenset(partners.feeding(organisation_id)),
    )


def observe_house() -> HouseFacts:
    """The same for all."""
    waits = Notification.objects.filter(processed_at=None).order_by("id")
    return HouseFacts(
        workers=engine.workers_seen(), oldest_unprocessed=waits.values_list("received_at", flat=True).first()
    )


def is_silent(latest: datetime, now: datetime) -> bool:
    """Whether it is worth asking what is usual: for an hour without a sale nobody does."""
    return now - latest > NEVER_QUIET_BEFORE


def _pauses(organisation_id: UUID, now: datetime) -> dict[UUID, datetime]:
    rows = CallBudget.objects.filter(organisation_id=organisation_id, paused_until__gt=now.timestamp())
    return {row.connection_id: datetime.fromtimestamp(row.paused_until, tz=now.tzinfo) for row in rows}


def _parked(organisation_id: UUID, now: datetime) -> dict[UUID, tuple[int, datetime]]:
    with database.cursor() as cursor:
        since = now - LOOKED_BACK
        cursor.execute(PARKED_SQL, {"organisation": organisation_id, "since": since, "most": MOST_ROWS})
        return {store: (count, first) for store, count, first in cursor.fetchall()}


def _stopped_imports(organisation_id: UUID, now: datetime) -> dict[UUID, ImportRun]:
    """By store; one that was asked for later and went well says that the matter is settled."""
    runs = ImportRun.objects.filter(organisation_id=organisation_id, started_at__gt=now - LOOKED_BACK)
    latest: dict[UUID, ImportRun] = {}
    for run in runs.order_by("-started_at", "-pk")[:MOST_ROWS]:
        latest.setdefault(run.store_id, run)
    return {store: run for store, run in latest.items() if run.state == ImportRun.State.FAILED}


def _usual(organisation_id: UUID, store_ids: list[UUID], now: datetime) -> dict[UUID, Usual]:
    if not store_ids:
        return {}
    found = silence.usual_silences(organisation_id, store_ids, since=now - USUAL_LEARNT_FROM)
    return {
        store: Usual(timedelta(seconds=covered), timedelta(seconds=longest))
        for store, (covered, longest) in found.items()
    }


def _troubles(organisation_id: UUID, now: datetime) -> tuple[Trouble, ...]:
    """What apps have to report of stores."""
    asked = [app.troubles for app in manifest.apps() if app.troubles is not None]
    return tuple(each for ask in asked for each in ask(organisation_id, now))


def _failing_apps(organisation_id: UUID, *, with_faults: bool) -> dict[str, tuple[int, str]]:
    """How often each fails, and a fault: it may quote any store's event, so it is for those who see all stores."""
    rows = Delivery.objects.filter(organisation_id=organisation_id, attempts__gte=FAILED_OFTEN)
    failing: dict[str, tuple[int, str]] = {}
    for app, fault in rows.values_list("app", "fault")[:MOST_ROWS]:
        count, first = failing.get(app, (0, fault if with_faults else ""))
        failing[app] = (count + 1, first)
    return failing
