"""A chain of twelve stores with four months of figures, for pictures: made up, the same each time, dense enough to see
what overlaps.

Hours and days are written as they are shown, without the sales they would be made of: no page of these days is made
anew, for the ledger holds nothing that is newer.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from comptoir.apps.traffic import chains, jobs, placing, projection, rights, tailoring, weeks
from comptoir.apps.traffic.alert_tables import Alert
from comptoir.apps.traffic.alerts.finding import Kind
from comptoir.apps.traffic.budget_tables import Budget
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.models import Change, Hour, Location, ReportMail
from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake.models import ImportRun
from comptoir.kernel.clock import business_date
from comptoir.kernel.ids import new_id, public_id
from tests.apps.traffic import chain
from tests.tenants import World
from tests.web import twelve_more

NAMES = (
    *("Bordeaux Sainte-Catherine", "Brest Siam", "Grenoble", "Lille Grand-Place", "Lyon Part-Dieu", "Marseille Prado"),
    *("Nantes Graslin", "Nice Masséna", "Paris Saint-Lazare", "Rennes", "Strasbourg Kléber", "Toulouse Capitole"),
)
MORE = ("Gare", "Nord", "Sud", "Centre", "Aéroport", "Quais", "Opéra", "République")
"""Places of the same towns, for more than twelve."""
WITHOUT_COUNTER = {"Grenoble"}
DAYS = 120
LAST_YEAR = timedelta(days=364)
OPEN = range(9, 20)
SHAPE = (4, 7, 11, 14, 12, 10, 11, 13, 16, 14, 8)
"""How busy each of those hours is."""
WEEK = (0.7, 0.75, 0.85, 0.9, 1.2, 1.6, 0.3)


def afternoon(now: datetime) -> str:
    """A zone where it is past three, so that there is a day to look at whenever this runs."""
    ahead = (15 - now.hour + 12) % 24 - 12
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


def names(number: int) -> list[str]:
    """Of that many stores: the twelve, then the same towns again by their places."""
    towns = [each.split()[0] for each in NAMES]
    return [*NAMES, *(f"{town} {place}" for place in MORE for town in towns)][:number]


def fill(world: World, *, now: datetime, number: int = 12) -> None:
    """So many stores in two districts, one of an owned chain, with figures until now; and of everything else, some."""
    organisation = world.people.le_zinc
    who: dict[str, Any] = {"organisation_id": organisation.id, "actor": f"user:{world.people.alice.pk}", "now": now}
    stores = [_store(world, name, number, now) for number, name in enumerate(names(number), start=1)]
    north = chains.add_node(name="Nord", kind="district", parent_id=None, **who)
    owned = chains.add_node(name="Maisons du Midi", kind="chain", parent_id=None, **who)
    south = chains.add_node(name="Sud", kind="district", parent_id=owned.id, **who)
    coast = chains.add_node(name="Côte d’Azur", kind="region", parent_id=south.id, **who)
    for number, store in enumerate(stores, start=1):
        node = (north, south, coast)[number % 3]
        chains.save_location(
            store=store,
            values={
                "location_id": f"{number:04d}",
                "target_conversion": Decimal(25),
                "target_star": Decimal(9) if number != 7 else None,
                "category": "Centre-ville",
            },
            node_id=node.id,
            actor=who["actor"],
            now=now,
            today=placing.BEGINNING,
        )
    Location.objects.filter(organisation_id=organisation.id, store_id=stores[9].id).update(status="works")
    rights.allow(user_id=world.people.bob.pk, node_id=north.id, **who)
    world.ids |= {"north": public_id("nod", north.id), "owned": public_id("nod", owned.id)}
    _figures(stores, now)
    _budgets(stores, now)
    _feeds(world, stores, who)
    _wrong(world, stores, now)
    _one_day(world, who)
    twelve_more.fill(world, stores, now=now)
    ReportMail.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        user_id=world.people.alice.pk,
        rhythm="daily",
        language="en",
        store_ids=None,
        due_at=now + timedelta(hours=5),
        created_at=now,
    )


def _budgets(stores: list[Store], now: datetime) -> None:
    """Of this month and the one before: sales and visitors, a little above what there was."""
    Budget.objects.bulk_create(
        Budget(
            organisation_id=store.organisation_id,
            store_id=store.id,
            business_date=now.date() + timedelta(days=number),
            sales=Decimal(1500 + 250 * place),
            visitors=Decimal(120 + 15 * place),
        )
        for place, store in enumerate(stores)
        for number in range(-45, 15)
    )


def _store(world: World, name: str, number: int, now: datetime) -> Store:
    return Store.objects.create(
        organisation=world.people.le_zinc,
        name=name,
        timezone=afternoon(now),
        currency="EUR",
        country="FR",
        day_start=time(),
        created_at=now - timedelta(days=400),
    )


def _figures(stores: list[Store], now: datetime) -> None:
    dice = random.Random(6)
    days = DAYS
    write([row for place, store in enumerate(stores) for row in hours_of(store, 1 + place / 6, dice, now, days)], now)


def write(rows: list[Hour], now: datetime) -> None:
    """Hours of one organisation, and the days they add up to."""
    organisation_id = rows[0].organisation_id
    Hour.objects.bulk_create(rows, batch_size=2000)
    days: dict[Any, list[Hour]] = {}
    for row in rows:
        days.setdefault((row.store_id, row.business_date), []).append(row)
    said = chains.settings_of(organisation_id)
    columns = [each.name for each in Hour._meta.local_concrete_fields]
    made = [
        projection._day(
            organisation_id, key, [{name: getattr(hour, name) for name in columns} for hour in hours], 0, said, now
        )
        for key, hours in days.items()
    ]
    type(made[0]).objects.bulk_create(made, batch_size=2000)
    with transaction.atomic():
        weeks.make(organisation_id, list(days))
    with connection.cursor() as cursor:
        # As autovacuum does, in its time.
        cursor.execute("ANALYZE traffic_hour, traffic_day, traffic_week, traffic_weekclock")


def hours_of(store: Store, size: float, dice: random.Random, now: datetime, days: int) -> Iterator[Hour]:
    """So many days until now, and five weeks of the year before."""
    zone = ZoneInfo(store.timezone)
    today = business_date(now, zone=zone, day_start=store.day_start)
    dates = [today - timedelta(days=each) for each in range(days)]
    for day in [*dates, *(each - LAST_YEAR for each in dates[:35])]:
        for hour, share in zip(OPEN, SHAPE, strict=True):
            at = datetime.combine(day, time(hour), zone)
            if at < now and not (day.weekday() == 6 and hour > 13):
                yield _hour(store, day, at, size * share * WEEK[day.weekday()], dice, now)


def _hour(store: Store, day: date, at: datetime, busy: float, dice: random.Random, now: datetime) -> Hour:
    visitors = max(1, round(busy * dice.uniform(0.7, 1.35)))
    bought = round(visitors * dice.uniform(0.14, 0.34))
    sold = Decimal(sum(dice.randrange(600, 9900) for _each in range(bought))) / 100
    is_counted = store.name not in WITHOUT_COUNTER and dice.random() > 0.01
    return Hour(
        organisation_id=store.organisation_id,
        store_id=store.id,
        hour=at,
        business_date=day,
        visitors=Decimal(visitors) if is_counted else None,
        went_out=Decimal(visitors) if is_counted else None,
        traffic_status="measured" if is_counted else "missing",
        transactions=Decimal(bought),
        sales=sold,
        gross=sold,
        items=Decimal(round(bought * dice.uniform(1.2, 2.4))),
        staff_hours=(staff := Decimal(dice.choice(("1.5", "2", "2.25", "3")))),
        labour_cost=staff * twelve_more.PER_HOUR,
        open_hours=Decimal(1),
        staff_status="measured",
        updated_at=now,
    )


def _feeds(world: World, stores: list[Store], who: dict[str, Any]) -> None:
    """Three accounts: one that reads twelve shops, one whose shops are to be matched, one that is refused."""
    now = who["now"]
    reading = _account(world, "Boutiques France", now)
    for number, store in enumerate(stores, start=1):
        _shop(reading, number, store.name, store)
    job = jobs.begin(label="Boutiques France", **who)
    jobs.attach(job=job, connection=reading)
    jobs.finish(job=job, rhythm="hourly", start=time(0, 2), actor=who["actor"], now=now)
    matching = _account(world, "Boutiques Belgique", now)
    for number, name in enumerate(("Bruxelles Toison d’Or", "Rennes", "Liège"), start=20):
        _shop(matching, number, name, None)
    other = jobs.begin(label="Boutiques Belgique", **who)
    jobs.attach(job=other, connection=matching)
    refused = _account(world, "Corners", now)
    Connection.objects.filter(pk=refused.pk).update(
        status="reconnect", status_reason="Lightspeed R-Series asks you to sign in again."
    )
    third = jobs.begin(label="Corners", **who)
    jobs.attach(job=third, connection=refused)
    world.ids |= {
        "reading_job": jobs.public(job),
        "matching_job": jobs.public(other),
        "refused_job": jobs.public(third),
    }
    world.ids["paris"] = stores[8].public_id
    link = LocationLink.objects.get(connection=reading, store=stores[0])
    ImportRun.objects.create(
        id=new_id(),
        organisation_id=who["organisation_id"],
        store_id=stores[0].id,
        connection_id=reading.id,
        location_link_id=link.id,
        start=now - timedelta(days=400),
        end=now,
        state=ImportRun.State.RUNNING,
        started_at=now - timedelta(minutes=3),
        going_since=now - timedelta(minutes=3),
    )


def _account(world: World, name: str, now: datetime) -> Connection:
    return Connection.objects.create(
        organisation=world.people.le_zinc,
        provider="lightspeed_r",
        account_name=name,
        status_since=now - timedelta(hours=3),
        access_token=b"",
        refresh_token=b"",
        access_expires_at=now + timedelta(days=30),
        consented_by=world.people.alice,
        created_at=now,
    )


def _shop(connection: Connection, number: int, name: str, store: Store | None) -> None:
    LocationLink.objects.create(
        organisation=connection.organisation,
        connection=connection,
        provider="lightspeed_r",
        external_id=f"900200:{number}",
        name=name,
        currency="EUR",
        timezone="Europe/Paris",
        country="FR",
        store=store,
    )


def _wrong(world: World, stores: list[Store], now: datetime) -> None:
    """An alert of each kind, some that are over, and figures that moved."""
    organisation_id = world.people.le_zinc.id
    figures = {"conversion": "12.4", "usual": "23.1", "visitors": "41", "transactions": "44", "star": "61.5"}
    details = {
        **figures,
        "who": "Alice",
        "target": "40",
        "day": now.date().isoformat(),
        "people": "2",
        "counter": "",
    }
    of_kind = {Kind.FEED_FAILED: {"why": twelve_more.FAULT}, Kind.COUNTER_DEAD: {"counter": "Entrée rue"}}
    refused = str(Connection.objects.get(organisation_id=organisation_id, account_name="Corners").pk)
    for place, kind in enumerate(Kind):
        for closed in (None, now - timedelta(days=place + 1)):
            since = (closed or now) - timedelta(hours=3 + place)
            Alert.objects.create(
                organisation_id=organisation_id,
                id=new_id(),
                store_id=None if kind is Kind.REFUSED else stores[place].id,
                kind=kind,
                part=refused if kind is Kind.REFUSED else str(new_id()) if kind is Kind.FEED_FAILED else "",
                name="Corners" if kind is Kind.REFUSED else stores[place].name,
                details=details | of_kind.get(kind, {}),
                since=since,
                opened_at=since,
                mails=place % 3,
                mailed_at=since if place % 3 else None,
                closed_at=closed,
            )
    for place, store in enumerate(stores):
        for kind in ("transactions", "sales", "staff_hours"):
            hour = Hour.objects.filter(organisation_id=organisation_id, store_id=store.id).order_by("-hour")[20 + place]
            Change.objects.create(
                organisation_id=organisation_id,
                id=new_id(),
                store_id=store.id,
                hour=hour.hour,
                business_date=hour.business_date,
                kind=kind,
                old=Decimal("1234.5"),
                new=None if kind == "staff_hours" else Decimal("1190.25"),
                seen_at=now - timedelta(hours=place),
            )
    for store in stores:
        if store.name not in WITHOUT_COUNTER:
            made = add_counter(organisation_id=organisation_id, store_id=store.id, name="Entrée rue", now=now)
            heard = now - timedelta(hours=0 if store.name != "Brest Siam" else 30)
            Counter.objects.filter(organisation_id=organisation_id, id=made.id).update(heard_at=heard)


def _one_day(world: World, who: dict[str, Any]) -> None:
    """A day of the first store that is made of real receipts, clock entries and counts, some of it typed over."""
    people = world.people
    chain.utc_store(people)
    chains.save_location(
        store=people.bar, values={"location_id": "1000"}, node_id=None, actor="user:1", now=who["now"], today=chain.DAY
    )
    for hour in OPEN:
        for number in range(hour % 4 + 1):
            chain.sell(people, hour + number / 10, f"{12 + 7 * number}.90")
    chain.works(people, ("101", 9, 17.25), ("102", 12, 20))
    chain.come(people, {hour: 9 + hour % 5 * 4 for hour in OPEN if hour != 14}, location="1000")
    chain.make(people)
    typed = [tailoring.Typed(people.bar.id, chain.at(14), "visitors", Decimal(31))]
    tailoring.tailor(typed=typed, reason="Counter was unplugged for the cleaning", **who)
