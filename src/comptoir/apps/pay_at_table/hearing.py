"""What tills told: results of payments, readiness, bills that moved. Each is a hint: the bill is read again (F7, F8).

Called in the transaction that keeps the notification, so it writes rows and enqueues, no more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from comptoir.apps.pay_at_table import happenings, order_news, readiness, waking
from comptoir.apps.pay_at_table.alarm_tables import Orphan
from comptoir.apps.pay_at_table.application import CALLBACK, OPEN, Outcome
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.mirror import PREFIX
from comptoir.apps.pay_at_table.models import MOVING, Attempt, GuestPayment, Integration, State, Transition
from comptoir.core.audit.notes import note
from comptoir.core.installations.manifest import Heard
from comptoir.pos.model import Sale
from comptoir.pos.orders import OrderState, PaymentOutcome, PaymentResult, Readiness
from comptoir.pos.places import Availability

TILL: Final = "till"
Told = Any
Hearer = Callable[[Sequence[Integration], Heard, datetime], None]


def heard(all_heard: Sequence[Heard], now: datetime) -> None:
    """Hand each to who understands it; stores without an integration cost one question for all of them."""
    rows = Integration.objects.filter(store_id__in={each.store_id for each in all_heard})
    by_store: dict[UUID, list[Integration]] = {}
    for integration in rows:
        by_store.setdefault(integration.store_id, []).append(integration)
    for each in all_heard:
        hearer = HEARERS.get(type(each.told))
        if hearer is not None and (each.store_id in by_store or type(each.told) is PaymentResult):
            hearer(by_store.get(each.store_id, []), each, now)


def _payment_result(mine: Sequence[Integration], one: Heard, now: datetime) -> None:
    told: PaymentResult = one.told  # type: ignore[assignment]  # by its key in HEARERS
    attempt = Attempt.objects.filter(organisation_id=one.organisation_id, reference=told.reference).first()
    if attempt is None:
        if one.verified and told.reference.startswith(PREFIX):
            _orphan(one, told, now)
        return
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
    payment = GuestPayment.objects.select_for_update().get(organisation_id=one.organisation_id, id=attempt.payment_id)
    if one.verified:
        Integration.objects.filter(organisation_id=one.organisation_id, id=integration.id).update(heard_result_at=now)
        _take_down(payment, attempt, told, now)
    if payment.state in MOVING:
        waking.apply_soon(payment)
    elif payment.state == State.NEEDS_ATTENTION and told.outcome is PaymentOutcome.TAKEN and one.verified:
        move(payment, State.QUEUED, now=now, reason="said_taken", actor=TILL)  # a late yes: the bill says
        waking.apply_soon(payment)
    else:
        waking.read_soon(integration)


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
    if changed and outcome is Outcome.REFUSED:
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
                rows = Integration.objects.filter(organisation_id=one.organisation_id, id=integration.id)
                rows.update(heard_event_at=now)
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
    PaymentResult: _payment_result,
    Readiness: _readiness,
    Sale: _bill,
    OrderState: order_news.heard,
    Availability: _item,
}
"""By what was told."""
