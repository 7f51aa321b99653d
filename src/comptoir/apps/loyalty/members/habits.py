"""The organisation's own settings about people: who is a regular, when data is old, how often is too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from comptoir.apps.loyalty import persons
from comptoir.core.audit.notes import note


class Type(StrEnum):
    """What kind of guest a member is (loyalty.md 1.10); the first that fits, in this order."""

    AT_RISK = "at_risk"
    VIP = "vip"
    NEW = "new"
    OCCASIONAL = "occasional"


TYPE_NAMES: dict[str, Promise] = {
    Type.NEW: gettext_lazy("New"),
    Type.OCCASIONAL: gettext_lazy("Occasional"),
    Type.VIP: gettext_lazy("VIP"),
    Type.AT_RISK: gettext_lazy("At risk"),
}


@dataclass(frozen=True)
class Habits:
    """The thresholds in force. `most_claims_per_day` is per number, None no limit; `staff_phones` never collect."""

    new_months: int = 3
    vip_visits: int = 3
    risk_days: int = 90
    retention_months: int = 36
    most_claims_per_day: int | None = None
    staff_phones: tuple[str, ...] = ()


MONTH = timedelta(days=30)


def months_back(now: datetime, number: int) -> list[datetime]:
    """Now, and the beginnings of the latest months of 30 days, newest first."""
    return [now - MONTH * each for each in range(number + 1)]


def of(organisation_id: UUID) -> Habits:
    """What this organisation chose, or the defaults."""
    row = persons.Habits.objects.filter(organisation_id=organisation_id).first()
    if row is None:
        return Habits()
    return Habits(
        new_months=row.new_months,
        vip_visits=row.vip_visits,
        risk_days=row.risk_days,
        retention_months=row.retention_months,
        most_claims_per_day=row.most_claims_per_day,
        staff_phones=tuple(row.staff_phones),
    )


@transaction.atomic
def change(*, organisation_id: UUID, habits: Habits, actor: str, now: datetime) -> None:
    """Keep other thresholds from now on. Phones are E.164."""
    fields = {**habits.__dict__, "staff_phones": list(habits.staff_phones)}
    persons.Habits.objects.update_or_create(organisation_id=organisation_id, defaults=fields)
    told = {name: value for name, value in fields.items() if name != "staff_phones"}
    told["staff_phones"] = len(habits.staff_phones)
    note(organisation_id=organisation_id, actor=actor, what="loyalty.habits", now=now, details=told)
