"""The traffic lights: what was observed, judged; pure but for the looking."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from comptoir.core.accounts.models import Store
from comptoir.core.connections import grants
from comptoir.core.connections.models import Connection
from comptoir.core.health import facts as looking
from comptoir.core.health.causes import Cause, Colour, Finding
from comptoir.core.health.facts import Facts, HouseFacts
from comptoir.pos import registry

# A vendor is asked again after one, two and four minutes: what fails as often as this is no hiccup.
UNREACHABLE_AFTER_FAULTS: Final = 3
# A renewal is tried every five minutes.
RENEWAL_LATE: Final = timedelta(hours=1)
LONG_PAUSE: Final = timedelta(minutes=1)
# Notifications may come a little after the books.
MISSED_AFTER: Final = timedelta(minutes=15)
# Beyond the longest silence a store has had before; the roll-up knows hours, not minutes.
QUIET_MARGIN: Final = timedelta(hours=2)
# Of a store whose weeks are not known yet: a long weekend is no fault.
KNOWN_AFTER: Final = timedelta(days=7)
QUIET_UNKNOWN: Final = timedelta(hours=72)
BACKLOG_OLD: Final = timedelta(minutes=5)
# What follows from a connection that is cut off is not told beside it.
CUTS_OFF: Final = frozenset({Cause.SIGNED_OUT, Cause.VENDOR_UNREACHABLE})
FOLLOWS: Final = frozenset({Cause.QUIET, Cause.NOTIFICATIONS_STOPPED, Cause.IMPORT_STOPPED, Cause.NOTHING_YET})


@dataclass(frozen=True)
class Light:
    """The light of one connection or store: its findings, the worst first; none of them is green."""

    findings: tuple[Finding, ...] = ()

    @property
    def colour(self) -> Colour:
        """Green without a finding."""
        return self.findings[0].rule.colour if self.findings else Colour.GREEN

    @property
    def worst(self) -> Finding | None:
        """What to mend first."""
        return self.findings[0] if self.findings else None


@dataclass(frozen=True)
class Health:
    """Every light of one organisation. `findings` are all of them once, the worst first."""

    connections: dict[UUID, Light]
    stores: dict[UUID, Light]
    findings: tuple[Finding, ...]

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """What is amber or red: what is not set up yet is no trouble."""
        return tuple(each for each in self.findings if each.rule.colour in (Colour.AMBER, Colour.RED))


def health(organisation_id: UUID, *, now: datetime, store_ids: Collection[UUID] | None = None) -> Health:
    """How an organisation is; the stores and what feeds them, or only the stores named."""
    return judge(looking.observe(organisation_id, now=now, store_ids=store_ids), looking.observe_house(), now)


def judge(facts: Facts, house: HouseFacts, now: datetime) -> Health:
    """Pure. A store's light is no better than that of the connection which feeds it."""
    of_connections = {each.id: list(_connection(each, facts, now)) for each in facts.connections}
    of_stores = {each.id: list(_store(each, facts, now)) for each in facts.stores}
    feeders: dict[UUID, set[UUID]] = {}
    for link in facts.links:
        if link.store_id:
            feeders.setdefault(link.store_id, set()).add(link.connection_id)
    stores: dict[UUID, list[Finding]] = {}
    for each, found in of_stores.items():
        feeding = [finding for feeder in feeders.get(each, ()) for finding in of_connections.get(feeder, ())]
        if any(finding.cause in CUTS_OFF for finding in feeding):
            found[:] = [finding for finding in found if finding.cause not in FOLLOWS]
        stores[each] = found + feeding
    own = [finding for each in (*of_connections.values(), *of_stores.values()) for finding in each]
    return Health(
        connections={each: Light(_worst_first(found)) for each, found in of_connections.items()},
        stores={each: Light(_worst_first(found)) for each, found in stores.items()},
        findings=_worst_first([*own, *_house(facts, house, now)]),
    )


def _worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: -each.badness))


