"""Figures that people correct: the measured one stays beside what is shown, and everything can be taken back (3.5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import filling, late_changes, making, planned, projection
from comptoir.apps.traffic.models import Hour, Tailored
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.clock import business_date, local_hour
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

KINDS: Final = late_changes.KINDS
NEVER_NEGATIVE: Final = ("visitors", "staff_hours", "transactions", "items")


@dataclass(frozen=True)
class Typed:
    """A figure somebody typed for one local hour of a store; `value` None takes the typed one back."""

    store_id: UUID
    hour: datetime
    kind: str
    value: Decimal | None


@dataclass(frozen=True)
class Differs:
    """A typed figure beside what was measured when it was typed, and what is measured now (TA-35)."""

    row: Tailored
    measured_now: Decimal | None


def tailor(*, organisation_id: UUID, typed: Sequence[Typed], reason: str, actor: str, now: datetime) -> None:
    """Write down what was typed; an hour's earlier typed figure stays as history.

    Raises RuleBroken for a kind there is not, or people below nought.
    """
    stores = {each.id: each for each in Store.objects.filter(organisation_id=organisation_id)}
    made, days = [], set()
    with transaction.atomic():
        for each in typed:
            _check(each, stores)
            store = stores[each.store_id]
            hour = local_hour(each.hour, zone=ZoneInfo(store.timezone), day_start=store.day_start)
            day = business_date(hour, zone=ZoneInfo(store.timezone), day_start=store.day_start)
            days.add((store.id, day))
            measured = _withdraw(organisation_id, store.id, hour, each.kind, now)
            if each.value is not None:
                made.append(_row(organisation_id, each, each.value, hour, day, measured, reason, actor, now))
        Tailored.objects.bulk_create(made)
        for store_id in {each.store_id for each in typed}:
            kinds = sorted({each.kind for each in typed if each.store_id == store_id})
            count = sum(each.store_id == store_id for each in typed)
            note(
                organisation_id=organisation_id,
                actor=actor,
                what="traffic.data_edited",
                subject=stores[store_id].name,
                details={"kinds": kinds, "hours": count, "reason": reason},
                now=now,
            )
    projection.restate(organisation_id, days, now=now)


def undo(
    *, organisation_id: UUID, store_id: UUID, typed_at: datetime, now: datetime, kinds: Collection[str] = KINDS
) -> None:
    """Take back what was typed of these kinds for a store at one instant: what is measured shows again."""
    rows = Tailored.objects.filter(
        organisation_id=organisation_id, store_id=store_id, at=typed_at, kind__in=kinds, withdrawn_at__isnull=True
    )
    days = set(rows.values_list("store_id", "business_date"))
    rows.update(withdrawn_at=now)
    projection.restate(organisation_id, days, now=now)


def differing(
    organisation_id: UUID, *, store_ids: Collection[UUID], since: date, until: date, now: datetime
) -> list[Differs]:
    """Typed figures whose measured value is another by now than it was when they were typed."""
    rows = Tailored.objects.filter(
        organisation_id=organisation_id,
        store_id__in=store_ids,
        business_date__range=(since, until),
        withdrawn_at__isnull=True,
    ).order_by("business_date", "hour", "kind")
    measured = making.measured(organisation_id, {(row.store_id, row.business_date) for row in rows}, now=now)
    found = ((row, measured.get((row.store_id, row.hour), {}).get(row.kind)) for row in rows)
    return [Differs(row, value) for row, value in found if value != row.measured]


def _check(typed: Typed, stores: dict[UUID, Store]) -> None:
    if typed.store_id not in stores:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if typed.kind not in KINDS:
        raise RuleBroken(
            _("There is no figure called %(kind)s.") % {"kind": typed.kind}, code="kind_unknown", status=422
        )
    if typed.value is not None and typed.value < 0 and typed.kind in NEVER_NEGATIVE:
        raise RuleBroken(_("People, hours and receipts are never below nought."), code="value_negative", status=422)


def _withdraw(organisation_id: UUID, store_id: UUID, hour: datetime, kind: str, now: datetime) -> Decimal | None:
    """Let an earlier typed figure go; returns what was measured beside it."""
    standing = Tailored.objects.select_for_update().filter(
        organisation_id=organisation_id, store_id=store_id, hour=hour, kind=kind, withdrawn_at__isnull=True
    )
    before = standing.first()
    if before is not None:
        standing.update(withdrawn_at=now)
        return before.measured
    shown = Hour.objects.filter(organisation_id=organisation_id, store_id=store_id, hour=hour).first()
    if shown is None or (kind == "visitors" and shown.traffic_status == filling.ESTIMATED):
        return None
    if kind == "staff_hours" and shown.staff_status == planned.PLANNED:
        return None
    value: Decimal | None = getattr(shown, kind)
    return value


def _row(
    organisation_id: UUID,
    typed: Typed,
    value: Decimal,
    hour: datetime,
    day: date,
    measured: Decimal | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Tailored:
    return Tailored(
        organisation_id=organisation_id,
        id=new_id(),
        store_id=typed.store_id,
        hour=hour,
        business_date=day,
        kind=typed.kind,
        value=value,
        measured=measured,
        reason=reason[:200],
        actor=actor,
        at=now,
    )
