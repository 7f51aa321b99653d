"""Tables of pay at table. Amounts are minor units of the row's currency; instants are UTC.

Every key leads with the organisation. What the till says of a bill is only kept as it was read (P6); what a guest paid
never changes (P4), only where it stands does, and each change of that is a line of the journal (P8).
"""

from enum import StrEnum
from typing import ClassVar, Final

from django.db import models
from ulid import ULID

from comptoir.apps.pay_at_table import (  # noqa: F401  (tables of their own files)
    alarm_tables,
    day_tables,
    event_tables,
    link_tables,
    order_tables,
    plan_tables,
    provider_tables,
)
from comptoir.apps.pay_at_table.application import OPEN, Outcome
from comptoir.apps.pay_at_table.reserving import IntentState
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class State(StrEnum):
    """Where a guest payment stands; `ENDS` are ends, each with its evidence (P5)."""

    RECORDED = "recorded"
    QUEUED = "queued"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    NEEDS_ATTENTION = "needs_attention"
    APPLIED = "applied"
    SETTLED_MANUALLY = "settled_manually"
    REFUNDED = "refunded"
    REFUND_PENDING_POS = "refund_pending"
    """Given back to the guest; its line is still on the till."""


ENDS: Final = frozenset({State.APPLIED, State.SETTLED_MANUALLY, State.REFUNDED})
MOVING: Final = frozenset({State.RECORDED, State.QUEUED, State.SUBMITTED, State.UNKNOWN})
"""What Comptoir itself goes on with; the rest waits for a person."""


class MethodKind(StrEnum):
    """What the guest paid with; each is entered under a payment method of the till's."""

    CARD = "card"
    VOUCHER = "voucher"


class Integration(models.Model):
    """One provider bound to one store over one connection; its public id is what the provider is given."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False, unique=True)
    store_id = models.UUIDField()
    connection_id = models.UUIDField()
    location_id = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    card_method = models.CharField(max_length=64, blank=True)
    voucher_method = models.CharField(max_length=64, blank=True)
    card_label = models.CharField(max_length=120, blank=True)
    voucher_label = models.CharField(max_length=120, blank=True)
    """What the till calls these methods, as it was last asked."""
    emails = models.TextField(blank=True)
    tip_to_pos = models.BooleanField(default=True)
    least_part = models.BigIntegerField(default=100)
    endpoint_id = models.CharField(max_length=40, default="comptoir")
    staff_id = models.CharField(max_length=40, blank=True)
    register_id = models.CharField(max_length=40, blank=True)
    lifetime_s = models.IntegerField(default=60)
    language = models.CharField(max_length=8, default="en")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    tells_till = models.BooleanField(default=True)
    # What stands in the way before any guest pays (a code of `failures.py`), and since when; empty: nothing known.
    degraded = models.CharField(max_length=40, blank=True)
    degraded_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # Facts that the checklist turns green by: the address is registered; the till told of a payment; of a bill.
    read_at = models.DateTimeField(null=True)
    readiness = models.JSONField(default=dict)
    readiness_at = models.DateTimeField(null=True)
    listening_at = models.DateTimeField(null=True)
    heard_result_at = models.DateTimeField(null=True)
    heard_event_at = models.DateTimeField(null=True)
    enabled = models.BooleanField(default=False)
    # A test key opens the integrations that are marked so, a live one those that are not.
    is_test = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="table_integration_name_once"),
            # E33: one live integration for a location of a till.
            models.UniqueConstraint(
                fields=["organisation", "location_id"],
                condition=models.Q(enabled=True),
                name="table_location_bound_once",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`int_…`"""
        return public_id("int", self.id)


class Bill(models.Model):
    """A check as it was read last; also the lock under which holds and applications of this check are decided."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "check_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    check_id = models.CharField(max_length=64)
    table_number = models.CharField(max_length=16, blank=True)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    paid = models.BigIntegerField()
    remaining = models.BigIntegerField()
    closed = models.BooleanField(default=False)
    revision = models.IntegerField(default=1)
    content_hash = models.BinaryField()
    fetched_at = models.DateTimeField()
    # The visit: stays the same when the till gives the bill another number (pay-at-table.md 1.2).
    visit_id = models.UUIDField(default=new_id)
    first_seen_at = models.DateTimeField(null=True)
    succeeded_by = models.CharField(max_length=64, blank=True)
    chain_reason = models.CharField(max_length=16, blank=True)
    uuid = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField(null=True)
    covers = models.IntegerField(null=True)
    service_charge = models.BigIntegerField(default=0)
    lines = models.JSONField(default=list)
    payments = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "integration_id", "visit_id"])]

    @property
    def public_id(self) -> str:
        """`chk_…`, of the visit."""
        return public_id("chk", self.visit_id)


class Intent(models.Model):
    """A part of a bill held for a guest who is about to pay."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    integration_id = models.UUIDField()
    check_id = models.CharField(max_length=64)
    session = models.CharField(max_length=120)
    amount = models.BigIntegerField()
    tip = models.BigIntegerField(default=0)
    method_kind = models.CharField(max_length=8, default=MethodKind.CARD)
    # Which parts of which lines it is for (`splitting.py`); the till is told the amount only.
    claims = models.JSONField(default=list)
    state = models.CharField(max_length=12, default=IntentState.HELD)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "integration_id", "session"],
                condition=models.Q(state=IntentState.HELD),
                name="table_one_live_intent_per_session",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0, tip__gte=0), name="table_intent_is_of_something"),
        ]


