"""What somebody typed and saved is taken back: numbers and their hours as they stood before (weekly-balance.md 1.1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import confirming, engine
from comptoir.apps.weekly_balance.models import Cell, Client, Department, TypedHour
from comptoir.kernel.errors import RuleBroken

Place = tuple[UUID, date]


@dataclass(frozen=True)
class Typed:
    """What people typed at one place: the number of the day, None without one, and the hours it is made of."""

    value: Decimal | None = None
    hours: tuple[tuple[datetime, Decimal], ...] = ()


Undo = dict[Place, tuple[Typed, Typed]]
"""By place, what people had typed there before, and after."""


def standing(department: Department, places: Collection[Place]) -> dict[Place, Typed]:
    """What people typed at these places, as it stands now; two questions."""
    mine: dict[str, Any] = {
        "organisation_id": department.organisation_id,
        "department_id": department.id,
        "business_date__in": {day for _field, day in places},
    }
    values = {(row.field_id, row.business_date): row.typed for row in Cell.objects.filter(**mine)}
    hours: dict[Place, list[tuple[datetime, Decimal]]] = {}
    for row in TypedHour.objects.filter(**mine).order_by("start"):
        hours.setdefault((row.field_id, row.business_date), []).append((row.start, row.value))
    return {place: Typed(values.get(place), tuple(hours.get(place, ()))) for place in places}


def difference(before: Mapping[Place, Typed], after: Mapping[Place, Typed]) -> Undo:
    """The places where something else stands now."""
    return {place: (typed, after[place]) for place, typed in before.items() if typed != after[place]}


@transaction.atomic
def take_back(*, client: Client, department: Department, saved: Undo, actor: str, now: datetime) -> None:
    """Put back what stood before, all of it or nothing. Raises RuleBroken where somebody changed it since, or in a
    confirmed day.
    """
    engine.lock_days(department, sorted({day for _field, day in saved}))
    now_standing = standing(department, saved)
    if not saved or any(now_standing[place] != after for place, (_before, after) in saved.items()):
        raise RuleBroken(
            _("These numbers were changed since. Look at them before you type over them."),
            code="number_moved",
            status=409,
        )
    for (field_id, day), (before, _after) in saved.items():
        confirming.type_number(
            client=client,
            department=department,
            day=day,
            field_id=field_id,
            value=before.value,
            actor=actor,
            now=now,
        )
        mine = {"organisation_id": department.organisation_id, "department_id": department.id, "business_date": day}
        TypedHour.objects.filter(**mine, field_id=field_id).delete()
        TypedHour.objects.bulk_create(
            TypedHour(**mine, field_id=field_id, start=start, value=value) for start, value in before.hours
        )


def kept(department: Department, saved: Undo) -> dict[str, Any]:
    """As plain data, for a session."""
    return {
        "department": str(department.id),
        "places": [
            [str(field_id), day.isoformat(), *(_told(each) for each in pair)] for (field_id, day), pair in saved.items()
        ],
    }


def read(plain: Any, department: Department) -> Undo:
    """What `kept` made; nothing where that was of another department."""
    if not plain or plain["department"] != str(department.id):
        return {}
    return {
        (UUID(field_id), date.fromisoformat(day)): (_heard(before), _heard(after))
        for field_id, day, before, after in plain["places"]
    }


def _told(typed: Typed) -> list[Any]:
    value = None if typed.value is None else str(typed.value)
    return [value, [[start.isoformat(), str(amount)] for start, amount in typed.hours]]


def _heard(plain: list[Any]) -> Typed:
    value, hours = plain
    return Typed(
        None if value is None else Decimal(value),
        tuple((datetime.fromisoformat(start), Decimal(amount)) for start, amount in hours),
    )
