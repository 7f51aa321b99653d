"""A person, or the provider, says *again*, *entered by hand*, *not so after all* or *give it back*.

Each of these locks the payment's row: of two people who press at once, the second is told that it is under way.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import typed_in, waking
from comptoir.apps.pay_at_table.application import OPEN, Outcome
from comptoir.apps.pay_at_table.failures import SIGNALS, of_refund
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.mirror import BOOKED
from comptoir.apps.pay_at_table.models import ENDS, MOVING, Attempt, GuestPayment, Integration, State
from comptoir.kernel.errors import RuleBroken

LONGEST_WHY: Final = 180
MOST_AT_ONCE: Final = 200
PARTED: Final = frozenset({"refund_asked", "amount_exceeds_remaining"})
"""Why a payment waits that goes on by itself once some of it was given back."""


def retry(
    *, organisation_id: UUID, payment_id: UUID, actor: str, now: datetime, check_id: str = "", table_number: str = ""
) -> GuestPayment:
    """Look at the till again and go on; with a `check_id`, apply it to that bill instead (T9, *apply here*).

    A payment that waits for a better moment (class A) is tried now. Raises RuleBroken: `not_retryable` at an end,
    `retry_in_progress` while an attempt is under way.
    """
    with transaction.atomic():
        payment = _locked(organisation_id, payment_id)
        if payment.state in ENDS:
            raise RuleBroken(_("This payment is settled."), code="not_retryable", status=409)
        under_way = Attempt.objects.filter(organisation_id=organisation_id, payment_id=payment.id, outcome__in=OPEN)
        if payment.state in MOVING - {State.QUEUED} or under_way.exists():
            raise RuleBroken(_("This payment is on its way already."), code="retry_in_progress", status=409)
        cause = "retry"
        if check_id and check_id != payment.check_id:
            cause = f"retry on {check_id} instead of {payment.check_id or '-'}"
            payment.check_id, payment.table_number = check_id, table_number or payment.table_number
            payment.save(update_fields=["check_id", "table_number"])
        payment.retried_at, payment.tries = now, 0
        move(payment, State.QUEUED, now=now, reason="retry", cause=cause, actor=actor)
        waking.apply_soon(payment)
        return payment


def retry_all(
    *,
    organisation_id: UUID,
    integration_id: UUID,
    cause: str,
    actor: str,
    now: datetime,
    store_ids: Collection[UUID] | None = None,
) -> list[GuestPayment]:
    """Every payment that waits for a person because of one cause, in the order they came; those already on their way,
    and those that somebody may have typed in, are left alone. `store_ids` limits whose. Returns what was set going."""
    mine = Integration.objects.filter(organisation_id=organisation_id, id=integration_id)
    if store_ids is not None:
        mine = mine.filter(store_id__in=store_ids)
    if not mine.exists():
        raise RuleBroken(_("There is no such integration."), code="integration_not_found", status=404)
    waiting = GuestPayment.objects.filter(
        organisation_id=organisation_id,
        integration_id=integration_id,
        is_test=False,
        state__in=(State.NEEDS_ATTENTION, State.QUEUED),
        reason__in=reasons_of(cause),
    )
    going = []
    for payment in waiting.order_by("id")[:MOST_AT_ONCE]:
        if typed_in.lines_like(payment):  # E38: that one needs somebody who knows
            continue
        try:
            going.append(retry(organisation_id=organisation_id, payment_id=payment.id, actor=actor, now=now))
        except RuleBroken:  # somebody else was faster
            continue
    return going


def settle_by_hand(*, organisation_id: UUID, payment_id: UUID, actor: str, why: str, now: datetime) -> GuestPayment:
    """Somebody entered it on the till, or booked there what was given back; a named person and a reason are the
    evidence (P5). Raises RuleBroken."""
    why = _why(why)
    with transaction.atomic():
        payment = _locked(organisation_id, payment_id)
        if payment.state == State.REFUND_PENDING_POS:
            move(payment, _after_refund(payment), now=now, reason=BOOKED, cause=why, actor=actor)
        elif payment.state in {State.NEEDS_ATTENTION, State.QUEUED}:
            move(payment, State.SETTLED_MANUALLY, now=now, reason="entered_by_hand", cause=why, actor=actor)
        else:
            raise RuleBroken(_("This payment does not wait for anybody."), code="not_retryable", status=409)
        return payment


def undo(*, organisation_id: UUID, payment_id: UUID, actor: str, why: str, now: datetime) -> GuestPayment:
    """It was not entered, or booked, by hand after all: it needs somebody again. Raises RuleBroken."""
    why = _why(why)
    with transaction.atomic():
        payment = _locked(organisation_id, payment_id)
        if payment.reason == BOOKED:
            reason = of_refund(payment.due)
            move(payment, State.REFUND_PENDING_POS, now=now, reason=reason, cause=why, actor=actor)
            return payment
        if payment.state != State.SETTLED_MANUALLY:
            words = _("Only what was entered by hand can be taken back.")
            raise RuleBroken(words, code="not_retryable", status=409)
        move(payment, State.NEEDS_ATTENTION, now=now, reason="settlement_undone", cause=why, actor=actor)
        return payment


def ask_for_refund(
    *, organisation_id: UUID, payment_id: UUID, actor: str, why: str, now: datetime, amount: int | None = None
) -> GuestPayment:
    """Ask the provider to give the guest the money back, or `amount` of it, so that the rest fits the bill (T4); it
    stays open until the provider says it did. Harmless to repeat. Raises RuleBroken, also while nobody knows whether
    the till has it (rule 1.4, 4)."""
    why = _why(why)
    with transaction.atomic():
        payment = _locked(organisation_id, payment_id)
        if amount is not None and not 0 < amount <= payment.due:
            words = _("No more can be given back than was taken.")
            raise RuleBroken(words, code="refund_exceeds_payment", status=422)
        if payment.state not in {State.NEEDS_ATTENTION, State.QUEUED}:
            words = _("It is not known yet whether the till has it, or it is settled: it cannot be given back now.")
            raise RuleBroken(words, code="not_retryable", status=409)
        if payment.refund_asked_at is None:
            payment.refund_asked_at, payment.refund_asked = now, amount or payment.due
            payment.save(update_fields=["refund_asked_at", "refund_asked"])
            move(payment, State.NEEDS_ATTENTION, now=now, reason="refund_asked", cause=why, actor=actor)
        return payment


@transaction.atomic
def refunded(
    *, organisation_id: UUID, payment_id: UUID, actor: str, refund_id: str, now: datetime, total: int | None = None
) -> GuestPayment:
    """The provider gave back all of it, or `total` of it by now, in a signed report (P5). Raises RuleBroken.

    What is on the till stays open until its line is removed, or shows what is left (T22); what is on its way is not
    sent again, since the till may do it still; what waited because it was too much goes on with what is left (T4).
    """
    payment = _locked(organisation_id, payment_id)
    total = payment.amount if total is None else total
    if total <= payment.given_back:
        return payment
    _take_down(payment, total, now=now)
    made = Attempt.objects.filter(organisation_id=organisation_id, payment_id=payment.id)
    is_moving, was_taken = payment.state in MOVING, made.filter(outcome=Outcome.TAKEN).exists()
    said: dict[str, Any] = {"now": now, "cause": f"refund {refund_id}", "actor": actor}
    if made.filter(outcome__in=OPEN).exists() or (is_moving and was_taken):
        waking.apply_soon(payment)  # where it stands is settled when the till's word is known
    elif payment.state in {State.APPLIED, State.REFUND_PENDING_POS}:
        move(payment, State.REFUND_PENDING_POS, reason=of_refund(payment.due), **said)
    elif payment.state == State.NEEDS_ATTENTION and (was_taken or _goes_on(payment)):
        move(payment, State.QUEUED, reason="given_back", **said)
        waking.apply_soon(payment)
    elif not payment.due:
        move(payment, State.REFUNDED, reason="refund_reported", **said)
    elif is_moving:
        waking.apply_soon(payment)
    return payment


def _goes_on(payment: GuestPayment) -> bool:
    """Whether it waited because it was too much, and less is due now; an order is never sent again by itself."""
    return payment.due > 0 and payment.order_id is None and payment.reason in PARTED


def _take_down(payment: GuestPayment, total: int, *, now: datetime) -> None:
    """What was given back, when it was all, and what is still asked for."""
    fresh, payment.given_back = total - payment.given_back, total
    if not payment.due:
        payment.given_back_at = now
    elif payment.refund_asked is not None:
        left = payment.refund_asked - fresh
        payment.refund_asked, payment.refund_asked_at = (left, payment.refund_asked_at) if left > 0 else (None, None)
    payment.save(update_fields=["given_back", "given_back_at", "refund_asked", "refund_asked_at"])


def _after_refund(payment: GuestPayment) -> State:
    """Where a payment stands whose refund was booked on the till."""
    return State.APPLIED if payment.due else State.REFUNDED


def reasons_of(cause: str) -> list[str]:
    """The reasons a payment may carry for one row of the failure table."""
    return [cause, *(signal for signal, code in SIGNALS.items() if code == cause)]


def _why(why: str) -> str:
    why = " ".join(why.split())[:LONGEST_WHY]
    if not why:
        raise RuleBroken(_("Say why."), code="reason_missing", status=422)
    return why


def _locked(organisation_id: UUID, payment_id: UUID) -> GuestPayment:
    found = GuestPayment.objects.select_for_update().filter(organisation_id=organisation_id, id=payment_id).first()
    if found is None:
        raise RuleBroken(_("There is no such payment."), code="not_found", status=404)
    return found
