"""Tables of what somebody has to hear: notices, the links their mails carry, and what the till told of nothing we know.

Every key leads with the organisation.
"""

from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id


class RetryLink(models.Model):
    """The way in that a mail's button carries: to one payment, or (`payment_id` null) to all of one cause.

    Only the hash of its 256 random bits is kept. It opens a page; only pressing there does something.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    integration_id = models.UUIDField()
    payment_id = models.UUIDField(null=True)
    code = models.CharField(max_length=40, blank=True)
    token_hash = models.BinaryField(unique=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    pressed_at = models.DateTimeField(null=True)
    presses = models.IntegerField(default=0)


class Notice(models.Model):
    """That a payment is not on the till for one cause, and what was mailed of it.

    It is mailed from `due_at` on; notices mailed together carry one `mail_id`. It is over when the money is where it
    belongs or another cause took its place.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    integration_id = models.UUIDField()
    payment_id = models.UUIDField()
    code = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    mail_id = models.UUIDField(null=True)
    mailed_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "payment_id"],
                condition=models.Q(over_at__isnull=True),
                name="table_one_live_notice_per_payment",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "integration_id", "code", "mailed_at"])]


class Orphan(models.Model):
    """A till told of a reference that is written like ours and is not (F7): an alarm until somebody has seen to it."""

    pk = models.CompositePrimaryKey("organisation_id", "reference")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    reference = models.CharField(max_length=50)
    store_id = models.UUIDField()
    check_id = models.CharField(max_length=64, blank=True)
    said = models.CharField(max_length=40, blank=True)
    first_at = models.DateTimeField()
    seen = models.IntegerField(default=1)
    seen_to_at = models.DateTimeField(null=True)
    seen_to_by = models.CharField(max_length=64, blank=True)
