"""What is known of each location's day, and what moved of it afterwards, at the hours that a report is about (6.1)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncTime

from comptoir.apps.traffic.models import Change, Day, Hour
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports.reading import Scope, on_days
from comptoir.core.accounts.models import Store

WANTING: Final = (
    Q(hours_t__lt=F("hours"))
    | Q(tailored_hours__gt=0)
    | Q(hours_e__gt=0)
    | Q(above_usual__gt=0)
    | Q(x_t__gt=F("visitors"))
    | Q(visitors__gt=0, went_out__gt=F("visitors") * Decimal("1.1"))
    | Q(visitors__gt=0, went_out__gt=0, went_out__lt=F("visitors") * Decimal("0.9"))
)
"""Days with a gap, with something typed, or with figures that cannot be (3.3)."""
WITHOUT_STAFF: Final = Q(hours_h__lt=F("hours")) | Q(hours_p__gt=0)
"""Days with a gap in staff hours, or with planned ones: of matter to who may see them."""
COUNTED: Final = ("hours", "hours_t", "hours_h", "hours_e", "hours_p", "tailored_hours", "visitors", "went_out", "x_t")


def days(scope: Scope, stores: Collection[Store], period: Period) -> "QuerySet[Any, dict[str, Any]]":
    """Of each location and day what COUNTED names, and `above_usual` and the days' keys; of some hours alone, of these.

    How many hours counted three times the usual is known of whole days: of some hours alone it is 0.
    """
    mine = Q(organisation_id=scope.organisation_id, store_id__in=list(scope.store_ids))
    keys = ("store_id", "business_date")
    if not scope.is_part:
        whole: QuerySet[Any, dict[str, Any]] = on_days(Day.objects.filter(mine), scope, period).values(
            *keys, *COUNTED, "above_usual"
        )
        return whole
    receipts = {"sales": 0, "all": 1, "net": -1}[scope.settings.transactions]
    known = Q(visitors__isnull=False)
    rows = at_hours(on_days(Hour.objects.filter(mine), scope, period), scope, stores).order_by().values(*keys)
    found: QuerySet[Any, dict[str, Any]] = rows.annotate(
        hours=Count("hour"),
        hours_t=Count("hour", filter=known),
        hours_h=Count("hour", filter=Q(staff_hours__isnull=False)),
        hours_e=Count("hour", filter=Q(traffic_status="estimated")),
        hours_p=Count("hour", filter=Q(staff_status="planned")),
        tailored_hours=Count("hour", filter=~Q(tailored="")),
        x_t=Sum(F("transactions") + F("return_receipts") * receipts, filter=known),
        visitors=Sum("visitors"),
        went_out=Sum("went_out"),
        above_usual=Value(0),
    )
    return found


def among(days: Collection[tuple[UUID, date]]) -> Q:
    """The rows of these days of these stores: one condition, however many they are."""
    stores, dates = [store for store, _day in days], [day for _store, day in days]
    found = RawSQL(
        "(store_id, business_date) IN (SELECT * FROM unnest(%s::uuid[], %s::date[]))",
        [stores, dates],
        output_field=BooleanField(),
    )
    return Q(found)


def in_order(rows: QuerySet[Any, dict[str, Any]], stores: Collection[UUID]) -> QuerySet[Any, dict[str, Any]]:
    """The latest days first, and of a day the stores in the order given."""
    place = RawSQL("array_position(%s::uuid[], store_id)", [list(stores)], output_field=IntegerField())
    return rows.order_by("-business_date", place)


def late(
    scope: Scope, stores: Collection[Store], period: Period, *, kinds: Collection[str]
) -> dict[tuple[UUID, Any], int]:
    """How many hours of each location's day moved after it was over."""
    rows = changes(scope, stores, period, kinds=kinds).order_by().values_list("store_id", "business_date")
    found = rows.annotate(late=Count("hour", distinct=True))
    return {(store_id, day): number for store_id, day, number in found}


def changes(
    scope: Scope, stores: Collection[Store], period: Period, *, kinds: Collection[str]
) -> "QuerySet[Change, Change]":
    """What moved after its day was over, latest seen first."""
    mine = Change.objects.filter(
        organisation_id=scope.organisation_id,
        store_id__in=list(scope.store_ids),
        kind__in=kinds,
    )
    return at_hours(on_days(mine, scope, period), scope, stores).order_by("-seen_at", "hour", "kind", "id")


def at_hours(rows: "QuerySet[Any, Any]", scope: Scope, stores: Collection[Store]) -> "QuerySet[Any, Any]":
    """Those rows of hours that the scope is about, by each store's own clock; as `Scope.counts` says."""
    if scope.business:
        same = {name: OuterRef(name) for name in ("organisation_id", "store_id", "hour")}
        return rows.exclude(Exists(Hour.objects.filter(**same, open_hours__lte=0)))
    if scope.opens is None or scope.closes is None:
        return rows
    wanted = Q(store_id__in=[])
    for number, zone in enumerate(sorted({each.timezone for each in stores})):
        local = f"local_{number}"
        rows = rows.annotate(**{local: TruncTime("hour", tzinfo=ZoneInfo(zone))})
        begins, ends = Q(**{f"{local}__gte": scope.opens}), Q(**{f"{local}__lt": scope.closes})
        there = Q(store_id__in=[each.id for each in stores if each.timezone == zone])
        wanted |= there & (begins & ends if scope.opens < scope.closes else begins | ends)
    return rows.filter(wanted)
