"""How a taken payment gets on the till: the next step, from what is written down and what was read; pure.

The till refuses a reference it has seen, so the reference is what makes an application happen once (pay-at-table.md
1.4): while an outcome is unknown the same reference is sent again, and a new one only after a definite refusal, or the
end of the till's own patience, and a read of the bill that is younger than both and shows no line of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CALLBACK: Final = "callback"
"""Who resolved an attempt: the till itself, at our door."""
LIFETIME: Final = timedelta(seconds=60)
"""How long the till is tried; the vendor allows no less."""
GRACE: Final = timedelta(seconds=30)
FRESH: Final = timedelta(seconds=15)
ASK_AGAIN: Final = timedelta(seconds=10)
MOST_ATTEMPTS: Final = 20


class Outcome(StrEnum):
    """What is known of an attempt."""

    SENDING = "sending"
    """Written down before the call: it may or may not have left."""
    UNKNOWN = "unknown"
    """The call was cut: it may have arrived."""
    ACCEPTED = "accepted"
    """The vendor has it; the till will say."""
    TAKEN = "taken"
    """The till said yes."""
    REFUSED = "refused"
    """Definitely not done."""
    EXPIRED = "expired"
    """The till's patience is over, and a later read showed nothing."""


OPEN: Final = frozenset({Outcome.SENDING, Outcome.UNKNOWN, Outcome.ACCEPTED})


@dataclass(frozen=True)
class Attempt:
    """One reference, and the `amount` the till was asked for under it. `sent_at` is of the latest sending,
    `resolved_at` of a definite end; `said`: it is the till itself that said yes."""

    number: int
    reference: str
    amount: int
    outcome: Outcome
    sent_at: datetime
    resolved_at: datetime | None = None
    lifetime: timedelta = LIFETIME
    said: bool = False

    @property
    def over_at(self) -> datetime:
        """When the till can no longer do it."""
        return self.sent_at + self.lifetime + GRACE


@dataclass(frozen=True)
class TillLine:
    """A payment on the bill that carries a reference of ours."""

    reference: str
    amount: int


@dataclass(frozen=True)
class Seen:
    """The bill as it was read at `at`. Not found: the till does not know it; `lines` are then of the closed sales.
    `moved`: it goes on under another number, which is to be read."""

    at: datetime
    found: bool
    closed: bool = False
    remaining: int = 0
    lines: tuple[TillLine, ...] = ()
    sales_searched: bool = False
    currency: str = ""
    moved: bool = False
    table_number: str = ""


class Do(StrEnum):
    """What to do next."""

    READ = "read"
    SEND_NEW = "send_new"
    SEND_AGAIN = "send_again"
    WAIT = "wait"
    EXPIRE = "expire"
    APPLIED = "applied"
    ATTENTION = "attention"


@dataclass(frozen=True)
class Step:
    """The next step; `code` says why somebody must look, `reference` which line is the evidence, `amount` its money."""

    do: Do
    code: str = ""
    reference: str = ""
    amount: int = 0
    at: datetime | None = None


def reference_of(payment_ulid: str, number: int) -> str:
    """`CT`, the payment's ULID, the attempt: 31 characters, within the vendor's 48 and 50."""
    return f"CT{payment_ulid}-{number:02d}"


def next_step(
    *, amount: int, attempts: Sequence[Attempt], seen: Seen | None, now: datetime, currency: str = ""
) -> Step:
    """The one step that is safe now. `amount` is what is due on the till: less than before, once some was given back.
    `attempts` are of one payment, oldest first."""
    if seen is None or seen.moved or now - seen.at > FRESH:
        return Step(Do.READ)
    ours = {each.reference for each in attempts}
    lines = [line for line in seen.lines if line.reference in ours]
    if len(lines) > 1:
        return Step(Do.ATTENTION, "duplicate_on_pos")
    if lines:
        return _shown(lines[0], amount=amount, attempts=attempts)
    last = attempts[-1] if attempts else None
    if not seen.found and attempts and not seen.sales_searched:
        yes = only_yes(attempts, amount=amount)
        return Step(Do.APPLIED, reference=yes.reference, amount=yes.amount) if yes else Step(Do.READ)
    if last is not None and last.outcome in OPEN:
        return _while_open(last, amount=amount, seen=seen, now=now)
    taken = next((each for each in attempts if each.outcome is Outcome.TAKEN), None)
    if taken is not None:
        return _said_but_not_shown(taken, seen=seen, now=now)
    if last is not None and last.resolved_at is not None and seen.at <= last.resolved_at:
        return Step(Do.READ)
    if currency and seen.currency and seen.currency != currency:
        return Step(Do.ATTENTION, "currency_mismatch")
    return _while_free(len(attempts), amount=amount, seen=seen)


def only_yes(attempts: Sequence[Attempt], *, amount: int) -> Attempt | None:
    """The attempt that the till said yes to, for what is due, where no other can have reached it: of a bill that is not
    open any more that is evidence enough (P5), and the sales of the day need not be searched for its line."""
    likely = [each for each in attempts if each.outcome not in {Outcome.REFUSED, Outcome.EXPIRED}]
    yes = likely[0] if len(likely) == 1 else None
    return yes if yes is not None and yes.said and yes.amount == amount else None


def _shown(line: TillLine, *, amount: int, attempts: Sequence[Attempt]) -> Step:
    """As it is due now, or as it was asked for before some of it was given back; anything else somebody typed."""
    asked = next(each.amount for each in attempts if each.reference == line.reference)
    if line.amount not in (amount, asked):
        return Step(Do.ATTENTION, "amount_differs")
    return Step(Do.APPLIED, reference=line.reference, amount=line.amount)


def _while_open(last: Attempt, *, amount: int, seen: Seen, now: datetime) -> Step:
    if now >= last.over_at:
        return Step(Do.EXPIRE) if seen.at >= last.over_at else Step(Do.READ)
    fits = seen.found and not seen.closed and amount == last.amount and amount <= seen.remaining
    if last.outcome is not Outcome.ACCEPTED and fits:
        return Step(Do.SEND_AGAIN, reference=last.reference)
    return Step(Do.WAIT, at=min(last.over_at, now + ASK_AGAIN))


def _said_but_not_shown(taken: Attempt, *, seen: Seen, now: datetime) -> Step:
    """The till's yes is evidence where the bill cannot be seen any more; where it can, the bill is."""
    if not seen.found:
        return Step(Do.APPLIED, reference=taken.reference, amount=taken.amount)
    if now < taken.over_at:
        return Step(Do.WAIT, at=min(taken.over_at, now + ASK_AGAIN))
    return Step(Do.ATTENTION, "reversed_on_pos")


def _while_free(made: int, *, amount: int, seen: Seen) -> Step:
    if seen.closed:
        return Step(Do.ATTENTION, "check_closed")
    if not seen.found:
        return Step(Do.ATTENTION, "check_not_found")
    if amount > seen.remaining:
        return Step(Do.ATTENTION, "amount_exceeds_remaining")
    if made >= MOST_ATTEMPTS:
        return Step(Do.ATTENTION, "attempts_used_up")
    return Step(Do.SEND_NEW)
