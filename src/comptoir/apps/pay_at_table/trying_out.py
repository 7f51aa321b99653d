"""A test payment: the smallest amount on an open bill that somebody chose, to see that payments arrive (O11).

No guest pays it, and no provider, mail or alarm tells of it. It goes the way of every payment, with the same evidence
and the same failures. No call of the vendor takes a payment back (A9): somebody removes it on the till, and until the
bill shows that, or that person says so, it is a difference of its business day.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checklist, checks, days, mirror, patience, waking
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.mirror import REMOVED
from comptoir.apps.pay_at_table.models import ENDS, Bill, GuestPayment, Integration, Intent, State, Transition
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import new_id, public_id

AMOUNT: Final = 1
"""Minor units: 0.01 of a euro."""
GIVEN_UP: Final = "test_given_up"


def free_bills(integration: Integration, *, now: datetime) -> list[Bill]:
    """Bills it may be entered on, as the till shows them now: of a table, more than the test itself left to pay, and
    nobody pays, paid or holds any of it. Raises the vendor's errors."""
    shown = [each for each in checks.open_bills(integration, now=now) if _is_untouched(each)]
    return [each for each in shown if each.check_id not in _taken(integration, shown, now=now)]


def start(integration: Integration, *, check_id: str, actor: str, now: datetime) -> GuestPayment:
    """Enter it on that bill. Raises RuleBroken: `not_ready` while something else on the checklist is not green,
    `check_not_found`, `bill_not_free`, `test_under_way`; and the vendor's errors."""
    if not checklist.is_ready(integration, checklist.steps(integration)):
        words = _("A test payment comes last: first everything else on the list has to be green.")
        raise RuleBroken(words, code="not_ready", status=409)
    checks.fresh_bill(integration, check_id, now=now, age=checks.GAP)
    try:
        with transaction.atomic():
            [bill] = mirror.lock(integration, [check_id])
            if not _is_untouched(bill) or _taken(integration, [bill], now=now):
                words = _("Somebody pays this bill, or has paid some of it: choose another one.")
                raise RuleBroken(words, code="bill_not_free", status=409)
            return _record(integration, bill, actor=actor, now=now)
    except IntegrityError as error:
        words = _("The test payment before this one is not over: remove it on the till and say so first.")
        raise RuleBroken(words, code="test_under_way", status=409) from error


def settle(payment: GuestPayment, *, actor: str, now: datetime) -> GuestPayment:
    """Somebody removed it on the till, or gives up one that did not arrive; harmless to repeat. Raises RuleBroken:
    `still_on_till` (409) where the open bill shows it, `not_retryable` while it is on its way."""
    if payment.state == State.APPLIED and _is_shown(payment, now=now):
        words = _("Bill %(bill)s still shows it on the till: remove it there first.") % {"bill": payment.check_id}
        raise RuleBroken(words, code="still_on_till", status=409)
    with transaction.atomic():
        row = _locked(payment)
        if row.state == State.APPLIED:
            move(row, State.SETTLED_MANUALLY, now=now, reason=REMOVED, actor=actor)
        elif row.state in {State.NEEDS_ATTENTION, State.QUEUED}:
            move(row, State.SETTLED_MANUALLY, now=now, reason=GIVEN_UP, actor=actor)
        elif row.state == State.SETTLED_MANUALLY:
            return row
        else:
            raise RuleBroken(_("This payment is on its way already."), code="not_retryable", status=409)
        _note(row, "table.test_over", actor=actor, now=now)
        return row


def undo(payment: GuestPayment, *, actor: str, now: datetime) -> GuestPayment:
    """It stands on the till after all. Raises RuleBroken: `not_retryable` where nobody said it was removed,
    `test_under_way` where another was made since."""
    try:
        with transaction.atomic():
            row = _locked(payment)
            if row.state != State.SETTLED_MANUALLY or not row.applied_reference:
                raise RuleBroken(_("This test payment is not over."), code="not_retryable", status=409)
            move(row, State.APPLIED, now=now, reason="not_removed", actor=actor)
            _note(row, "table.test_not_over", actor=actor, now=now)
            return row
    except IntegrityError as error:
        words = _("Another test payment was made since: see to that one first.")
        raise RuleBroken(words, code="test_under_way", status=409) from error


def _record(integration: Integration, bill: Bill, *, actor: str, now: datetime) -> GuestPayment:
    identifier = new_id()
    payment = GuestPayment.objects.create(
        organisation_id=integration.organisation_id,
        id=identifier,
        integration_id=integration.id,
        provider_payment_id=public_id("test", identifier),
        check_id=bill.check_id,
        table_number=bill.table_number,
        amount=AMOUNT,
        currency=bill.currency,
        is_test=True,
        business_date=days.of_store(integration, now),
        created_at=now,
        updated_at=now,
    )
    Transition.objects.create(
        organisation_id=payment.organisation_id, payment_id=payment.id, after=State.RECORDED, actor=actor, at=now
    )
    _note(payment, "table.test_made", actor=actor, now=now)
    waking.apply_soon(payment)
    return payment


def _is_untouched(bill: Bill) -> bool:
    is_open = not bill.closed and not bill.succeeded_by
    return is_open and bool(bill.table_number) and bill.remaining > AMOUNT and not (bill.paid or bill.payments)


def _taken(integration: Integration, bills: Collection[Bill], *, now: datetime) -> set[str]:
    """Of these bills, those that a guest pays, has paid or holds a part of, or that still carry a test payment."""
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    numbers = {each.check_id for each in bills}
    over = Q(is_test=True, state=State.SETTLED_MANUALLY)
    paid = GuestPayment.objects.filter(**mine, check_id__in=numbers).exclude(over)
    held = Intent.objects.filter(**mine, check_id__in=numbers, state=IntentState.HELD, expires_at__gt=now)
    # Paid for a table whose bill is still to be found.
    unplaced = GuestPayment.objects.filter(**mine, check_id="").exclude(state__in=ENDS)
    tables = set(unplaced.values_list("table_number", flat=True))
    waiting = {each.check_id for each in bills if each.table_number in tables}
    return {*paid.values_list("check_id", flat=True), *held.values_list("check_id", flat=True), *waiting}


def _is_shown(payment: GuestPayment, *, now: datetime) -> bool:
    """Whether its bill is open and shows it, read just now; what cannot be read is the person's word."""
    integration = checks.integration_of(payment.organisation_id, payment.integration_id)

    def read() -> bool:
        bill = checks.fresh_bill(integration, payment.check_id, now=now, age=timedelta(0))
        return not bill.closed and any(line["reference"] == payment.applied_reference for line in bill.payments)

    with suppress(ComptoirError):
        return patience.in_time(read, lambda: False)[0]
    return False


def _locked(payment: GuestPayment) -> GuestPayment:
    mine: dict[str, UUID] = {"organisation_id": payment.organisation_id, "id": payment.id}
    return GuestPayment.objects.select_for_update().get(**mine, is_test=True)


def _note(payment: GuestPayment, what: str, *, actor: str, now: datetime) -> None:
    details: dict[str, Any] = {"bill": payment.check_id, "amount": payment.amount, "currency": payment.currency}
    note(
        organisation_id=payment.organisation_id,
        actor=actor,
        what=what,
        subject=payment.public_id,
        now=now,
        details=details,
    )
