"""Hours and days as they are shown: made from the ledger, the counts and what people tailored, whole days at a time.

Making a day twice changes nothing, and it does not matter in what order its sources arrived: rows are the truth.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection, transaction

from comptoir.apps.traffic import clocked, day_lock, filling, implausible, kpis, late_changes, weeks
from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.making import COLUMNS, ZERO, Made, StoreDay, bucket_of, make
from comptoir.apps.traffic.models import Day, Hour, Settings
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import trading_days

COUNTED: Final = ("measured", "zero")
AT_ONCE: Final = 200
"""Days that are made in one transaction."""
OURS: Final[LiteralString] = (
    " WHERE t.organisation_id = %(organisation)s AND t.store_id = ANY(%(stores)s)"
    " AND t.business_date BETWEEN %(since)s AND %(until)s"
)
STALE_SQL: Final[LiteralString] = (
    "SELECT r.store_id, r.business_date FROM (" + trading_days.REVISIONS + ") AS r"  # noqa: S608
    " LEFT JOIN (SELECT t.store_id, t.business_date, t.ledger_revision FROM traffic_day AS t" + OURS + ") AS d"
    " ON d.store_id = r.store_id AND d.business_date = r.business_date"
    " WHERE d.ledger_revision IS DISTINCT FROM r.revision"
    " UNION SELECT t.store_id, t.business_date FROM traffic_day AS t" + OURS + " AND t.ledger_revision = %(again)s"
    " UNION SELECT t.store_id, t.business_date FROM traffic_hour AS t" + OURS + " AND t.staff_status = %(open)s"
)


def restate(organisation_id: UUID, days: Collection[StoreDay], *, now: datetime) -> int:
    """Make these days of these stores anew; returns how many hours changed. Each batch is a transaction of its own."""
    ordered = sorted(days, key=lambda each: (each[0], each[1]))
    return sum(
        _restate(organisation_id, ordered[start : start + AT_ONCE], now) for start in range(0, len(ordered), AT_ONCE)
    )


def stale(organisation_id: UUID, store_ids: Collection[UUID], *, since: date, until: date) -> list[StoreDay]:
    """Days whose figures in the ledger are of another revision than those that are shown."""
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "stores": list(store_ids),
        "since": since,
        "until": until,
    }
    values |= {"again": Day.AGAIN, "open": clocked.OPEN}
    with connection.cursor() as cursor:
        cursor.execute(STALE_SQL, values)
        return list(cursor.fetchall())


def going_on(organisation_id: UUID, store_ids: Collection[UUID], *, since: date, until: date) -> set[StoreDay]:
    """Days on which somebody is still in: whoever is works on, although nothing moves in the ledger."""
    rows = Hour.objects.filter(
        organisation_id=organisation_id,
        store_id__in=store_ids,
        business_date__range=(since, until),
        staff_status=clocked.OPEN,
    )
    return {*rows.values_list("store_id", "business_date")}


@transaction.atomic
def _restate(organisation_id: UUID, days: list[StoreDay], now: datetime) -> int:
    store_ids = {store for store, _day in days}
    day_lock.hold(store_ids)
    since, until = min(day for _store, day in days), max(day for _store, day in days)
    revisions = trading_days.revisions(organisation_id, store_ids=store_ids, since=since, until=until)
    stores = {each.id: each for each in Store.objects.filter(organisation_id=organisation_id, id__in=store_ids)}
    wanted = {each for each in days if each[0] in stores}
    made = make(organisation_id, stores, wanted, since, until, now=now)
    known = {
        (row.store_id, row.hour): row
        for row in Hour.objects.filter(
            organisation_id=organisation_id, store_id__in=store_ids, business_date__range=(since, until)
        )
        if (row.store_id, row.business_date) in wanted
    }
    changed = _write_hours(organisation_id, made, known, now)
    again = {
        *Day.objects.filter(
            organisation_id=organisation_id,
            store_id__in=store_ids,
            business_date__range=(since, until),
            ledger_revision=Day.AGAIN,
        ).values_list("store_id", "business_date")
    }
    late_changes.tell(organisation_id, stores, made, known, changed, again, now)
    _write_days(organisation_id, wanted, made, revisions, now)
    weeks.make(organisation_id, wanted)
    counted = {(key[0], day) for key in changed for day in [_counted_on(made.get(key), known.get(key), now)] if day}
    filling.mark_followers(organisation_id, counted, but=wanted)
    return len(changed)


def _write_hours(
    organisation_id: UUID,
    made: Mapping[tuple[UUID, datetime], Made],
    known: Mapping[tuple[UUID, datetime], Hour],
    now: datetime,
) -> set[tuple[UUID, datetime]]:
    """Only what is different: an hour that says the same keeps its revision."""
    changed = {
        key
        for key in {*made, *known}
        if key not in made
        or key not in known
        or any(made[key].values[name] != getattr(known[key], name) for name in COLUMNS)
    }
    gone = [key for key in changed if key not in made]
    for store_id in {store for store, _hour in gone}:
        Hour.objects.filter(
            organisation_id=organisation_id,
            store_id=store_id,
            hour__in=[hour for each, hour in gone if each == store_id],
        ).delete()
    rows = [
        Hour(
            organisation_id=organisation_id,
            store_id=key[0],
            hour=key[1],
            business_date=made[key].business_date,
            revision=known[key].revision + 1 if key in known else 1,
            updated_at=now,
            **made[key].values,
        )
        for key in sorted(changed)
        if key in made
    ]
    Hour.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation_id", "store_id", "hour"],
        update_fields=["business_date", "revision", "updated_at", *COLUMNS],
        batch_size=1000,
    )
    return changed


def _counted_on(made: Made | None, known: Hour | None, now: datetime) -> date | None:
    """The day of an hour whose count moved and which is the usual of days that are made already."""
    new = made.values["visitors"] if made and made.values["traffic_status"] in COUNTED else None
    old = known.visitors if known and known.traffic_status in COUNTED else None
    day = made.business_date if made else known.business_date if known else None
    return day if new != old and day is not None and day + filling.WEEK <= now.date() + filling.DAY else None


def _write_days(
    organisation_id: UUID,
    wanted: set[StoreDay],
    made: Mapping[tuple[UUID, datetime], Made],
    revisions: Mapping[StoreDay, int],
    now: datetime,
) -> None:
    said = settings_of(organisation_id)
    hours: defaultdict[StoreDay, list[dict[str, Any]]] = defaultdict(list)
    for (store_id, _hour), each in made.items():
        hours[store_id, each.business_date].append(each.values)
    rows = [_day(organisation_id, key, hours.get(key, []), revisions.get(key, 0), said, now) for key in sorted(wanted)]
    above = implausible.hours(organisation_id, sorted(wanted))
    for row in rows:
        row.above_usual = len(above.get((row.store_id, row.business_date), ()))
    Day.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation_id", "store_id", "business_date"],
        update_fields=[
            each.name
            for each in Day._meta.local_concrete_fields
            if each.name not in ("organisation_id", "store_id", "business_date")
        ],
        batch_size=1000,
    )


def _day(
    organisation_id: UUID, key: StoreDay, hours: list[dict[str, Any]], revision: int, said: Settings, now: datetime
) -> Day:
    found = kpis.sums(bucket_of(said, values) for values in hours)
    summed = ("return_receipts", "gross", "discounts", "returns")
    outs = [values["went_out"] for values in hours if values["went_out"] is not None]
    sums = {name: getattr(found, name) for name in kpis.COLUMNS}
    sums.update(visitors=found.known_visitors, staff_hours=found.known_staff_hours, labour_cost=found.known_labour_cost)
    return Day(
        organisation_id=organisation_id,
        store_id=key[0],
        business_date=key[1],
        went_out=sum(outs, ZERO) if outs else None,
        tailored_hours=sum(bool(values["tailored"]) for values in hours),
        ledger_revision=revision,
        updated_at=now,
        **sums,
        **{name: sum((values[name] for values in hours), ZERO) for name in summed},
    )
