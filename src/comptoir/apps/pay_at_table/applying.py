"""Bring a taken payment to the till: do what `application.next_step` says, each fact committed before the next call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast

from django.db import IntegrityError, transaction
from django.db.models import Q

from comptoir.apps.pay_at_table import application, checks, days, listening, mirror, plans, readiness, waking
from comptoir.apps.pay_at_table.application import Do, Outcome, Seen, Step, next_step
from comptoir.apps.pay_at_table.failure_kinds import Failure
from comptoir.apps.pay_at_table.failures import METHOD_MISSING, STAFF_INACTIVE, failure_of, of_refund
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.models import MOVING, Attempt, Bill, GuestPayment, Integration, MethodKind, State
from comptoir.apps.pay_at_table.plans import PlanState
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.money import Money
from comptoir.pos.capabilities import TakesPayments
from comptoir.pos.orders import Declined, PaymentRequest, Submission

WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 240, 480, 900))
VENDOR_FAULTS: Final = (VendorRefused, VendorBusy, VendorUnreadable, OutcomeUnknown)
NOT_UNDERSTOOD: Final = "invalid_request"
"""As the connector calls what the till could not make sense of."""
TOO_MUCH: Final = "amount_exceeds_remaining"
CHOSEN: Final = frozenset({METHOD_MISSING, STAFF_INACTIVE})
"""What the settings name and the till may lose: looked at right after it was refused (F10)."""
TURN: Final = timedelta(seconds=1)
MOST_STEPS: Final = 12
Clock = Callable[[], datetime]


def run(payment: GuestPayment, integration: Integration, *, clock: Clock) -> None:
    """Go on with one payment, as it was just read, until it must wait, is on the till, or needs somebody; `payment` is
    brought up to date. Harmless to repeat, or at once."""
    made, seen, is_fresh = _attempts(payment), cast(Seen | None, None), True
    for _ in range(MOST_STEPS):
        if not is_fresh:
            payment.refresh_from_db()
            made = _attempts(payment)
        if payment.state not in MOVING:
            return
        # While there is no attempt, only people change what counts of it, which is looked for under its lock.
        now, is_fresh = clock(), not made
        if not payment.check_id:
            if not _place(payment, integration, now=now):
                return
            continue
        attempts = _pure(payment, made, integration, now=now)
        step = next_step(amount=payment.due, currency=payment.currency, attempts=attempts, seen=seen, now=now)
        if payment.given_back_at is not None and step.do in {Do.SEND_NEW, Do.ATTENTION}:
            _give_up(payment, step, now=now)
            return
        if step.do is Do.READ:
            enough = seen is None and application.only_yes(attempts, amount=payment.due) is not None
            seen = _read(payment, integration, made, now=now, again=seen, enough=enough)
            if seen is None:
                return
        elif step.do in {Do.SEND_NEW, Do.SEND_AGAIN}:
            attempt = _write_down(payment, integration, made, seen=cast(Seen, seen), now=now)
            if attempt is None or not _send(payment, integration, attempt, clock=clock):
                return
            is_fresh = False
        elif step.do is Do.EXPIRE:
            _resolve(made[-1], Outcome.EXPIRED, now=now, by="poll")
        else:
            # The mirror is still to learn that a bill is not open any more of which that alone was read.
            is_behind = seen is not None and not (seen.found or seen.sales_searched)
            _rest(payment, step, now=now, read=integration if is_behind else None)
            return


def _give_up(payment: GuestPayment, step: Step, *, now: datetime) -> None:
    """The guest has the money back, nothing of it may still arrive, and nothing is sent any more."""
    if step.code in {"duplicate_on_pos", "amount_differs"}:
        _rest(payment, step, now=now)
    else:
        with transaction.atomic():
            move(payment, State.REFUNDED, now=now, reason="refund_reported")


def following(payment: GuestPayment) -> GuestPayment | None:
    """Whose turn it is on the same bill, now that this one is done with."""
    waiting = GuestPayment.objects.filter(
        organisation_id=payment.organisation_id,
        integration_id=payment.integration_id,
        check_id=payment.check_id,
        state__in=MOVING,
    )
    return waiting.order_by("id").first()


def _attempts(payment: GuestPayment) -> list[Attempt]:
    mine = Attempt.objects.filter(organisation_id=payment.organisation_id, payment_id=payment.id)
    return list(mine.order_by("number"))


def _open(payment: GuestPayment) -> list[Attempt]:
    """Of which nothing definite is known."""
    return [each for each in _attempts(payment) if each.outcome in application.OPEN]


def _pure(
    payment: GuestPayment, made: list[Attempt], integration: Integration, *, now: datetime
) -> list[application.Attempt]:
    """As the rules see them. What was on the till, is not any more, and is asked for again by a person, is over: the
    till cannot do it twice once its patience has ended."""
    lifetime, found = timedelta(seconds=integration.lifetime_s), []
    for each in made:
        outcome, resolved = Outcome(each.outcome), each.resolved_at
        pure = application.Attempt(each.number, each.reference, each.amount, outcome, each.sent_at, resolved, lifetime)
        again = payment.retried_at is not None and resolved is not None and resolved < payment.retried_at
        pure = replace(pure, said=outcome is Outcome.TAKEN and each.resolved_by == application.CALLBACK and not again)
        if outcome is Outcome.TAKEN and again and now >= pure.over_at:
            pure = replace(pure, outcome=Outcome.EXPIRED)
        found.append(pure)
    return found


def _place(payment: GuestPayment, integration: Integration, *, now: datetime) -> bool:
    """Which bill a payment is for that named a table or nothing: the one of that table, if there is just one."""
    found: list[Bill] = []
    if payment.table_number:
        try:
            open_now = checks.open_bills(integration, now=now)
        except VENDOR_FAULTS as fault:
            _put_off_for(payment, integration, fault, now=now)
            return False
        found = [bill for bill in open_now if bill.table_number == payment.table_number]
    if len(found) != 1:
        _rest(payment, Step(Do.ATTENTION, "check_unknown"), now=now)
        return False
    payment.check_id = found[0].check_id
    payment.save(update_fields=["check_id"])
    return True


def _blocked(payment: GuestPayment, made: list[Attempt]) -> Failure | None:
    """The refusal that keeps a new attempt from being made until a person says *again*."""
    since = [
        each
        for each in made
        if each.outcome == Outcome.REFUSED
        and each.check_id == payment.check_id  # what was said of another number of the bill says nothing of this one
        and (payment.retried_at is None or cast(datetime, each.resolved_at) > payment.retried_at)
        # What was too much says nothing of the less that is due since some was given back.
        and not (each.amount > payment.due and failure_of(each.code).code == TOO_MUCH)
    ]
    if not since:
        return None
    refusal = failure_of(since[-1].code)
    return refusal if len(since) > refusal.tried else None


def _read(
    payment: GuestPayment,
    integration: Integration,
    made: list[Attempt],
    *,
    now: datetime,
    again: Seen | None,
    enough: bool,
) -> Seen | None:
    """The bill as it is; None when the till cannot be asked, which is written down and tried again. `enough`: to know
    that it is not open any more."""
    search = bool(made) or (again is not None and not again.found and not again.moved)
    since = (made[0].made_at or made[0].sent_at) if made else payment.created_at
    try:
        seen = _at_another_bill(payment, integration, made, since=since, now=now)
        if seen is None:
            seen = checks.look(integration, payment.check_id, since=since if search else None, now=now, enough=enough)
    except VENDOR_FAULTS as fault:
        taken = next((each for each in made if each.outcome == Outcome.TAKEN), None)
        if taken is not None:  # the till's own yes is evidence (P5); a later read may disprove it
            yes = Step(Do.APPLIED, reference=taken.reference, amount=taken.amount)
            _rest(payment, yes, now=now, by="callback")
        else:
            _put_off_for(payment, integration, fault, now=now)
        return None
    if seen.found and not payment.table_number:
        payment.table_number = seen.table_number  # kept with what becomes of it
    return seen


def _at_another_bill(
    payment: GuestPayment, integration: Integration, made: list[Attempt], *, since: datetime, now: datetime
) -> Seen | None:
    """Somebody applies it to another bill (T9): first it is looked for where it was sent before. The till's books may
    have shown it late; there it is then, and nothing is sent."""
    before = {each.check_id for each in made} - {payment.check_id}
    chain = Bill.objects.filter(organisation_id=payment.organisation_id, integration_id=integration.id)
    goes_on = set(chain.filter(check_id__in=before).exclude(succeeded_by="").values_list("check_id", flat=True))
    ours = {each.reference for each in made}
    for check_id in sorted(before - goes_on):
        seen = checks.look(integration, check_id, since=since, now=now)
        if any(line.reference in ours for line in seen.lines):
            payment.check_id = check_id
            payment.save(update_fields=["check_id"])
            return seen
    return None


def _write_down(
    payment: GuestPayment, integration: Integration, made: list[Attempt], *, seen: Seen, now: datetime
) -> Attempt | None:
    """The attempt, committed before its call; None when it is another payment's turn, or a refusal stands."""
    if made and made[-1].outcome in application.OPEN:
        with transaction.atomic():
            if _has_changed(payment, now=now):
                return None
            Attempt.objects.filter(
                organisation_id=payment.organisation_id, payment_id=payment.id, number=made[-1].number
            ).update(sent_at=now)
        return made[-1]
    refusal = _blocked(payment, made)
    if refusal is not None:
        _rest(payment, Step(Do.ATTENTION, refusal.code), now=now)
        if refusal.code in CHOSEN:
            waking.check_soon(integration)
        return None
    if plans.state_of(integration, now=now) is PlanState.ENDED:
        _rest(payment, Step(Do.ATTENTION, "plan_inactive"), now=now)
        return None
    try:
        listening.ensure(integration, now=now)
        code = readiness.in_the_way(integration, now=now)
    except VENDOR_FAULTS as fault:
        _put_off_for(payment, integration, fault, now=now)
        return None
    if code:
        _put_off(payment, integration, code, now=now)
        return None
    voucher = payment.method_kind == MethodKind.VOUCHER
    method = integration.voucher_method if voucher else integration.card_method
    if not method:
        _rest(payment, Step(Do.ATTENTION, "method_not_mapped"), now=now)
        return None
    try:
        with transaction.atomic():
            mirror.lock(integration, [payment.check_id])
            if _has_changed(payment, now=now):
                return None
            if not _is_its_turn(payment, seen):
                move(payment, State.QUEUED, now=now, reason="another_first", waiting_until=now + TURN)
                return None
            number = len(made) + 1
            attempt = Attempt.objects.create(
                organisation_id=payment.organisation_id,
                payment_id=payment.id,
                number=number,
                integration_id=integration.id,
                check_id=payment.check_id,
                reference=application.reference_of(payment.ulid, number),
                amount=payment.due,
                method=method,
                made_at=now,
                sent_at=now,
            )
            move(payment, State.UNKNOWN, now=now, reason="sending")
            return attempt
    except IntegrityError:  # somebody else was faster: another worker of this payment, or one of this bill
        GuestPayment.objects.filter(organisation_id=payment.organisation_id, id=payment.id, state__in=MOVING).update(
            waiting_until=now + TURN
        )
        return None