class GuestPayment(models.Model):
    """Money a provider says it took. `waiting_until` is when the worker should look again, `tries` how often the till
    could not be asked in a row, `retried_at` when a person last said *again*, `given_back` how much of the amount the
    provider gave back, `given_back_at` when that was all of it, `refund_asked` how much somebody asked it to give back,
    `told_at` when a mail about it was written first. `business_date` is that of the store at which it came."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    integration_id = models.UUIDField()
    provider_payment_id = models.CharField(max_length=120)
    check_id = models.CharField(max_length=64, blank=True)
    table_number = models.CharField(max_length=16, blank=True)
    intent_id = models.UUIDField(null=True)
    # The order it came with: it goes to the till inside that order, never beside it.
    order_id = models.UUIDField(null=True)
    group_id = models.CharField(max_length=120, blank=True)
    method_kind = models.CharField(max_length=8, default=MethodKind.CARD)
    amount = models.BigIntegerField()
    tip = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16, default=State.RECORDED)
    reason = models.CharField(max_length=40, blank=True)
    said = models.TextField(blank=True)
    waiting_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    retried_at = models.DateTimeField(null=True)
    applied_reference = models.CharField(max_length=50, blank=True)
    applied_at = models.DateTimeField(null=True)
    business_date = models.DateField(null=True)
    refund_asked_at = models.DateTimeField(null=True)
    refund_asked = models.BigIntegerField(null=True)
    given_back = models.BigIntegerField(default=0)
    given_back_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    claims = models.JSONField(default=list)
    # Nobody's money: entered to see that it arrives (`trying_out.py`). Providers, mails and alarms hear nothing of it.
    is_test = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # P2, E3: for ever, whatever key the call carried.
            models.UniqueConstraint(
                fields=["organisation", "integration_id", "provider_payment_id"], name="table_payment_reported_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.APPLIED) | ~models.Q(applied_reference=""),
                name="table_applied_has_evidence",
            ),
            models.CheckConstraint(
                condition=models.Q(given_back__gte=0, given_back__lte=models.F("amount")),
                name="table_given_back_at_most_what_was_taken",
            ),
            models.UniqueConstraint(
                fields=["organisation", "integration_id"],
                condition=models.Q(is_test=True) & ~models.Q(state=State.SETTLED_MANUALLY),
                name="table_one_test_at_a_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "integration_id", "check_id", "id"])]

    @property
    def public_id(self) -> str:
        """`gpay_…`"""
        return public_id("gpay", self.id)

    @property
    def ulid(self) -> str:
        """What references are made of."""
        return str(ULID.from_uuid(self.id))

    @property
    def at_stake(self) -> int:
        """What people are told of: what is due, or what it was about."""
        return self.due or self.amount

    @property
    def due(self) -> int:
        """What belongs on the till: what was taken, less what was given back (T4). The amount itself never changes."""
        return self.amount - self.given_back


class Attempt(models.Model):
    """One reference of one payment, written down before the call that carries it."""

    pk = models.CompositePrimaryKey("organisation_id", "payment_id", "number")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    payment_id = models.UUIDField()
    number = models.IntegerField()
    integration_id = models.UUIDField()
    check_id = models.CharField(max_length=64)
    reference = models.CharField(max_length=50)
    # What the till was asked for under this reference; asked again, it is the same.
    amount = models.BigIntegerField()
    method = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, default=Outcome.SENDING)
    code = models.CharField(max_length=40, blank=True)
    said = models.TextField(blank=True)
    made_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="table_reference_once"),
            # P7 and P2: on one check one application is under way at a time.
            models.UniqueConstraint(
                fields=["organisation", "integration_id", "check_id"],
                condition=models.Q(outcome__in=sorted(OPEN)),
                name="table_one_application_per_check",
            ),
        ]


class Transition(models.Model):
    """The journal: what became of a payment, when, by whom and why; only ever added to."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    payment_id = models.UUIDField()
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    cause = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "payment_id", "id"])]
