"""What an hour of a store is made of: the ledger's sales, the time clock, the counts, and what people typed over it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import clocked, filling, kpis, opening, planned, visitors, wages
from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.left_out import Source, Spans
from comptoir.apps.traffic.models import Location, Settings, Tailored
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import hours as ledger
from comptoir.kernel.clock import business_day_bounds

ZERO: Final = Decimal(0)
MEASURES: Final = {
    True: {"net_sales": "sales", "gross_sales": "gross", "discounts": "discounts", "returns": "returns"},
    False: {
        "net_sales": "sales",
        "untaxed_gross_sales": "gross",
        "untaxed_discounts": "discounts",
        "untaxed_returns": "returns",
    },
}
"""Measures of the ledger by the chain's basis: with tax, or without; net sales less the tax are without."""
COUNTS: Final = {
    "transactions": "transactions",
    "return_receipts": "return_receipts",
    "goods_sold": "items",
    "goods_returned": "returned",
}
COLUMNS: Final = (
    *("visitors", "went_out", "transactions", "return_receipts", "sales", "gross", "discounts", "returns"),
    *("items", "returned", "staff_hours", "traffic_status", "staff_status", "tailored", "labour_cost", "open_hours"),
    "groups",
)
StoreDay = tuple[UUID, date]
HOUR: Final = timedelta(hours=1)
SMALLEST: Final = Decimal("0.000001")
"""As the tables keep it."""


@dataclass
class Made:
    """An hour in the making."""

    business_date: date
    values: dict[str, Any] = field(
        default_factory=lambda: {
            **dict.fromkeys(COLUMNS, ZERO),
            "visitors": None,
            "went_out": None,
            "staff_hours": None,
            "labour_cost": None,
            "open_hours": None,
            "groups": None,
            "traffic_status": "missing",
            "staff_status": "missing",
            "tailored": "",
        }
    )


def measured(
    organisation_id: UUID, days: Collection[StoreDay], *, now: datetime
) -> dict[tuple[UUID, datetime], dict[str, Any]]:
    """What is measured in each hour of these days, whatever was typed over it."""
    if not days:
        return {}
    stores = Store.objects.filter(organisation_id=organisation_id, id__in={store for store, _day in days})
    since, until = min(day for _store, day in days), max(day for _store, day in days)
    made = make(organisation_id, {each.id: each for each in stores}, set(days), since, until, now=now, typed=False)
    return {key: each.values for key, each in made.items()}


def make(
    organisation_id: UUID,
    stores: Mapping[UUID, Store],
    wanted: set[StoreDay],
    since: date,
    until: date,
    *,
    now: datetime,
    typed: bool = True,
) -> dict[tuple[UUID, datetime], Made]:
    """Every hour of these days in which anything is known; `typed`: with what people typed, estimates and patterns."""
    found: dict[tuple[UUID, datetime], Made] = {}

    hidden = Spans(organisation_id, stores)

    def at(store_id: UUID, hour: datetime, day: date, by: Source = "till") -> dict[str, Any] | None:
        if (store_id, day) not in wanted or hidden.hides(store_id, hour, by):
            return None
        return found.setdefault((store_id, hour), Made(day)).values

    said = settings_of(organisation_id)
    _add_sales(organisation_id, stores, said, since, until, at)
    told = set()
    for worked in ledger.worked(organisation_id, store_ids=stores, since=since, until=until):
        if (values := at(worked.store_id, worked.hour, worked.business_date)) is not None:
            told.add((worked.store_id, worked.business_date))
            values.update(staff_hours=worked.value, staff_status="measured")
    for still in clocked.open_hours(organisation_id, stores, now=now):
        if (values := at(still.store_id, still.hour, still.business_date)) is not None:
            told.add((still.store_id, still.business_date))
            values.update(staff_hours=(values["staff_hours"] or ZERO) + still.value, staff_status=still.status)
    counted = visitors.hourly(organisation_id, list(stores.values()), since=since, until=until)
    for each in counted:
        if (values := at(each.store_id, each.hour, each.business_date, "counter")) is not None:
            values.update(visitors=each.visitors, went_out=each.went_out, groups=each.groups)
            values["traffic_status"] = each.status
    for key, estimate in filling.filled(organisation_id, stores, wanted, now=now).items() if typed else ():
        if (values := at(*key, estimate.business_date, "counter")) is not None:
            values.update(visitors=estimate.visitors, went_out=estimate.went_out, traffic_status=filling.ESTIMATED)
    _take_staff_off(organisation_id, stores, found)
    for (store_id, begin), hour in found.items():
        # A clock that tells of the day tells of each of its hours: nobody was there.
        is_told = (store_id, hour.business_date) in told and not hidden.hides(store_id, begin)
        if hour.values["staff_hours"] is None and is_told:
            hour.values.update(staff_hours=ZERO, staff_status="measured")
    if typed:
        _tailor(organisation_id, said, stores, since, until, at)
        _plan(organisation_id, stores, found, told, at, now)
    _add_costs(organisation_id, stores, found)
    _add_open_hours(organisation_id, stores, found)
    return found


def _plan(
    organisation_id: UUID,
    stores: Mapping[UUID, Store],
    found: Mapping[tuple[UUID, datetime], Made],
    told: set[StoreDay],
    at: Any,
    now: datetime,
) -> None:
    """The weekly pattern, on days of which neither a clock nor a person tells who worked."""
    typed = {
        (store_id, each.business_date)
        for (store_id, _hour), each in found.items()
        if each.values["staff_status"] == "tailored"
    }
    known = {(store_id, each.business_date) for (store_id, _hour), each in found.items()}
    planned.fill(organisation_id, stores, set(found), known - told - typed, at, now=now)


