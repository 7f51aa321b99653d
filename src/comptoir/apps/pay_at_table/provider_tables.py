"""Tables of what only the provider API keeps: copies of the till's set-up, splits, refunds, and how often it is asked.

Every key leads with the organisation.
"""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class TillCopy(models.Model):
    """What the till said of its set-up, kept for a while: floor plans, menus. `what` names it."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "what")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    what = models.CharField(max_length=120)
    said = models.JSONField()
    fetched_at = models.DateTimeField()


class TableCode(models.Model):
    """What a table is called outside, so that nobody can count through the numbers (E41)."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "table_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    table_id = models.CharField(max_length=64)
    code = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "integration_id", "code"], name="table_code_once"),
        ]


class SplitPlan(models.Model):
    """A bill in equal shares, kept with it: what is paid stays, the rest is divided by the shares that are left."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "visit_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    visit_id = models.UUIDField()
    id = models.UUIDField(default=new_id, editable=False, unique=True)
    shares = models.IntegerField()
    created_at = models.DateTimeField()

    @property
    def public_id(self) -> str:
        """`spl_…`"""
        return public_id("spl", self.id)


class RefundStatus(StrEnum):
    """How far the provider is with giving money back."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refund(models.Model):
    """Money of a guest payment that the provider says it gives back, in minor units."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    integration_id = models.UUIDField()
    payment_id = models.UUIDField()
    provider_refund_id = models.CharField(max_length=120)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, default=RefundStatus.PENDING)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "integration_id", "provider_refund_id"], name="table_refund_reported_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="table_refund_is_of_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "payment_id"], name="table_refunds_of_payment")]

    @property
    def public_id(self) -> str:
        """`rfd_…`"""
        return public_id("rfd", self.id)


class CallCount(models.Model):
    """How many calls came for one integration in the second that ends then; not logged, so its key is no reference."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id")
    organisation_id = models.UUIDField()
    integration_id = models.UUIDField()
    window_ends_at = models.DateTimeField()
    number = models.IntegerField()
