"""What the ledger and the imports know of a department's days; one question each, whatever the number of days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from comptoir.apps.weekly_balance.models import Department, Register
from comptoir.apps.weekly_balance.rules.days import Clock, Former, interval_of
from comptoir.apps.weekly_balance.rules.figures import Figures, figures, is_counted
from comptoir.apps.weekly_balance.rules.terms import Choices, CountOnAccountAt, FieldType, Moment
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partners import requests as partners
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import reads as imports
from comptoir.core.intake.importing.reads import Read
from comptoir.core.ledger import days as ledger
from comptoir.core.ledger import vendor_days
from comptoir.core.ledger.days import Found
from comptoir.kernel.ids import public_id
from comptoir.pos import registry
from comptoir.pos.model import Credit, Sale, SaleState

ONE_DAY = timedelta(days=1)
HourKey = tuple[FieldType, datetime, str]


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
    """The department's own clock, and how it stood before."""
    former = tuple(
        Former(date.fromisoformat(each["until"]), ZoneInfo(each["zone"]), time.fromisoformat(each["day_start"]))
        for each in department.former_clocks
    )
    return Clock(ZoneInfo(department.zone), department.day_start, former)


def is_closed(department: Department, day: date) -> bool:
    """Whether the department is closed on this weekday by its calendar (WB-41)."""
    return day.weekday() in department.closed_weekdays


def takes(department: Department, sale: Sale) -> bool:
    """Whether a bill of the department's store is the department's own."""
    if department.client_number and department.client_number != sale.location_id:
        return False
    return not department.terminals or (sale.register is not None and sale.register.id in department.terminals)


def as_counted(found: Found, choices: Choices) -> Found:
    """A bill as the client wants it read: on account or put aside, it may count from the instant it was sold."""
    sale = found.sale
    waits = sale.credit is not Credit.NONE and sale.state in (SaleState.OPEN, SaleState.CLOSED)
    if not waits or choices.count_on_account_at is CountOnAccountAt.SETTLEMENT:
        return found
    return replace(found, sale=structs.replace(sale, state=SaleState.CLOSED, closed_at=sale.opened_at))


def moment_of(sale: Sale, choices: Choices) -> datetime:
    """The instant that says to which day and hour a bill belongs."""
    return sale.opened_at if choices.moment is Moment.OPENED or sale.closed_at is None else sale.closed_at


def measured(department: Department, choices: Choices, *, first: date, last: date) -> dict[date, DayFigures]:
    """What the ledger has for each of the days, those without a bill left out."""
    return gathered(_bills(department, choices, first, last), department, choices, first=first, last=last)


def _bills(department: Department, choices: Choices, first: date, last: date) -> Iterator[Found]:
    """The bills of the department's store around these days, as the client wants them read."""
    found = ledger.ended(
        department.organisation_id,
        department.store_id,
        first - ONE_DAY,
        last + ONE_DAY,
        provider=choices.provider,
        on_account=choices.count_on_account_at is CountOnAccountAt.SALE,
    )
    return (as_counted(each, choices) for each in found)


def gathered(
    bills: Iterable[Found], department: Department, choices: Choices, *, first: date, last: date
) -> dict[date, DayFigures]:
    """Bills of the department's store in days, hours and registers on its own clock; pure."""
    found: defaultdict[date, DayFigures] = defaultdict(DayFigures)
    clock = clock_of(department)
    for each in bills:
        if not takes(department, each.sale):
            continue
        moment = moment_of(each.sale, choices)
        day = clock.day_of(moment)
        if first <= day <= last:
            found[day].add(each, interval_of(moment, clock).start, choices)
    return dict(found)


def unallocated(organisation_id: UUID, store_id: UUID, *, first: date, last: date) -> dict[date, list[str]]:
    """Registers of a store that sold on these business dates and belong to no department, by date (WB-06)."""
    mine = _claimed(organisation_id, store_id)
    found: defaultdict[date, list[str]] = defaultdict(list)
    for day, location, register in ledger.registers(organisation_id, store_id, first, last):
        if _is_lost(mine, location, register):
            found[day].append(register)
    return dict(found)


def lost(department: Department, choices: Choices, *, first: date, last: date) -> dict[date, Figures]:
    """What registers of no department sold in the department's store, by the days of its clock (WB-06, R3)."""
    mine = _claimed(department.organisation_id, department.store_id)
    clock = clock_of(department)
    found: defaultdict[date, Figures] = defaultdict(dict)
    for each in _bills(department, choices, first, last):
        register = each.sale.register.id if each.sale.register else ""
        day = clock.day_of(moment_of(each.sale, choices))
        if first <= day <= last and _is_lost(mine, each.sale.location_id, register):
            for kind, value in figures(each.sale, choices).items():
                found[day][kind] = found[day].get(kind, Decimal(0)) + value
    return dict(found)


