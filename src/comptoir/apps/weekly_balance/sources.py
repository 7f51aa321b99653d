"""What the ledger and the imports know of a department's days; one question each, whatever the number of days."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection
from django.db.models import Min

from comptoir.apps.weekly_balance.models import Department, Register
from comptoir.apps.weekly_balance.rules.days import Clock, interval_of
from comptoir.apps.weekly_balance.rules.figures import Figures, figures
from comptoir.apps.weekly_balance.rules.terms import Choices, FieldType, Moment
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger.models import Sale as SaleRow
from comptoir.core.ledger.models import SaleRevision
from comptoir.kernel.ids import public_id
from comptoir.pos.model import Sale

ONE_DAY = timedelta(days=1)
HourKey = tuple[FieldType, datetime, str]


@dataclass(frozen=True)
class Found:
    """A bill of a department, with what we know of it."""

    id: UUID
    updated_at: datetime
    sale: Sale


@dataclass
class DayFigures:
    """What the till says of one day: the day's figures and the hours and registers they are made of."""

    day: Figures = field(default_factory=dict)
    hours: dict[HourKey, Decimal] = field(default_factory=dict)
    sales: list[Found] = field(default_factory=list)

    def add(self, found: Found, start: datetime, choices: Choices) -> None:
        """One more bill."""
        register = found.sale.register.id if found.sale.register else ""
        self.sales.append(found)
        for kind, value in figures(found.sale, choices).items():
            self.day[kind] = self.day.get(kind, Decimal(0)) + value
            self.hours[kind, start, register] = self.hours.get((kind, start, register), Decimal(0)) + value


def clock_of(department: Department) -> Clock:
    """The department's own clock."""
    return Clock(ZoneInfo(department.zone), department.day_start)


def takes(department: Department, sale: Sale) -> bool:
    """Whether a bill of the department's store is the department's own."""
    if department.client_number and department.client_number != sale.location_id:
        return False
    return not department.terminals or (sale.register is not None and sale.register.id in department.terminals)


def moment_of(sale: Sale, choices: Choices) -> datetime:
    """The instant that says to which day and hour a bill belongs."""
    return sale.opened_at if choices.moment is Moment.OPENED or sale.closed_at is None else sale.closed_at


def measured(department: Department, choices: Choices, *, first: date, last: date) -> dict[date, DayFigures]:
    """What the ledger has for each of the days, those without a bill left out."""
    found: defaultdict[date, DayFigures] = defaultdict(DayFigures)
    clock = clock_of(department)
    for each in _closed(department.organisation_id, department.store_id, first - ONE_DAY, last + ONE_DAY):
        if not takes(department, each.sale):
            continue
        moment = moment_of(each.sale, choices)
        day = clock.day_of(moment)
        if first <= day <= last:
            found[day].add(each, interval_of(moment, clock).start, choices)
    return dict(found)


def _closed(organisation_id: UUID, store_id: UUID, first: date, last: date) -> Iterator[Found]:
    """Bills around these days, voided ones included: they are no sales, but they may be why a number moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, updated_at, document::text FROM ledger_sale WHERE organisation_id = %s AND store_id = %s"
            " AND business_date BETWEEN %s AND %s AND state <> 'open' ORDER BY id",
            [organisation_id, store_id, first, last],
        )
        for sale_id, updated_at, text in cursor.fetchall():
            yield Found(sale_id, updated_at, msgspec.json.decode(text, type=Sale))


def unallocated(organisation_id: UUID, store_id: UUID, *, first: date, last: date) -> dict[date, list[str]]:
    """Registers of a store that sold on these business dates and belong to no department, by date (WB-06)."""
    mine = set(
        Register.objects.filter(organisation_id=organisation_id, store_id=store_id).values_list(
            "client_number", "register_id"
        )
    )
    rows = SaleRow.objects.filter(
        organisation_id=organisation_id,
        store_id=store_id,
        business_date__range=(first, last),
        state="closed",
        counted=True,
    )
    found: defaultdict[date, list[str]] = defaultdict(list)
    for day, location, register in (
        rows.order_by().values_list("business_date", "location_id", "register_id").distinct()
    ):
        keys = {(number, one) for number in ("", location) for one in ("", register)}
        if not keys & mine:
            found[day].append(register)
    return dict(found)


def first_sale(department: Department) -> date | None:
    """The first business date that the store has sold on: before it, it was not open (WB-29)."""
    rows = SaleRow.objects.filter(organisation_id=department.organisation_id, store_id=department.store_id)
    found: date | None = rows.aggregate(first=Min("business_date"))["first"]
    return found


def days_of(
    organisation_id: UUID, sale_ids: Collection[UUID], clocks: dict[UUID, list[Clock]]
) -> dict[UUID, set[date]]:
    """By store, every day that these bills belong to now or belonged to in an earlier revision, either moment."""
    rows = SaleRow.objects.filter(organisation_id=organisation_id, id__in=sale_ids)
    owners = {}
    documents: list[tuple[UUID, object]] = []
    for sale_id, store_id, document in rows.values_list("id", "store_id", "document"):
        owners[sale_id] = store_id
        documents.append((store_id, document))
    before = SaleRevision.objects.filter(organisation_id=organisation_id, sale_id__in=list(owners))
    documents += [(owners[sale_id], document) for sale_id, document in before.values_list("sale_id", "document")]
    found: defaultdict[UUID, set[date]] = defaultdict(set)
    for store_id, document in documents:
        sale = msgspec.convert(document, Sale, strict=False)
        for clock in clocks.get(store_id, ()):
            found[store_id] |= {clock.day_of(at) for at in (sale.opened_at, sale.closed_at) if at}
    return dict(found)


def causes(found: DayFigures | None, since: datetime | None) -> list[dict[str, str]]:
    """The bills of a day that moved after an instant, as a correction names them."""
    if found is None or since is None:
        return []
    return [
        {"id": public_id("sal", each.id), "number": each.sale.receipt_number or each.sale.external_id}
        for each in found.sales
        if each.updated_at > since
    ]


@dataclass(frozen=True)
class Read:
    """A piece of time that an import has read, and when that import was last set going."""

    start: datetime
    end: datetime
    began_at: datetime


def reads(department: Department, begin: datetime, end: datetime) -> list[Read]:
    """What imports have read of a time, in one question."""
    windows = ImportWindow.objects.filter(
        organisation_id=department.organisation_id,
        state__in=(ImportWindow.State.DONE, ImportWindow.State.KNOWN),
        start__lt=end,
        end__gt=begin,
        run_id__in=ImportRun.objects.filter(
            organisation_id=department.organisation_id, store_id=department.store_id
        ).values("id"),
    )
    rows = list(windows.values_list("run_id", "start", "end"))
    runs = ImportRun.objects.filter(
        organisation_id=department.organisation_id, id__in={run_id for run_id, _, _ in rows}
    )
    began = dict(runs.values_list("id", "going_since"))
    return [Read(start, stop, began[run_id]) for run_id, start, stop in rows]