def _take_staff_off(
    organisation_id: UUID, stores: Mapping[UUID, Store], found: Mapping[tuple[UUID, datetime], Made]
) -> None:
    """A fixed number of passages a day, evenly over the typed business hours; an hour never goes below nought."""
    rows = Location.objects.filter(
        organisation_id=organisation_id, store_id__in=stores, staff_off="fixed", staff_passes__gt=0
    )
    passes = {each.store_id: each.staff_passes or ZERO for each in rows}
    if not passes:
        return
    known = opening.typed(organisation_id, [stores[each] for each in passes])
    per_day: dict[StoreDay, Decimal] = {}
    for (store_id, hour), each in found.items():
        if store_id not in known or each.values["visitors"] is None:
            continue
        day = (store_id, each.business_date)
        if day not in per_day:
            store = stores[store_id]
            bounds = business_day_bounds(day[1], zone=ZoneInfo(store.timezone), day_start=store.day_start)
            per_day[day] = _hours(known[store_id].open_between(*bounds))
        if per_day[day]:
            share = passes[store_id] * _hours(known[store_id].open_between(hour, hour + HOUR)) / per_day[day]
            for name in ("visitors", "went_out"):
                left = max(each.values[name] - share, ZERO)
                each.values[name] = left.quantize(SMALLEST, ROUND_HALF_UP)


def _hours(length: timedelta) -> Decimal:
    return Decimal(length.seconds + length.days * 86400) / 3600


def _add_costs(
    organisation_id: UUID, stores: Mapping[UUID, Store], found: Mapping[tuple[UUID, datetime], Made]
) -> None:
    """What the hours worked cost, where somebody said what an hour costs."""
    known = wages.Wages(organisation_id)
    for (store_id, _hour), each in found.items():
        worked = each.values["staff_hours"]
        per_hour = None if worked is None else known.per_hour(stores[store_id], each.business_date)
        if per_hour is not None:
            each.values["labour_cost"] = (worked * per_hour).quantize(SMALLEST, ROUND_HALF_UP)


def _add_open_hours(
    organisation_id: UUID, stores: Mapping[UUID, Store], found: Mapping[tuple[UUID, datetime], Made]
) -> None:
    """How much of each hour lies in the business hours, where somebody typed them."""
    known = opening.typed(organisation_id, list(stores.values()))
    for (store_id, hour), each in found.items():
        if store_id in known:
            opened = known[store_id].open_between(hour, hour + HOUR)
            each.values["open_hours"] = _hours(opened).quantize(SMALLEST, ROUND_HALF_UP)


def _add_sales(
    organisation_id: UUID, stores: Mapping[UUID, Store], said: Settings, since: date, until: date, at: Any
) -> None:
    named = {**MEASURES[said.with_tax], **COUNTS}
    # Whoever orders in the web store comes in at no entrance, also when he fetches it: left out by default (TA-36).
    web = set()
    if not said.web_store:
        web = ledger.web_registers(organisation_id, store_ids=stores, since=since, until=until)
    rows = ledger.figures(
        organisation_id, store_ids=stores, since=since, until=until, measures=[*named, "tax", "service_charge"], but=web
    )
    for row in rows:
        # What was sold in another currency than the store's is not added to it (4.1, rule 4).
        if row.currency != stores[row.store_id].currency or (
            (values := at(row.store_id, row.hour, row.business_date)) is None
        ):
            continue
        if row.measure in named:
            values[named[row.measure]] += row.value
        elif row.measure == "tax" and not said.with_tax:
            values["sales"] -= row.value


def _tailor(organisation_id: UUID, said: Settings, stores: Iterable[UUID], since: date, until: date, at: Any) -> None:
    rows = Tailored.objects.filter(
        organisation_id=organisation_id,
        store_id__in=list(stores),
        business_date__range=(since, until),
        withdrawn_at__isnull=True,
    )
    for row in rows.order_by("kind"):
        values = at(row.store_id, row.hour, row.business_date, "person")
        if values is None:
            continue
        is_estimated = row.kind == "visitors" and values["traffic_status"] == filling.ESTIMATED
        if said.measured_wins and not is_estimated and values[row.kind] not in (row.measured, None):
            continue  # it was measured anew after somebody typed it
        values[row.kind] = row.value
        values["tailored"] = ",".join(sorted({*filter(None, values["tailored"].split(",")), row.kind}))
        if row.kind == "visitors":
            values["traffic_status"] = "tailored"
        if row.kind == "staff_hours":
            values["staff_status"] = "tailored"


def counted_transactions(said: Settings, sold: Decimal, returned_only: Decimal) -> Decimal:
    """Receipts as the chain counts them (4: switch `transactions counted`)."""
    return {"sales": sold, "all": sold + returned_only, "net": sold - returned_only}[said.transactions]


def bucket_of(said: Settings, values: Mapping[str, Any]) -> kpis.Bucket:
    """An hour as key figures read it, by the chain's way of counting."""
    returned = values["returned"]
    return kpis.Bucket(
        visitors=values["visitors"],
        transactions=counted_transactions(said, values["transactions"], values["return_receipts"]),
        sales=values["sales"],
        items=values["items"] - returned if said.subtract_returns else values["items"],
        staff_hours=values["staff_hours"],
        returned=returned,
        sold=values["items"],
        labour_cost=values["labour_cost"],
        open_hours=values["open_hours"],
        is_estimated=values["traffic_status"] == filling.ESTIMATED,
        is_planned=values["staff_status"] == planned.PLANNED,
    )