def _claimed(organisation_id: UUID, store_id: UUID) -> set[tuple[str, str]]:
    """(client number, register) of the departments of a store; "" is every one."""
    rows = Register.objects.filter(organisation_id=organisation_id, store_id=store_id)
    return set(rows.values_list("client_number", "register_id"))


def _is_lost(claimed: set[tuple[str, str]], location: str, register: str) -> bool:
    return not claimed & {(number, one) for number in ("", location) for one in ("", register)}


def first_sale(department: Department) -> date | None:
    """The first business date that the store has sold on: before it, it was not open (WB-29)."""
    return ledger.first_day(department.organisation_id, department.store_id)


def days_of(
    organisation_id: UUID, sale_ids: Collection[UUID], clocks: dict[UUID, list[Clock]]
) -> dict[UUID, set[date]]:
    """By store, every day that these bills belong to now or belonged to in an earlier revision, either moment."""
    found: defaultdict[UUID, set[date]] = defaultdict(set)
    for store_id, sale in ledger.ever(organisation_id, sale_ids):
        for clock in clocks.get(store_id, ()):
            found[store_id] |= {clock.day_of(at) for at in (sale.opened_at, sale.closed_at) if at}
    return dict(found)


def numbers_bills(department: Department, provider: str) -> bool:
    """Whether every till behind a department numbers its bills one after the other (R7)."""
    links = LocationLink.objects.filter(organisation_id=department.organisation_id, store_id=department.store_id)
    providers = {provider} if provider else set(links.values_list("provider", flat=True))
    return bool(providers) and all(registry.connector(each).manifest.numbers_bills for each in providers)


def numbers(found: DayFigures) -> dict[str, list[str]]:
    """The receipt numbers of a day by register."""
    by_register: defaultdict[str, list[str]] = defaultdict(list)
    for each in found.sales:
        if each.sale.register and each.sale.receipt_number:
            by_register[each.sale.register.name or each.sale.register.id].append(each.sale.receipt_number)
    return dict(by_register)


def vendor_sums(department: Department, choices: Choices, days: Collection[date]) -> dict[date, tuple[int, Decimal]]:
    """By day, number and total of its sales as the till's maker adds them up; only for a department that is a whole
    place of the till, on the store's own business days, and bills that count when they are closed (R8).
    """
    store = Store.objects.filter(organisation_id=department.organisation_id, id=department.store_id).first()
    is_whole = store is not None and (store.timezone, store.day_start) == (department.zone, department.day_start)
    if not is_whole or department.terminals or choices.moment is not Moment.COMPLETED:
        return {}
    found = {}
    for day, places in vendor_days.of_days(department.organisation_id, department.store_id, days).items():
        mine = [
            each
            for each in places
            if choices.provider in ("", each.provider) and department.client_number in ("", each.location_id)
        ]
        if mine and all(each.is_complete for each in mine):
            found[day] = (sum(each.sales for each in mine), sum((each.total for each in mine), Decimal(0)))
    return found


def own_sums(found: DayFigures | None) -> tuple[int, Decimal]:
    """Number and total of the bills of a day that count, to be held against the maker's."""
    mine = [each.sale for each in found.sales if is_counted(each.sale)] if found else []
    return len(mine), sum((each.total for each in mine), Decimal(0))


def causes(found: DayFigures | None, since: datetime | None) -> list[dict[str, str]]:
    """The bills of a day that moved after an instant, as a correction names them."""
    if found is None or since is None:
        return []
    return [
        {"id": public_id("sal", each.id), "number": each.sale.receipt_number or each.sale.external_id}
        for each in found.sales
        if each.updated_at > since
    ]


def reads(department: Department, begin: datetime, end: datetime) -> list[Read]:
    """What of a time is known whole. A till that calls us has no books for an import to read: what it told by the end
    of a day is the day."""
    if not _only_pushes(department):
        return imports.read_of(department.organisation_id, department.store_id, begin, end)
    clock = clock_of(department)
    first, last = clock.day_of(begin), clock.day_of(end)
    days = [clock.bounds(first + timedelta(days=number)) for number in range((last - first).days + 1)]
    return [Read(start, stop, stop) for start, stop in days]


def _only_pushes(department: Department) -> bool:
    mine = {"organisation_id": department.organisation_id, "store_id": department.store_id}
    return department.store_id in partners.feeding(department.organisation_id) and not (
        LocationLink.objects.filter(**mine).exists()
    )
