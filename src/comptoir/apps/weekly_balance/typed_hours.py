"""Hours that people type where no till counts: the number of the day is their sum (weekly-balance.md 5.2)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import confirming, engine, reads, sources
from comptoir.apps.weekly_balance.models import Cell, Client, Department, TypedHour
from comptoir.apps.weekly_balance.rules.days import intervals
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id

Key = tuple[UUID, datetime]


def takes(day: reads.DayView, field_id: UUID) -> bool:
    """Whether a field's hours are typed: those of the till stay the till's."""
    return day.numbers[field_id].measured is None


def key_of(name: str) -> Key:
    """The field and the instant of `field/instant`. Raises RuleBroken."""
    field, _slash, at = name.partition("/")
    try:
        start = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise no_hour() from None
    return parse_id("fld", field), start


def no_hour() -> RuleBroken:
    """The answer for an hour that the day does not have, such as the one that a change of the clock skips."""
    return RuleBroken(_("This day has no such hour."), code="hour_unknown", status=422)


@transaction.atomic
def save(
    *,
    client: Client,
    department: Department,
    day: date,
    hours: Mapping[Key, Decimal | None],
    actor: str,
    now: datetime,
) -> int:
    """Keep hours of a day, None takes one back; returns how many. All or none.

    Raises RuleBroken for an hour that the day does not have, one that the till fills, one below 0, a confirmed day.
    """
    engine.lock_days(department, [day])
    known = {each.start for each in intervals(day, sources.clock_of(department))}
    if any(start not in known for _field, start in hours):
        raise no_hour()
    if any(value is not None and value < 0 for value in hours.values()):
        raise RuleBroken(_("This number cannot be below 0."), code="number_negative", status=422)
    mine = {"organisation_id": department.organisation_id, "department_id": department.id, "business_date": day}
    by_field: defaultdict[UUID, dict[datetime, Decimal | None]] = defaultdict(dict)
    for (field_id, start), value in hours.items():
        by_field[field_id][start] = value
    for field_id, said in sorted(by_field.items()):
        if Cell.objects.filter(**mine, field_id=field_id, measured__isnull=False).exists():
            raise RuleBroken(_("The till fills these hours."), code="hour_of_the_till", status=422)
        rows = TypedHour.objects.filter(**mine, field_id=field_id)
        whole = {row.start: row.value for row in rows} | said
        kept = {start: value for start, value in whole.items() if value is not None}
        confirming.type_number(
            client=client,
            department=department,
            day=day,
            field_id=field_id,
            value=sum(kept.values(), Decimal(0)) if kept else None,
            actor=actor,
            now=now,
        )
        rows.delete()
        TypedHour.objects.bulk_create(
            TypedHour(**mine, field_id=field_id, start=start, value=value) for start, value in sorted(kept.items())
        )
    return len(hours)
