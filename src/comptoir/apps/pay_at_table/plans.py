"""Subscriptions of integrations: tried for a month, added to the plan, ended; what was taken is recorded always (F13).

Comptoir takes no cards: a plan line is recorded and can be exported, whoever runs the house sends the bill.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import mails, pricing
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.plan_tables import Period, PlanLine
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken

TRIAL: Final = timedelta(days=30)
GRACE: Final = timedelta(days=7)
WARNED_DAYS: Final = (14, 7, 1)
MONTHS: Final = {Period.MONTHLY: 1, Period.YEARLY: 12}


class PlanState(StrEnum):
    """`grace`: ended at most seven days ago; what was taken is applied still. Recording never depends on it (P1)."""

    ACTIVE = "active"
    GRACE = "grace"
    ENDED = "ended"


@dataclass(frozen=True)
class Standing:
    """Where a plan line stands: whether it is only tried, and the end of the period that runs (UTC)."""

    state: PlanState
    is_trial: bool
    runs_until: datetime
    line: PlanLine


def state_of(integration: Integration, *, now: datetime) -> PlanState:
    """Whether new holds, orders and reads are let through; an integration that was never switched on has no line."""
    line = PlanLine.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id).first()
    return PlanState.ACTIVE if line is None else state_at(line, now)


def state_at(line: PlanLine, now: datetime) -> PlanState:
    """By its dates alone."""
    if line.ends_at is None or now < line.ends_at:
        return PlanState.ACTIVE
    return PlanState.GRACE if now < line.ends_at + GRACE else PlanState.ENDED


def standings(organisation_id: UUID, ids: Collection[UUID], *, now: datetime) -> dict[UUID, Standing]:
    """Of these integrations, in one question; those that were never switched on are not in it."""
    lines = PlanLine.objects.filter(organisation_id=organisation_id, integration_id__in=ids)
    return {line.integration_id: _standing(line, now) for line in lines}


def every(*, now: datetime) -> Iterator[tuple[str, str, Integration, Standing]]:
    """Every line of the installation with the names of its organisation and store: for whoever sends the bills."""
    lines = list(PlanLine.objects.select_related("organisation").order_by("organisation__name", "integration_id"))
    known = Integration.objects.in_bulk([each.integration_id for each in lines], field_name="id")
    stores = Store.objects.in_bulk([each.store_id for each in known.values()])
    for line in lines:
        integration = known.get(line.integration_id)
        if integration is not None:
            store = stores.get(integration.store_id)
            yield line.organisation.name, store.name if store else "", integration, _standing(line, now)


def begin(integration: Integration, *, now: datetime) -> None:
    """The trial, when an integration is switched on for the first time; later calls change nothing."""
    PlanLine.objects.get_or_create(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        defaults={
            "currency": pricing.prices()[Period.MONTHLY].currency,
            "began_at": now,
            "trial_until": now + TRIAL,
            "ends_at": now + TRIAL,
        },
    )


def choose(integration: Integration, period: Period, *, actor: str, now: datetime) -> None:
    """Add it to the plan, or change its period: from the end of what runs on, at the price of today."""
    with transaction.atomic():
        line = _locked(integration, now)
        price = pricing.prices()[period]
        line.period, line.price, line.currency = period, price.amount, price.currency
        line.chosen_at, line.ends_at, line.warned = now, None, None
        # One that had ended begins anew: nobody pays for the time between.
        line.trial_until = max(line.trial_until, now) if state_at(line, now) is PlanState.ACTIVE else now
        line.save()
        _note(integration, "table.plan_chosen", actor, now, period=str(period), price=line.price)


def cancel(integration: Integration, *, actor: str, now: datetime) -> datetime:
    """Let it end with the period that runs; when that is. Raises RuleBroken `plan_not_chosen` of one only tried."""
    with transaction.atomic():
        line = _locked(integration, now)
        if not line.period:
            raise RuleBroken(_("It is only tried, and ends by itself."), code="plan_not_chosen", status=409)
        if line.ends_at is None:
            line.ends_at, line.warned = _runs_until(line, now), None
            line.save(update_fields=["ends_at", "warned"])
            _note(integration, "table.plan_cancelled", actor, now, ends_at=line.ends_at.isoformat())
        return line.ends_at


def keep(integration: Integration, *, actor: str, now: datetime) -> None:
    """Take the cancelling back. Raises RuleBroken `plan_over` once it has ended: then it is chosen anew."""
    with transaction.atomic():
        line = _locked(integration, now)
        if not line.period or state_at(line, now) is not PlanState.ACTIVE:
            raise RuleBroken(_("It has ended: add it to your plan again."), code="plan_over", status=409)
        if line.ends_at is not None:
            line.ends_at, line.warned = None, None
            line.save(update_fields=["ends_at", "warned"])
            _note(integration, "table.plan_kept", actor, now)


def warn(*, now: datetime) -> int:
    """Tell of lines that end in 14, 7 and 1 days, and of those that ended today; once each. Returns how many mails."""
    due = PlanLine.objects.filter(ends_at__gt=now - GRACE, ends_at__lte=now + timedelta(days=WARNED_DAYS[0]))
    return sum(_warn_of(line.organisation_id, line.integration_id, now) for line in due)


def _warn_of(organisation_id: UUID, integration_id: UUID, now: datetime) -> int:
    with transaction.atomic():
        mine = {"organisation_id": organisation_id, "integration_id": integration_id}
        line = PlanLine.objects.select_for_update().filter(**mine).first()
        if line is None or line.ends_at is None:
            return 0
        left = max(line.ends_at - now, timedelta())
        days = min((each for each in (*WARNED_DAYS, 0) if left <= timedelta(days=each)), default=None)
        if days is None or (line.warned is not None and line.warned <= days):
            return 0
        integration = Integration.objects.get(organisation_id=organisation_id, id=integration_id)
        if integration.enabled:
            mails.plan_ends(integration, ends_at=line.ends_at, is_over=days == 0, now=now)
        line.warned = days
        line.save(update_fields=["warned"])
        return int(integration.enabled)


def _standing(line: PlanLine, now: datetime) -> Standing:
    return Standing(state_at(line, now), not line.period, _runs_until(line, now), line)


def _locked(integration: Integration, now: datetime) -> PlanLine:
    begin(integration, now=now)
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    return PlanLine.objects.select_for_update().get(**mine)


def _runs_until(line: PlanLine, now: datetime) -> datetime:
    """The end of the period that runs: the trial's, then a month or a year after the other from there."""
    if line.ends_at is not None:
        return line.ends_at
    ends = (_months_after(line.trial_until, number * MONTHS[Period(line.period)]) for number in count())
    return next(each for each in ends if each > now)


def _months_after(start: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def _note(integration: Integration, what: str, actor: str, now: datetime, **details: str | int) -> None:
    note(
        organisation_id=integration.organisation_id,
        actor=actor,
        what=what,
        subject=integration.public_id,
        details=details,
        now=now,
    )
