"""What pages and mails say of a payment that is not on the till: its cause, in words, and what may be done about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.pay_at_table.application import OPEN, Outcome
from comptoir.apps.pay_at_table.failure_kinds import Act, Failure
from comptoir.apps.pay_at_table.failures import failure_of, named
from comptoir.apps.pay_at_table.mirror import BOOKED
from comptoir.apps.pay_at_table.models import ENDS, MOVING, Attempt, Bill, GuestPayment, Integration, State
from comptoir.apps.pay_at_table.order_tables import Order
from comptoir.apps.pay_at_table.recording import PATIENCE
from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.money import Money
from comptoir.web import formats

UNKNOWN: Final = "unknown_result"
NOT_SENT: Final = "not_sent_yet"
TOO_MUCH: Final = "amount_exceeds_remaining"
PERSONS_ONLY: Final = frozenset({"refund_asked", "settlement_undone"})
"""Reasons that say what a person did; the cause is the one before it."""
ON_THE_WAY: Final = frozenset({"", "retry", "sending", "another_first", "given_back"})
"""Reasons that say nothing is wrong yet."""


@dataclass(frozen=True)
class Told:
    """`code` is "" while nothing is wrong. `said` is Lightspeed's own text, to be shown verbatim. `acts` are the
    services that may be called now: `retry`, `settle`, `undo`, `ask_refund`."""

    code: str
    failure: Failure | None
    short: str
    happened: str
    steps: tuple[str, ...]
    said: str
    act: Act | None
    acts: frozenset[str]
    next_at: datetime | None


def causes_of(payments: Iterable[GuestPayment]) -> dict[UUID, str]:
    """The row of the failure table that keeps each of one organisation's payments off the till, by payment; "" while
    nothing does. Asks twice, however many they are."""
    found = list(payments)
    ahead = _ahead([each for each in found if each.reason == "another_first" and each.state not in ENDS])
    tried: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    unsettled = {each.id: each.organisation_id for each in (*found, *ahead.values()) if each.state not in ENDS}
    made = Attempt.objects.filter(organisation_id__in=set(unsettled.values()), payment_id__in=unsettled)
    for attempt in made.order_by("number"):
        tried[attempt.payment_id].append(attempt)

    def one(payment: GuestPayment) -> str:
        first = ahead.get(payment.id)
        return _cause(payment, tried[payment.id]) or (_cause(first, tried[first.id]) if first else "")

    return {each.id: one(each) for each in found}


def cause_of(payment: GuestPayment) -> str:
    """The same of one payment."""
    return causes_of([payment])[payment.id]


def _cause(payment: GuestPayment, attempts: list[Attempt]) -> str:
    """By itself, whatever goes before it on the same bill."""
    if payment.state in ENDS:
        return ""
    if payment.state in {State.NEEDS_ATTENTION, State.REFUND_PENDING_POS}:
        if payment.reason not in PERSONS_ONLY:
            return named(payment.reason).code
        if payment.reason == "refund_asked" and payment.refund_asked not in (None, payment.due):
            return TOO_MUCH
        return _last_refusal(attempts) or "pos_rejected_other"
    if payment.state == State.QUEUED and payment.reason not in ON_THE_WAY:
        return named(payment.reason).code
    if payment.reason == "reference_used":
        return payment.reason
    if refused := _last_refusal(attempts):
        return refused
    if payment.reason == "another_first":
        return ""
    return UNKNOWN if attempts and attempts[-1].outcome in OPEN else ""


def tell(payment: GuestPayment, *, now: datetime) -> Told:
    """In the active language."""
    del now
    code = cause_of(payment)
    if not code:
        return Told("", None, "", "", (), "", None, acts_of(payment), payment.waiting_until)
    return tell_as(code, payment)


def tell_late(payment: GuestPayment, *, now: datetime) -> Told:
    """The same for whoever looks at it: what has nothing wrong with it and has not arrived in two minutes is late, as
    the mail about it says."""
    told = tell(payment, now=now)
    since = max(payment.created_at, payment.retried_at or payment.created_at)
    is_late = not told.code and payment.state in MOVING and now >= since + PATIENCE
    return tell_as(NOT_SENT, payment) if is_late else told


def tell_as(code: str, payment: GuestPayment) -> Told:
    """The words of one row of the failure table for this payment."""
    failure, places = named(code), _places(payment)

    def say(words: object) -> str:
        return str(words) % places

    return Told(
        code=code,
        failure=failure,
        short=say(failure.short),
        happened=say(failure.happened),
        steps=tuple(say(each) for each in failure.steps),
        said=places["said"],
        act=failure.act,
        acts=acts_of(payment),
        next_at=payment.waiting_until,
    )


def of_order(order: Order, integration: Integration) -> tuple[str, tuple[str, ...]]:
    """What happened to an order that needs somebody, and what to do, in the active language."""
    failure = named(order.reason)
    store = Store.objects.get(organisation_id=order.organisation_id, id=integration.store_id)
    places = {
        "store": store.name,
        "location": location_name(order.organisation_id, integration),
        "method": integration.card_method or "–",
        "said": order.said,
    }
    blank = defaultdict(lambda: "–", places)
    return str(failure.happened) % blank, tuple(str(each) % blank for each in failure.steps)


def acts_of(payment: GuestPayment) -> frozenset[str]:
    """What may be done with it now."""
    if payment.is_test:
        return _acts_of_test(payment)
    if payment.state == State.SETTLED_MANUALLY or payment.reason == BOOKED:
        return frozenset({"undo"})
    if payment.state == State.REFUND_PENDING_POS:
        return frozenset({"settle"})
    if payment.state not in {State.NEEDS_ATTENTION, State.QUEUED}:
        return frozenset()
    asked = payment.refund_asked_at is not None
    return frozenset({"retry", "settle"} if asked else {"retry", "settle", "ask_refund"})


def _acts_of_test(payment: GuestPayment) -> frozenset[str]:
    if payment.state == State.SETTLED_MANUALLY:
        return frozenset({"undo"} if payment.applied_reference else ())
    if payment.state == State.APPLIED:
        return frozenset({"settle"})
    return frozenset({"retry", "settle"} if payment.state in {State.NEEDS_ATTENTION, State.QUEUED} else ())


def over_of(payment: GuestPayment) -> int:
    """How much would have to be given back for the rest to fit the bill (T4); 0 where that is no way."""
    is_asked = payment.refund_asked_at is not None or payment.is_test
    if payment.state != State.NEEDS_ATTENTION or payment.reason != TOO_MUCH or is_asked:
        return 0
    mine = {"organisation_id": payment.organisation_id, "integration_id": payment.integration_id}
    bill = Bill.objects.filter(**mine, check_id=payment.check_id, closed=False).first()
    return payment.due - bill.remaining if bill and 0 < bill.remaining < payment.due else 0


def _last_refusal(attempts: list[Attempt]) -> str:
    """Of the attempts that ended; an expired one says that no till took it."""
    for each in reversed(attempts):
        if each.outcome == Outcome.EXPIRED:
            return "till_offline"
        if each.outcome == Outcome.REFUSED:
            return failure_of(each.code).code
    return ""


def _ahead(waiting: list[GuestPayment]) -> dict[UUID, GuestPayment]:
    """Of the same bill, the payment whose turn it is, by the payment that waits for it."""
    if not waiting:
        return {}
    moving = (
        GuestPayment.objects.filter(
            organisation_id__in={each.organisation_id for each in waiting},
            integration_id__in={each.integration_id for each in waiting},
            check_id__in={each.check_id for each in waiting},
        )
        .exclude(state__in=ENDS | {State.NEEDS_ATTENTION, State.REFUND_PENDING_POS})
        .exclude(reason="another_first")
    )
    first: dict[tuple[UUID, str], GuestPayment] = {}
    for each in moving.order_by("id"):
        first.setdefault((each.integration_id, each.check_id), each)
    turns = {each.id: first.get((each.integration_id, each.check_id)) for each in waiting}
    return {payment_id: turn for payment_id, turn in turns.items() if turn is not None and turn.id < payment_id}


def _places(payment: GuestPayment) -> dict[str, str]:
    """What the words of the catalogue leave open."""
    mine = payment.organisation_id
    integration = Integration.objects.get(organisation_id=mine, id=payment.integration_id)
    store = Store.objects.get(organisation_id=mine, id=integration.store_id)
    bill = Bill.objects.filter(organisation_id=mine, integration_id=integration.id, check_id=payment.check_id).first()
    remaining = bill.remaining if bill else 0
    tried = Attempt.objects.filter(organisation_id=mine, payment_id=payment.id).order_by("-number")
    last = tried.exclude(said="").first()
    method = integration.voucher_method if payment.method_kind == "voucher" else integration.card_method
    numbers = list(tried.values_list("reference", flat=True)[:1])
    return {
        "store": store.name,
        "location": location_name(mine, integration),
        "table": payment.table_number,
        "amount": formats.money(Money(payment.at_stake, payment.currency)),
        "given_back": formats.money(Money(payment.given_back, payment.currency)),
        "remaining": formats.money(Money(remaining, payment.currency)),
        "over": formats.money(Money(max(0, payment.due - remaining), payment.currency)),
        "method": method or "–",
        "since": formats.clock_time(payment.created_at, ZoneInfo(store.timezone)),
        "said": payment.said or (last.said if last else ""),
        "second": numbers[0][-2:] if numbers else "",
        "address": "",
    }


def location_name(organisation_id: UUID, integration: Integration) -> str:
    """As Lightspeed calls the place, its number beside."""
    link = LocationLink.objects.filter(
        organisation_id=organisation_id, connection_id=integration.connection_id, external_id=integration.location_id
    ).first()
    return f"{link.name} ({integration.location_id})" if link else integration.location_id