def _has_changed(payment: GuestPayment, *, now: datetime) -> bool:
    """Under the payment's lock: whether some of it was given back since it was read, its bill has another number, or
    somebody ended it; then it is looked at again."""
    rows = GuestPayment.objects.select_for_update().filter(organisation_id=payment.organisation_id, id=payment.id)
    row = rows.get()
    if row.state in MOVING and (row.given_back, row.check_id) == (payment.given_back, payment.check_id):
        return False
    rows.filter(state__in=MOVING).update(waiting_until=now)
    waking.apply_soon(row)
    return True


def _is_its_turn(payment: GuestPayment, seen: Seen) -> bool:
    """Under the bill's lock: no earlier payment is under way (P7), and nothing was entered since the bill was read."""
    on_bill = {
        "organisation_id": payment.organisation_id,
        "integration_id": payment.integration_id,
        "check_id": payment.check_id,
    }
    moving = GuestPayment.objects.filter(**on_bill, state__in=MOVING).exclude(id=payment.id)
    same = Q(group_id=payment.group_id, method_kind=MethodKind.VOUCHER) if payment.group_id else Q(pk__in=[])
    if payment.group_id and payment.method_kind == MethodKind.VOUCHER:  # vouchers of a group go first
        moving = moving.exclude(group_id=payment.group_id, method_kind=MethodKind.CARD)
    earlier = moving.filter(Q(id__lt=payment.id) | same).values("id")
    since = Attempt.objects.filter(**on_bill, resolved_at__gte=seen.at).exclude(payment_id=payment.id)
    return not earlier.union(since.values("payment_id"), all=True).exists()


