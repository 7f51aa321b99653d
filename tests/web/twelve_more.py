"""What else the chain of twelve stores has for pictures: wages, people at work, a pattern, feeds with files, exports
with deliveries, hours of business, reports by mail. Each in the states that a page can show.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from comptoir.apps.traffic.alert_tables import BusinessException, BusinessHours, SilentLimit
from comptoir.apps.traffic.arrivals import feeds
from comptoir.apps.traffic.counting import doors
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.apps.traffic.left_out_tables import LeftOut
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pattern_tables import HOURS_OF_A_WEEK, StaffPattern
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import store as ledger
from comptoir.core.ledger import time_clock
from comptoir.kernel.ids import new_id, public_id
from comptoir.pos.people import Shift
from tests.tenants import World

PER_HOUR: Final = Decimal("14.50")
FAULT: Final = "The server does not answer. Check its address and port."
STAFF: Final = ("Alice Martin", "Bob Lefèvre", "Charlie Dubois-Lacroix")


def fill(world: World, stores: list[Store], *, now: datetime) -> None:
    """Of everything that is typed, sent or fetched, some."""
    organisation_id = world.people.le_zinc.id
    row: dict[str, Any] = {"organisation_id": organisation_id}
    Wage.objects.create(**row, id=new_id(), since="2020-01-01", per_hour=PER_HOUR, currency="EUR")
    Wage.objects.create(**row, id=new_id(), store_id=stores[0].id, since="2026-01-01", per_hour=15, currency="EUR")
    SilentLimit.objects.create(**row, id=new_id(), hours=3)
    SilentLimit.objects.create(**row, id=new_id(), store_id=stores[1].id, hours=6)
    for weekday in range(6):
        BusinessHours.objects.create(
            **row, store_id=stores[8].id, weekday=weekday, opens=time(9), closes=time(20 if weekday < 5 else 19)
        )
    for days, span in ((20, {}), (26, {"opens": time(9), "closes": time(15)})):
        on = (now + timedelta(days=days)).date()
        BusinessException.objects.create(**row, store_id=stores[8].id, on=on, **span)
    _pattern(world, stores[8], now)
    _left_out(world, world.people.bar, now)
    _feeds(world, now)
    _exports(world, now)
    for store in (world.terrace, world.people.bar):  # of which no figures are made up, so none is made anew
        _at_work(store, now)
    for report in ("weekly", "staffing"):
        ReportMail.objects.create(
            **row,
            id=new_id(),
            user_id=world.people.alice.pk,
            report=report,
            rhythm="weekly",
            language="en",
            store_ids=[str(each.id) for each in stores[:3]] if report == "staffing" else None,
            due_at=now + timedelta(days=2),
            created_at=now,
        )


def _pattern(world: World, store: Store, now: datetime) -> None:
    """One that is over, the one that holds, and one to come."""
    week = [Decimal(0)] * HOURS_OF_A_WEEK
    for weekday in range(6):
        for hour in range(9, 20):
            week[weekday * 24 + hour] = Decimal(3 if 11 <= hour < 14 or hour >= 17 else 2)
    made = [
        StaffPattern.objects.create(
            organisation_id=store.organisation_id,
            id=new_id(),
            store_id=store.id,
            since=(now + timedelta(days=days)).date(),
            hours=week,
            actor="user:1",
            at=now,
        )
        for days in (-200, -30, 40)
    ]
    world.ids["paris_pattern"] = public_id("spn", made[1].id)


def _left_out(world: World, store: Store, now: datetime) -> None:
    for kind, since, until in ((LeftOut.CLOSURE, 40, 38), (LeftOut.REMOVED, None, 150)):
        LeftOut.objects.create(
            organisation_id=store.organisation_id,
            id=new_id(),
            store_id=store.id,
            kind=kind,
            since=None if since is None else now - timedelta(days=since),
            until=now - timedelta(days=until),
            actor=f"user:{world.people.alice.pk}",
            at=now,
        )


def _feeds(world: World, now: datetime) -> None:
    """One of each kind, one that fails, one that is off; and files in every state."""
    said: dict[str, Any] = {"organisation_id": world.people.le_zinc.id, "actor": "user:1", "now": now}
    server = {"host": "sftp.example.com", "port": 22, "user": "counts", "folder": "outgoing/daily"}
    sftp = feeds.add(**said, kind="sftp", name="Head office counters", place=server, secret="a")
    mail = feeds.add(
        **said,
        kind="mail",
        name="Counters by mail",
        place={"host": "imap.example.com", "port": 993, "user": "c", "folder": "INBOX", "senders": ["a@example.com"]},
        secret="a",
        word="abcd-efgh-ijkl",
    )
    axis = {"url": "http://192.168.1.20", "user": "counter", "serial": "ACCC8E012345"}
    device = feeds.add(**said, kind="axis", name="Camera of Lyon Part-Dieu", place=axis, secret="a")
    mine = CountFeed.objects.filter(organisation_id=world.people.le_zinc.id)
    mine.filter(id=sftp.id).update(tried_at=now - timedelta(minutes=4), arrived_at=now - timedelta(hours=2))
    mine.filter(id=mail.id).update(tried_at=now - timedelta(minutes=9), fault=FAULT)
    mine.filter(id=device.id).update(active=False)
    states = (CountFile.TAKEN, CountFile.AGAIN, CountFile.PARKED, CountFile.TAKEN)
    for number, state in enumerate(states):
        is_parked = state == CountFile.PARKED
        CountFile.objects.create(
            organisation_id=world.people.le_zinc.id,
            id=new_id(),
            feed_id=sftp.id,
            origin=f"{number}",
            name=f"counts-all-stores-2026-11-{20 + number}.csv",
            sha256=f"{number:064}",
            state=state,
            words="The first line names the columns; there is none for: date." if is_parked else "",
            rows=0 if is_parked else 288,
            taken=0 if is_parked else 280,
            aside=0 if is_parked else 4,
            faults=[[12, "no date and hour: 2026-11-23 27"]] if number == 3 else [],
            received_at=now - timedelta(hours=2 + number * 24),
        )
    world.ids |= {"sftp_feed": sftp.public_id, "mail_feed": mail.public_id, "axis_feed": device.public_id}
    doors.add(**said, name="Counters of the south")


def _exports(world: World, now: datetime) -> None:
    """One for each way: delivered, waiting after a fault, given up."""
    server = {"host": "sftp.example.com", "port": 22, "user": "comptoir", "folder": "in/traffic"}
    ways = (
        ("Head office, every morning", ExportPlan.MAIL, "csv", {}, ExportRun.DELIVERED, ""),
        ("Data warehouse", ExportPlan.SFTP, "parquet", server, ExportRun.GIVEN_UP, FAULT),
        ("Planning tool", ExportPlan.WEBHOOK, "jsonl", {}, ExportRun.WAITING, "It answered 503."),
    )
    for number, (name, way, kind, place, state, fault) in enumerate(ways):
        plan = ExportPlan.objects.create(
            organisation_id=world.people.le_zinc.id,
            id=new_id(),
            user_id=world.people.alice.pk,
            name=name,
            kind=kind,
            rhythm="daily",
            hour=7,
            days=(1, 7, 35)[number],
            language="en",
            way=way,
            place=place,
            due_at=now + timedelta(hours=9),
            created_at=now,
        )
        ExportRun.objects.create(
            organisation_id=plan.organisation_id,
            id=new_id(),
            plan_id=plan.id,
            slot=now - timedelta(hours=5),
            since=(now - timedelta(days=plan.days)).date(),
            until=(now - timedelta(days=1)).date(),
            state=state,
            attempts=3,
            due_at=now + timedelta(hours=1),
            finished_at=None if state == ExportRun.WAITING else now,
            fault=fault,
        )


def _at_work(store: Store, now: datetime) -> None:
    """Three people over a week, one of whom overlaps and one of whom did not check out."""
    shifts = []
    for day in range(1, 8):
        begin = (now - timedelta(days=day)).replace(hour=9, minute=0, second=0, microsecond=0)
        for number in range(len(STAFF)):
            start = begin + timedelta(hours=2 * number)
            shifts.append(_shift(store, f"{day}-{number}", f"{number}", start, start + timedelta(hours=6, minutes=20)))
    shifts.append(_shift(store, "twice", "0", now - timedelta(days=3), now - timedelta(days=3) + timedelta(hours=2)))
    shifts.append(_shift(store, "open", "2", now - timedelta(hours=3), None))
    with transaction.atomic():
        time_clock.record(
            store=ledger.lock_stores({store.id})[store.id],
            provider="lightspeed_r",
            location_id=f"{store.id}",
            shifts=shifts,
            start=now - timedelta(days=9),
            end=now,
            names={str(number): name for number, name in enumerate(STAFF)},
            now=now,
        )


def _shift(store: Store, number: str, staff: str, start: datetime, end: datetime | None) -> Shift:
    return Shift(id=f"{store.id}-{number}", location_id=f"{store.id}", staff_id=staff, started_at=start, ended_at=end)
