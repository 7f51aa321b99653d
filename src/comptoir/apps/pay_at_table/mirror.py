"""Bills as the till showed them last: figures come from reads alone (P6), and what follows from a read is done here.

A read that shows something else raises the revision, lets go of holds that no longer fit, follows a bill to the number
the till gives it after an edit (pay-at-table.md 1.2), and looks whether what was applied is still there, once.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from comptoir.apps.pay_at_table import happenings, waking
from comptoir.apps.pay_at_table.failures import of_refund
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.models import (
    MOVING,
    Attempt,
    Bill,
    GuestPayment,
    Integration,
    Intent,
    State,
    Transition,
)
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.kernel.money import to_minor
from comptoir.pos.model import Check, Payment, Sale, SaleState

PREFIX: Final = "CT"
"""Of every reference of ours."""
BOOKED: Final = "booked_by_hand"
"""Why a payment is at an end whose line still shows what was given back: somebody booked that on the till."""
REMOVED: Final = "line_removed"
"""Why one is at an end whose line is gone from the till, as it should be."""
EDITED: Final = "edited"


def keep(integration: Integration, check: Check) -> Bill:
    """Mirror a read. An older one than the mirror's changes nothing; the revision grows when what it says does."""
    figures = _figures(check)
    key = {**_mine(integration), "check_id": check.sale.external_id}
    with transaction.atomic():
        new = figures | {"first_seen_at": check.seen_at}
        bill, made = Bill.objects.select_for_update().get_or_create(**key, defaults=new)
        if not made and check.seen_at < bill.fetched_at:
            return bill
        changed = made or bytes(bill.content_hash) != figures["content_hash"]
        was_closed = bill.closed and not made
        if changed and not made:
            bill.revision += 1
        for name, value in figures.items():
            setattr(bill, name, value)
        if not changed and was_closed == bill.closed:
            bill.save(update_fields=["fetched_at"])
            return bill
        bill.save()
        if changed or was_closed != bill.closed:
            _say(integration, bill, "check.opened" if made else "check.closed" if bill.closed else "check.updated")
            fit_intents(integration, bill, now=check.seen_at)
        compare(integration, bill, now=check.seen_at)
        return bill


def keep_all(integration: Integration, shown: Sequence[Check], *, now: datetime) -> None:
    """Mirror a full read: what is open, and with it what is not open any more."""
    for check in _news(integration, shown):
        keep(integration, check)
    open_now = {check.sale.external_id for check in shown}
    with transaction.atomic():
        settled = GuestPayment.objects.filter(**_mine(integration), check_id__in=open_now).exclude(state__in=MOVING)
        paid = set(settled.values_list("check_id", flat=True))
        missing = Bill.objects.filter(**_mine(integration), closed=False, fetched_at__lte=now)
        gone = set(missing.exclude(check_id__in=open_now).values_list("check_id", flat=True))
        bills = lock(integration, paid | gone)
        for bill in bills:
            if bill.check_id in paid:
                compare(integration, bill, now=now)
        for bill in bills:
            if bill.check_id not in gone or bill.closed or bill.fetched_at > now:
                continue
            successor = _successor(integration, bill, shown)
            bill.closed, bill.fetched_at, bill.revision = True, now, bill.revision + 1
            if successor is not None:
                _relink(integration, bill, successor, now)
            bill.save()
            if successor is None:
                _say(integration, bill, "check.closed")
                fit_intents(integration, bill, now=now)
                wake(integration, check_ids=[bill.check_id])


def lock(integration: Integration, check_ids: Collection[str]) -> list[Bill]:
    """These bills in the order of their numbers, for the rest of the transaction. Whoever needs the rows of payments or
    holds as well takes those after these, the older first: so nobody waits for somebody who waits for him."""
    if not check_ids:
        return []
    bills = Bill.objects.select_for_update().filter(**_mine(integration), check_id__in=check_ids)
    return list(bills.order_by("check_id"))


def _news(integration: Integration, shown: Sequence[Check]) -> list[Check]:
    """Those that are new or changed; the others were read, which one statement writes down."""
    if not shown:
        return []
    by_id = {check.sale.external_id: check for check in shown}
    with transaction.atomic():
        same = [
            bill.check_id
            for bill in lock(integration, by_id.keys())
            if not bill.closed
            and bill.fetched_at <= by_id[bill.check_id].seen_at
            and bytes(bill.content_hash) == content_hash(by_id[bill.check_id])
        ]
        kept = Bill.objects.filter(**_mine(integration), check_id__in=same)
        kept.update(fetched_at=max(check.seen_at for check in shown))
    return [check for number, check in by_id.items() if number not in same]


