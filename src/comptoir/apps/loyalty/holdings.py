"""Tables of rewards: the catalogue, what members hold of it, and what somebody has to look at.

They point at the organisation only; stores and sales are quoted by id.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class Reward(models.Model):
    """An item of the catalogue with its price in points; no stores means all of them, no tags every member.

    `takes_all`: its products of one till are given together, else they are a choice.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    points = models.IntegerField()
    store_ids = ArrayField(models.UUIDField(), default=list)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    takes_all = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(points__gt=0), name="reward_costs_points"),
        ]

    @property
    def public_id(self) -> str:
        """`rew_…`"""
        return public_id("rew", self.id)

    def refusal(self, store_id: UUID, tags: Collection[str]) -> str:
        """The code of why it is not for somebody with these tags at that store; nothing where it is."""
        if self.store_ids and store_id not in self.store_ids:
            return "reward_not_here"
        return "reward_not_yours" if self.tags and not set(self.tags) & set(tags) else ""


class RewardProduct(models.Model):
    """A product of a till that a reward stands for, with who typed it; several are a choice, in this order.

    `missing_since`: since when the till's own list does not have it (any more).
    """

    pk = models.CompositePrimaryKey("organisation_id", "reward_id", "provider", "sku")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    reward_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    sku = models.CharField(max_length=64)
    position = models.IntegerField()
    added_by = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True)


class Held(StrEnum):
    """Where a held reward stands; that its time is over is told by the clock, not written down."""

    AVAILABLE = "available"
    USED = "used"
    CANCELLED = "cancelled"


class HeldReward(models.Model):
    """One reward that a member bought, as it was bought: a later price or name changes nothing.

    `code` names it outside. `used_sale_id` is the sale it was used on; a sale that is refunded lets go of it.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    code = models.CharField(max_length=40)
    reward_id = models.UUIDField()
    member_id = models.UUIDField()
    name = models.CharField(max_length=120)
    points = models.IntegerField()
    state = models.CharField(max_length=12, default=Held.AVAILABLE)
    bought_at = models.DateTimeField()
    bought_by = models.CharField(max_length=64, blank=True)
    store_id = models.UUIDField()
    valid_until = models.DateTimeField()
    locked_by = models.CharField(max_length=80, blank=True)
    locked_until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = models.CharField(max_length=64, blank=True)
    used_store_id = models.UUIDField(null=True)
    used_sale_id = models.UUIDField(null=True)
    reinstated_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="held_reward_by_code"),
            models.CheckConstraint(
                condition=models.Q(state="used", used_at__isnull=False) | (~models.Q(state="used")),
                name="used_rewards_say_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "member_id", "-bought_at"], name="held_by_member"),
            models.Index(
                fields=["organisation", "used_sale_id"],
                condition=models.Q(used_sale_id__isnull=False),
                name="held_by_sale",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`hrw_…`"""
        return public_id("hrw", self.id)


SAID_ALOUD = 4


def said_aloud(code: str) -> str:
    """The few characters of a code that guest and staff compare."""
    return "".join(each for each in code.upper() if each.isalnum())[:SAID_ALOUD]


class AlertKind(StrEnum):
    """What somebody has to look at."""

    REWARD_CONFLICT = "reward_conflict"
    REWARD_ON_REFUNDED_SALE = "reward_refunded"
    PIN_BLOCKED = "pin_blocked"
    POINTS_ADJUSTED = "points_adjusted"
    DUPLICATE = "possible_duplicate"
    ORDER_CONFLICT = "order_conflict"


class Alert(models.Model):
    """Something that somebody should look at: it is told, not undone. `handled_at` says that somebody has.

    `subject` sets apart what would be the same otherwise: a day, or a name that names nothing.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    store_id = models.UUIDField(null=True)
    held_id = models.UUIDField(null=True)
    sale_id = models.UUIDField(null=True)
    member_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "reason", "held_id", "sale_id", "member_id", "subject"],
                nulls_distinct=False,
                name="alert_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "-at"], condition=models.Q(handled_at__isnull=True), name="alert_waiting"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`alr_…`"""
        return public_id("alr", self.id)
