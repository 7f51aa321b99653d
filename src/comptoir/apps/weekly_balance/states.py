"""Where days stand: open, incomplete, ready; what covers them, and whether the checks R1 to R8 hold."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from comptoir.apps.weekly_balance import closing, sources
from comptoir.apps.weekly_balance.models import Cell, Client, Day, Department, Field
from comptoir.apps.weekly_balance.rules import reconciling
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.figures import Figures
from comptoir.apps.weekly_balance.rules.reconciling import Failure
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, FieldType
from comptoir.apps.weekly_balance.sources import DayFigures


@dataclass(frozen=True)
class Coverage:
    """That imports have read a whole business day: `complete_from` is when the oldest of those began that did so
    after its end, None when none did."""

    complete_from: datetime | None


def covered(department: Department, days: Sequence[date]) -> dict[date, Coverage]:
    """The days that imports have read without a hole, in two questions."""
    clock = sources.clock_of(department)
    bounds = {day: clock.bounds(day) for day in days}
    begin, end = min(each[0] for each in bounds.values()), max(each[1] for each in bounds.values())
    reads = sources.reads(department, begin, end)
    found = {}
    for day, (start, stop) in bounds.items():
        mine = [each for each in reads if each.start < stop and each.end > start]
        if reconciling.holes([(each.start, each.end) for each in mine], start, stop):
            continue
        late = [each for each in mine if each.began_at >= stop]
        is_complete = not reconciling.holes([(each.start, each.end) for each in late], start, stop)
        found[day] = Coverage(min(each.began_at for each in late) if is_complete else None)
    return found


def settle(
    *,
    client: Client,
    department: Department,
    days: dict[date, Day],
    found: dict[date, DayFigures],
    covered: dict[date, Coverage],
    now: datetime,
) -> None:
    """Move days between open, incomplete and ready; confirmed and reopened ones are people's. Writes what moved.

    Call it with the days locked.
    """
    fields = list(Field.objects.filter(organisation_id=department.organisation_id))
    values = _values(department, list(days))
    closings = closing.of_days(client, department, list(days))
    sums = sources.vendor_sums(department, client.choices, list(days))
    is_numbered = sources.numbers_bills(department, client.choices.provider)
    lost = sources.unallocated(department.organisation_id, department.store_id, first=min(days), last=max(days))
    for day, row in days.items():
        complete = covered[day].complete_from if day in covered else None
        is_covered = day in covered or is_known_closed(department, day, found.get(day))
        failures = _failures(client, found.get(day), is_covered, lost.get(day, []))
        failures += closings[day].failures if day in closings else ()
        failures += reconciling.aggregate(sources.own_sums(found.get(day)), sums.get(day))
        failures += reconciling.numbering(sources.numbers(found[day])) if is_numbered and day in found else ()
        missing = [
            each.name
            for each in fields
            if each.field_type in POS_TYPES
            and each.field_type != FieldType.VISITORS
            and values[day].get(each.id) is None
        ]
        state = row.state
        if state not in (DayState.CONFIRMED, DayState.REOPENED):
            over = now >= sources.clock_of(department).bounds(day)[1]
            blocked = missing or any(each.blocks for each in failures)
            state = DayState.OPEN if not over else DayState.INCOMPLETE if blocked else DayState.READY
        after: dict[str, Any] = {
            "state": state,
            "imported_from": complete or row.imported_from,
            "failures": [_told(each) for each in failures] + [{"rule": "missing", "where": name} for name in missing],
        }
        if any(getattr(row, name) != value for name, value in after.items()):
            for name, value in after.items():
                setattr(row, name, value)
            row.save(update_fields=list(after))


def is_known_closed(department: Department, day: date, found: DayFigures | None) -> bool:
    """A day off that sold nothing waits for no import: its zeros are known (WB-41)."""
    return sources.is_closed(department, day) and (found is None or not found.sales)


def _values(department: Department, days: list[date]) -> defaultdict[date, dict[Any, Decimal | None]]:
    rows = Cell.objects.filter(
        organisation_id=department.organisation_id, department_id=department.id, business_date__in=days
    )
    found: defaultdict[date, dict[Any, Decimal | None]] = defaultdict(dict)
    for row in rows:
        found[row.business_date][row.field_id] = row.measured if row.typed is None else row.typed
    return found


def _failures(client: Client, found: DayFigures | None, is_covered: bool, lost: list[str]) -> list[Failure]:
    failures: list[Failure] = []
    if found is not None:
        parts: defaultdict[str, Figures] = defaultdict(dict)
        registers: defaultdict[str, Figures] = defaultdict(dict)
        for (kind, start, register), value in found.hours.items():
            for key, target in ((start.isoformat(), parts), (register, registers)):
                target[key][kind] = target[key].get(kind, Decimal(0)) + value
        failures += reconciling.equations(parts, client.choices)
        failures += reconciling.sums(parts.values(), found.day)
        failures += reconciling.registers(
            registers, found.day, unallocated=bool(lost), strict=client.unallocated_blocks
        )
        named = [(each.sale.receipt_number or each.sale.external_id, each.sale) for each in found.sales]
        failures += reconciling.takings(named, client.choices)
    if client.pos_import and not is_covered:
        failures.append(Failure(reconciling.Rule.R6, "import", blocks=True))
    return failures


def _told(failure: Failure) -> dict[str, Any]:
    return {"rule": failure.rule, "where": failure.where, "by": f"{failure.by:f}", "blocks": failure.blocks}