def fit_intents(integration: Integration, bill: Bill, *, now: datetime) -> None:
    """Let go of holds that the bill does not carry any more, the latest first. Inside a transaction."""
    on_bill = {**_mine(integration), "check_id": bill.check_id}
    moving = GuestPayment.objects.filter(**on_bill, state__in=MOVING)
    left = 0 if bill.closed else bill.remaining - sum(each.due for each in moving)
    held = Intent.objects.select_for_update().filter(**on_bill, state=IntentState.HELD, expires_at__gt=now)
    for intent in held.order_by("created_at", "id"):
        left -= intent.amount
        if left < 0:
            left += intent.amount
            end_intent(intent, IntentState.INVALIDATED, now=now)


def end_intent(intent: Intent, state: IntentState, *, now: datetime) -> None:
    """By time or by the bill; the provider hears of it. Inside a transaction that holds the row."""
    intent.state = state
    intent.save(update_fields=["state"])
    happenings.say(
        f"payment_intent.{state}",
        organisation_id=intent.organisation_id,
        integration_id=intent.integration_id,
        now=now,
        intent_id=str(intent.id),
        check_id=intent.check_id,
    )


def compare(integration: Integration, bill: Bill, *, now: datetime) -> None:
    """What we hold to be on this bill and what it shows: gone, doubled, changed after a refund, or there after all."""
    lines = [(line["reference"], line["amount"]) for line in bill.payments if line["reference"].startswith(PREFIX)]
    settled = GuestPayment.objects.select_for_update().filter(**_mine(integration), check_id=bill.check_id)
    for payment in settled.exclude(state__in=MOVING).order_by("id"):
        ours = Attempt.objects.filter(organisation_id=payment.organisation_id, payment_id=payment.id)
        # What came with an order has no attempt of its own: it is on the till under the order's reference.
        known = {*ours.values_list("reference", flat=True), payment.applied_reference} - {""}
        shown = [each for each in lines if each[0] in known]
        _judge(payment, shown, closed=bill.closed, now=now)


def wake(integration: Integration, *, check_ids: Sequence[str]) -> None:
    """Look again at what is under way on these bills, now. Inside a transaction."""
    moving = GuestPayment.objects.filter(**_mine(integration), check_id__in=check_ids, state__in=MOVING)
    for payment in moving:
        waking.apply_soon(payment)


def _judge(payment: GuestPayment, shown: list[tuple[str, int]], *, closed: bool, now: datetime) -> None:
    state = State(payment.state)
    if payment.is_test and state is State.SETTLED_MANUALLY:
        _doubt(payment, shown, now=now)
    elif len(shown) > 1:
        if state is not State.NEEDS_ATTENTION or payment.reason != "duplicate_on_pos":
            cause = ", ".join(reference for reference, _ in shown)
            move(payment, State.NEEDS_ATTENTION, now=now, reason="duplicate_on_pos", cause=cause)
    elif not shown:
        _miss(payment, closed=closed, now=now)
    elif state in {State.APPLIED, State.REFUND_PENDING_POS, State.REFUNDED}:
        _weigh(payment, shown[0][1], now=now)
    elif state is State.SETTLED_MANUALLY:
        move(payment, State.NEEDS_ATTENTION, now=now, reason="duplicate_on_pos", cause="entered by hand as well")
    elif state is State.NEEDS_ATTENTION and payment.reason not in {"amount_differs", "refund_asked"}:
        move(payment, State.QUEUED, now=now, reason="seen_on_till")
        waking.apply_soon(payment)


def _miss(payment: GuestPayment, *, closed: bool, now: datetime) -> None:
    """No line of it: a bill that is closed may show none."""
    if closed or payment.state not in {State.APPLIED, State.REFUND_PENDING_POS}:
        return
    if payment.is_test:  # as it should be: somebody removed it on the till
        move(payment, State.SETTLED_MANUALLY, now=now, reason=REMOVED)
        return
    if not payment.due:
        move(payment, State.REFUNDED, now=now, reason=REMOVED)
        return
    payment.applied_reference = ""
    move(payment, State.NEEDS_ATTENTION, now=now, reason="reversed_on_pos")


def _doubt(payment: GuestPayment, shown: list[tuple[str, int]], *, now: datetime) -> None:
    """A test payment that is over, by somebody's word or by an earlier read, and stands there all the same."""
    mine = {"organisation_id": payment.organisation_id, "integration_id": payment.integration_id}
    another = GuestPayment.objects.filter(**mine, is_test=True).exclude(state=State.SETTLED_MANUALLY)
    if shown and not another.exists():
        payment.applied_reference = shown[0][0]
        move(payment, State.APPLIED, now=now, reason="seen_on_till")


def _weigh(payment: GuestPayment, amount: int, *, now: datetime) -> None:
    """Its line, after some or all of it was given back: as it should be, or still too much. What somebody booked on the
    till beside it is known to nobody else."""
    is_pending = payment.state == State.REFUND_PENDING_POS
    if is_pending and amount == payment.due:
        move(payment, State.APPLIED, now=now, reason="line_changed")
    elif not is_pending and payment.given_back and amount > payment.due and payment.reason != BOOKED:
        move(payment, State.REFUND_PENDING_POS, now=now, reason=of_refund(payment.due))


