"""Tables of the partner API: the orders that were pushed, as they stand."""

from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.core.connections.sealing import SealedField
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


class MemberAttribute(models.Model):
    """Something a partner's till keeps about a member, by name; it goes when the person is erased."""

    pk = models.CompositePrimaryKey("organisation_id", "member_id", "name")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    member_id = models.UUIDField()
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=500)
    updated_at = models.DateTimeField()


class PaymentHash(models.Model):
    """A payment terminal's name for a card, and the member who pays with it; it goes when the person is erased."""

    pk = models.CompositePrimaryKey("organisation_id", "hash")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    hash = models.CharField(max_length=200)
    member_id = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "member_id"], name="payment_hash_of_member")]


class PartnerHook(models.Model):
    """An address of a partner that wants to hear of one kind of event (loyalty.md 3.8); its secret is sealed."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    client_id = models.UUIDField()
    event = models.CharField(max_length=40)
    url = models.CharField(max_length=500)
    secret = SealedField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "client_id", "event", "url"], name="partner_hook_once"),
        ]

    @property
    def public_id(self) -> str:
        """`phk_…`"""
        return public_id("phk", self.id)


class HookMessage(models.Model):
    """One event on its way to one address; tried for 24 hours, with waits that grow."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    hook_id = models.UUIDField()
    event = models.CharField(max_length=40)
    body = models.JSONField()
    at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    fault = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="hook_message_due"),
            models.Index(fields=["organisation", "hook_id", "-at"], name="hook_message_latest"),
        ]

    @property
    def public_id(self) -> str:
        """`evt_…`"""
        return public_id("evt", self.id)


class ContestGame(models.Model):
    """A game whose prize is a reward of the catalogue (loyalty.md 1.1, held rewards that were won)."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    name = models.CharField(max_length=120)
    reward_id = models.UUIDField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64, blank=True)

    @property
    def public_id(self) -> str:
        """`gam_…`"""
        return public_id("gam", self.id)


class ContestPlay(models.Model):
    """Somebody played: once under one number of the caller's; `held_id` is the prize."""

    pk = models.CompositePrimaryKey("organisation_id", "game_id", "reference")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    game_id = models.UUIDField()
    reference = models.CharField(max_length=64)
    member_id = models.UUIDField()
    won = models.BooleanField()
    held_id = models.UUIDField(null=True)
    at = models.DateTimeField()


class PartnerCheck(models.Model):
    """A point of the checklist that a partner's calls have shown for a brand, and when first (loyalty.md 2.5)."""

    pk = models.CompositePrimaryKey("organisation_id", "client_id", "check_name")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    client_id = models.UUIDField()
    check_name = models.CharField(max_length=32)
    first_at = models.DateTimeField()
