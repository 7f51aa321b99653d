"""What keeps money off the till, row by row of the failure table: caused at the till, or by what somebody did there."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from comptoir.apps.pay_at_table import plans, retrying
from comptoir.apps.pay_at_table.application import MOST_ATTEMPTS, Outcome, reference_of
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment, Integration
from comptoir.apps.pay_at_table.plan_tables import PlanLine
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.pos.hosting import Response
from comptoir.pos.model import Payment
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC


def condition(*which: Condition, minutes: float = 0) -> Callable[[Table], GuestPayment]:
    def cause(table: Table) -> GuestPayment:
        table.vendor.conditions = set(which)
        payment = table.go_on(table.take(tip=200), rounds=1 if minutes else 6)
        table.pass_time(minutes=minutes)
        return payment

    return cause


def answers(answer: Response, *, at: str = "", rounds: int = 1) -> Callable[[Table], GuestPayment]:
    def cause(table: Table) -> GuestPayment:
        table.vendor.instead = lambda request, _: answer if at in request.path else None
        payment = table.go_on(table.take(), rounds=rounds)
        table.pass_time(minutes=2.1)
        return payment

    return cause


def paid_meanwhile(table: Table) -> GuestPayment:
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=Decimal(12), method=CARD), now=table.now)
    return table.go_on(table.take())


def closed_meanwhile(table: Table) -> GuestPayment:
    table.tell_of_bills()
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    return table.go_on(table.take())


def unknown_bill(table: Table) -> GuestPayment:
    table.read()
    return table.go_on(table.take(check_id="A1.1"))


def consent_withdrawn(table: Table) -> GuestPayment:
    token = Response(400, b'{"error":"invalid_grant"}')
    refused = Response(401, b'{"error":"invalid_token"}')
    table.vendor.instead = lambda request, _: token if "/token" in request.path else refused
    payment = table.run(table.take())
    table.pass_time(seconds=121)
    return payment


def no_answer(table: Table) -> GuestPayment:
    table.at_pay(*["cut"] * 10)
    payment = table.run(table.take())
    table.pass_time(seconds=91)
    return payment


def reference_used(table: Table) -> GuestPayment:
    table.at_pay("lost", "lost")
    payment = table.take()
    for _ in range(3):
        table.run(payment)
    table.pass_time(seconds=91)
    return payment


def twice(table: Table) -> GuestPayment:
    payment = table.go_on(table.take(1000))
    twin = Payment(amount=Decimal(10), method=CARD, external_reference=payment.applied_reference)
    table.vendor.world.pay(ZINC, table.bill, twin, now=table.now)
    table.pass_time(seconds=3)
    table.read()
    return payment


def other_currency(table: Table) -> GuestPayment:
    return table.go_on(table.take(currency="CHF"))


def refunded_only(table: Table) -> GuestPayment:
    payment = table.go_on(table.take(1000))
    report_refund(payment, table)
    return payment


def terminal(table: Table) -> GuestPayment:
    Integration.objects.update(card_method="LSPAY")
    table.integration.refresh_from_db()
    return table.go_on(table.take())


def of_no_method(table: Table) -> GuestPayment:
    Integration.objects.update(card_method="")
    return table.go_on(table.take())


def nobody_works(table: Table) -> GuestPayment:
    """The worker is down, or has too much to do."""
    payment = table.take()
    payment.created_at -= timedelta(minutes=2.1)
    payment.save()
    return payment


def of_no_bill(table: Table) -> GuestPayment:
    table.read()
    return table.go_on(table.take(check_id=""))


def typed_over(table: Table) -> GuestPayment:
    """The till did it, its word is lost, and somebody corrects the line before it is looked at."""
    payment = table.run(table.take(1000))
    table.till_works()
    table.correct(payment, amount=9)
    return table.go_on(payment)


def removed(table: Table) -> GuestPayment:
    payment = table.go_on(table.take(1000))
    table.strike_out(0)
    table.pass_time(seconds=91)
    table.read()
    return payment


def tried_twenty_times(table: Table) -> GuestPayment:
    payment, before = table.take(), table.now - timedelta(minutes=5)
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id, "method": "APM"}
    for number in range(1, MOST_ATTEMPTS + 1):
        Attempt.objects.create(
            **mine,
            number=number,
            integration_id=payment.integration_id,
            check_id=payment.check_id,
            reference=reference_of(payment.ulid, number),
            amount=payment.amount,
            made_at=before,
            sent_at=before,
            resolved_at=before,
            outcome=Outcome.REFUSED,
            code="update_failed",
        )
    return table.go_on(payment)


def part_refunded(table: Table) -> GuestPayment:
    payment = table.go_on(table.take(2000))
    report_refund(payment, table, total=800)
    return payment


def plan_ended(table: Table) -> GuestPayment:
    plans.begin(table.integration, now=table.now)
    PlanLine.objects.update(ends_at=table.now - timedelta(days=8))
    return table.go_on(table.take())


def report_refund(payment: GuestPayment, table: Table, *, total: int | None = None) -> None:
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id}
    retrying.refunded(**mine, actor="provider", refund_id="r-1", total=total, now=table.now)
