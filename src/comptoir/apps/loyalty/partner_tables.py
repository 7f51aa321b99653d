"""Tables of the partner API: the orders that were pushed, as they stand."""

from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class PushedOrder(models.Model):
    """An order that a partner pushed, unique per store and partner: what makes a repeat a repeat (loyalty.md 3.5).

    `document` is the order as it stands, in the words of the API and without its customer; `refunds` the amount of each
    refund by its id ("" for everything that was given back without one), in minor units. `is_checkin`: only a check-in
    told of it so far. `conflict`: a repeat came with this other amount.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    order_id = models.CharField(max_length=64)
    client_id = models.UUIDField()
    sale_id = models.UUIDField(null=True)
    document = models.JSONField(default=dict)
    refunds = models.JSONField(default=dict)
    is_checkin = models.BooleanField(default=False)
    conflict = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "store_id", "provider", "order_id"], name="pushed_order_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "client_id", "store_id", "-created_at"], name="pushed_order_latest"),
        ]

    @property
    def public_id(self) -> str:
        """`por_…`"""
        return public_id("por", self.id)
