"""What waits for a decision, and what became something else."""

from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class Correction(models.Model):
    """What the till says now about a number that it may not change by itself; somebody accepts or rejects it (5.5).

    `causes` are the bills that moved, by our id and the till's number. Of one number one correction waits.
    """

    class State(models.TextChoices):
        """What became of it; `withdrawn`: the till says again what stands, or something else."""

        WAITING = "waiting"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    standing = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    proposed = models.DecimalField(max_digits=20, decimal_places=6)
    causes = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "department_id", "business_date", "field_id"],
                condition=models.Q(state="waiting"),
                name="one_correction_waits_per_number",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "department_id", "business_date", "field_id", "-created_at"],
                name="correction_of_number",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`cor_…`"""
        return public_id("cor", self.id)


class Change(models.Model):
    """A number or a day became something else: who, when, why, before and after. Never changed."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    cause = models.CharField(max_length=60)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "department_id", "business_date", "field_id", "-id"], name="change_of_number"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`chg_…`"""
        return public_id("chg", self.id)