def _send(payment: GuestPayment, integration: Integration, attempt: Attempt, *, clock: Clock) -> bool:
    """Ask the till; whether to go on at once."""
    request = PaymentRequest(
        location_id=integration.location_id,
        check_id=attempt.check_id,
        reference=attempt.reference,
        endpoint_id=integration.endpoint_id,
        amount=Money(attempt.amount, payment.currency).major,
        tip=Money(payment.tip if integration.tip_to_pos else 0, payment.currency).major,
        method=attempt.method,
        staff_id=integration.staff_id,
        register_id=integration.register_id,
        lifetime=timedelta(seconds=integration.lifetime_s),
    )
    try:
        with checks.at_the_till(integration) as (vendor, _):
            submission = cast(TakesPayments, vendor).pay(request)
    except Declined as declined:
        said = declined.failure.said
        _resolve(attempt, Outcome.REFUSED, now=clock(), code=declined.failure.code, said=said, by="answer")
        return _after_refusal(payment, integration, failure_of(declined.failure.code), now=clock())
    except RuleBroken as broken:
        _resolve(attempt, Outcome.REFUSED, now=clock(), code=NOT_UNDERSTOOD, said=broken.code, by="answer")
        return True
    except VendorRefused as fault:
        _put_off_for(payment, integration, fault, now=clock())
        return False
    except (OutcomeUnknown, VendorBusy, VendorUnreadable) as fault:
        _note(attempt, Outcome.UNKNOWN)
        limited = isinstance(fault, VendorBusy) and fault.retry_at is not None
        _put_off(payment, integration, "pos_rate_limited" if limited else "unknown_result", now=clock())
        return False
    now = clock()
    said = "reference_used" if submission is Submission.ALREADY_SUBMITTED else ""
    with transaction.atomic():
        payment.tries = 0
        move(payment, State.SUBMITTED, now=now, reason=said, waiting_until=now + TURN)
        _note(attempt, Outcome.ACCEPTED)  # behind the payment's row, as everybody takes them
    return False


