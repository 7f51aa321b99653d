"""Tables of orders from outside. Every key leads with the organisation; amounts are minor units."""

from enum import StrEnum
from typing import ClassVar, Final

from django.db import models
from ulid import ULID

from comptoir.apps.pay_at_table.application import OPEN, Outcome
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class OrderKind(StrEnum):
    """How an order is served."""

    EAT_IN = "eat_in"
    TO_GO = "to_go"


class OrderState(StrEnum):
    """Where an order is (pay-at-table.md 1.5). Only what the till said moves it beyond `sent`."""

    QUEUED = "queued"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    ACCEPTED = "accepted"
    READY = "ready_for_pickup"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


UNDER_WAY: Final = frozenset({OrderState.QUEUED, OrderState.SENT, OrderState.UNKNOWN})
"""What Comptoir itself goes on with."""
ON_TILL: Final = (
    OrderState.ACCEPTED,
    OrderState.READY,
    OrderState.IN_DELIVERY,
    OrderState.DELIVERED,
    OrderState.CLOSED,
)
"""In this order, never back: a till's news may come late or twice."""


class Order(models.Model):
    """What a guest ordered. `asked` is what the provider said, `asked_hash` tells a repetition from another order.

    The guest's name and number stand in `guest`, and are forgotten once the order has ended.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    integration_id = models.UUIDField()
    provider_order_id = models.CharField(max_length=120)
    asked_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    table_number = models.CharField(max_length=16, blank=True)
    check_id = models.CharField(max_length=64, blank=True)
    covers = models.IntegerField(null=True)
    items = models.JSONField()
    note = models.CharField(max_length=255, blank=True)
    guest = models.JSONField(default=dict)
    collect_at = models.DateTimeField(null=True)
    payment_id = models.UUIDField(null=True)
    state = models.CharField(max_length=16, default=OrderState.QUEUED)
    reason = models.CharField(max_length=40, blank=True)
    said = models.TextField(blank=True)
    pos_check_id = models.CharField(max_length=64, blank=True)
    waiting_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "integration_id", "provider_order_id"], name="table_order_placed_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "integration_id", "state"], name="table_orders_by_state")
        ]

    @property
    def public_id(self) -> str:
        """`ord_…`"""
        return public_id("ord", self.id)

    @property
    def ulid(self) -> str:
        """What references are made of."""
        return str(ULID.from_uuid(self.id))


class OrderAttempt(models.Model):
    """One reference of one order, written down before the call that carries it."""

    pk = models.CompositePrimaryKey("organisation_id", "order_id", "number")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    order_id = models.UUIDField()
    number = models.IntegerField()
    reference = models.CharField(max_length=48)
    outcome = models.CharField(max_length=10, default=Outcome.SENDING)
    code = models.CharField(max_length=40, blank=True)
    said = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="table_order_reference_once"),
            models.UniqueConstraint(
                fields=["organisation", "order_id"],
                condition=models.Q(outcome__in=sorted(OPEN)),
                name="table_one_sending_per_order",
            ),
        ]


class ItemMapping(models.Model):
    """What a provider calls an item that the till knows by another code; `till_sku` "": it is left out."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "sku")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    sku = models.CharField(max_length=64)
    till_sku = models.CharField(max_length=25, blank=True)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
