"""What is wrong now with the feeds and figures of a chain, by the rules of the reference (traffic-analytics.md 6.4)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max

from comptoir.apps.traffic import catching_up, kpis
from comptoir.apps.traffic.alerts.limits import Limits
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.apps.traffic.models import ImportJob, Location
from comptoir.apps.traffic.opening import Calendar, calendars
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.visitors import ENTRANCE, GROUPS, STAFF
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.stores import stores as stores_of
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import reads as intake
from comptoir.core.ledger import staff_hours
from comptoir.kernel.clock import business_date, local_hour

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
LATE: Final = timedelta(minutes=90)
IN_FOR: Final = timedelta(hours=16)
BUSY: Final = 30
"""More visitors than this in two hours, and no sale."""
ENOUGH_SALES: Final = 20
ENOUGH_VISITORS: Final = 100
COVERED: Final = Decimal("0.8")
WEEKS: Final = 8
AT_LEAST_WEEKS: Final = 4
DROPPED: Final = Decimal("0.7")
"""A conversion below 70 % of the usual of its weekday has dropped; the reference leaves the figure to us."""
HOURS_RUNNING: Final = 3


class Kind(StrEnum):
    """What an alert is about."""

    REFUSED = "refused"
    NO_DATA = "no_data"
    COUNTER_DEAD = "counter_dead"
    FEED_FAILED = "feed_failed"
    NO_SALE = "no_sale"
    CONVERSION_DROP = "conversion_drop"
    CONVERSION_ABOVE = "conversion_above"
    STAR_ABOVE = "star_above"
    CLOCK_OPEN = "clock_open"


@dataclass(frozen=True)
class Finding:
    """Something wrong. `store_id` is None for an account and a feed of counts; `part` is the id of the one, "" else."""

    kind: Kind
    store_id: UUID | None
    name: str
    since: datetime
    part: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def find(organisation_id: UUID, *, now: datetime) -> list[Finding]:
    """Everything that is wrong now."""
    working = catching_up.in_operation(organisation_id)
    mine = [each for each in stores_of(organisation_id) if each.id in working]
    known = calendars(organisation_id, mine, now=now)
    refused, unread = _feeds(organisation_id, mine, known, now)
    dead = _counters(organisation_id, mine, known, now)
    silent_tills = {each.store_id for each in unread}
    failed = _arrivals(organisation_id, now)
    return [*refused, *unread, *dead, *failed, *_figures(organisation_id, mine, silent_tills, now), *_clocks(mine, now)]


def silent_counters(organisation_id: UUID, stores: Collection[Store], *, now: datetime) -> dict[UUID, datetime]:
    """Counters that told nothing for longer than may be while it was open, and until when they told something."""
    found = _counters(organisation_id, stores, calendars(organisation_id, stores, now=now), now)
    return {UUID(each.part): each.since for each in found}


def _counters(
    organisation_id: UUID, stores: Collection[Store], known: Mapping[UUID, Calendar], now: datetime
) -> list[Finding]:
    """One that never told anything is not dead: it is not installed yet."""
    names = {each.id: each.name for each in stores}
    limits = Limits(organisation_id, on=now.date())
    rows = Counter.objects.filter(
        organisation_id=organisation_id,
        store_id__in=names,
        active=True,
        kind__in=(ENTRANCE, STAFF, GROUPS),
        heard_at__lte=now - limits.least,
    )
    return [
        Finding(Kind.COUNTER_DEAD, row.store_id, names[row.store_id], row.heard_at, str(row.id), {"counter": row.name})
        for row in rows.order_by("name")
        if row.heard_at and known[row.store_id].open_between(row.heard_at, now) >= limits.hours(row.store_id) * HOUR
    ]


def _feeds(
    organisation_id: UUID, stores: Collection[Store], known: Mapping[UUID, Calendar], now: datetime
) -> tuple[list[Finding], list[Finding]]:
    """Accounts that are refused, and locations whose till was not read for 90 minutes of opening."""
    jobs = ImportJob.objects.filter(organisation_id=organisation_id, active=True, finished_at__isnull=False)
    accounts = Connection.objects.filter(
        organisation_id=organisation_id, id__in=[each.connection_id for each in jobs if each.connection_id]
    ).select_related("consented_by")
    refused = [
        Finding(Kind.REFUSED, None, each.account_name, each.status_since, str(each.id), {"who": _giver(each)})
        for each in accounts
        if each.status != Connection.Status.CONNECTED
    ]
    names = {each.id: each.name for each in stores}
    links = LocationLink.objects.filter(
        organisation_id=organisation_id,
        connection__in=[each for each in accounts if each.status == Connection.Status.CONNECTED],
        store_id__in=names,
    )
    roads, late = intake.roads(organisation_id, now=now), list[Finding]()
    for link in links.order_by("id"):
        road = roads.get(link.id)
        latest = max(filter(None, (road.read_at, road.heard_at)), default=None) if road else None
        if link.store_id and latest and known[link.store_id].open_between(latest, now) >= LATE:
            why = road.fault if road else ""
            late.append(Finding(Kind.NO_DATA, link.store_id, names[link.store_id], latest, str(link.id), {"why": why}))
    return refused, late


def _arrivals(organisation_id: UUID, now: datetime) -> list[Finding]:
    """Places that could not be looked at for 90 minutes, or of which a file could not be read and no later one was.

    Whoever writes to a mailbox may be anybody: mail that is refused unread is told by its page alone.
    """
    feeds = list(CountFeed.objects.filter(organisation_id=organisation_id, active=True).order_by("name"))
    files = CountFile.objects.filter(
        organisation_id=organisation_id, feed_id__in=[each.id for each in feeds], is_refused=False
    )
    unread = files.filter(state=CountFile.PARKED).order_by("feed_id", "-received_at", "-id").distinct("feed_id")
    latest = {each.feed_id: each for each in unread}
    read = files.exclude(state=CountFile.PARKED).values("feed_id").annotate(at=Max("received_at"))
    read_at = dict(read.values_list("feed_id", "at"))
    found = []
    for feed in feeds:
        file = latest.get(feed.id)
        if feed.failing_since and now - feed.failing_since >= LATE:
            since, details = feed.failing_since, {"why": feed.fault}
        elif file and file.received_at >= read_at.get(feed.id, file.received_at):
            since, details = file.received_at, {"why": file.words, "file_name": file.name, "file": file.public_id}
        else:
            continue
        found.append(Finding(Kind.FEED_FAILED, None, feed.name, since, str(feed.id), details))
    return found


def _figures(
    organisation_id: UUID, stores: Collection[Store], silent_tills: Collection[UUID | None], now: datetime
) -> list[Finding]:
    """What the figures themselves say; a till that is not read says nothing of sales."""
    by_id = {each.id: each for each in stores}
    if not by_id:
        return []
    today = {each.id: _today(each, now) for each in stores}
    scope = reading.Scope(organisation_id, list(by_id))
    period = Period(min(today.values()), max(today.values()))
    hours: defaultdict[UUID, dict[datetime, kpis.Sums]] = defaultdict(dict)
    for (store_id, hour), sums in reading.by_store_and_hour(scope, period).items():
        if business_date(hour, zone=_zone(by_id[store_id]), day_start=by_id[store_id].day_start) == today[store_id]:
            hours[store_id][hour] = sums
    targets = dict(
        Location.objects.filter(organisation_id=organisation_id, target_star__isnull=False).values_list(
            "store_id", "target_star"
        )
    )
    found = []
    for store_id, mine in hours.items():
        store = by_id[store_id]
        running = local_hour(now, zone=_zone(store), day_start=store.day_start)
        if store_id not in silent_tills:
            found += _no_sale(store, mine, running)
        found += _above(store, mine)
        found += _too_few_staff(store, mine, running, targets.get(store_id))
    return [*found, *_drops(organisation_id, by_id, today)]


def _no_sale(store: Store, hours: Mapping[datetime, kpis.Sums], running: datetime) -> list[Finding]:
    """No sale in the latest two whole hours, and more than 30 visitors."""
    latest = [hours.get(running - HOUR * back, kpis.Sums()) for back in (1, 2)]
    came = sum((each.visitors for each in latest), Decimal(0))
    sold = sum(each.transactions for each in (*latest, hours.get(running, kpis.Sums())))
    if came <= BUSY or sold:
        return []
    return [Finding(Kind.NO_SALE, store.id, store.name, running - 2 * HOUR, details={"visitors": f"{came:f}"})]


def _above(store: Store, hours: Mapping[datetime, kpis.Sums]) -> list[Finding]:
    """More sales than visitors in the day so far: a counter misses people (TA-21)."""
    day = kpis.added(hours.values())
    if day.x_t < ENOUGH_SALES or day.x_t <= day.visitors:
        return []
    details = {"visitors": f"{day.visitors:f}", "transactions": f"{day.x_t:f}"}
    return [Finding(Kind.CONVERSION_ABOVE, store.id, store.name, min(hours), details=details)]


def _too_few_staff(
    store: Store, hours: Mapping[datetime, kpis.Sums], running: datetime, target: Decimal | None
) -> list[Finding]:
    """More visitors for each hour of staff than the target, in each of the latest three whole hours."""
    star = kpis.BY_SLUG["star"].of
    latest = [star(hours.get(running - HOUR * back, kpis.Sums())) for back in range(1, HOURS_RUNNING + 1)]
    if target is None or any(each is None or each <= target for each in latest):
        return []
    details = {"star": f"{latest[0]:.1f}", "target": f"{target:f}"}
    return [Finding(Kind.STAR_ABOVE, store.id, store.name, running - HOURS_RUNNING * HOUR, details=details)]


def _drops(organisation_id: UUID, stores: Mapping[UUID, Store], today: Mapping[UUID, date]) -> list[Finding]:
    """Conversion of the latest whole day far below the usual of its weekday, the median of eight weeks."""
    first, last = min(today.values()) - DAY - WEEKS * WEEK, max(today.values()) - DAY
    days = reading.by_store_day(reading.Scope(organisation_id, list(stores)), Period(first, last))
    found = []
    for store_id, store in stores.items():
        day = today[store_id] - DAY
        now = _conversion(days.get((store_id, day)))
        usual = [_conversion(days.get((store_id, day - back * WEEK))) for back in range(1, WEEKS + 1)]
        known = [each for each in usual if each is not None]
        if now is None or len(known) < AT_LEAST_WEEKS or now >= median(known) * DROPPED:
            continue
        since = datetime.combine(day, store.day_start, _zone(store))
        details = {"conversion": f"{now:.1f}", "usual": f"{median(known):.1f}", "day": day.isoformat()}
        found.append(Finding(Kind.CONVERSION_DROP, store_id, store.name, since, details=details))
    return found


def _conversion(day: kpis.Sums | None) -> Decimal | None:
    """In per cent, of a day whose hours are mostly counted and in which enough people came to say something."""
    if day is None or day.visitors < ENOUGH_VISITORS or day.hours_t < COVERED * day.hours:
        return None
    return kpis.BY_SLUG["conversion"].of(day)


def _clocks(stores: Iterable[Store], now: datetime) -> list[Finding]:
    """People who are in for more than 16 hours: a check-out is missing (TA-17)."""
    by_id = {each.id: each for each in stores}
    if not by_id:
        return []
    organisation_id = next(iter(by_id.values())).organisation_id
    began: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for store_id, _person, at in staff_hours.open_since(organisation_id, list(by_id)):
        if now - at > IN_FOR:
            began[store_id].append(at)
    return [
        Finding(Kind.CLOCK_OPEN, store_id, by_id[store_id].name, min(at), details={"people": str(len(at))})
        for store_id, at in began.items()
    ]


def _giver(connection: Connection) -> str:
    return str(connection.consented_by) if connection.consented_by else ""


def _zone(store: Store) -> ZoneInfo:
    return ZoneInfo(store.timezone)


def _today(store: Store, now: datetime) -> date:
    return business_date(now, zone=_zone(store), day_start=store.day_start)