def _note(attempt: Attempt, outcome: Outcome) -> None:
    """Only while nothing definite is known: the till's word may have come before the vendor's answer (E5)."""
    Attempt.objects.filter(
        organisation_id=attempt.organisation_id,
        payment_id=attempt.payment_id,
        number=attempt.number,
        outcome__in=application.OPEN,
    ).update(outcome=outcome)


def _resolve(attempt: Attempt, outcome: Outcome, *, now: datetime, by: str, code: str = "", said: str = "") -> None:
    Attempt.objects.filter(
        organisation_id=attempt.organisation_id,
        payment_id=attempt.payment_id,
        number=attempt.number,
        outcome__in=application.OPEN,
    ).update(outcome=outcome, resolved_at=now, resolved_by=by, code=code, said=said[:500])


def _after_refusal(payment: GuestPayment, integration: Integration, failure: Failure, *, now: datetime) -> bool:
    """Whether to go on at once: what passes by itself is waited for (class A)."""
    if not failure.transient:
        return True
    _put_off(payment, integration, failure.code, now=now)
    return False


def _put_off_for(payment: GuestPayment, integration: Integration, fault: Exception, *, now: datetime) -> None:
    """The till cannot be asked: because of whom."""
    if isinstance(fault, VendorRefused):
        _put_off(payment, integration, "reauth_required", now=now)
    elif isinstance(fault, VendorBusy) and fault.retry_at is not None:
        _put_off(payment, integration, "pos_rate_limited", now=now, until=fault.retry_at)
    else:
        _put_off(payment, integration, "pos_unreachable", now=now)


def _put_off(
    payment: GuestPayment, integration: Integration, reason: str, *, now: datetime, until: datetime | None = None
) -> None:
    """Class A of the failure table: again after a while, without anybody, until the business day is over."""
    until = until or now + WAITS[min(payment.tries, len(WAITS) - 1)]
    is_open = bool(_open(payment))
    with transaction.atomic():
        payment.tries += 1
        if not is_open and days.is_over(integration, payment.business_date, now=now):
            move(payment, State.NEEDS_ATTENTION, now=now, reason=reason, cause="the business day is over")
            return
        state = State.UNKNOWN if is_open else State.QUEUED
        move(payment, state, now=now, reason=reason, waiting_until=until)


def _rest(
    payment: GuestPayment, step: Step, *, now: datetime, by: str = "poll", read: Integration | None = None
) -> None:
    """Wait, or end here: on the till with its evidence, or with a person; its bills are to be `read` behind it."""
    with transaction.atomic():
        if step.do is Do.WAIT:
            move(payment, State(payment.state), now=now, reason=payment.reason, waiting_until=step.at)
            return
        if _has_changed(payment, now=now):
            return
        if step.do is Do.APPLIED:
            if read is not None:
                waking.read_soon(read)
            payment.applied_reference = step.reference
            for attempt in _open(payment):
                _resolve(
                    attempt, Outcome.TAKEN if attempt.reference == step.reference else Outcome.EXPIRED, now=now, by=by
                )
            move(
                payment, State.APPLIED, now=now, cause=f"line {step.reference}" if by == "poll" else "the till said so"
            )
            if step.amount > payment.due:
                move(payment, State.REFUND_PENDING_POS, now=now, reason=of_refund(payment.due))
        else:
            for attempt in _open(payment):  # seen on the bill, and wrong there: others of this bill need not wait
                _resolve(attempt, Outcome.TAKEN, now=now, by=by)
            move(payment, State.NEEDS_ATTENTION, now=now, reason=step.code)
