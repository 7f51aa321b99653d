"""Who asks for a confirmed day to be opened again, and what became of it."""

from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class ReopenRequest(models.Model):
    """Somebody who may not reopen a day asks those who may (weekly-balance.md 2). Of one day one request waits.

    `reason` is the asker's, `answer` the words of whoever answered; `seen_at` is when the asker took note of it.
    """

    class State(models.TextChoices):
        """What became of it; a day that is reopened grants what waits for it, whoever reopens it."""

        WAITING = "waiting"
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    department_id = models.UUIDField()
    business_date = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=200, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "department_id", "business_date"],
                condition=models.Q(state="waiting"),
                name="one_reopen_request_waits_per_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "asked_by"],
                condition=models.Q(state__in=("granted", "refused"), seen_at__isnull=True),
                name="reopen_request_unseen",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`rop_…`"""
        return public_id("rop", self.id)
