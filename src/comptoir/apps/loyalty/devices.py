"""Tables of what stands on the counter: registers that orders came from, tablets, and what tablets show.

They point at the organisation only; stores, sales and offers are quoted by id. Amounts are minor units.
"""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id
from comptoir.kernel.money import Money


class Register(models.Model):
    """A till that closed orders came from; never typed in by hand (loyalty.md 2.3).

    `device_id` is empty for orders that name no till. A location feeds one store of one organisation, so provider and
    location say which connection it belongs to, also after somebody connected anew. `is_passive` is what staff said:
    a passive till works through an active one, and no tablet is linked to it.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    device_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    last_amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_passive = models.BooleanField(default=False)
    passive_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "provider", "location_id", "device_id"], name="register_once_per_device"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`reg_…`"""
        return public_id("reg", self.id)

    @property
    def amount(self) -> Money:
        """Of the latest order."""
        return Money(self.last_amount, self.currency)


class Tablet(models.Model):
    """A screen for guests. Its token is kept as a hash; without one it is revoked, and dead at once.

    `identify_at` is the latest call for the waving hand, `identified_at` the tablet's answer to it. `checks` are the
    results of its own look at itself; `unlinked_because` is told on its screen while it has no register.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    store_id = models.UUIDField()
    name = models.CharField(max_length=60)
    token_hash = models.BinaryField(unique=True, null=True)
    register_id = models.UUIDField(null=True)
    linked_at = models.DateTimeField(null=True)
    unlinked_because = models.CharField(max_length=16, blank=True)
    paired_at = models.DateTimeField()
    paired_by = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    version = models.CharField(max_length=40, blank=True)
    screen = models.CharField(max_length=16, blank=True)
    checks = models.JSONField(default=dict)
    identify_at = models.DateTimeField(null=True)
    identified_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(token_hash__isnull=True),
                name="revoked_tablet_has_no_token",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "register_id"], name="tablet_by_register"),
        ]

    @property
    def public_id(self) -> str:
        """`tbl_…`"""
        return public_id("tbl", self.id)


class PairingCode(models.Model):
    """Six characters that turn a browser into a tablet of a store; short-lived, used once."""

    code = models.CharField(max_length=6, primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    store_id = models.UUIDField()
    name = models.CharField(max_length=60)
    made_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Screen(StrEnum):
    """Where an offer stands on the tablets of its register (loyalty.md 1.2)."""

    QUEUED = "queued"
    SHOWN = "shown"
    CLAIMED = "claimed"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"
    TIMED_OUT = "timed_out"


WAITING = (Screen.QUEUED, Screen.SHOWN)


class Showing(models.Model):
    """An offer on the tablets of a register; one row for each offer that was ever to be shown."""

    pk = models.CompositePrimaryKey("organisation_id", "offer_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    offer_id = models.UUIDField()
    register_id = models.UUIDField()
    state = models.CharField(max_length=12)
    closed_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "register_id", "-closed_at"], name="showing_by_register"),
        ]


class TabletClaim(models.Model):
    """What a tablet asked for under a key of its own, and the answer: asked again, it hears the same."""

    pk = models.CompositePrimaryKey("organisation_id", "tablet_id", "key")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    tablet_id = models.UUIDField()
    key = models.CharField(max_length=64)
    offer_id = models.UUIDField()
    answer = models.JSONField()
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)


class Tries(models.Model):
    """How often somebody tried within a window of time: `subject` says who and what."""

    subject = models.CharField(max_length=120, primary_key=True)
    window_ends_at = models.DateTimeField()
    number = models.IntegerField()