def _connection(connection: Connection, facts: Facts, now: datetime) -> Iterator[Finding]:
    name = connection.account_name or registry.connector(connection.provider).manifest.name
    if connection.is_given_back:
        yield Finding(Cause.GIVEN_BACK, connection.id, name, connection.status_since)
        return
    if connection.status == Connection.Status.RECONNECT:
        yield Finding(Cause.SIGNED_OUT, connection.id, name, connection.status_since, detail=connection.status_reason)
        return  # whatever else fails, fails because of it
    mine = [link for link in facts.links if link.connection_id == connection.id]
    readings = [facts.readings[link.id] for link in mine if link.id in facts.readings]
    failing = [each for each in readings if each.faults >= UNREACHABLE_AFTER_FAULTS]
    if failing:
        since = min((each.read_at for each in failing if each.read_at), default=None)
        yield Finding(Cause.VENDOR_UNREACHABLE, connection.id, name, since, detail=failing[0].fault)
    elif (pause := facts.paused_until.get(connection.id)) and pause - now > LONG_PAUSE:
        yield Finding(Cause.VENDOR_LIMITS, connection.id, name, detail=pause.isoformat(timespec="seconds"))
    if missing := grants.missing(connection):
        yield Finding(Cause.PARTLY_GRANTED, connection.id, name, detail=", ".join(missing))
    if connection.keep_alive_at and now - connection.keep_alive_at > RENEWAL_LATE:
        yield Finding(Cause.RENEWAL_FAILING, connection.id, name, connection.keep_alive_at)
    if not any(link.store_id for link in mine):
        yield Finding(Cause.LOCATION_UNLINKED, connection.id, name, connection.created_at, count=len(mine))


def _store(store: Store, facts: Facts, now: datetime) -> Iterator[Finding]:
    for each in facts.troubles:
        if each.store_id == store.id:
            yield Finding(Cause(each.code), store.id, store.name, each.since, count=each.count)
    links = [link for link in facts.links if link.store_id == store.id]
    if not links and store.id not in facts.pushed:
        yield Finding(Cause.STORE_NOT_CONNECTED, store.id, store.name)
        return
    if parked := facts.parked.get(store.id):
        count, since = parked
        yield Finding(Cause.PARKED, store.id, store.name, since, count=count)
    if run := facts.stopped_imports.get(store.id):
        yield Finding(Cause.IMPORT_STOPPED, store.id, store.name, run.finished_at, detail=run.fault)
    heard = max((row.heard_at for link in links if (row := facts.readings.get(link.id)) and row.heard_at), default=None)
    latest = facts.latest_hours.get(store.id)
    if latest is None:
        if heard is None:
            yield Finding(Cause.NOTHING_YET, store.id, store.name)
        return
    if heard and heard < latest and now - latest > MISSED_AFTER:
        yield Finding(Cause.NOTIFICATIONS_STOPPED, store.id, store.name, heard)
    if now - max(latest, heard or latest) > _patience(store.id, facts, now):
        yield Finding(Cause.QUIET, store.id, store.name, max(latest, heard or latest))


def _patience(store_id: UUID, facts: Facts, now: datetime) -> timedelta:
    """How long a store may be silent: a little longer than it ever was in the past weeks."""
    if not looking.is_silent(facts.latest_hours[store_id], now):
        return QUIET_UNKNOWN
    usual = facts.usual.get(store_id)
    if usual is None or usual.covered < KNOWN_AFTER:
        return QUIET_UNKNOWN
    return max(looking.NEVER_QUIET_BEFORE, usual.longest + QUIET_MARGIN)


def _house(facts: Facts, house: HouseFacts, now: datetime) -> Iterator[Finding]:
    mine = facts.organisation_id
    if not house.workers:
        yield Finding(Cause.NO_WORKER, mine, "")
    if house.oldest_unprocessed and now - house.oldest_unprocessed > BACKLOG_OLD:
        yield Finding(Cause.BACKLOG_OLD, mine, "", house.oldest_unprocessed)
    for app, (count, fault) in facts.failing_apps.items():
        yield Finding(Cause.APP_FAILING, mine, app, detail=fault, count=count)
    if settings.COMPTOIR_MAIL_SERVER is None:
        yield Finding(Cause.MAIL_NOT_SET, mine, "")