def _successor(integration: Integration, bill: Bill, shown: Sequence[Check]) -> str | None:
    """The number that this visit has now, where that is certain; else None, and staff is asked (T9).

    Only a bill that was not there when this one was seen last can be what became of it, and only if it is the one: of
    a bill that was split, nobody knows.
    """
    mine = _mine(integration)
    fresh = Bill.objects.filter(**mine, first_seen_at__gte=bill.fetched_at).exclude(check_id=bill.check_id)
    known = set(fresh.values_list("check_id", flat=True))
    new = [check for check in shown if check.sale.external_id in known]
    certain = [
        check
        for check in new
        if check.sale.previous_external_id == bill.check_id or (bill.uuid and check.uuid == bill.uuid)
    ]
    attempts = Attempt.objects.filter(**mine, check_id=bill.check_id)
    references = set(attempts.values_list("reference", flat=True))
    alike = [
        check
        for check in new
        if (check.name, check.table_number) == (bill.name, bill.table_number)
        and references & {each.external_reference for each in check.sale.payments}
    ]
    found = certain or alike
    return found[0].sale.external_id if len(found) == 1 else None


def _relink(integration: Integration, bill: Bill, successor: str, now: datetime) -> None:
    """The same visit under another number: payments, holds and the visit's id go over. Inside a transaction."""
    mine = _mine(integration)
    bill.succeeded_by, bill.chain_reason = successor, EDITED
    follower = Bill.objects.select_for_update().get(**mine, check_id=successor)
    follower.visit_id = bill.visit_id
    follower.save(update_fields=["visit_id"])
    Intent.objects.filter(**mine, check_id=bill.check_id, state=IntentState.HELD).update(check_id=successor)
    paid = GuestPayment.objects.select_for_update().filter(**mine, check_id=bill.check_id)
    for payment in paid.order_by("id"):
        payment.check_id = successor
        payment.save(update_fields=["check_id"])
        Transition.objects.create(
            organisation_id=payment.organisation_id,
            payment_id=payment.id,
            before=payment.state,
            after=payment.state,
            actor="system",
            cause=f"the bill {bill.check_id} is {successor} now",
            at=now,
        )
    _say(integration, follower, "check.relinked")
    fit_intents(integration, follower, now=now)
    compare(integration, follower, now=now)
    wake(integration, check_ids=[successor])


def chain_of(bill: Bill) -> list[Bill]:
    """Every number this visit has had, oldest first."""
    same = Bill.objects.filter(
        Q(visit_id=bill.visit_id), organisation_id=bill.organisation_id, integration_id=bill.integration_id
    )
    return list(same.order_by("opened_at", "check_id"))


def _say(integration: Integration, bill: Bill, kind: str) -> None:
    happenings.say(
        kind,
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        now=bill.fetched_at,
        check_id=bill.check_id,
        visit_id=str(bill.visit_id),
    )


def _figures(check: Check) -> dict[str, Any]:
    sale = check.sale
    total, due = to_minor(sale.total, sale.currency), to_minor(check.due, sale.currency)
    return {
        "table_number": check.table_number[:16],
        "currency": sale.currency,
        "total": total,
        "paid": total - due,
        "remaining": max(0, due),
        "closed": sale.state is not SaleState.OPEN,
        "content_hash": content_hash(check),
        "fetched_at": check.seen_at,
        "uuid": check.uuid[:64],
        "name": check.name[:120],
        "opened_at": sale.opened_at,
        "covers": sale.covers,
        "service_charge": to_minor(sale.service_charge, sale.currency) if sale.service_charge else 0,
        "lines": [msgspec.to_builtins(line) for line in sale.lines],
        "payments": lines_of(sale),
    }


def content_hash(check: Check) -> bytes:
    """Of what a bill says: two reads with the same one show the same."""
    return hashlib.sha256(msgspec.json.encode((check.sale, check.due, check.table_number))).digest()


def lines_of(sale: Sale) -> list[dict[str, Any]]:
    """Its payments as a bill keeps them; one whose time the till does not tell was made by when it closed."""
    return [_payment(each, sale) for each in sale.payments]


def _payment(payment: Payment, sale: Sale) -> dict[str, Any]:
    at = payment.at or sale.closed_at
    return {
        "reference": payment.external_reference,
        "amount": to_minor(payment.amount, sale.currency),
        "method": payment.method.id if payment.method else "",
        "method_name": payment.method.name if payment.method else "",
        "at": at.isoformat() if at else "",
    }


def _mine(integration: Integration) -> dict[str, UUID]:
    return {"organisation_id": integration.organisation_id, "integration_id": integration.id}
