"""What tills told: results of payments, readiness, bills that moved. Each is a hint: the bill is read again (F7, F8).

Called in the transaction that keeps the notification, so it writes rows and enqueues, no more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db.models import F

from comptoir.apps.pay_at_table import happenings, order_news, readiness, waking
from comptoir.apps.pay_at_table.alarm_tables import Orphan
from comptoir.apps.pay_at_table.application import CALLBACK, OPEN, Outcome
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.mirror import PREFIX
from comptoir.apps.pay_at_table.models import MOVING, Attempt, GuestPayment, Integration, State, Transition
from comptoir.core import prepared
from comptoir.core.audit.notes import note
from comptoir.core.installations.manifest import Heard
from comptoir.pos.model import Sale
from comptoir.pos.orders import OrderState, PaymentOutcome, PaymentResult, Readiness
from comptoir.pos.places import Availability

TILL: Final = "till"
NOTED_EVERY: Final = timedelta(minutes=1)
AT_STORES: Final[LiteralString] = "store_id = ANY(%s::uuid[]) ORDER BY id"
Told = Any
Hearer = Callable[[Sequence[Integration], Heard, datetime], None]


def heard(all_heard: Sequence[Heard], now: datetime) -> None:
    """Hand each to who understands it; stores without an integration cost one question for all of them."""
    by_store = _by_store({each.store_id for each in all_heard})
    asked = _asked(all_heard)
    for each in all_heard:
        mine, hearer = by_store.get(each.store_id, []), HEARERS.get(type(each.told))
        if type(each.told) is PaymentResult:
            known = asked.get((each.organisation_id, each.told.reference))
            if known is not None:
                _payment_result(mine, each, *known, now)
            elif each.verified and each.told.reference.startswith(PREFIX):
                _orphan(each, each.told, now)
        elif hearer is not None and mine:
            hearer(mine, each, now)


def _by_store(store_ids: set[UUID]) -> dict[UUID, list[Integration]]:
    found: dict[UUID, list[Integration]] = {}
    for integration in prepared.fetch(Integration, AT_STORES, [list(store_ids)]):
        found.setdefault(integration.store_id, []).append(integration)
    return found


def _asked(all_heard: Sequence[Heard]) -> dict[tuple[UUID, str], tuple[Attempt, GuestPayment]]:
    """What results are about, by organisation and reference; all payments locked, the older first (`mirror.lock`)."""
    told = {(each.organisation_id, each.told.reference) for each in all_heard if type(each.told) is PaymentResult}
    if not told:
        return {}
    organisations, references = {each[0] for each in told}, {each[1] for each in told}
    found = Attempt.objects.filter(organisation_id__in=organisations, reference__in=references)
    attempts = [each for each in found if (each.organisation_id, each.reference) in told]
    if not attempts:
        return {}
    rows = GuestPayment.objects.select_for_update().filter(
        organisation_id__in=organisations, id__in={each.payment_id for each in attempts}
    )
    payments = {(row.organisation_id, row.id): row for row in rows.order_by("id")}
    return {
        (each.organisation_id, each.reference): (each, payments[each.organisation_id, each.payment_id])
        for each in attempts
    }


def _payment_result(
    mine: Sequence[Integration], one: Heard, attempt: Attempt, payment: GuestPayment, now: datetime
) -> None:
    told: PaymentResult = one.told  # type: ignore[assignment]  # as `heard` saw
    integration = next((each for each in mine if each.id == attempt.integration_id), None)
    if integration is None:  # E13: told at the door of a store that has nothing to do with it
        note(
            organisation_id=one.organisation_id,
            actor=TILL,
            what="table.result_at_wrong_store",
            subject=told.reference,
            now=now,
        )
        return
    if one.verified:
        _note(integration, "heard_result_at", now)
        _take_down(payment, attempt, told, now)
    if payment.state in MOVING:
        waking.apply_soon(payment, first=True)
    elif payment.state == State.NEEDS_ATTENTION and told.outcome is PaymentOutcome.TAKEN and one.verified:
        move(payment, State.QUEUED, now=now, reason="said_taken", actor=TILL)  # a late yes: the bill says
        waking.apply_soon(payment)
    else:
        waking.read_soon(integration)


def _note(integration: Integration, fact: str, now: datetime) -> None:
    """That the till told of something lately; once a minute is enough to know."""
    before = getattr(integration, fact)
    if before is None or not timedelta(0) <= now - before < NOTED_EVERY:
        rows = Integration.objects.filter(organisation_id=integration.organisation_id, id=integration.id)
        rows.update(**{fact: now})
        setattr(integration, fact, now)


def _take_down(payment: GuestPayment, attempt: Attempt, told: PaymentResult, now: datetime) -> None:
    """What the till said, once: the first definite word about an attempt stands until a read says otherwise (E7)."""
    outcomes = {PaymentOutcome.TAKEN: Outcome.TAKEN, PaymentOutcome.FAILED: Outcome.REFUSED}
    outcome = outcomes.get(told.outcome)
    said = told.failure.said if told.failure else told.said
    changed = 0
    if outcome is not None:
        code = told.failure.code if told.failure else ""
        rows = Attempt.objects.filter(
            organisation_id=attempt.organisation_id, payment_id=attempt.payment_id, number=attempt.number
        )
        changed = rows.filter(outcome__in=OPEN).update(
            outcome=outcome, resolved_at=now, resolved_by=CALLBACK, code=code, said=said[:500]
        )
    if changed and outcome is Outcome.REFUSED and not payment.is_test:
        happenings.say(
            "payment.refused",
            organisation_id=payment.organisation_id,
            integration_id=payment.integration_id,
            now=now,
            payment_id=str(payment.id),
        )
    cause = f"{told.said} {told.reference}: {said}"[:200]
    known = Transition.objects.filter(
        organisation_id=payment.organisation_id, payment_id=payment.id, actor=TILL, cause=cause
    )
    if changed or not known.exists():
        Transition.objects.create(
            organisation_id=payment.organisation_id,
            payment_id=payment.id,
            before=payment.state,
            after=payment.state,
            actor=TILL,
            cause=cause,
            at=now,
        )


def _orphan(one: Heard, told: PaymentResult, now: datetime) -> None:
    """A reference that looks like ours and is not: kept, and an alarm (F7)."""
    row, made = Orphan.objects.get_or_create(
        organisation_id=one.organisation_id,
        reference=told.reference[:50],
        defaults={"store_id": one.store_id, "check_id": told.check_id[:64], "said": told.said[:40], "first_at": now},
    )
    if not made:
        Orphan.objects.filter(organisation_id=one.organisation_id, reference=row.reference).update(seen=F("seen") + 1)


def _readiness(mine: Sequence[Integration], one: Heard, now: datetime) -> None:
    told: Readiness = one.told  # type: ignore[assignment]  # by its key in HEARERS
    for integration in mine:
        if one.verified and told.location_id == integration.location_id:
            readiness.keep(one.organisation_id, integration.id, told, now=now)


def _bill(mine: Sequence[Integration], one: Heard, now: datetime) -> None:
    """UPDATE, CLOSE, and what calls itself so (E11, E52, E53): only the read says what they mean."""
    told: Sale = one.told  # type: ignore[assignment]  # by its key in HEARERS
    for integration in mine:
        if told.location_id == integration.location_id:
            if one.verified:
                _note(integration, "heard_event_at", now)
            waking.read_soon(integration)


def _item(mine: Sequence[Integration], one: Heard, now: datetime) -> None:
    """An item ran out, or is back: the provider is told to ask."""
    told: Availability = one.told  # type: ignore[assignment]  # by its key in HEARERS
    for integration in mine:
        if one.verified and told.location_id == integration.location_id:
            happenings.say(
                "item.availability_changed",
                organisation_id=one.organisation_id,
                integration_id=integration.id,
                now=now,
                sku=told.sku,
            )


HEARERS: dict[type, Hearer] = {
    Readiness: _readiness,
    Sale: _bill,
    OrderState: order_news.heard,
    Availability: _item,
}
"""By what was told, beside results of payments."""
